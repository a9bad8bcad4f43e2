//! What of an order's address no printer can print.

use crate::label::Labels;
use crate::station::order::{Order, OrderState};

/// Why the address of an order that may go out cannot be printed: each field, and its first character that no font of the
/// label has. Empty where it can be, and where the label was made elsewhere. Never quotes the address.
pub fn unprintable(order: &Order, labels: &Labels) -> Vec<String> {
    if order.state != OrderState::Ready || order.label.is_some() {
        return Vec::new();
    }
    let to = &order.ship_to;
    let printed = [
        // The company stands in the name's line.
        ("name", &to.name),
        ("line1", &to.line1),
        ("line2", &to.line2),
        ("city", &to.city),
        ("region", &to.region),
        ("postcode", &to.postcode),
    ];
    let why = |(field, text): (&str, &String)| {
        let character = u32::from(labels.unprintable(text)?);
        Some(format!("ship_to.{field} holds U+{character:04X}, which no font of the label has; write it in letters"))
    };
    printed.into_iter().filter_map(why).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::order::parse;
    use crate::label::{Draws, Language, Media, PrinterFormat};

    fn why(name: &str, line1: &str, more: &str) -> Vec<String> {
        let media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
        let printer = PrinterFormat { language: Language::Zpl, draws: Draws::TextAndBars, packed: false, media };
        let text = format!(
            r#"{{"order_ref":"A1","ship_to":{{"name":"{name}","line1":"{line1}","city":"Boston","postcode":"02116",
            "country":"US"}},"lines":[{{"sku":"S","qty":1}}]{more}}}"#
        );
        unprintable(&parse(&text).expect("an order"), &Labels::new(printer, []))
    }

    #[test]
    fn a_character_that_no_font_has_is_said_with_its_field_and_without_the_address() {
        let said = why("Pat Example", "12 Sample Ave \u{1f3e0}", "");
        let reason = "ship_to.line1 holds U+1F3E0, which no font of the label has; write it in letters";
        assert_eq!(said, [reason]);
        assert_eq!(why("Pat \u{1f495}", "1 Main \u{1f3e0}", "").len(), 2, "each field is said");
        for name in ["Jenny \u{1f495}", "សុខ សាន្ត", "محمد علي"] {
            let said = why(name, "1 Main St", "").concat();
            assert!(said.starts_with("ship_to.name holds U+") && !said.contains(name), "{said}");
        }
        for name in ["山田 太郎", "สมชาย ใจดี", "Đường Nguyễn Huệ"] {
            assert!(why(name, "1 Main St", "").is_empty(), "{name}");
        }
    }

    #[test]
    fn an_address_that_is_not_printed_here_may_hold_anything() {
        let supplied = r#","service":{"label_source":"supplied"},"label":{"tracking":"T1"}"#;
        assert!(why("\u{1f3e0}", "1 Main St", supplied).is_empty());
        assert!(why("\u{1f3e0}", "1 Main St", r#","state":"hold""#).is_empty());
    }
}
