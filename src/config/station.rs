//! `[station]`: who and where this station is.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::declare::declare;
use super::read::{file, folder, folder_at, identifier, refuse, text, within};
use super::table::Table;
use super::value::NamedValue;
use crate::barcode::gs1::{SsccError, SsccRange};
use crate::ids::{country_meant, is_country};
use crate::place;
use crate::station::order::Address;

declare! {
    /// Who and where this station is.
    "[station]" as StationKeys with ship_from {
        /// Unique in the warehouse: 1 to 32 of `A-Z a-z 0-9 . _ -`.
        id: String, required, by identifier;
        /// The building, in the same characters.
        warehouse: String, required, by identifier;
        /// What shops and ERPs call this building in their files.
        warehouse_names: Vec<String>, default [];
        /// IANA name; the ship date is a date here.
        timezone: TimeZone, required, by timezone;
        /// What makes the computer's clock believed.
        clock: ClockTrust, default "vouched";
        /// Language of the packer's screen: `en`.
        language: String, required, by language;
        /// Database, label images, exports, control socket.
        data_dir: PathBuf, required, by data_dir;
        /// Folder of the database's mark; beside `data_dir` without.
        mark_dir: MarkPlace, optional, by mark_dir;
        /// Megabytes that stay free on the disk of `data_dir`: with less, no order is taken in and no parcel begun, so that
        /// those that were begun can leave.
        keep_free_mb: u32, default 100, by within(1..=10_000_000, "megabytes");
        /// Events that the receiver has, and what else could have carried a parcel, are kept whole so many days. The default is
        /// a year and a month: invoices of carriers come late.
        keep_detail_days: u32, default 400, by within(30..=3_650, "days");
        /// Names, addresses and supplied labels go so many hours after their parcels' manifest is confirmed. The default is a
        /// weekend: a carrier may refuse on Monday what it took on Friday. What is kept longer than ninety days is an archive,
        /// and belongs elsewhere.
        keep_personal_hours: u32, default 72, by hours(1..=2_160);
        /// The same of orders whose manifests nobody has confirmed, after the last that happened to their parcels. Without,
        /// they are kept until they are confirmed; where there is no uplink, 336 hours.
        keep_unsent_hours: u32, optional, by hours(1..=2_160);
        /// The same of cancelled orders.
        keep_cancelled_hours: u32, default 72, by hours(1..=2_160);
        /// The same of orders on hold, or with parcels on the shelf.
        keep_held_hours: u32, default 720, by hours(1..=2_160);
        /// The same of orders whose parcels are void. They have to be imported again to be packed.
        keep_voided_hours: u32, default 336, by hours(1..=2_160);
        /// The same of orders that were never packed, or not all of whose parcels were.
        keep_unpacked_hours: u32, default 720, by hours(1..=2_160);
        /// Words of each language, `<language>.ftl`; the folder `languages` beside the rate cards without.
        languages_dir: PathBuf, optional, by folder;
        /// Layouts of labels, `<name>.toml`; the folder `labels` beside the rate cards without.
        labels_dir: PathBuf, optional, by folder;
        /// Order files of other systems, `<name>.toml`; the folder `formats` beside the rate cards without, and none where
        /// there is no such folder.
        formats_dir: PathBuf, optional, by folder;
        /// Working days of countries, `<country>.toml`, in the place of the shipped ones; the folder `calendars` beside the rate
        /// cards without, where there is one.
        calendars_dir: PathBuf, optional, by folder;
        /// Rules of deadlines; the shipped ones without.
        deadlines_file: PathBuf, optional, by file;
        /// The company prefix that GS1 gave, 7 to 10 digits.
        gs1_prefix: String, optional, by gs1_prefix;
        /// The first digit of each SSCC, 0 to 9; 0 without.
        gs1_extension: u8, optional, by gs1_extension;
        /// The first and the last serial of this station; all that the prefix leaves without.
        gs1_serials: (u64, u64), optional, by gs1_serials;
    }
}

declare! {
    /// Printed as the sender.
    "[station.ship_from]" as SenderKeys {
        /// 1 to 60 characters.
        name: String, required, by text(1..=60);
        /// Street and number, 1 to 60 characters.
        line1: String, required, by text(1..=60);
        /// Up to 60 characters.
        line2: String, default "", by text(0..=60);
        /// 1 to 60 characters.
        city: String, required, by text(1..=60);
        /// State or province as carriers write it, up to 60 characters; in the US it must be there.
        region: String, default "", by region;
        /// The origin of every zone, 1 to 12 characters, whole: in the US five digits.
        postcode: String, required, by postcode;
        /// Two capital letters (ISO 3166-1).
        country: String, required, by country;
        /// Up to 60 characters.
        phone: String, default "", by text(0..=60);
    }
}

