//! Each checker finds what it is for, when that is broken on purpose in what a day has left.

use parceld::ids::ParcelId;
use parceld::station::fact::{Fact, NumberSource};

use super::{Evidence, check};
use crate::command::play;
use crate::plan::Plan;
use crate::stage::Stage;

/// A day with a manifest.
fn day() -> Evidence {
    let end = play(&Stage::new(), 1, Plan::usual(20));
    assert_eq!(end.found, [""; 0]);
    end.evidence.expect("a day")
}

fn committed(evidence: &mut Evidence, change: impl FnOnce(&mut parceld::station::fact::Commitment)) {
    let commitment = evidence.record.facts.iter_mut().rev().find_map(|fact| match fact {
        Fact::Committed { commitment, .. } => Some(commitment),
        _ => None,
    });
    change(commitment.expect("a committed parcel"));
}

#[test]
fn a_broken_day_is_found_by_the_invariant_that_it_breaks() {
    type Breach = fn(&mut Evidence);
    let breaches: [(&str, &str, Breach); 13] = [
        ("I1", "a committed parcel that the hub was never told of", |evidence| {
            evidence.taken.retain(|taken| !taken.body.contains("parcel.committed"));
        }),
        ("I1", "one that it was told of twice", |evidence| {
            let told = evidence.taken.iter().find(|taken| taken.body.contains("parcel.committed")).cloned();
            evidence.taken.extend(told);
        }),
        ("I2", "a number that an older history used", |evidence| {
            let used = evidence.record.facts.iter().find(|fact| matches!(fact, Fact::Committed { .. })).cloned();
            evidence.lost.push(used.into_iter().collect());
        }),
        ("I3", "a number beyond its pool", |evidence| {
            committed(evidence, |commitment| {
                if let NumberSource::Drawn { serial, .. } = &mut commitment.source {
                    *serial = u64::MAX;
                }
            });
        }),
        ("I3", "a gap that nothing explains", |evidence| {
            committed(evidence, |commitment| {
                if let NumberSource::Drawn { serial, .. } = &mut commitment.source {
                    *serial += 1;
                }
            });
        }),
        ("I4", "a parcel on a manifest that was never closed", |evidence| {
            evidence.record.facts.retain(|fact| !matches!(fact, Fact::Verified { .. }));
        }),
        ("I5", "a label that nobody began", |evidence| {
            evidence.record.facts.retain(|fact| !matches!(fact, Fact::PrintStarted { .. }));
        }),
        ("I5", "a label with a number that nobody used", |evidence| {
            evidence.labels.iter_mut().for_each(|label| label.tracking = "1Z999".to_owned());
        }),
        ("I6", "a parcel that went without a label", |evidence| evidence.labels.clear()),
        ("I7", "a manifest that was told twice", |evidence| {
            let told = evidence.taken.iter().find(|taken| taken.body.contains("parceld.manifest.closed")).cloned();
            evidence.taken.extend(told);
        }),
        ("I8", "two parcels of one order", |evidence| {
            let facts = &mut evidence.record.facts;
            let Some(Fact::Committed { parcel, commitment }) =
                facts.iter().find(|fact| matches!(fact, Fact::Committed { .. })).cloned()
            else {
                return;
            };
            let opened = |fact: &&Fact| matches!(fact, Fact::ParcelOpened { parcel: of, .. } if *of == parcel);
            let Some(Fact::ParcelOpened { order_ref, rev, channel, shop, version, operator, .. }) =
                facts.iter().find(opened).cloned()
            else {
                return;
            };
            let parcel = ParcelId(9_999);
            facts.push(Fact::ParcelOpened { parcel, order_ref, rev, channel, shop, version, operator });
            facts.push(Fact::Committed { parcel, commitment });
        }),
        ("I9", "an event that is missing between others", |evidence| {
            evidence.taken.remove(2);
        }),
        ("I12", "an event that waits", |evidence| evidence.waits = 1),
    ];
    let day = day();
    for (invariant, what, breach) in breaches {
        let mut broken = day.clone();
        breach(&mut broken);
        let found = check(&broken);
        assert!(found.iter().any(|why| why.starts_with(&format!("{invariant}:"))), "{what}: {found:?}");
    }
}
