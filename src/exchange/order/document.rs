//! `parceld.order/1` as a JSON value -> what the station works with.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::{Fields, OrderReading, bound};
use super::label::{self, LabelFile};
use super::owners::{self, Owner};
use super::{MAX_BODY_BYTES, MAX_LINES, MAX_TEXT, OrderError, OrderSource, Reasons, SCHEMA};
use crate::calendar::{Deadline, DeadlineKind, DeadlineOrigin, Deadlines};
use crate::exchange::canonical;
use crate::ids::{country_meant, is_country};
use crate::place;
use crate::rating::{Dg, Extra, Signature, Terms};
use crate::station::order::{Address, Order, OrderLine, OrderState, Packed};
use crate::units::Dims;

/// Most units of one line, and most parcels of one order: above it, digits were doubled.
pub(super) const MAX_COUNT: u64 = 10_000;

const STATES: [(&str, OrderState); 5] = [
    ("ready", OrderState::Ready),
    ("hold", OrderState::Hold),
    ("cancel_requested", OrderState::CancelRequested),
    ("cancelled", OrderState::Cancelled),
    ("done", OrderState::Done),
];
const SIGNATURES: [(&str, Signature); 4] = [
    ("none", Signature::None),
    ("any", Signature::Any),
    ("adult18", Signature::Adult18),
    ("adult21", Signature::Adult21),
];
pub(super) const DG_CLASSES: [(&str, Dg); 10] = [
    ("none", Dg::None),
    ("li_ion", Dg::LiIon),
    ("li_metal", Dg::LiMetal),
    ("na_ion", Dg::NaIon),
    ("liquid", Dg::Liquid),
    ("powder", Dg::Powder),
    ("magnet", Dg::Magnet),
    ("aerosol", Dg::Aerosol),
    ("lq", Dg::Lq),
    ("unknown", Dg::Unknown),
];

const TERMS: [(&str, Option<Terms>); 3] = [("DDP", Some(Terms::Ddp)), ("DDU", Some(Terms::Ddu)), ("n/a", None)];
/// Why an item of the item master may be blocked.
pub(super) const BLOCKED: [&str; 2] = ["counterfeit", "prohibited"];
/// The largest revision: the station's database keeps signed numbers of 64 bits.
const MAX_REV: u64 = i64::MAX as u64;

/// The words that a field may hold; empty where it may hold any text.
pub(super) fn words_of(path: &str) -> Vec<&'static str> {
    fn of<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
        words.iter().map(|(word, _)| *word).collect()
    }
    match path {
        "state" => of(&STATES),
        "service.signature" => of(&SIGNATURES),
        "service.terms" => of(&TERMS),
        "service.label_source" => of(&label::SOURCES),
        "lines.dg.class" | "item.dg.class" => of(&DG_CLASSES),
        "item.dg.pi" => of(&Packed::NAMES),
        "item.blocked" => BLOCKED.to_vec(),
        _ => Vec::new(),
    }
}

/// One order, and where its label is if that was made elsewhere; every field that the station reads is checked, every
/// other one is bounded. All that is wrong is said at once, also what the station cannot do with it.
pub(super) fn order(value: &Value, source: OrderSource<'_>) -> Result<(Order, Option<LabelFile>), Reasons> {
    let reading = OrderReading::default();
    let root = Fields::root(value, &reading)?;
    if canonical::text(value).len() > MAX_BODY_BYTES {
        return Err(OrderError::TooLong { field: "the order".into(), most: MAX_BODY_BYTES, of: "bytes" }.into());
    }
    if !matches!(root.text("schema"), "" | SCHEMA) {
        root.kind("schema", SCHEMA);
    }
    let expected = "ready, hold, cancel_requested, cancelled or done";
    let state = root.word("state", &STATES, expected).unwrap_or(OrderState::Ready);
    if state == OrderState::Ready && !matches!(source, OrderSource::Kept) {
        reading.be_strict();
    }
    bound(value, "", None, &root);
    let (order, file) = read(&root, state);
    let mut errors = reading.into_errors();
    if let OrderSource::Outside(unfit) = source {
        errors.extend(unfit(&order).into_iter().map(OrderError::Unfit));
    }
    if errors.is_empty() { Ok((order, file)) } else { Err(Reasons(errors)) }
}

