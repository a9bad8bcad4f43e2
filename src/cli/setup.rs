//! `parceld setup`: a first `station.toml` for this bench.
//!
//! It looks at what is plugged in, asks what nobody can see, and writes the shipped file with these keys changed. What it
//! writes passes `parceld check`, or it writes nothing. A configuration that is there stays there unless `--force` is said.

use std::fmt::Display;
use std::io::{BufRead, IsTerminal, Write};
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

use clap::Args;
use parceld::config::template::ConfigTemplate;
use parceld::config::{Config as Station, Severity, carriers};
use parceld::devices::discover::{DeviceChoice, Discovered, discover};
use parceld::ids::CarrierId;

use super::{CONFIG, CommandResult, ConfigArg, Failure, UNAVAILABLE, USAGE, print};

/// Where the kernel tells of its devices.
const SYS: &str = "/sys";
/// Whose group may read the configuration: it names the file with the hub's token.
const GROUP: &str = "parceld";
/// The display of the computer itself, where it has one.
const DISPLAY: &str = "/dev/fb0";
/// What the udev rules call the devices that they know.
const UNSEEN: (&str, &str, &str) = ("/dev/parceld/scanner", "/dev/parceld/scale", "/dev/parceld/printer");

#[derive(Debug, Args)]
pub(super) struct SetupCommand {
    #[command(flatten)]
    config: ConfigArg,
    /// Write over a configuration that is there
    #[arg(long)]
    force: bool,
    /// Ask nothing: what is not said here is as it would be proposed
    #[arg(long)]
    yes: bool,
    /// Name of the station, unique in the warehouse: 1 to 32 of A-Z a-z 0-9 . _ -
    #[arg(long)]
    id: Option<String>,
    /// Name of the building, the same characters
    #[arg(long)]
    warehouse: Option<String>,
    /// IANA name, such as America/Los_Angeles; the system's without
    #[arg(long)]
    timezone: Option<String>,
    /// Sender: name
    #[arg(long)]
    name: Option<String>,
    /// Sender: street and number
    #[arg(long)]
    line1: Option<String>,
    /// Sender: city
    #[arg(long)]
    city: Option<String>,
    /// Sender: state or province as carriers write it
    #[arg(long)]
    region: Option<String>,
    /// Sender: postcode, the origin of every zone
    #[arg(long)]
    postcode: Option<String>,
    /// Sender: two capital letters
    #[arg(long)]
    country: Option<String>,
    /// Carriers, folders of the rate cards: usps,ontrac
    #[arg(long, value_delimiter = ',')]
    carriers: Vec<String>,
    /// The scanner, as `[[scanner]] device` has it
    #[arg(long, value_name = "DEVICE")]
    scanner: Option<String>,
    /// The scale, as `[scale] device` has it
    #[arg(long, value_name = "DEVICE")]
    scale: Option<String>,
    /// What the scale speaks; hid, or mt-sics on a serial line, without
    #[arg(long, value_name = "PROTOCOL")]
    scale_protocol: Option<String>,
    /// The label printer, as `[[printer]] device` has it
    #[arg(long, value_name = "DEVICE")]
    printer: Option<String>,
    /// zpl, tspl or escpos; what the printer says, or zpl, without
    #[arg(long, value_name = "LANGUAGE")]
    printer_language: Option<String>,
    /// Folder of the rate cards; labels and languages are beside it
    #[arg(long, value_name = "DIR", default_value = "/etc/parceld/carriers")]
    carriers_dir: PathBuf,
    /// Folder of the station's memory
    #[arg(long, value_name = "DIR", default_value = "/var/lib/parceld")]
    data_dir: PathBuf,
}

