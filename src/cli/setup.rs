//! `parceld setup`: a first `station.toml` for this bench, or the same again with other answers.
//!
//! It looks at what is plugged in, asks what nobody can see, and writes the shipped file with these keys changed; where a
//! configuration is there, that one, with what it says as proposals. Each answer is checked when it is given. What is written
//! passes `parceld check`. Then it says what parcels still lack, and what to type next.

use std::fmt::Display;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

use clap::Args;
use parceld::config::{Config, Problem, Severity, carriers};
use parceld::daemon::control::Call;
use parceld::daemon::{Setup, archive};
use parceld::devices::discover::{Discovered, discover};
use parceld::ids::CarrierId;
use parceld::rating::{Cards, Carrier, Invented, NumberPool};
use parceld::store::Store;

use super::interview::{KeyQuestion, SetupInterview, UNFINISHED, UNSEEN, beside, is_line};
use super::{CONFIG, CommandResult, ConfigArg, Failure, UNAVAILABLE, act, check, country, label, owner, print};

/// Where the kernel tells of its devices.
const SYS: &str = "/sys";
/// Whose group may read the configuration: it names the file with the hub's token.
const GROUP: &str = "parceld";
/// The display of the computer itself, where it has one.
const DISPLAY: &str = "/dev/fb0";
/// Where the package puts rate cards, and the station's memory.
const CARRIERS: &str = "/etc/parceld/carriers";
const DATA: &str = "/var/lib/parceld";
/// Cartons to begin with, where nobody measures in inches.
const CARTONS: [&str; 2] = ["20x15x10cm", "30x30x30cm"];
/// How the configuration before is called.
const BEFORE: &str = ".before";
/// A pool is begun later.
const LATER: &str = "later";

