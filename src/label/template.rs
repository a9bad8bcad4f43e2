//! Text of a layout with the places where a parcel's data goes: `{service}`, `TRACKING # {tracking}`.

use std::str::FromStr;

use super::address::{self, AddressLine};
use super::content::{ContainerLabel, Label};
use crate::units::{Date, Mass, MassUnit};

/// Something a label can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelField {
    /// One of [`FIELDS`].
    Own(&'static str),
    /// `value.NAME`: a value of the carrier's folder.
    Value(String),
}

/// What a label can say, and what that is called in an error.
#[rustfmt::skip]
pub const FIELDS: [(&str, &str); 39] = [
    ("carrier", "carrier"), ("service", "service"), ("service.letter", "service"),
    ("from", "sender's address"), ("from.name", "sender's name"), ("from.line1", "sender's line 1"),
    ("from.line2", "sender's line 2"), ("from.city", "sender's city"), ("from.region", "sender's region"),
    ("from.postcode", "sender's postcode"), ("from.country", "sender's country"),
    ("to", "recipient's address"), ("to.name", "recipient's name"), ("to.line1", "recipient's line 1"),
    ("to.line2", "recipient's line 2"), ("to.city", "recipient's city"), ("to.region", "recipient's region"),
    ("to.postcode", "recipient's postcode"), ("to.zip5", "recipient's ZIP code"), ("to.country", "recipient's country"),
    ("sort_code", "sort code"), ("sort_detail", "sort code"), ("weight.lb", "weight"), ("weight.kg", "weight"), ("weight.whole_lb", "weight"),
    ("tracking", "tracking number"), ("tracking.in_fours", "tracking number"), ("order_ref", "order reference"),
    ("ship_date", "ship date"), ("ship_date.julian", "ship date"), ("reprint", "attempt"), ("specimen", "specimen"),
    ("parcel", "parcel"), ("attempt", "attempt"),
    ("container", "bag"), ("container.parcels", "bag"), ("container.bags", "pallet"),
    ("container.kind", "bag"), ("sscc", "SSCC"),
];

/// Text and fields in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<TemplatePiece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePiece {
    Literal(String),
    Field(LabelField),
}

/// Not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace without its other half.
    #[error("a {{ without its }}, or the other way round; write {{{{ or }}}} for the sign itself")]
    Brace,
    /// Not a field.
    #[error("{{{name}}} is nothing a label can say; write one of {known}", known = known())]
    Field {
        /// What was written.
        name: String,
    },
    /// `{to}` or `{from}` with something beside it.
    #[error("{{{0}}} is several lines and stands alone; write {{{0}.name}}, {{{0}.line1}}, … beside other text")]
    Alone(&'static str),
}

fn known() -> String {
    FIELDS.iter().map(|(name, _)| *name).chain(["value.NAME"]).collect::<Vec<_>>().join(", ")
}

impl FromStr for LabelField {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        if let Some((name, _)) = FIELDS.iter().find(|(name, _)| *name == text) {
            return Ok(Self::Own(name));
        }
        match text.strip_prefix("value.") {
            Some(name) if !name.is_empty() => Ok(Self::Value(name.to_owned())),
            _ => Err(TemplateError::Field { name: text.chars().take(40).collect() }),
        }
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
                literal.push_str(&brace[..1]);
                rest = after;
                continue;
            }
            let (name, after) =
                brace.strip_prefix('{').and_then(|inner| inner.split_once('}')).ok_or(TemplateError::Brace)?;
            if !literal.is_empty() {
                pieces.push(TemplatePiece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(TemplatePiece::Field(name.parse()?));
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(TemplatePiece::Literal(literal));
        }
        let block = pieces.iter().find_map(|piece| match piece {
            TemplatePiece::Field(LabelField::Own(name @ ("from" | "to"))) => Some(*name),
            _ => None,
        });
        match block {
            Some(name) if pieces.len() > 1 => Err(TemplateError::Alone(name)),
            _ => Ok(Self(pieces)),
        }
    }
}

impl Template {
    /// Text without fields, as it stands.
    pub fn literal(text: impl Into<String>) -> Self {
        Self(vec![TemplatePiece::Literal(text.into())])
    }

    /// The same with what no font has replaced.
    pub(super) fn readable(&self, readable: impl Fn(&str) -> String) -> Self {
        let piece = |piece: &TemplatePiece| match piece {
            TemplatePiece::Literal(literal) => TemplatePiece::Literal(readable(literal)),
            TemplatePiece::Field(field) => TemplatePiece::Field(field.clone()),
        };
        Self(self.0.iter().map(piece).collect())
    }

    /// The lines it comes to, each with what it is called; lines that say nothing are left out.
    pub(super) fn lines(&self, label: &Label) -> Vec<AddressLine> {
        match &self.0[..] {
            [TemplatePiece::Field(LabelField::Own("to"))] => {
                return address::lines(&label.to, &label.from.country, &address::TO);
            }
            [TemplatePiece::Field(LabelField::Own("from"))] => {
                return address::lines(&label.from, &label.to.country, &address::FROM);
            }
            _ => {}
        }
        let text = self.text(label);
        let line = text.trim_matches(' ');
        if line.is_empty() { Vec::new() } else { vec![(self.name(), line.to_owned())] }
    }

