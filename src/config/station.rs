//! `[station]`: who and where this station is.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::read::{folder, identifier, path_from, plain_text};
use super::table::Table;
use crate::barcode::gs1::{SsccError, SsccRange};
use crate::rating::Place;
use crate::station::order::Address;

/// A weekend: a carrier may refuse on Monday what it took on Friday.
const KEEP_HOURS: u32 = 72;
/// Ninety days: what is kept longer is an archive, and belongs elsewhere.
const MOST_KEEP_HOURS: u32 = 2_160;

/// Who and where this station is.
#[derive(Debug, Clone)]
pub struct StationConfig {
    /// 1 to 32 of `A-Z a-z 0-9 . _ -`; unique in the warehouse.
    pub id: String,
    /// The same characters.
    pub warehouse: String,
    /// The ship date is a date here.
    pub timezone: TimeZone,
    /// Language of the packer's screen: `en`, `zh-CN`.
    pub language: String,
    /// Database, label images, exports, control socket.
    pub data_dir: PathBuf,
    /// Where the mark of the database is kept.
    pub mark: MarkPlace,
    /// Words of each language, `<language>.toml`.
    pub languages_dir: PathBuf,
    /// Layouts of labels, `<name>.toml`.
    pub labels_dir: PathBuf,
    /// Printed as the sender; its postcode is the origin of every zone.
    pub ship_from: Address,
    /// The numbers of bags, where the company has a GS1 prefix.
    pub sscc: Option<SsccRange>,
    /// The line of that prefix.
    pub sscc_line: usize,
    /// Names, addresses and supplied labels go so many hours after their parcels' manifest is confirmed.
    pub keep_personal_hours: u32,
}

/// Where the mark is kept that tells whether the database is the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkPlace {
    /// Beside `data_dir`.
    Beside,
    /// In this folder, perhaps on another medium.
    Folder(PathBuf),
    /// Nowhere.
    Nowhere,
}

impl StationConfig {
    /// Where parcels leave from, as the rate cards see it.
    pub fn origin(&self) -> Place {
        self.ship_from.place()
    }
}

pub(super) fn station(root: &Table<'_>, base: &Path, carriers_dir: Option<&Path>) -> Option<StationConfig> {
    let table = root.required_table("station")?;
    let id = identifier(&table, "id");
    let warehouse = identifier(&table, "warehouse");
    let timezone = table.required::<String>("timezone").and_then(|name| {
        let zone = TimeZone::get(&name).ok();
        if zone.is_none() {
            table.error(
                "timezone",
                format!("no time zone {name:?}"),
                "write its IANA name, such as America/Los_Angeles",
            );
        }
        zone
    });
    let language = language(&table);
    let data_dir = data_dir(&table, base);
    let mark = mark_dir(&table, base, data_dir.as_deref());
    let languages = table.optional::<String>("languages_dir").map(|dir| path_from(base, &dir));
    let beside = |name| carriers_dir.map(|dir| dir.parent().unwrap_or(Path::new("")).join(name));
    let languages_dir = languages.or_else(|| beside("languages")).and_then(|dir| folder(&table, "languages_dir", dir));
    let labels = table.optional::<String>("labels_dir").map(|dir| path_from(base, &dir));
    let labels_dir = labels.or_else(|| beside("labels")).and_then(|dir| folder(&table, "labels_dir", dir));
    let ship_from = ship_from(&table);
    let (sscc, sscc_line) = (sscc(&table), table.line_of("gs1_prefix"));
    let keep_personal_hours = keep_personal_hours(&table);
    table.finish();
    Some(StationConfig {
        id: id?,
        warehouse: warehouse?,
        timezone: timezone?,
        language: language?,
        data_dir: data_dir?,
        mark: mark?,
        languages_dir: languages_dir?,
        labels_dir: labels_dir?,
        ship_from: ship_from?,
        sscc: sscc?,
        sscc_line,
        keep_personal_hours: keep_personal_hours?,
    })
}

