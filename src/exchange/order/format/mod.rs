//! Files of orders as other systems write them: what each of their columns means, as data.
//!
//! ```text
//!  sheet    header -> BoundFormat: where each column stands ----\
//!                                                           rows of one order -> its parceld.order/1 value
//!  JSON     order  -> rows: one cell for each column -----/
//! ```
//!
//! A [`ForeignFormat`] comes from `config/formats/<name>.toml`, read by [`crate::config`]; a new one is a file. It is
//! recognised by its header. A column that it needs and the file lacks refuses the file; a column that it does not know is
//! said, because such files change without notice. What a cell says that the format has no word for refuses its order.

mod assemble;
mod cell;
mod heading;

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::tz::TimeZone;

pub(super) use assemble::{BoundFormat, left_units_note};
pub use heading::heading;

use super::document::words_of;
use super::kind::RecordKind;
use super::owners::{self, OrderField};
use crate::ids::{country_meant, did_you_mean, is_country};
use crate::units::{Currency, LengthUnit, MassUnit};

/// How the files of one system are read.
#[derive(Debug, Clone)]
pub struct ForeignFormat {
    /// The file's name without its ending, as `--format` says it.
    pub name: String,
    /// Whose files these are, for a person.
    pub title: String,
    /// Nobody has seen such a file: the first one is to be looked at by a person.
    pub guessed: bool,
    /// How the file is built.
    pub shape: FileShape,
    /// What its columns mean. Of several for one field, the first that is filled in counts.
    pub columns: Vec<FormatColumn>,
    /// Columns that are known and not used, as [`heading`] has them.
    pub unused: Vec<String>,
    /// What holds for every order that does not say otherwise.
    pub constants: Vec<(FieldName, String)>,
    /// Countries by what the files call them.
    pub countries: BTreeMap<String, String>,
    /// How each country's files write times and amounts; the first one holds for every other country.
    pub markets: Vec<Market>,
    /// Rows that are no business of a station.
    pub left_out: Vec<LeftOut>,
    /// Columns of the order are filled on its first row only, the number too.
    pub fill_down: bool,
    /// One row, or one object, is one unit: equal ones are counted together.
    pub one_a_unit: bool,
    /// What stands in the column of the order's number on a row that explains the columns.
    pub descriptions: Vec<String>,
}

/// How a file is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileShape {
    /// Rows and columns: CSV, or a workbook.
    Sheet,
    /// JSON.
    Json {
        /// Where the list of orders may be, as paths from the top: `data.orders`; empty for the top itself.
        orders: Vec<String>,
        /// Where the lines of an order are.
        lines: String,
    },
}

/// A column of a sheet, or a place in an object.
#[derive(Debug, Clone)]
pub struct FormatColumn {
    /// The field that it fills.
    pub field: FieldName,
    /// What it is called, as [`heading`] has it; in JSON, its path from the order: `line_items.sku`.
    pub names: Vec<String>,
    /// A file without it is of another format, or has changed.
    pub required: bool,
    /// How its cells are written.
    pub reading: CellReading,
    /// It counts only where this holds.
    pub only_where: Option<RowTest>,
    /// It is the state of its row's unit alone: units that do not travel are left out where others of the order do.
    pub each_row: bool,
    /// It is put behind what the columns before it say, with this between.
    pub joined_by: Option<String>,
}

/// A field of `parceld.order/1` that a column may fill.
#[derive(Debug, Clone, Copy)]
pub struct FieldName(&'static OrderField);

impl FieldName {
    /// From the order down: `ship_to.name`, `lines.sku`.
    pub fn path(self) -> &'static str {
        self.0.path
    }

    /// The words that it may hold; empty where it may hold any text.
    pub fn words(self) -> Vec<&'static str> {
        words_of(self.0.path)
    }

    fn field(self) -> &'static OrderField {
        self.0
    }

    /// Its name inside a line or a component, for a field of these.
    fn in_list(self) -> Option<&'static str> {
        let path = self.0.path;
        path.strip_prefix("lines.").or_else(|| path.strip_prefix("item.components."))
    }

    /// Its path from the record that it is of.
    fn in_record(self) -> &'static str {
        self.0.path.strip_prefix("item.").unwrap_or(self.0.path)
    }

    /// What it is a field of.
    pub fn kind(self) -> RecordKind {
        if self.0.path.starts_with("item.") { RecordKind::Items } else { RecordKind::Orders }
    }
}

/// A text that names no field that can be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no field of an order; {1}write one of those that `parceld orders --help` or, behind item., `parceld items --help` lists"
)]
pub struct NoField(String, String);

impl FromStr for FieldName {
    type Err = NoField;

    fn from_str(text: &str) -> Result<Self, NoField> {
        let fields = owners::columns;
        let found = fields().find(|field| field.path == text);
        found.map(Self).ok_or_else(|| {
            let meant = did_you_mean(text, fields().map(|field| field.path));
            NoField(text.chars().take(40).collect(), meant)
        })
    }
}

/// How the cells of a column are written.
#[derive(Debug, Clone)]
pub enum CellReading {
    /// As `parceld.order/1` has them.
    Plain,
    /// One of these words, in whatever case, and what it means; an empty meaning says nothing. Any other word means what
    /// stands beside them, or refuses the order where nothing does.
    Words(BTreeMap<String, String>, Option<String>),
    /// A country: its code, what the files call it, or what people do.
    Country,
    /// A time as its market writes it.
    Time,
    /// Seconds since 1970.
    Seconds,
    /// A number of these units of mass.
    Mass(MassUnit),
    /// A number of these units of length.
    Length(LengthUnit),
    /// An amount as its market writes it.
    Money,
}

