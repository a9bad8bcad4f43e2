//! The words of the page: everything that it asks for, and everything that the station records, has some in each language.

use std::collections::BTreeSet;
use std::iter::successors;

use serde_json::Value;

use super::page::{ORDER_STATES, says};
use crate::daemon::lists;
use crate::rating::{Basis, Extra};
use crate::screen::Words;
use crate::station::fact::{Ending, FactKind};
use crate::station::parcels::{PrintState, State};
use crate::uplink::event::EventKind;

/// The words of the page in English: those of other languages are compared with them (`crate::screen::Words`).
fn english() -> Value {
    says(&Words::english())
}

fn written<T: serde::Serialize>(values: &[T]) -> Vec<String> {
    let word = |value: &T| serde_json::to_value(value).ok()?.as_str().map(str::to_owned);
    values.iter().filter_map(word).collect()
}

/// That each of these words of this kind has a name, and that no other word has one.
#[track_caller]
fn named<W: AsRef<str>>(kind: &str, words: impl IntoIterator<Item = W>) {
    let key = |word: W| format!("{kind}_{}", word.as_ref().replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
    let wanted: BTreeSet<String> = words.into_iter().map(key).collect();
    let says = english();
    let has = says.as_object().expect("words").keys();
    let has: BTreeSet<String> = has.filter(|key| key.starts_with(&format!("{kind}_"))).cloned().collect();
    assert_eq!(wanted, has, "what is recorded, and what has a name in config/languages");
}

#[test]
fn every_kind_of_fact_and_of_event_has_a_name_on_the_page() {
    named("fact", FactKind::ALL.iter().map(|kind| kind.name()));
    named("event", EventKind::ALL.iter().map(|kind| kind.name().trim_start_matches("parceld.")));
}

#[test]
fn every_state_has_a_name_on_the_page() {
    // Those of orders, of manifests and of what goes to the hub are words where they are found.
    let answers = include_str!("../daemon/answers.rs");
    let quoted = |holds: &'static str| {
        let lines = answers.lines().filter(move |line| line.contains(holds));
        lines.flat_map(|line| line.split('"').skip(1).step_by(2)).filter(|word| *word != "state").map(str::to_owned)
    };
    let mut states: Vec<String> = quoted("OrderState::").chain(["import_again".to_owned()]).collect();
    let of_orders: BTreeSet<&str> = states.iter().map(String::as_str).collect();
    assert_eq!(of_orders, BTreeSet::from(lists::ORDER_STATES), "`orders list --state` knows them all");
    states.extend(quoted("\"state\": if"));
    states.extend(State::ALL.iter().map(|state| state.word().to_owned()));
    states.extend(written(&Ending::WORDS.map(|(_, ending)| ending)));
    named("state", states);
    let after = |state: &PrintState| match state {
        PrintState::Started => Some(PrintState::Sent),
        PrintState::Sent => Some(PrintState::Printed),
        PrintState::Printed => Some(PrintState::Doubt),
        PrintState::Doubt => Some(PrintState::Spoiled),
        PrintState::Spoiled => Some(PrintState::Verified),
        PrintState::Verified => None,
    };
    named("print", written(&successors(Some(PrintState::Started), after).collect::<Vec<_>>()));
    let after = |basis: &Basis| match basis {
        Basis::Actual => Some(Basis::Dimensional),
        Basis::Dimensional => Some(Basis::Cubic),
        Basis::Cubic => Some(Basis::Minimum),
        Basis::Minimum => None,
    };
    named("basis", written(&successors(Some(Basis::Actual), after).collect::<Vec<_>>()));
    named("reach", ["none", "up", "down", "stopped"]);
}