#[derive(Debug, Args)]
pub(super) struct SetupCommand {
    #[command(flatten)]
    config: ConfigArg,
    /// Begin from the shipped file, also where a configuration is there
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
    /// IANA name, such as America/Los_Angeles; one of the country's without
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
    /// Folder of the rate cards; labels and languages are beside it. /etc/parceld/carriers without
    #[arg(long, value_name = "DIR")]
    carriers_dir: Option<PathBuf>,
    /// Folder of the station's memory; /var/lib/parceld without
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl SetupCommand {
    pub(super) fn run(self) -> CommandResult {
        let file = &self.config.config;
        let mut interview = SetupInterview::begin(file, self.force, self.yes)?;
        self.folders(&mut interview)?;
        let country = self.place(&mut interview)?;
        let chosen = self.choose_carriers(&mut interview, &country)?;
        self.find_devices(&mut interview)?;
        if interview.is_first {
            interview.template.leave_out_table("uplink");
        }
        let begun = ask_pools(&mut interview, &chosen)?;
        write(file, &interview.template.text())?;
        print(format_args!("{} is written", file.display()));
        if interview.is_first {
            print("without [uplink], everything waits in the outbox");
        }
        self.finish(&mut interview, &begun)
    }

    /// A path counts from where the command is typed, not from where the file will be.
    fn folders(&self, interview: &mut SetupInterview) -> CommandResult {
        let keys = [
            ("rates", "carriers_dir", "--carriers-dir", &self.carriers_dir, CARRIERS),
            ("station", "data_dir", "--data-dir", &self.data_dir, DATA),
        ];
        for (table, key, flag, said, usual) in keys {
            let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let own = interview.own(table, key).map(|own| interview.folder().join(own));
            let path = said.as_deref().map(absolute).or(own).unwrap_or_else(|| PathBuf::from(usual));
            interview.put(table, key, flag, &path.display().to_string())?;
        }
        Ok(())
    }

    /// Who and where the station is. The country it sends from, which comes first: the others depend on it.
    fn place(&self, interview: &mut SetupInterview) -> Result<String, Failure> {
        const SENDER: &str = "station.ship_from";
        let example = |interview: &SetupInterview, key| interview.template.text_of(SENDER, key).map(str::to_owned);
        let shown = example(interview, "country");
        let usual = if interview.is_first && !self.yes { country::of_language() } else { None };
        let country =
            KeyQuestion { table: SENDER, key: "country", flag: "--country", text: "country, two capital letters" };
        let country = interview.ask(&country, self.country.as_ref(), usual.or(shown.clone()))?;
        // An address of another country is no example for this one.
        let stays = shown.as_ref() == Some(&country);
        if interview.is_first && !country::uses_inches(&country) {
            interview.template.set_each("packing.box", "outer", &CARTONS);
        }
        let zone = interview.own("station", "timezone").filter(|_| stays);
        let id = interview.own("station", "id").unwrap_or_else(host_name);
        let warehouse = interview.own("station", "warehouse").unwrap_or_else(|| format!("{country}-WH-1"));
        let zone = zone.unwrap_or_else(|| country::time_zone(&country));
        for (key, flag, text, said, proposal) in [
            ("id", "--id", "name of this station", &self.id, id),
            ("warehouse", "--warehouse", "name of the building", &self.warehouse, warehouse),
            ("timezone", "--timezone", "time zone", &self.timezone, zone),
        ] {
            interview.ask(&KeyQuestion { table: "station", key, flag, text }, said.as_ref(), Some(proposal))?;
        }
        let mut invented = false;
        for (key, flag, text, said) in [
            ("name", "--name", "sender: name", &self.name),
            ("line1", "--line1", "sender: street and number", &self.line1),
            ("city", "--city", "sender: city", &self.city),
            ("region", "--region", "sender: state or province, may be empty outside of the US", &self.region),
            ("postcode", "--postcode", "sender: postcode", &self.postcode),
        ] {
            let proposal = example(interview, key).filter(|_| stays || matches!(key, "name" | "line1"));
            let proposal = proposal.or_else(|| (key == "region").then(String::new));
            let answer =
                interview.ask(&KeyQuestion { table: SENDER, key, flag, text }, said.as_ref(), proposal.clone())?;
            invented |= interview.is_first && key == "line1" && Some(answer) == proposal;
        }
        if invented {
            interview.template.set_true("packing", "specimen");
            print("the sender is the example's: labels say SPECIMEN until [packing] specimen is taken out");
        }
        Ok(country)
    }

    /// Those that collect in this country and exist, unless somebody says others.
    fn choose_carriers(&self, interview: &mut SetupInterview, country: &str) -> Result<Vec<Carrier>, Failure> {
        let dir = interview.own_path("rates", "carriers_dir");
        let cards = carriers::load(&dir, &[])?;
        let collects = |carrier: &&Carrier| {
            let of = |id: &CarrierId| cards.services().iter().any(|s| s.id.carrier() == id && s.collects_in(country));
            of(&carrier.id) && !carrier.invented.contains(&Invented::Carrier)
        };
        let here = cards.carriers().iter().filter(collects).map(|carrier| carrier.id.as_str());
        let own = interview.template.list_of("rates", "carriers").filter(|own| !interview.is_first && !own.is_empty());
        let proposal = own.map_or_else(|| here.collect::<Vec<_>>().join(","), |own| own.join(","));
        if proposal.is_empty() {
            print(format_args!(
                "no carrier of {} collects in {country}; write a card for one that does",
                dir.display()
            ));
        }
        let mut said = (!self.carriers.is_empty()).then(|| self.carriers.join(","));
        loop {
            let was_said = said.is_some();
            let answer = match said.take() {
                Some(said) => said,
                None => interview.asker.ask("carriers", Some(&proposal))?.unwrap_or_default(),
            };
            let names: Vec<String> =
                answer.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
            match unknown_carrier(&cards, &names) {
                None => {
                    if !names.is_empty() {
                        interview.template.set_list("rates", "carriers", &names);
                    }
                    let used =
                        |carrier: &&Carrier| names.is_empty() || names.iter().any(|name| carrier.id == name.as_str());
                    return Ok(cards.carriers().iter().filter(used).cloned().collect());
                }
                Some(why) if interview.asker.may_ask_again() && !was_said => print(why),
                Some(why) => return Err(Failure::say(CONFIG, format!("--carriers: {why}"))),
            }
        }
    }

    /// What is plugged in; a device that is not seen, or of which there are two, is asked for.
    fn find_devices(&self, interview: &mut SetupInterview) -> CommandResult {
        let Discovered { scanner, scale, printer, printer_language } = discover(Path::new(SYS));
        let ask = KeyQuestion { table: "scanner", key: "device", flag: "--scanner", text: "scanner" };
        let found = interview.device(&ask, self.scanner.as_ref(), scanner, UNSEEN.0)?;
        if !found.on_a_line {
            interview.template.leave_out("scanner", "baud");
        }
        // What a device must be follows from what it speaks, so that is written first.
        let own = self.scale_protocol.clone().or_else(|| interview.own("scale", "protocol"));
        let protocol = |on_a_line| own.clone().unwrap_or_else(|| if on_a_line { "mt-sics" } else { "hid" }.to_owned());
        let seen = self.scale.as_deref().map(is_line).or(scale.as_ref().map(|scale| scale.on_a_line));
        interview.put("scale", "protocol", "--scale-protocol", &protocol(seen.unwrap_or(false)))?;
        let ask = KeyQuestion { table: "scale", key: "device", flag: "--scale", text: "scale" };
        let found = interview.device(&ask, self.scale.as_ref(), scale, UNSEEN.1)?;
        interview.put("scale", "protocol", "--scale-protocol", &protocol(found.on_a_line))?;
        if protocol(found.on_a_line) == "hid" {
            interview.template.leave_out("scale", "baud");
        }
        let ask = KeyQuestion { table: "printer", key: "device", flag: "--printer", text: "label printer" };
        interview.device(&ask, self.printer.as_ref(), printer, UNSEEN.2)?;
        let own = interview.own("printer", "language");
        let language = self.printer_language.as_deref().or(own.as_deref()).or(printer_language).unwrap_or("zpl");
        interview.put("printer", "language", "--printer-language", language)?;
        if interview.is_first && Path::new(DISPLAY).exists() {
            interview.template.set("panel", "kind", "framebuffer");
            print(format_args!("display: {DISPLAY}"));
        }
        Ok(())
    }

    /// Begins the pools, prints a test label where somebody wants one, and says what is left to do.
    fn finish(&self, interview: &mut SetupInterview, begun: &[Call]) -> CommandResult {
        let file = &self.config.config;
        let (setup, _) = Setup::load(file)?;
        for call in begun {
            match act::act(&setup, call) {
                Ok(done) => print(done["said"].as_str().unwrap_or_default()),
                Err(failure) => print(format_args!("{:#}", failure.error)),
            }
        }
        if interview.asker.agrees("print a test label, which says SPECIMEN")?
            && let Err(failure) = label::test(&setup)
        {
            print(format_args!("{:#}", failure.error));
        }
        check::lacking(&setup)?.iter().for_each(print);
        let named = if *file == Path::new(super::DEFAULT_CONFIG) {
            String::new()
        } else {
            format!(" --config {}", file.display())
        };
        print(format_args!(
            "next: `parceld doctor{named}` asks each device, `parceld label test{named}` prints a label; then {}",
            if named.is_empty() {
                "`sudo systemctl restart parceld`".to_owned()
            } else {
                format!("`parceld run{named}`")
            }
        ));
        Ok(())
    }
}

/// From where the pools of these carriers start that nobody has begun, where somebody says so.
fn ask_pools(interview: &mut SetupInterview, carriers: &[Carrier]) -> Result<Vec<Call>, Failure> {
    let station = interview.template.text_of("station", "id").unwrap_or_default().to_owned();
    let begun = begun(&interview.own_path("station", "data_dir"));
    let is_begun =
        |carrier: &Carrier, pool: &NumberPool| begun.contains(&(carrier.id.to_string(), pool.id.to_string()));
    let mut calls = Vec::new();
    for carrier in carriers.iter().filter(|carrier| carrier.number.is_some()) {
        let pool = carrier.pools.iter().find(|pool| pool.station == station && !is_begun(carrier, pool));
        let Some(pool) = pool else { continue };
        let NumberPool { id, from, to, .. } = pool;
        let text = format!(
            "pool {id} of {} gives {from} to {to}: the first that no parcel ever had, such as {from}",
            carrier.id
        );
        loop {
            let answer = interview.asker.ask(&text, Some(LATER))?.unwrap_or_default();
            match answer.parse::<u64>() {
                Ok(next) if (*from..=*to).contains(&next) => {
                    calls.push(Call::StartPool { carrier: carrier.id.clone(), pool: id.clone(), next });
                    break;
                }
                _ if answer == LATER => break,
                _ if interview.asker.may_ask_again() => print(format_args!("write {from} to {to}, or {LATER}")),
                _ => {
                    return Err(Failure::say(
                        CONFIG,
                        format!("{answer:?} is no number of {id}: write {from} to {to}, or {LATER}"),
                    ));
                }
            }
        }
    }
    Ok(calls)
}

/// Pools that were begun on the database, where there is one that may be looked into.
fn begun(data_dir: &Path) -> Vec<(String, String)> {
    if !data_dir.is_dir() {
        return Vec::new();
    }
    let looked = owner::as_owner(data_dir, || {
        let station = archive::load(&Store::read(data_dir)?)?;
        let known = station.pools().chain(station.suspended());
        Ok(known.map(|(carrier, pool, _)| (carrier.to_string(), pool.to_string())).collect())
    });
    looked.unwrap_or_default()
}

/// Why one of these is no carrier of the folder.
fn unknown_carrier(cards: &Cards, names: &[String]) -> Option<String> {
    let unknown = names.iter().find(|name| cards.carrier_called(name).is_none())?;
    let known: Vec<&str> = cards.carriers().iter().map(|carrier| carrier.id.as_str()).collect();
    Some(format!("no carrier {unknown:?}; write some of {}", known.join(",")))
}

/// The machine's name in the characters that a station's name may have.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = name.trim().to_ascii_uppercase().chars().filter(|c| is_known(*c)).take(32).collect();
    if name.is_empty() { "ST01".to_owned() } else { name }
}

/// Writes aside, checks what it wrote, then renames: the file is whole and good, or it is as it was. What was there before
/// stays beside it; so do answers that do not make a station, to be proposed again.
fn write(file: &Path, text: &str) -> CommandResult {
    let (aside, unfinished) = (beside(file, ".new"), beside(file, UNFINISHED));
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
    let problems = Config::check_all(&aside);
    let is_bad = problems.iter().any(|problem| problem.severity == Severity::Error);
    for problem in problems {
        // It is named as it will be called.
        let named = if problem.file == aside { file.to_owned() } else { problem.file.clone() };
        print(Problem { file: named, ..problem });
    }
    if is_bad {
        let _ = std::fs::rename(&aside, &unfinished);
        let todo = "mend what is named, and say `parceld setup` again: it proposes them";
        let text = format!("these answers do not make a station; they are kept in {}; {todo}", unfinished.display());
        return Err(Failure::say(CONFIG, text));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let put = || -> std::io::Result<()> {
        if file.exists() {
            std::fs::rename(file, beside(file, BEFORE))?;
        }
        std::fs::rename(&aside, file)?;
        let _ = std::fs::remove_file(&unfinished);
        std::fs::File::open(folder)?.sync_all()
    };
    put().map_err(|error| failed(&error))
}
