use super::super::event::{Act, Printout};
use super::*;
use crate::station::fact::{CopySign, Ending};

fn carrier(bench: &Bench) -> String {
    bench.parcel().commitment().expect("committed").carrier().to_string()
}

fn close(bench: &mut Bench, carrier: &str) -> Outcome {
    bench.when(Event::Act(Act::CloseManifest { carrier: carrier.into() }))
}

#[test]
fn a_manifest_takes_verified_parcels_only() {
    for state in [State::Open, State::Committed, State::Sent, State::Printed, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        for carrier in ["cityline", "gofo", "ontrac", "usps"] {
            assert_eq!(said(&close(&mut bench, carrier)), "manifest_empty", "{state:?}");
        }
    }
    let mut bench = Bench::at(State::Verified);
    let carrier = carrier(&bench);
    bench.bring(LIGHT_AGAIN, State::Sent);
    let closed = close(&mut bench, &carrier);
    assert!(matches!(&closed.facts[..], [Fact::ManifestClosed { parcels, .. }] if *parcels == [ParcelId(1)]));
    assert_eq!(said(&close(&mut bench, &carrier)), "manifest_empty");
}

const LIGHT_AGAIN: &str = OTHER;

#[test]
fn one_manifest_per_ship_date_and_waves_count_within_it() {
    let mut bench = Bench::at(State::Verified);
    let carrier = carrier(&bench);
    bench.orders.get_mut(LIGHT).unwrap().parcels_planned = 9;
    bench.today = bench.today.next();
    bench.bring(LIGHT, State::Verified);
    let both = close(&mut bench, &carrier);
    assert_eq!(names(&both), ["manifest_closed", "manifest_closed"]);
    let ids = |bench: &Bench| bench.station.manifests().iter().map(|m| (m.id.clone(), m.wave)).collect::<Vec<_>>();
    let upper = carrier.to_uppercase();
    assert_eq!(ids(&bench)[0], (format!("US-LAX-1.DEMO-ST01.20261123.{upper}.1"), 1));
    assert_eq!(ids(&bench)[1], (format!("US-LAX-1.DEMO-ST01.20261124.{upper}.1"), 1));
    bench.bring(LIGHT, State::Verified);
    close(&mut bench, &carrier);
    assert_eq!(ids(&bench)[2], (format!("US-LAX-1.DEMO-ST01.20261124.{upper}.2"), 2));
}

#[test]
fn a_copy_closes_no_manifest_under_a_name_of_the_other_history() {
    let mut bench = Bench::at(State::Verified);
    let carrier = carrier(&bench);
    let next = Vec::new();
    bench.given([Fact::Copied { why: CopySign::Behind, was: "a1".into(), next, life: "7F3A".into() }]);
    close(&mut bench, &carrier);
    let upper = carrier.to_uppercase();
    let closed = bench.station.manifests().last().expect("a manifest");
    assert_eq!((closed.id.as_str(), closed.wave), (format!("US-LAX-1.DEMO-ST01.20261123.{upper}.1.7F3A").as_str(), 1));
}

#[test]
fn manifest_and_handover_want_a_second_scan_within_the_time() {
    let mut bench = Bench::at(State::Verified);
    let carrier = carrier(&bench);
    let manifest = Command::Manifest(carrier.clone());
    assert_eq!(said(&bench.command(&manifest)), "confirm_manifest");
    bench.later(Live::CONFIRM_MS);
    assert_eq!(said(&bench.command(&manifest)), "confirm_manifest");
    assert_eq!(names(&bench.command(&manifest)), ["manifest_closed"]);
    let handover = Command::Handover(carrier);
    assert_eq!(said(&bench.command(&handover)), "confirm_handover");
    assert_eq!(names(&bench.command(&handover)), ["manifest_handed_over"]);
    assert_eq!(said(&bench.command(&handover)), "confirm_handover");
    assert_eq!(said(&bench.command(&handover)), "handover_empty");
}

#[test]
fn the_second_scan_for_one_carrier_is_none_for_another() {
    let mut bench = Bench::at(State::Verified);
    bench.command(&Command::Manifest("usps".into()));
    assert_eq!(said(&bench.command(&Command::Manifest("ontrac".into()))), "confirm_manifest");
    assert_eq!(said(&bench.command(&Command::Manifest("nobody".into()))), "unknown_carrier");
    assert_eq!(said(&bench.command(&Command::Handover("nobody".into()))), "unknown_carrier");
    assert_eq!(said(&close(&mut bench, "nobody")), "unknown_carrier");
}

#[test]
fn a_manifest_is_confirmed_once() {
    let mut bench = Bench::at(State::Verified);
    let carrier = carrier(&bench);
    close(&mut bench, &carrier);
    let of = |id: &str| Event::Confirmed { manifests: vec![id.to_owned()] };
    let id = bench.station.manifests()[0].id.clone();
    assert_eq!(names(&bench.when(of(&id))), ["manifest_confirmed"]);
    assert_eq!(bench.state(), State::Confirmed);
    assert_eq!(bench.when(of(&id)), Outcome::default());
}

#[test]
fn what_came_back_is_recorded_and_told_once() {
    let mut bench = Bench::at(State::Verified);
    let (carrier, tracking) = (carrier(&bench), bench.tracking());
    let scan = |bench: &mut Bench| {
        bench.later(3_000);
        bench.scan(&tracking)
    };
    bench.later(3_000);
    assert_eq!(said(&bench.command(&Command::Return)), "return_which");
    scan(&mut bench);
    assert_eq!(said(&bench.command(&Command::Return)), "return_refused", "it is still here");

    close(&mut bench, &carrier);
    bench.command(&Command::Badge("7031".into()));
    scan(&mut bench);
    let told = bench.told;
    let back = bench.command(&Command::Return);
    let (on, operator) = (bench.today, Some("7031".to_owned()));
    assert_eq!(
        (said(&back), &back.facts[..]),
        ("returned", &[Fact::Returned { parcel: ParcelId(1), on, operator }][..])
    );
    assert_eq!(bench.told, told + 1);
    assert!(bench.parcel().ended().is_some_and(|ended| ended.ending == Ending::Returned));

    scan(&mut bench);
    let again = bench.command(&Command::Return);
    assert_eq!((said(&again), &again.facts[..]), ("returned", &[][..]));
    bench.bring(OTHER, State::Open);
    assert_eq!(said(&bench.command(&Command::Return)), "not_here", "with a parcel in hand");
}

#[test]
fn a_slip_that_did_not_come_out_comes_again_until_the_driver_has_taken_everything() {
    let mut bench = Bench::at(State::Verified);
    let carrier = carrier(&bench);
    close(&mut bench, &carrier);
    let manifest = bench.station.manifests()[0].id.clone();
    let ask = |bench: &mut Bench| {
        bench.later(3_000);
        bench.command(&Command::Manifest(carrier.clone()))
    };
    let again = ask(&mut bench);
    assert_eq!((said(&again), &again.facts[..]), ("slip_again", &[][..]));
    assert!(again.effects.contains(&Effect::Print(Printout::Manifest { manifest })));
    bench.rules.receipts = false;
    assert_eq!(said(&ask(&mut bench)), "confirm_manifest", "there is nothing to print it on");
    bench.rules.receipts = true;
    bench.command(&Command::Handover(carrier.clone()));
    bench.command(&Command::Handover(carrier.clone()));
    assert_eq!(said(&ask(&mut bench)), "confirm_manifest");
}
