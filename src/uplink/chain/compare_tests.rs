//! After doubt, content is compared: numbers alone prove nothing.

use super::tests::{Bench, OURS, good, head, later, moved};
use super::*;
use crate::uplink::LinkState;

fn conflict() -> ReceiverReply<Head> {
    ReceiverReply::Conflict("409".into())
}

fn sign(fork: u64, ahead: u64) -> Option<CopySign> {
    beside(0, fork, ahead)
}

/// The receiver follows another incarnation, and has so many events of it.
fn beside(elsewhere: u64, fork: u64, ahead: u64) -> Option<CopySign> {
    Some(CopySign { fork, ahead, elsewhere })
}

/// A receiver that has `has` events, of which those before `fork` are ours, and that confirms what it has. Answers
/// until nothing is left to do but to wait.
fn answer(bench: &mut Bench, fork: u64, has: u64) -> u32 {
    for asked in 0..200 {
        match bench.next() {
            Step::Head => bench.chain.headed(bench.now, good(has, has), 0),
            Step::Append(batch) if batch.from() > has => panic!("{}-{} was put on another history", batch.from(), has),
            Step::Append(batch) if batch.to() >= fork => bench.chain.appended(bench.now, &batch, conflict(), 0),
            Step::Append(batch) => bench.chain.appended(bench.now, &batch, good(batch.to(), has), 0),
            Step::Stopped | Step::Wait(None) => return asked,
            step => panic!("{step:?}"),
        }
    }
    panic!("no end");
}

#[test]
fn a_head_that_is_equal_proves_nothing_before_its_row_is_the_same() {
    let mut bench = Bench::new(5);
    bench.head(good(5, 5));
    assert_eq!(bench.chain.progress, None);
    assert!(!bench.is_up());
    bench.put(5, 5, good(5, 5));
    assert_eq!(bench.chain.progress, Some((5, 5)));
    assert!(bench.is_up());
    assert_eq!(bench.next(), Step::Wait(None));
}

#[test]
fn a_head_that_is_behind_proves_nothing_before_its_row_is_the_same() {
    let mut bench = Bench::new(9);
    bench.head(good(5, 5));
    bench.put(5, 5, good(5, 4));
    assert_eq!(bench.chain.progress, Some((5, 4)), "as it says last");
    bench.put(6, 9, good(9, 9));
}

#[test]
fn the_second_history_of_a_database_is_never_confirmed_by_the_first() {
    // Eight events reached the receiver; a copy that ended at four was put back, and six more were packed.
    let mut bench = Bench::confirmed(10, 4);
    bench.head(good(8, 8));
    bench.put(8, 8, conflict());
    bench.put(4, 4, good(4, 8));
    bench.put(6, 6, conflict());
    bench.put(5, 5, conflict());
    let (why, copy) = bench.stopped_by();
    assert!(why.contains("from number 5 on") && why.contains("parceld pool list"), "{why}");
    assert_eq!((copy, bench.chain.progress), (sign(5, 4), None));
}

#[test]
fn every_fork_is_found_wherever_it_is_and_nothing_is_put_on_another_history() {
    for ours in 1..=12 {
        for has in 1..=14 {
            for confirmed in 0..=ours {
                for fork in 1..=has.min(ours) {
                    let mut bench = Bench::confirmed(ours, confirmed);
                    answer(&mut bench, fork, has);
                    let (_, copy) = bench.stopped_by();
                    assert_eq!(copy, sign(fork, has + 1 - fork), "{ours} {has} {confirmed}");
                    assert_eq!(bench.chain.progress, None);
                }
            }
        }
    }
    assert!(answer(&mut Bench::confirmed(5_000, 4_000), 4_321, 4_900) <= 14, "a search is short");
}

