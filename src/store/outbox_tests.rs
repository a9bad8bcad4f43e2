//! Events that wait for the receiver: pages, tombstones, confirmations, manifests.

use super::tests::{AT, event, folder, open, opened};
use super::*;

#[test]
fn the_outbox_is_read_in_pages_of_at_least_one() {
    let dir = folder();
    let mut store = open(&dir);
    let events: Vec<Announcement> = (1..=10).map(event).collect();
    store.commit(AT, &[opened(1)], &events).unwrap();
    let seqs = |after, max, bytes| -> Vec<u64> {
        store.outbox_after(store.incarnation(), after, max, bytes).unwrap().iter().map(|event| event.seq).collect()
    };
    assert_eq!(seqs(0, 3, 1_000), [1, 2, 3]);
    assert_eq!(seqs(8, 100, 1_000), [9, 10]);
    assert_eq!(seqs(0, 100, 15), [1, 2], "seven bytes each");
    assert_eq!(seqs(4, 100, 1), [5], "one event that is too large goes alone");
    assert!(seqs(10, 100, 1_000).is_empty());
    assert_eq!(store.outbox_after(store.incarnation(), 2, 1, 1_000).unwrap()[0].body, "{\"n\":3}");
}

#[test]
fn an_event_that_is_set_aside_leaves_a_tombstone_and_is_kept() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2)]).unwrap();
    let life = store.incarnation().to_owned();
    store.set_aside(&life, 1, "too odd", "tombstone").unwrap();
    store.set_aside(&life, 1, "again", "another").unwrap();
    let aside = store.aside().unwrap();
    assert_eq!(aside, [Aside { row: 1, reason: "too odd".into(), body: "{\"n\":1}".into() }]);
    let rows = store.outbox_after(&life, 0, 10, 1_000).unwrap();
    assert_eq!((rows[0].kind.as_str(), rows[1].body.as_str()), ("parceld.tombstone", "{\"n\":2}"));
    assert_eq!(store.announced(), 2);
}

#[test]
fn how_far_the_receiver_is_survives_with_the_next_record_and_never_goes_back() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2), event(3)]).unwrap();
    store.confirm(2).unwrap();
    store.confirm(1).unwrap();
    assert_eq!(store.confirmed(), 2);
    drop(store);
    let mut store = open(&dir);
    assert_eq!(store.confirmed(), 0, "what was not recorded is asked again");
    store.confirm(2).unwrap();
    store.commit(AT, &[opened(2)], &[]).unwrap();
    drop(store);
    assert_eq!(open(&dir).confirmed(), 2);
}

#[test]
fn a_drained_outbox_is_recorded_at_once() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2)]).unwrap();
    store.confirm(2).unwrap();
    drop(store);
    assert_eq!(open(&dir).confirmed(), 2);
}

#[test]
fn manifests_are_kept_with_their_events_and_chained() {
    let dir = folder();
    let mut store = open(&dir);
    assert_eq!(store.last_manifest_hash().unwrap(), None);
    for (seq, id) in [(1, "M.2"), (2, "M.1")] {
        let manifest = Some((id.to_owned(), format!("document {id}"), format!("hash {id}")));
        let event = Announcement { manifest, ..event(seq) };
        store.commit(AT, &[opened(seq)], &[event]).unwrap();
    }
    assert_eq!(store.manifest("M.2").unwrap().as_deref(), Some("document M.2"));
    assert_eq!(store.manifest("M.3").unwrap(), None);
    assert_eq!(store.last_manifest_hash().unwrap().as_deref(), Some("hash M.1"), "the last one closed");
}

#[test]
fn an_event_that_was_set_aside_is_kept_with_its_tombstone_under_its_new_number() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2)]).expect("recorded");
    let before = store.incarnation().to_owned();
    store.set_aside(&before, 2, "too odd", "tombstone").expect("set aside");
    store.begin_life(None).expect("begun");
    store.commit(AT, &[opened(2)], &[event(1)]).expect("recorded");
    let moved = store.move_events(&before, 2, AT, |body, _, _| Some(body.to_owned())).expect("moved");
    assert_eq!(moved, 1);
    let rows = store.outbox_after(store.incarnation(), 1, 10, 1_000).expect("an answer");
    assert_eq!((rows[0].seq, rows[0].body.as_str()), (2, "tombstone"));
    let aside = store.aside().expect("an answer");
    assert_eq!(aside, [Aside { row: rows[0].row, reason: "too odd".into(), body: "{\"n\":2}".into() }]);
}
