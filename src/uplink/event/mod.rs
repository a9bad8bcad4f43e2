//! The events a station tells the world: CloudEvents 1.0 in JSON (cloudevents.io, *JSON Event Format*), one line each.
//!
//! An event is serialized once, when its fact is recorded, and these bytes are what is kept and sent. It carries no
//! name, address or phone: an order's reference, channel and shop, a tracking number, a country and three characters of
//! a postcode. Text that came from elsewhere is shortened and made printable.
//!
//! Pure, unlike the rest of the uplink: the table of facts names the event of each.

#![deny(clippy::disallowed_methods)]

mod cloud;
mod order;
mod parcel;
mod station;
#[cfg(test)]
mod tests;

pub use cloud::{EventError, EventKind, EventSource, cloud_event};
pub use order::{OrderRefused, order_refused_event};
pub use parcel::{Container, Handover, ParcelEvent, container_event, handover_event, parcel_event, post_prefix};
pub use station::{Copied, SuspendedPool, copied_event, folded, is_tombstone, renumbered, tombstone};
