//! Orders with their versions, references and labels, and what is left of them once they are erased.

use super::tests::{folder, hash, id, lies_in, of_shop, open, order, put};
use super::*;
use crate::station::order::OrderId;

fn one(number: &str, version: u64) -> FoundOrder {
    FoundOrder::One { id: id(number), body: format!("{number} at {version}"), version }
}

fn found(store: &Store, code: &str) -> FoundOrder {
    store.find_order(&[code.to_owned()]).expect("an answer")
}

#[test]
fn a_full_disk_takes_no_orders_and_says_so() {
    let dir = folder();
    let mut store = open(&dir);
    let pages: u32 = store.db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.limit_pages(pages).unwrap();
    let puts = (0..400).map(|n| order(&format!("order {n}"), 1, &[])).collect();
    assert!(matches!(store.put_orders(&OrderBatch { puts, cursor: Some("7") }), Err(StoreError::Full)));
    assert_eq!((store.cursor().unwrap().as_str(), store.orders(10).unwrap().len()), ("", 0));
}

#[test]
fn everything_that_was_said_of_an_order_is_kept_and_the_last_holds() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("A", 1, &[])]).unwrap();
    put(&mut store, vec![order("A", 2, &[])]).unwrap();
    assert!(put(&mut store, vec![order("A", 2, &[])]).is_err(), "a version is said once");
    assert_eq!(found(&store, "A"), one("A", 2));
    assert_eq!(store.order_at(&id("A"), 1).unwrap().as_deref(), Some("A at 1"), "a parcel keeps what it is packed by");
    let known = store.known_order(&id("A")).unwrap().unwrap();
    assert_eq!((known.version, known.rev, known.body.as_str()), (2, 2, "A at 2"));
    let said = |body: &str| store.holds_or_held(&known, &hash(body), hash).unwrap();
    assert_eq!((said("A at 2"), said("A at 1"), said("A at 3")), (Some(true), Some(false), None));
}

#[test]
fn two_shops_may_have_the_same_number_and_it_alone_is_never_guessed() {
    let dir = folder();
    let mut store = open(&dir);
    let other = Put { id: of_shop("T", "1001"), ..order("1001", 1, &["t-package"]) };
    put(&mut store, vec![order("1001", 1, &["s-package"]), other]).unwrap();
    let both = vec![id("1001"), of_shop("T", "1001")];
    assert_eq!(found(&store, "1001"), FoundOrder::Many(both.clone()));
    assert_eq!(store.orders_called("1001").unwrap(), both);
    for code in ["S/1001", "s-package"] {
        assert_eq!(found(&store, code), one("1001", 1), "{code}");
    }
    assert_eq!(store.orders_called("T/1001").unwrap(), [of_shop("T", "1001")]);
    assert_eq!(store.orders_called("s-package").unwrap(), [], "no name of an order");
    put(&mut store, vec![order("1001", 2, &[])]).unwrap();
    assert_eq!(store.known_order(&of_shop("T", "1001")).unwrap().unwrap().version, 1);
}

#[test]
fn an_order_is_found_by_any_unique_reference_and_an_ambiguous_one_is_never_guessed() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("A", 1, &["a1", "shared"]), order("B", 1, &["b1", "shared"])]).unwrap();
    assert_eq!(found(&store, "a1"), one("A", 1));
    assert_eq!(found(&store, "shared"), FoundOrder::Many(vec![id("A"), id("B")]));
    assert_eq!(found(&store, "nothing"), FoundOrder::None);
    let codes = ["nothing".to_owned(), "b1".to_owned()];
    assert_eq!(store.find_order(&codes).unwrap(), one("B", 1));
    put(&mut store, vec![order("B", 2, &["b2"])]).unwrap();
    assert_eq!(found(&store, "b1"), FoundOrder::None, "a reference that a newer version dropped");
    assert_eq!(found(&store, "shared"), one("A", 1));
}

#[test]
fn an_orders_own_identifier_is_found_however_many_others_refer_to_it() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("1", 1, &["X"]), order("2", 1, &["X"]), order("X", 1, &[])]).unwrap();
    assert_eq!(found(&store, "X"), one("X", 1));
}

