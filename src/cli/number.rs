//! `parceld number`: whose tracking number it may be.

use clap::Args;
use parceld::barcode::{Evidence, Match};
use parceld::daemon::Setup;
use parceld::ids::CarrierId;
use serde_json::json;

use super::{CommandResult, Failure, ShownArgs, USAGE, print};

#[derive(Debug, Args)]
pub(super) struct Number {
    /// The tracking number, with or without blanks
    number: String,
    /// Whether it is one of this carrier's, and why not
    #[arg(long)]
    carrier: Option<CarrierId>,
    #[command(flatten)]
    shown: ShownArgs,
}

impl Number {
    /// Every carrier whose numbers look like this. It fails when none of them, or not the one that was asked for, can have
    /// given it out.
    pub(super) fn run(&self) -> CommandResult {
        let (setup, _) = Setup::load(&self.shown.config.config)?;
        let numbers = setup.cards.numbers();
        let mut alike = numbers.alike(&self.number);
        alike.retain(|found| self.carrier.as_ref().is_none_or(|carrier| *carrier == found.issuer.id));
        let wrong = match &self.carrier {
            Some(carrier) => numbers.check(carrier, &self.number).err().map(|error| error.to_string()),
            None => nobodys(&alike).map(str::to_owned),
        };
        if self.shown.json {
            let carriers: Vec<_> = alike
                .iter()
                .map(|found| {
                    json!({
                        "carrier": found.issuer.id, "name": found.issuer.name, "format": found.format.name,
                        "number": found.number, "check_digit": word(found.evidence),
                    })
                })
                .collect();
            print(json!({ "number": self.number, "carriers": carriers, "wrong": wrong }));
        } else {
            for found in &alike {
                let (issuer, format, digit) = (found.issuer, &found.format.name, word(found.evidence));
                print(format!("{} ({}): {format}, check digit {digit}: {}", issuer.name, issuer.id, found.number));
            }
        }
        wrong.map_or(Ok(()), |wrong| Err(Failure::say(USAGE, wrong)))
    }
}

const fn word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::CheckDigit => "right",
        Evidence::LookOnly => "none",
        Evidence::WrongCheckDigit => "wrong",
    }
}

/// Why it is no carrier's number, if it is none's.
fn nobodys(alike: &[Match<'_>]) -> Option<&'static str> {
    match alike {
        [] => Some(
            "no known carrier's numbers look like this; read it again, or ask with --carrier what is wrong with it",
        ),
        _ if alike.iter().any(|found| found.evidence != Evidence::WrongCheckDigit) => None,
        _ => Some("its check digit is wrong; read it again, or ask who made it for another"),
    }
}