#[test]
fn a_receiver_ahead_of_this_database_stops_the_line_and_says_by_how_much() {
    let mut bench = Bench::new(5);
    bench.head(good(8, 8));
    bench.put(5, 5, good(5, 8));
    let (why, copy) = bench.stopped_by();
    assert!(why.contains("3 more events") && why.contains("old copy") && why.contains("parceld pool list"), "{why}");
    assert_eq!(copy, sign(6, 3));
    let mut bench = Bench::new(5);
    bench.known(2);
    bench.put(3, 5, moved(7));
    bench.put(5, 5, good(5, 7));
    assert_eq!(bench.stopped_by().1, sign(6, 2));
    let mut bench = Bench::new(0);
    bench.head(good(7, 7));
    assert_eq!(bench.stopped_by().1, sign(1, 7), "an empty database");
}

#[test]
fn a_receiver_ahead_with_another_history_stops_at_the_fork() {
    let mut bench = Bench::new(5);
    bench.head(good(8, 8));
    bench.put(5, 5, conflict());
    bench.put(2, 2, good(2, 8));
    bench.put(3, 3, good(3, 8));
    bench.put(4, 4, conflict());
    assert_eq!(bench.stopped_by().1, sign(4, 5));
}

#[test]
fn a_receiver_that_takes_events_and_confirms_more_than_there_are_has_another_history() {
    let mut bench = Bench::new(5);
    bench.known(2);
    bench.put(3, 5, good(5, 7));
    assert_eq!(bench.stopped_by().1, sign(6, 2));
}

#[test]
fn a_conflict_on_new_events_is_halved_to_the_fork() {
    let mut bench = Bench::new(10);
    bench.known(4);
    bench.put(5, 10, conflict());
    bench.put(5, 7, good(7, 4));
    bench.put(8, 10, conflict());
    bench.put(8, 8, good(8, 4));
    bench.put(9, 10, conflict());
    bench.put(9, 9, conflict());
    assert_eq!(bench.stopped_by().1, sign(9, 1));
    assert_eq!(bench.chain.progress, Some((8, 4)), "what is the same is proven");
}

#[test]
fn no_row_is_put_alone_beyond_what_the_receiver_is_known_to_have() {
    // A twin has told five events of its own since ours ended at four: row 10 alone would be taken after them.
    let mut bench = Bench::new(10);
    bench.known(4);
    let mut has = 4;
    while let Step::Append(batch) = bench.next() {
        assert_eq!(batch.from(), 5);
        has = 9;
        bench.chain.appended(bench.now, &batch, conflict(), 0);
    }
    assert_eq!((bench.stopped_by().1, has), (sign(5, 1), 9));
}

#[test]
fn a_confirmation_is_believed_only_as_far_as_is_proven() {
    let mut bench = Bench::new(9);
    bench.head(good(5, 5));
    bench.put(5, 5, good(5, 9));
    bench.put(9, 9, moved(6));
    bench.put(6, 6, good(6, 6));
    assert_eq!(bench.chain.progress, Some((6, 6)));
}

#[test]
fn a_confirmation_beyond_the_row_shows_where_to_compare_next() {
    let mut bench = Bench::new(200);
    bench.head(ReceiverReply::Good(head("b2", 3, Some(3))));
    bench.put(1, 64, good(64, 190));
    bench.put(190, 190, good(190, 190));
    bench.put(191, 200, good(200, 200));
}

#[test]
fn while_nothing_fails_a_head_that_stays_needs_no_new_proof_and_one_that_moves_does() {
    let mut bench = Bench::new(3);
    bench.head(good(0, 0));
    bench.put(1, 3, good(3, 0));
    for _ in 0..3 {
        bench.wait();
        bench.head(good(3, 0));
        assert!(matches!(bench.next(), Step::Wait(Some(_))));
    }
    bench.wait();
    bench.head(good(2, 2));
    bench.put(2, 2, conflict());
    bench.put(1, 1, good(1, 2));
    assert_eq!(bench.stopped_by().1, sign(2, 1));
    let mut bench = Bench::new(3);
    bench.head(good(0, 0));
    bench.put(1, 3, good(3, 0));
    bench.wait();
    bench.head(good(4, 4));
    bench.put(3, 3, good(3, 4));
    assert_eq!(bench.stopped_by().1, sign(4, 1));
}

