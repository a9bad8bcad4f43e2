//! Promises for every parcel: nothing overflows, nothing depends on chance, every service answers.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::examples_tests::{everywhere, parcel, shipped};
use super::*;
use crate::ids::ServiceId;
use crate::units::{Currency, Date, Dims, Length, LengthUnit, Mass, MassUnit, Money};

fn decide(parcel: &ParcelToRate) -> Decision {
    shipped().decide(parcel, &Availability::default(), &Policy::default())
}

fn rules<'a>(decision: &'a Decision, service: &str) -> Vec<&'a str> {
    decision.refusals.iter().filter(|refusal| refusal.service == service).map(|refusal| refusal.rule.as_str()).collect()
}

prop_compose! {
    fn dims()(sides in prop::array::uniform3(1_i64..=10_000_000_000)) -> Option<Dims> {
        Dims::new(sides.map(Length::from_nanometres))
    }
}

/// A number from nothing to as much as fits, its ends more often than chance.
fn extreme() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), Just(1), Just(i64::MAX), Just(i64::MAX - 1), 0_i64..1_000_000, 0_i64..=i64::MAX]
}

prop_compose! {
    fn sensible()(
        to in prop::sample::select(vec!["90210", "90265", "94105", "85001", "97201", "60601", "10001", "59001"]),
        grams in 1_i64..40_000,
        sides in prop::option::of(prop::array::uniform3(1_i64..700)),
        residential: bool,
    ) -> ParcelToRate {
        let mut parcel = parcel(to, "1g", None);
        parcel.mass = Mass::from_grams(grams);
        parcel.dims = sides.and_then(|sides| Dims::new(sides.map(|mm| Length::from_nanometres(mm * 1_000_000))));
        parcel.to.residential = residential;
        parcel
    }
}

