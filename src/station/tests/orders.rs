use super::*;

#[test]
fn an_order_on_hold_or_cancelled_is_refused_at_the_scan() {
    for (order, key) in [(ON_HOLD, "order_hold"), (CANCELLED, "order_cancelled")] {
        let mut bench = Bench::new();
        let outcome = bench.scan(order);
        assert_eq!((names(&outcome), said(&outcome)), (vec![], key));
    }
}

#[test]
fn an_order_whose_item_was_blocked_since_is_neither_begun_nor_taken_up_again() {
    let blocked = |bench: &Bench, order: &str| {
        let scan = Scan::read(order.as_bytes()).expect("a code");
        let order = Box::new(bench.orders[order].clone());
        let order = Lookup::One { order, version: 1, blocked: Some("MUG".to_owned()) };
        Event::Scanned { scanner: "hand".into(), scan, order }
    };
    let mut bench = Bench::new();
    let scanned = blocked(&bench, LIGHT);
    let outcome = bench.when(scanned);
    assert_eq!((names(&outcome), said(&outcome)), (vec![], "item_blocked"));
    for state in [State::Committed, State::Held] {
        let mut bench = Bench::at(State::Committed);
        if state == State::Held {
            bench.command(&Command::Hold);
        }
        bench.later(Live::REPEAT_MS);
        let scanned = blocked(&bench, LIGHT);
        let outcome = bench.when(scanned);
        assert_eq!((names(&outcome), said(&outcome)), (vec![], "item_blocked"), "{state:?}");
    }
    // What stops it already says how it ends.
    let mut bench = Bench::at(State::Committed);
    bench.order_says(|order| order.state = OrderState::Cancelled);
    bench.later(Live::REPEAT_MS);
    let scanned = blocked(&bench, LIGHT);
    assert_eq!(said(&bench.when(scanned)), "order_cancelled");
    // What was packed is said to be, as before.
    let mut bench = Bench::at(State::Verified);
    bench.later(Live::REPEAT_MS);
    let scanned = blocked(&bench, LIGHT);
    assert_eq!(said(&bench.when(scanned)), "order_done");
}

const STOPPED: [(OrderState, &str); 3] = [
    (OrderState::Hold, "order_hold"),
    (OrderState::CancelRequested, "order_cancelled"),
    (OrderState::Cancelled, "order_cancelled"),
];

#[test]
fn an_order_that_was_stopped_since_is_refused_at_the_print() {
    for (state, key) in STOPPED {
        let mut bench = Bench::at(State::Committed);
        assert_eq!(names(&bench.order_says(|order| order.state = state)), ["intercepted"]);
        let outcome = bench.ready(1);
        assert_eq!((names(&outcome), said(&outcome), sends(&outcome)), (vec![], key, None));
        bench.later(Live::SAY_MS);
        assert_eq!(bench.headline(), key, "it does not say that it prints");
    }
}

#[test]
fn an_order_that_was_stopped_since_is_refused_at_the_last_scan() {
    for (state, key) in STOPPED {
        let mut bench = Bench::at(State::Printed);
        bench.order_says(|order| order.state = state);
        let tracking = bench.tracking();
        let outcome = bench.scan(&tracking);
        assert_eq!((names(&outcome), said(&outcome)), (vec![], key));
    }
}

#[test]
fn a_label_with_an_address_of_yesterday_is_neither_printed_nor_closed() {
    let elsewhere = Address { line1: "2 New Street".into(), ..Address::default() };
    let mut bench = Bench::at(State::Committed);
    bench.order_says(|order| order.ship_to = elsewhere.clone());
    let outcome = bench.ready(1);
    assert_eq!((names(&outcome), said(&outcome), sends(&outcome)), (vec![], "order_changed", None));

    let mut bench = Bench::at(State::Printed);
    bench.order_says(|order| order.ship_to = elsewhere);
    let tracking = bench.tracking();
    let outcome = bench.scan(&tracking);
    assert_eq!((names(&outcome), said(&outcome)), (vec![], "order_changed"));
    bench.command(&Command::Void);
    assert_eq!(names(&bench.command(&Command::Void)), ["voided"]);
    assert_eq!(names(&bench.scan(LIGHT)), ["parcel_opened"]);
}

