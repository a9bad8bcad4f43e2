//! Formats of files that other systems write, of orders and of items: `<name>.toml`, explained in `config/formats/README.md`.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::problem::Problems;
use super::table::{Source, Table};
use super::text::{text_of, unread};
use crate::exchange::order::{
    CellReading, FieldName, FileShape, ForeignFormat, FormatColumn, LeftOut, Market, RecordKind, RowTest, SCHEMA,
    heading,
};
use crate::ids::{did_you_mean, is_country};
use crate::units::{Currency, LengthUnit, MassUnit};

/// Largest file: ten times the largest that we ship.
const MAX_BYTES: u64 = 256 << 10;
/// How cells may be written; the unit of a mass or a length and the words stand in keys of their own.
const READINGS: [(&str, ReadingName); 8] = [
    ("plain", ReadingName::Plain),
    ("words", ReadingName::Words),
    ("country", ReadingName::Country),
    ("time", ReadingName::Time),
    ("seconds", ReadingName::Seconds),
    ("mass", ReadingName::Mass),
    ("length", ReadingName::Length),
    ("money", ReadingName::Money),
];
const DECIMALS: [(&str, char); 2] = [(".", '.'), (",", ',')];
const SHAPES: [(&str, bool); 2] = [("sheet", true), ("json", false)];
/// The folder of the formats of items, in that of the formats of orders.
pub const ITEMS: &str = "items";
/// What stands for every word that is not in the list.
const OTHER: &str = "*";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadingName {
    Plain,
    Words,
    Country,
    Time,
    Seconds,
    Mass,
    Length,
    Money,
}

/// What a number in a cell counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellUnit {
    Mass(MassUnit),
    Length(LengthUnit),
}

impl FromStr for CellUnit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mass = || text.parse().map(Self::Mass);
        let length = || text.parse().map(Self::Length);
        let shown = || text.chars().take(40).collect::<String>();
        mass()
            .or_else(|_| length())
            .map_err(|_| format!("{:?} is no unit; write one of mg, g, kg, oz, lb, mm, cm, in", shown()))
    }
}

/// Every format of a folder, by name, with every problem.
pub fn read(dir: &Path, kind: RecordKind) -> (Vec<ForeignFormat>, Problems) {
    let mut problems = Problems::default();
    let files = match std::fs::read_dir(dir) {
        Ok(files) => files,
        Err(error) => return (Vec::new(), Problems(vec![unread(dir, &error)])),
    };
    let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let mut formats = Vec::new();
    for path in paths {
        match text_of(&path, MAX_BYTES) {
            Ok(text) => {
                let (format, found) = parse(&path, text, kind);
                // What is wrong with it must not make another file of orders of it.
                formats.extend(format.filter(|_| !found.has_errors()));
                problems.extend(found.0);
            }
            Err(problem) => problems.push(problem),
        }
    }
    (formats, problems)
}

fn parse(path: &Path, text: String, kind: RecordKind) -> (Option<ForeignFormat>, Problems) {
    let source = Source::new(path, text);
    let format = source.parse().and_then(|root| {
        let table = Table::root(&source, &root);
        let format = format(&table, path, kind);
        table.finish();
        format
    });
    (format, source.into_problems())
}

