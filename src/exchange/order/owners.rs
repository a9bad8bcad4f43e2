//! Every field of `parceld.order/1`, what is done with it, and how it is written.
//!
//! Reading goes through this table: [`super::fields::Fields`] reads no name that is not in it, a CSV cell becomes what the
//! table says its column holds, and what the table calls refused is refused. So whatever an order says has an owner here:
//! it is honoured, or kept for the programs that the order goes back to, or refused aloud.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

use crate::ids::nearest;

/// One field.
#[derive(Debug)]
pub(super) struct OrderField {
    /// From the order down, without places in lists: `lines.dg.un`.
    pub(super) path: &'static str,
    /// What is written there.
    pub(super) shape: FieldShape,
    /// What is done with it.
    pub(super) owner: Owner,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldShape {
    /// Text as it is: identifiers, words of a list, times, amounts.
    Text,
    /// One line of an address, or a title: line breaks and invisible signs are taken out.
    Line,
    /// A list of texts; in a cell with `|` between them.
    Texts,
    /// A whole number.
    Whole,
    /// A number that may have decimals.
    Decimal,
    /// True or false.
    Flag,
    /// Whole grams, or text with a unit.
    Mass,
    /// Three whole millimetres; in a cell with `x` between them.
    Sides,
    /// More fields.
    Object,
    /// A list of objects.
    Objects,
}

/// What is done with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The station acts by it: how.
    Honoured(&'static str),
    /// It is printed: where.
    Printed(&'static str),
    /// It stays in the order's body, bounded, and nothing here acts by it: why.
    Kept(&'static str),
    /// It is taken out of the order's body: why.
    Dropped(&'static str),
    /// An order that may go out must not ask for it.
    Refused(FieldRefusal),
    /// Honoured of an order that brings its label; where the label is made here, as refused.
    WithLabel(&'static str, FieldRefusal),
}

/// Why a field is refused: it asks for `what`, which `but`; what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FieldRefusal {
    /// What it asks for.
    pub(super) what: &'static str,
    /// Why that is not done.
    pub(super) but: &'static str,
    /// What to do.
    pub(super) instead: &'static str,
}

const fn not_driven(what: &'static str, instead: &'static str) -> FieldRefusal {
    FieldRefusal { what, but: "this version does not do", instead }
}

const fn not_here(what: &'static str, instead: &'static str) -> FieldRefusal {
    FieldRefusal { what, but: "this version does not do for a label made here", instead }
}

const ELSEWHERE: FieldRefusal = FieldRefusal {
    what: "a label made elsewhere",
    but: "service.label_source does not say",
    instead: "say supplied, or leave it out",
};

const fn field(path: &'static str, shape: FieldShape, owner: Owner) -> OrderField {
    OrderField { path, shape, owner }
}

use FieldShape::{Decimal, Flag, Line, Mass, Object, Objects, Sides, Text, Texts, Whole};
use Owner::{Dropped, Honoured, Kept, Printed, Refused, WithLabel};

/// All of them, in the schema's order.
pub(super) static FIELDS: [OrderField; 84] = [
    field("schema", Text, Honoured("another schema is not read")),
    field("rev", Whole, Honoured("an older one is ignored")),
    field("order_ref", Text, Honoured("names the order; scanned; printed on the label")),
    field("channel", Text, Honoured("with shop and number it names the order")),
    field("shop", Text, Honoured("with channel and number it names the order; may come from outside the file")),
    field("market", Text, Honoured("whose rules its deadlines are derived by; without: of ship_to.country")),
    field("warehouse", Text, Honoured("in the order, for whoever takes orders of one warehouse only")),
    field("package_ref", Text, Honoured("finds the order when scanned")),
    field("parcels_planned", Whole, Honoured("how many parcels the order becomes")),
    field("state", Text, Honoured("only a ready order is packed")),
    field("state_reason", Text, Dropped("people write names into it, and the state counts")),
    field("placed_at", Text, Honoured("its deadlines are derived from it, where it names none")),
    field(
        "tz",
        Text,
        Kept("nothing here goes by it: times have their zone, days are the station's, deadlines the market's"),
    ),
    field("deadlines", Object, Honoured("its fields")),
    field("deadlines.ship_by", Text, Honoured("listed with the order; without: derived, where a rule says it")),
    field("deadlines.collect_by", Text, Honoured("listed with the order; without: derived, where a rule says it")),
    field("deadlines.autocancel_ship", Text, Honoured("shown with the order; without: derived, where a rule says it")),
    field(
        "deadlines.autocancel_collect",
        Text,
        Honoured("shown with the order; without: derived, where a rule says it"),
    ),
    field("deadlines.deliver_by", Text, Honoured("shown with the order; without: derived, where a rule says it")),
    field("deadlines.derived", Flag, Honoured("its own deadlines are shown as derived")),
    field("preorder", Flag, Honoured("no deadline is derived: they count from a day that the order does not name")),
    field("priority", Whole, Kept("the packer chooses what is scanned next")),
    field("ship_to", Object, Printed("its fields")),
    field("ship_to.name", Line, Printed("on the label")),
    field("ship_to.company", Line, Printed("on the label, behind the name")),
    field("ship_to.line1", Line, Printed("on the label; a post-office box changes the price")),
    field("ship_to.line2", Line, Printed("on the label; a post-office box changes the price")),
    field("ship_to.city", Line, Printed("on the label; zones may go by it")),
    field("ship_to.region", Line, Printed("on the label; zones may go by it")),
    field("ship_to.postcode", Line, Printed("on the label; zones go by it")),
    field("ship_to.country", Text, Printed("on the label; zones go by it")),
    field("ship_to.phone", Line, Dropped("personal, and no label made here has a place for it")),
    field("ship_to.email", Text, Dropped("personal, and not used")),
    field("ship_to.residential", Flag, Honoured("changes the price")),
    field("ship_to.masked", Flag, Honoured("a masked address is refused where the label is made here")),
    field("service", Object, Honoured("its fields")),
    field(
        "service.channel_hint",
        Text,
        WithLabel(
            "the service that the label counts for, where it names one",
            not_here("a certain service", "leave it out"),
        ),
    ),
    field("service.signature", Text, Honoured("services without it are refused")),
    field("service.pod", Flag, Honoured("services without it are refused")),
    field("service.insure", Object, Honoured("its fields")),
    field("service.insure.amount", Text, Honoured("services that do not insure are refused")),
    field("service.insure.currency", Text, Honoured("of the amount")),
    field("service.cod", Object, Refused(not_driven("cash on delivery", "leave it out, or ship the order by hand"))),
    field("service.cod.amount", Text, Honoured("only nothing may be collected: see service.cod")),
    field("service.cod.currency", Text, Honoured("of the amount")),
    field("service.terms", Text, Honoured("services that do not carry under them are refused")),
    field("service.expedite", Flag, Refused(not_driven("faster delivery", "send false, or ship the order by hand"))),
    field("service.appointment", Flag, Honoured("services without it are refused")),
    field("service.weekend", Flag, Honoured("services without it are refused")),
    field("service.label_source", Text, Honoured("whether the label is made here or comes with the order")),
    field(
        "service.carrier",
        Text,
        WithLabel("the carrier or service that the label counts for", not_here("a certain carrier", "leave it out")),
    ),
    field("service.sms", Flag, Refused(not_driven("messages to the buyer", "leave it out"))),
    field("service.retries", Whole, Refused(not_driven("further attempts at delivery", "leave it out"))),
    field("lines", Objects, Honoured("its fields")),
    field("lines.line_ref", Text, Honoured("finds the order when scanned")),
    field("lines.sku", Text, Honoured("names the item to the packer")),
    field("lines.barcodes", Texts, Kept("in the order; items are not scanned yet")),
    field("lines.title", Line, Honoured("names the item to the packer")),
    field("lines.qty", Whole, Honoured("in the declared value, the expected weight and the marks")),
    field("lines.unit_g", Mass, Honoured("in the expected weight")),
    field("lines.dims_mm", Sides, Kept("must be a size; prices go by that of the parcel")),
    field("lines.value", Text, Honoured("in the declared value")),
    field("lines.currency", Text, Honoured("of the value")),
    field("lines.hs", Text, Kept("for customs forms, which are not made here")),
    field("lines.origin", Text, Kept("for customs forms, which are not made here")),
    field("lines.dg", Object, Honoured("its fields")),
    field("lines.dg.class", Text, Honoured("services that do not carry it are refused; which marks are wanted")),
    field("lines.dg.un", Text, Honoured("which marks are wanted")),
    field("lines.dg.pi", Text, Honoured("which marks are wanted")),
    field("lines.dg.wh", Decimal, Kept("must be watt-hours; no rule here goes by them yet")),
    field("lines.dg.cells", Whole, Honoured("which marks are wanted")),
    field("lines.dg.batteries", Whole, Honoured("which marks are wanted")),
    field("box", Text, Honoured("the carton: its size and what it weighs")),
    field("dims", Text, Honoured("the parcel's size")),
    field("dims_mm", Sides, Honoured("the parcel's size")),
    field("label", Object, Honoured("its fields")),
    field("label.tracking", Text, WithLabel("the number that the parcel travels under", ELSEWHERE)),
    field("label.format", Text, Honoured("how the file at label.path is read")),
    field("label.sha256", Text, Honoured("the file at label.path must hash to it")),
    field("label.path", Text, WithLabel("the file that is printed", ELSEWHERE)),
    field("label.page", Whole, Honoured("the page of the file at label.path")),
    field("label.dpi", Whole, Honoured("what ZPL at label.path was made for")),
    field("label.pages", Texts, Refused(not_driven("a label of several pages", "send an order for each parcel"))),
    field("label.codes", Texts, Refused(not_driven("codes of its own to be scanned back", "leave it out"))),
];

/// Every field of an item of the item master, below [`ITEM`]. What an order line has too is called the same there.
pub(super) static ITEM_FIELDS: [OrderField; 22] = [
    field("item.sku", Text, Honoured("names the item, as order lines name it")),
    field("item.title", Line, Kept("what a person calls it")),
    field("item.barcodes", Texts, Kept("the codes on it; several, with | between them in a cell")),
    field("item.unit_g", Mass, Honoured("for order lines without a weight; of a kit, else the sum of its components")),
    field("item.dims_mm", Sides, Honoured("for order lines without a size")),
    field("item.length", Text, Honoured("with width and height instead of dims_mm: a number with its unit")),
    field("item.width", Text, Honoured("see length")),
    field("item.height", Text, Honoured("see length")),
    field("item.dg", Object, Honoured("its fields")),
    field("item.dg.class", Text, Honoured("for order lines that do not say it; none says that it is not dangerous")),
    field("item.dg.un", Text, Honoured("the same")),
    field("item.dg.pi", Text, Honoured("the same")),
    field("item.dg.wh", Decimal, Honoured("the same")),
    field("item.dg.cells", Whole, Honoured("the same")),
    field("item.dg.batteries", Whole, Honoured("the same")),
    field("item.hs", Text, Honoured("for order lines without one")),
    field("item.origin", Text, Honoured("for order lines without one: two letters of a country")),
    field("item.picture", Text, Kept("the name of a file, with folders; nothing is fetched")),
    field("item.blocked", Text, Honoured("counterfeit or prohibited: an order for it is refused")),
    field("item.blocked_why", Line, Honoured("said with the refusal")),
    field("item.components.sku", Text, Honoured("a component of this kit, one a row")),
    field("item.components.qty", Whole, Honoured("how many of it")),
];
/// The list of an item's components: [`ITEM_FIELDS`] has what stands in it.
static COMPONENTS: OrderField = field("item.components", Objects, Honoured("its fields"));
/// What the station itself wrote into a line, from its item master; of an order from outside it is taken out.
static FROM_ITEMS: OrderField = field("lines.from_items", Texts, Kept("which fields are the item master's"));
/// Where an item's fields stand in the table of all.
pub(super) const ITEM: &str = "item";

/// Every field of orders and of items.
fn all() -> impl Iterator<Item = &'static OrderField> {
    FIELDS.iter().chain(&ITEM_FIELDS).chain([&COMPONENTS, &FROM_ITEMS])
}

/// Those that a column may fill.
pub(super) fn columns() -> impl Iterator<Item = &'static OrderField> {
    FIELDS.iter().chain(&ITEM_FIELDS).filter(|field| !matches!(field.shape, FieldShape::Object | FieldShape::Objects))
}

/// By the object it stands in, and its name there.
static BY_NAME: LazyLock<HashMap<(&str, &str), &OrderField>> = LazyLock::new(|| {
    let place = |field: &'static OrderField| (field.path.rsplit_once('.').unwrap_or(("", field.path)), field);
    all().map(place).collect()
});

/// The field `name` of the object at `scope`; the order itself is at `""`.
pub(super) fn find(scope: &str, name: &str) -> Option<&'static OrderField> {
    BY_NAME.get(&(scope, name)).copied()
}

/// The field that a column's name means, in whatever case.
pub(super) fn column(name: &str) -> Option<&'static OrderField> {
    FIELDS.iter().find(|field| field.path.eq_ignore_ascii_case(name))
}

