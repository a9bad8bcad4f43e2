//! What the rows of a file are of: orders, or the items of the item master.

use super::error::OrderError;
use super::owners::{self, OrderField};

/// What a file holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RecordKind {
    /// Orders with their lines.
    #[default]
    Orders,
    /// Items with the components of kits.
    Items,
}

impl RecordKind {
    /// The field that names a record.
    pub fn id(self) -> &'static str {
        match self {
            Self::Orders => "order_ref",
            Self::Items => "item.sku",
        }
    }

    /// What a file of ours calls the column that names a record.
    pub(super) fn id_column(self) -> &'static str {
        self.id().rsplit('.').next().unwrap_or_default()
    }

    /// The columns that name a record beside its number.
    pub(super) fn names(self) -> [&'static str; 3] {
        match self {
            Self::Orders => ["rev", "channel", "shop"],
            // An item has its SKU alone; no field is called so.
            Self::Items => [""; 3],
        }
    }

    /// The list inside a record, of which each row is one entry.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Orders => "lines",
            Self::Items => "components",
        }
    }

    /// The fields whose long numbers a spreadsheet rounds.
    pub(super) fn identifiers(self) -> &'static [&'static str] {
        match self {
            Self::Orders => &["order_ref", "package_ref", "lines.line_ref", "label.tracking"],
            Self::Items => &["item.sku", "item.barcodes", "item.components.sku"],
        }
    }

    /// The field that a column of a file of ours means.
    pub(super) fn column(self, name: &str) -> Option<&'static OrderField> {
        match self {
            Self::Orders => owners::column(name),
            Self::Items => owners::item_column(name),
        }
    }

    /// What is wrong with two rows that say different things of one record.
    pub(super) fn disagree(self, first: usize, second: usize, field: String) -> OrderError {
        match self {
            Self::Orders => OrderError::Disagree { first, second, field },
            Self::Items => {
                let why = format!("row {first} is the same item and says otherwise of {field}; make them equal");
                OrderError::Value { field: format!("row {second}"), why }
            }
        }
    }

    /// One of them, for a person.
    pub(super) fn singular(self) -> &'static str {
        match self {
            Self::Orders => "order",
            Self::Items => "item",
        }
    }

    /// For a person.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Items => "items",
        }
    }
}
