//! Commands.

mod act;
mod backup;
mod badge;
mod check;
mod country;
mod drawn;
mod file;
mod import;
mod import_report;
mod interview;
mod items;
mod label;
pub(crate) mod log;
mod number;
mod owner;
mod paper;
mod pool;
mod printer;
mod quota;
mod quote;
mod rates;
mod run;
mod sent;
mod setup;
mod show;
mod stopped;
mod subject;
mod tracking;
mod workbook;

use std::fmt::{self, Display};
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use parceld::daemon::lists::LISTED;
use parceld::ids::CarrierId;
use parceld::units::Date;

/// The command line was wrong (sysexits.h).
pub(crate) const USAGE: u8 = 64;
/// A device or service is unavailable.
const UNAVAILABLE: u8 = 69;
/// A bug, or a promise broken.
const SOFTWARE: u8 = 70;
/// Try again.
const AGAIN: u8 = 75;
/// The configuration is wrong; systemd does not start it again.
const CONFIG: u8 = 78;

/// A packing station: scan, weigh, choose the carrier, print, remember, upload.
#[derive(Debug, Parser)]
#[command(name = "parceld", version, about)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: CliCommand,
}

/// Where the package's service has its configuration.
const DEFAULT_CONFIG: &str = "/etc/parceld/station.toml";

#[derive(Debug, ClapArgs)]
struct ConfigArg {
    /// The station's configuration
    #[arg(long, env = "PARCELD_CONFIG", value_name = "FILE", default_value = DEFAULT_CONFIG)]
    config: PathBuf,
}