fn format(table: &Table<'_>, path: &Path, kind: RecordKind) -> Option<ForeignFormat> {
    let name = path.file_stem()?.to_str()?.to_owned();
    if name == SCHEMA || ["csv", "tsv", "json", "jsonl", "ndjson"].contains(&name.as_str()) {
        table.error("title", format!("{name} is a format of parceld itself"), "call the file otherwise");
    }
    let is_sheet = table.optional_name("file", &SHAPES).unwrap_or(true);
    let orders = table.optional::<Vec<String>>("orders");
    let lines = table.optional::<String>("lines");
    let shape = match (is_sheet, orders, lines) {
        (true, None, None) => FileShape::Sheet,
        (false, Some(orders), Some(lines)) => FileShape::Json { orders, lines },
        (true, ..) => {
            table.error("file", "a sheet has no places of orders and lines", "leave orders and lines out");
            return None;
        }
        (false, ..) => {
            let todo = "write orders = [\"data.orders\"] and lines = \"line_items\"";
            table.error("file", "JSON needs to know where its orders and their lines are", todo);
            return None;
        }
    };
    let columns: Vec<FormatColumn> =
        table.tables("column").iter().filter_map(|column| self::column(column, is_sheet)).collect();
    let markets: Vec<Market> = table.tables("market").iter().filter_map(market).collect();
    let left_out = table.tables("leave_out").iter().filter_map(|left| leave_out(left, is_sheet)).collect();
    let names = |key| table.optional::<Vec<String>>(key).unwrap_or_default();
    let id = columns.iter().find(|column| column.field.path() == kind.id());
    if id.is_none_or(|column| !column.required) {
        let what = match kind {
            RecordKind::Orders => "no column holds the number of each order",
            RecordKind::Items => "no column holds the SKU of each item",
        };
        table.error("column", what, format!("add a [[column]] with field = {:?} and required = true", kind.id()));
    }
    if let Some(column) = columns.iter().find(|column| column.field.kind() != kind) {
        let what = format!("{} is no field of {}", column.field.path(), kind.plural());
        table.error("column", what, "formats of items lie in the folder items, and their fields begin with item.");
    }
    let needs_market = |column: &&FormatColumn| matches!(column.reading, CellReading::Time | CellReading::Money);
    if markets.is_empty() && columns.iter().any(|column| needs_market(&column)) {
        let todo = "add a [[market]] with its zone and currency";
        table.error("market", "times and amounts are of some country's clocks and coins", todo);
    }
    Some(ForeignFormat {
        name,
        title: table.required::<String>("title")?,
        guessed: table.optional("guessed").unwrap_or(false),
        shape,
        columns,
        unused: names("unused").iter().map(|name| heading(name)).collect(),
        constants: constants(table),
        countries: countries(table),
        markets,
        left_out,
        fill_down: table.optional("fill_down").unwrap_or(false),
        one_a_unit: table.optional("one_a_unit").unwrap_or(false),
        descriptions: names("descriptions"),
    })
}

/// What holds where an order says nothing else.
fn constants(table: &Table<'_>) -> Vec<(FieldName, String)> {
    let mut constants = Vec::new();
    for (field, text) in table.texts("constants") {
        match field.parse::<FieldName>() {
            Ok(field) => {
                known_word(table, "constants", field, &text);
                constants.push((field, text));
            }
            Err(error) => {
                let error = error.to_string();
                let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
                table.error("constants", format!("constants: {what}"), todo);
            }
        }
    }
    constants
}

/// Countries by the names that the files have for them.
fn countries(table: &Table<'_>) -> BTreeMap<String, String> {
    let countries = table.texts("countries");
    for (name, code) in countries.iter().filter(|(_, code)| !is_country(code)) {
        let todo = "write two capital letters (ISO 3166), such as US";
        table.error("countries", format!("countries: {name:?} is {code:?}, which is no country"), todo);
    }
    countries
}

/// Names of columns: as they are compared in a sheet, as they are in JSON.
fn names(table: &Table<'_>, is_sheet: bool) -> Option<Vec<String>> {
    let names = table.required::<Vec<String>>("names")?;
    if names.is_empty() || names.iter().any(|name| heading(name).is_empty()) {
        table.error("names", "a column has no name", "write what the file calls it");
    }
    if !is_sheet && names.len() > 1 {
        let todo = "write one place; another [[column]] for the same field counts where the first is empty";
        table.error("names", "a column of JSON is one place", todo);
    }
    Some(if is_sheet { names.iter().map(|name| heading(name)).collect() } else { names })
}

/// Of a field that holds words of a list, no other word is meant.
fn known_word(table: &Table<'_>, key: &'static str, field: FieldName, meant: &str) {
    let words = field.words();
    if meant.is_empty() || words.is_empty() || words.contains(&meant) {
        return;
    }
    let todo = format!("{}write one of {}", did_you_mean(meant, words.iter().copied()), words.join(", "));
    table.error(key, format!("{meant:?} is nothing that {} can be", field.path()), todo);
}

