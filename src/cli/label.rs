//! `parceld label`: how labels look, and whether the printer prints.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use parceld::daemon::{Setup, clock, labels, today};
use parceld::devices::paper;
use parceld::exchange::supplied::{LabelFormat, MAX_FILE_BYTES, Wanted};
use parceld::ids::{ServiceId, did_you_mean};
use parceld::label::Label;
use parceld::rating::{Carrier, ServiceCards, ServiceName};
use parceld::station::order::Address;
use parceld::store::Store;

use super::file::read_bounded;
use super::{CommandResult, ConfigArg, Failure, UNAVAILABLE, USAGE, print};

#[derive(Debug, Subcommand)]
pub(super) enum LabelCommand {
    /// Draw a service's label, or one from a file, as a picture, without printing it
    Preview(Box<Preview>),
    /// Print a label that says SPECIMEN on the label printer, to see that it prints
    Test(ConfigArg),
    /// Draw labels of a file that comes in, and nothing else
    #[command(hide = true)]
    Draw,
}

#[derive(Debug, Args)]
pub(super) struct Preview {
    /// The service: usps.ground_advantage
    #[arg(required_unless_present = "file")]
    service: Option<String>,
    /// Instead, a label made elsewhere: PDF, PNG or ZPL
    #[arg(long, conflicts_with_all = ["service", "order", "to"])]
    file: Option<PathBuf>,
    /// Its page; the one that shows the tracking number without
    #[arg(long, requires = "file")]
    page: Option<u32>,
    #[command(flatten)]
    config: ConfigArg,
    /// The picture to write
    #[arg(long, value_name = "FILE.png")]
    out: PathBuf,
    /// Write what the printer would be sent, too
    #[arg(long, value_name = "FILE")]
    job: Option<PathBuf>,
    /// Address it to an order's recipient, by its order_ref
    #[arg(long)]
    order: Option<String>,
    /// Address it to: name, line 1, line 2, city, region, postcode and country, between semicolons
    #[arg(long, conflicts_with = "order", value_name = "ADDRESS")]
    to: Option<String>,
    /// The tracking number; one made by the carrier's rule without
    #[arg(long)]
    tracking: Option<String>,
    /// Which print of the label
    #[arg(long, default_value_t = 1)]
    attempt: u32,
}

impl LabelCommand {
    pub(super) fn run(self) -> CommandResult {
        match self {
            Self::Preview(preview) => preview.run(),
            Self::Test(config) => {
                let (setup, _) = Setup::load(&config.config)?;
                test(&setup)
            }
            Self::Draw => super::drawn::run(),
        }
    }
}

impl Preview {
    fn run(self) -> CommandResult {
        let (setup, _) = &Setup::load(&self.config.config)?;
        if let Some(file) = &self.file {
            return self.supplied(setup, file);
        }
        let wanted = self.service.as_deref().unwrap_or_default();
        let id = ServiceId::from(wanted);
        let found = setup.cards.carrier(id.carrier()).and_then(|carrier| Some((carrier, carrier.service(&id)?)));
        let Some((carrier, service)) = found else {
            let known: Vec<&str> = setup.cards.services().iter().map(|service| service.id.as_str()).collect();
            let meant = did_you_mean(wanted, known.iter().copied());
            let text = format!("no service {wanted:?}; {meant}write one of {}", known.join(", "));
            return Err(Failure::say(USAGE, text));
        };
        let mut label = sample(setup, carrier, service);
        label.attempt = self.attempt;
        label.specimen = setup.rules.specimen;
        if let Some(tracking) = &self.tracking {
            label.tracking.clone_from(tracking);
        }
        if let Some(to) = self.recipient(setup)? {
            label.to = to;
        }
        let labels = &setup.rules.labels;
        let document = labels.document(carrier.layout(Some(&service.id)), &label);
        let document = document.map_err(|error| Failure::say(USAGE, format!("cannot draw the label: {error}")))?;
        write(&self.out, &labels.pixels(&document).png())?;
        if let Some(job) = &self.job {
            write(job, &labels.encode(&document))?;
        }
        let (width, height) = (document.width, document.height);
        print(format_args!("{}: {width} x {height} dots", self.out.display()));
        Ok(())
    }

