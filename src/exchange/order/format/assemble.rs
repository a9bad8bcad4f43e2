//! The rows of one order -> its `parceld.order/1` value.

use std::collections::HashMap;

use csv::StringRecord;
use serde_json::{Map, Value};

use super::cell::{is_sheet_error, same, unknown, value};
use super::{CellReading, ForeignFormat, FormatColumn, Market, RowTest, heading};
use crate::exchange::order::OrderError;
use crate::exchange::order::RecordKind;
use crate::exchange::order::columns::{put, typed};

/// Columns that are not known, as many as are named.
const MOST_COLUMNS: usize = 8;

/// A format, and where its columns stand in one file.
#[derive(Debug, Clone)]
pub(in crate::exchange::order) struct BoundFormat<'f> {
    pub(in crate::exchange::order) format: &'f ForeignFormat,
    /// Of each column of the format.
    at: Vec<Option<usize>>,
    /// As the file names its columns.
    names: Vec<String>,
    headings: Vec<String>,
}

impl<'f> BoundFormat<'f> {
    /// A header whose format is known.
    ///
    /// # Errors
    /// A column that stands twice: which of them counts, nobody can tell.
    pub(in crate::exchange::order) fn new(format: &'f ForeignFormat, names: Vec<String>) -> Result<Self, String> {
        // Paths in JSON are what they are.
        let known_as = |name: &String| if format.is_sheet() { heading(name) } else { name.clone() };
        let headings: Vec<String> = names.iter().map(known_as).collect();
        let mut at = Vec::with_capacity(format.columns.len());
        for column in &format.columns {
            let places: Vec<usize> = (0..headings.len()).filter(|at| column.names.contains(&headings[*at])).collect();
            if let [_, second, ..] = places[..] {
                return Err(format!(
                    "the column {:?} stands twice, or under two names; leave one out",
                    cut(&names[second])
                ));
            }
            at.push(places.first().copied());
        }
        Ok(Self { format, at, names, headings })
    }

    /// Where the column of a field of the order stands, the first there is.
    pub(in crate::exchange::order) fn place(&self, path: &str) -> Option<usize> {
        let columns = self.format.columns.iter().zip(&self.at);
        columns.filter(|(column, _)| column.field.path() == path).find_map(|(_, at)| *at)
    }

    /// What a person must know who imports such a file.
    pub(in crate::exchange::order) fn notes(&self) -> Vec<String> {
        let mut notes = self.format.notes();
        let unknown = self.format.unknown(&self.headings);
        if !unknown.is_empty() {
            let shown: Vec<String> = unknown.iter().take(MOST_COLUMNS).map(|name| format!("{:?}", cut(name))).collect();
            let more = if unknown.len() > MOST_COLUMNS { ", …" } else { "" };
            notes.push(format!("the format does not know {}{more}, and nothing here goes by it", shown.join(", ")));
        }
        notes
    }

    /// Where the columns of identifiers stand.
    pub(in crate::exchange::order) fn identifiers(&self) -> Vec<usize> {
        self.format.kind().identifiers().iter().filter_map(|path| self.place(path)).collect()
    }

