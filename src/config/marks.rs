//! The rules of stickers: `config/marks.toml`, or the file that `marks_file` names.

use std::collections::BTreeSet;
use std::path::Path;

use super::problem::{Problem, Problems};
use super::table::{Source, Table};
use super::text::text_of;
use crate::ids::CarrierId;
use crate::rating::Dg;
use crate::station::order::Packed;
use crate::station::parcels::marks::{MarkRule, Marks};
use crate::units::Date;

/// The shipped rules, for a station that names none.
const SHIPPED: &str = include_str!("../../config/marks.toml");
/// Largest file of rules: a hundred times the one we ship.
const MAX_BYTES: u64 = 256 << 10;
/// What says that no sticker is wanted.
const NONE: &str = "none";

/// The rules of a file, or the shipped ones, with every problem.
pub(super) fn read(file: Option<&Path>) -> (Marks, Problems) {
    let Some(path) = file else { return parse(Path::new("config/marks.toml"), SHIPPED.to_owned()) };
    match text_of(path, MAX_BYTES) {
        Ok(text) => parse(path, text),
        Err(problem) => {
            let todo = format!("{}; or leave marks_file out for the shipped rules", problem.what_to_do);
            (Marks::default(), Problems(vec![Problem { what_to_do: todo, ..problem }]))
        }
    }
}

fn parse(path: &Path, text: String) -> (Marks, Problems) {
    let source = Source::new(path, text);
    let mut rules = Vec::new();
    if let Some(root) = source.parse() {
        let table = Table::root(&source, &root);
        rules.extend(table.tables("rule").iter().filter_map(rule));
        table.finish();
    }
    (Marks(rules), source.into_problems())
}

