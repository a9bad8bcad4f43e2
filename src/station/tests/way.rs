use super::*;

#[test]
fn a_parcel_goes_from_the_scan_to_the_receipt() {
    let mut bench = Bench::new();
    assert_eq!(names(&bench.scan(LIGHT)), ["parcel_opened"]);
    let committed = bench.weigh(500);
    assert_eq!(names(&committed), ["weighed", "decided", "committed"]);
    assert_eq!(prepares(&committed), Some(1));
    let started = bench.ready(1);
    assert_eq!(names(&started), ["print_started"]);
    assert_eq!(sends(&started), Some(1));
    assert_eq!(names(&bench.printer(1, PrinterEvent::Sent)), ["print_sent"]);
    assert_eq!(names(&bench.out(1)), ["print_confirmed"]);
    let tracking = bench.tracking();
    let verified = bench.scan(&tracking);
    assert_eq!((names(&verified), said(&verified)), (vec!["verified"], "done"));
    assert!(verified.effects.contains(&Effect::Release));
    assert!(bench.station.in_hand().is_none());
    let carrier = bench.parcel().commitment().map(|c| c.carrier().to_owned()).unwrap();
    let closed = bench.when(Event::Act(super::super::event::Act::CloseManifest { carrier }));
    assert_eq!(names(&closed), ["manifest_closed"]);
    let manifests = vec![bench.station.manifests()[0].id.clone()];
    assert_eq!(names(&bench.when(Event::Confirmed { manifests })), ["manifest_confirmed"]);
    assert_eq!(bench.state(), State::Confirmed);
}

#[test]
fn the_order_is_found_by_its_reference_and_the_label_by_its_routing_code() {
    let mut bench = Bench::new();
    assert_eq!(names(&bench.scan("1152049765370443726")), ["parcel_opened"]);
    bench.weigh(500);
    let tracking = bench.tracking();
    assert!(tracking.starts_with("92"), "Hawaii goes with USPS: {tracking}");
    bench.ready(1);
    bench.printer(1, PrinterEvent::Sent);
    assert_eq!(names(&bench.scan(&format!("]C142096815{tracking}"))), ["verified"]);
}

#[test]
fn the_label_of_another_parcel_closes_nothing() {
    let mut bench = Bench::at(State::Verified);
    let first = bench.tracking();
    bench.bring(OTHER, State::Sent);
    assert_eq!(said(&bench.scan(&first)), "wrong_label");
    assert_eq!(said(&bench.scan("4006381333931")), "wrong_label");
    assert_eq!(bench.state(), State::Sent);
}

#[test]
fn another_parcels_label_before_there_is_a_number_is_not_called_a_wrong_label() {
    let mut bench = Bench::at(State::Verified);
    let first = bench.tracking();
    bench.bring(OTHER, State::Open);
    assert_eq!(said(&bench.scan(&first)), "finish_first");
    assert_eq!(said(&bench.scan(THIRD)), "finish_first");
}

#[test]
fn the_label_closes_a_parcel_in_every_state_in_which_it_may_be_out() {
    for state in [State::Printing, State::Sent, State::Printed, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        let tracking = bench.tracking();
        assert_eq!(names(&bench.scan(&tracking)), ["verified"], "{state:?}");
    }
}

#[test]
fn a_label_before_it_was_printed_is_refused() {
    let mut bench = Bench::at(State::Committed);
    let tracking = bench.tracking();
    let outcome = bench.scan(&tracking);
    assert_eq!((names(&outcome), said(&outcome)), (vec![], "label_spoiled"));
}

#[test]
fn a_tracking_number_scanned_at_rest_shows_its_parcel() {
    let mut bench = Bench::at(State::Verified);
    let tracking = bench.tracking();
    let outcome = bench.scan(&tracking);
    assert_eq!((names(&outcome), said(&outcome)), (vec![], "parcel_shown"));
    assert_eq!(outcome.shown, Some(ParcelId(1)));
}

#[test]
fn an_unknown_code_and_one_that_finds_several_orders_open_nothing() {
    let mut bench = Bench::new();
    assert_eq!(said(&bench.scan("nothing like it")), "order_unknown");
    let scan = Scan::read(b"ambiguous").unwrap();
    let of_shop = |shop: &str| OrderId { shop: shop.into(), number: "1001".into(), ..OrderId::default() };
    let order = Lookup::Many(vec![of_shop("A"), of_shop("B")]);
    let many = bench.when(Event::Scanned { scanner: "hand".into(), scan, order });
    assert_eq!((names(&many), said(&many)), (vec![], "order_many"));
    let list = Sentence::OrderWhich { list: "A/1001, B/1001".to_owned() };
    assert_eq!(bench.view().detail, Some(list), "both are named");
}

#[test]
fn an_order_is_packed_as_often_as_it_is_planned() {
    let mut bench = Bench::at(State::Verified);
    assert_eq!(said(&bench.scan(LIGHT)), "order_done");
    bench.orders.get_mut(OTHER).unwrap().parcels_planned = 2;
    for _ in 0..2 {
        bench.bring(OTHER, State::Verified);
    }
    assert_eq!(said(&bench.scan(OTHER)), "order_done");
    assert_eq!(bench.station.of_order(&bench.orders[OTHER].id()).count(), 2);
}

#[test]
fn scanning_the_order_in_hand_again_changes_nothing() {
    for state in [State::Open, State::Printing, State::Sent, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        let outcome = bench.scan(LIGHT);
        assert_eq!((names(&outcome), said(&outcome)), (vec![], ""), "{state:?}");
    }
}

#[test]
fn damaged_codes_change_nothing() {
    let mut bench = Bench::at(State::Open);
    assert_eq!(said(&bench.scan("%PD:VOID:Z")), "bad_command");
    let bad = bench.when(Event::BadScan { scanner: "hand".into(), why: "byte 0x00".into() });
    assert_eq!((names(&bad), said(&bad)), (vec![], "bad_scan"));
}

#[test]
fn the_same_code_twice_within_two_seconds_is_one_scan_and_a_command_within_less() {
    let mut live = Live::default();
    assert!(!live.repeats(Uptime(0), "hand", LIGHT));
    assert!(live.repeats(Uptime(1_999), "hand", LIGHT));
    assert!(!live.repeats(Uptime(1_999), "other", LIGHT));
    assert!(!live.repeats(Uptime(4_000), "hand", LIGHT));
    let void = Command::Void.encode();
    assert!(!live.repeats(Uptime(5_000), "hand", &void));
    assert!(live.repeats(Uptime(5_699), "hand", &void));
    assert!(!live.repeats(Uptime(6_400), "hand", &void));
}

#[test]
fn a_packer_who_scans_again_and_again_is_heard_and_a_held_scanner_confirms_nothing() {
    let mut live = Live::default();
    let heard = |live: &mut Live, text: &str, every: u64| {
        (0..20).filter(|n| !live.repeats(Uptime(100_000 + n * every), "hand", text)).count()
    };
    assert_eq!(heard(&mut live, LIGHT, 1_500), 10);
    assert_eq!(heard(&mut live, &Command::Void.encode(), 500), 1);
}
