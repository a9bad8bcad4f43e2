//! The search for an event the receiver refuses.

use super::tests::{Bench, OURS, good, later};
use super::*;
use crate::uplink::event::{self, EventSource};

fn refused() -> ReceiverReply<Head> {
    ReceiverReply::Refused("422".into())
}

fn lay_tombstone(bench: &mut Bench, seq: u64) {
    let source = EventSource { warehouse: "W".into(), station: "S".into(), incarnation: OURS.into(), clock: None };
    let step = bench.next();
    let Step::SetAside { row, reason } = step else { panic!("{step:?}") };
    assert_eq!((row.seq, reason.as_str()), (seq, "422"));
    let body = event::tombstone(&source, seq, 0, &row.body).unwrap();
    bench.rows[seq as usize - 1].body = body.into();
    bench.chain.set_aside(bench.now, true, 0);
}

/// A receiver that takes everything but `poison` and answers until nothing is left to do.
fn drain(bench: &mut Bench, poison: &[u64]) {
    for _ in 0..10_000 {
        match bench.next() {
            Step::Append(batch) => {
                let refuse = poison.iter().any(|&seq| {
                    (batch.from()..=batch.to()).contains(&seq)
                        && !event::is_tombstone(&bench.rows[seq as usize - 1].body)
                });
                let reply = if refuse { refused() } else { good(batch.to(), batch.to()) };
                bench.chain.appended(bench.now, &batch, reply, 0);
            }
            Step::SetAside { row, .. } => lay_tombstone(bench, row.seq),
            Step::Wait(None) | Step::Stopped => return,
            step => panic!("{step:?}"),
        }
    }
    panic!("no end");
}

#[test]
fn an_event_refused_alone_beside_one_that_is_taken_is_set_aside() {
    for poison in 2..=130 {
        let mut bench = Bench::new(130);
        bench.head(good(0, 0));
        drain(&mut bench, &[poison]);
        assert_eq!(bench.chain.progress, Some((130, 130)), "poison {poison}");
        let laid: Vec<u64> =
            bench.rows.iter().filter(|row| event::is_tombstone(&row.body)).map(|row| row.seq).collect();
        assert_eq!(laid, [poison]);
    }
}

#[test]
fn events_refused_apart_are_each_set_aside_and_adjacent_ones_call_a_person() {
    let mut bench = Bench::new(130);
    bench.head(good(0, 0));
    drain(&mut bench, &[7, 9, 64, 66, 130]);
    assert_eq!(bench.chain.progress, Some((130, 130)));
    let mut bench = Bench::new(130);
    bench.head(good(0, 0));
    drain(&mut bench, &[7, 8]);
    assert!(bench.stopped().contains("event 8"));
    assert_eq!(bench.chain.progress, Some((7, 7)));
}

#[test]
fn the_first_event_of_all_has_no_neighbour_and_calls_a_person() {
    let mut bench = Bench::new(3);
    bench.head(good(0, 0));
    bench.put(1, 3, refused());
    bench.put(1, 1, refused());
    assert!(bench.stopped().contains("event 1 (422)"));
}

#[test]
fn a_receiver_that_refuses_everything_hollows_nothing_out() {
    let mut bench = Bench::new(1);
    bench.head(good(0, 0));
    bench.put(1, 1, good(1, 1));
    bench.record();
    bench.put(2, 2, refused());
    bench.put(1, 1, refused());
    bench.stopped();
    assert!(bench.rows.iter().all(|row| !event::is_tombstone(&row.body)));
}

#[test]
fn a_live_event_is_set_aside_when_its_neighbour_is_taken_again() {
    let mut bench = Bench::new(3);
    bench.head(good(0, 0));
    bench.put(1, 3, good(3, 3));
    bench.record();
    bench.put(4, 4, refused());
    bench.put(1, 3, good(3, 3));
    lay_tombstone(&mut bench, 4);
    bench.put(4, 4, good(4, 4));
}

#[test]
fn after_a_restart_the_row_before_is_the_neighbour_if_it_is_kept() {
    let mut bench = Bench::new(4);
    bench.known(3);
    bench.put(4, 4, refused());
    bench.put(3, 3, good(3, 3));
    lay_tombstone(&mut bench, 4);
    let mut bench = Bench::confirmed(4, 3);
    bench.rows.retain(|row| row.seq > 3);
    bench.head(good(3, 3));
    bench.put(4, 4, refused());
    assert!(bench.stopped().contains("event 4"));
}

#[test]
fn a_refused_tombstone_calls_a_person() {
    let mut bench = Bench::new(2);
    bench.head(good(0, 0));
    bench.put(1, 2, refused());
    bench.put(1, 1, good(1, 1));
    bench.put(2, 2, refused());
    lay_tombstone(&mut bench, 2);
    bench.put(2, 2, refused());
    assert!(bench.stopped().contains("event 2"));
}

#[test]
fn a_cut_while_looking_for_a_refused_event_loses_nothing() {
    let mut bench = Bench::new(4);
    bench.known(3);
    bench.put(4, 4, refused());
    bench.put(3, 3, later());
    bench.wait();
    bench.known(3);
    bench.put(4, 4, refused());
    bench.put(3, 3, good(3, 3));
    let Step::SetAside { .. } = bench.next() else { panic!() };
    bench.chain.set_aside(bench.now, false, 0);
    bench.wait();
    bench.known(3);
    bench.put(4, 4, good(4, 4));
}