/// What makes the computer's clock believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockTrust {
    /// Network time, a clock with a battery, or the packer who is asked for the date.
    Vouched,
    /// It is right whenever the station starts.
    System,
}

impl NamedValue for ClockTrust {
    const NAMES: &'static [(&'static str, Self)] = &[("vouched", Self::Vouched), ("system", Self::System)];
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

impl StationKeys {
    /// Where the mark of the database is kept.
    pub fn mark(&self) -> MarkPlace {
        self.mark_dir.clone().unwrap_or(MarkPlace::Beside)
    }

    /// The numbers of bags and pallets, where the company has a GS1 prefix.
    pub fn sscc(&self) -> Option<SsccRange> {
        SsccRange::new(self.gs1_prefix.as_deref()?, self.gs1_extension.unwrap_or(0), self.gs1_serials).ok()
    }
}

/// `[station]`, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct StationPart {
    pub(super) keys: Option<StationKeys>,
    pub(super) ship_from: Option<Address>,
    pub(super) languages_dir: Option<PathBuf>,
    pub(super) labels_dir: Option<PathBuf>,
    pub(super) formats_dir: Option<PathBuf>,
    pub(super) calendars_dir: Option<PathBuf>,
    /// The line of the company prefix.
    pub(super) prefix_line: usize,
}

pub(super) fn station(root: &Table<'_>, carriers_dir: Option<&Path>) -> StationPart {
    let Some(table) = root.required_table(StationKeys::TABLE.name()) else { return StationPart::default() };
    let keys = StationKeys::read(&table);
    let beside = carriers_dir.map(|dir| dir.parent().unwrap_or(Path::new("")));
    let languages_dir = keys.as_ref().and_then(|keys| keys.languages_dir.clone());
    let labels_dir = keys.as_ref().and_then(|keys| keys.labels_dir.clone());
    let formats_dir = keys.as_ref().and_then(|keys| keys.formats_dir.clone());
    let calendars_dir = keys.as_ref().and_then(|keys| keys.calendars_dir.clone());
    // Stations that were set up before there were any have no such folder.
    let where_there_is_one = |name: &str| beside.map(|folder| folder.join(name)).filter(|folder| folder.is_dir());
    StationPart {
        keys,
        ship_from: ship_from(&table),
        languages_dir: languages_dir.or_else(|| usual_folder(&table, "languages_dir", beside?.join("languages"))),
        labels_dir: labels_dir.or_else(|| usual_folder(&table, "labels_dir", beside?.join("labels"))),
        formats_dir: formats_dir.or_else(|| where_there_is_one("formats")),
        calendars_dir: calendars_dir.or_else(|| where_there_is_one("calendars")),
        prefix_line: table.line_of("gs1_prefix"),
    }
}

/// The folder that is meant where the key names none.
fn usual_folder(table: &Table<'_>, key: &'static str, path: PathBuf) -> Option<PathBuf> {
    if table.look::<String>(key).is_some() { None } else { folder_at(table, key, path) }
}

fn ship_from(station: &Table<'_>) -> Option<Address> {
    let table = station.required_table(SenderKeys::TABLE.name())?;
    let SenderKeys { name, line1, line2, city, region, postcode, country, phone } = SenderKeys::read(&table)?;
    Some(Address { name, line1, line2, city, region, postcode, country, phone, residential: false })
}

pub(super) fn timezone(table: &Table<'_>, key: &'static str, name: String) -> Option<TimeZone> {
    let zone = TimeZone::get(&name).ok();
    if zone.is_none() {
        table.error(key, format!("no time zone {name:?}"), "write its IANA name, such as America/Los_Angeles");
    }
    zone
}

pub(super) fn language(table: &Table<'_>, key: &'static str, language: String) -> Option<String> {
    let (tongue, region) = language.split_once('-').unwrap_or((&language, "US"));
    let good = (2..=3).contains(&tongue.len())
        && tongue.bytes().all(|byte| byte.is_ascii_lowercase())
        && (2..=8).contains(&region.len())
        && region.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !good {
        table.error(key, format!("{language:?} is not a language code"), "write one such as en or es");
    }
    good.then_some(language)
}