impl SetupCommand {
    pub(super) fn run(self) -> CommandResult {
        let file = &self.config.config;
        if file.exists() && !self.force {
            let todo = "edit it, or write over it with --force";
            return Err(Failure::say(USAGE, format!("{} is there already; {todo}", file.display())));
        }
        let mut people = People { silent: self.yes };
        let mut template = ConfigTemplate::default();
        let country = self.place(&mut people, &mut template)?;
        self.choose_carriers(&mut people, &mut template, &country)?;
        self.find_devices(&mut people, &mut template)?;
        template.set("station", "data_dir", &self.data_dir.display().to_string());
        template.leave_out_table("uplink");
        write(file, &template.text())?;
        print(format_args!("{} is written; without [uplink], everything waits in the outbox", file.display()));
        print("next: parceld doctor, then systemctl start parceld; where numbers start: parceld pool start");
        Ok(())
    }

    /// Who and where the station is. The country it sends from.
    fn place(&self, people: &mut People, template: &mut ConfigTemplate) -> Result<String, Failure> {
        let (host, zone) = (host_name(), jiff::tz::TimeZone::system());
        let id = people.ask("name of this station", self.id.as_ref(), &host)?;
        template.set("station", "id", &id);
        let warehouse = people.ask("name of the building", self.warehouse.as_ref(), "WH-1")?;
        template.set("station", "warehouse", &warehouse);
        let zone = people.ask("time zone", self.timezone.as_ref(), zone.iana_name().unwrap_or("UTC"))?;
        template.set("station", "timezone", &zone);
        let sender = [
            ("name", "sender: name", &self.name),
            ("line1", "sender: street and number", &self.line1),
            ("city", "sender: city", &self.city),
            ("region", "sender: state or province", &self.region),
            ("postcode", "sender: postcode", &self.postcode),
            ("country", "sender: country, two capital letters", &self.country),
        ];
        let (mut country, mut invented) = (String::new(), false);
        for (key, question, said) in sender {
            let example = template.text_of("station.ship_from", key).unwrap_or_default().to_owned();
            let answer = people.ask(question, said.as_ref(), &example)?;
            invented |= key == "line1" && answer == example;
            template.set("station.ship_from", key, &answer);
            country = answer;
        }
        if invented {
            template.set_true("packing", "specimen");
            print("the sender is the example's: labels say SPECIMEN until [packing] specimen is taken out");
        }
        Ok(country)
    }

    /// Those that collect in this country, unless somebody says others.
    fn choose_carriers(&self, people: &mut People, template: &mut ConfigTemplate, country: &str) -> CommandResult {
        template.set("rates", "carriers_dir", &self.carriers_dir.display().to_string());
        let cards = carriers::load(&self.carriers_dir, &[])?;
        let collects = |carrier: &CarrierId| {
            cards.services().iter().any(|service| service.id.carrier() == carrier && service.collects_in(country))
        };
        let here: Vec<&str> =
            cards.carriers().iter().map(|c| &c.id).filter(|id| collects(id)).map(CarrierId::as_str).collect();
        let said = (!self.carriers.is_empty()).then(|| self.carriers.join(","));
        let chosen = people.ask("carriers", said.as_ref(), &here.join(","))?;
        let chosen =
            chosen.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect::<Vec<_>>();
        if !chosen.is_empty() {
            template.set_list("rates", "carriers", &chosen);
        }
        Ok(())
    }

    /// What is plugged in; a device that is not seen, or of which there are two, is asked for.
    fn find_devices(&self, people: &mut People, template: &mut ConfigTemplate) -> CommandResult {
        let Discovered { scanner, scale, printer, printer_language } = discover(Path::new(SYS));
        let found = people.device("scanner", self.scanner.as_ref(), scanner, UNSEEN.0)?;
        template.set("scanner", "device", &found.device);
        if !found.on_a_line {
            template.leave_out("scanner", "baud");
        }
        let found = people.device("scale", self.scale.as_ref(), scale, UNSEEN.1)?;
        template.set("scale", "device", &found.device);
        let usual = if found.on_a_line { "mt-sics" } else { "hid" };
        let protocol = self.scale_protocol.as_deref().unwrap_or(usual);
        template.set("scale", "protocol", protocol);
        if protocol == "hid" {
            template.leave_out("scale", "baud");
        }
        let found = people.device("label printer", self.printer.as_ref(), printer, UNSEEN.2)?;
        template.set("printer", "device", &found.device);
        let language = self.printer_language.as_deref().or(printer_language).unwrap_or("zpl");
        template.set("printer", "language", language);
        if Path::new(DISPLAY).exists() {
            template.set("panel", "kind", "framebuffer");
            print(format_args!("display: {DISPLAY}"));
        }
        Ok(())
    }
}

