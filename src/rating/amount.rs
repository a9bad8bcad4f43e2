//! A price that may grow with the weight, as a cell of a table writes it.
//!
//! ```text
//! 7.61                             a flat price
//! 85.50 per kg                     in proportion to the weight
//! 16.00 + 85.50 per kg             the same, and something per parcel
//! 19.00 + 7.80 each 0.5kg over 1kg 7.80 more for each 0.5 kg that has begun above 1 kg
//! + 7.80 each 0.5kg                the same above the bound of the row before, on top of its price
//! ```

use super::Rounding;
use crate::units::{Currency, Decimal, Mass, MassUnit, Money};

/// A price: something fixed, and something by weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Minor units.
    pub fixed: i64,
    /// What grows with the weight.
    pub rate: Option<Rate>,
}

/// What grows with the weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Minor units for each `per`.
    pub minor: i64,
    /// The unit that is paid for, above nothing.
    pub per: Mass,
    /// Only what is above this is paid for.
    pub over: Mass,
    /// Each unit that has begun is paid in full.
    pub begun: bool,
}

/// A cell as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceCell {
    /// By itself.
    Whole(Amount),
    /// On top of the row before: the fixed part is missing, and weight counts above that row's bound.
    More(Rate),
}

impl Amount {
    /// A flat price.
    pub const fn flat(minor: i64) -> Self {
        Self { fixed: minor, rate: None }
    }

    /// The price at a weight; `None` when it does not fit.
    pub fn at(&self, weight: Mass, rounding: Rounding) -> Option<i64> {
        let Some(rate) = self.rate else { return Some(self.fixed) };
        let over = weight.picograms().checked_sub(rate.over.picograms())?.max(0);
        let per = i128::from(rate.per.picograms());
        let more = if rate.begun {
            let units = (i128::from(over) + per - 1).checked_div(per)?;
            i64::try_from(units.checked_mul(i128::from(rate.minor))?).ok()?
        } else {
            rounding.quotient(i128::from(over).checked_mul(i128::from(rate.minor))?, per)?
        };
        self.fixed.checked_add(more)
    }

    /// As a person checks it: `16.00 + 85.50 per 1 kg`.
    pub fn text(&self, currency: Currency, unit: MassUnit) -> String {
        let money = |minor| Money::new(minor, currency).amount();
        let Some(rate) = self.rate else { return money(self.fixed) };
        let mass = |mass: Mass| format!("{} {}", mass.display(unit, 3), unit.symbol());
        let fixed = if self.fixed == 0 { String::new() } else { format!("{} + ", money(self.fixed)) };
        let word = if rate.begun { "each" } else { "per" };
        let over = if rate.over > Mass::ZERO { format!(" over {}", mass(rate.over)) } else { String::new() };
        format!("{fixed}{} {word} {}{over}", money(rate.minor), mass(rate.per))
    }
}

impl PriceCell {
    /// Reads a cell; `number` takes the separators out of its amounts, and gives nothing for one that can be read in two
    /// ways. `None` when it is no price of this currency.
    pub fn read(text: &str, currency: Currency, number: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let money = |text: &str| Money::parse(&number(text.trim())?, currency).ok().map(|money| money.minor);
        let price = |text: &str| money(text).filter(|minor| *minor >= 0);
        let text = text.trim();
        let by_weight = |text: &str| -> Option<Rate> {
            let (begun, (amount, unit)) = match (text.split_once(" per "), text.split_once(" each ")) {
                (Some(parts), None) => (false, parts),
                (None, Some(parts)) => (true, parts),
                _ => return None,
            };
            let (per, over) = match unit.split_once(" over ") {
                Some((per, over)) => (per, over.trim().parse::<Mass>().ok()?),
                None => (unit, Mass::ZERO),
            };
            let rate = Rate { minor: price(amount)?, per: unit_of(per.trim())?, over, begun };
            (rate.per > Mass::ZERO && rate.over >= Mass::ZERO).then_some(rate)
        };
        if let Some(more) = text.strip_prefix('+') {
            return by_weight(more.trim()).filter(|rate| rate.over == Mass::ZERO).map(Self::More);
        }
        if let Some((fixed, rate)) = text.split_once('+') {
            return Some(Self::Whole(Amount { fixed: price(fixed)?, rate: Some(by_weight(rate.trim())?) }));
        }
        if text.contains(" per ") || text.contains(" each ") {
            return Some(Self::Whole(Amount { fixed: 0, rate: Some(by_weight(text)?) }));
        }
        price(text).map(|minor| Self::Whole(Amount::flat(minor)))
    }
}

/// `kg`, `0.5kg`.
fn unit_of(text: &str) -> Option<Mass> {
    match text.parse::<MassUnit>() {
        Ok(unit) => Mass::of(Decimal { mantissa: 1, scale: 0 }, unit),
        Err(_) => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<PriceCell> {
        PriceCell::read(text, Currency::USD, |text| Some(text.to_owned()))
    }

    fn at(text: &str, weight: &str) -> i64 {
        let Some(PriceCell::Whole(amount)) = read(text) else { panic!("{text}") };
        amount.at(weight.parse().unwrap(), Rounding::Nearest(1)).unwrap()
    }

    #[test]
    fn a_cell_says_what_it_costs() {
        assert_eq!(at("7.61", "3kg"), 761);
        assert_eq!(at("85.50 per kg", "0.123kg"), 1052, "10.5165");
        assert_eq!(at("16.00 + 85.50 per kg", "0.123kg"), 2652);
        assert_eq!(at("1.00 per 100g", "250g"), 250);
        let each = "19.00 + 7.80 each 0.5kg over 1kg";
        assert_eq!(
            ["0.4kg", "1kg", "1.001kg", "1.5kg", "1.501kg"].map(|w| at(each, w)),
            [1900, 1900, 2680, 2680, 3460]
        );
        let more = Rate { minor: 780, per: "0.5kg".parse().unwrap(), over: Mass::ZERO, begun: true };
        assert_eq!(read("+ 7.80 each 0.5kg"), Some(PriceCell::More(more)));
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in [
            "",
            "-1",
            "x",
            "7.615",
            "1 per",
            "1 per stone",
            "1 per 0kg",
            "1 each kg over",
            "+ 1",
            "+1 per kg over 1kg",
            "1 + 2",
            "1 per kg each kg",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        let rate = Rate { minor: i64::MAX, per: Mass::from_picograms(1), over: Mass::ZERO, begun: true };
        let amount = Amount { fixed: 0, rate: Some(rate) };
        assert_eq!(amount.at(Mass::from_picograms(i64::MAX), Rounding::Exact), None);
        let amount = Amount { fixed: 0, rate: Some(Rate { begun: false, ..rate }) };
        assert_eq!(amount.at(Mass::from_picograms(i64::MAX), Rounding::Exact), None);
    }
}
