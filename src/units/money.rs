//! Money in minor units of its currency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Decimal, QuantityError, shown};

/// A currency code of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// How many decimals the minor unit has (ISO 4217).
    pub const fn exponent(self) -> u32 {
        match &self.0 {
            b"VND" | b"JPY" | b"KRW" | b"CLP" | b"ISK" | b"UGX" | b"XAF" | b"XOF" | b"XPF" | b"PYG" | b"RWF"
            | b"BIF" | b"DJF" | b"GNF" | b"KMF" | b"VUV" => 0,
            b"KWD" | b"BHD" | b"JOD" | b"OMR" | b"TND" | b"IQD" | b"LYD" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// Whether ISO 4217 has it among the currencies that are in use.
    pub fn is_known(self) -> bool {
        const KNOWN: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
            CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF \
            GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR \
            LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK \
            PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
            TND TOP TRY TTD TWD TZS UAH UGX USD UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";
        KNOWN.split_ascii_whitespace().any(|code| code == self.code())
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl FromStr for Currency {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(QuantityError::Currency(shown(text))),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of one currency, in its minor units (cents, đồng, fils).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a decimal amount from outside, such as `10.13`. More decimals than the currency has are refused, be they
    /// zeros: `9.000` is nine thousand in half of the world.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, QuantityError> {
        if Decimal::parse(amount)?.scale > currency.exponent() {
            return Err(too_many_decimals(amount, currency));
        }
        Self::parse_stored(amount, currency)
    }

    /// The same of an amount that was written here or was taken before: zeros beyond the currency's decimals say nothing.
    pub fn parse_stored(amount: &str, currency: Currency) -> Result<Self, QuantityError> {
        Decimal::parse(amount)?
            .scaled(10_i64.pow(currency.exponent()))
            .map(|minor| Self { minor, currency })
            .ok_or_else(|| QuantityError::Range(shown(amount)))
    }

    /// The sum; `None` for two currencies or when it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self })
    }

    /// The amount alone, with all decimals of its currency: `10.10`.
    pub fn amount(self) -> String {
        let places = self.currency.exponent();
        let one = 10_u64.pow(places);
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, fraction) = (self.minor.unsigned_abs() / one, self.minor.unsigned_abs() % one);
        if places == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction:0width$}", width = places as usize)
        }
    }
}

/// What is wrong with an amount of more decimals than its currency has, and what to write.
fn too_many_decimals(amount: &str, currency: Currency) -> QuantityError {
    let places = currency.exponent();
    let same = Money::parse_stored(amount, currency).ok().map(Money::amount);
    let text = shown(amount);
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let group = whole.trim_start_matches(['-', '+']);
    if fraction.len() == 3 && (1..=3).contains(&group.len()) && !group.starts_with('0') {
        let or = same.unwrap_or_else(|| format!("an amount with at most {places} decimals"));
        return QuantityError::Thousands { text, instead: format!("{whole}{fraction} or {or}") };
    }
    let instead = same.unwrap_or_else(|| format!("at most {places} decimals"));
    QuantityError::Decimals { text, currency, instead }
}

/// `10.13 USD`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

impl TryFrom<String> for Money {
    type Error = QuantityError;

    fn try_from(text: String) -> Result<Self, QuantityError> {
        let (amount, currency) = text.split_once(' ').ok_or_else(|| QuantityError::Currency(text.clone()))?;
        Self::parse_stored(amount, currency.parse()?)
    }
}

impl From<Money> for String {
    fn from(money: Money) -> Self {
        money.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(amount: &str, currency: &str) -> String {
        let currency = currency.parse().expect("a currency");
        Money::parse(amount, currency).map_or_else(|error| error.to_string(), |money| money.to_string())
    }

    #[test]
    fn more_decimals_than_the_currency_has_are_an_error_even_when_they_are_zeros() {
        for (amount, currency, said) in [
            ("9.00", "GBP", "9.00 GBP"),
            ("9", "GBP", "9.00 GBP"),
            ("1.250", "KWD", "1.250 KWD"),
            ("0.5", "USD", "0.50 USD"),
            ("9.000", "IDR", "\"9.000\": three digits after a dot can only be thousands here; write 9000 or 9.00"),
            ("18.000", "VND", "\"18.000\": three digits after a dot can only be thousands here; write 18000 or 18"),
            (
                "1.255",
                "GBP",
                "\"1.255\": three digits after a dot can only be thousands here; write 1255 or an amount with at most 2 \
                 decimals",
            ),
            ("18000.00", "VND", "\"18000.00\" has more decimals than VND has; write 18000"),
            ("12.9000", "USD", "\"12.9000\" has more decimals than USD has; write 12.90"),
            ("0.500", "USD", "\"0.500\" has more decimals than USD has; write 0.50"),
            ("0.505", "USD", "\"0.505\" has more decimals than USD has; write at most 2 decimals"),
        ] {
            assert_eq!(read(amount, currency), said, "{amount} {currency}");
        }
    }

    #[test]
    fn money_that_is_kept_is_read_as_it_was() {
        for text in ["10.13 USD", "10.1300 USD", "250.000 VND", "-3.00 GBP"] {
            assert!(Money::try_from(text.to_owned()).is_ok(), "{text}");
        }
    }
}
