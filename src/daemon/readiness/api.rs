//! Whether other programs can send orders here.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;

use super::{Shortcoming, StationSite, Urgency};
use crate::store::Store;
use crate::units::Timestamp;
use crate::web::{CertificateError, SHORTEST_TOKEN, ServerCertificate, read_tokens};

/// A certificate is said to end so many days before it does.
const DAYS: i64 = 30;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

pub(super) fn lacking(site: &StationSite<'_>) -> Vec<Shortcoming> {
    let config = &site.setup.config;
    let Some(api) = &config.api else { return Vec::new() };
    let runs = Store::is_running(&config.station.data_dir);
    let mut found = Vec::new();
    found.extend(tokens(&api.token_file));
    if let Some((file, key)) = api.certificate() {
        found.extend(certified(file, key, site.now, runs));
    }
    // Where the station runs, it is what listens there.
    if !runs && let Err(error) = TcpListener::bind(api.listen) {
        let what = format!("[api] cannot listen on {}: {error}", api.listen);
        let todo = "stop what listens there (`ss -ltnp` names it), or write an address of this machine and a free port";
        found.push(Shortcoming::new(Urgency::Stops, what, todo));
    }
    found
}

/// What is wrong with a file of tokens.
fn tokens(file: &Path) -> Option<Shortcoming> {
    let error = read_tokens(file).err().filter(|_| !is_closed(file))?;
    let what = format!("[api] takes no orders: {} {error}", file.display());
    let todo =
        format!("write a token of at least {SHORTEST_TOKEN} characters into it: `openssl rand -hex 24` makes one");
    Some(Shortcoming::new(Urgency::Stops, what, todo))
}

/// What is wrong with a certificate or its key; a station that runs may have read those before them.
fn certified(file: &Path, key: &Path, now: Timestamp, runs: bool) -> Option<Shortcoming> {
    let (of, why, todo) = match ServerCertificate::read(file, key) {
        Ok(read) => return ending(&file.display().to_string(), read.good_until?, now),
        Err(CertificateError::Certificate(why)) => {
            (file, why, "write the certificate that names this station into it, then those above it")
        }
        Err(CertificateError::Key(why)) => (key, why, "name the certificate's own key as key_file"),
    };
    let says = match runs {
        true => {
            "[api] goes on with the certificate that it had, if any, and takes no orders once the service is started again"
        }
        false => "[api] takes no orders",
    };
    let what = format!("{says}: {} {why}", of.display());
    (!is_closed(of)).then(|| Shortcoming::new(Urgency::Stops, what, todo))
}

/// Whether it is closed to whoever asks; whether it is to the service, `access` says.
fn is_closed(file: &Path) -> bool {
    std::fs::File::open(file).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// What is said of a certificate that ends soon, or has.
fn ending(file: &str, good_until: Timestamp, now: Timestamp) -> Option<Shortcoming> {
    let todo = "write a new one there, with its key; a station that runs takes it within 10 s";
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
    fn tokens_and_a_certificate_that_cannot_be_used_are_said_with_their_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            std::fs::write(dir.path().join(name), text).expect("a file");
            dir.path().join(name)
        };
        let key = rcgen::KeyPair::generate().expect("a key");
        let named = rcgen::CertificateParams::new(["station.example".to_owned()]).expect("names");
        let certificate = file("cert.pem", &named.self_signed(&key).expect("a certificate").pem());
        let other = file("other.pem", &rcgen::KeyPair::generate().expect("a key").serialize_pem());
        let (key, missing) = (file("key.pem", &key.serialize_pem()), dir.path().join("none"));
        let now = Timestamp(0);
        assert_eq!(tokens(&file("tokens", &"x".repeat(SHORTEST_TOKEN))), None);
        assert_eq!(certified(&certificate, &key, now, false), None);
        for (found, said) in [
            (tokens(&missing), "none cannot be read: No such file"),
            (tokens(&file("empty", "")), "empty holds no token"),
            (tokens(&file("short", "secret")), "short line 1 is no token of at least 20"),
            (certified(&missing, &key, now, false), "none cannot be read: No such file"),
            (certified(&key, &key, now, false), "key.pem holds no certificate in PEM"),
            (certified(&certificate, &other, now, false), "other.pem is not the key of the certificate"),
            (certified(&certificate, &missing, now, false), "none cannot be read: No such file"),
        ] {
            let found = found.expect("something is wrong").to_string();
            assert!(found.starts_with("stops parcels: [api] takes no orders: ") && found.contains(said), "{found}");
        }
        let runs = certified(&certificate, &other, now, true).expect("something is wrong").to_string();
        assert!(runs.starts_with("stops parcels: [api] goes on with the certificate that it had"), "{runs}");
    }

    #[test]
    fn a_certificate_that_ends_is_said_a_month_before_and_after() {
        let said = |days: i64| ending("c.pem", Timestamp(days * DAY + 1), Timestamp(0)).map(|said| said.to_string());
        assert_eq!(said(30), None);
        assert_eq!(
            said(29).as_deref(),
            Some(
                "soon: the certificate c.pem ends in 29 days; write a new one there, with its key; a station that runs takes it within 10 s"
            )
        );
        assert!(said(-1).is_some_and(|said| said.starts_with("wrong: the certificate c.pem has ended")));
    }
}
