//! A robot in the packer's place: it looks at the screen and does what the screen says, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::timeout;

use super::DemoError;
use super::bench::{CARTON_GRAMS, VirtualBench};
use super::labels::{Barcode, PrintedLabels};
use super::summary::{RefusedOrder, Summary};
use crate::barcode::Command;
use crate::daemon::control::Call;
use crate::daemon::{ServiceHandle, ask};
use crate::ids::{CarrierId, ServiceOrCarrier};
use crate::web::{Frame, Question};

/// The screen must say something new within this time after the robot did something.
const PATIENCE: Duration = Duration::from_secs(20);

struct Robot<'a> {
    bench: &'a VirtualBench,
    service: &'a ServiceHandle,
    frames: watch::Receiver<Arc<Frame>>,
    labels: PrintedLabels,
    /// Number of the parcel that was in hand before this run: its label may have come out of an earlier printer.
    before: Option<String>,
}

/// Packs every order that is not packed yet, closes the manifests, and waits for the receiver.
pub(super) async fn pack(
    bench: &VirtualBench,
    service: &ServiceHandle,
    labels: PrintedLabels,
    mut receipts: watch::Receiver<u64>,
    orders: usize,
) -> Result<Summary, DemoError> {
    let began = Instant::now();
    let before = service.frames.borrow().view["view"]["tracking"].as_str().map(str::to_owned);
    let mut robot = Robot { bench, service, frames: service.frames.clone(), labels, before };
    let all = robot.ask(Question::Orders).await?;
    let all = all.as_array().cloned().unwrap_or_default();
    let mut refused = Vec::new();
    for (done, order) in all.iter().enumerate() {
        progress(done, all.len());
        if order["state"] == "packed" {
            continue;
        }
        if let Some(reason) = robot.pack(order).await? {
            let order_ref = order["order_ref"].as_str().unwrap_or_default().to_owned();
            refused.push(RefusedOrder { order_ref, reason });
        }
    }
    progress(all.len(), all.len());
    let closed = robot.close_manifests().await?;
    let manifests = robot.wait_for_receipts().await?;
    let summary = robot.summary(orders, refused, manifests, began).await?;
    // The station did not wait for the slips; whoever looks at them afterwards does.
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
    /// One order from the scan to the closed parcel; the reason when the station would not have it.
    async fn pack(&mut self, order: &Value) -> Result<Option<String>, DemoError> {
        let order_ref = order["order_ref"].as_str().unwrap_or_default();
        let grams = order["grams"].as_i64().unwrap_or(500) + CARTON_GRAMS;
        let in_hand = self.view()["order"].as_str().map(str::to_owned);
        if in_hand.as_deref() != Some(order_ref) {
            // Whatever was in hand before a restart is finished first.
            if in_hand.is_some() {
                self.follow(grams).await?;
            }
            self.scan(order_ref).await?;
            self.speaks_of(order_ref).await?;
        }
        self.follow(grams).await
    }

    /// Does what the screen says until nothing is in hand.
    async fn follow(&mut self, grams: i64) -> Result<Option<String>, DemoError> {
        let mut reason = None;
        loop {
            let screen = self.screen();
            match screen.key.as_str() {
                "place_parcel" if reason.is_some() => self.scan(&Command::Cancel.encode()).await?,
                "weight_over" => {
                    reason = Some(screen.said);
                    self.bench.scale.lift();
                }
                "empty_scale" | "weight_negative" => self.bench.scale.lift(),
                "place_parcel" => self.bench.put(grams),
                "scan_label" => self.scan_label(&screen.tracking).await?,
                "label_doubt" => self.end_doubt(&screen.tracking).await?,
                "mark_wanted" => self.scan(&Command::MarkOk(screen.first).encode()).await?,
                // Packed already: it was in hand when the station was killed, and was finished first.
                "done" | "order_done" => return Ok(None),
                "order_hold" | "order_cancelled" | "order_unknown" | "order_many" => {
                    return Ok(Some(screen.said));
                }
                "no_carrier" | "no_numbers" | "label_refused" => {
                    reason = Some(screen.said);
                    self.scan(&Command::Cancel.encode()).await?;
                }
                "cancelled" => return Ok(reason),
                // The station works, or a message passes: wait for the next screen.
                _ => {}
            }
            self.changed(&screen.key).await?;
        }
    }

    async fn scan(&self, text: &str) -> Result<(), DemoError> {
        self.bench.scan(text).await.map_err(DemoError::Stuck)
    }

    /// Scans the label that came out last, once it is the one of this parcel. One that came out before this run is
    /// gone with its printer, so another is asked for.
    async fn scan_label(&mut self, tracking: &str) -> Result<(), DemoError> {
        let mine = |bars: &Option<Barcode>| bars.as_ref().is_some_and(|bars| bars.tracking == tracking);
        if self.before.take().is_some_and(|before| before == tracking) && self.bench.printer.printed() == 0 {
            return self.scan(&Command::Reprint.encode()).await;
        }
        let stuck = || DemoError::Stuck(format!("no readable label of {tracking} came out of the printer"));
        let bars = match timeout(PATIENCE, self.labels.newest.wait_for(mine)).await {
            Ok(Ok(bars)) => bars.clone(),
            _ => None,
        };
        self.scan(&bars.ok_or_else(stuck)?.scanned).await
    }

    /// Nobody knows whether the label is out: look. A label that lies there is scanned, else another is asked for.
    async fn end_doubt(&mut self, tracking: &str) -> Result<(), DemoError> {
        let lies_there = self.labels.newest.borrow().as_ref().is_some_and(|bars| bars.tracking == tracking);
        if lies_there { self.scan_label(tracking).await } else { self.scan(&Command::Reprint.encode()).await }
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
            let done = super::call(self.service, Call::CloseManifest { carrier }).await?;
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
        ask(self.service, question).await.ok_or_else(|| DemoError::Stuck("the station does not answer".to_owned()))
    }

    fn view(&self) -> Value {
        self.frames.borrow().view["view"].clone()
    }

    fn screen(&mut self) -> Screen {
        let frame = self.frames.borrow_and_update().clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let said = text(&frame.view["say"]["headline"]);
        let detail = frame.view["say"]["detail"].as_str().map(|detail| format!("{said}: {detail}"));
        Screen {
            key: text(&frame.view["view"]["headline"]["key"]),
            tracking: text(&frame.view["view"]["tracking"]),
            first: text(&frame.view["view"]["headline"]["args"][0][1]),
            said: detail.unwrap_or(said),
        }
    }

    /// Waits until the screen speaks of this order: it is in hand, or the message names it.
    async fn speaks_of(&mut self, order_ref: &str) -> Result<(), DemoError> {
        let names = |frame: &Arc<Frame>| {
            let view = &frame.view["view"];
            let args = view["headline"]["args"].as_array().into_iter().flatten();
            view["order"] == order_ref || args.into_iter().any(|arg| arg[1] == order_ref)
        };
        match timeout(PATIENCE, self.frames.wait_for(names)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(DemoError::Stuck(format!("the screen says nothing of order {order_ref}"))),
        }
    }

    async fn changed(&mut self, last: &str) -> Result<(), DemoError> {
        match timeout(PATIENCE, self.frames.changed()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(DemoError::Stuck("the station stopped".to_owned())),
            Err(_) => Err(DemoError::Stuck(format!("the screen still says {last:?} after {PATIENCE:?}"))),
        }
    }
}

/// What the robot sees.
struct Screen {
    key: String,
    tracking: String,
    /// What fills the headline's first place.
    first: String,
    said: String,
}
