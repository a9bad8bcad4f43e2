//! Whether other programs can send orders here.

use std::net::TcpListener;

use super::{Shortcoming, StationSite, Urgency};
use crate::store::Store;
use crate::units::Timestamp;
use crate::web::ServerCertificate;

/// A certificate is said to end so many days before it does.
const DAYS: i64 = 30;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

pub(super) fn lacking(site: &StationSite<'_>) -> Vec<Shortcoming> {
    let config = &site.setup.config;
    let Some(api) = &config.api else { return Vec::new() };
    let certificate = api.certificate().and_then(|(file, key)| Some((file, ServerCertificate::read(file, key).ok()?)));
    let mut found = Vec::new();
    if let Some((file, good_until)) = certificate.and_then(|(file, read)| Some((file, read.good_until?))) {
        found.extend(ending(&file.display().to_string(), good_until, site.now));
    }
    // Where the station runs, it is what listens there.
    if !Store::is_running(&config.station.data_dir)
        && let Err(error) = TcpListener::bind(api.listen)
    {
        let what = format!("[api] cannot listen on {}: {error}", api.listen);
        let todo = "stop what listens there (`ss -ltnp` names it), or write an address of this machine and a free port";
        found.push(Shortcoming::new(Urgency::Stops, what, todo));
    }
    found
}

/// What is said of a certificate that ends soon, or has.
fn ending(file: &str, good_until: Timestamp, now: Timestamp) -> Option<Shortcoming> {
    let todo = "write a new one there, with its key, and restart the service";
    let left = good_until.0 - now.0;
    match left.div_euclid(DAY) {
        _ if left < 0 => {
            let what = format!("the certificate {file} has ended, and programs that look at it send no orders");
            Some(Shortcoming::new(Urgency::Wrong, what, todo))
        }
        days @ ..DAYS => {
            let days = super::counted(usize::try_from(days).unwrap_or(0), "day");
            Some(Shortcoming::new(Urgency::Soon, format!("the certificate {file} ends in {days}"), todo))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_ends_is_said_a_month_before_and_after() {
        let said = |days: i64| ending("c.pem", Timestamp(days * DAY + 1), Timestamp(0)).map(|said| said.to_string());
        assert_eq!(said(30), None);
        assert_eq!(
            said(29).as_deref(),
            Some(
                "soon: the certificate c.pem ends in 29 days; write a new one there, with its key, and restart the service"
            )
        );
        assert!(said(-1).is_some_and(|said| said.starts_with("wrong: the certificate c.pem has ended")));
    }
}
