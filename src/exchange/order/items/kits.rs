//! Kits: what is known of one from its components.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::mass;
use crate::units::Mass;

/// How deep kits may stand in kits.
pub const KNOWN_DEPTH: usize = 4;
/// Most items that are looked at for one kit.
const MOST_ITEMS: usize = 2_000;
/// Heavier than any parcel: then nothing follows from its components.
const MOST_MASS: Mass = Mass::from_grams(1_000_000);
/// Most units in one kit.
const MOST_UNITS: u64 = 10_000;

/// Why a kit cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKit {
    /// It stands in itself.
    #[error("the kit {0} is a component of itself; take it out of its components")]
    Cycle(String),
    /// Kits in kits in kits.
    #[error("kits stand in kits more than {KNOWN_DEPTH} deep; name the items themselves")]
    Deep,
    /// More than anybody packs.
    #[error("the kit has more than {MOST_UNITS} units, or {MOST_ITEMS} kinds; check its counts")]
    Large,
}

/// A component that has been taken apart as far as it goes.
#[derive(Debug)]
struct KitPart {
    item: Option<Map<String, Value>>,
    sku: String,
    count: u64,
}

/// An item with what follows from its components where it does not say it itself: its weight, when all of theirs are known;
/// dangerous goods; that one of them is blocked, as `blocked_part`. `None` for an item that nobody knows.
///
/// # Errors
/// Of whoever looks items up, or [`BadKit`] in it.
pub fn resolved<E>(
    sku: &str,
    find: &dyn Fn(&str) -> Result<Option<String>, E>,
) -> Result<Result<Option<String>, BadKit>, E> {
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let Some(mut item) = find(sku)?.as_deref().and_then(read) else { return Ok(Ok(None)) };
    if item.contains_key("components") {
        let mut parts = Vec::new();
        let (mut size, mut path) = (KitSize::default(), vec![sku.to_owned()]);
        if let Err(bad) = take_apart(&item, 1, &mut path, find, &mut size, &mut parts)? {
            return Ok(Err(bad));
        }
        derive(&mut item, &parts);
    }
    Ok(Ok(Some(crate::exchange::canonical::text(&Value::Object(item)))))
}

/// What a kit holds with all kits in it.
#[derive(Debug, Default)]
struct KitSize {
    items: usize,
    units: u64,
}

/// The components of a kit with their components; there are `kits` of it.
fn take_apart<E>(
    kit: &Map<String, Value>,
    kits: u64,
    path: &mut Vec<String>,
    find: &dyn Fn(&str) -> Result<Option<String>, E>,
    size: &mut KitSize,
    parts: &mut Vec<KitPart>,
) -> Result<Result<(), BadKit>, E> {
    for component in kit.get("components").and_then(Value::as_array).into_iter().flatten() {
        let sku = component["sku"].as_str().unwrap_or_default().to_owned();
        let count = component["qty"].as_u64().unwrap_or(1);
        let units = kits.saturating_mul(count);
        if path.contains(&sku) {
            return Ok(Err(BadKit::Cycle(sku)));
        }
        size.items += 1;
        if units > MOST_UNITS || size.items > MOST_ITEMS {
            return Ok(Err(BadKit::Large));
        }
        let item = find(&sku)?.and_then(|text| serde_json::from_str::<Map<String, Value>>(&text).ok());
        match item {
            Some(mut inner) if inner.contains_key("components") => {
                if path.len() >= KNOWN_DEPTH {
                    return Ok(Err(BadKit::Deep));
                }
                let mut inside = Vec::new();
                path.push(sku.clone());
                if let Err(bad) = take_apart(&inner, units, path, find, size, &mut inside)? {
                    return Ok(Err(bad));
                }
                path.pop();
                derive(&mut inner, &inside);
                parts.push(KitPart { item: Some(inner), sku, count });
            }
            item => {
                size.units += units;
                parts.push(KitPart { item, sku, count });
            }
        }
    }
    Ok(if size.units > MOST_UNITS { Err(BadKit::Large) } else { Ok(()) })
}

/// Puts what follows from its parts into a kit that does not say it itself.
fn derive(kit: &mut Map<String, Value>, parts: &[KitPart]) {
    if !kit.contains_key("unit_g") {
        let each = |part: &KitPart| weight(part.item.as_ref()?)?.checked_mul(i64::try_from(part.count).ok()?);
        let sum = parts.iter().try_fold(Mass::ZERO, |sum, part| sum.checked_add(each(part)?));
        if let Some(sum) = sum.filter(|sum| *sum > Mass::ZERO && *sum <= MOST_MASS) {
            kit.insert("unit_g".to_owned(), mass(sum));
        }
    }
    // A kit is what is in it, also where it says that it is none.
    let class = |map: &Map<String, Value>| {
        map.get("dg").and_then(|dg| dg["class"].as_str()).is_some_and(|class| class != "none")
    };
    if !class(kit)
        && let Some(goods) = dangerous(parts)
    {
        kit.insert("dg".to_owned(), goods);
    }
    let blocked = |part: &&KitPart| part.item.as_ref().is_some_and(|item| item.contains_key("blocked"));
    if let (false, Some(part)) = (kit.contains_key("blocked"), parts.iter().find(blocked)) {
        let item = part.item.as_ref();
        let field = |name: &str| item.and_then(|item| item.get(name)).cloned();
        let inner = field("blocked_part").unwrap_or_else(|| part.sku.clone().into());
        kit.insert("blocked_part".to_owned(), inner);
        for name in ["blocked", "blocked_why"] {
            kit.extend(field(name).map(|said| (name.to_owned(), said)));
        }
    }
}

fn weight(item: &Map<String, Value>) -> Option<Mass> {
    match item.get("unit_g")? {
        Value::String(text) => text.parse().ok(),
        number => number.as_i64().map(Mass::from_grams),
    }
}

/// The dangerous goods of parts together: of one class, with what all of them say alike; of several classes, `unknown`.
fn dangerous(parts: &[KitPart]) -> Option<Value> {
    let mut of_class: BTreeMap<&str, Vec<(&Value, u64)>> = BTreeMap::new();
    for part in parts {
        if let Some(goods) = part.item.as_ref().and_then(|item| item.get("dg"))
            && let Some(class) = goods["class"].as_str().filter(|class| *class != "none")
        {
            of_class.entry(class).or_default().push((goods, part.count));
        }
    }
    let (class, goods) = of_class.pop_first()?;
    if !of_class.is_empty() {
        return Some(json!({ "class": "unknown" }));
    }
    let mut all = Map::from_iter([("class".to_owned(), Value::from(class))]);
    for name in ["un", "pi", "wh"] {
        let said = goods[0].0.get(name);
        let alike = goods.iter().all(|(other, _)| other.get(name) == said);
        all.extend(said.filter(|_| alike).map(|said| (name.to_owned(), said.clone())));
    }
    for name in ["cells", "batteries"] {
        let each = |(goods, count): &(&Value, u64)| goods.get(name)?.as_u64()?.checked_mul(*count);
        let sum = goods.iter().try_fold(0_u64, |sum, part| sum.checked_add(each(part)?));
        all.extend(sum.map(|sum| (name.to_owned(), sum.min(super::MAX_COUNT).into())));
    }
    Some(Value::Object(all))
}
