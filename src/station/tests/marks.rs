//! Stickers that a parcel must bear before it is closed.

use super::*;
use crate::rating::Dg;
use crate::station::parcels::marks::{MarkRule, Marks};

/// A parcel with a battery, brought into a state.
fn at(state: State) -> Bench {
    let mut bench = Bench::new();
    let rule = MarkRule { mark: Some("UN3481".into()), goods: [Dg::LiIon].into(), ..MarkRule::default() };
    bench.rules.marks = Marks(vec![rule]);
    bench.orders.get_mut(LIGHT).expect("an order").lines[0].dg = Dg::LiIon;
    bench.bring(LIGHT, state);
    bench
}

fn on(mark: &str) -> Command {
    Command::MarkOk(mark.to_owned())
}

#[test]
fn the_sticker_is_asked_for_and_its_scan_recorded_before_the_parcel_closes() {
    let mut bench = at(State::Printed);
    bench.later(Live::SAY_MS);
    let view = bench.view();
    assert_eq!(view.headline, Sentence::MarkWanted { mark: "UN3481".to_owned() });
    let tracking = bench.tracking();
    let early = bench.scan(&tracking);
    assert_eq!((names(&early), said(&early)), (vec![], "mark_first"));
    let marked = bench.command(&on("un3481"));
    assert_eq!((names(&marked), said(&marked)), (vec!["marked"], "mark_on"));
    bench.later(Live::SAY_MS);
    assert_eq!(bench.headline(), "scan_label");
    assert_eq!(names(&bench.scan(&tracking)), ["verified"]);
}

#[test]
fn it_may_be_on_before_the_label_comes_out() {
    let mut bench = at(State::Committed);
    assert_eq!(bench.view().detail.map(|note| note.key()), Some("mark_wanted"));
    assert_eq!(names(&bench.command(&on("UN3481"))), ["marked"]);
    assert_eq!(bench.view().headline.key(), "mark_on");
}

#[test]
fn another_sticker_and_one_nobody_needs_are_refused() {
    assert_eq!(said(&at(State::Printed).command(&on("UN3480"))), "mark_other");
    let mut bench = at(State::Printed);
    bench.command(&on("UN3481"));
    assert_eq!(said(&bench.command(&on("UN3481"))), "mark_unneeded");
    assert_eq!(said(&Bench::at(State::Printed).command(&on("UN3481"))), "mark_unneeded");
    assert_eq!(said(&at(State::Open).command(&on("UN3481"))), "not_here");
    assert_eq!(said(&Bench::new().command(&on("UN3481"))), "not_here");
}

#[test]
fn a_label_scanned_too_early_is_no_longer_in_doubt() {
    for state in [State::Printing, State::Sent, State::PrintUncertain] {
        let mut bench = at(state);
        let tracking = bench.tracking();
        let early = bench.scan(&tracking);
        assert_eq!((names(&early), said(&early)), (vec!["print_confirmed"], "mark_first"), "{state:?}");
        assert_eq!(bench.state(), State::Printed);
    }
}

#[test]
fn what_a_parcel_must_bear_is_fixed_with_its_number() {
    let mut bench = at(State::Committed);
    assert_eq!(bench.parcel().commitment().map(|c| c.marks.clone()), Some(vec!["UN3481".to_owned()]));
    bench.rules.marks = Marks::default();
    bench.ready(1);
    bench.printer(1, PrinterEvent::Sent);
    assert_eq!(bench.headline(), "mark_wanted");
}
