//! Every key of `station.toml`: its name, its type, what it must be, and what holds when it is left out.
//!
//! To add one: declare it here, use the field where it counts, and explain it in `config/station.toml`. What is read, the
//! keys that are known, the help for a misspelt one, the defaults and what the file of explanations must hold follow from the
//! declaration. A check that needs more than one key of a table stands where the table is used.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use hal::framebuffer::Rotation;
use hal::gpio::GpioLine;
use hal::port::{Framing, Handshake};
use hal::scale::WireUnit;
use hal::{printer, scale, scanner};
use jiff::tz::TimeZone;

use super::declare::{DeclaredTable, Key, Presence, declare};
use super::device::{self, Asking, DevicePlace, PictureForm, Role};
use super::gpio::{self, GpioBackend, PanelKind};
use super::packing::{self, VerifyItems};
use super::rates::{self, PolicyName, Weekday};
use super::read::{as_written, file, folder, identifier, text, within};
use super::station::{self, MarkPlace};
use super::table::Table;
use super::{serial, uplink};
use crate::barcode::Symbology;
use crate::ids::{CarrierId, ServiceId, ServiceOrCarrier};
use crate::label::Draws;
use crate::rating::CountPeriod;
use crate::units::{Currency, Date, Decimal, Dims, Mass};

/// All tables, in the order of the file.
pub const TABLES: [&DeclaredTable; 18] = [
    &StationKeys::TABLE,
    &SenderKeys::TABLE,
    &ScannerKeys::TABLE,
    &ScaleKeys::TABLE,
    &PrinterKeys::TABLE,
    &PanelKeys::TABLE,
    &GpioKeys::TABLE,
    &RateKeys::TABLE,
    &ExpectedKeys::TABLE,
    &ExchangeKeys::TABLE,
    &CapKeys::TABLE,
    &ShareKeys::TABLE,
    &TrialKeys::TABLE,
    &CutOffKeys::TABLE,
    &PackingKeys::TABLE,
    &BoxKeys::TABLE,
    &UplinkKeys::TABLE,
    &WebKeys::TABLE,
];

/// The names of the tables inside the one at `path`; those at the top for an empty one.
pub(super) fn tables_in(path: &str) -> impl Iterator<Item = &'static str> {
    TABLES.iter().filter(move |table| table.parent() == path).map(|table| table.name())
}

declare! {
    /// Who and where this station is.
    "[station]" as StationKeys {
        /// Unique in the warehouse: 1 to 32 of `A-Z a-z 0-9 . _ -`.
        id: String, required, by identifier;
        /// The building, in the same characters.
        warehouse: String, required, by identifier;
        /// IANA name; the ship date is a date here.
        timezone: TimeZone, required, by station::timezone;
        /// Language of the packer's screen: `en`.
        language: String, required, by station::language;
        /// Database, label images, exports, control socket.
        data_dir: PathBuf, required, by station::data_dir;
        /// Folder of the database's mark; beside `data_dir` without.
        mark_dir: MarkPlace, optional, by station::mark_dir;
        /// Names, addresses and supplied labels go so many hours after their parcels' manifest is confirmed. The default is a
        /// weekend: a carrier may refuse on Monday what it took on Friday. What is kept longer than ninety days is an archive,
        /// and belongs elsewhere.
        keep_personal_hours: u32, default 72, by station::hours(1..=2_160);
        /// Words of each language, `<language>.ftl`; the folder `languages` beside the rate cards without.
        languages_dir: PathBuf, optional, by folder;
        /// Layouts of labels, `<name>.toml`; the folder `labels` beside the rate cards without.
        labels_dir: PathBuf, optional, by folder;
        /// The company prefix that GS1 gave, 7 to 10 digits.
        gs1_prefix: String, optional, by station::gs1_prefix;
        /// The first digit of each SSCC, 0 to 9; 0 without.
        gs1_extension: u8, optional, by station::gs1_extension;
        /// The first and the last serial of this station; all that the prefix leaves without.
        gs1_serials: (u64, u64), optional, by station::gs1_serials;
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
        /// State or province as carriers write it, 1 to 60 characters.
        region: String, required, by text(1..=60);
        /// The origin of every zone, 1 to 12 characters; in the US five digits.
        postcode: String, required, by station::postcode;
        /// Two capital letters (ISO 3166-1).
        country: String, required, by station::country;
        /// Up to 60 characters.
        phone: String, default "", by text(0..=60);
    }
}