proptest! {
    #[test]
    fn any_parcel_at_all_gets_an_answer_from_every_service(
        picograms: i64, dims in prop::option::of(dims()), country in ".{0,3}", postcode in ".{0,12}",
        zone in prop::option::of(".{0,3}"), day in 1_u8..=28, year in 1_u16..=9999,
    ) {
        let mut parcel = parcel("90210", "1g", None);
        parcel.mass = Mass::from_picograms(picograms);
        parcel.dims = dims.flatten();
        parcel.to = Place { residential: true, ..Place::at(&country, &postcode) };
        parcel.zone = zone;
        parcel.ship_date = Date::new(year, 6, day).unwrap();
        let decision = everywhere().decide(&parcel, &Availability::default(), &Policy::default());
        let quoted: BTreeSet<_> = decision.quotes.iter().map(|quote| &quote.service).collect();
        let refused: BTreeSet<_> = decision.refusals.iter().map(|refusal| &refusal.service).collect();
        prop_assert!(quoted.is_disjoint(&refused));
        prop_assert_eq!(quoted.len() + refused.len(), 18);
        prop_assert!(!explain(&decision).is_empty());
    }

    #[test]
    fn no_number_of_a_card_or_a_parcel_is_too_large_to_be_answered(
        (mass, mass_step, side_step, tolerance) in (extreme(), extreme(), extreme(), extreme()),
        (price, rate, per, over, minimum) in (extreme(), extreme(), extreme(), extreme(), extreme()),
        (parts, tier, at_most, money_step) in (extreme(), extreme(), extreme(), extreme()),
        (month, share, divisor) in (any::<u64>(), 1_i64..=100, any::<u32>()),
        dims in prop::option::of(dims()), ways in prop::array::uniform4(0_usize..6), begun: bool,
    ) {
        let round = |way: usize, step: i64| {
            let step = step.max(1);
            [Rounding::Exact, Rounding::Up(step), Rounding::Nearest(step), Rounding::HalfEven(step), Rounding::Down(step),
                Rounding::Tolerance(step, tolerance.min(step - 1))][way]
        };
        let sides = round(ways[0], side_step);
        let mut dimensional = Dimensional::new(divisor, (VolumeUnit::Cm3, MassUnit::Kg), sides);
        dimensional.iter_mut().for_each(|rule| rule.share = share);
        let grows = Rate { minor: rate, per: Mass::from_picograms(per.max(1)), over: Mass::from_picograms(over), begun };
        let amount = Amount { fixed: price, rate: Some(grows) };
        let of = vec![StatedAmount::Value, StatedAmount::Insured, StatedAmount::Cod];
        let percent = Percent { parts_per_million: parts, base: true, lines: vec![], of };
        let surcharge = |name: &str, needs: Vec<usize>| Surcharge {
            name: name.into(),
            charge: Charge {
                amount: ByZone::Same(amount),
                percent: Some(Percent { lines: needs.clone(), ..percent.clone() }),
                at_least: None,
                at_most: Some(at_most),
            },
            when: When::default(),
            group: None,
            needs,
            minimum: Mass::from_picograms(minimum),
            fuel: true,
        };
        let base = card(0, Currency::USD);
        let row = PriceRow { bound: None, shown: String::new(), cells: vec![Some(amount)] };
        let card = Card {
            prices: Prices::new("g", 1, false, vec![row]).unwrap(),
            weight: WeightRule { rounding: round(ways[1], mass_step), minimum: Mass::from_picograms(minimum), ..base.weight },
            size: SizeRule { rounding: sides, dimensional, ..base.size },
            money: MoneyRule { lines: round(ways[2], money_step), total: round(ways[3], money_step) },
            surcharges: vec![surcharge("a", vec![]), surcharge("b", vec![0])],
            fuel: Some(Fuel { weeks: vec![(Date::EPOCH, parts)], on_base: true, rounding: Rounding::Up(1), weekly: true }),
            tiers: vec![Tier { over: 0, parts_per_million: tier }],
            limits: vec![Limit { max: Maximum::Weight(Mass::from_picograms(over)), zones: BTreeSet::new(), why: None }],
            signatures: BTreeSet::from([Signature::Any]),
            extras: BTreeSet::from([Extra::Insurance, Extra::Cod]),
            ..base
        };
        let mut parcel = parcel("90210", "1g", None);
        parcel.mass = Mass::from_picograms(mass);
        parcel.dims = dims.flatten();
        let money = Some(Money::new(amount.fixed, Currency::USD));
        (parcel.value, parcel.insured, parcel.cod) = (money, money, money);
        let month = MonthlyParcels { own: month, elsewhere: Some((month, Date::EPOCH)) };
        let record = DeliveryRecord { parcels: month.own, failed: month.own, late: month.own };
        let availability = Availability::new(vec![ServiceAvailability { month, record, ..ServiceAvailability::default() }]);
        let expected = Expected {
            return_cost: price, late_cost: rate, prior_failed: 30_000, prior_late: 1_000_000, prior_parcels: month.own
        };
        let service = ServiceCards { id: "a.b".into(), cards: vec![card] };
        let cards = Cards::new(vec![], vec![service], String::new());
        for goal in [Goal::Cheapest, Goal::Expected(expected)] {
            let decision = cards.decide(&parcel, &availability, &Policy { goal, ..Policy::default() });
            prop_assert!(decision.quotes.len() + decision.refusals.len() > 0);
            prop_assert!(!explain(&decision).is_empty());
        }
    }

    #[test]
    fn a_heavier_parcel_never_costs_less(parcel in sensible(), more in 0_i64..10_000) {
        let heavier = ParcelToRate { mass: parcel.mass.checked_add(Mass::from_grams(more)).unwrap(), ..parcel.clone() };
        let light = decide(&parcel);
        for quote in decide(&heavier).quotes {
            let lighter = light.quotes.iter().find(|other| other.service == quote.service);
            prop_assert!(lighter.is_some_and(|lighter| lighter.total.minor <= quote.total.minor), "{}", quote.service);
        }
    }

    #[test]
    fn it_does_not_matter_which_side_is_called_length(parcel in sensible()) {
        let Some([a, b, c]) = parcel.dims.map(Dims::sides) else { return Ok(()) };
        let expected = decide(&parcel);
        for sides in [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
            prop_assert_eq!(&decide(&ParcelToRate { dims: Dims::new(sides), ..parcel.clone() }), &expected);
        }
    }

    #[test]
    fn the_lines_add_up_and_the_choice_is_the_cheapest(parcel in sensible()) {
        let decision = decide(&parcel);
        for quote in &decision.quotes {
            prop_assert_eq!(quote.lines.iter().map(|line| line.amount.minor).sum::<i64>(), quote.total.minor);
        }
        prop_assert!(decision.quotes.is_sorted_by_key(|quote| (quote.total.minor, quote.service.clone())));
        prop_assert_eq!(&decision.choice, &decision.quotes.first().map(|quote| quote.service.clone().into()));
    }

    #[test]
    fn what_is_said_to_make_it_cheaper_does(parcel in sensible()) {
        let decision = decide(&parcel);
        for change in &decision.changes {
            let less = change.less.replace(' ', "");
            let mut changed = parcel.clone();
            if change.what == "weight" {
                let less: Mass = less.parse().unwrap();
                changed.mass = Mass::from_picograms(parcel.mass.picograms() - less.picograms());
            } else {
                let (less, [longest, b, c]) = (less.parse::<Length>().unwrap(), parcel.dims.unwrap().sides());
                let longest = Length::from_nanometres(longest.nanometres() - less.nanometres());
                changed.dims = Dims::new([longest, b, c]);
            }
            let then = decide(&changed);
            prop_assert_eq!(&then.choice, &Some(change.service.clone().into()));
            prop_assert_eq!(then.quotes[0].total, change.total);
            prop_assert_eq!(decision.quotes[0].total.minor - then.quotes[0].total.minor, change.saves.minor);
        }
    }

    #[test]
    fn a_decision_survives_being_stored(parcel in sensible()) {
        let decision = decide(&parcel);
        let stored = serde_json::to_string(&decision).unwrap();
        prop_assert_eq!(serde_json::from_str::<Decision>(&stored).unwrap(), decision);
    }
}

