use std::time::Duration;

use super::*;
use crate::uplink::LinkState;

pub(super) const OURS: &str = "a1";

/// A chain, an outbox and a clock.
pub(super) struct Bench {
    pub(super) chain: Chain,
    pub(super) now: Uptime,
    pub(super) rows: Vec<OutboxRow>,
}

impl Bench {
    pub(super) fn new(events: u64) -> Self {
        let pace = Pace { orders_every: None, ..Pace::default() };
        Self::paced(events, &pace)
    }

    /// Events up to `confirmed` were confirmed before this start.
    pub(super) fn confirmed(events: u64, confirmed: u64) -> Self {
        let pace = Pace { orders_every: None, ..Pace::default() };
        let mut chain = Chain::new(OURS.into(), confirmed, String::new(), &pace);
        chain.woken(events);
        Self::of(chain, events)
    }

    /// A past incarnation.
    pub(super) fn past(last: u64, confirmed: u64) -> Self {
        let past = Past { incarnation: OURS.into(), confirmed, last };
        Self::of(Chain::past(past, &Pace::default()), last)
    }

    fn paced(events: u64, pace: &Pace) -> Self {
        let mut chain = Chain::new(OURS.into(), 0, String::new(), pace);
        chain.woken(events);
        Self::of(chain, events)
    }

    fn of(chain: Chain, events: u64) -> Self {
        Self { chain, now: Uptime(1), rows: (1..=events).map(row).collect() }
    }

    /// One more event is recorded.
    pub(super) fn record(&mut self) {
        let seq = self.rows.last().map_or(1, |row| row.seq + 1);
        self.rows.push(row(seq));
        self.chain.woken(seq);
    }

    /// Loads as the loop would; any other step is returned.
    pub(super) fn next(&mut self) -> Step {
        loop {
            match self.chain.next(self.now) {
                Step::Load { after, max } => {
                    let rows = self.rows.iter().filter(|row| row.seq > after).take(max).cloned().collect();
                    self.chain.loaded(self.now, Some(rows), 0);
                }
                step => return step,
            }
        }
    }

    pub(super) fn head(&mut self, reply: ReceiverReply<Head>) {
        assert_eq!(self.next(), Step::Head);
        self.chain.headed(self.now, reply, 0);
    }

    /// The head is asked for, and is ours and proven.
    pub(super) fn known(&mut self, seq: u64) {
        self.head(good(seq, seq));
        self.put(seq, seq, good(seq, seq));
    }

    /// The batch that is put next is `from..=to`.
    pub(super) fn put(&mut self, from: u64, to: u64, reply: ReceiverReply<Head>) {
        let step = self.next();
        let Step::Append(batch) = step else { panic!("{step:?} instead of {from}-{to}") };
        assert_eq!((batch.from(), batch.to()), (from, to));
        self.chain.appended(self.now, &batch, reply, 0);
    }

    pub(super) fn stopped(&mut self) -> String {
        self.stopped_by().0
    }

    /// The message, and what it shows of copies.
    pub(super) fn stopped_by(&mut self) -> (String, Option<CopySign>) {
        assert_eq!(self.next(), Step::Stopped);
        match self.chain.link.state.clone() {
            Some(LinkState::Stopped { why, durable: true, copy }) => (why, copy),
            link => panic!("{link:?}"),
        }
    }

    /// Waits for the back-off to end.
    pub(super) fn wait(&mut self) -> u64 {
        let Step::Wait(Some(until)) = self.next() else { panic!("nothing to wait for") };
        let waited = until.since(self.now);
        self.now = until;
        waited
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self.chain.link.state, Some(LinkState::Up { .. }))
    }
}