#[test]
fn an_order_that_may_go_again_is_printed_when_it_is_scanned_again() {
    let mut bench = Bench::at(State::Committed);
    bench.order_says(|order| order.state = OrderState::Hold);
    bench.ready(1);
    assert_eq!(said(&bench.scan(LIGHT)), "order_hold");
    assert_eq!(names(&bench.order_says(|_| ())), ["released"]);
    assert_eq!(prepares(&bench.scan(LIGHT)), Some(1));
    assert_eq!(names(&bench.ready(1)), ["print_started"]);
}

#[test]
fn a_parcel_put_aside_goes_on_where_it_was() {
    for state in [State::Open, State::Weighed, State::Committed, State::Printed, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        let held = bench.command(&Command::Hold);
        assert_eq!((names(&held), said(&held)), (vec!["held"], "held"), "{state:?}");
        assert!(held.effects.contains(&Effect::Release));
        assert!(bench.station.in_hand().is_none());
        let resumed = bench.scan(LIGHT);
        assert_eq!((names(&resumed), said(&resumed)), (vec!["resumed"], "resumed"), "{state:?}");
        assert_eq!(prepares(&resumed), (state == State::Committed).then_some(1));
        assert_eq!(bench.state(), state);
    }
}

#[test]
fn a_parcel_put_aside_stays_there_while_its_order_is_stopped() {
    let mut bench = Bench::at(State::Committed);
    bench.command(&Command::Problem("DAMAGED".into()));
    bench.orders.get_mut(LIGHT).unwrap().state = OrderState::Cancelled;
    assert_eq!(said(&bench.scan(LIGHT)), "order_cancelled");
    assert_eq!(bench.state(), State::Held);
}

#[test]
fn cancel_drops_a_parcel_without_a_number() {
    for state in [State::Open, State::Weighed] {
        let mut bench = Bench::at(state);
        let announced = bench.told;
        let outcome = bench.command(&Command::Cancel);
        assert_eq!((names(&outcome), said(&outcome)), (vec!["voided"], "cancelled"), "{state:?}");
        assert_eq!(bench.told, announced, "the world never heard of it");
        assert_eq!(names(&bench.scan(LIGHT)), ["parcel_opened"]);
    }
    let nothing = Bench::new().command(&Command::Cancel);
    assert!(nothing.facts.is_empty() && nothing.say.is_none());
}

#[test]
fn cancel_of_a_parcel_with_a_number_asks_for_more() {
    for state in [State::Committed, State::Printing, State::Sent, State::Printed, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        let outcome = bench.command(&Command::Cancel);
        assert_eq!((names(&outcome), said(&outcome)), (vec![], "cancel_or_void"), "{state:?}");
    }
}

#[test]
fn void_wants_a_second_scan() {
    for state in [State::Committed, State::Printing, State::Sent, State::Printed, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        let first = bench.command(&Command::Void);
        assert_eq!((names(&first), said(&first)), (vec![], "confirm_void"), "{state:?}");
        let announced = bench.told;
        let second = bench.command(&Command::Void);
        assert_eq!((names(&second), said(&second)), (vec!["voided"], "voided"));
        assert_eq!(bench.told, announced + 1);
        assert!(bench.station.in_hand().is_none());
    }
}

#[test]
fn a_second_scan_that_comes_late_or_after_another_is_a_first_one() {
    let mut bench = Bench::at(State::Printed);
    bench.command(&Command::Void);
    bench.later(Live::CONFIRM_MS);
    assert_eq!(said(&bench.command(&Command::Void)), "confirm_void");
    bench.command(&Command::Help);
    assert_eq!(said(&bench.command(&Command::Void)), "confirm_void");
}

#[test]
fn a_closed_parcel_is_voided_by_its_number_until_it_is_on_a_manifest() {
    let mut bench = Bench::at(State::Verified);
    let tracking = bench.tracking();
    bench.scan(&tracking);
    assert_eq!(said(&bench.command(&Command::Void)), "confirm_void");
    assert_eq!(names(&bench.command(&Command::Void)), ["voided"]);
    let mut bench = Bench::at(State::Verified);
    let carrier = bench.parcel().commitment().cloned().unwrap().carrier().to_owned();
    let tracking = bench.tracking();
    bench.command(&Command::Manifest(carrier.to_string()));
    bench.command(&Command::Manifest(carrier.to_string()));
    bench.scan(&tracking);
    assert_eq!(said(&bench.command(&Command::Void)), "void_refused");
    assert_eq!(bench.state(), State::Manifested);
}