/// The rules that are ours stand in the source as the words that they are recorded with; others are a rate card's own.
#[test]
fn every_rule_and_every_line_of_a_price_that_is_not_a_rate_card_s_has_a_name_on_the_page() {
    let refused = include_str!("../rating/refused.rs");
    let arm = |line: &'static str| line.split_once("=> \"")?.1.strip_suffix("\",");
    let rules: Vec<&str> = refused.lines().filter_map(arm).collect();
    assert!(rules.contains(&"zone") && rules.contains(&"max_weight"), "the rules are not read right: {rules:?}");
    named("rule", rules.into_iter().chain(Extra::NAMES.map(|(name, _)| name)));
    let price = include_str!("../rating/price.rs");
    let line = |text: &'static str| text.split_once("OfferLine { rule: \"")?.1.split('"').next();
    named("line", price.lines().filter_map(line));
}

/// What the files of the page ask for is there, and nothing of the page's own that nobody asks for.
#[test]
fn every_word_that_the_page_asks_for_is_sent_to_it() {
    let page = include_str!("page/index.html");
    let scripts = [
        include_str!("page/bench.js"),
        include_str!("page/dom.js"),
        include_str!("page/orders.js"),
        include_str!("page/page.js"),
        include_str!("page/records.js"),
    ];
    let quoted = |text: &'static str| text.split(['"', '`']).filter(|part| part.starts_with("page_"));
    let asked: BTreeSet<&str> = scripts.into_iter().chain([page]).flat_map(quoted).collect();
    // What the virtual bench says of itself, and of its orders, is said by the station.
    let said = ["works", "no_paper", "lid_open", "off", "silent", "supplied", "battery", "return", "cancel"];
    let said = said.map(|word| format!("page_{word}"));
    let orders = ORDER_STATES.map(|(_, key)| key);
    let known = |key: &str| asked.contains(key) || said.iter().any(|said| said == key) || orders.contains(&key);
    let says = english();
    let says = says.as_object().expect("words");
    for key in &asked {
        assert!(says.contains_key(*key), "{key} is asked for and not sent");
    }
    for key in says.keys().filter(|key| key.starts_with("page_")) {
        assert!(known(key), "{key} is sent, and nobody asks for it");
    }
}

/// No sentence stands in a script: a language would not reach it.
#[test]
fn no_script_of_the_page_has_words_of_its_own() {
    let scripts = [
        include_str!("page/bench.js"),
        include_str!("page/dom.js"),
        include_str!("page/orders.js"),
        include_str!("page/page.js"),
        include_str!("page/records.js"),
    ];
    let mut read = 0;
    for line in scripts.iter().flat_map(|script| script.lines()).filter(|line| !line.trim_start().starts_with("//")) {
        let code = line.split(" // ").next().unwrap_or(line);
        let parts: Vec<&str> = code.split(['"', '`']).collect();
        for (before, text) in
            parts.iter().zip(&parts[1..]).step_by(2).filter(|(before, _)| !before.ends_with("class: "))
        {
            let prose = text.split(' ').filter(|word| word.len() > 1 && word.chars().all(char::is_alphabetic)).count();
            assert!(prose < 2, "{text:?} is no word of the language files, in {before}");
            read += 1;
        }
    }
    assert!(read > 200, "the scripts are not read right: {read} texts");
}

#[test]
fn every_element_with_english_words_names_their_key() {
    let page = include_str!("page/index.html");
    let body = page.split_once("<body>").expect("a body").1;
    // The name of the program, what stands there before there are words, a unit, and signs.
    let names = ["parceld", "connecting", "Connecting", "g", "0", "–", ":", "This page needs JavaScript."];
    for part in body.split('<') {
        let Some((tag, text)) = part.split_once('>') else { continue };
        let text = text.trim();
        let said = text.is_empty() || names.contains(&text) || tag.contains("data-say=");
        assert!(said, "{text:?} stays English: give <{tag}> a data-say");
        let label = tag.contains("aria-label=") && !tag.contains("data-say-label=");
        assert!(!label, "its aria-label stays English: give <{tag}> a data-say-label");
    }
}
