//! A parcel as it is rated: looked up once for all cards, then assessed by each card.

use super::area::PlaceKeys;
use super::billable::RoundedSize;
use super::{Extra, ParcelToRate};
use crate::units::{Currency, Date, Mass};

/// The parcel with what every card looks up alike.
pub(super) struct RateRequest<'a> {
    pub(super) parcel: &'a ParcelToRate,
    /// Everything the carrier must do beside carrying it.
    pub(super) extras: Vec<Extra>,
    pub(super) from: PlaceKeys,
    pub(super) to: PlaceKeys,
}

impl<'a> RateRequest<'a> {
    /// `named`: whether any card names places.
    pub(super) fn new(parcel: &'a ParcelToRate, named: bool) -> Self {
        let extras = parcel.all_extras().collect();
        Self { parcel, extras, from: PlaceKeys::new(&parcel.from, named), to: PlaceKeys::new(&parcel.to, named) }
    }
}

/// The parcel as one card sees it. Limits, refusals and surcharges ask this.
pub(super) struct AssessedParcel<'k, 'a> {
    pub(super) request: &'k RateRequest<'a>,
    /// `None` where nobody knows the sides.
    pub(super) size: Option<&'k RoundedSize>,
    /// Position of the zone in the card; one that no zone has where it is not known.
    pub(super) zone: usize,
    /// The weight that is paid for.
    pub(super) billable: Mass,
    pub(super) ship_date: Date,
    /// The card's.
    pub(super) currency: Currency,
}