fn column(table: &Table<'_>, is_sheet: bool) -> Option<FormatColumn> {
    let field = table.required_text::<FieldName>("field");
    let names = names(table, is_sheet);
    let only_where = table.table("only_where").and_then(|test| {
        let rows = rows(&test, is_sheet);
        test.finish();
        rows
    });
    let reading = reading(table);
    if let (Some(field), Some(CellReading::Words(words, other))) = (field, &reading) {
        words.values().chain(other).for_each(|meant| known_word(table, "words", field, meant));
    }
    if table.optional("each_row") == Some(true) && field.is_some_and(|field| field.path() != "state") {
        table.error("each_row", "only a state can be that of each row", "take it out");
    }
    let column = FormatColumn {
        required: table.optional("required").unwrap_or(false),
        joined_by: table.optional("joined_by"),
        each_row: table.optional("each_row").unwrap_or(false),
        field: field?,
        names: names?,
        reading: reading?,
        only_where,
    };
    table.finish();
    Some(column)
}

fn reading(table: &Table<'_>) -> Option<CellReading> {
    let mut words: BTreeMap<String, String> = table.texts("words");
    let unit = table.optional_text::<CellUnit>("unit");
    let usual = match (words.is_empty(), unit) {
        (false, _) => ReadingName::Words,
        (true, Some(CellUnit::Mass(_))) => ReadingName::Mass,
        (true, Some(CellUnit::Length(_))) => ReadingName::Length,
        (true, None) => ReadingName::Plain,
    };
    let name = table.optional_name("read", &READINGS).unwrap_or(usual);
    if (name == ReadingName::Words) == words.is_empty() {
        table.error("words", "words and what they mean belong together", "write words = { \"To ship\" = \"ready\" }");
    }
    match (name, unit) {
        (ReadingName::Mass, Some(CellUnit::Mass(_))) | (ReadingName::Length, Some(CellUnit::Length(_))) => {}
        (ReadingName::Length, _) | (_, Some(CellUnit::Length(_))) => {
            table.error("unit", "a length and its unit belong together", "write unit = \"cm\"");
        }
        (ReadingName::Mass, _) | (_, Some(_)) => {
            table.error("unit", "a mass and its unit belong together", "write unit = \"kg\"");
        }
        (_, None) => {}
    }
    let other = words.remove(OTHER);
    Some(match name {
        ReadingName::Plain => CellReading::Plain,
        ReadingName::Words => CellReading::Words(words, other),
        ReadingName::Country => CellReading::Country,
        ReadingName::Time => CellReading::Time,
        ReadingName::Seconds => CellReading::Seconds,
        ReadingName::Mass | ReadingName::Length => match unit? {
            CellUnit::Mass(unit) => CellReading::Mass(unit),
            CellUnit::Length(unit) => CellReading::Length(unit),
        },
        ReadingName::Money => CellReading::Money,
    })
}

fn rows(table: &Table<'_>, is_sheet: bool) -> Option<RowTest> {
    let words = table.required::<Vec<String>>("words");
    let not = table.optional::<Vec<String>>("not").unwrap_or_default();
    Some(RowTest { names: names(table, is_sheet)?, words: words?, not })
}

fn leave_out(table: &Table<'_>, is_sheet: bool) -> Option<LeftOut> {
    let (rows, why) = (rows(table, is_sheet), table.required::<String>("why"));
    table.finish();
    Some(LeftOut { rows: rows?, why: why? })
}