    /// Why a row is left out.
    pub(in crate::exchange::order) fn left_out(&self, row: &StringRecord) -> Option<&'f str> {
        self.format.left_out.iter().find(|left| self.holds(&left.rows, row)).map(|left| left.why.as_str())
    }

    /// Whether a row says one of these words in one of these columns.
    fn holds(&self, test: &RowTest, row: &StringRecord) -> bool {
        let places = self.headings.iter().enumerate().filter(|(_, name)| test.names.contains(name));
        let mut cells = places.filter_map(|(at, _)| row.get(at));
        cells.any(|cell| test.words.iter().any(|word| same(word, cell)))
    }

    /// The columns of a row that say something, with what they say.
    fn cells<'r>(&self, row: &'r StringRecord) -> impl Iterator<Item = (usize, &'f FormatColumn, usize, &'r str)> {
        let columns: Vec<(usize, &'f FormatColumn, usize)> = (self.format.columns.iter().enumerate().zip(&self.at))
            .filter_map(|((nth, column), at)| Some((nth, column, (*at)?)))
            .filter(|(_, column, _)| column.only_where.as_ref().is_none_or(|test| self.holds(test, row)))
            .collect();
        columns.into_iter().filter_map(|(nth, column, at)| {
            let cell = row.get(at)?.trim();
            (!cell.is_empty()).then_some((nth, column, at, cell))
        })
    }

    /// One order from its rows, each with the number that it is named by, and how many of them were left out because their
    /// units do not travel with it.
    pub(in crate::exchange::order) fn order(
        &self,
        rows: &[(usize, StringRecord)],
        errors: &mut Vec<OrderError>,
    ) -> (Value, usize) {
        let countries = rows.iter().flat_map(|(_, row)| self.cells(row));
        let mut countries = countries.filter(|(_, column, _, _)| matches!(column.reading, CellReading::Country));
        let market = self.format.market(countries.next().map(|(_, _, _, cell)| cell));
        let (mut order, mut lines) = (Map::new(), Vec::new());
        let units = self.units(rows, market);
        let travelling: Vec<&(usize, StringRecord)> = match &units {
            Some((state, travelling)) => {
                order.insert("state".to_owned(), (*state).into());
                travelling.clone()
            }
            None => rows.iter().collect(),
        };
        // Of each column of the order: the row that says it first, and how.
        let mut said: HashMap<usize, (usize, String)> = HashMap::new();
        for (number, row) in &travelling {
            let unnamed = |at: usize| self.headings.get(at).is_none_or(String::is_empty);
            if row.iter().enumerate().any(|(at, cell)| unnamed(at) && !cell.trim().is_empty()) {
                let why = "a cell without a column name; name it in the first row".to_owned();
                errors.push(OrderError::Value { field: format!("row {number}"), why });
            }
            self.check_conditions(*number, row, market, errors);
            let mut line = Map::new();
            for (nth, column, at, cell) in self.cells(row) {
                if column.each_row && units.is_some() {
                    continue;
                }
                let wrong = |why: String| OrderError::Value { field: format!("row {number}, {}", self.name(at)), why };
                if is_sheet_error(cell) {
                    errors.push(wrong("holds an error of the spreadsheet; mend it there and export again".to_owned()));
                    continue;
                }
                if column.field.in_list().is_none() && !column.each_row {
                    if let Some((first, before)) = said.get(&nth) {
                        if before != cell {
                            errors.push(self.format.kind().disagree(*first, *number, self.name(at)));
                        }
                        continue;
                    }
                    said.insert(nth, (*number, cell.to_owned()));
                }
                let read = match value(self.format, &column.reading, cell, market) {
                    Ok(Some(read)) => read,
                    Ok(None) => continue,
                    Err(why) => {
                        errors.push(wrong(why));
                        continue;
                    }
                };
                let read = match read {
                    Value::String(text) if matches!(column.reading, CellReading::Plain | CellReading::Words(..)) => {
                        typed(Some(column.field.field()), &text)
                    }
                    read => read,
                };
                let (map, path) = match column.field.in_list() {
                    Some(inner) => (&mut line, inner),
                    None => (&mut order, column.field.in_record()),
                };
                set(map, path, read, column);
                if let (CellReading::Money, Some(currency)) =
                    (&column.reading, market.and_then(|market| market.currency))
                {
                    let beside = path.rsplit_once('.').map_or(String::new(), |(before, _)| format!("{before}."));
                    let beside = format!("{beside}currency");
                    if get(map, &beside).is_none() {
                        put(map, &beside, currency.code().into());
                    }
                }
            }
            if !line.is_empty() {
                lines.push(line);
            }
        }
        (self.finish(order, lines), rows.len() - travelling.len())
    }

    /// Where each row has a state of its own: the order's, and the rows that are for it. `None` where a state is not known.
    fn units<'r>(
        &self,
        rows: &'r [(usize, StringRecord)],
        market: Option<&Market>,
    ) -> Option<(&'static str, Vec<&'r (usize, StringRecord)>)> {
        let (column, at) =
            self.format.columns.iter().zip(&self.at).find(|(column, at)| column.each_row && at.is_some())?;
        let state = |(_, row): &(usize, StringRecord)| -> Option<String> {
            let cell = row.get((*at)?)?.trim();
            value(self.format, &column.reading, cell, market).ok()??.as_str().map(str::to_owned)
        };
        let states: Vec<String> = rows.iter().map(state).collect::<Option<_>>()?;
        let any = |wanted: &str| states.iter().any(|state| state == wanted);
        // Whoever asks for one unit to be stopped stops the parcel; what went or was cancelled before does not.
        let order = ["cancel_requested", "hold", "ready", "done", "cancelled"].into_iter().find(|state| any(state))?;
        let stays = |state: &str| match order {
            "hold" | "ready" => matches!(state, "hold" | "ready"),
            _ => true,
        };
        let travelling = rows.iter().zip(&states).filter(|(_, state)| stays(state)).map(|(row, _)| row);
        Some((order, travelling.collect()))
    }

    /// Says what is wrong with the cells that decide whether a column counts: a word on neither of its lists, or a column
    /// that counts and is empty.
    fn check_conditions(
        &self,
        number: usize,
        row: &StringRecord,
        market: Option<&Market>,
        errors: &mut Vec<OrderError>,
    ) {
        let wrong = |at: usize, why| OrderError::Value { field: format!("row {number}, {}", self.name(at)), why };
        for (column, at) in self.format.columns.iter().zip(&self.at) {
            let Some(test) = column.only_where.as_ref().filter(|test| !test.not.is_empty()) else { continue };
            let no_cash = market.is_some_and(|market| !market.cash_on_delivery);
            if no_cash && column.field.path().starts_with("service.cod.") {
                continue;
            }
            let places = self.headings.iter().enumerate().filter(|(_, name)| test.names.contains(name));
            let said: Vec<(usize, &str)> = places
                .filter_map(|(at, _)| Some((at, row.get(at)?.trim())))
                .filter(|(_, cell)| !cell.is_empty())
                .collect();
            for (at, cell) in &said {
                if !test.words.iter().chain(&test.not).any(|word| same(word, cell)) {
                    errors.push(wrong(*at, unknown(cell)));
                }
            }
            let asked = said.iter().find(|(_, cell)| test.words.iter().any(|word| same(word, cell)));
            let amount = at.and_then(|at| row.get(at)).is_some_and(|cell| !cell.trim().is_empty());
            if let (Some((at, _)), false) = (asked, amount) {
                let column = column.names.first().map_or("", String::as_str);
                errors.push(wrong(
                    *at,
                    format!("needs {:?}, which is not filled in; export it with that column", cut(column)),
                ));
            }
        }
    }

    /// What holds for every order is put where it says nothing else; equal units are counted together.
    fn finish(&self, mut order: Map<String, Value>, mut lines: Vec<Map<String, Value>>) -> Value {
        for (field, text) in &self.format.constants {
            let (maps, path): (Vec<&mut Map<String, Value>>, &str) = match field.in_list() {
                Some(inner) => (lines.iter_mut().collect(), inner),
                None => (vec![&mut order], field.in_record()),
            };
            for map in maps.into_iter().filter(|map| get(map, path).is_none()) {
                put(map, path, typed(Some(field.field()), text));
            }
        }
        if self.format.one_a_unit {
            lines = counted(lines);
        }
        let kind = self.format.kind();
        // An item without components says nothing of them.
        if kind == RecordKind::Orders || !lines.is_empty() {
            order.insert(kind.list().to_owned(), lines.into_iter().map(Value::Object).collect());
        }
        Value::Object(order)
    }

    /// A column as the file names it.
    fn name(&self, at: usize) -> String {
        let name = self.names.get(at).map_or("", |name| name.trim());
        format!("{:?}", cut(name))
    }
}

