//! The tables of `station.toml`.
//!
//! A key is declared once, in the file of its table: its name, its type, what it must be, and what holds when it is left out.
//! To add one: declare it there, use the field where it counts, and explain it in `config/station.toml`. What is read, the
//! keys that are known, the help for a misspelt one, the defaults and what the file of explanations must hold follow from the
//! declaration. A check that needs more than one key of a table stands where the table is used.

pub use super::api::ApiKeys;
pub use super::backup::BackupKeys;
use super::declare::DeclaredTable;
pub use super::device::{PrinterKeys, ScaleKeys, ScannerKeys};
pub use super::exports::ExportsKeys;
pub use super::gpio::{GpioKeys, PanelKeys};
pub use super::orders::OrdersKeys;
pub use super::packing::{BoxKeys, PackingKeys};
pub use super::rates::{CapKeys, CutOffKeys, ExchangeKeys, ExpectedKeys, RateKeys, ShareKeys, TrialKeys};
pub use super::station::{SenderKeys, StationKeys};
pub use super::uplink::{UplinkKeys, WebKeys};

/// All tables, in the order of the file.
pub const TABLES: [&DeclaredTable; 22] = [
    &StationKeys::TABLE,
    &SenderKeys::TABLE,
    &ScannerKeys::TABLE,
    &ScaleKeys::TABLE,
    &PrinterKeys::TABLE,
    &PanelKeys::TABLE,
    &GpioKeys::TABLE,
    &RateKeys::TABLE,
    &ExpectedKeys::TABLE,
    &ExchangeKeys::TABLE,
    &CapKeys::TABLE,
    &ShareKeys::TABLE,
    &TrialKeys::TABLE,
    &CutOffKeys::TABLE,
    &PackingKeys::TABLE,
    &BoxKeys::TABLE,
    &OrdersKeys::TABLE,
    &UplinkKeys::TABLE,
    &BackupKeys::TABLE,
    &ExportsKeys::TABLE,
    &ApiKeys::TABLE,
    &WebKeys::TABLE,
];

/// The names of the tables at the top of the file.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().filter(|table| table.parent().is_empty()).map(|table| table.name())
}
