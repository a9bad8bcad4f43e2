//! What is wrong with an order. No text here quotes a name or an address.

use std::fmt;

use super::owners::FieldRefusal;

/// Most reasons, and most rows, that are listed of one order.
const MOST_REASONS: usize = 50;

/// One thing that is wrong with an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Not JSON.
    #[error("not JSON ({0}); export the order again")]
    Syntax(String),
    /// A name that stands twice in one object of JSON: which value counts, nobody can tell.
    #[error("{0} stands twice; send it once")]
    Twice(String),
    /// A field that every order needs is absent or empty.
    #[error("{0} is missing; fill it in")]
    Missing(String),
    /// A field that holds the wrong kind of thing.
    #[error("{field} must be {expected}")]
    Kind {
        /// Which field: `lines[2].qty`.
        field: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// The same, where it is plain what was meant.
    #[error("{field} must be {expected}; did you mean {meant}?")]
    Meant {
        /// Which field.
        field: String,
        /// What belongs there.
        expected: &'static str,
        /// What it would be.
        meant: &'static str,
    },
    /// A number that is none, or not a whole one.
    #[error("{field} must be a whole number, not {shown}; write it in digits alone, without thousands")]
    Whole {
        /// Which field.
        field: String,
        /// As it was written, in quotation marks.
        shown: String,
    },
    /// An identifier written as a number.
    #[error("{0} is a number; write it as text in quotation marks, because long numbers lose digits")]
    NumberForText(String),
    /// An identifier that a spreadsheet has rounded.
    #[error("{0} was rounded by a spreadsheet; format the column as text and export again")]
    Rounded(String),
    /// An identifier or a postcode behind the sign that keeps a spreadsheet from reading it as a number.
    #[error(
        "{0} begins with the apostrophe that a spreadsheet writes before digits; format the column as text and export it \
         without"
    )]
    Apostrophe(String),
    /// A quantity that cannot be read.
    #[error("{field}: {why}")]
    Value {
        /// Which field.
        field: String,
        /// What is wrong and what to write.
        why: String,
    },
    /// Longer than any field may be.
    #[error("{field} is longer than {most} {of}; shorten it")]
    TooLong {
        /// Which field.
        field: String,
        /// The limit.
        most: usize,
        /// Characters, lines, bytes.
        of: &'static str,
    },
    /// A character that never belongs into text.
    #[error("{field} holds the control character {code:#04x}; remove it")]
    Control {
        /// Which field.
        field: String,
        /// The character's number.
        code: u32,
    },
    /// U+FFFD: what a program writes for a character that it could not read.
    #[error("{0} has lost a character (U+FFFD): the file was saved in another encoding; export it as UTF-8")]
    Lost(String),
    /// An address that a platform has masked, of an order whose label is made here.
    #[error("the address is masked ({0}) and the label is made here; send it whole, or say label_source supplied")]
    Masked(String),
    /// Two rows of one order that say different things.
    #[error("rows {first} and {second} are the same order and disagree on {field}; make them equal")]
    Disagree {
        /// Line of the file that said it first.
        first: usize,
        /// Line of the file that says otherwise.
        second: usize,
        /// Which column.
        field: String,
    },
    /// Rows below an order that do not say whose they are.
    #[error("{} below it; fill in order_ref in every row", unnamed(.0))]
    Orphans(Vec<usize>),
    /// A field where every name is known, and this is not.
    #[error("{field} is no field of parceld.order/1 and would be lost; there are {known}")]
    Unknown {
        /// Which field.
        field: String,
        /// The names that are known.
        known: String,
    },
    /// Columns that are no fields, where one was probably meant. Said of an order that is refused for something else.
    #[error("no column of parceld.order/1 is called {0}; rename what is meant")]
    Column(String),
    /// Something that this station cannot do.
    #[error("{0}")]
    Unfit(String),
    /// Something this version does not do; the order must not go out as if it had not been asked.
    #[error("{field} asks for {what}, which {but}; {instead}")]
    NotDriven {
        /// Which field.
        field: String,
        /// What it asks for.
        what: &'static str,
        /// Why that is not done.
        but: &'static str,
        /// What to do.
        instead: &'static str,
    },
}

impl OrderError {
    pub(super) fn not_driven(field: String, FieldRefusal { what, but, instead }: FieldRefusal) -> Self {
        Self::NotDriven { field, what, but, instead }
    }
}

/// `rows 3, 4 have no order_ref and stand`; of many, the first fifty.
fn unnamed(rows: &[usize]) -> String {
    if let [row] = rows {
        return format!("row {row} has no order_ref and stands");
    }
    let shown: Vec<String> = rows.iter().take(MOST_REASONS).map(usize::to_string).collect();
    let more = if rows.len() > MOST_REASONS { ", …" } else { "" };
    format!("rows {}{more} have no order_ref and stand", shown.join(", "))
}

/// Everything that is wrong with an order, as it was found; at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasons(pub Vec<OrderError>);

impl From<OrderError> for Reasons {
    fn from(error: OrderError) -> Self {
        Self(vec![error])
    }
}

/// One after the other, the first fifty.
impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, reason) in self.0.iter().take(MOST_REASONS).enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            reason.fmt(f)?;
        }
        match self.0.len().checked_sub(MOST_REASONS) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for Reasons {}