/// How a country's files are written.
#[derive(Debug, Clone)]
pub struct Market {
    /// ISO 3166; empty where it holds for all.
    pub country: String,
    /// Where its clocks stand.
    pub zone: TimeZone,
    /// How it writes times, as `strptime` has it.
    pub times: Vec<String>,
    /// Of its amounts.
    pub currency: Option<Currency>,
    /// The sign before decimals: `.` or `,`. The other one stands between thousands.
    pub decimal: char,
    /// Whether buyers may pay on delivery. Where they may not, no word of a payment is looked for on a list.
    pub cash_on_delivery: bool,
}

/// What a row says in one of these columns.
#[derive(Debug, Clone)]
pub struct RowTest {
    /// The columns, as [`heading`] has them.
    pub names: Vec<String>,
    /// The words, in whatever case.
    pub words: Vec<String>,
    /// The words that say otherwise. Where some are named, one that is on neither list refuses its order.
    pub not: Vec<String>,
}

/// Rows that are left out, and said.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Which.
    pub rows: RowTest,
    /// Why, for a person.
    pub why: String,
}

impl ForeignFormat {
    /// What its files hold.
    pub fn kind(&self) -> RecordKind {
        self.columns.first().map(|column| column.field.kind()).unwrap_or_default()
    }

    /// The columns that a file must have and this header has not; empty where it may be this format.
    pub(super) fn lacks(&self, headings: &[String]) -> Vec<&str> {
        let has = |column: &FormatColumn| column.names.iter().any(|name| headings.contains(name));
        let missing = self.columns.iter().filter(|column| column.required && !has(column));
        missing.filter_map(|column| column.names.first()).map(String::as_str).collect()
    }

    /// How many columns of a header it knows.
    pub(super) fn knows(&self, headings: &[String]) -> usize {
        headings.iter().filter(|heading| self.is_known(heading)).count()
    }

    /// What a person must know who imports such a file.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!("read as {}", self.title)];
        if self.guessed {
            let one = self.kind().singular();
            notes.push(format!(
                "nobody has seen such a file yet: compare its first {one} with what the other system shows"
            ));
        }
        notes
    }

    /// Columns of a header that it does not know.
    pub(super) fn unknown<'h>(&self, headings: &'h [String]) -> Vec<&'h str> {
        let unknown = headings.iter().filter(|heading| !heading.is_empty() && !self.is_known(heading));
        unknown.map(String::as_str).collect()
    }

    fn is_known(&self, heading: &String) -> bool {
        let tests = self.columns.iter().filter_map(|column| column.only_where.as_ref());
        let tests = tests.chain(self.left_out.iter().map(|left| &left.rows));
        self.columns.iter().any(|column| column.names.contains(heading))
            || self.unused.contains(heading)
            || tests.into_iter().any(|test| test.names.contains(heading))
    }

    fn is_sheet(&self) -> bool {
        self.shape == FileShape::Sheet
    }

    /// The code of a country as it is written in a cell.
    fn country<'c>(&'c self, cell: &'c str) -> Option<&'c str> {
        let called = self.countries.iter().find(|(name, _)| cell::same(name, cell)).map(|(_, code)| code.as_str());
        called.or_else(|| Some(cell).filter(|cell| is_country(cell))).or_else(|| country_meant(cell))
    }

    /// The market of a country's cell; the first one where it names none of them.
    fn market(&self, cell: Option<&str>) -> Option<&Market> {
        let code = cell.and_then(|cell| self.country(cell));
        let of = |code: &str| self.markets.iter().find(|market| market.country == code);
        code.and_then(of).or(self.markets.first())
    }
}

/// The format of a sheet with these headings, or why there is none: what is near to be one, and lacks something.
pub(super) fn of_sheet<'f>(formats: &'f [ForeignFormat], headings: &[String]) -> Result<&'f ForeignFormat, NoFormat> {
    let sheets = || formats.iter().filter(|format| format.is_sheet());
    let fitting: Vec<(usize, &ForeignFormat)> = sheets()
        .filter(|format| format.lacks(headings).is_empty())
        .map(|format| (format.knows(headings), format))
        .collect();
    let best = fitting.iter().map(|(known, _)| *known).max();
    let mut best = fitting.iter().filter(|(known, _)| Some(*known) == best).map(|(_, format)| *format);
    match (best.next(), best.next()) {
        (Some(format), None) => Ok(format),
        (Some(one), Some(other)) => Err(NoFormat::Several(one.name.clone(), other.name.clone())),
        (None, _) => {
            let near = sheets().max_by_key(|format| format.knows(headings));
            // Half of the columns that a file must have is no chance.
            let near = near.filter(|format| {
                let required = format.columns.iter().filter(|column| column.required).count();
                format.lacks(headings).len() * 2 <= required && format.knows(headings) > 2
            });
            Err(near.map_or(NoFormat::Unknown, |format| {
                let lacks = format.lacks(headings).iter().map(|name| format!("{name:?}")).collect::<Vec<_>>();
                NoFormat::Drifted(format.title.clone(), lacks.join(", "))
            }))
        }
    }
}

/// Why a sheet is of no known format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoFormat {
    /// Nothing is like it.
    #[error("no column order_ref")]
    Unknown,
    /// It is like one, and columns are missing.
    #[error(
        "this looks like {0}, but there is no column {1}; export it with that column, or, if it has another name now, add \
         the name to the format's file"
    )]
    Drifted(String, String),
    /// It may be one of two.
    #[error("this may be {0} or {1}; say which with --format")]
    Several(String, String),
}
