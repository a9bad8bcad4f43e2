use super::*;
use crate::ids::ServiceId;
use crate::label::Bitmap;
use crate::station::order::Given;
use crate::station::{Uncounted, counted};

/// A number that keeps GOFO's rule.
const NUMBER: &str = "GFUS12345678901234";

fn given(number: &str, service: &str) -> Given {
    Given {
        tracking: number.into(),
        service: Some(service).filter(|service| !service.is_empty()).map(Into::into),
        hint: String::new(),
    }
}

/// A label, black down to so many millimetres.
fn label(to: u32) -> Supplied {
    let mut paper = Bitmap::new(800, 1200);
    paper.fill(40, 40, 700, to * 8 - 40);
    Supplied::dots(Media { dpi: 203, width_mm: 100, height_mm: 150 }, &paper)
}

/// A station without a single number, and an order that brings its label.
fn bench() -> Bench {
    let mut bench = Bench::without_numbers();
    bench.rules.specimen = false;
    bench.label = Some(label(120));
    bench.orders.get_mut(LIGHT).expect("an order").label = Some(given(NUMBER, ""));
    bench
}

fn reason(outcome: &Outcome) -> String {
    let note = &outcome.say.as_ref().expect("something is said").note;
    let Sentence::LabelRefused { reason } = note else { panic!("{note:?}") };
    reason.clone()
}

#[test]
fn a_label_that_came_with_its_order_is_printed_and_its_scan_closes_the_parcel() {
    let mut bench = bench();
    bench.scan(LIGHT);
    let weighed = bench.weigh(500);
    assert_eq!(names(&weighed), ["weighed", "decided", "committed"]);
    assert_eq!(prepares(&weighed), Some(1));
    let commitment = bench.parcel().commitment().cloned().expect("a commitment");
    assert_eq!(commitment.source, NumberSource::Supplied);
    assert_eq!((commitment.tracking.as_str(), commitment.carrier().as_str()), (NUMBER, "gofo"));
    let started = bench.ready(1);
    let expected = bench.rules.labels.supplied(&label(120), 1, false).expect("a job");
    let sent = started.effects.iter().any(|effect| matches!(effect, Effect::Send { bytes, .. } if *bytes == expected));
    assert!(sent, "{started:?}");
    bench.printer(1, PrinterEvent::Sent);
    bench.out(1);
    assert_eq!(said(&bench.scan(NUMBER)), "done");
    assert_eq!(bench.state(), State::Verified);
    bench.later(3_000);
    assert_eq!(said(&bench.scan(LIGHT)), "order_done");
}

#[test]
fn no_number_pool_is_touched() {
    let mut bench = Bench::new();
    bench.rules.specimen = false;
    let next = |bench: &Bench| {
        ["gofo", "ontrac", "usps"].map(|carrier| bench.station.next_serial(&bench.world(), &carrier.into()))
    };
    let before = next(&bench);
    bench.label = Some(label(120));
    bench.orders.get_mut(LIGHT).expect("an order").label = Some(given(NUMBER, ""));
    bench.bring(LIGHT, State::Committed);
    assert_eq!(bench.tracking(), NUMBER);
    assert_eq!(next(&bench), before);
}

#[test]
fn its_price_is_what_its_services_card_says_and_nothing_where_none_does() {
    let price = |bench: &Bench| bench.parcel().commitment().expect("a commitment").price();
    let mut priced = bench();
    priced.orders.get_mut(LIGHT).expect("an order").label = Some(given(NUMBER, "gofo.parcel"));
    priced.bring(LIGHT, State::Committed);
    assert!(price(&priced).is_some_and(|price| price.minor > 0));
    assert_eq!(priced.view().carrier.expect("a carrier").0, "GOFO EXPRESS PARCEL");

    // Hawaii is not on GOFO's card: the label is printed all the same, and the record says why it has no price.
    let mut unpriced = bench();
    unpriced.orders.get_mut(HAWAII).expect("an order").label = Some(given(NUMBER, "gofo"));
    unpriced.scan(HAWAII);
    let weighed = unpriced.weigh(500);
    let Some(Fact::Decided { decision, .. }) = weighed.facts.get(1) else { panic!("{weighed:?}") };
    assert_eq!((decision.policy.as_str(), &decision.choice), ("supplied", &Some("gofo.parcel".into())));
    assert_eq!(decision.quotes, []);
    assert!(decision.refusals.iter().all(|refusal| refusal.service == "gofo.parcel") && !decision.refusals.is_empty());
    assert_eq!((price(&unpriced), unpriced.view().carrier.expect("a carrier").1), (None, String::new()));
}

#[test]
fn the_carrier_is_the_one_the_order_says_or_the_one_whose_rule_the_number_keeps() {
    let bench = Bench::new();
    let of = |given: Given| {
        counted(&bench.cards, &given).map(|found| (found.carrier.id.clone(), found.service.map(ServiceId::as_str)))
    };
    let gofo = |service| Ok(("gofo".into(), service));
    assert_eq!(of(given(NUMBER, "")), gofo(None));
    assert_eq!(of(given(NUMBER, "gofo")), gofo(None));
    assert_eq!(of(given(NUMBER, "gofo.parcel")), gofo(Some("gofo.parcel")));
    let hinted = |hint: &str| Given { hint: hint.into(), ..given(NUMBER, "") };
    assert_eq!(of(hinted("gofo.parcel")), gofo(Some("gofo.parcel")));
    // A channel says many things in it.
    assert_eq!(of(hinted("STANDARD SHIPPING")), gofo(None));
    // A carrier that declares no rule takes any number, once it is named.
    assert!(matches!(of(given("ANY-1", "cityline")), Ok(_) | Err(Uncounted::Broken(_))));
}

