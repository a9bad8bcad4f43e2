//! Identifiers: carriers, their services, their number pools, and tracking numbers.
//!
//! | type | text | who makes it |
//! |---|---|---|
//! | [`CarrierId`] | `ontrac` | the name of the carrier's folder |
//! | [`ServiceId`] | `ontrac.ground` | the carrier's folder and the service's folder in it |
//! | [`ServiceOrCarrier`] | `ontrac.ground` or `ontrac` | whoever may leave the service open |
//! | [`PoolId`] | `ontrac-demo-1` | `carrier.toml`, unique within its carrier |
//! | [`ParcelId`] | `P000042` | the station, which counts its parcels |
//! | [`BagId`] | `B12` | the station, which counts its bags and pallets |
//! | [`TrackingNumber`] | `D10011354453707` | a number rule, or whoever made a supplied label |
//!
//! Every one is written to disk and to JSON as its text. The folders of carriers and services are where their names are
//! checked ([`CarrierId::from_str`], [`is_folder_name`]). Everything else refers to them: facts of old databases, orders,
//! commands, `station.toml`. Such a reference is taken as it stands (`From<&str>`), because a text that names no carrier
//! must still be read, shown and recorded; whether it names one is asked of [`crate::rating::Cards`].
//!
//! Beside them stand the codes of countries ([`is_country`]), and which known word somebody meant ([`nearest`]).
//!
//! This is a module of its own, beside [`crate::units`], because `barcode`, `rating` and `station` all need it and none of
//! them may own it. Units are numbers that are computed with; identifiers are only compared.

#![deny(clippy::disallowed_methods)]

mod counted;
mod country;
mod nearest;
mod service;

use std::str::FromStr;

pub use counted::{BagId, ParcelId};
pub use country::{country_meant, is_country};
pub use nearest::{did_you_mean, nearest};
pub use service::{ServiceId, ServiceOrCarrier};

/// An identifier that is nothing but its text.
macro_rules! text_id {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        is_its_text!($name);
    };
}

/// What every identifier can do as it is made from a text and gives it back: be read, shown, stored and compared.
macro_rules! is_its_text {
    ($name:ident) => {
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                text.to_owned().into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.as_str() == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.as_str() == *text
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    };
}
use is_its_text;

text_id! {
    /// A carrier: the name of its folder, `ontrac`.
    CarrierId
}

text_id! {
    /// A pool of serial numbers, unique within its carrier: `ontrac-demo-1`.
    PoolId
}

text_id! {
    /// The number that a parcel travels under, as its carrier prints it without blanks: `9261290345678900000016`.
    TrackingNumber
}

/// A text that can be no carrier's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an id; write it with a-z, 0-9 and _")]
pub struct CarrierIdError(String);

impl FromStr for CarrierId {
    type Err = CarrierIdError;

    /// Reads the id of a carrier that is being declared.
    ///
    /// # Errors
    /// What [`is_folder_name`] does not allow.
    fn from_str(text: &str) -> Result<Self, CarrierIdError> {
        if is_folder_name(text) { Ok(text.into()) } else { Err(CarrierIdError(text.to_owned())) }
    }
}

impl std::borrow::Borrow<str> for TrackingNumber {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Whether a carrier or a service may be called this: at least one of `a-z`, `0-9` and `_`, and nothing else.
pub fn is_folder_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_is_declared_under_a_folder_name() {
        assert_eq!("ontrac".parse(), Ok(CarrierId::from("ontrac")));
        for text in ["", "OnTrac", "ontrac.ground", "on trac", "on-trac", "../x"] {
            assert!(text.parse::<CarrierId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_identifier_is_its_text_on_disk_whatever_that_is() {
        for text in ["ontrac", "", "Ön Trac", "a.b.c"] {
            let json = serde_json::to_string(text).unwrap();
            let carrier: CarrierId = serde_json::from_str(&json).unwrap();
            let number: TrackingNumber = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&(&carrier, &number)).unwrap(), format!("[{json},{json}]"));
        }
    }
}
