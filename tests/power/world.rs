//! What the outside knows of the station, and what must be true of it when it is on again.

use std::collections::{BTreeMap, BTreeSet};

use hal::sim::Printed;
use serde_json::Value;

use super::bench::{Bench, get};
use super::machine::Machine;

/// States of a parcel in the order they come; what is beside them counts as the last that is certain.
const STATES: [&str; 9] =
    ["open", "weighed", "committed", "printing", "sent", "printed", "verified", "manifested", "confirmed"];

pub(crate) fn rank(state: &str) -> usize {
    match state {
        "print_uncertain" => rank("printing"),
        _ => STATES.iter().position(|known| *known == state).unwrap_or(0),
    }
}

/// What was seen of a parcel: on the screen, and so on the disk.
#[derive(Debug, Clone, Default)]
struct Seen {
    rank: usize,
    tracking: Option<String>,
}

/// Everything that was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    seen: BTreeMap<String, Seen>,
    manifests: usize,
}

impl World {
    /// The screen says that this order's parcel is so far.
    pub(crate) fn saw(&mut self, order: &str, state: &str, tracking: Option<&str>) {
        let seen = self.seen.entry(order.to_owned()).or_default();
        seen.rank = seen.rank.max(rank(state));
        if let Some(tracking) = tracking {
            seen.tracking = Some(tracking.to_owned());
        }
    }

    /// The screen says that a manifest is closed.
    pub(crate) fn saw_manifest(&mut self) {
        self.manifests += 1;
    }

    pub(crate) fn is_packed(&self, order: &str) -> bool {
        self.seen.get(order).is_some_and(|seen| seen.rank >= rank("verified"))
    }

    pub(crate) fn packed(&self) -> usize {
        self.seen.values().filter(|seen| seen.rank >= rank("verified")).count()
    }

    /// The order of this number.
    pub(crate) fn order_of(&self, tracking: &str) -> Option<String> {
        let of_it = |(_, seen): &(&String, &Seen)| seen.tracking.as_deref() == Some(tracking);
        self.seen.iter().find(of_it).map(|(order, _)| order.clone())
    }

    /// Asks the station what it knows and says what is wrong with that; with what it knows beyond what was seen.
    pub(crate) async fn checked(mut self, bench: &Bench, machine: &Machine) -> Result<Self, String> {
        let parcels = get(machine, "/api/parcels").await?;
        let parcels = parcels.as_array().ok_or("no list of parcels")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut numbers = BTreeSet::new();
        let mut found = BTreeMap::new();
        for parcel in parcels {
            let tracking = text(&parcel["tracking"]);
            if !tracking.is_empty() && !numbers.insert(tracking.clone()) {
                return Err(format!("two parcels have the number {tracking}"));
            }
            if found.insert(text(&parcel["order_ref"]), (text(&parcel["state"]), tracking)).is_some() {
                return Err(format!("an order of one parcel has two: {parcel}"));
            }
        }
        for (order, seen) in &self.seen {
            let Some((state, tracking)) = found.get(order) else {
                return Err(format!("order {order} was {} and is forgotten", STATES[seen.rank]));
            };
            if rank(state) < seen.rank {
                return Err(format!("order {order} was {} and is {state}", STATES[seen.rank]));
            }
            if seen.tracking.as_ref().is_some_and(|seen| seen != tracking) {
                return Err(format!("order {order} had the number {:?} and has {tracking:?}", seen.tracking));
            }
        }
        let manifests = get(machine, "/api/manifests").await?.as_array().map_or(0, Vec::len);
        if manifests < self.manifests {
            return Err(format!("{} manifests were closed and {manifests} are known", self.manifests));
        }
        self.labels_are_known(bench, machine, parcels).await?;
        told_what_is_so(bench, &found).await?;
        for (order, (state, tracking)) in &found {
            let tracking = (!tracking.is_empty()).then_some(tracking.as_str());
            self.saw(order, state, tracking);
        }
        self.manifests = manifests;
        Ok(self)
    }

    /// Every label that came out is a print of a parcel, and of a parcel's prints at most one is live.
    async fn labels_are_known(&self, bench: &Bench, machine: &Machine, parcels: &[Value]) -> Result<(), String> {
        let mut labels = labels(&bench.printer.history());
        for parcel in parcels {
            let Some(tracking) = parcel["tracking"].as_str() else { continue };
            let out = labels.remove(tracking).unwrap_or(0);
            let shown = get(machine, &format!("/api/parcels/{}", parcel["n"])).await?;
            let prints = shown["prints"].as_array().ok_or("no list of prints")?;
            let live = prints.iter().filter(|print| print["state"] != "spoiled").count();
            if prints.len() < out || live > 1 {
                return Err(format!("{out} labels of {tracking} came out; the station knows {prints:?}"));
            }
        }
        match labels.keys().next() {
            Some(number) => Err(format!("the label {number} came out and no parcel has its number")),
            None => Ok(()),
        }
    }
}

/// How many labels of each number came out.
pub(crate) fn labels(printed: &[std::sync::Arc<Printed>]) -> BTreeMap<String, usize> {
    let mut labels = BTreeMap::new();
    for label in printed {
        *labels.entry(number(&label.job)).or_default() += 1;
    }
    labels
}

/// The tracking number of a USPS label: the longest run of digits in its bytes begins with 92.
fn number(job: &[u8]) -> String {
    let text = String::from_utf8_lossy(job);
    let numbers =
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.find("92612").map(|at| &digits[at..]));
    numbers.filter(|digits| digits.len() == 22).map(str::to_owned).next().unwrap_or_default()
}

/// What the receiver was told is so, in order and once.
async fn told_what_is_so(bench: &Bench, found: &BTreeMap<String, (String, String)>) -> Result<(), String> {
    for (event, seq) in bench.receiver.events().await.iter().zip(1..) {
        if event.seq != seq {
            return Err(format!("event {seq} is missing at the receiver"));
        }
        let body: Value = serde_json::from_str(&event.body).map_err(|error| error.to_string())?;
        if body["type"] != "parceld.parcel.verified" {
            continue;
        }
        let order = body["data"]["order_ref"].as_str().unwrap_or_default();
        let so = found.get(order).is_some_and(|(state, number)| {
            rank(state) >= rank("verified") && body["data"]["tracking"] == number.as_str()
        });
        if !so {
            return Err(format!("the receiver was told of {order}, the station says {:?}", found.get(order)));
        }
    }
    Ok(())
}