/// The field of an item that a column's name means, in whatever case.
pub(super) fn item_column(name: &str) -> Option<&'static OrderField> {
    let called =
        |field: &&OrderField| field.path.split_once('.').is_some_and(|(_, path)| path.eq_ignore_ascii_case(name));
    ITEM_FIELDS.iter().filter(|field| field.shape != FieldShape::Object).find(called)
}

/// What spreadsheets and shops call fields, in small letters and digits alone.
const ALSO: [(&str, &str); 40] = [
    ("order", "order_ref"),
    ("orderid", "order_ref"),
    ("orderno", "order_ref"),
    ("ordernumber", "order_ref"),
    ("ordername", "order_ref"),
    ("orderreference", "order_ref"),
    ("recipient", "ship_to.name"),
    ("recipientname", "ship_to.name"),
    ("shippingname", "ship_to.name"),
    ("fullname", "ship_to.name"),
    ("consignee", "ship_to.name"),
    ("address", "ship_to.line1"),
    ("address1", "ship_to.line1"),
    ("addressline1", "ship_to.line1"),
    ("street", "ship_to.line1"),
    ("shippingaddress1", "ship_to.line1"),
    ("address2", "ship_to.line2"),
    ("addressline2", "ship_to.line2"),
    ("shippingaddress2", "ship_to.line2"),
    ("town", "ship_to.city"),
    ("shippingcity", "ship_to.city"),
    ("province", "ship_to.region"),
    ("stateprovince", "ship_to.region"),
    ("shippingprovince", "ship_to.region"),
    ("zip", "ship_to.postcode"),
    ("zipcode", "ship_to.postcode"),
    ("postalcode", "ship_to.postcode"),
    ("shippingzip", "ship_to.postcode"),
    ("countrycode", "ship_to.country"),
    ("shippingcountry", "ship_to.country"),
    ("quantity", "lines.qty"),
    ("lineitemquantity", "lines.qty"),
    ("item", "lines.sku"),
    ("itemsku", "lines.sku"),
    ("sellersku", "lines.sku"),
    ("lineitemsku", "lines.sku"),
    ("productname", "lines.title"),
    ("weight", "lines.unit_g"),
    ("price", "lines.value"),
    ("unitprice", "lines.value"),
];