fn read(root: &Fields<'_>, state: OrderState) -> (Order, Option<LabelFile>) {
    let ready = state == OrderState::Ready;
    let order_ref = root.identifier("order_ref");
    let (label, file) = if ready { label::given(root) } else { None }.unzip();
    refuse_what_is_not_done(root, label.is_some());
    let service = root.object("service");
    let lines = root.objects("lines", MAX_LINES);
    if ready && lines.is_empty() {
        root.missing("lines");
    }
    let parcels = root.whole("parcels_planned", 1, MAX_LINES as u64).unwrap_or(1);
    let order = Order {
        references: references(root, &lines, order_ref),
        order_ref: order_ref.to_owned(),
        rev: rev(root),
        channel: root.text("channel").to_owned(),
        shop: root.text("shop").to_owned(),
        warehouse: root.newly().text("warehouse").to_owned(),
        state,
        parcels_planned: u32::try_from(parcels).unwrap_or(1),
        market: root.newly().text("market").to_owned(),
        placed_at: root.time("placed_at"),
        preorder: root.newly().flag("preorder").unwrap_or(false),
        deadlines: deadlines(&root.object("deadlines")),
        ship_to: address(&root.object("ship_to"), ready, label.is_some()),
        signature: service.word("signature", &SIGNATURES, "none, any, adult18 or adult21").unwrap_or_default(),
        insure: service.object("insure").money("amount").filter(|amount| amount.minor > 0),
        terms: service.word("terms", &TERMS, "DDP, DDU or n/a").flatten(),
        extras: extras(&service),
        lines: lines.iter().map(line).collect(),
        box_id: Some(root.text("box")).filter(|id| !id.is_empty()).map(str::to_owned),
        dims: dims(root),
        label,
    };
    (order, file)
}

/// The revision; 0 when absent.
fn rev(root: &Fields<'_>) -> u64 {
    let rev = root.whole("rev", 0, u64::MAX).unwrap_or(0);
    if rev > MAX_REV {
        root.bad("rev", format!("{rev} is above {MAX_REV}, the largest that can be kept; count revisions from 1"));
    }
    rev
}

/// What the carrier must do beside carrying it.
fn extras(service: &Fields<'_>) -> BTreeSet<Extra> {
    let flags = [("pod", Extra::Pod), ("appointment", Extra::Appointment), ("weekend", Extra::Weekend)];
    flags.into_iter().filter(|(name, _)| service.flag(name).unwrap_or(false)).map(|(_, extra)| extra).collect()
}

/// Of a new order that may go out: what it asks for and nothing does, and what nobody knows where every name is known.
fn refuse_what_is_not_done(root: &Fields<'_>, on_label: bool) {
    let root = root.newly();
    let (service, label) = (root.object("service"), root.object("label"));
    for field in &owners::FIELDS {
        let refusal = match field.owner {
            Owner::Refused(refusal) => refusal,
            Owner::WithLabel(_, refusal) if !on_label => refusal,
            _ => continue,
        };
        let asked = match field.path.split_once('.') {
            Some(("service", "cod")) => asks_for_cash(&service.object("cod")),
            Some(("service", name)) => service.asks(name),
            Some(("label", name)) => label.asks(name),
            _ => false,
        };
        if asked {
            root.wrong(OrderError::not_driven(field.path.to_owned(), refusal));
        }
    }
    for closed in [&root.object("deadlines"), &service, &service.object("insure"), &label] {
        closed.nothing_unknown();
    }
    for open in [&root, &root.object("ship_to")] {
        open.nothing_misplaced();
    }
}

/// Anything but an amount of nothing.
fn asks_for_cash(cash: &Fields<'_>) -> bool {
    !cash.is_empty() && cash.money("amount").is_none_or(|amount| amount.minor > 0)
}

/// What the order says of its deadlines.
fn deadlines(fields: &Fields<'_>) -> Deadlines {
    let derived = fields.newly().flag("derived").unwrap_or(false);
    let mut deadlines = Deadlines::default();
    for (name, kind) in DeadlineKind::NAMES {
        if let Some(at) = fields.time(name) {
            deadlines.add(kind, Deadline { at, origin: DeadlineOrigin::Said { derived } });
        }
    }
    deadlines
}

/// References other than the order's own, each once.
fn references(root: &Fields<'_>, lines: &[Fields<'_>], order_ref: &str) -> Vec<String> {
    let label = root.object("label");
    let places = std::iter::once((root, "package_ref"))
        .chain(std::iter::once((&label, "tracking")))
        .chain(lines.iter().map(|line| (line, "line_ref")));
    let mut seen = BTreeSet::from([order_ref]);
    let mut references = Vec::new();
    for (fields, name) in places {
        if !fields.text(name).is_empty() {
            let id = fields.identifier(name);
            if seen.insert(id) {
                references.push(id.to_owned());
            }
        }
    }
    references
}

/// With a label that was made elsewhere nothing of it is printed, and it may be masked.
fn address(fields: &Fields<'_>, ready: bool, on_label: bool) -> Address {
    let printed = ready && !on_label;
    let text = |name: &str, needed: bool| if needed { fields.required(name) } else { fields.text(name) }.to_owned();
    let company = fields.newly().text("company");
    let address = Address {
        name: addressee(fields, &text("name", printed && company.is_empty()), company),
        line1: text("line1", printed),
        line2: text("line2", false),
        city: text("city", printed),
        region: text("region", false),
        postcode: text("postcode", false),
        country: text("country", ready),
        phone: text("phone", false),
        residential: fields.flag("residential").unwrap_or(true),
    };
    let letters = matches!(address.country.as_bytes(), [] | [b'A'..=b'Z', b'A'..=b'Z']);
    if !letters || !address.country.is_empty() && !is_country(&address.country) {
        let fields = if letters { fields.newly() } else { fields.clone() };
        let expected = "two capital letters of a country (ISO 3166), such as US";
        fields.unknown("country", expected, country_meant(&address.country));
    }
    fields.no_apostrophe("postcode", &address.postcode);
    if !on_label {
        check_postcode(fields, &address, ready);
    }
    let masked = fields.newly().flag("masked");
    if printed {
        refuse_a_masked(fields, masked.unwrap_or(false));
    }
    address
}

