//! What a key may hold: a type that TOML has, a word of a list, or a text that is read as something else.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::DeValue;

use crate::ids::{CarrierId, ServiceId, ServiceOrCarrier};
use crate::units::Date;

/// A value of the file, and where it stands.
pub type Written<'a> = Spanned<DeValue<'a>>;

/// A type that values are read as.
pub trait Value: Sized {
    /// What a person should write.
    fn expected() -> String;

    /// The value, or everything that is wrong with it.
    ///
    /// # Errors
    /// Another type than this one, a word that is not of its list, a text that cannot be read.
    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>>;
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// Its bytes in the file.
    pub at: Range<usize>,
    /// What is wrong.
    pub fault: ValueFault,
}

/// What can be wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueFault {
    /// It is of another type than this one.
    NotA(String),
    /// It is a word that is not of the list.
    Unknown {
        /// The word.
        word: String,
        /// The list.
        known: String,
    },
    /// It is a text that cannot be read.
    Unreadable {
        /// What is wrong: a lower-case fragment.
        what: String,
        /// The next step: a lower-case imperative.
        what_to_do: String,
    },
}

impl ValueError {
    /// The value is not `expected`.
    pub fn not_a(expected: &str, value: &Written<'_>) -> Self {
        Self { at: value.span(), fault: ValueFault::NotA(expected.to_owned()) }
    }
}

/// A value of a type that TOML has.
fn of_type<T: Value>(value: &Written<'_>, read: Option<T>) -> Result<T, Vec<ValueError>> {
    read.ok_or_else(|| vec![ValueError::not_a(&T::expected(), value)])
}

/// A text that is read as something else. Its error says what is wrong, and behind `; ` what to do.
///
/// # Errors
/// No text, or one that cannot be read.
pub fn text<T: FromStr<Err: Display>>(value: &Written<'_>) -> Result<T, Vec<ValueError>> {
    String::read(value)?.parse().map_err(|error: T::Err| {
        let error = error.to_string();
        let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
        let fault = ValueFault::Unreadable { what: what.to_owned(), what_to_do: todo.to_owned() };
        vec![ValueError { at: value.span(), fault }]
    })
}

/// A text that is one of `names`.
///
/// # Errors
/// No text, or another one.
pub fn word<T: Copy>(value: &Written<'_>, names: &[(&str, T)]) -> Result<T, Vec<ValueError>> {
    let word = String::read(value)?;
    let found = names.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    found
        .ok_or_else(|| vec![ValueError { at: value.span(), fault: ValueFault::Unknown { word, known: one_of(names) } }])
}

/// Each item of an array, or everything that is wrong with them; `expected` is said of what is no array.
fn each<T>(
    value: &Written<'_>,
    expected: &str,
    read: impl Fn(&Written<'_>) -> Result<T, Vec<ValueError>>,
) -> Result<Vec<T>, Vec<ValueError>> {
    let DeValue::Array(items) = value.get_ref() else { return Err(vec![ValueError::not_a(expected, value)]) };
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for item in items.iter() {
        match read(item) {
            Ok(value) => values.push(value),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

/// The names of a list, as a person is told them.
pub fn one_of<T>(names: &[(&str, T)]) -> String {
    names.iter().map(|(name, _)| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

impl Value for String {
    fn expected() -> String {
        "\"text\" in quotation marks".to_owned()
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        of_type(value, value.get_ref().as_str().map(str::to_owned))
    }
}

impl Value for bool {
    fn expected() -> String {
        "true or false".to_owned()
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        of_type(value, value.get_ref().as_bool())
    }
}

/// Whole numbers: read as the type itself, so what does not fit is refused.
macro_rules! whole_number {
    ($($type:ty: $expected:literal),*) => {$(
        impl Value for $type {
            fn expected() -> String {
                $expected.to_owned()
            }

            fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
                let number = value.get_ref().as_integer();
                of_type(value, number.and_then(|number| Self::from_str_radix(number.as_str(), number.radix()).ok()))
            }
        }
    )*};
}

whole_number! {
    u16: "a whole number from 0 to 65535",
    u32: "a whole number from 0 to 4294967295",
    u64: "a whole number, 0 or more",
    i64: "a whole number"
}

impl Value for Vec<u64> {
    fn expected() -> String {
        "an array of whole numbers".to_owned()
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        of_type(value, each(value, "", u64::read).ok())
    }
}

impl Value for Vec<Date> {
    fn expected() -> String {
        "an array of days, such as [\"2026-03-03\"]".to_owned()
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        each(value, &Self::expected(), Date::read)
    }
}

impl Value for Vec<String> {
    fn expected() -> String {
        "an array of strings, such as [\"a\", \"b\"]".to_owned()
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        of_type(value, each(value, "", String::read).ok())
    }
}

/// Carriers and services that the file names: whether there are such is asked when the cards are read.
macro_rules! identifiers {
    ($($type:ty),*) => {$(
        impl Value for $type {
            fn expected() -> String {
                String::expected()
            }

            fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
                String::read(value).map(Self::from)
            }
        }

        impl Value for Vec<$type> {
            fn expected() -> String {
                <Vec<String> as Value>::expected()
            }

            fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
                <Vec<String> as Value>::read(value).map(|names| names.into_iter().map(<$type>::from).collect())
            }
        }
    )*};
}

identifiers! { CarrierId, ServiceId, ServiceOrCarrier }

/// One string, or several.
#[derive(Debug)]
pub struct OneOrMore(pub Vec<String>);

impl Value for OneOrMore {
    fn expected() -> String {
        "\"text\" in quotation marks, or an array of such".to_owned()
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        let one = String::read(value).map(|one| vec![one]);
        let all = one.or_else(|_| Vec::read(value)).ok().filter(|all| !all.is_empty());
        of_type(value, all.map(Self))
    }
}

/// A type whose values have names in the file.
pub trait NamedValue: Copy + 'static {
    /// All of them.
    const NAMES: &'static [(&'static str, Self)];
}

impl<T: NamedValue> Value for T {
    fn expected() -> String {
        one_of(T::NAMES)
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        word(value, T::NAMES)
    }
}

impl<T: NamedValue> Value for Vec<T> {
    fn expected() -> String {
        "an array of strings".to_owned()
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        each(value, &Self::expected(), T::read)
    }
}

/// Types that have a list of their names already.
macro_rules! named {
    ($($type:ty),* $(,)?) => {$(
        impl NamedValue for $type {
            const NAMES: &'static [(&'static str, Self)] = &<$type>::NAMES;
        }
    )*};
}

named! {
    hal::printer::Language,
    hal::scale::ScaleProtocol,
    hal::scanner::Ending,
    hal::scanner::Feedback,
    crate::barcode::Symbology,
    crate::rating::CountPeriod,
}

/// Types that are read from a text.
macro_rules! read_from_text {
    ($($type:ty),* $(,)?) => {$(
        impl Value for $type {
            fn expected() -> String {
                String::expected()
            }

            fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
                text(value)
            }
        }
    )*};
}

read_from_text! {
    hal::port::Framing,
    crate::units::Currency,
    crate::units::Date,
    crate::units::Dims,
    crate::units::Mass,
}