#[test]
fn with_another_incarnations_head_what_was_confirmed_is_where_to_begin() {
    let other = || ReceiverReply::Good(head("b2", 812, Some(800)));
    let mut bench = Bench::confirmed(9, 4);
    bench.head(other());
    bench.put(4, 4, good(4, 4));
    bench.put(5, 9, good(9, 9));
    assert_eq!(bench.next(), Step::Wait(None));
    let mut bench = Bench::confirmed(9, 4);
    bench.rows.retain(|row| row.seq > 4);
    bench.head(other());
    bench.put(5, 9, moved(7));
    bench.put(7, 7, good(7, 7));
    bench.put(8, 9, good(9, 9));
    let mut bench = Bench::confirmed(9, 9);
    bench.rows.clear();
    bench.head(other());
    assert_eq!(bench.next(), Step::Wait(None), "all of ours is confirmed and gone");
    let mut bench = Bench::confirmed(9, 4);
    bench.head(other());
    bench.put(4, 4, conflict());
    bench.put(2, 2, good(2, 4));
    bench.put(3, 3, conflict());
    assert_eq!(bench.stopped_by().1, beside(812, 3, 2));
}

#[test]
fn a_copy_put_back_once_more_is_shown_once_more_by_a_receiver_that_follows_the_life_between() {
    let between = || head("b2", 7, Some(7));
    // It says how far it is with our own events.
    let mut bench = Bench::confirmed(4, 4);
    bench.head(ReceiverReply::Good(between()));
    bench.put(4, 4, good(4, 9));
    assert_eq!(bench.stopped_by().1, beside(7, 5, 5));
    // It takes nothing of an incarnation that it no longer follows.
    for highest in [4, 6] {
        let mut bench = Bench::confirmed(highest, 4);
        bench.head(ReceiverReply::Good(between()));
        bench.put(4, 4, ReceiverReply::Moved(between()));
        assert_eq!(bench.stopped_by().1, beside(7, 5, 0));
    }
    // It took what it had, and no more.
    let mut bench = Bench::confirmed(6, 4);
    bench.head(ReceiverReply::Good(between()));
    bench.put(4, 4, good(4, 4));
    bench.put(5, 6, ReceiverReply::Moved(between()));
    assert_eq!(bench.stopped_by().1, beside(7, 5, 0));
    // It never had anything of a life that just begins: that one is no old copy.
    let mut bench = Bench::new(3);
    bench.head(ReceiverReply::Good(between()));
    bench.put(1, 3, ReceiverReply::Moved(between()));
    assert_eq!(bench.stopped_by().1, None);
}

#[test]
fn with_another_incarnations_head_a_confirmation_is_asked_for_with_the_last_row() {
    let mut bench = Bench::new(3);
    bench.head(ReceiverReply::Good(head("b2", 812, Some(800))));
    bench.put(1, 3, good(3, 0));
    bench.wait();
    bench.head(ReceiverReply::Good(head("b2", 812, Some(800))));
    bench.put(3, 3, good(3, 1));
    bench.wait();
    bench.head(ReceiverReply::Good(head("b2", 812, Some(800))));
    bench.put(3, 3, good(3, 3));
    assert_eq!(bench.next(), Step::Wait(None));
}

#[test]
fn a_row_that_is_no_longer_kept_counts_as_the_receivers_only_if_it_was_confirmed() {
    let mut bench = Bench::confirmed(8, 5);
    bench.rows.retain(|row| row.seq > 5);
    bench.head(good(5, 5));
    bench.put(6, 8, good(8, 8));
    let mut bench = Bench::confirmed(8, 5);
    bench.rows.retain(|row| row.seq > 7);
    bench.head(good(7, 7));
    assert!(bench.stopped().contains("event 7 is needed"));
}

