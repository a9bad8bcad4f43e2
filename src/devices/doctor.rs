//! `parceld doctor`: open each device once and say what answers.

use std::fmt;
use std::time::Duration;

use hal::port::{Address, Port, PortErrorKind};
use hal::printer::{Session, StatusError};
use hal::scale::{self, Pace};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::Devices;

/// A scale that is awake answers well within this time.
const ANSWER: Duration = Duration::from_secs(3);

/// What was found of one device.
#[derive(Debug)]
pub struct Finding {
    device: String,
    address: String,
    health: Health,
    say: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ok,
    Silent,
    Absent,
    Busy,
}

impl Finding {
    /// Whether it works.
    pub fn is_ok(&self) -> bool {
        self.health == Health::Ok
    }
}

/// `scale /dev/ttyUSB0: silent: …`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let health = match self.health {
            Health::Ok => "ok",
            Health::Silent => "silent",
            Health::Absent => "absent",
            Health::Busy => "busy",
        };
        write!(f, "{} {}: {health}: {}", self.device, self.address, self.say)
    }
}

/// Opens every device, one after the other.
pub async fn examine(devices: &Devices) -> Vec<Finding> {
    let mut findings = Vec::new();
    for scanner in &devices.scanners {
        let device = format!("scanner {}", scanner.name);
        let opened = Port::open(&scanner.address).await.map(drop);
        findings.push(finding(device, &scanner.address, opened, || "open; scan something to see it work".to_owned()));
    }
    if let Some(scale) = &devices.scale {
        let found = match Port::open(&scale.address).await {
            Ok(mut port) => weigh(&mut port, scale).await,
            Err(error) => (health(error.kind()), error.to_string()),
        };
        findings.push(Finding {
            device: "scale".into(),
            address: scale.address.to_string(),
            health: found.0,
            say: found.1,
        });
    }
    if let Some(printer) = &devices.printer {
        let found = match Session::connect(&printer.address).await {
            Ok(mut session) => ask(&mut session).await,
            Err(error) => (health(error.kind()), error.to_string()),
        };
        let device = format!("printer {}", printer.name);
        findings.push(Finding { device, address: printer.address.to_string(), health: found.0, say: found.1 });
    }
    findings
}

fn finding(
    device: String,
    address: &Address,
    opened: Result<(), hal::port::PortError>,
    good: impl FnOnce() -> String,
) -> Finding {
    let (health, say) = match opened {
        Ok(()) => (Health::Ok, good()),
        Err(error) => (health(error.kind()), error.to_string()),
    };
    Finding { device, address: address.to_string(), health, say }
}

const fn health(kind: PortErrorKind) -> Health {
    match kind {
        PortErrorKind::Busy => Health::Busy,
        _ => Health::Absent,
    }
}

async fn weigh(port: &mut Port, scale: &super::Scale) -> (Health, String) {
    let (_pace, mut paced) = watch::channel(Pace::Eager);
    let (_zero, mut zeroed) = mpsc::channel(1);
    let (said, mut says) = mpsc::channel(1);
    let reading = scale::read(port, scale.settings, &mut paced, &mut zeroed, move |event| {
        let _ = said.try_send(event);
    });
    tokio::select! {
        lost = reading => (Health::Absent, lost.to_string()),
        event = timeout(ANSWER, says.recv()) => match event {
            Ok(Some(scale::Event::Reading(reading))) => {
                (Health::Ok, format!("it says {} {}", reading.text, reading.unit.symbol()))
            }
            Ok(Some(scale::Event::Garbled(bytes))) => {
                (Health::Silent, format!("{bytes} bytes that are not its protocol; check protocol, baud and framing"))
            }
            _ => (Health::Silent, "no answer; switch it on, check protocol, baud and cable".to_owned()),
        },
    }
}

async fn ask(session: &mut Session) -> (Health, String) {
    match session.status().await {
        Ok(status) => match status.problem() {
            None => (Health::Ok, "ready".to_owned()),
            Some(problem) => (Health::Ok, format!("answers: {}", problem.name())),
        },
        Err(StatusError::Silent) => {
            (Health::Silent, "no answer to ~HS; load labels, close the lid, and see that it speaks ZPL".to_owned())
        }
        Err(StatusError::Nonsense(_)) => (Health::Silent, "no ZPL answer to ~HS; set it to ZPL".to_owned()),
        Err(StatusError::Lost(error)) => (Health::Absent, error.to_string()),
    }
}