    /// What would be printed of a label made elsewhere.
    fn supplied(&self, setup: &Setup, file: &std::path::Path) -> CommandResult {
        let shown = file.display();
        let refused = |why: String| Failure::say(USAGE, format!("{shown}: {why}"));
        let ending = file.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        let format: LabelFormat = ending.parse().map_err(|error| refused(format!("its name's ending {error}")))?;
        let bytes = read_bounded(file, MAX_FILE_BYTES)
            .map_err(|error| Failure::say(UNAVAILABLE, format!("{shown}: {error}")))?;
        let number = self.tracking.clone().unwrap_or_default();
        // Without a number there is nothing to find a page by.
        let page = self.page.or_else(|| number.is_empty().then_some(1));
        let wanted = [Wanted { number, page, dpi: None }];
        let printer = setup.rules.labels.printer;
        let drawn = super::drawn::draw(bytes, format, printer, &wanted, || ());
        let drawn = drawn.into_iter().next().unwrap_or_else(|| Err("nothing came of it".to_owned()));
        let label = drawn.map_err(refused)?;
        let label = labels::ready(label).ok_or_else(|| refused("it cannot be drawn".to_owned()))?;
        let (labels, specimen) = (&setup.rules.labels, setup.rules.specimen);
        let document = labels.supplied_document(&label, self.attempt, specimen);
        let document = document.map_err(|error| refused(error.to_string()))?;
        if let Some(to) = &self.job {
            let job = labels.supplied(&label, self.attempt, specimen).map_err(|error| refused(error.to_string()))?;
            write(to, &job)?;
        }
        let document = document.ok_or_else(|| {
            refused("its printer alone draws ZPL; --job FILE writes what would be sent to it".to_owned())
        })?;
        write(&self.out, &labels.pixels(&document).png())?;
        print(format_args!("{}: {} x {} dots", self.out.display(), document.width, document.height));
        Ok(())
    }

    fn recipient(&self, setup: &Setup) -> Result<Option<Address>, Failure> {
        if let Some(order_ref) = &self.order {
            let store = Store::read(&setup.config.station.data_dir)?;
            let known = store.known_order(&super::show::one_order(&store, order_ref, None)?)?;
            if known.as_ref().is_some_and(|known| known.key_gone) {
                let why = format!("the name and address of {order_ref} cannot be read any more; import it again");
                return Err(Failure::say(UNAVAILABLE, why));
            }
            let order = known.and_then(|known| parceld::exchange::order::parse(&known.body).ok());
            let missing = || Failure::say(UNAVAILABLE, format!("no order {order_ref:?}; import it first"));
            return Ok(Some(order.ok_or_else(missing)?.ship_to));
        }
        let Some(to) = &self.to else { return Ok(None) };
        let parts: Vec<String> = to.split(';').map(|part| part.trim().to_owned()).collect();
        let Ok([name, line1, line2, city, region, postcode, country]) = <[String; 7]>::try_from(parts) else {
            let text = "an address has seven parts; write \"name; line 1; line 2; city; region; postcode; US\"";
            return Err(Failure::say(USAGE, text));
        };
        let address = Address { name, line1, line2, city, region, postcode, country, ..Address::default() };
        Ok(Some(address))
    }
}

/// A label of a service as long as they come, with a number made by the carrier's rule.
fn sample(setup: &Setup, carrier: &Carrier, service: &ServiceName) -> Label {
    let mut label = Label::sample(setup.rules.ship_from.clone(), today(&setup.config.station.timezone, clock()));
    label.carrier.clone_from(&carrier.name);
    label.service.clone_from(&service.name);
    label.values.clone_from(&carrier.values);
    if let Some(number) = carrier.number.as_ref().and_then(|rule| rule.number(1).ok()) {
        label.tracking = number.to_string();
    }
    label
}

/// Prints a specimen of the first service that collects here, straight at the printer.
pub(super) fn test(setup: &Setup) -> CommandResult {
    let collects = |service: &&ServiceCards| service.collects_in(&setup.rules.ship_from.country);
    let services = setup.cards.services();
    let known = |service: &ServiceCards| {
        let carrier = setup.cards.carrier(service.id.carrier())?;
        Some((carrier, carrier.service(&service.id)?))
    };
    let here = services.iter().filter(collects).chain(services).find_map(known);
    let Some((carrier, service)) = here else {
        return Err(Failure::say(UNAVAILABLE, "no service has a label; write a card first"));
    };
    let mut label = sample(setup, carrier, service);
    (label.attempt, label.specimen) = (1, true);
    let labels = &setup.rules.labels;
    let document = labels.document(carrier.layout(Some(&service.id)), &label);
    let document = document.map_err(|error| Failure::say(UNAVAILABLE, format!("cannot draw the label: {error}")))?;
    let devices = parceld::daemon::devices(&setup.config.bench().without_recordings());
    let Some(mut printer) = devices.printer else {
        return Err(Failure::say(UNAVAILABLE, "the label printer is the demo's; write the device of the real one"));
    };
    let job = labels.encode(&document);
    let printed = super::run::block_on(async { Ok(paper::print(&mut printer, &job).await) })?;
    printed.map_err(|problem| {
        let (name, address) = (&printer.name, &printer.address);
        Failure::say(UNAVAILABLE, format!("printer {name} at {address}: {}; see `parceld doctor`", problem.name()))
    })?;
    print("a specimen is at the printer: see that nothing is cut off, and that its bars are sharp");
    Ok(())
}

fn write(file: &std::path::Path, bytes: &[u8]) -> CommandResult {
    std::fs::write(file, bytes).map_err(|error| Failure::say(UNAVAILABLE, format!("write {}: {error}", file.display())))
}