#[test]
fn a_number_that_is_nobodys_or_breaks_its_carriers_rule_never_prints() {
    for (given, why) in [
        (given(NUMBER, "gofo.express"), "service.carrier \"gofo.express\" is no carrier and no service"),
        (given(NUMBER, "nobody"), "service.carrier \"nobody\" is no carrier and no service"),
        (
            given("GFUS1234567890123", "gofo"),
            "\"GFUS1234567890123\" is no number of GOFO EXPRESS: it has 17 characters",
        ),
        (given("9200190132607600833457", "gofo"), "\"9200190132607600833457\" is no number of GOFO EXPRESS"),
        (given("9200190132607600833458", "usps"), "\"9200190132607600833458\" is no number of USPS: its check digit"),
        (given("JJD0002257639032011", ""), "no carrier here has numbers like JJD0002257639032011"),
    ] {
        let mut bench = bench();
        bench.orders.get_mut(LIGHT).expect("an order").label = Some(given);
        bench.scan(LIGHT);
        let refused = bench.weigh(500);
        assert!(reason(&refused).starts_with(why), "{}", reason(&refused));
        assert_eq!(names(&refused), ["weighed", "decided"]);
        assert_eq!((bench.state(), bench.headline()), (State::Weighed, "label_refused"));
    }
}

#[test]
fn a_number_that_two_carriers_may_have_is_not_guessed() {
    let bench = Bench::new();
    let mut carriers = bench.cards.carriers().to_vec();
    let gofo = carriers.iter().find(|carrier| carrier.id == "gofo").expect("a carrier").clone();
    carriers.push(crate::rating::Carrier { id: "twin".into(), ..gofo });
    let cards = Cards::new(carriers, Vec::new(), String::new());
    let said = counted(&cards, &given(NUMBER, "")).expect_err("two of them").to_string();
    assert_eq!(said, format!("{NUMBER} may be a number of gofo, twin; say whose it is in service.carrier"));
    assert!(counted(&cards, &given(NUMBER, "twin")).is_ok());
}

#[test]
fn a_number_is_used_once_whatever_became_of_its_parcel() {
    let mut bench = bench();
    bench.orders.get_mut(OTHER).expect("an order").label = Some(given(NUMBER, "gofo"));
    bench.bring(LIGHT, State::Verified);
    bench.scan(OTHER);
    let again = bench.weigh(500);
    assert_eq!((said(&again), names(&again)), ("label_used", vec!["weighed", "decided"]));
    bench.command(&Command::Cancel);

    let tracking = NUMBER.to_owned();
    bench.later(3_000);
    bench.scan(&tracking);
    bench.command(&Command::Void);
    bench.command(&Command::Void);
    bench.later(3_000);
    bench.scan(LIGHT);
    assert_eq!(said(&bench.weigh(500)), "label_used");
    // A newer order with a label of its own goes.
    bench.orders.get_mut(LIGHT).expect("an order").label = Some(given("GFUS12345678901235", ""));
    assert_eq!(names(&bench.when(Event::Reconsider)), ["decided", "committed"]);
}

#[test]
fn an_order_whose_label_is_not_here_waits_for_it() {
    let mut bench = bench();
    bench.label = None;
    bench.scan(LIGHT);
    assert!(reason(&bench.weigh(500)).starts_with("its supplied label is not on this station"));
    bench.label = Some(label(120));
    let found = bench.when(Event::Reconsider);
    assert_eq!((names(&found), prepares(&found)), (vec!["decided", "committed"], Some(1)));
}

#[test]
fn a_label_made_for_another_paper_is_not_printed() {
    let mut bench = bench();
    let media = Media { dpi: 300, width_mm: 100, height_mm: 150 };
    bench.label = Some(Supplied { media, ..label(120) });
    bench.scan(LIGHT);
    assert!(reason(&bench.weigh(500)).starts_with("the supplied label was made for 300 dpi"));
}

#[test]
fn a_carrier_that_was_left_out_takes_no_label_until_it_is_back() {
    let mut bench = bench();
    bench.command(&Command::Outage("gofo".into()));
    bench.scan(LIGHT);
    assert_eq!(said(&bench.weigh(500)), "outage_on");
    bench.command(&Command::Outage("gofo".into()));
    assert_eq!(names(&bench.when(Event::Reconsider)), ["decided", "committed"]);
}

#[test]
fn an_order_that_got_another_label_meanwhile_is_stopped() {
    let mut bench = bench();
    bench.bring(LIGHT, State::Printed);
    let newer = Order { label: Some(given("GFUS12345678901235", "")), ..bench.orders[LIGHT].clone() };
    assert!(bench.orders[LIGHT].is_other(&newer));
    bench.order_says(|order| *order = newer);
    let parcel = bench.station.in_hand().expect("in hand");
    let verified = bench.station.verify(parcel, "hand");
    assert_eq!(said(&verified), "order_changed");
}

#[test]
fn a_reprint_that_cannot_say_so_tells_the_packer() {
    for (to, key) in [(120, "reprinted"), (149, "reprinted_unmarked")] {
        let mut bench = bench();
        bench.label = Some(label(to));
        bench.bring(LIGHT, State::Printed);
        let again = bench.command(&Command::Reprint);
        assert_eq!((said(&again), prepares(&again)), (key, Some(2)));
        assert_eq!(sends(&bench.ready(2)), Some(2));
    }
}

#[test]
fn it_goes_on_its_carriers_manifest() {
    let mut bench = bench();
    bench.bring(LIGHT, State::Verified);
    bench.command(&Command::Manifest("gofo".into()));
    let closed = bench.command(&Command::Manifest("gofo".into()));
    assert_eq!(names(&closed), ["manifest_closed"]);
    assert_eq!(bench.state(), State::Manifested);
}
