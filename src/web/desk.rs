//! What the page needs of the rest of the program: channels, and the values that go through them.

use std::sync::{Arc, OnceLock};

use tokio::sync::{mpsc, oneshot, watch};

use super::door::OrdersDoor;
use crate::screen::{Picture, Sentence, View, Words, draw};

/// The page's ends of the loop's channels.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The newest screen.
    pub frames: watch::Receiver<Arc<Frame>>,
    /// Questions to the loop.
    pub ask: mpsc::Sender<AskedQuestion>,
    /// Files of orders, to be read and taken in.
    pub orders: OrdersDoor,
    /// The virtual bench; a real station has none.
    pub bench: Option<BenchDesk>,
}

/// The page's ends of a virtual bench.
#[derive(Debug, Clone)]
pub struct BenchDesk {
    /// What hands do.
    pub acts: mpsc::Sender<BenchCall>,
    /// What the page shows of the bench beside the screen: the next thing to do, its buttons and its words. `screen` is the
    /// version of the frame that it was found for.
    pub shown: watch::Receiver<Arc<serde_json::Value>>,
    /// What the virtual printer printed, newest first; bounded by whoever publishes it.
    pub labels: watch::Receiver<Arc<Vec<PrintedLabel>>>,
    /// What the built-in receiver stored: `{"head","confirmed","events":[…newest first]}`.
    pub received: watch::Receiver<Arc<serde_json::Value>>,
}

/// The packer's screen at one moment, in words, and drawn when somebody looks: nobody packs faster for a picture that
/// no browser asks for.
#[derive(Debug)]
pub struct Frame {
    /// `{"view": View, "say": {"headline", "detail", "problems": […]}}`.
    pub view: serde_json::Value,
    /// Another number whenever the picture is another; the picture's ETag.
    pub version: u64,
    /// The same as a value.
    pub shown: View,
    /// The packer's language.
    pub words: Arc<Words>,
    size: (u32, u32),
    png: OnceLock<Vec<u8>>,
}

impl Frame {
    /// The view said in these words, to be drawn on a panel of `size` pixels (320 x 240).
    pub fn of(view: &View, words: &Arc<Words>, size: (u32, u32), version: u64) -> Self {
        let say = |note: &Sentence| words.say(note);
        let said = serde_json::json!({
            "view": view,
            "say": {
                "headline": say(&view.headline),
                "detail": view.detail.as_ref().map(say),
                "problems": view.problems.iter().map(say).collect::<Vec<_>>(),
            },
        });
        Self { view: said, version, shown: view.clone(), words: words.clone(), size, png: OnceLock::new() }
    }

    /// The picture, a PNG file.
    pub fn png(&self) -> &[u8] {
        self.png.get_or_init(|| {
            let mut picture = Picture::new(self.size.0, self.size.1);
            draw(&self.shown, &self.words, &mut picture);
            picture.png()
        })
    }
}

/// A question and where its answer goes. Dropping `reply` says that there is no answer.
#[derive(Debug)]
pub struct AskedQuestion {
    /// What is asked.
    pub question: Question,
    /// The answer; `null` for a parcel that does not exist.
    pub reply: oneshot::Sender<serde_json::Value>,
}

/// What the page asks the loop. Answers hold no names, streets or phones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// `[{order_ref, city, region, postcode, boxes, grams, state, lines: [{title, qty}]}]`.
    Orders,
    /// Newest first: `[{n, parcel, order_ref, state, service, total, tracking, weight: {value, unit}, zone, notes, manifest}]`.
    Parcels {
        /// At most so many.
        limit: u32,
    },
    /// The same of those whose tracking number, order number or another reference begins so.
    Found {
        /// How it begins.
        text: String,
    },
    /// `{day, zone, offset, parcels, by_carrier, voids, reprints, held, here, begun, manifests}`: what was done today, what is
    /// here now, and how many parcels were ever begun and manifests closed.
    Today,
    /// One parcel with its decision, prints and history.
    Parcel(u64),
    /// `{waiting, confirmed, rows: [{seq, type, time, state}]}`.
    Outbox,
    /// `[{manifest_id, carrier, ship_date, parcels, state, closed_at}]`.
    Manifests,
}

/// Something done to a virtual device, and where the outcome goes.
#[derive(Debug)]
pub struct BenchCall {
    /// What is done.
    pub act: BenchAct,
    /// Done, or why not (shown to the person).
    pub reply: oneshot::Sender<Result<(), String>>,
}

/// What a hand does at the virtual bench.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BenchAct {
    /// The scanner reads this code.
    Scan(String),
    /// The scanner reads the command barcode of this: `REPRINT`, `MANIFEST:usps`; the check character is added.
    Command(String),
    /// A thing of this mass is put on the empty scale.
    Put {
        /// Grams.
        grams: u32,
    },
    /// The parcel of the order in hand is put on the empty scale.
    PutOrder,
    /// Everything is taken off the scale.
    Lift,
    /// A printed label is scanned.
    ScanLabel {
        /// Its [`PrintedLabel::index`]; the newest without.
        index: Option<u64>,
    },
    /// The printer's fault: `none`, `paper_out`, `head_open`, `off`.
    Printer {
        /// Which.
        fault: String,
    },
    /// The scale's fault: `none`, `silent`, `off`.
    Scale {
        /// Which.
        fault: String,
    },
    /// The network cable.
    Network {
        /// Plugged in.
        up: bool,
    },
}

/// One label as the virtual printer drew it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedLabel {
    /// `<tracking>.<attempt>`.
    pub name: String,
    /// The picture, a PNG file.
    pub png: Arc<Vec<u8>>,
    /// What the printer received.
    pub zpl: Arc<Vec<u8>>,
    /// Counts up by one a label; its address on the page.
    pub index: u64,
    /// What a scanner reads on it, the longest first.
    pub codes: Vec<LabelCode>,
}

/// A code on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelCode {
    /// What a scanner sends, with the symbology identifier of bars: `]C1420902109261…`.
    pub scanned: String,
    /// Every number that it may mean.
    pub keys: Vec<String>,
}