/// The field that a column probably means which has another name: as people call it, as its last step is called, or nearly so.
pub(super) fn called(column: &str) -> Option<&'static str> {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let last = |path: &str| plain(path.rsplit('.').next().unwrap_or(path));
    let name = last(column);
    if name.is_empty() {
        return None;
    }
    let also = ALSO.iter().find(|(called, _)| *called == name).map(|(_, path)| *path);
    let alike = || FIELDS.iter().find(|field| last(field.path) == name).map(|field| field.path);
    also.or_else(alike).or_else(|| nearest(column, FIELDS.iter().map(|field| field.path)))
}

/// The field that is meant by a name that the object at `scope` does not have: the same in another case, or a wish that
/// stands outside `service`.
pub(super) fn meant(scope: &str, name: &str) -> Option<&'static str> {
    const WISHES: [&str; 8] =
        ["signature", "pod", "insure", "cod", "expedite", "appointment", "weekend", "label_source"];
    let place = |field: &OrderField| field.path.rsplit_once('.').unwrap_or(("", field.path));
    let same = |field: &&OrderField| {
        let (before, last) = place(field);
        let wish = scope.is_empty() && before == "service" && WISHES.contains(&last);
        (before == scope || wish) && last.eq_ignore_ascii_case(name)
    };
    FIELDS.iter().find(same).map(|field| field.path)
}