#[test]
fn a_postcode_no_table_names_is_not_served() {
    let decision = decide(&parcel("00001", "1lb", Some("6x5x4in")));
    assert_eq!(decision.choice, None);
    assert!(decision.refusals.iter().all(|refusal| refusal.rule == "zone"), "{decision:?}");
    let mut abroad = parcel("90210", "1lb", None);
    abroad.to.country = "CA".into();
    assert_eq!(rules(&decide(&abroad), "usps.ground_advantage"), ["zone"]);
}

#[test]
fn a_postcode_without_its_zero_is_not_priced_as_another_place() {
    let decision = decide(&parcel("7030", "1lb", Some("6x5x4in")));
    assert_eq!(decision.choice, None, "07030 is in New Jersey, 703 in Louisiana");
    assert_eq!(
        decision.refusals[0].reason,
        "does not serve US:703: its postcode must be five digits, or five and four, such as 02116-1234 (a spreadsheet may have \
         cut a leading 0)"
    );
    assert_eq!(decide(&parcel("07030", "1lb", Some("6x5x4in"))).quotes.last().unwrap().zone, "8");
}

#[test]
fn an_origin_no_table_names_is_not_collected_from() {
    let mut parcel = parcel("90210", "1lb", None);
    parcel.from.postcode = "10001".into();
    assert_eq!(rules(&decide(&parcel), "usps.ground_advantage"), ["origin"]);
    assert_eq!(shipped().not_from(&parcel.from).count(), 4);
}

#[test]
fn an_outage_refuses_the_carrier_and_the_next_is_chosen() {
    let parcel = parcel("90012", "12oz", Some("6x5x4in"));
    let availability = Availability::new(
        shipped()
            .services()
            .iter()
            .map(|service| ServiceAvailability {
                unavailable: (*service.id.carrier() == "gofo").then_some(Unavailable::Outage),
                ..ServiceAvailability::default()
            })
            .collect(),
    );
    let decision = shipped().decide(&parcel, &availability, &Policy::default());
    assert_eq!(rules(&decision, "gofo.parcel"), ["outage"]);
    assert_eq!(decision.choice, Some(ServiceId::from("ontrac.ground").into()));
}

#[test]
fn a_ship_date_no_card_covers_is_refused() {
    let mut parcel = parcel("90210", "1lb", None);
    parcel.ship_date = "2026-07-11".parse().unwrap();
    assert_eq!(rules(&decide(&parcel), "usps.ground_advantage"), ["no_card"]);
    parcel.ship_date = "2026-07-12".parse().unwrap();
    assert!(rules(&decide(&parcel), "usps.ground_advantage").is_empty());
}