#[test]
fn rows_that_are_no_longer_kept_are_stepped_over_in_a_search() {
    let mut bench = Bench::confirmed(20, 8);
    bench.rows.retain(|row| row.seq > 8);
    bench.head(good(16, 16));
    bench.put(16, 16, conflict());
    bench.put(12, 12, good(12, 16));
    bench.put(14, 14, conflict());
    bench.put(13, 13, conflict());
    assert_eq!(bench.stopped_by().1, sign(13, 4));
}

#[test]
fn a_row_that_was_set_aside_is_compared_as_its_tombstone() {
    let source = crate::uplink::event::EventSource {
        warehouse: "W".into(),
        station: "S".into(),
        incarnation: OURS.into(),
        clock: None,
    };
    let mut bench = Bench::new(5);
    let tombstone: std::sync::Arc<str> =
        crate::uplink::event::tombstone(&source, 5, 0, &bench.rows[4].body).unwrap().into();
    bench.rows[4].body = tombstone.clone();
    bench.head(good(5, 5));
    let Step::Append(batch) = bench.next() else { panic!() };
    assert_eq!(batch.body(), format!("[{tombstone}]"));
    bench.chain.appended(bench.now, &batch, good(5, 5), 0);
    assert_eq!(bench.chain.progress, Some((5, 5)));
}

#[test]
fn a_row_that_cannot_be_compared_because_it_is_refused_stops_the_line_and_is_not_set_aside() {
    let mut bench = Bench::new(8);
    bench.head(good(5, 5));
    bench.put(5, 5, ReceiverReply::Refused("422".into()));
    let (why, copy) = bench.stopped_by();
    assert!(why.contains("refuses event 5 (422)"), "{why}");
    assert_eq!((copy, bench.chain.progress), (None, None));
    bench.chain.retry(bench.now);
    bench.known(5);
    bench.put(6, 8, good(8, 8));
}

#[test]
fn what_fails_in_the_middle_of_a_search_begins_it_anew() {
    let mut bench = Bench::confirmed(8, 4);
    bench.head(good(8, 8));
    bench.put(8, 8, conflict());
    bench.put(4, 4, later());
    assert!(matches!(bench.chain.link.state, Some(LinkState::Down { .. })));
    bench.wait();
    bench.head(later());
    bench.wait();
    answer(&mut bench, 6, 8);
    assert_eq!(bench.stopped_by().1, sign(6, 3));
}

#[test]
fn a_failing_comparison_is_left_alone_longer_each_time() {
    let mut bench = Bench::new(3);
    for window in [2_000, 4_000, 8_000] {
        bench.head(good(3, 3));
        let Step::Append(batch) = bench.next() else { panic!() };
        bench.chain.appended(bench.now, &batch, later(), window - 1_000);
        assert!(matches!(&bench.chain.link.state, Some(LinkState::Down { retry_in_ms, .. }) if *retry_in_ms == window));
        bench.wait();
    }
}

#[test]
fn a_receiver_that_answers_a_comparison_for_other_events_is_doubted() {
    for reply in [good(4, 3), good(2, 2), ReceiverReply::Good(head("b2", 3, None)), moved(2)] {
        let mut bench = Bench::new(5);
        bench.head(good(3, 3));
        bench.put(3, 3, reply);
        bench.wait();
        assert_eq!((bench.next(), bench.chain.progress), (Step::Head, None));
    }
}

#[test]
fn a_retry_while_searching_begins_anew_and_a_late_answer_changes_nothing() {
    let mut bench = Bench::confirmed(8, 4);
    bench.head(good(8, 8));
    bench.put(8, 8, conflict());
    let Step::Append(batch) = bench.next() else { panic!() };
    bench.chain.retry(bench.now);
    bench.chain.appended(bench.now, &batch, conflict(), 0);
    assert_eq!(bench.next(), Step::Head);
    answer(&mut bench, 8, 8);
    assert_eq!(bench.stopped_by().1, sign(8, 1));
}