fn rule(table: &Table<'_>) -> Option<MarkRule> {
    let mark = table.required::<String>("mark");
    let texts = |key| table.optional::<Vec<String>>(key).unwrap_or_default().into_iter().collect::<BTreeSet<String>>();
    let rule = MarkRule {
        mark: mark.clone().filter(|mark| mark != NONE),
        goods: table.names("goods", &Dg::NAMES).into_iter().collect(),
        packed: table.names("packed", &Packed::NAMES).into_iter().collect(),
        un: texts("un"),
        cells_up_to: table.optional("cells_up_to"),
        batteries_up_to: table.optional("batteries_up_to"),
        parcels_up_to: table.optional("parcels_up_to"),
        from: texts("from"),
        to: texts("to"),
        carriers: texts("carriers").into_iter().map(CarrierId::from).collect(),
        dates: (table.optional_text::<Date>("first"), table.optional_text::<Date>("last")),
    };
    table.finish();
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if mark.as_ref().is_some_and(|mark| !(1..=16).contains(&mark.len()) || !mark.bytes().all(word)) {
        table.error(
            "mark",
            "the mark is not 1 to 16 letters, digits and -",
            "write it as its barcode says it: \"UN3481\"",
        );
    }
    if rule.goods.is_empty() {
        table.error("goods", "the rule names no goods", "write which, such as goods = [\"li_ion\"]");
    }
    for country in rule.from.iter().chain(&rule.to) {
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let key = if rule.from.contains(country) { "from" } else { "to" };
            table.error(key, format!("country {country:?} is not a country"), "write two capital letters, such as US");
        }
    }
    mark.map(|_| rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::order;
    use crate::station::parcels::marks::Shipment;

    fn shipped() -> Marks {
        let (marks, problems) = read(None);
        assert_eq!(problems.0, []);
        marks
    }

    /// The stickers for an order with these `dg` objects, a parcel each.
    fn needed(to: &str, goods: &[&str]) -> Vec<String> {
        let lines: Vec<String> = goods.iter().map(|dg| format!("{{\"sku\":\"A\",\"qty\":1,\"dg\":{dg}}}")).collect();
        let to = format!(
            "\"ship_to\":{{\"name\":\"A\",\"line1\":\"1 A\",\"city\":\"A\",\"postcode\":\"90026\",\"country\":\"{to}\"}}"
        );
        let text = format!("{{\"order_ref\":\"A-1\",{to},\"lines\":[{}]}}", lines.join(","));
        let order = order::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let on = Date::new(2026, 11, 23).expect("a day");
        shipped().needed(&order, Shipment { from: "US", carrier: &"usps".into(), on })
    }

    #[test]
    fn a_battery_needs_its_sticker_and_one_whose_packing_nobody_said_does_too() {
        assert_eq!(needed("US", &["{}", "{\"class\":\"liquid\"}"]), [""; 0]);
        assert_eq!(needed("US", &["{\"class\":\"li_ion\"}"]), ["UN3481"]);
        assert_eq!(needed("US", &["{\"class\":\"li_ion\",\"pi\":\"packed_with\",\"cells\":1}"]), ["UN3481"]);
        assert_eq!(needed("US", &["{\"class\":\"li_ion\",\"pi\":\"alone\"}"]), ["UN3480"]);
        assert_eq!(needed("US", &["{\"class\":\"li_ion\",\"un\":\"UN3480\"}"]), ["UN3480"]);
        assert_eq!(needed("US", &["{\"class\":\"li_metal\"}", "{\"class\":\"na_ion\"}"]), ["UN3091", "UN3552"]);
        assert_eq!(needed("US", &["{\"class\":\"lq\"}"]), ["LQ"]);
    }

    #[test]
    fn a_few_small_batteries_in_equipment_need_none_at_home() {
        let small = "{\"class\":\"li_ion\",\"pi\":\"contained\",\"cells\":1,\"batteries\":1}";
        assert_eq!(needed("US", &[small]), [""; 0]);
        assert_eq!(needed("US", &[small, small]), [""; 0]);
        assert_eq!(needed("GB", &[small]), ["UN3481"]);
        let many = "{\"class\":\"li_ion\",\"pi\":\"contained\",\"cells\":5,\"batteries\":3}";
        assert_eq!(needed("US", &[many]), ["UN3481"]);
        assert_eq!(needed("US", &["{\"class\":\"li_ion\",\"pi\":\"contained\"}"]), ["UN3481"], "nobody said how many");
        let odd = "{\"class\":\"li_ion\",\"pi\":\"967\",\"cells\":\"one\"}";
        assert_eq!(needed("US", &[odd]), ["UN3481"], "what cannot be read is taken for the worst");
    }

    #[test]
    fn a_rule_holds_from_its_first_day_to_its_last_and_for_its_carriers() {
        let text = "[[rule]]\nmark = \"X1\"\ngoods = [\"li_ion\"]\ncarriers = [\"usps\"]\nfirst = \"2026-11-23\"\nlast = \"2026-11-24\"\n";
        let (marks, problems) = parse(Path::new("a.toml"), text.to_owned());
        assert_eq!(problems.0, []);
        let order = "{\"order_ref\":\"A\",\"state\":\"hold\",\"lines\":[{\"sku\":\"A\",\"qty\":1,\"dg\":{\"class\":\"li_ion\"}}]}";
        let order = order::parse(order).expect("an order");
        let on = |day, carrier: &str| {
            let on = Date::new(2026, 11, day).expect("a day");
            marks.needed(&order, Shipment { from: "US", carrier: &carrier.into(), on }).len()
        };
        assert_eq!([22, 23, 24, 25].map(|day| on(day, "usps")), [0, 1, 1, 0]);
        assert_eq!(on(23, "ontrac"), 0);
    }

    #[test]
    fn each_wrong_rule_is_an_error_on_its_line() {
        let text = "[[rule]]\nmark = \"UN 3481\"\ngoods = [\"li_ion\"]\n[[rule]]\nmark = \"LQ\"\nto = [\"usa\"]\n[[rule]]\ngoods = [\"lq\"]\ncells = 4\n";
        let (_, problems) = parse(Path::new("a.toml"), text.to_owned());
        let found: Vec<String> = problems.0.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(found[0].starts_with("a.toml:2: the mark is not 1 to 16"), "{found:#?}");
    }
}