declare! {
    /// A barcode scanner.
    "[[scanner]]" as ScannerKeys {
        /// What people call it, 1 to 32 characters; unique on the station.
        name: String, required, by text(1..=32);
        /// What it is, and where: `/dev/ttyACM0`, `evdev:/dev/input/event3`, `hidpos:usb:0c2e:0b61`.
        device: (scanner::ScannerProtocol, DevicePlace), required, by device::of_scanner;
        /// Bits per second of a serial line.
        baud: u32, optional, by serial::baud;
        /// Data bits, parity, stop bits of a serial line: `8N1`.
        framing: Framing, optional;
        /// Who may hold whom up on a serial line.
        handshake: Handshake, optional;
        /// What a serial scanner speaks.
        protocol: scanner::ScannerProtocol, optional;
        /// What ends a scan of a serial scanner.
        suffix: scanner::Ending, optional;
        /// How a serial scanner is told what became of its scan.
        feedback: scanner::Feedback, optional;
        /// The kinds of code it may read; every kind without.
        accept: Vec<Symbology>, default [];
        /// The longest code it may read, bytes.
        max_bytes: u32, default 512, by within(1..=512, "bytes");
        /// Whether what it sends is written down.
        record: bool, default false;
    }
}

declare! {
    /// The scale.
    "[scale]" as ScaleKeys {
        /// What it speaks.
        protocol: scale::ScaleProtocol, required;
        /// A serial line, or for `hid` a HID device: `/dev/hidraw0`, `usb:0922:8003`, `auto`.
        device: DevicePlace, required, by device::of_scale;
        /// Bits per second of a serial line.
        baud: u32, optional, by serial::baud;
        /// Data bits, parity, stop bits of a serial line: `7E1`.
        framing: Framing, optional;
        /// Who may hold whom up on a serial line.
        handshake: Handshake, optional;
        /// The unit on its display, where the wire has none.
        unit: WireUnit, optional;
        /// So many equal readings count as a pan at rest, where the wire does not say.
        equal_readings: u32, optional, by within(2..=50, "readings");
        /// Whether what passes is written down.
        record: bool, default false;
    }
}

declare! {
    /// A printer.
    "[[printer]]" as PrinterKeys {
        /// What people call it, 1 to 32 characters; unique on the station.
        name: String, required, by text(1..=32);
        /// What it prints.
        role: Role, required;
        /// What it speaks.
        language: printer::Language, required;
        /// Whether it is asked how it is.
        status: Asking, default "auto";
        /// `tcp://host:port`, a USB printer, or a serial line with `baud`.
        device: DevicePlace, required, by device::of_printer;
        /// Bits per second of a serial line.
        baud: u32, optional, by serial::baud;
        /// Data bits, parity, stop bits of a serial line: `8N1`.
        framing: Framing, optional;
        /// Who may hold whom up on a serial line.
        handshake: Handshake, optional;
        /// 203 or 300 dots per inch.
        dpi: u32, required, by device::dpi;
        /// Width of the label in millimetres: those of desktop printers.
        width_mm: u32, required, by within(50..=110, "mm");
        /// Height of the label in millimetres, 50 to 300; 0 is endless paper.
        height_mm: u32, required, by device::height;
        /// How much of a label it draws itself; without, what its language does well.
        draws: Draws, optional;
        /// How pictures are sent in ZPL.
        pictures: PictureForm, default "acs";
        /// Whether what passes is written down.
        record: bool, default false;
    }
}

declare! {
    /// The display of the computer itself.
    "[panel]" as PanelKeys {
        /// What drives it.
        kind: PanelKind, required, by gpio::panel_kind;
        /// Its node.
        device: String, default "/dev/fb0", by gpio::panel_node;
        /// How far it is turned clockwise, degrees.
        rotate: Rotation, default 0, by gpio::turn;
    }
}

declare! {
    /// Lamps, tone and button on lines of the computer.
    #[derive(Default, PartialEq, Eq)]
    "[gpio]" as GpioKeys {
        /// What drives them.
        backend: GpioBackend, required;
        /// The chip whose lines are meant: its name, its node or its label.
        chip: String, optional, by gpio::chip;
        /// Lamp: done.
        green: GpioLine, optional, by gpio::line;
        /// Lamp: a question.
        amber: GpioLine, optional, by gpio::line;
        /// Lamp: stop.
        red: GpioLine, optional, by gpio::line;
        /// Buzzer.
        tone: GpioLine, optional, by gpio::line;
        /// Button to ground.
        button: GpioLine, optional, by gpio::line;
        /// Lamps and buzzer are on when their line is low (relay boards).
        active_low: bool, default false;
    }
}

declare! {
    /// Rate cards, and the choice among them.
    "[rates]" as RateKeys {
        /// Folder of rate cards, one folder per carrier.
        carriers_dir: PathBuf, required, by folder;
        /// The carriers that are used; every one of the folder when there are none.
        carriers: Vec<CarrierId>, default [];
        /// What counts when several services carry a parcel.
        policy: PolicyName, default "cheapest";
        /// Services in their order, for the policy `preferred`.
        prefer: Vec<ServiceId>, optional;
        /// Services that are used when no other one carries the parcel.
        last_resort: Vec<ServiceId>, default [];
        /// Prices are compared in it (ISO 4217); in that of the first service that collects here without.
        currency: Currency, optional, by rates::currency;
    }
}

