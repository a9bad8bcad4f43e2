//! `config/orders/README.md` says of every field what is done with it, and the samples beside it are taken.

use super::owners::{FIELDS, Owner};
use super::*;
use crate::exchange::supplied::{File, LabelFormat, Wanted};
use crate::label::{Draws, Language, Media, PrinterFormat};
use crate::station::order::OrderState;

const PAGE: &str = include_str!("../../../config/orders/README.md");

/// The rows of the table of fields: each field's name, and the whole row.
fn rows() -> Vec<(&'static str, &'static str)> {
    let (_, section) = PAGE.split_once("\n## Every field\n").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("another one behind it");
    let name = |row: &'static str| Some((row.strip_prefix("| `")?.split_once('`')?.0, row));
    section.lines().filter_map(name).collect()
}

/// What stands in the blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    PAGE.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

fn states(batch: &Batch) -> Vec<OrderState> {
    batch.accepted.iter().map(|incoming| incoming.order.state).collect()
}

#[test]
fn every_field_has_a_row_in_the_page_and_every_row_has_a_field() {
    let named: Vec<&str> = rows().into_iter().map(|(name, _)| name).collect();
    let fields: Vec<&str> = FIELDS.iter().map(|field| field.path).collect();
    assert_eq!(named, fields);
}

#[test]
fn the_page_says_what_is_kept_what_is_refused_and_what_is_read_over() {
    for (field, (name, row)) in FIELDS.iter().zip(rows()) {
        let words: &[&str] = match field.owner {
            Owner::Honoured(_) | Owner::Printed(_) => continue,
            Owner::Kept(_) => &["kept", "the same", "its fields"],
            Owner::Dropped(_) => &["read over"],
            Owner::Refused(_) | Owner::WithLabel(..) => &["refused"],
        };
        assert!(words.iter().any(|word| row.contains(word)), "{name} is {:?}, and its row is {row}", field.owner);
        assert!(words == ["read over"] || !row.contains("read over"), "{row}");
    }
}

#[test]
fn the_least_order_of_the_page_is_taken_in_both_formats_and_is_the_same_order() {
    let (json, csv) = (blocks("json"), blocks("csv"));
    assert_eq!((json.len(), csv.len()), (1, 1));
    let (json, csv) = (read(json[0].as_bytes(), "o.json"), read(csv[0].as_bytes(), "o.csv"));
    assert!(json.refused.is_empty() && csv.refused.is_empty(), "{json:?} {csv:?}");
    assert_eq!(json.accepted[0].order, csv.accepted[0].order);
}

#[test]
fn the_samples_are_taken_whole() {
    let sample = read(include_bytes!("../../../config/orders/sample.csv"), "sample.csv");
    assert_eq!(sample.refused, []);
    assert_eq!(states(&sample), [OrderState::Ready, OrderState::Ready, OrderState::Cancelled]);
    assert_eq!(sample.accepted[0].order.lines.len(), 2);
    let sample = read(include_bytes!("../../../config/orders/sample.jsonl"), "sample.jsonl");
    assert_eq!((sample.refused.len(), sample.accepted.len()), (0, 50));
}

#[test]
fn the_supplied_sample_brings_a_label_that_shows_its_number() {
    let sample = read(include_bytes!("../../../config/orders/supplied.jsonl"), "supplied.jsonl");
    assert_eq!(sample.refused, []);
    let Incoming { order, label, .. } = &sample.accepted[0];
    let (given, label) = (order.label.as_ref().expect("a number"), label.as_ref().expect("a file"));
    assert_eq!((label.path.as_str(), label.format), ("supplied.png", Some(LabelFormat::Png)));
    let media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
    let printer = PrinterFormat { language: Language::Zpl, draws: Draws::TextAndBars, packed: false, media };
    let bytes = include_bytes!("../../../config/orders/supplied.png").to_vec();
    let mut file = File::open(bytes, LabelFormat::Png, printer).expect("a picture");
    let read = |number: &str, file: &mut File| {
        file.label(&Wanted { number: number.to_owned(), page: None, dpi: label.dpi }, &mut || ())
    };
    assert!(read(given.tracking.as_str(), &mut file).is_ok());
    assert!(read("9200190132607600833458", &mut file).is_err(), "another number is on no page");
}
