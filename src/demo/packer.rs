//! A robot in the packer's place: it looks at the screen and does what is next, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::timeout;

use super::DemoError;
use super::hands::Hands;
use super::next::Left;
use super::summary::{RefusedOrder, Summary};
use crate::barcode::Command;
use crate::daemon::ask;
use crate::daemon::control::Call;
use crate::ids::{CarrierId, ServiceOrCarrier};
use crate::screen::{PlaceValue, Sentence, View};
use crate::web::{BenchAct, Frame, Question};

/// The screen must say something new within this time after the robot did something.
const PATIENCE: Duration = Duration::from_secs(20);

struct Robot<'a> {
    hands: &'a Hands,
    frames: watch::Receiver<Arc<Frame>>,
}

/// Packs every order that is not packed yet, closes the manifests, and waits for the receiver. `receipts` counts what came
/// out of the receipt printer, where there is one.
pub(super) async fn pack(hands: &Hands, receipts: Option<watch::Receiver<u64>>) -> Result<Summary, DemoError> {
    let began = Instant::now();
    let mut robot = Robot { hands, frames: hands.service.frames.clone() };
    let orders = &hands.day.numbers;
    let mut refused = Vec::new();
    for (done, order_ref) in orders.iter().enumerate() {
        progress(done, orders.len());
        if let Some(reason) = robot.pack(order_ref).await? {
            refused.push(RefusedOrder { order_ref: order_ref.clone(), reason });
        }
    }
    progress(orders.len(), orders.len());
    let closed = robot.close_manifests().await?;
    let manifests = robot.wait_for_receipts().await?;
    robot.take_back().await?;
    let summary = robot.summary(orders.len(), refused, manifests, began).await?;
    // The station did not wait for the slips; whoever looks at them afterwards does.
    let Some(mut receipts) = receipts else { return Ok(summary) };
    match timeout(PATIENCE, receipts.wait_for(|out| *out >= closed)).await {
        Ok(Ok(_)) => Ok(summary),
        _ => Err(DemoError::Stuck("a manifest's slip did not come out of the receipt printer".to_owned())),
    }
}

/// How far it is, for somebody who watches.
fn progress(done: usize, of: usize) {
    use std::io::{IsTerminal, Write};
    let mut out = std::io::stderr();
    if out.is_terminal() {
        let end = if done == of { "\n" } else { "" };
        let _ = write!(out, "\r{done} of {of} orders{end}");
    }
}