#[test]
fn goods_nobody_classified_and_signatures_nobody_sells_are_refused() {
    let mut parcel = parcel("90210", "1lb", None);
    parcel.dg = BTreeSet::from([Dg::Unknown]);
    parcel.signature = Signature::Adult18;
    assert_eq!(rules(&decide(&parcel), "usps.ground_advantage"), ["dg", "signature"]);
}

/// A card of one zone for all of the US with one price for every weight.
fn card(price: i64, currency: Currency) -> Card {
    let us: PlacePattern = "US:*".parse().unwrap();
    let row = PriceRow {
        bound: Some(Mass::from_picograms(1 << 62)),
        shown: "all".into(),
        cells: vec![Some(Amount::flat(price))],
    };
    let target = ZoneEntry { zone: 0, sort_code: None, sort_detail: None, days: None };
    Card {
        from: Date::new(2026, 1, 1).unwrap(),
        until: None,
        hash: String::new(),
        currency,
        zones: ZoneMap::new(vec!["1".into()], vec![(us.clone(), us, Some(target))]),
        days: vec![],
        weight: WeightRule { rounding: Rounding::Exact, above: vec![], minimum: Mass::ZERO, unit: MassUnit::G },
        size: SizeRule {
            without: WithoutDims::Price,
            rounding: Rounding::Exact,
            unit: LengthUnit::Mm,
            dimensional: Dimensional::new(1, (VolumeUnit::Cm3, MassUnit::Kg), Rounding::Exact),
        },
        prices: Prices::new("g", 1, false, vec![row]).unwrap(),
        minimum_charge: 0,
        cubic: None,
        money: MoneyRule { lines: Rounding::Nearest(1), total: Rounding::Exact },
        limits: vec![],
        refuses: vec![],
        refused_goods: BTreeSet::new(),
        signatures: BTreeSet::new(),
        extras: BTreeSet::new(),
        terms: BTreeSet::new(),
        surcharges: vec![],
        fuel: Some(Fuel {
            weeks: vec![(Date::EPOCH, 1_000_000)],
            on_base: true,
            rounding: Rounding::Nearest(1),
            weekly: false,
        }),
        tiers: vec![],
        invented: false,
        notes: vec![],
    }
}

fn cards(cards: [(&str, Card); 2]) -> Cards {
    let service = |(id, card): (&str, Card)| ServiceCards { id: id.into(), cards: vec![card] };
    Cards::new(vec![], cards.map(service).into(), String::new())
}

#[test]
fn a_price_or_weight_that_does_not_fit_is_refused() {
    let cards = cards([("a", card(i64::MAX, Currency::USD)), ("b", card(1, Currency::USD))]);
    let decision = cards.decide(&parcel("90210", "1kg", None), &Availability::default(), &Policy::default());
    assert_eq!(rules(&decision, "a"), ["overflow"]);
    assert_eq!(decision.choice, Some(ServiceId::from("b").into()));
    let decision =
        cards.decide(&parcel("90210", "1kg", Some("9999x9999x9999mm")), &Availability::default(), &Policy::default());
    assert_eq!(rules(&decision, "b"), ["overflow"]);
    let mut heavy = parcel("90210", "1kg", None);
    heavy.mass = Mass::from_picograms(i64::MAX);
    assert_eq!(rules(&cards.decide(&heavy, &Availability::default(), &Policy::default()), "b"), ["no_price"]);
}

#[test]
fn prices_in_another_currency_than_the_first_card_are_not_compared() {
    let cards = cards([("a", card(200, Currency::USD)), ("b", card(100, "EUR".parse().unwrap()))]);
    let decision = cards.decide(&parcel("90210", "1kg", None), &Availability::default(), &Policy::default());
    assert_eq!(decision.choice, Some(ServiceId::from("a").into()));
    assert_eq!(rules(&decision, "b"), ["currency"]);
}

#[test]
fn of_two_at_one_price_the_first_by_name_is_chosen() {
    let cards = cards([("b", card(100, Currency::USD)), ("a", card(100, Currency::USD))]);
    assert_eq!(
        cards.decide(&parcel("90210", "1kg", None), &Availability::default(), &Policy::default()).choice,
        Some(ServiceId::from("a").into())
    );
}