/// Who answers.
struct People {
    silent: bool,
}

impl People {
    /// What was said on the command line, or the answer to a question, or what is proposed.
    fn ask(&mut self, question: &str, said: Option<&String>, proposal: &str) -> Result<String, Failure> {
        if let Some(said) = said {
            return Ok(said.clone());
        }
        if self.silent {
            return Ok(proposal.to_owned());
        }
        let failed = |error: std::io::Error| Failure::new(UNAVAILABLE, error);
        let mut out = std::io::stdout();
        write!(out, "{question} [{proposal}]: ").and_then(|()| out.flush()).map_err(failed)?;
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer).map_err(failed)?;
        if read == 0 || !std::io::stdin().is_terminal() {
            print("");
        }
        // Nobody is there any more.
        self.silent = read == 0;
        let answer = answer.trim();
        Ok(if answer.is_empty() { proposal.to_owned() } else { answer.to_owned() })
    }

    fn device(
        &mut self,
        what: &str,
        said: Option<&String>,
        found: Option<DeviceChoice>,
        unseen: &str,
    ) -> Result<DeviceChoice, Failure> {
        if let (None, Some(found)) = (said, found) {
            print(format_args!("{what}: {} ({})", found.device, found.name));
            return Ok(found);
        }
        let device = self.ask(&format!("{what}, none is plugged in or several are; its device"), said, unseen)?;
        let on_a_line = is_line(&device);
        Ok(DeviceChoice { device, name: String::new(), on_a_line })
    }
}

/// Whether the name of a device is that of a serial line.
fn is_line(device: &str) -> bool {
    let others = ["hidpos:", "evdev:", "/dev/hidraw", "/dev/usb/", "tcp://", "auto"];
    !others.iter().any(|start| device.starts_with(start)) && device != UNSEEN.1 && device != UNSEEN.2
}

/// The machine's name in the characters that a station's name may have.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = name.trim().to_ascii_uppercase().chars().filter(|c| is_known(*c)).take(32).collect();
    if name.is_empty() { "ST01".to_owned() } else { name }
}

/// Writes aside, checks what it wrote, then renames: the file is whole and good, or it is as it was.
fn write(file: &Path, text: &str) -> CommandResult {
    let mut aside = file.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    let failed = |error: &dyn Display| Failure::say(UNAVAILABLE, format!("write {}: {error}", file.display()));
    let write = || -> std::io::Result<()> {
        let _ = std::fs::remove_file(&aside);
        let mut new = std::fs::File::options().write(true).create_new(true).mode(0o640).open(&aside)?;
        new.write_all(text.as_bytes())?;
        if let Ok(Some(group)) = nix::unistd::Group::from_name(GROUP)
            && nix::unistd::geteuid().is_root()
        {
            chown(&aside, None, Some(group.gid.as_raw()))?;
        }
        new.sync_all()
    };
    write().map_err(|error| failed(&error))?;
    let problems = Station::check_all(&aside);
    let is_bad = problems.iter().any(|problem| problem.severity == Severity::Error);
    for problem in problems {
        // It is named as it will be called.
        let named = if problem.file == aside { file.to_owned() } else { problem.file.clone() };
        print(parceld::config::Problem { file: named, ..problem });
    }
    if is_bad {
        let _ = std::fs::remove_file(&aside);
        return Err(Failure::say(CONFIG, "these answers do not make a station; nothing was written"));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::rename(&aside, file).and_then(|()| std::fs::File::open(folder)?.sync_all()).map_err(|error| failed(&error))
}
