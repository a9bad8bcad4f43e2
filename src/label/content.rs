//! Everything a parcel's label says.

use std::collections::BTreeMap;

use crate::station::order::Address;
use crate::units::{Date, Mass};

/// Everything a parcel's label says; how it is set is the layout's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the carrier is called: `USPS`.
    pub carrier: String,
    /// What the service is called: `GROUND ADVANTAGE`.
    pub service: String,
    /// Sender.
    pub from: Address,
    /// Recipient.
    pub to: Address,
    /// Routing code, printed huge.
    pub sort_code: Option<String>,
    /// What stands beside it: J&T's third sorting code.
    pub sort_detail: Option<String>,
    /// Gross mass.
    pub mass: Mass,
    /// Tracking number.
    pub tracking: String,
    /// The channel's order.
    pub order_ref: String,
    /// The parcel's number on this station.
    pub parcel: String,
    /// The day it is handed over.
    pub ship_date: Date,
    /// 1 for the first print; from 2 on the label says `R2`.
    pub attempt: u32,
    /// Printed across a label that must never travel.
    pub specimen: bool,
    /// The carrier's own values: account numbers, service codes.
    pub values: BTreeMap<String, String>,
    /// Of the label of a bag or a pallet: what that is.
    pub container: Option<ContainerLabel>,
}

/// What the label of a bag or a pallet says beside the carrier, the ship date and the mass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerLabel {
    /// The station's own name for it: `US-LAX-1.LAX1-ST03.B000012`.
    pub id: String,
    /// Its 18 digits, where the company has a GS1 prefix.
    pub sscc: Option<String>,
    /// How many parcels are in it.
    pub parcels: usize,
    /// Of a pallet: how many bags are on it.
    pub bags: Option<usize>,
}

impl Label {
    /// A label with an address as long as they come, to look at a layout with.
    #[must_use]
    pub fn sample(from: Address, ship_date: Date) -> Self {
        let text = str::to_owned;
        let to = Address {
            name: text("Alexandra Montgomery-Whitfield"),
            line1: text("12345 Northwest Martin Luther King Jr Boulevard"),
            line2: text("Building 12, Apartment 1204"),
            city: text("Rancho Santa Margarita"),
            region: text("CA"),
            postcode: text("92688-1234"),
            country: from.country.clone(),
            phone: String::new(),
            residential: true,
        };
        Self {
            carrier: text("CARRIER"),
            service: text("SERVICE"),
            from,
            to,
            sort_code: Some(text("C51-PRK")),
            sort_detail: Some(text("S01")),
            mass: Mass::from_grams(1204),
            tracking: text("123456789012"),
            order_ref: text("576461413038785752"),
            parcel: text("P000042"),
            ship_date,
            attempt: 2,
            specimen: true,
            values: BTreeMap::new(),
            container: None,
        }
    }

    /// A label that says nothing: what rows without fields are drawn for.
    pub(super) fn blank() -> Self {
        let container = ContainerLabel { id: String::new(), sscc: None, parcels: 0, bags: None };
        Self {
            container: None,
            ..Self::of_container(container, Address::default(), String::new(), Mass::ZERO, Date::EPOCH, false)
        }
    }

    /// A bag's label: it goes to the carrier, and to nobody else.
    #[must_use]
    pub fn of_container(
        container: ContainerLabel,
        from: Address,
        carrier: String,
        mass: Mass,
        ship_date: Date,
        specimen: bool,
    ) -> Self {
        Self {
            carrier,
            service: String::new(),
            to: Address { country: from.country.clone(), ..Address::default() },
            from,
            sort_code: None,
            sort_detail: None,
            mass,
            tracking: String::new(),
            order_ref: String::new(),
            parcel: String::new(),
            ship_date,
            attempt: 1,
            specimen,
            values: BTreeMap::new(),
            container: Some(container),
        }
    }
}
