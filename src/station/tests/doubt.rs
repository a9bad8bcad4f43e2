use super::*;

#[test]
fn after_a_restart_a_label_on_its_way_is_in_doubt_and_its_printer_is_asked() {
    let asked = [Effect::Ask(Job { parcel: ParcelId(1), attempt: 1 })];
    for state in [State::Printing, State::Sent] {
        let mut bench = Bench::at(state);
        let outcome = bench.when(Event::Started);
        assert_eq!(names(&outcome), ["print_doubted"], "{state:?}");
        assert_eq!(outcome.effects, asked, "nothing is sent on a guess");
        assert_eq!(bench.headline(), "label_doubt");
        let again = bench.when(Event::Started);
        assert_eq!((names(&again), again.effects), (vec![], asked.to_vec()), "and again after another restart");
    }
}

#[test]
fn after_a_restart_a_label_of_which_no_byte_left_is_prepared() {
    assert_eq!(prepares(&Bench::at(State::Committed).when(Event::Started)), Some(1));
    let mut bench = Bench::at(State::Printed);
    bench.command(&Command::Reprint);
    assert_eq!(prepares(&bench.when(Event::Started)), Some(2));
}

#[test]
fn after_a_restart_nothing_else_happens() {
    for state in [State::Open, State::Printed, State::Verified] {
        assert_eq!(Bench::at(state).when(Event::Started), Outcome::default(), "{state:?}");
    }
    assert_eq!(Bench::new().when(Event::Started), Outcome::default());
}

#[test]
fn a_connection_lost_with_bytes_on_their_way_is_doubt_and_its_printer_is_asked() {
    for state in [State::Printing, State::Sent] {
        let outcome = Bench::at(state).lost(1);
        assert_eq!((names(&outcome), said(&outcome)), (vec!["print_doubted"], "label_doubt"), "{state:?}");
        assert_eq!(asks(&outcome), Some(1));
    }
    let partly = PrinterEvent::SendFailed { accepted: 1, why: "broken pipe".into() };
    let outcome = Bench::at(State::Printing).printer(1, partly);
    assert_eq!((names(&outcome), asks(&outcome)), (vec!["print_doubted"], Some(1)));
    assert_eq!(prepares(&outcome), None);
}

#[test]
fn a_label_in_doubt_is_never_printed_twice_without_the_packers_word() {
    let mut bench = Bench::at(State::PrintUncertain);
    let events = [
        Event::Started,
        Event::Reconsider,
        Event::Confirmed { manifests: vec!["M".to_owned()] },
        Event::Device { device: super::super::event::Device::Printer, away: None },
    ];
    for event in events {
        let outcome = bench.when(event.clone());
        assert_eq!((prepares(&outcome), sends(&outcome)), (None, None), "{event:?}");
    }
    for event in [
        PrinterEvent::Ready { printer: "label".into(), says: Box::new(zebra(8560)) },
        PrinterEvent::AtRest { says: Box::new(zebra(8560)) },
        PrinterEvent::AtRest { says: Box::new(zebra(8600)) },
        PrinterEvent::AtRest { says: Box::default() },
        PrinterEvent::Sent,
        PrinterEvent::SendFailed { accepted: 0, why: "late".into() },
        PrinterEvent::Lost { why: "again".into() },
        PrinterEvent::Blocked { problem: PrinterProblem::Absent },
    ] {
        for attempt in 0..3 {
            let outcome = bench.printer(attempt, event.clone());
            assert_eq!((prepares(&outcome), sends(&outcome)), (None, None), "{event:?}");
        }
    }
    let outcome = bench.scan(LIGHT);
    assert_eq!((prepares(&outcome), sends(&outcome)), (None, None));
    assert_eq!(prepares(&bench.command(&Command::Reprint)), Some(2));
}

#[test]
fn doubt_ends_with_a_scan_or_with_the_printers_late_word() {
    let mut bench = Bench::at(State::PrintUncertain);
    assert_eq!(names(&bench.out(1)), ["print_confirmed"]);
    let mut bench = Bench::at(State::PrintUncertain);
    let tracking = bench.tracking();
    assert_eq!(names(&bench.scan(&tracking)), ["verified"]);
}

#[test]
fn what_a_printer_said_before_it_was_lost_does_not_refuse_a_reprint() {
    let mut bench = Bench::at(State::Sent);
    bench.printer(1, PrinterEvent::Blocked { problem: PrinterProblem::PaperOut });
    bench.lost(1);
    assert_eq!(said(&bench.command(&Command::Reprint)), "printer_asked", "it has not answered yet");
    bench.printer(1, PrinterEvent::Blocked { problem: PrinterProblem::Absent });
    assert_eq!(prepares(&bench.command(&Command::Reprint)), Some(2));
    let mut bench = Bench::at(State::Sent);
    bench.printer(1, PrinterEvent::Blocked { problem: PrinterProblem::PaperOut });
    bench.command(&Command::Hold);
    bench.when(Event::Printer(
        Job { parcel: ParcelId(1), attempt: 1 },
        PrinterEvent::Blocked { problem: PrinterProblem::PaperOut },
    ));
    bench.scan(LIGHT);
    bench.at_rest(1, Testimony::default());
    assert_eq!(prepares(&bench.command(&Command::Reprint)), Some(2));
}

#[test]
fn a_label_on_its_way_when_its_parcel_is_put_aside_is_in_doubt() {
    for state in [State::Printing, State::Sent] {
        let mut bench = Bench::at(state);
        assert_eq!(names(&bench.command(&Command::Hold)), ["print_doubted", "held"], "{state:?}");
        assert_eq!(
            bench.when(Event::Printer(
                Job { parcel: ParcelId(1), attempt: 1 },
                PrinterEvent::LabelOut { rung: 3, evidence: "late".into() },
            )),
            Outcome::default()
        );
        let resumed = bench.scan(LIGHT);
        assert_eq!((said(&resumed), asks(&resumed)), ("resumed", Some(1)));
        assert_eq!(bench.state(), State::PrintUncertain);
    }
}

#[test]
fn a_label_that_never_came_is_printed_again_whatever_the_printer_said_of_another() {
    let mut bench = Bench::at(State::Printed);
    let other = Job { parcel: ParcelId(1), attempt: 9 };
    bench.when(Event::Printer(other, PrinterEvent::Blocked { problem: PrinterProblem::PaperOut }));
    assert_eq!(prepares(&bench.command(&Command::Reprint)), Some(2));
}