fn market(table: &Table<'_>) -> Option<Market> {
    let country = table.optional::<String>("country").unwrap_or_default();
    if !country.is_empty() && !is_country(&country) {
        table.error(
            "country",
            format!("{country:?} is no country"),
            "write two capital letters (ISO 3166), such as US",
        );
    }
    let zone = table.required::<String>("zone").and_then(|name| super::station::timezone(table, "zone", name));
    let times = table.optional::<Vec<String>>("times").unwrap_or_default();
    for pattern in &times {
        let sample = DateTime::constant(2026, 1, 14, 22, 1, 0, 0).strftime(pattern).to_string();
        if DateTime::strptime(pattern, &sample).is_err() {
            let todo = "write it as %d/%m/%Y %H:%M:%S, with day, month, year and time";
            table.error("times", format!("{pattern:?} is no pattern of a time"), todo);
        }
    }
    let market = Market {
        country,
        zone: zone.unwrap_or(TimeZone::UTC),
        times,
        currency: table.optional_text::<Currency>("currency"),
        decimal: table.optional_name("decimal", &DECIMALS).unwrap_or('.'),
        cash_on_delivery: table.optional("cash_on_delivery").unwrap_or(true),
    };
    table.finish();
    Some(market)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "title = \"A shop\"\n[[column]]\nfield = \"order_ref\"\nnames = [\"Order\"]\nrequired = true\n";

    fn problems(more: &str) -> Vec<String> {
        let (format, problems) = parse(Path::new("a.toml"), format!("{SMALL}{more}"), RecordKind::Orders);
        assert!(format.is_some() || !problems.is_empty());
        problems.0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_shipped_formats_are_without_a_problem() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/formats");
        for (folder, kind, least) in
            [(folder.clone(), RecordKind::Orders, 8), (folder.join(ITEMS), RecordKind::Items, 2)]
        {
            let (formats, problems) = read(&folder, kind);
            assert_eq!(problems.0, []);
            assert!(formats.len() >= least, "{}", formats.len());
        }
    }

    #[test]
    fn what_is_wrong_with_a_format_is_said_on_its_line() {
        assert_eq!(problems(""), Vec::<String>::new());
        for (more, said) in [
            (
                "[[column]]\nfield = \"ship_to.nme\"\nnames = [\"N\"]\n",
                "a.toml:7: column[2].field: \"ship_to.nme\" is no field of an order; did you mean ship_to.name?",
            ),
            (
                "[[column]]\nfield = \"placed_at\"\nnames = [\"T\"]\nread = \"time\"\n",
                "times and amounts are of some country's clocks",
            ),
            (
                "[[column]]\nfield = \"state\"\nnames = [\"S\"]\nread = \"words\"\n",
                "words and what they mean belong together",
            ),
            (
                "[[column]]\nfield = \"lines.unit_g\"\nnames = [\"W\"]\nread = \"mass\"\n",
                "a mass and its unit belong together",
            ),
            ("[[market]]\nzone = \"Asia/Atlantis\"\n", "no time zone \"Asia/Atlantis\""),
            ("[[market]]\nzone = \"UTC\"\ntimes = [\"%d/%m\"]\n", "\"%d/%m\" is no pattern of a time"),
            ("[[market]]\nzone = \"UTC\"\ncountry = \"UK\"\n", "\"UK\" is no country"),
            ("[constants]\n\"lines.qtty\" = \"1\"\n", "constants: \"lines.qtty\" is no field of an order"),
            (
                "[[column]]\nfield = \"state\"\nnames = [\"S\"]\nwords = { \"To ship\" = \"redy\" }\n",
                "a.toml:9: \"redy\" is nothing that state can be; did you mean ready? write one of ready, hold",
            ),
            (
                "[[column]]\nfield = \"lines.unit_g\"\nnames = [\"W\"]\nunit = \"stone\"\n",
                "\"stone\" is no unit; write one of mg, g, kg, oz, lb, mm, cm, in",
            ),
            (
                "[[column]]\nfield = \"item.hs\"\nnames = [\"HS\"]\n",
                "item.hs is no field of orders; formats of items lie in the folder items",
            ),
            ("[[leave_out]]\nnames = [\"F\"]\nwords = [\"x\"]\n", "leave_out[1].why is missing"),
        ] {
            let found = problems(more);
            assert!(found.iter().any(|problem| problem.contains(said)), "{more}: {found:#?}");
        }
    }
}
