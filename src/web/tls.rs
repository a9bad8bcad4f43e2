//! The certificate of a listener: read from PEM files, and until when it is good.
//!
//! ```text
//!  Certificate ::= SEQUENCE { tbs SEQUENCE {
//!      [0] version (may be left out), serial INTEGER, algorithm SEQUENCE, issuer SEQUENCE,
//!      validity SEQUENCE { notBefore, notAfter }, … }, … }            RFC 5280, 4.1
//!  time: 0x17 YYMMDDhhmmssZ (00 to 49 are of this century), 0x18 YYYYMMDDhhmmssZ
//! ```

use std::path::Path;
use std::sync::Arc;

use jiff::civil;
use jiff::tz::TimeZone;
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::units::Timestamp;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// A listener's certificate with its key.
#[derive(Debug, Clone)]
pub struct ServerCertificate {
    /// What connections are made with.
    pub config: Arc<ServerConfig>,
    /// The last moment that it is good; `None` where it does not say so in a form that is known.
    pub good_until: Option<Timestamp>,
}

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The file of certificates.
    #[error("{0}")]
    Certificate(String),
    /// The file of the key.
    #[error("{0}")]
    Key(String),
}

impl ServerCertificate {
    /// Reads a certificate, with those between it and its authority, and its key.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let why = |error: pem::Error, what: &str| match error {
            pem::Error::Io(error) => format!("cannot be read: {error}"),
            _ => format!("holds no {what} in PEM"),
        };
        let wrong = |error| CertificateError::Certificate(why(error, "certificate"));
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_file_iter(certificate).map_err(wrong)?.collect::<Result<_, _>>().map_err(wrong)?;
        let Some(first) = chain.first() else { return Err(wrong(pem::Error::NoItemsFound)) };
        let good_until = not_after(first);
        let key =
            PrivateKeyDer::from_pem_file(key).map_err(|error| CertificateError::Key(why(error, "private key")))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| CertificateError::Certificate(error.to_string()))?
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let mut config = config.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => CertificateError::Key("is not the key of the certificate".to_owned()),
            rustls::Error::InvalidCertificate(_) => {
                CertificateError::Certificate(format!("holds a certificate that cannot be used ({error})"))
            }
            error => CertificateError::Key(format!("holds a key that cannot be used ({error})")),
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), good_until })
    }
}

/// The last moment that a certificate is good.
fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (tbs, _) = expect(expect(certificate, SEQUENCE)?.0, SEQUENCE)?;
    let rest = expect(tbs, VERSION).map_or(tbs, |(_, rest)| rest);
    let (_, rest) = expect(rest, INTEGER)?;
    let (_, rest) = expect(rest, SEQUENCE)?;
    let (_, rest) = expect(rest, SEQUENCE)?;
    let (validity, _) = expect(rest, SEQUENCE)?;
    let (_, _, last) = element(validity)?;
    let (kind, text, _) = element(last)?;
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, text) = match kind {
        UTC_TIME => {
            let year: i16 = text.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..)?)
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let pair = |at: usize| text.get(at..at + 2)?.parse::<i8>().ok();
    let time = civil::DateTime::new(year, pair(0)?, pair(2)?, pair(4)?, pair(6)?, pair(8)?, 0).ok()?;
    Some(Timestamp(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

/// The content of the first element, where it is of this kind, and what comes after it.
fn expect(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(bytes)?;
    (found == kind).then_some((content, rest))
}

/// Kind and content of the first element, and what comes after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&kind, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        // The length of the length: a certificate is no longer than three bytes can say.
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (digits.iter().fold(0, |all, digit| all << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((kind, content, rest))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn signed(year: i32, key: &KeyPair) -> rcgen::Certificate {
        let mut wanted = CertificateParams::new(["station.example".to_owned()]).expect("names");
        wanted.not_after = date_time_ymd(year, 3, 1);
        wanted.self_signed(key).expect("a certificate")
    }

    #[test]
    fn a_certificate_is_good_until_it_says_so_in_either_form() {
        let key = KeyPair::generate().expect("a key");
        for (year, millis) in [(2027, 1_803_859_200_000), (2049, 2_498_169_600_000), (2051, 2_561_241_600_000)] {
            let whole = signed(year, &key);
            assert_eq!(not_after(whole.der()), Some(Timestamp(millis)), "{year}");
            // Whatever is cut off or changed, it is no more than unknown.
            for end in 0..whole.der().len() {
                let _ = not_after(&whole.der()[..end]);
                let mut other = whole.der().to_vec();
                other[end] ^= 0xff;
                let _ = not_after(&other);
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_certificate_or_its_key_is_said_of_its_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let (key, other) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
        let file = |name: &str, text: &str| {
            std::fs::write(dir.path().join(name), text).expect("a file");
            dir.path().join(name)
        };
        let certificate = file("cert.pem", &signed(2030, &key).pem());
        let (key, other) = (file("key.pem", &key.serialize_pem()), file("other.pem", &other.serialize_pem()));
        let empty = file("empty.pem", "nothing\n");
        assert!(ServerCertificate::read(&certificate, &key).is_ok_and(|read| read.good_until.is_some()));
        let said = |certificate: &Path, key: &Path| ServerCertificate::read(certificate, key).expect_err("wrong");
        let of_certificate = |what: &str| CertificateError::Certificate(what.to_owned());
        let of_key = |what: &str| CertificateError::Key(what.to_owned());
        assert_eq!(said(&empty, &key), of_certificate("holds no certificate in PEM"));
        assert_eq!(said(&key, &key), of_certificate("holds no certificate in PEM"));
        assert_eq!(said(&certificate, &empty), of_key("holds no private key in PEM"));
        assert_eq!(said(&certificate, &other), of_key("is not the key of the certificate"));
        let CertificateError::Key(missing) = said(&certificate, &dir.path().join("none")) else { panic!("the key") };
        assert!(missing.starts_with("cannot be read: No such file"), "{missing}");
    }
}