pub(super) fn row(seq: u64) -> OutboxRow {
    OutboxRow { seq, body: format!(r#"{{"type":"x","stationseq":{seq}}}"#).into() }
}

pub(super) fn good(seq: u64, confirmed: u64) -> ReceiverReply<Head> {
    ReceiverReply::Good(head(OURS, seq, Some(confirmed)))
}

pub(super) fn moved(seq: u64) -> ReceiverReply<Head> {
    ReceiverReply::Moved(head(OURS, seq, None))
}

pub(super) fn head(incarnation: &str, seq: u64, confirmed: Option<u64>) -> Head {
    Head { incarnation: incarnation.into(), seq, confirmed }
}

pub(super) fn later() -> ReceiverReply<Head> {
    ReceiverReply::Later { why: "cut".into(), wish_ms: None }
}

#[test]
fn the_head_is_asked_first_and_batches_follow_it() {
    let mut bench = Bench::new(150);
    bench.head(good(10, 10));
    bench.put(10, 10, good(10, 10));
    bench.put(11, 74, good(74, 20));
    bench.put(75, 138, good(138, 20));
    bench.put(139, 150, good(150, 150));
    assert_eq!(bench.chain.progress, Some((150, 150)));
    assert_eq!(bench.next(), Step::Wait(None), "idle costs nothing");
    bench.record();
    bench.put(151, 151, good(151, 151));
}

#[test]
fn a_station_never_heard_of_begins_at_one() {
    let mut bench = Bench::new(2);
    bench.head(ReceiverReply::Good(head("", 0, None)));
    bench.put(1, 2, good(2, 0));
}

#[test]
fn after_a_failure_the_head_is_asked_before_anything_is_put_again() {
    let mut bench = Bench::new(3);
    bench.head(good(0, 0));
    bench.put(1, 3, later());
    assert!(!bench.is_up());
    assert_eq!(bench.wait(), 1_000);
    bench.known(3);
    assert!(bench.is_up(), "the answer alone was lost");
    assert_eq!(bench.next(), Step::Wait(None));
}

#[test]
fn a_receiver_that_names_its_head_and_takes_nothing_is_left_alone_longer_each_time() {
    let mut bench = Bench::new(3);
    for window in [2_000, 4_000, 8_000, 16_000, 32_000] {
        bench.head(good(0, 0));
        let Step::Append(batch) = bench.next() else { panic!() };
        bench.chain.appended(bench.now, &batch, later(), window - 1_000);
        assert!(matches!(&bench.chain.link.state, Some(LinkState::Down { retry_in_ms, .. }) if *retry_in_ms == window));
        bench.wait();
    }
    bench.head(good(0, 0));
    bench.put(1, 3, good(3, 3));
    assert!(bench.is_up());
}

#[test]
fn a_moved_head_is_followed_once_and_then_doubted() {
    let mut bench = Bench::new(9);
    bench.head(good(0, 0));
    bench.put(1, 9, moved(5));
    bench.put(5, 5, good(5, 5));
    bench.put(6, 9, moved(2));
    bench.wait();
    bench.known(5);
    bench.put(6, 9, good(9, 9));
    assert!(bench.is_up());
}

#[test]
fn a_412_that_names_the_expected_head_is_a_fault_and_not_a_loop() {
    let mut bench = Bench::new(2);
    bench.head(good(0, 0));
    bench.put(1, 2, moved(0));
    bench.wait();
}

#[test]
fn a_receiver_that_went_back_gets_the_events_again_while_they_are_kept() {
    let mut bench = Bench::new(9);
    bench.head(good(0, 0));
    bench.put(1, 9, good(9, 0));
    bench.now = bench.now.plus(60_000);
    bench.known(4);
    bench.put(5, 9, good(9, 9));
}

#[test]
fn a_receiver_that_went_back_too_far_stops_the_line() {
    let mut bench = Bench::new(9);
    bench.rows.retain(|row| row.seq > 6);
    bench.head(good(4, 4));
    assert!(bench.stopped().contains("event 4"));
    let mut bench = Bench::confirmed(9, 6);
    bench.rows.retain(|row| row.seq > 6);
    bench.head(good(4, 4));
    assert!(bench.stopped().contains("event 5"));
}

#[test]
fn another_incarnations_head_says_nothing_about_ours() {
    let mut bench = Bench::new(3);
    bench.head(ReceiverReply::Good(head("b2", 812, Some(800))));
    bench.put(1, 3, good(3, 3));
    assert_eq!(bench.chain.progress, Some((3, 3)));
}

#[test]
fn a_412_for_another_incarnation_stops_the_line() {
    let mut bench = Bench::new(3);
    bench.head(ReceiverReply::Good(head("b2", 2, Some(2))));
    bench.put(1, 3, ReceiverReply::Moved(head("b2", 2, None)));
    assert!(bench.stopped().contains("b2"));
}

#[test]
fn what_only_a_person_can_mend_waits_for_a_person_and_drops_nothing() {
    for reply in [ReceiverReply::Barred("401".into()), ReceiverReply::Stop("404".into())] {
        let mut bench = Bench::new(3);
        bench.head(reply.clone());
        bench.stopped();
        bench.chain.retry(bench.now);
        bench.head(good(0, 0));
        assert!(!bench.is_up(), "not before something is taken");
        bench.put(1, 3, reply);
        bench.stopped();
        bench.now = bench.now.plus(86_400_000);
        bench.chain.woken(4);
        bench.stopped();
        bench.chain.retry(bench.now);
        bench.head(good(0, 0));
        bench.put(1, 3, good(3, 3));
        assert!(bench.is_up());
    }
}

#[test]
fn an_answer_for_other_events_is_doubted() {
    for reply in [good(2, 0), good(4, 0), ReceiverReply::Good(head("b2", 3, None))] {
        let mut bench = Bench::new(3);
        bench.head(good(0, 0));
        bench.put(1, 3, reply);
        bench.wait();
        assert_eq!(bench.next(), Step::Head);
    }
}

#[test]
fn a_confirmation_is_polled_for_more_and_more_rarely() {
    let mut bench = Bench::new(1);
    bench.head(good(0, 0));
    bench.put(1, 1, good(1, 0));
    let mut waits = Vec::new();
    for _ in 0..8 {
        waits.push(bench.wait());
        bench.head(good(1, 0));
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60, 60].map(|seconds| seconds * 1_000));
    bench.wait();
    bench.head(good(1, 1));
    assert_eq!(bench.next(), Step::Wait(None));
}

#[test]
fn a_person_cuts_the_back_off_short() {
    let mut bench = Bench::new(1);
    bench.head(later());
    assert!(matches!(bench.next(), Step::Wait(Some(_))));
    bench.chain.woken(2);
    assert!(matches!(bench.next(), Step::Wait(Some(_))), "a new event does not");
    bench.chain.retry(bench.now);
    assert_eq!(bench.next(), Step::Head);
}

#[test]
fn a_batch_is_bounded_in_events_and_bytes_but_never_empty() {
    let big = |seq| OutboxRow { seq, body: "x".repeat(MAX_BYTES / 3).into() };
    assert_eq!(EventBatch::cut((5..=9).map(big).collect(), 5, 64).map(|batch| batch.to()), Some(6));
    let huge = vec![OutboxRow { seq: 1, body: "x".repeat(2 * MAX_BYTES).into() }, row(2)];
    assert_eq!(EventBatch::cut(huge, 1, 64).map(|batch| batch.to()), Some(1));
    assert_eq!(EventBatch::cut((1..=100).map(row).collect(), 1, 64).map(|batch| batch.to()), Some(64));
    assert_eq!(EventBatch::cut(vec![row(1), row(2), row(4)], 1, 64).map(|batch| batch.to()), Some(2));
    assert_eq!(EventBatch::cut(vec![row(2)], 1, 64), None);
    let rows = (1..=64).map(|seq| OutboxRow { seq, body: "x".repeat(MAX_BYTES / 64).into() }).collect();
    assert!(EventBatch::cut(rows, 1, 64).unwrap().body().len() <= MAX_BYTES);
}

fn with_orders(events: u64) -> Bench {
    Bench::paced(events, &Pace { orders_every: Some(Duration::from_secs(30)), ..Pace::default() })
}

fn page(bench: &mut Bench, cursor: &str, empty: bool, committed: bool) {
    assert_eq!(bench.next(), Step::Orders);
    bench.chain.orders.came(bench.now, cursor.into(), empty, committed, 0);
    bench.chain.after_orders();
}

#[test]
fn orders_are_pulled_at_once_while_more_come_and_then_now_and_then() {
    let mut bench = with_orders(0);
    bench.head(good(0, 0));
    page(&mut bench, "1", false, true);
    page(&mut bench, "2", false, true);
    page(&mut bench, "2", true, true);
    assert_eq!(bench.wait(), 30_000);
    page(&mut bench, "2", false, true);
    assert_eq!(bench.wait(), 30_000, "a cursor that stands still is not followed at once");
}

#[test]
fn rows_that_cannot_be_read_are_asked_for_again_and_prove_nothing() {
    let mut bench = Bench::confirmed(9, 9);
    bench.head(good(9, 9));
    assert_eq!(bench.chain.next(bench.now), Step::Load { after: 8, max: 1 });
    bench.chain.loaded(bench.now, None, 0);
    bench.wait();
    assert_eq!(bench.chain.progress, None);
    bench.known(9);
    assert!(bench.is_up());
}

#[test]
fn orders_and_events_take_turns() {
    let mut bench = with_orders(128);
    bench.head(good(0, 0));
    page(&mut bench, "1", false, true);
    bench.put(1, 64, good(64, 64));
    page(&mut bench, "2", false, true);
    bench.put(65, 128, good(128, 128));
}

#[test]
fn orders_that_were_not_recorded_are_asked_for_again_from_the_same_place() {
    let mut bench = with_orders(0);
    bench.head(good(0, 0));
    page(&mut bench, "1", false, false);
    assert_eq!(bench.chain.orders.cursor, "");
    assert!(matches!(&bench.chain.link.state, Some(LinkState::Up { orders: Some(_) })));
    bench.wait();
    page(&mut bench, "1", false, true);
    assert_eq!(bench.chain.link.state, Some(LinkState::Up { orders: None }));
}

#[test]
fn a_receiver_without_orders_still_takes_events() {
    let mut bench = with_orders(2);
    bench.head(good(0, 0));
    assert_eq!(bench.next(), Step::Orders);
    bench.chain.ordered(bench.now, ReceiverReply::<()>::Stop("404".into()), 0);
    bench.put(1, 2, good(2, 2));
    assert_eq!(bench.chain.link.state, Some(LinkState::Up { orders: Some("404".into()) }));
    assert_eq!(bench.next(), Step::Wait(None));
    bench.chain.retry(bench.now);
    bench.known(2);
    assert_eq!(bench.next(), Step::Orders);
}

#[test]
fn a_receiver_that_fails_to_hand_out_orders_is_asked_for_them_ever_more_rarely_and_takes_events() {
    let mut bench = with_orders(1);
    bench.head(good(0, 0));
    for _ in 0..5 {
        assert_eq!(bench.next(), Step::Orders);
        bench.chain.ordered(bench.now, ReceiverReply::<()>::Later { why: "500".into(), wish_ms: None }, u64::MAX);
        bench.head(good(bench.chain.progress.unwrap().0, 0));
        while let Step::Append(batch) = bench.next() {
            bench.chain.appended(bench.now, &batch, good(batch.to(), batch.to()), 0);
        }
        assert!(bench.is_up());
        bench.now = bench.chain.orders.due.unwrap();
    }
    assert!(bench.now.0 > 10_000);
}

#[test]
fn an_unwelcome_token_stops_the_line_from_the_pull_of_orders_too() {
    let mut bench = with_orders(1);
    bench.head(good(0, 0));
    assert_eq!(bench.next(), Step::Orders);
    bench.chain.ordered(bench.now, ReceiverReply::<()>::Barred("401".into()), 0);
    bench.stopped();
}