    /// What it comes to.
    pub(super) fn text(&self, label: &Label) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                TemplatePiece::Literal(literal) => text.push_str(literal),
                TemplatePiece::Field(field) => text.push_str(&field.says(label)),
            }
        }
        text
    }

    /// What it comes to, when each of its fields has something to say: a code without one of them would be another code.
    pub(super) fn whole(&self, label: &Label) -> Option<String> {
        let silent = self.0.iter().any(|piece| matches!(piece, TemplatePiece::Field(field) if !field.has_text(label)));
        (!silent).then(|| self.text(label))
    }

    /// What it is called in an error: its first field.
    pub(super) fn name(&self) -> &'static str {
        let first = self.0.iter().find_map(|piece| match piece {
            TemplatePiece::Field(LabelField::Own(name)) => {
                FIELDS.iter().find(|(own, _)| own == name).map(|(_, called)| *called)
            }
            TemplatePiece::Field(LabelField::Value(_)) => Some("value of the carrier"),
            TemplatePiece::Literal(_) => None,
        });
        first.unwrap_or("fixed text")
    }

    /// The carrier's values it wants.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            TemplatePiece::Field(LabelField::Value(name)) => Some(name.as_str()),
            _ => None,
        })
    }
}

impl LabelField {
    /// Whether there is anything to say.
    pub(super) fn has_text(&self, label: &Label) -> bool {
        !self.says(label).trim().is_empty()
    }

    fn says(&self, label: &Label) -> String {
        let name = match self {
            Self::Own(name) => *name,
            Self::Value(name) => return label.values.get(name).cloned().unwrap_or_default(),
        };
        if let Some((side, part)) = name.split_once('.')
            && let Some(address) = [("from", &label.from), ("to", &label.to)].iter().find(|(own, _)| *own == side)
        {
            return address_part(address.1, part);
        }
        match name {
            "carrier" => label.carrier.trim().to_owned(),
            "service" => label.service.trim().to_owned(),
            "service.letter" => label.service.trim().chars().take(1).flat_map(char::to_uppercase).collect(),
            "sort_code" => label.sort_code.clone().unwrap_or_default(),
            "sort_detail" => label.sort_detail.clone().unwrap_or_default(),
            "weight.lb" => format!("{} lb", label.mass.display(MassUnit::Lb, 2)),
            "weight.kg" => format!("{} kg", label.mass.display(MassUnit::Kg, 3)),
            "weight.whole_lb" => whole_pounds(label.mass),
            "tracking" => label.tracking.clone(),
            "tracking.in_fours" => in_fours(&label.tracking),
            "order_ref" => label.order_ref.clone(),
            "ship_date" => day(label.ship_date),
            "ship_date.julian" => format!("{:03}", label.ship_date.day_of_year()),
            "reprint" if label.attempt > 1 => format!("R{}", label.attempt),
            "specimen" if label.specimen => "SPECIMEN".to_owned(),
            "parcel" => label.parcel.clone(),
            "attempt" => label.attempt.to_string(),
            name => label.container.as_ref().map(|container| of_container(container, name)).unwrap_or_default(),
        }
    }
}

fn of_container(container: &ContainerLabel, name: &str) -> String {
    match name {
        "container" => container.id.clone(),
        "container.parcels" => container.parcels.to_string(),
        "container.bags" => container.bags.map(|bags| bags.to_string()).unwrap_or_default(),
        "container.kind" => if container.bags.is_some() { "PALLET" } else { "BAG" }.to_owned(),
        "sscc" => container.sscc.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// Pounds, a part of one counted as one.
fn whole_pounds(mass: Mass) -> String {
    let one = MassUnit::Lb.picograms();
    (mass.picograms().max(0) / one + i64::from(mass.picograms() % one > 0)).to_string()
}

fn address_part(address: &crate::station::order::Address, part: &str) -> String {
    let says = match part {
        "name" => &address.name,
        "line1" => &address.line1,
        "line2" => &address.line2,
        "city" => &address.city,
        "region" => &address.region,
        "postcode" => &address.postcode,
        // Five digits, or nothing: what is no ZIP code is not made into one.
        "zip5" => {
            let zip = address.postcode.trim().get(..5).unwrap_or_default();
            return if zip.bytes().all(|byte| byte.is_ascii_digit()) { zip.to_owned() } else { String::new() };
        }
        "country" => &address.country,
        _ => return String::new(),
    };
    says.trim().to_owned()
}

fn in_fours(digits: &str) -> String {
    let mut spaced = String::with_capacity(digits.len() * 5 / 4);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            spaced.push(' ');
        }
        spaced.push(digit);
    }
    spaced
}

/// A day that is read the same everywhere: `22 NOV 2026`.
fn day(date: Date) -> String {
    const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let month = MONTHS.get(usize::from(date.month()).wrapping_sub(1)).copied().unwrap_or("");
    format!("{:02} {month} {}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_template_says_why() {
        for (text, error) in [
            ("{", TemplateError::Brace),
            ("a } b", TemplateError::Brace),
            ("{nonsense}", TemplateError::Field { name: "nonsense".into() }),
            ("{value.}", TemplateError::Field { name: "value.".into() }),
            ("TO {to}", TemplateError::Alone("to")),
        ] {
            assert_eq!(text.parse::<Template>(), Err(error), "{text}");
        }
        assert!("{{literal}} {to.name} {value.account}".parse::<Template>().is_ok());
    }
}
