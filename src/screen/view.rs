//! What the packer sees, as a value.

use serde::Serialize;

use super::sentence::Sentence;

/// The screen at one moment. Two equal views are the same picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// Language of the words: `en`.
    pub language: String,
    /// Colour of the whole screen.
    pub mood: Mood,
    /// The shape that says it without words.
    pub symbol: Symbol,
    /// The one thing to do, or what just happened.
    pub headline: Sentence,
    /// A second line.
    pub detail: Option<Sentence>,
    /// What the station waits for.
    pub awaits: Awaited,
    /// The order in hand.
    pub order: Option<String>,
    /// What lies on the scale (`1.234 kg`), and whether it is still.
    pub weight: Option<(String, bool)>,
    /// The chosen service and its price: `USPS Ground Advantage`, `10.13 USD`.
    pub carrier: Option<(String, String)>,
    /// What a person must know of that price: `approximate zones`.
    pub price_notes: Vec<String>,
    /// Tracking number of the parcel in hand.
    pub tracking: Option<String>,
    /// How the uplink is.
    pub link: Link,
    /// Events that wait for it.
    pub queue: u64,
    /// Devices that do not answer, and whatever else somebody must look at.
    pub problems: Vec<Sentence>,
    /// Parcels closed since the shift began.
    pub packed: u64,
}

/// Colour of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Waits for the packer: blue.
    Ready,
    /// The station works, the packer waits: grey.
    Busy,
    /// Done: green.
    Good,
    /// A question: amber.
    Ask,
    /// Stop: red.
    Stop,
}

/// The shape beside the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Symbol {
    /// A barcode: scan the order.
    Scan,
    /// A scale: put the parcel on it.
    Scale,
    /// An empty scale: take everything off.
    Empty,
    /// A printer.
    Printer,
    /// A label: scan it.
    Label,
    /// A tick.
    Check,
    /// A cross.
    Cross,
    /// A question mark.
    Question,
}

/// What the station waits for now, whatever else passes over its screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// Nothing of the packer: the station or a device works.
    Patience,
    /// The barcode of an order.
    Order,
    /// The scan of a closed parcel that must not go: it says then what to do.
    TakeOut {
        /// Its tracking number.
        tracking: String,
    },
    /// A parcel on the empty scale.
    Parcel,
    /// An empty scale.
    EmptyScale,
    /// An empty scale, then ZERO.
    Zero,
    /// A lighter parcel: this one is more than the scale can weigh.
    Lighter,
    /// A scale that works.
    Scale,
    /// A label printer that works.
    Printer,
    /// A sticker on the parcel, and the scan of its code.
    Mark {
        /// Which: `UN3481`.
        mark: String,
    },
    /// The scan of the printed label.
    Label {
        /// Which print of it.
        attempt: u32,
        /// The printer has said that it is out.
        out: bool,
    },
    /// The scan of the label if there is one, and REPRINT if there is none.
    Doubt {
        /// Which print of it.
        attempt: u32,
    },
    /// HOLD: the parcel in hand, or the one just scanned, cannot go on.
    Hold,
    /// VOID: the parcel in hand, or the one just scanned, must not travel.
    Void,
    /// Yes or no to the question on the screen; OK says yes.
    Answer,
    /// Whether the date on the screen is right; OK says yes.
    Date,
    /// Somebody who mends what a packer cannot: the clock, the disk, the database.
    Help,
}

/// How the uplink is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// None is configured.
    None,
    /// The last call was answered.
    Up,
    /// The last call was not; tried again by itself.
    Down,
    /// Refused: a person must act.
    Stopped,
}