/// What is said of units that were left out.
pub(in crate::exchange::order) fn left_units_note(count: usize) -> Option<String> {
    let units = if count == 1 { "1 unit is".to_owned() } else { format!("{count} units are") };
    let why = "cancelled or sent before, while others of the same order are to be sent";
    (count > 0).then(|| format!("{units} left out: {why}"))
}

fn cut(name: &str) -> String {
    name.chars().take(40).collect()
}

/// Puts what a column says into its field: behind what stands there, or nowhere where something does. Of two states the one
/// that stops more counts.
fn set(map: &mut Map<String, Value>, path: &str, read: Value, column: &FormatColumn) {
    /// Later ones stop more.
    const STATES: [&str; 5] = ["ready", "done", "hold", "cancel_requested", "cancelled"];
    let before = get(map, path).cloned();
    let rank = |value: &Value| STATES.iter().position(|state| value.as_str() == Some(state));
    let read = match (before, &column.joined_by) {
        (None, _) => read,
        (Some(Value::String(before)), Some(between)) => {
            let more = read.as_str().unwrap_or_default();
            Value::String(format!("{before}{between}{more}"))
        }
        (Some(before), _) if path == "state" && rank(&read) > rank(&before) => read,
        (Some(_), _) => return,
    };
    put(map, path, read);
}

/// What stands at `a.b.c`.
fn get<'m>(map: &'m Map<String, Value>, path: &str) -> Option<&'m Value> {
    match path.split_once('.') {
        None => map.get(path),
        Some((first, rest)) => get(map.get(first)?.as_object()?, rest),
    }
}

/// Lines that differ in nothing but how many they are, together. A quantity that is no number stays, and is refused as that.
fn counted(lines: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
    let mut all: Vec<(Map<String, Value>, u64)> = Vec::new();
    let mut odd = Vec::new();
    for mut line in lines {
        match line.get("qty").map_or(Some(1), Value::as_u64) {
            None => odd.push(line),
            Some(many) => {
                line.remove("qty");
                match all.iter_mut().find(|(known, _)| *known == line) {
                    Some((_, count)) => *count = count.saturating_add(many),
                    None => all.push((line, many)),
                }
            }
        }
    }
    let line = |(mut line, many): (Map<String, Value>, u64)| {
        line.insert("qty".to_owned(), many.into());
        line
    };
    all.into_iter().map(line).chain(odd).collect()
}