#[derive(Debug, ClapArgs)]
struct ShownArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// How much of a list is shown.
#[derive(Debug, ClapArgs)]
struct NewestArgs {
    #[command(flatten)]
    shown: ShownArgs,
    /// So many at most, the newest first
    #[arg(long, value_name = "N", default_value_t = LISTED, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

/// Which entries of a list are shown.
#[derive(Debug, ClapArgs)]
struct ListArgs {
    #[command(flatten)]
    newest: NewestArgs,
    /// Those whose number begins so: of the order, its tracking number, or another reference
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Parcels begun, or orders that came or changed, on this day of the warehouse
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
    /// Those in this state
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// A whole station with virtual devices and sample orders
    Demo(run::Demo),
    /// The service
    Run(ConfigArg),
    /// Write a first configuration, or the same again with other answers: what is plugged in, and what you answer
    Setup(Box<setup::SetupCommand>),
    /// Validate configuration, rate cards and languages, and list what keeps parcels here though they are good
    Check {
        #[command(flatten)]
        config: ConfigArg,
        /// Say instead what another set of rate cards changes for the parcels of the station
        #[arg(long, num_args = 2, value_names = ["OLD", "NEW"])]
        diff: Option<Vec<PathBuf>>,
    },
    /// Open each device and say what answers, and what is plugged in beside them; look through the database
    Doctor {
        #[command(flatten)]
        config: ConfigArg,
        /// Then go on and say what every device does, until Ctrl-C
        #[arg(long)]
        watch: bool,
    },
    /// What every service would charge for a parcel, or why it would not carry it
    Quote(Box<quote::QuoteCommand>),
    /// Orders
    #[command(subcommand, after_long_help = import::fields_help())]
    Orders(OrdersCommand),
    /// The item master: what order lines do not say of their items
    #[command(subcommand, after_long_help = items::fields_help())]
    Items(items::ItemsCommand),
    /// Parcels
    #[command(subcommand)]
    Parcels(ParcelsCommand),
    /// Manifests
    #[command(subcommand)]
    Manifest(ManifestCommand),
    /// Bags
    #[command(subcommand)]
    Bag(paper::BagCommand),
    /// Tracking numbers, as the seller's system takes them back
    #[command(subcommand)]
    Tracking(tracking::TrackingCommand),
    /// What was done on a day: parcels by operator and carrier
    Shift(paper::ShiftCommand),
    /// The sheet of command barcodes: what is scanned to tell the station something
    Sheet(paper::SheetCommand),
    /// A new badge for a supervisor, which nobody can guess
    Badge(badge::BadgeCommand),
    /// Events that wait for the uplink
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// What became of parcels
    #[command(subcommand)]
    Outcomes(OutcomesCommand),
    /// Rate cards
    #[command(subcommand)]
    Rates(RatesCommand),
    /// Labels
    #[command(subcommand)]
    Label(label::LabelCommand),
    /// Whose tracking number it may be, and whether its check digit is right
    Number(number::Number),
    /// Pools of tracking numbers
    #[command(subcommand)]
    Pool(pool::PoolCommand),
    /// A copy of the station's database, made while it runs
    Backup(backup::BackupCommand),
    /// Put a backup into the place of the database; what lies there is kept beside
    Restore(backup::RestoreCommand),
    /// What is held about the buyer of an order
    #[command(subcommand)]
    Subject(subject::SubjectCommand),
    /// The virtual printer by itself
    Printer(printer::PrinterCommand),
}

#[derive(Debug, Subcommand)]
enum OrdersCommand {
    /// Read order files (parceld.order/1, or as other systems export them) and the label files they name
    #[command(after_long_help = import::fields_help())]
    Import {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        config: ConfigArg,
        /// Whose file it is, where its header does not say: a file of formats_dir, or parceld.order/1
        #[arg(long, value_name = "NAME")]
        format: Option<String>,
        /// Shop of the orders that name none; without, the folder of their file
        #[arg(long, value_name = "NAME")]
        shop: Option<String>,
        /// Take these as the last word, also where an order is cancelled or the same was said before
        #[arg(long)]
        newest: bool,
        /// Say what would become of each order, and take nothing in
        #[arg(long)]
        dry_run: bool,
        /// JSON instead of lines, one object a file
        #[arg(long)]
        json: bool,
        /// The folder that the station found the file in: its labels lie there, and only that station takes its orders
        #[arg(long, value_name = "FOLDER", hide = true)]
        dropped_in: Option<PathBuf>,
    },
    /// Take a workbook apart that comes in, and nothing else
    #[command(hide = true)]
    Unpack,
    /// Read a file of orders that comes in, for the running station
    #[command(hide = true)]
    Take(sent::SentFile),
    /// The newest orders and what became of each
    List {
        #[command(flatten)]
        list: ListArgs,
        /// Those that are due first, of the newest 10,000, instead of the newest
        #[arg(long)]
        due: bool,
    },
    /// One order
    Show {
        /// Its order_ref, or SHOP/order_ref
        order: String,
        /// The shop, where its number alone means several orders
        #[arg(long, value_name = "NAME")]
        shop: Option<String>,
        #[command(flatten)]
        shown: ShownArgs,
    },
}

#[derive(Debug, Subcommand)]
enum ParcelsCommand {
    /// The newest parcels, and what was done today
    List(ListArgs),
    /// One parcel: weight, prints, decision, history
    Show {
        /// Its number, or its tracking number
        parcel: String,
        #[command(flatten)]
        shown: ShownArgs,
    },
}

#[derive(Debug, Subcommand)]
enum ManifestCommand {
    /// The newest manifests
    List(NewestArgs),
    /// Close the manifest of a carrier
    Close {
        /// The carrier
        carrier: CarrierId,
        #[command(flatten)]
        shown: ShownArgs,
    },
    /// One manifest as it was closed
    Show {
        /// Its identifier
        manifest: String,
        #[command(flatten)]
        shown: ShownArgs,
    },
    /// One manifest as a file
    Export {
        /// Its identifier
        manifest: String,
        #[command(flatten)]
        files: paper::ManifestFiles,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// The slip that the driver signs, once more
    Print {
        /// Its identifier
        manifest: String,
        #[command(flatten)]
        config: ConfigArg,
    },
}

#[derive(Debug, Subcommand)]
enum OutboxCommand {
    /// What waits, and the newest events
    List(NewestArgs),
    /// Try the uplink now
    Retry(ShownArgs),
    /// Every event, one a line
    Export {
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        config: ConfigArg,
    },
}

#[derive(Debug, Subcommand)]
enum RatesCommand {
    /// Put the cards as they are in the folder now in force; wrong ones change nothing
    Reload(ConfigArg),
    /// Price the station's history again, under other cards or another policy
    Replay(rates::Replay),
}

#[derive(Debug, Subcommand)]
enum OutcomesCommand {
    /// Learn from CSV files with the columns tracking, status, date and, if wanted, service
    Import {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        config: ConfigArg,
    },
}

/// A command that failed: what to tell the shell, and what to tell a person.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    pub(crate) error: anyhow::Error,
}

impl Failure {
    fn new(code: u8, error: impl Into<anyhow::Error>) -> Self {
        Self { code, error: error.into() }
    }

    fn say(code: u8, text: impl Display) -> Self {
        Self { code, error: anyhow::anyhow!("{text}") }
    }
}

/// What went wrong and why, each thing once: many errors say their cause themselves.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.error.to_string();
        for cause in self.error.chain().skip(1).map(ToString::to_string) {
            if !said.contains(&cause) {
                said = format!("{said}: {cause}");
            }
        }
        f.write_str(&said)
    }
}

impl From<parceld::store::StoreError> for Failure {
    fn from(error: parceld::store::StoreError) -> Self {
        use parceld::store::StoreError as E;
        let code = match error {
            E::Locked(_) | E::Full => AGAIN,
            E::Missing(_) | E::Older { .. } | E::File { .. } | E::NotOurs { .. } | E::Database(_) | E::Pragma(_) => {
                UNAVAILABLE
            }
            E::Underway(_) | E::Damaged(_) | E::Keys { .. } | E::Closed { .. } => UNAVAILABLE,
            E::KeysGood(_) => USAGE,
            E::Newer { .. } => CONFIG,
            E::Fact { .. } | E::Snapshot(_) | E::Event(_) | E::Random(_) | E::Seal => SOFTWARE,
        };
        Self::new(code, error)
    }
}