#[test]
fn a_void_asked_for_one_parcel_is_not_confirmed_for_another() {
    let mut bench = Bench::at(State::Verified);
    let first = bench.tracking();
    bench.bring(OTHER, State::Verified);
    let second = bench.tracking();
    bench.scan(&first);
    bench.command(&Command::Void);
    bench.later(3_000);
    bench.scan(&second);
    assert_eq!(said(&bench.command(&Command::Void)), "confirm_void");
}

#[test]
fn commands_about_the_parcel_in_hand_want_one() {
    for command in [Command::Hold, Command::Reweigh, Command::Reprint, Command::Box("B1".into())] {
        let outcome = Bench::new().command(&command);
        assert_eq!((names(&outcome), said(&outcome)), (vec![], "not_here"), "{command:?}");
    }
}

#[test]
fn people_and_languages_are_remembered() {
    let mut bench = Bench::new();
    assert_eq!(names(&bench.command(&Command::Badge("7031".into()))), ["operator_changed"]);
    assert_eq!(bench.station.operator(), Some("7031"));
    let opened = bench.scan(LIGHT);
    assert!(matches!(&opened.facts[0], Fact::ParcelOpened { operator: Some(who), .. } if who == "7031"));
    assert_eq!(names(&bench.command(&Command::Logout)), ["operator_changed"]);
    assert_eq!(names(&bench.command(&Command::Lang("ES".into()))), ["language_changed"]);
    assert_eq!(bench.view().language, "es");
    assert_eq!(said(&bench.command(&Command::Lang("tlh".into()))), "unknown_language");
}

#[test]
fn commands_that_have_no_meaning_yet_say_what_has() {
    for command in [Command::Ok, Command::Help, Command::NextParcel] {
        assert_eq!(said(&Bench::at(State::Open).command(&command)), "help", "{command:?}");
    }
    assert!(Bench::new().command(&Command::Zero).effects.contains(&Effect::Press(ScaleKey::Zero)));
}

#[test]
fn a_scanner_hears_whether_its_scan_was_taken() {
    let verdict = |outcome: &Outcome| {
        let found = outcome.effects.iter().find_map(|effect| match effect {
            Effect::Verdict { scanner, accepted } => Some((scanner.clone(), *accepted)),
            _ => None,
        });
        found.expect("a verdict")
    };
    let mut bench = Bench::new();
    assert_eq!(verdict(&bench.scan("no such order")), ("hand".to_owned(), false));
    assert_eq!(verdict(&bench.scan(LIGHT)), ("hand".to_owned(), true));
    let bad = Event::BadScan { scanner: "table".into(), why: "noise".into() };
    assert_eq!(verdict(&bench.when(bad)), ("table".to_owned(), false));
}

#[test]
fn a_post_office_box_is_known_by_its_words() {
    let is_box =
        |line: &str| Address { line1: "Apt 4".into(), line2: line.into(), ..Address::default() }.place().po_box;
    for line in ["PO Box 12", "P.O. Box 12", "p o box A", "POBOX 7", "Post Office Box 9", "Suite 2, PO Box 12", "POB 3"]
    {
        assert!(is_box(line), "{line}");
    }
    for line in ["12 Depo Boxer Street", "3 Depo Box Lane", "1 Post Office Road", "Box 5", ""] {
        assert!(!is_box(line), "{line}");
    }
}

#[test]
fn a_parcel_whose_order_cannot_be_read_says_so_and_how_it_is_left() {
    let ways = [
        (State::Open, "out_cancel", Command::Cancel),
        (State::Weighed, "out_cancel", Command::Cancel),
        (State::Committed, "out_hold", Command::Hold),
    ];
    for (state, detail, way) in ways {
        let mut bench = Bench::at(state);
        bench.orders.remove(LIGHT);
        assert!(bench.weigh(500).facts.is_empty(), "{state:?}");
        bench.later(Live::SAY_MS);
        let view = bench.view();
        assert_eq!(
            (view.headline.key(), view.detail.map(|said| said.key())),
            ("order_key_gone", Some(detail)),
            "{state:?}"
        );
        bench.command(&way);
        assert!(bench.station.in_hand().is_none(), "{state:?}");
    }
    // Its label is out: the scan of that needs no order.
    let mut bench = Bench::at(State::Printed);
    bench.orders.remove(LIGHT);
    let tracking = bench.tracking();
    assert_eq!(names(&bench.scan(&tracking)), ["verified"]);
}