/// Two services at these prices and days, each with its record of a hundred parcels.
fn chosen(policy: &Policy, a: (i64, u16, u64), b: (i64, u16, u64)) -> Decision {
    let of = |(price, days, _): (i64, u16, u64)| Card { days: vec![Some(days)], ..card(price, Currency::USD) };
    let stands = |(_, _, failed): (i64, u16, u64)| ServiceAvailability {
        record: DeliveryRecord { parcels: 100, failed, late: 0 },
        ..ServiceAvailability::default()
    };
    let availability = Availability::new(vec![stands(a), stands(b)]);
    cards([("a", of(a)), ("b", of(b))]).decide(&parcel("90210", "1kg", None), &availability, policy)
}

#[test]
fn each_policy_has_its_own_choice() {
    let policy = |goal| Policy { goal, ..Policy::default() };
    let choice = |policy: &Policy, a, b| chosen(policy, a, b).choice.unwrap();
    // Fuel doubles every price of these cards.
    assert_eq!(choice(&policy(Goal::Cheapest), (100, 2, 0), (100, 1, 0)), "b", "of two at one price the faster");
    assert_eq!(choice(&policy(Goal::Fastest), (100, 2, 0), (300, 1, 0)), "b");
    assert_eq!(choice(&policy(Goal::Fastest), (300, 1, 0), (100, 1, 0)), "b", "of two as fast the cheaper");
    assert_eq!(choice(&policy(Goal::Preferred(vec!["b".into()])), (100, 1, 0), (300, 2, 0)), "b");
    let expected =
        Expected { return_cost: 2_000, late_cost: 0, prior_failed: 30_000, prior_late: 0, prior_parcels: 50 };
    let expected = policy(Goal::Expected(expected));
    assert_eq!(choice(&expected, (500, 1, 20), (600, 1, 1)), "b", "one in five comes back");
    let decision = chosen(&expected, (500, 1, 20), (600, 1, 1));
    let risk = decision.quotes[1].risk.as_ref().unwrap();
    // (20 + 3 % of 50) of 150 parcels, of 20.00 and 10.00 again.
    assert_eq!((risk.failed.as_deref(), risk.failed_believed.as_str()), (Some("20 %"), "14.3333 %"));
    assert_eq!(risk.cost.amount(), "4.30");
    assert!(explain(&decision).contains("expected loss: failed 20 %, believed 14.3333 %"));
    let last = Policy { last_resort: vec!["a".into()], ..Policy::default() };
    assert_eq!(choice(&last, (100, 1, 0), (900, 1, 0)), "b");
    let chain = Policy { last_resort: vec!["b".into(), "a".into()], ..Policy::default() };
    assert_eq!(choice(&chain, (100, 1, 0), (900, 1, 0)), "b", "a chain goes by its order, not by price");
}

#[test]
fn outside_of_its_share_a_service_takes_only_what_nothing_else_carries() {
    let cards = cards([("a", card(100, Currency::USD)), ("b", card(900, Currency::USD))]);
    let beside = ServiceAvailability { outside_share: Some(20), ..ServiceAvailability::default() };
    let decide = |b: ServiceAvailability| {
        let availability = Availability::new(vec![beside.clone(), b]);
        cards.decide(&parcel("90210", "1kg", None), &availability, &Policy::default())
    };
    let decision = decide(ServiceAvailability::default());
    assert_eq!(decision.choice, Some(ServiceId::from("b").into()));
    assert!(explain(&decision).contains("outside of its share of 20 %"), "{}", explain(&decision));
    let alone =
        decide(ServiceAvailability { unavailable: Some(Unavailable::Outage), ..ServiceAvailability::default() });
    assert_eq!(
        alone.choice,
        Some(ServiceId::from("a").into()),
        "no order is left without a carrier because of a share"
    );
}

#[test]
fn a_parcel_that_leaves_tomorrow_is_priced_for_tomorrow_and_arrives_a_day_later() {
    let card = |days: u16| Card { days: vec![Some(days)], ..card(100, Currency::USD) };
    let cards = cards([("a", card(1)), ("b", card(1))]);
    let late = ServiceAvailability { leaves: Date::new(2026, 11, 23), ..ServiceAvailability::default() };
    let availability = Availability::new(vec![late, ServiceAvailability::default()]);
    let policy = Policy { goal: Goal::Fastest, ..Policy::default() };
    let decision = cards.decide(&parcel("90210", "1kg", None), &availability, &policy);
    assert_eq!(decision.choice, Some(ServiceId::from("b").into()));
    assert_eq!(decision.quotes[1].leaves, Date::new(2026, 11, 23));
}

