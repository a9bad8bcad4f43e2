//! `parceld.order/1` as a JSON value -> what the station works with.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::{Fields, bound};
use super::label::{self, LabelFile};
use super::{MAX_BODY_BYTES, MAX_LINES, OrderError, SCHEMA};
use crate::barcode::Command;
use crate::exchange::canonical;
use crate::rating::{Dg, Extra, Signature, Terms};
use crate::station::order::{Address, Order, OrderLine, OrderState, Packed};

/// Longest identifier that still fits a barcode on a pick list.
const MAX_ID: usize = 64;
/// Most units of one line, and most parcels of one order: above it, digits were doubled.
const MAX_COUNT: u64 = 10_000;

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
const DG_CLASSES: [(&str, Dg); 10] = [
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

/// One order, and where its label is if that was made elsewhere; every field that the station reads is checked, every
/// other one is bounded.
pub(super) fn order(value: &Value) -> Result<(Order, Option<LabelFile>), OrderError> {
    let root = Fields::root(value)?;
    if !matches!(root.text("schema")?, "" | SCHEMA) {
        return Err(OrderError::Kind { field: "schema".into(), expected: SCHEMA });
    }
    bound(value, "")?;
    if canonical::text(value).len() > MAX_BODY_BYTES {
        return Err(OrderError::TooLong { field: "the order".into(), most: MAX_BODY_BYTES, of: "bytes" });
    }
    let order_ref = identifier(&root, "order_ref")?;
    let expected = "ready, hold, cancel_requested, cancelled or done";
    let state = root.word("state", &STATES, expected)?.unwrap_or(OrderState::Ready);
    let ready = state == OrderState::Ready;
    if ready {
        refuse_what_is_not_driven(&root)?;
    }
    let (label, file) = if ready { label::given(&root)? } else { None }.unzip();
    check_times(&root)?;
    let service = root.object("service")?;
    let lines = root.objects("lines", MAX_LINES)?;
    if ready && lines.is_empty() {
        return Err(root.missing("lines"));
    }
    let parcels = root.whole("parcels_planned", 1, MAX_LINES as u64)?.unwrap_or(1);
    let order = Order {
        references: references(&root, &lines, order_ref)?,
        order_ref: order_ref.to_owned(),
        rev: root.whole("rev", 0, u64::MAX)?.unwrap_or(0),
        channel: root.text("channel")?.to_owned(),
        shop: root.text("shop")?.to_owned(),
        state,
        parcels_planned: u32::try_from(parcels).unwrap_or(1),
        collect_by: root.object("deadlines")?.time("collect_by")?,
        ship_to: address(&root.object("ship_to")?, ready, label.is_some())?,
        signature: service.word("signature", &SIGNATURES, "none, any, adult18 or adult21")?.unwrap_or_default(),
        insure: service.object("insure")?.money("amount")?.filter(|amount| amount.minor > 0),
        terms: service
            .word("terms", &[("DDP", Some(Terms::Ddp)), ("DDU", Some(Terms::Ddu)), ("n/a", None)], "DDP, DDU or n/a")?
            .flatten(),
        extras: extras(&service)?,
        lines: lines.iter().map(line).collect::<Result<_, _>>()?,
        box_id: Some(root.text("box")?).filter(|id| !id.is_empty()).map(str::to_owned),
        dims: dims(&root)?,
        label,
    };
    Ok((order, file))
}

/// What the carrier must do beside carrying it.
fn extras(service: &Fields<'_>) -> Result<BTreeSet<Extra>, OrderError> {
    let flags = [("pod", Extra::Pod), ("appointment", Extra::Appointment), ("weekend", Extra::Weekend)];
    let mut extras = BTreeSet::new();
    for (name, extra) in flags {
        if service.flag(name)?.unwrap_or(false) {
            extras.insert(extra);
        }
    }
    Ok(extras)
}

/// Text without blanks that a barcode can carry and that no command barcode begins like.
pub(super) fn identifier<'a>(fields: &Fields<'a>, name: &str) -> Result<&'a str, OrderError> {
    let id = fields.required(name)?;
    let field = || fields.name(name);
    if id.len() > MAX_ID {
        return Err(OrderError::TooLong { field: field(), most: MAX_ID, of: "characters" });
    }
    if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(OrderError::Kind { field: field(), expected: "letters, digits and signs without blanks" });
    }
    if is_rounded(id) {
        return Err(OrderError::Rounded(field()));
    }
    if id.starts_with(Command::PREFIX) {
        return Err(OrderError::Kind { field: field(), expected: "something that no command barcode begins with" });
    }
    Ok(id)
}

/// `5.76461E+17`: what a spreadsheet makes of a long number.
fn is_rounded(id: &str) -> bool {
    let Some((digits, exponent)) = id.split_once("E+").or_else(|| id.split_once("e+")) else { return false };
    let number =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    number(digits) && number(exponent)
}

fn refuse_what_is_not_driven(root: &Fields<'_>) -> Result<(), OrderError> {
    let service = root.object("service")?;
    let cash = service.object("cod")?;
    if !cash.is_empty() && cash.money("amount")?.is_none_or(|amount| amount.minor > 0) {
        return Err(OrderError::NotDriven {
            field: service.name("cod"),
            what: "cash on delivery",
            instead: "leave it out, or ship the order by hand",
        });
    }
    Ok(())
}

