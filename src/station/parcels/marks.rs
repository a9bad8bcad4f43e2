//! Which stickers a parcel must bear before it may go.
//!
//! Rules are data (`config/marks.toml`), dated, and tried in their order for each line of goods: the first that fits says
//! which sticker that line wants, or that it wants none. The station never prints a sticker: a battery mark is hatched in
//! red, and a thermal printer is black. It asks for the pre-printed one and takes the scan of its code as proof.

use std::collections::BTreeSet;

use crate::ids::CarrierId;
use crate::rating::Dg;
use crate::station::order::{Order, OrderLine, Packed};
use crate::units::Date;

/// All rules, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(pub Vec<MarkRule>);

/// One rule. What it does not name it does not ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkRule {
    /// The sticker, as its barcode says it: `UN3481`; `None` where none is wanted.
    pub mark: Option<String>,
    /// Classes of goods.
    pub goods: BTreeSet<Dg>,
    /// How they are packed; goods of which nobody says it fit no rule that names this.
    pub packed: BTreeSet<Packed>,
    /// UN numbers that the order says: `UN3480`.
    pub un: BTreeSet<String>,
    /// At most so many cells of these goods in the order; an order that does not say how many does not fit.
    pub cells_up_to: Option<u32>,
    /// The same for batteries.
    pub batteries_up_to: Option<u32>,
    /// At most so many parcels of the order.
    pub parcels_up_to: Option<u32>,
    /// Countries it leaves from.
    pub from: BTreeSet<String>,
    /// Countries it goes to.
    pub to: BTreeSet<String>,
    /// Carriers that take it.
    pub carriers: BTreeSet<CarrierId>,
    /// First and last ship date.
    pub dates: (Option<Date>, Option<Date>),
}

/// A parcel on its way, as far as rules ask.
#[derive(Debug, Clone, Copy)]
pub struct Shipment<'a> {
    /// Country it leaves from.
    pub from: &'a str,
    /// The carrier.
    pub carrier: &'a CarrierId,
    /// Ship date.
    pub on: Date,
}

impl Marks {
    /// The stickers that a parcel of this order needs, each once.
    pub fn needed(&self, order: &Order, shipment: Shipment<'_>) -> Vec<String> {
        let dangerous = order.lines.iter().filter(|line| line.dg != Dg::None);
        let wanted: BTreeSet<&String> = dangerous
            .filter_map(|line| self.0.iter().find(|rule| rule.fits(line, order, shipment))?.mark.as_ref())
            .collect();
        wanted.into_iter().cloned().collect()
    }

    /// Every sticker that some rule wants.
    pub fn all(&self) -> BTreeSet<&str> {
        self.0.iter().filter_map(|rule| rule.mark.as_deref()).collect()
    }
}

impl MarkRule {
    fn fits(&self, line: &OrderLine, order: &Order, shipment: Shipment<'_>) -> bool {
        let named = |names: &BTreeSet<String>, name: &str| names.is_empty() || names.contains(name);
        let goods = self.goods.is_empty() || self.goods.contains(&line.dg);
        let packed = self.packed.is_empty() || line.packed.is_some_and(|packed| self.packed.contains(&packed));
        let un = self.un.is_empty() || line.un.as_ref().is_some_and(|un| self.un.contains(un));
        let within = |most: Option<u32>, of: fn(&OrderLine) -> Option<u32>| {
            most.is_none_or(|most| self.sum(order, of).is_some_and(|sum| sum <= most))
        };
        let (first, last) = self.dates;
        goods
            && packed
            && un
            && within(self.cells_up_to, |line| line.cells)
            && within(self.batteries_up_to, |line| line.batteries)
            && self.parcels_up_to.is_none_or(|most| order.parcels_planned <= most)
            && named(&self.from, shipment.from)
            && named(&self.to, &order.ship_to.country)
            && (self.carriers.is_empty() || self.carriers.contains(shipment.carrier))
            && first.is_none_or(|first| first <= shipment.on)
            && last.is_none_or(|last| shipment.on <= last)
    }

    /// How many of something the goods of these classes have together: one parcel may hold all of them.
    fn sum(&self, order: &Order, of: fn(&OrderLine) -> Option<u32>) -> Option<u32> {
        let counts = |line: &&OrderLine| self.goods.is_empty() || self.goods.contains(&line.dg);
        let same = order.lines.iter().filter(|line| line.dg != Dg::None).filter(counts);
        same.map(|line| of(line)?.checked_mul(line.qty)).try_fold(0_u32, |sum, next| sum.checked_add(next?))
    }
}