#[test]
fn another_currency_is_compared_where_somebody_said_what_it_is_worth() {
    let cards = cards([("a", card(200, Currency::USD)), ("b", card(1_000, "CNY".parse().unwrap()))]);
    let rate = Exchange {
        from: "CNY".parse().unwrap(),
        to: Currency::USD,
        on: Date::new(2026, 11, 1).unwrap(),
        rate: crate::units::Decimal::parse("0.1389").unwrap(),
    };
    let policy = Policy { exchange: vec![rate], ..Policy::default() };
    let decision = cards.decide(&parcel("90210", "1kg", None), &Availability::default(), &policy);
    assert_eq!(decision.choice, Some(ServiceId::from("b").into()));
    let quote = &decision.quotes[0];
    assert_eq!((quote.total.to_string(), quote.compared.unwrap().to_string()), ("20.00 CNY".into(), "2.78 USD".into()));
}

#[test]
fn a_value_in_another_currency_is_refused_where_it_matters_and_only_there() {
    let surcharge = |percent| Surcharge {
        name: "care".into(),
        charge: Charge { percent, ..Charge::flat(0) },
        when: When { all: vec![Condition::Dates(Date::EPOCH, Date::new(2999, 1, 1).unwrap())], any: vec![] },
        group: None,
        needs: vec![],
        minimum: Mass::ZERO,
        fuel: false,
    };
    let of_value = Percent { parts_per_million: 10_000, base: false, lines: vec![], of: vec![StatedAmount::Value] };
    let reads = Card { surcharges: vec![surcharge(Some(of_value))], ..card(100, Currency::USD) };
    let above = Condition::Amount(StatedAmount::Value, Band { over: 100, up_to: None });
    let dear = RefusalRule { name: "dear".into(), why: String::new(), when: When { all: vec![above], any: vec![] } };
    let bounds = Card { refuses: vec![dear], ..card(100, Currency::USD) };
    let limit = Limit { max: Maximum::Amount(StatedAmount::Value, 100), zones: BTreeSet::new(), why: None };
    let limited = Card { limits: vec![limit], ..card(100, Currency::USD) };
    for reads in [reads, bounds, limited] {
        let cards = cards([("a", reads), ("b", card(100, Currency::USD))]);
        let mut parcel = parcel("90210", "1kg", None);
        parcel.value = Some(Money::new(9_900, "CNY".parse().unwrap()));
        let decision = cards.decide(&parcel, &Availability::default(), &Policy::default());
        assert_eq!(rules(&decision, "a"), ["amount_currency"]);
        assert_eq!(decision.choice, Some(ServiceId::from("b").into()));
    }
}

#[test]
fn no_reason_is_given_twice() {
    let mut parcel = parcel("90210", "1lb", None);
    parcel.extras = [Extra::Insurance].into();
    parcel.insured = Some(Money::new(500, "EUR".parse().unwrap()));
    parcel.cod = parcel.insured;
    assert_eq!(rules(&decide(&parcel), "usps.ground_advantage"), ["cod", "insurance", "amount_currency"]);
}

#[test]
fn a_refusal_speaks_of_the_day_on_which_the_parcel_would_leave() {
    let until = Date::new(2026, 11, 22);
    let cards = cards([("a", Card { until, ..card(100, Currency::USD) }), ("b", card(100, Currency::USD))]);
    let late = ServiceAvailability { leaves: Date::new(2026, 11, 23), ..ServiceAvailability::default() };
    let availability = Availability::new(vec![late.clone(), late]);
    let mut parcel = parcel("90210", "1kg", None);
    parcel.signature = Signature::Any;
    let reasons = cards.decide(&parcel, &availability, &Policy::default()).refusals;
    assert_eq!(reasons[0].reason, "no prices for a parcel shipped on 2026-11-23");
    assert_eq!(reasons[1].reason, "has no signature \"any\"");
}