#[test]
fn the_cursor_is_kept_with_the_orders_it_brought() {
    let dir = folder();
    let mut store = open(&dir);
    store.put_orders(&OrderBatch { puts: vec![order("A", 1, &[])], cursor: Some("page 2") }).unwrap();
    store.put_orders(&OrderBatch::default()).unwrap();
    drop(store);
    assert_eq!(open(&dir).cursor().unwrap(), "page 2");
}

const MEDIA: (u32, u32, u32) = (203, 100, 150);

fn png(number: &str, bytes: &[u8]) -> StoredLabel {
    StoredLabel { number: number.into(), media: MEDIA, kind: "png".into(), bytes: bytes.to_vec() }
}

fn label(store: &Store, number: &str, tracking: &str) -> Option<Vec<u8>> {
    store.label(&id(number), tracking).expect("an answer").map(|label| label.bytes)
}

#[test]
fn a_label_is_kept_with_its_order_and_a_newer_one_replaces_it() {
    let dir = folder();
    let mut store = open(&dir);
    let (first, second, finer) = (png("T1", b"first"), png("T1", b"second"), png("T1", b"finer"));
    put(&mut store, vec![Put { label: Some(&first), ..order("A1", 1, &["T1"]) }]).expect("kept");
    drop(store);
    let mut store = open(&dir);
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"first".as_slice()));
    assert_eq!(label(&store, "A1", "T2"), None);
    put(&mut store, vec![Put { label: Some(&second), ..order("A1", 2, &["T1"]) }]).expect("kept");
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"second".as_slice()));
    // For another printer the label alone is news.
    put(&mut store, vec![Put { id: id("A1"), version: None, label: Some(&finer) }]).expect("kept");
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"finer".as_slice()));
    assert_eq!(found(&store, "A1"), one("A1", 2));
}

#[test]
fn what_is_erased_is_nowhere_in_the_files_and_is_still_known_by_its_hash() {
    let dir = folder();
    let mut store = open(&dir);
    let personal = "MARISOL-VEGA-117-FOXGLOVE";
    let picture = png("T1", personal.repeat(400).as_bytes());
    let said = |version: u64| {
        let body = format!("{personal} at {version}");
        NewVersion { version, rev: version, hash: hash(&body), body, keys: vec!["T1".into()] }
    };
    for version in [1, 2] {
        let put_one = Put { id: id("A1"), version: Some(said(version)), label: Some(&picture) };
        put(&mut store, vec![put_one, order("A2", version, &[])]).expect("kept");
    }
    let holds = || lies_in(dir.path(), personal.as_bytes());
    assert!(!holds(), "it is sealed from the first");
    assert_eq!(kept(&store), [id("A1"), id("A2")]);
    store.erase(&[(id("A1"), "stub".into())]).expect("erased");
    assert!(store.empty_log().expect("an answer"));
    assert!(!holds());
    assert_eq!(kept(&store), [id("A2")]);
    assert_eq!(found(&store, "T1"), FoundOrder::One { id: id("A1"), body: "stub".into(), version: 2 });
    assert_eq!(store.order_at(&id("A1"), 1).expect("an answer"), None);
    assert_eq!(label(&store, "A1", "T1"), None);
    let known = store.known_order(&id("A1")).expect("an answer").expect("one");
    let before = |version| store.holds_or_held(&known, &said(version).hash, hash).expect("an answer");
    assert!(known.erased);
    assert_eq!((before(2), before(1), before(3)), (Some(true), Some(false), None));
    // What comes later is kept again until it is erased in its turn.
    put(&mut store, vec![order("A1", 3, &[])]).expect("kept");
    assert_eq!(kept(&store), [id("A1"), id("A2")]);
}

/// Orders that are not erased.
fn kept(store: &Store) -> Vec<OrderId> {
    store.orders_not_erased(0, 100).expect("an answer").into_iter().map(|(_, id)| id).collect()
}