/// The first line of a label: who, and of which company where the order says another one.
fn addressee(fields: &Fields<'_>, name: &str, company: &str) -> String {
    if company.is_empty() || name.trim().to_lowercase() == company.trim().to_lowercase() {
        return name.to_owned();
    }
    if name.trim().is_empty() {
        return company.to_owned();
    }
    let both = format!("{name}, {company}");
    if both.chars().nth(MAX_TEXT).is_some() {
        let field = format!("{} with {}", fields.name("name"), fields.name("company"));
        fields.newly().wrong(OrderError::TooLong { field, most: MAX_TEXT, of: "characters" });
    }
    both
}

/// In a country with postcodes there is a whole one. Those of other countries than the US were not looked at before.
fn check_postcode(fields: &Fields<'_>, address: &Address, ready: bool) {
    let fields = if address.country == "US" { fields.clone() } else { fields.newly() };
    if address.postcode.is_empty() {
        // Text that could not be read has been refused as that.
        if ready && place::is_needed(&address.country) && fields.is_absent("postcode") {
            fields.missing("postcode");
        }
    } else if let Some(expected) = place::wrong(&address.country, &address.postcode) {
        fields.kind("postcode", expected);
    }
}

/// A platform that keeps the buyer to itself writes `P*** E******`: nothing to print on a label.
fn refuse_a_masked(fields: &Fields<'_>, said: bool) {
    let new = fields.newly();
    if said {
        new.wrong(OrderError::Masked(fields.name("masked")));
    }
    for name in ["name", "company", "line1", "line2", "city", "region", "postcode"] {
        if new.text(name).contains(['*', '＊']) {
            new.wrong(OrderError::Masked(fields.name(name)));
        }
    }
}

fn line(fields: &Fields<'_>) -> OrderLine {
    let (sku, title) = (fields.text("sku"), fields.text("title"));
    let barcodes = fields.texts("barcodes", MAX_LINES);
    if ["sku", "title", "barcodes"].iter().all(|name| fields.is_absent(name)) {
        fields.missing("sku");
    }
    fields.newly().nothing_misplaced();
    fields.no_apostrophe("sku", sku);
    barcodes.iter().for_each(|code| fields.no_apostrophe("barcodes", code));
    if fields.is_absent("qty") {
        fields.missing("qty");
    }
    let qty = fields.whole("qty", 1, MAX_COUNT).unwrap_or(1);
    fields.dims("dims_mm");
    let line = OrderLine {
        sku: sku.to_owned(),
        barcodes,
        title: title.to_owned(),
        qty: u32::try_from(qty).unwrap_or(1),
        unit_mass: fields.mass("unit_g"),
        value: fields.money("value"),
        dg: Dg::None,
        un: None,
        packed: None,
        cells: None,
        batteries: None,
    };
    dangerous(&fields.object("dg"), line)
}

/// The line with what is said of dangerous goods in it. What a kept order says and cannot be read is what nobody said, and
/// that is taken for the worst.
fn dangerous(goods: &Fields<'_>, line: OrderLine) -> OrderLine {
    let classes = "none, li_ion, li_metal, na_ion, liquid, powder, magnet, aerosol, lq or unknown";
    let dg = goods.word("class", &DG_CLASSES, classes).unwrap_or_default();
    let new = goods.newly();
    new.nothing_unknown();
    new.decimal("wh", "watt-hours, such as 11.1");
    let un = new.text("un");
    if !un.is_empty() && !is_un_number(un) {
        new.kind("un", "UN and four digits, such as UN3481");
    }
    let count = |name: &str| new.whole(name, 0, MAX_COUNT).and_then(|count| u32::try_from(count).ok());
    OrderLine {
        dg,
        un: Some(un).filter(|un| !un.is_empty()).map(str::to_owned),
        packed: new.word("pi", &Packed::NAMES, "contained, packed_with or alone"),
        cells: count("cells"),
        batteries: count("batteries"),
        ..line
    }
}

pub(super) fn is_un_number(text: &str) -> bool {
    text.strip_prefix("UN").is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The outside of the parcel, under either of its two names.
fn dims(root: &Fields<'_>) -> Option<Dims> {
    match (root.dims("dims_mm"), root.dims("dims")) {
        (Some(one), Some(other)) if one != other => {
            root.bad("dims", "dims_mm says otherwise; send one of them");
            None
        }
        (one, other) => one.or(other),
    }
}
