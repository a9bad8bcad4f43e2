//! What the page shows of the bench beside the packer's screen: the next thing to do, the buttons, the words. Buttons are
//! what the station understands and what the bench can do; the page has no list of its own.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::hands::Hands;
use super::next::{Left, WORKS};
use crate::daemon::ask;
use crate::daemon::documents::Documents;
use crate::ids::{CarrierId, ServiceOrCarrier};
use crate::paper::heading;
use crate::rating::Cards;
use crate::screen::{Awaited, Sentence, View, Words};
use crate::web::{BenchAct, Frame, Question, request};

/// What changes without a word of the station or the bench (an order that is imported) is seen after this time.
const LOOK: Duration = Duration::from_secs(1);
/// A page that is opened gets the bench after this time. While none is open, nothing is looked up: a robot packs faster.
const OPENED: Duration = Duration::from_millis(200);
/// Parcels that are looked through for those that wait for a manifest.
const PARCELS: u32 = 1_000;

/// Follows the screen and the bench.
pub(super) fn follow(hands: Arc<Hands>, documents: Documents, cards: Arc<Cards>) -> watch::Receiver<Arc<Value>> {
    let (publish, shown) = watch::channel(Arc::new(json!({})));
    tokio::task::spawn_local(async move {
        let mut frames = hands.service.frames.clone();
        let mut labels = hands.labels.clone();
        let mut switches = hands.bench.switches.subscribe();
        let mut words = None;
        loop {
            // One is the desk's, which every page's is made from.
            if publish.receiver_count() < 2 {
                tokio::time::sleep(OPENED).await;
                continue;
            }
            let frame = Arc::clone(&frames.borrow_and_update());
            labels.mark_unchanged();
            switches.mark_unchanged();
            let language = &frame.shown.language;
            let in_language = match words {
                Some((known, words)) if known == *language => words,
                _ => said(&hands, &documents, &cards, &frame.words),
            };
            let now = show(&hands, &cards, &frame, &in_language).await;
            words = Some((language.clone(), in_language));
            publish.send_if_modified(|shown| {
                let is_new = **shown != now;
                if is_new {
                    *shown = Arc::new(now);
                }
                is_new
            });
            let goes_on = tokio::select! {
                changed = frames.changed() => changed.is_ok(),
                changed = labels.changed() => changed.is_ok(),
                changed = switches.changed() => changed.is_ok(),
                () = tokio::time::sleep(LOOK) => true,
            };
            if !goes_on {
                return;
            }
        }
    });
    shown
}

/// What is said in the packer's language whatever happens.
fn said(hands: &Hands, documents: &Documents, cards: &Cards, words: &Words) -> Value {
    let special: Map<String, Value> =
        hands.day.special.iter().map(|(order, word)| (order.clone(), words.say(word).into())).collect();
    json!({ "commands": commands(documents, cards, words), "special": special })
}

/// All of it, with what is said anyway.
async fn show(hands: &Hands, cards: &Cards, frame: &Frame, said: &Value) -> Value {
    let (view, words) = (&frame.shown, &*frame.words);
    let left = if view.awaits == Awaited::Order { left(hands, cards, view).await } else { Left::Nothing };
    let next = hands.next(view, left);
    let switches = hands.bench.switches.borrow().clone();
    let fault =
        |act: BenchAct, said: Sentence, on: bool| json!({ "act": request(&act), "say": words.say(&said), "on": on });
    let mut shown = said.clone();
    shown["screen"] = frame.version.into();
    shown["next"] = json!({ "act": next.act.as_ref().map(request), "say": words.say(&next.say) });
    shown["network"] = switches.network.into();
    let faults = PRINTER_FAULTS
        .map(|(name, said)| fault(BenchAct::Printer { fault: name.to_owned() }, said, switches.printer == name));
    shown["printer"] = faults.as_slice().into();
    let faults = SCALE_FAULTS
        .map(|(name, said)| fault(BenchAct::Scale { fault: name.to_owned() }, said, switches.scale == name));
    shown["scale"] = faults.as_slice().into();
    shown
}

const PRINTER_FAULTS: [(&str, Sentence); 4] = [
    (WORKS, Sentence::PageWorks),
    ("paper_out", Sentence::PageNoPaper),
    ("head_open", Sentence::PageLidOpen),
    ("off", Sentence::PageOff),
];
const SCALE_FAULTS: [(&str, Sentence); 3] =
    [(WORKS, Sentence::PageWorks), ("silent", Sentence::PageSilent), ("off", Sentence::PageOff)];

/// The commands of the station's own sheet, in its groups.
fn commands(documents: &Documents, cards: &Cards, words: &Words) -> Vec<Value> {
    let groups = documents.commands(cards, words).into_iter().map(|(group, entries)| {
        let buttons = entries.iter().map(|entry| {
            let act = BenchAct::Command(entry.name().to_owned());
            json!({ "act": request(&act), "code": entry.name(), "say": entry.words })
        });
        json!({ "say": words.say(&heading(group)), "buttons": buttons.collect::<Vec<_>>() })
    });
    groups.collect()
}

/// What is left to do with nothing in hand: orders to pack, then manifests to close and to hand over, then what came back.
async fn left(hands: &Hands, cards: &Cards, view: &View) -> Left {
    let list = async |question| {
        let answer = ask(&hands.service, question).await.unwrap_or_default();
        answer.as_array().cloned().unwrap_or_default()
    };
    let orders = list(Question::Orders).await;
    let number = |order: &Value| order["order_ref"].as_str().unwrap_or_default().to_owned();
    // Two orders of one number are told apart by nothing that a hand could scan here.
    let is_alone = |order: &&Value| orders.iter().filter(|other| other["order_ref"] == order["order_ref"]).count() == 1;
    if let Some(order) = orders.iter().filter(|order| order["state"] == "to_pack").find(is_alone) {
        return Left::Order(number(order));
    }
    let named = |id: CarrierId| {
        let name = cards.carrier_name(&id).to_owned();
        (id, name)
    };
    let parcels = list(Question::Parcels { limit: PARCELS }).await;
    let packed = parcels.iter().find(|parcel| matches!(parcel["state"].as_str(), Some("verified" | "attested")));
    if let Some(service) = packed.and_then(|parcel| parcel["service"].as_str()) {
        let (id, name) = named(ServiceOrCarrier::from(service).carrier().clone());
        return Left::Manifest(id, name);
    }
    let manifests = list(Question::Manifests).await;
    let waits = manifests.iter().find(|manifest| manifest["state"] != "handed_over");
    if let Some(carrier) = waits.and_then(|manifest| manifest["carrier"].as_str()) {
        let (id, name) = named(carrier.into());
        return Left::Handover(id, name);
    }
    let back = parcels.iter().find(|parcel| {
        let gone = matches!(parcel["state"].as_str(), Some("manifested" | "confirmed"));
        gone && parcel["ended"] != "returned" && parcel["order_ref"].as_str() == hands.day.comes_back.as_deref()
    });
    match (back.and_then(|parcel| parcel["tracking"].as_str()), &view.headline) {
        (Some(back), Sentence::ParcelShown { tracking, .. }) if tracking == back => Left::Scanned,
        (Some(back), _) => Left::Returned(back.to_owned()),
        (None, _) => Left::Nothing,
    }
}