declare! {
    /// What going wrong costs, and what is believed of it before anything is known.
    "[rates.expected]" as ExpectedKeys {
        /// What a parcel that comes back costs beside sending it again, in the currency of `[rates]`.
        return_cost: String, required;
        /// What a late parcel costs, in the same currency.
        late_cost: String, required;
        /// Failures, percent; in parts per million.
        prior_failed: i64, required, by rates::percent;
        /// Late parcels, percent; in parts per million.
        prior_late: i64, required, by rates::percent;
        /// How many parcels that belief is worth.
        prior_parcels: u32, required;
    }
}

declare! {
    /// What money of another currency is worth.
    "[[rates.exchange]]" as ExchangeKeys {
        /// Of the card.
        from: Currency, required;
        /// Of the policy.
        to: Currency, required;
        /// One `from` in `to`, more than nothing.
        rate: Decimal, required, by rates::rate;
        /// The day it was written.
        date: Date, required;
    }
}

declare! {
    /// The most parcels that a carrier or a service gets.
    "[[rates.cap]]" as CapKeys {
        /// A service (`ontrac.ground`) or a carrier (`ontrac`).
        of: ServiceOrCarrier, required;
        /// So many, and no more.
        parcels: u64, required;
        /// In which time.
        per: CountPeriod, required;
    }
}

declare! {
    /// A part of the orders that goes with one service.
    "[[rates.share]]" as ShareKeys {
        /// The service.
        service: ServiceId, required;
        /// Of a hundred orders; all shares together are at most 100.
        percent: u32, required, by rates::hundredth;
    }
}

declare! {
    /// A new service that is tried.
    "[[rates.trial]]" as TrialKeys {
        /// The service.
        service: ServiceId, required;
        /// How many parcels in all each stage goes up to, ascending.
        stages: Vec<u64>, default [10, 50, 200, 500], by rates::stages;
        /// After the first stage, only this part of a hundred orders.
        percent: u32, default 100, by rates::hundredth;
        /// Failures of a good carrier, percent; in parts per million.
        good: i64, required, by rates::percent;
        /// Failures of a bad one, percent; in parts per million.
        bad: i64, required, by rates::percent;
        /// It stops when a bad carrier is so many times likelier than a good one.
        odds: u64, default 20;
    }
}

declare! {
    /// When a carrier's van leaves.
    "[[rates.cut_off]]" as CutOffKeys {
        /// The carrier.
        carrier: CarrierId, required;
        /// Hours and minutes in the warehouse's zone, `16:30`; as a minute of the day.
        time: u16, required, by rates::minute;
        /// Days without a van.
        closed: Vec<Weekday>, default [], by rates::closed;
    }
}

declare! {
    /// How parcels are packed and closed.
    "[packing]" as PackingKeys {
        /// A parcel closes when its printed label is scanned back, and on no proof of the printer alone.
        verify_scan: bool, default true;
        /// Whether what is packed is scanned.
        verify_items: VerifyItems, default "off", by packing::verify_items;
        /// A pan that shows less is empty: above the drift of a bench scale, below any parcel.
        empty_below: Mass, default "10g", by packing::up_to(Mass::from_grams(1_000));
        /// Labels say SPECIMEN and must not travel.
        specimen: bool, default false;
        /// Badges of those who may allow what the packer alone may not.
        supervisors: BTreeSet<String>, default [], by packing::badges;
        /// Rules of stickers; the shipped ones without.
        marks_file: PathBuf, optional, by file;
    }
}

declare! {
    /// A carton.
    "[[packing.box]]" as BoxKeys {
        /// What its barcode `BOX:<id>` and an order's `box` say: 1 to 32 of `A-Z a-z 0-9 . _ -`.
        id: String, required, by identifier;
        /// Outside.
        outer: Dims, required;
        /// Mass of the empty carton, at most 20 kg. Nothing uses it yet.
        tare: Mass, optional, by packing::tare;
    }
}

declare! {
    /// Where events go. Left out, everything waits in the outbox.
    "[uplink]" as UplinkKeys {
        /// Without a slash at the end; https, or http to loopback.
        url: String, required, by uplink::url;
        /// Holds the bearer token. Read again whenever the uplink connects.
        token_file: PathBuf, required, by uplink::token_file;
        /// A private certificate authority, in PEM.
        ca_file: PathBuf, optional, by uplink::ca_file;
    }
}

declare! {
    /// The page.
    "[web]" as WebKeys {
        /// Where it listens; a loopback address.
        listen: SocketAddr, default "127.0.0.1:8080", by uplink::listen;
    }
}
