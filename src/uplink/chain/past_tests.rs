//! What is left of an earlier incarnation.

use super::tests::{Bench, OURS, good, head, later, moved};
use super::*;
use crate::uplink::LinkState;

fn other() -> ReceiverReply<Head> {
    ReceiverReply::Good(head("b2", 40, Some(40)))
}

fn gone() -> ReceiverReply<Head> {
    ReceiverReply::Moved(head("b2", 40, None))
}

fn conflict() -> ReceiverReply<Head> {
    ReceiverReply::Conflict("409".into())
}

#[test]
fn it_goes_on_after_what_was_confirmed_and_ends_with_its_last_event() {
    let mut bench = Bench::past(8, 4);
    bench.head(other());
    bench.put(4, 4, good(4, 4));
    bench.put(5, 8, good(8, 4));
    assert_eq!(bench.chain.progress, Some((8, 4)));
    assert_eq!(bench.next(), Step::Finished, "taken is enough: its head may never be named again");
    bench.chain.woken(50);
    assert_eq!(bench.next(), Step::Finished, "what is recorded now is of another incarnation");
}

#[test]
fn nothing_confirmed_begins_at_its_first_event() {
    let mut bench = Bench::past(3, 0);
    bench.head(ReceiverReply::Good(head("", 0, None)));
    bench.put(1, 3, good(3, 3));
    assert_eq!(bench.next(), Step::Finished);
}

#[test]
fn a_receiver_that_has_it_all_is_believed_after_its_last_row_was_put_again() {
    for has in [8, 9, 100] {
        let mut bench = Bench::past(8, 4);
        bench.head(good(has, has));
        bench.put(8, 8, good(8, has));
        assert_eq!((bench.chain.progress, bench.next()), (Some((8, 8)), Step::Finished), "{has}");
    }
}

#[test]
fn what_the_true_history_has_in_its_place_is_moved_from_the_fork_on() {
    let mut bench = Bench::past(8, 4);
    bench.head(good(12, 12));
    bench.put(8, 8, conflict());
    bench.put(4, 4, good(4, 12));
    bench.put(6, 6, good(6, 12));
    bench.put(7, 7, conflict());
    assert_eq!(bench.next(), Step::Move { from: 7 });
    bench.chain.moved_on(bench.now, true, 0);
    assert_eq!(bench.next(), Step::Finished);
}

#[test]
fn a_conflict_on_its_events_moves_them_from_the_fork_on() {
    let mut bench = Bench::past(8, 4);
    bench.rows.retain(|row| row.seq > 4);
    bench.head(other());
    bench.put(5, 8, conflict());
    bench.put(5, 6, good(6, 12));
    bench.put(8, 8, conflict());
    bench.put(7, 7, conflict());
    assert_eq!(bench.next(), Step::Move { from: 7 });
}

#[test]
fn a_receiver_that_follows_another_incarnation_is_asked_row_by_row_what_it_has() {
    let mut bench = Bench::past(8, 4);
    bench.head(other());
    bench.put(4, 4, good(4, 4));
    bench.put(5, 8, gone());
    bench.put(5, 6, gone());
    bench.put(5, 5, good(5, 5));
    bench.put(6, 7, gone());
    bench.put(6, 6, gone());
    assert_eq!(bench.next(), Step::Move { from: 6 });
    let mut bench = Bench::past(8, 4);
    bench.head(other());
    bench.put(4, 4, gone());
    bench.put(2, 2, gone());
    bench.put(1, 1, gone());
    assert_eq!(bench.next(), Step::Move { from: 5 }, "what was confirmed is not told twice");
}

#[test]
fn what_was_confirmed_is_never_moved() {
    let mut bench = Bench::past(8, 4);
    bench.head(good(8, 8));
    bench.put(8, 8, conflict());
    bench.put(4, 4, conflict());
    bench.put(2, 2, good(2, 8));
    bench.put(3, 3, conflict());
    assert_eq!(bench.next(), Step::Move { from: 5 });
    let mut bench = Bench::past(4, 4);
    bench.head(good(4, 4));
    bench.put(4, 4, conflict());
    bench.put(2, 2, good(2, 4));
    bench.put(3, 3, conflict());
    assert_eq!(bench.next(), Step::Finished, "nothing is left to move");
}

#[test]
fn a_move_that_was_not_recorded_is_asked_for_again() {
    let mut bench = Bench::past(5, 4);
    for done in [false, false, true] {
        bench.head(good(7, 7));
        bench.put(5, 5, conflict());
        bench.put(4, 4, good(4, 7));
        assert_eq!(bench.next(), Step::Move { from: 5 });
        bench.chain.moved_on(bench.now, done, 0);
        assert_eq!(matches!(bench.chain.link.state, Some(LinkState::Down { .. })), !done);
        if !done {
            bench.wait();
        }
    }
    assert_eq!(bench.next(), Step::Finished);
}

#[test]
fn what_fails_is_tried_again_and_what_is_barred_calls_a_person() {
    let mut bench = Bench::past(8, 4);
    bench.head(later());
    bench.wait();
    bench.head(other());
    bench.put(4, 4, later());
    bench.wait();
    bench.head(other());
    bench.put(4, 4, good(4, 4));
    bench.put(5, 8, ReceiverReply::Stop("404".into()));
    let why = bench.stopped();
    assert!(why.contains("404") && why.contains(OURS), "{why}");
    bench.stopped();
    bench.chain.retry(bench.now);
    bench.head(other());
    bench.put(4, 4, good(4, 4));
    bench.put(5, 8, good(8, 8));
    assert_eq!(bench.next(), Step::Finished);
}

#[test]
fn a_receiver_that_went_back_gets_its_events_again_while_they_are_kept() {
    let mut bench = Bench::past(8, 4);
    bench.head(good(2, 2));
    bench.put(2, 2, good(2, 2));
    bench.put(3, 8, good(8, 8));
    assert_eq!(bench.next(), Step::Finished);
    let mut bench = Bench::past(8, 4);
    bench.rows.retain(|row| row.seq > 4);
    bench.head(good(2, 2));
    assert!(bench.stopped().contains("event 3 is needed"));
}

#[test]
fn an_event_that_is_refused_is_set_aside_there_too() {
    let mut bench = Bench::past(6, 4);
    bench.head(other());
    bench.put(4, 4, good(4, 4));
    bench.put(5, 6, ReceiverReply::Refused("422".into()));
    bench.put(5, 5, good(5, 5));
    bench.put(6, 6, ReceiverReply::Refused("422".into()));
    assert!(matches!(bench.next(), Step::SetAside { .. }));
    bench.chain.set_aside(bench.now, true, 0);
    bench.put(6, 6, good(6, 6));
    assert_eq!(bench.next(), Step::Finished);
}

#[test]
fn a_head_that_moves_is_followed_once() {
    let mut bench = Bench::past(8, 4);
    bench.head(other());
    bench.put(4, 4, good(4, 4));
    bench.put(5, 8, moved(6));
    bench.put(6, 6, good(6, 6));
    bench.put(7, 8, moved(5));
    bench.wait();
    assert_eq!(bench.next(), Step::Head);
}