impl From<parceld::config::Problems> for Failure {
    fn from(problems: parceld::config::Problems) -> Self {
        Self::new(CONFIG, problems)
    }
}

impl From<parceld::daemon::SetupError> for Failure {
    fn from(error: parceld::daemon::SetupError) -> Self {
        use parceld::daemon::SetupError as E;
        match error {
            E::Config(problems) => problems.into(),
            E::Store(error) => error.into(),
            E::Listen { .. } | E::Control { .. } => Self::new(UNAVAILABLE, error),
            E::File { .. } => Self::new(CONFIG, error),
        }
    }
}

type CommandResult = Result<(), Failure>;

/// Does what the arguments say.
pub(crate) fn run(args: Args) -> CommandResult {
    match args.command {
        CliCommand::Demo(demo) => demo.run(),
        CliCommand::Printer(printer) => printer.run(),
        CliCommand::Run(config) => stopped::shown(&config.config, || run::service(&config.config)),
        CliCommand::Setup(setup) => setup.run(),
        CliCommand::Check { config, diff } => match diff.as_deref() {
            Some([old, new]) => rates::diff(&config.config, old, new),
            _ => check::check(&config.config),
        },
        CliCommand::Rates(RatesCommand::Replay(replay)) => replay.run(),
        CliCommand::Rates(RatesCommand::Reload(config)) => act::reload_cards(&config.config),
        CliCommand::Doctor { config, watch } => run::doctor(&config.config, watch),
        CliCommand::Quote(quote) => quote.run(),
        CliCommand::Label(label) => label.run(),
        CliCommand::Number(number) => number.run(),
        CliCommand::Subject(subject) => subject.run(),
        CliCommand::Backup(backup) => backup.run(),
        CliCommand::Restore(restore) => restore.run(),
        CliCommand::Orders(OrdersCommand::Import {
            files,
            config,
            format,
            shop,
            newest,
            dry_run,
            json,
            dropped_in,
        }) => {
            let how = import::ImportOptions { format, shop, newest, dry_run, json, dropped_in };
            import::import(&files, &config.config, &how)
        }
        CliCommand::Orders(OrdersCommand::Unpack) => workbook::run(),
        CliCommand::Orders(OrdersCommand::Take(file)) => file.run(),
        CliCommand::Orders(OrdersCommand::List { list, due }) => show::orders(&list, due),
        CliCommand::Orders(OrdersCommand::Show { order, shop, shown }) => show::order(&order, shop.as_deref(), &shown),
        CliCommand::Items(items) => items.run(),
        CliCommand::Parcels(ParcelsCommand::List(list)) => show::parcels(&list),
        CliCommand::Parcels(ParcelsCommand::Show { parcel, shown }) => show::parcel(&parcel, &shown),
        CliCommand::Manifest(ManifestCommand::List(newest)) => show::manifests(&newest),
        CliCommand::Manifest(ManifestCommand::Show { manifest, shown }) => show::manifest(&manifest, &shown),
        CliCommand::Manifest(ManifestCommand::Export { manifest, files, config }) => {
            files.export(&manifest, &config.config)
        }
        CliCommand::Manifest(ManifestCommand::Print { manifest, config }) => {
            paper::print_manifest(manifest, &config.config)
        }
        CliCommand::Bag(bag) => bag.run(),
        CliCommand::Tracking(tracking) => tracking.run(),
        CliCommand::Shift(shift) => shift.run(),
        CliCommand::Sheet(sheet) => sheet.run(),
        CliCommand::Badge(badge) => badge.run(),
        CliCommand::Manifest(ManifestCommand::Close { carrier, shown }) => act::close_manifest(carrier, &shown),
        CliCommand::Outbox(OutboxCommand::List(newest)) => show::outbox(&newest),
        CliCommand::Outbox(OutboxCommand::Retry(shown)) => act::retry(&shown),
        CliCommand::Outbox(OutboxCommand::Export { out, config }) => show::export_outbox(&out, &config.config),
        CliCommand::Outcomes(OutcomesCommand::Import { files, config }) => act::learn(&files, &config.config),
        CliCommand::Pool(pool) => pool.run(),
    }
}

/// `1 file was refused`; `None` for none.
fn were_refused(count: u64, what: &str) -> Option<String> {
    let verb = if count == 1 { "was" } else { "were" };
    (count > 0).then(|| format!("{} {verb} refused", count_of(count, what)))
}

/// So many of something: `1 order`, `3 orders`.
fn count_of(count: impl Into<u64>, what: &str) -> String {
    match count.into() {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// Prints a line, or nothing when nobody reads any more (`parceld … | head`).
fn print(text: impl Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}