/// Every time of the schema must be readable, also those that only other programs use.
fn check_times(root: &Fields<'_>) -> Result<(), OrderError> {
    root.time("placed_at")?;
    let deadlines = root.object("deadlines")?;
    for name in ["ship_by", "autocancel_ship", "autocancel_collect", "deliver_by"] {
        deadlines.time(name)?;
    }
    Ok(())
}

/// References other than the order's own, each once.
fn references(root: &Fields<'_>, lines: &[Fields<'_>], order_ref: &str) -> Result<Vec<String>, OrderError> {
    let label = root.object("label")?;
    let places = std::iter::once((root, "package_ref"))
        .chain(std::iter::once((&label, "tracking")))
        .chain(lines.iter().map(|line| (line, "line_ref")));
    let mut seen = BTreeSet::from([order_ref]);
    let mut references = Vec::new();
    for (fields, name) in places {
        if !fields.text(name)?.is_empty() {
            let id = identifier(fields, name)?;
            if seen.insert(id) {
                references.push(id.to_owned());
            }
        }
    }
    Ok(references)
}

/// With a label that was made elsewhere nothing of it is printed, and it may be masked.
fn address(fields: &Fields<'_>, ready: bool, on_label: bool) -> Result<Address, OrderError> {
    let printed = ready && !on_label;
    let text =
        |name: &str, needed: bool| if needed { fields.required(name) } else { fields.text(name) }.map(str::to_owned);
    let address = Address {
        name: text("name", printed)?,
        line1: text("line1", printed)?,
        line2: text("line2", false)?,
        city: text("city", printed)?,
        region: text("region", false)?,
        postcode: text("postcode", false)?,
        country: text("country", ready)?,
        phone: text("phone", false)?,
        residential: fields.flag("residential")?.unwrap_or(true),
    };
    let country = address.country.as_bytes();
    if !matches!(country, [] | [b'A'..=b'Z', b'A'..=b'Z']) {
        return Err(OrderError::Kind { field: fields.name("country"), expected: "two capital letters, such as US" });
    }
    if address.country == "US" && !on_label {
        if ready && address.postcode.is_empty() {
            return Err(fields.missing("postcode"));
        }
        if !address.postcode.is_empty() && !is_zip(&address.postcode) {
            return Err(OrderError::Kind {
                field: fields.name("postcode"),
                expected: "five digits, or five and four, such as 02116-1234 (a spreadsheet may have cut a leading 0)",
            });
        }
    }
    Ok(address)
}

/// A ZIP code, or ZIP+4.
fn is_zip(text: &str) -> bool {
    let (zip, four) = text.split_once('-').unwrap_or((text, "0000"));
    zip.len() == 5 && four.len() == 4 && zip.bytes().chain(four.bytes()).all(|byte| byte.is_ascii_digit())
}

fn line(fields: &Fields<'_>) -> Result<OrderLine, OrderError> {
    let sku = fields.text("sku")?;
    let title = fields.text("title")?;
    let barcodes = fields.texts("barcodes", MAX_LINES)?;
    if sku.is_empty() && title.is_empty() && barcodes.is_empty() {
        return Err(fields.missing("sku"));
    }
    let qty = fields.whole("qty", 1, MAX_COUNT)?.ok_or_else(|| fields.missing("qty"))?;
    fields.dims("dims_mm")?;
    let goods = fields.object("dg")?;
    let dg = goods.word(
        "class",
        &DG_CLASSES,
        "none, li_ion, li_metal, na_ion, liquid, powder, magnet, aerosol, lq or unknown",
    )?;
    // What cannot be read of these is what nobody said, and that is taken for the worst.
    let (un, way) = (goods.text("un").unwrap_or_default(), goods.text("pi").unwrap_or_default());
    let count = |name: &str| goods.whole(name, 0, MAX_COUNT).ok().flatten().and_then(|count| u32::try_from(count).ok());
    Ok(OrderLine {
        sku: sku.to_owned(),
        barcodes,
        title: title.to_owned(),
        qty: u32::try_from(qty).unwrap_or(1),
        unit_mass: fields.mass("unit_g")?,
        value: fields.money("value")?,
        dg: dg.unwrap_or_default(),
        un: Some(un).filter(|un| !un.is_empty()).map(str::to_owned),
        packed: Packed::NAMES.iter().find(|(name, _)| *name == way).map(|(_, packed)| *packed),
        cells: count("cells"),
        batteries: count("batteries"),
    })
}

/// The outside of the parcel, under either of its two names.
fn dims(root: &Fields<'_>) -> Result<Option<crate::units::Dims>, OrderError> {
    match (root.dims("dims_mm")?, root.dims("dims")?) {
        (Some(one), Some(other)) if one != other => {
            Err(OrderError::Value { field: "dims".into(), why: "dims_mm says otherwise; send one of them".into() })
        }
        (one, other) => Ok(one.or(other)),
    }
}