#[test]
fn a_comparison_meets_a_receiver_that_goes_back() {
    let mut bench = Bench::new(8);
    bench.head(good(8, 8));
    bench.put(8, 8, moved(3));
    bench.put(3, 3, good(3, 3));
    bench.put(4, 8, good(8, 8));
    let mut bench = Bench::new(8);
    bench.head(good(8, 8));
    bench.put(8, 8, moved(3));
    bench.put(3, 3, moved(1));
    bench.wait();
    assert_eq!(bench.next(), Step::Head, "a head that does not stay is left alone");
}

#[test]
fn events_recorded_during_a_comparison_are_compared_too() {
    let mut bench = Bench::new(5);
    bench.head(good(7, 7));
    bench.record();
    bench.put(5, 5, good(5, 7));
    bench.put(6, 6, conflict());
    assert_eq!(bench.stopped_by().1, sign(6, 2));
    let mut bench = Bench::new(5);
    bench.head(good(5, 5));
    bench.record();
    bench.put(5, 5, good(5, 5));
    bench.put(6, 6, good(6, 6));
    assert_eq!(bench.chain.progress, Some((6, 6)));
}

#[test]
fn what_only_a_person_can_mend_stops_a_comparison() {
    for reply in [
        ReceiverReply::Barred("401".into()),
        ReceiverReply::Stop("404".into()),
        ReceiverReply::Moved(head("b2", 9, None)),
    ] {
        let mut bench = Bench::new(3);
        bench.head(good(3, 3));
        bench.put(3, 3, reply);
        assert_eq!(bench.stopped_by().1, None);
        bench.chain.woken(4);
        bench.stopped();
    }
}

#[test]
fn a_person_ends_a_stop_and_everything_is_compared_again() {
    let mut bench = Bench::confirmed(5, 5);
    bench.chain.still_stopped("an old copy was put back".into());
    assert_eq!(bench.stopped_by(), ("an old copy was put back".into(), None));
    bench.chain.woken(6);
    bench.now = bench.now.plus(86_400_000);
    bench.stopped();
    bench.chain.retry(bench.now);
    assert_eq!(bench.chain.link.state, None, "what comes of it is not known yet");
    bench.record();
    answer(&mut bench, 5, 5);
    assert_eq!(bench.stopped_by().1, sign(5, 1));
}

#[test]
fn a_neighbour_that_is_no_longer_the_same_is_no_witness() {
    let mut bench = Bench::new(4);
    bench.known(3);
    bench.put(4, 4, ReceiverReply::Refused("422".into()));
    bench.put(3, 3, conflict());
    bench.wait();
    answer(&mut bench, 3, 3);
    assert_eq!(bench.stopped_by().1, sign(3, 1));
}

#[test]
fn a_receiver_that_lost_it_all_is_told_it_all_however_the_link_fails_meanwhile() {
    let mut bench = Bench::confirmed(8, 8);
    let other = || ReceiverReply::Good(head("b2", 40, Some(40)));
    bench.head(other());
    bench.put(8, 8, moved(0));
    assert!(bench.chain.finds_loss() && !bench.chain.finds_loss(), "said once");
    for _ in 0..3 {
        bench.head(other());
        bench.put(8, 8, moved(0));
        bench.put(1, 8, later());
        bench.wait();
        bench.head(other());
        bench.put(8, 8, moved(0));
        bench.wait();
    }
    bench.head(other());
    bench.put(8, 8, moved(0));
    bench.put(1, 8, good(8, 8));
    assert!(!bench.chain.finds_loss());
    assert_eq!(bench.chain.progress, Some((8, 8)));
}