impl Robot<'_> {
    /// One order from the scan to the closed parcel; the reason when it was not packed.
    async fn pack(&mut self, order_ref: &str) -> Result<Option<String>, DemoError> {
        if self.view().order.as_deref() != Some(order_ref) {
            // Whatever was in hand before a restart is finished first.
            self.follow().await?;
            self.perform(BenchAct::Scan(order_ref.to_owned())).await?;
            self.speaks_of(order_ref).await?;
        }
        if self.view().order.is_some() {
            return self.follow().await;
        }
        match self.view().headline {
            // Packed already: it was in hand when the station was killed, and was finished first.
            Sentence::OrderDone { .. } => Ok(None),
            _ => Ok(Some(said(&self.frames.borrow()))),
        }
    }

    /// Does what is next until nothing is in hand; the reason when a parcel was put aside or ended.
    async fn follow(&mut self) -> Result<Option<String>, DemoError> {
        let mut reason = None;
        loop {
            let frame = self.frames.borrow_and_update().clone();
            let mut labels = self.hands.labels.clone();
            labels.mark_unchanged();
            if frame.shown.order.is_none() {
                return Ok(reason);
            }
            if let Some(act) = self.hands.next(&frame.shown, Left::Nothing).act {
                let ends = [Command::Hold, Command::Void].map(|command| BenchAct::Command(command.text()));
                if ends.contains(&act) {
                    reason.get_or_insert_with(|| said(&frame));
                }
                self.perform(act).await?;
            }
            let changed = async {
                tokio::select! {
                    changed = self.frames.changed() => changed,
                    changed = labels.changed() => changed,
                }
            };
            match timeout(PATIENCE, changed).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(DemoError::Stuck("the station stopped".to_owned())),
                Err(_) => {
                    let last = said(&self.frames.borrow());
                    return Err(DemoError::Stuck(format!("the screen still says {last:?} after {PATIENCE:?}")));
                }
            }
        }
    }

    async fn perform(&self, act: BenchAct) -> Result<(), DemoError> {
        self.hands.perform(act).await.map_err(DemoError::Stuck)
    }

    /// The parcel that comes back on this day is scanned, and RETURN; then the receiver hears of it.
    async fn take_back(&mut self) -> Result<(), DemoError> {
        let Some(order) = &self.hands.day.comes_back else { return Ok(()) };
        let parcels = self.ask(Question::Parcels { limit: u32::MAX }).await?;
        let of_order = |parcel: &&Value| parcel["order_ref"] == order.as_str() && parcel["state"] == "confirmed";
        let parcel = parcels.as_array().into_iter().flatten().find(of_order);
        let Some(tracking) = parcel.and_then(|parcel| parcel["tracking"].as_str()) else { return Ok(()) };
        self.perform(BenchAct::Scan(tracking.to_owned())).await?;
        self.shows("the parcel that came back", |view| matches!(view.headline, Sentence::ParcelShown { .. })).await?;
        self.perform(BenchAct::Command(Command::Return.text())).await?;
        self.shows("that it came back", |view| matches!(view.headline, Sentence::Returned { .. })).await?;
        self.shows("an empty queue", |view| view.queue == 0).await
    }

    /// How many were closed.
    async fn close_manifests(&mut self) -> Result<u64, DemoError> {
        let parcels = self.ask(Question::Parcels { limit: u32::MAX }).await?;
        let verified = |parcel: &Value| parcel["state"] == "verified";
        let carrier = |parcel: &Value| Some(ServiceOrCarrier::from(parcel["service"].as_str()?).carrier().clone());
        let waiting: BTreeSet<CarrierId> =
            parcels.as_array().into_iter().flatten().filter(|p| verified(p)).filter_map(carrier).collect();
        let mut closed = 0;
        for carrier in waiting {
            let done = super::call(&self.hands.service, Call::CloseManifest { carrier }).await?;
            let facts = done["facts"].as_array().into_iter().flatten();
            closed += facts.filter(|fact| fact["fact"] == "manifest_closed").count() as u64;
        }
        Ok(closed)
    }

    /// The identifiers of all manifests, once the receiver has them.
    async fn wait_for_receipts(&mut self) -> Result<Vec<String>, DemoError> {
        let waited = timeout(PATIENCE, async {
            loop {
                let manifests = self.ask(Question::Manifests).await?;
                let manifests = manifests.as_array().cloned().unwrap_or_default();
                if manifests.iter().all(|manifest| manifest["confirmed"] == true) {
                    let id = |manifest: &Value| manifest["manifest_id"].as_str().map(str::to_owned);
                    return Ok(manifests.iter().filter_map(id).collect());
                }
                let gone = |_| DemoError::Stuck("the station stopped".to_owned());
                self.frames.changed().await.map_err(gone)?;
            }
        });
        waited.await.map_err(|_| DemoError::Stuck("the receiver did not confirm every manifest".to_owned()))?
    }

    async fn summary(
        &self,
        orders: usize,
        refused: Vec<RefusedOrder>,
        manifests: Vec<String>,
        began: Instant,
    ) -> Result<Summary, DemoError> {
        let parcels = self.ask(Question::Parcels { limit: u32::MAX }).await?;
        let parcels = parcels.as_array().cloned().unwrap_or_default();
        let of_state = |states: &'static [&str]| {
            parcels.iter().filter(|parcel| parcel["state"].as_str().is_some_and(|state| states.contains(&state)))
        };
        let confirmed: BTreeSet<&str> =
            of_state(&["confirmed"]).filter_map(|parcel| parcel["order_ref"].as_str()).collect();
        let mut labels = 0;
        for parcel in &parcels {
            let shown = self.ask(Question::Parcel(parcel["n"].as_u64().unwrap_or(0))).await?;
            labels += shown["prints"].as_array().map_or(0, Vec::len);
        }
        let summary = Summary {
            orders,
            confirmed: confirmed.len(),
            refused,
            parcels: parcels.iter().filter(|parcel| !parcel["tracking"].is_null()).count(),
            labels,
            verified: of_state(&["verified", "manifested", "confirmed"]).count(),
            manifested: of_state(&["manifested", "confirmed"]).count(),
            elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            manifests,
        };
        Ok(summary)
    }

    async fn ask(&self, question: Question) -> Result<Value, DemoError> {
        ask(&self.hands.service, question)
            .await
            .ok_or_else(|| DemoError::Stuck("the station does not answer".to_owned()))
    }

    fn view(&self) -> View {
        self.hands.view()
    }

    /// Waits until the screen speaks of this order: it is in hand, or the message names it.
    async fn speaks_of(&mut self, order_ref: &str) -> Result<(), DemoError> {
        let names = |view: &View| {
            let text = |place: &PlaceValue<'_>| matches!(place, PlaceValue::Text(text) if *text == order_ref);
            view.order.as_deref() == Some(order_ref) || view.headline.places().iter().any(|(_, place)| text(place))
        };
        self.shows(&format!("order {order_ref}"), names).await
    }

    async fn shows(&mut self, what: &str, like: impl Fn(&View) -> bool) -> Result<(), DemoError> {
        let shown =
            timeout(PATIENCE, self.frames.wait_for(|frame| like(&frame.shown))).await.is_ok_and(|shown| shown.is_ok());
        if shown {
            return Ok(());
        }
        let said = said(&self.frames.borrow());
        Err(DemoError::Stuck(format!("the screen says nothing of {what}; it says {said:?}")))
    }
}

/// What the screen says, and why a service refused.
fn said(frame: &Frame) -> String {
    let said = frame.words.say(&frame.shown.headline);
    match &frame.shown.detail {
        Some(why @ Sentence::Refusal { .. }) => format!("{said}: {}", frame.words.say(why)),
        _ => said,
    }
}