/// Every field with what is done with it, one a line, for a person who writes a file.
pub fn field_list() -> String {
    listed(FIELDS.iter())
}

/// The same of items.
pub fn item_field_list() -> String {
    listed(ITEM_FIELDS.iter())
}

fn listed(fields: impl Iterator<Item = &'static OrderField>) -> String {
    let mut list = String::new();
    for field in fields.filter(|field| !matches!(field.shape, FieldShape::Object | FieldShape::Objects)) {
        let done = match field.owner {
            Owner::Honoured(how) | Owner::Printed(how) | Owner::WithLabel(how, _) => how.to_owned(),
            Owner::Kept(why) => format!("kept: {why}"),
            Owner::Dropped(why) => format!("not kept: {why}"),
            Owner::Refused(refusal) => format!("refused: {}, which {}", refusal.what, refusal.but),
        };
        // Writing to memory never fails.
        let path = field.path.strip_prefix("item.").unwrap_or(field.path);
        let _ = writeln!(list, "  {path:<28} {done}");
    }
    list
}

/// The names of the fields of the object at `scope`, for a person.
pub(super) fn names(scope: &str) -> String {
    let inside = |field: &&OrderField| field.path.rsplit_once('.').is_some_and(|(before, _)| before == scope);
    let names = all().filter(inside).filter_map(|field| field.path.rsplit('.').next());
    names.collect::<Vec<_>>().join(", ")
}
