//! What is fixed when a parcel gets its tracking number, and how that stands on disk.

use serde::{Deserialize, Serialize};

use crate::ids::{CarrierId, PoolId, ServiceOrCarrier, TrackingNumber};
use crate::rating::Billable;
use crate::units::{Date, Money};

/// What is fixed when a tracking number is consumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RecordedCommitment", into = "RecordedCommitment")]
pub struct Commitment {
    /// `ontrac.ground`; the carrier alone where nobody says which service a supplied label is of.
    pub service: ServiceOrCarrier,
    /// The number, consumed for ever.
    pub tracking: TrackingNumber,
    /// Where that number came from.
    pub source: NumberSource,
    /// The day of hand-over that the label says.
    pub ship_date: Date,
    /// The day on which it was chosen: no later parcel is chosen on an earlier one. The van may leave after it.
    pub chosen_on: Option<Date>,
    /// What it will cost. Of a supplied label only what a card says, 0 where none does; [`Commitment::price`] knows that.
    pub total: Money,
    /// Zone of the card.
    pub zone: String,
    /// The weight that is paid for.
    pub billable: Billable,
    /// Hash of the card.
    pub card: String,
    /// Days on the way, where the card says it: what is later is late.
    pub days: Option<u16>,
    /// Routing code.
    pub sort_code: Option<String>,
    /// What stands beside it on the label, smaller.
    pub sort_detail: Option<String>,
    /// Stickers that the parcel must bear before it is closed.
    pub marks: Vec<String>,
    /// SHA-256 of the first attempt's label bytes.
    pub label_sha256: String,
    /// Country and first three characters of the postcode: all that events say of the address.
    pub destination: (String, String),
}

/// Where a tracking number came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberSource {
    /// It was made here, from the next serial of a pool.
    Drawn {
        /// The carrier's pool.
        pool: PoolId,
        /// The serial, which the pool gives once.
        serial: u64,
    },
    /// It came with the order, on a label that was made elsewhere.
    Supplied,
}

impl Commitment {
    /// What it will cost; nobody here knows it of a supplied label that no card prices.
    pub fn price(&self) -> Option<Money> {
        (!self.is_supplied() || self.total.minor != 0).then_some(self.total)
    }

    /// The carrier.
    pub fn carrier(&self) -> &CarrierId {
        self.service.carrier()
    }

    /// Whether the label came with the order.
    pub fn is_supplied(&self) -> bool {
        self.source == NumberSource::Supplied
    }
}

/// A commitment as it is written: the frozen fields, in their order. A supplied label has an empty pool and serial 0.
#[derive(Serialize, Deserialize)]
struct RecordedCommitment {
    service: ServiceOrCarrier,
    tracking: TrackingNumber,
    pool: String,
    serial: u64,
    ship_date: Date,
    total: Money,
    zone: String,
    billable: Billable,
    card: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sort_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sort_detail: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<String>,
    label_sha256: String,
    destination: (String, String),
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    supplied: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chosen_on: Option<Date>,
}

impl From<RecordedCommitment> for Commitment {
    fn from(recorded: RecordedCommitment) -> Self {
        let source = match recorded.supplied {
            true => NumberSource::Supplied,
            false => NumberSource::Drawn { pool: recorded.pool.into(), serial: recorded.serial },
        };
        Self {
            service: recorded.service,
            tracking: recorded.tracking,
            source,
            ship_date: recorded.ship_date,
            chosen_on: recorded.chosen_on,
            total: recorded.total,
            zone: recorded.zone,
            billable: recorded.billable,
            card: recorded.card,
            days: recorded.days,
            sort_code: recorded.sort_code,
            sort_detail: recorded.sort_detail,
            marks: recorded.marks,
            label_sha256: recorded.label_sha256,
            destination: recorded.destination,
        }
    }
}

impl From<Commitment> for RecordedCommitment {
    fn from(commitment: Commitment) -> Self {
        let supplied = commitment.is_supplied();
        let (pool, serial) = match commitment.source {
            NumberSource::Drawn { pool, serial } => (pool.to_string(), serial),
            NumberSource::Supplied => (String::new(), 0),
        };
        Self {
            service: commitment.service,
            tracking: commitment.tracking,
            pool,
            serial,
            ship_date: commitment.ship_date,
            total: commitment.total,
            zone: commitment.zone,
            billable: commitment.billable,
            card: commitment.card,
            days: commitment.days,
            sort_code: commitment.sort_code,
            sort_detail: commitment.sort_detail,
            marks: commitment.marks,
            label_sha256: commitment.label_sha256,
            destination: commitment.destination,
            supplied,
            chosen_on: commitment.chosen_on,
        }
    }
}