pub(super) fn data_dir(table: &Table<'_>, key: &'static str, path: String) -> Option<PathBuf> {
    let path = table.folder().join(path);
    if path.exists() && !path.is_dir() {
        table.error(key, format!("data_dir: {} is not a folder", path.display()), "name a folder");
        return None;
    }
    Some(path)
}

/// It must not be copied with the data.
pub(super) fn mark_dir(table: &Table<'_>, key: &'static str, dir: String) -> Option<MarkPlace> {
    if dir == "none" {
        return Some(MarkPlace::Nowhere);
    }
    let path = table.folder().join(dir);
    let data_dir = table.look::<String>("data_dir").map(|dir| table.folder().join(dir));
    if data_dir.is_some_and(|data| path.starts_with(data)) {
        let what = format!("mark_dir: {} is inside data_dir, and would be copied with it", path.display());
        table.error(key, what, "name a folder outside, best on another medium");
        return None;
    }
    Some(MarkPlace::Folder(path))
}

pub(super) fn hours(range: RangeInclusive<u32>) -> impl Fn(&Table<'_>, &'static str, u32) -> Option<u32> {
    move |table, key, hours| {
        if !range.contains(&hours) {
            table.error(key, format!("{hours} hours"), format!("write {} to {}", range.start(), range.end()));
            return None;
        }
        Some(hours)
    }
}

pub(super) fn gs1_prefix(table: &Table<'_>, key: &'static str, prefix: String) -> Option<String> {
    SsccRange::new(&prefix, 0, None).inspect_err(|error| refuse(table, key, error)).ok()?;
    Some(prefix)
}

pub(super) fn gs1_extension(table: &Table<'_>, key: &'static str, digit: u32) -> Option<u8> {
    let digit = u8::try_from(digit).unwrap_or(u8::MAX);
    if let Some(prefix) = prefix_of(table, key)
        && let Err(error @ SsccError::Extension(_)) = SsccRange::new(&prefix, digit, None)
    {
        refuse(table, key, &error);
        return None;
    }
    Some(digit)
}

pub(super) fn gs1_serials(table: &Table<'_>, key: &'static str, text: String) -> Option<(u64, u64)> {
    let prefix = prefix_of(table, key)?;
    let serials =
        text.split_once('-').and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)));
    let Some(serials) = serials else {
        table.error(key, format!("{text:?} is not a range of serials"), "write two numbers, such as 1-99999");
        return None;
    };
    if let Err(error @ SsccError::Serials { .. }) = SsccRange::new(&prefix, 0, Some(serials)) {
        refuse(table, key, &error);
        return None;
    }
    Some(serials)
}

/// The prefix that another key goes with. Without one that key is a warning.
fn prefix_of(table: &Table<'_>, key: &str) -> Option<String> {
    if !table.has("gs1_prefix") {
        table.warn(key, format!("{key} has no effect without gs1_prefix"), "write gs1_prefix, or remove it");
    }
    table.look("gs1_prefix")
}

/// It stays where it is wrong, so that what depends on it is looked at, too.
pub(super) fn country(table: &Table<'_>, key: &'static str, country: String) -> Option<String> {
    let country = text(2..=2)(table, key, country)?;
    if !is_country(&country) {
        let meant = country_meant(&country).map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        let todo = format!("{meant}write two capital letters of ISO 3166, such as US");
        table.error(key, format!("country {country:?} is not a country"), todo);
    }
    Some(country)
}

pub(super) fn region(table: &Table<'_>, key: &'static str, region: String) -> Option<String> {
    let region = text(0..=60)(table, key, region)?;
    if region.trim().is_empty() && table.look::<String>("country").as_deref() == Some("US") {
        table.error(key, "region is empty", "write the state, such as CA");
    }
    Some(region)
}

/// It stays where it is wrong, so that what depends on it is looked at, too.
pub(super) fn postcode(table: &Table<'_>, key: &'static str, postcode: String) -> Option<String> {
    let postcode = text(1..=12)(table, key, postcode)?;
    let country = table.look::<String>("country").unwrap_or_default();
    if country == "US" && !(postcode.len() == 5 && postcode.bytes().all(|byte| byte.is_ascii_digit())) {
        table.error(key, format!("postcode {postcode:?} is not a ZIP code"), "write its five digits");
    } else if let Some(expected) = place::wrong(&country, &postcode) {
        table.error(key, format!("postcode {postcode:?} is none of {country}"), format!("write {expected}"));
    }
    Some(postcode)
}