/// `None` when something is wrong, `Some(None)` without a company prefix.
fn sscc(table: &Table<'_>) -> Option<Option<SsccRange>> {
    let extension = table.optional::<u32>("gs1_extension");
    let serials = table.optional::<String>("gs1_serials");
    let Some(prefix) = table.optional::<String>("gs1_prefix") else {
        for (key, there) in [("gs1_extension", extension.is_some()), ("gs1_serials", serials.is_some())] {
            if there {
                table.warn(key, format!("{key} has no effect without gs1_prefix"), "write gs1_prefix, or remove it");
            }
        }
        return Some(None);
    };
    let serials = match serials {
        None => None,
        Some(text) => {
            let parsed =
                text.split_once('-').and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)));
            if parsed.is_none() {
                table.error(
                    "gs1_serials",
                    format!("{text:?} is not a range of serials"),
                    "write two numbers, such as 1-99999",
                );
                return None;
            }
            parsed
        }
    };
    let extension = u8::try_from(extension.unwrap_or(0)).unwrap_or(u8::MAX);
    SsccRange::new(&prefix, extension, serials)
        .inspect_err(|error| {
            let key = match error {
                SsccError::Prefix(_) => "gs1_prefix",
                SsccError::Extension(_) => "gs1_extension",
                SsccError::Serials { .. } => "gs1_serials",
            };
            let error = error.to_string();
            let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
            table.error(key, what, todo);
        })
        .ok()
        .map(Some)
}

fn keep_personal_hours(table: &Table<'_>) -> Option<u32> {
    let hours = table.optional::<u32>("keep_personal_hours").unwrap_or(KEEP_HOURS);
    if !(1..=MOST_KEEP_HOURS).contains(&hours) {
        table.error("keep_personal_hours", format!("{hours} hours"), format!("write 1 to {MOST_KEEP_HOURS}"));
        return None;
    }
    Some(hours)
}

fn language(table: &Table<'_>) -> Option<String> {
    let language = table.required::<String>("language")?;
    let (tongue, region) = language.split_once('-').unwrap_or((&language, "US"));
    let good = (2..=3).contains(&tongue.len())
        && tongue.bytes().all(|byte| byte.is_ascii_lowercase())
        && (2..=8).contains(&region.len())
        && region.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !good {
        table.error("language", format!("{language:?} is not a language code"), "write one such as en, es or zh-CN");
    }
    good.then_some(language)
}

fn data_dir(table: &Table<'_>, base: &Path) -> Option<PathBuf> {
    let path = path_from(base, &table.required::<String>("data_dir")?);
    if path.exists() && !path.is_dir() {
        table.error("data_dir", format!("data_dir: {} is not a folder", path.display()), "name a folder");
        return None;
    }
    Some(path)
}

/// It must not be copied with the data.
fn mark_dir(table: &Table<'_>, base: &Path, data_dir: Option<&Path>) -> Option<MarkPlace> {
    let path = match table.optional::<String>("mark_dir") {
        None => return Some(MarkPlace::Beside),
        Some(none) if none == "none" => return Some(MarkPlace::Nowhere),
        Some(dir) => path_from(base, &dir),
    };
    if data_dir.is_some_and(|data| path.starts_with(data)) {
        let what = format!("mark_dir: {} is inside data_dir, and would be copied with it", path.display());
        table.error("mark_dir", what, "name a folder outside, best on another medium");
        return None;
    }
    Some(MarkPlace::Folder(path))
}

fn ship_from(station: &Table<'_>) -> Option<Address> {
    let table = station.required_table("ship_from")?;
    let optional = |key: &'static str| match table.optional::<String>(key) {
        Some(text) if text.is_empty() => Some(text),
        Some(_) => plain_text(&table, key, 0..=60),
        None => Some(String::new()),
    };
    let name = plain_text(&table, "name", 1..=60);
    let line1 = plain_text(&table, "line1", 1..=60);
    let line2 = optional("line2");
    let city = plain_text(&table, "city", 1..=60);
    let region = plain_text(&table, "region", 1..=60);
    let postcode = plain_text(&table, "postcode", 1..=12);
    let country = plain_text(&table, "country", 2..=2);
    let phone = optional("phone");
    if let Some(country) = &country
        && !country.bytes().all(|byte| byte.is_ascii_uppercase())
    {
        table.error(
            "country",
            format!("country {country:?} is not a country"),
            "write two capital letters, such as US",
        );
    }
    if let (Some("US"), Some(zip)) = (country.as_deref(), &postcode)
        && !(zip.len() == 5 && zip.bytes().all(|byte| byte.is_ascii_digit()))
    {
        table.error("postcode", format!("postcode {zip:?} is not a ZIP code"), "write its five digits");
    }
    table.finish();
    Some(Address {
        name: name?,
        line1: line1?,
        line2: line2?,
        city: city?,
        region: region?,
        postcode: postcode?,
        country: country?,
        phone: phone?,
        residential: false,
    })
}
