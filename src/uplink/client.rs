//! HTTP: three requests to one receiver, every answer read within a bound.

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, IF_MATCH, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::answer::{HttpAnswer, NoAnswer};
use super::chain::EventBatch;
use super::{TimeFloor, UplinkSettings};

/// A head, or what a captive portal puts in its place.
const MAX_BODY: usize = 1 << 20;
/// A page of orders.
const MAX_ORDERS: usize = 16 << 20;

/// Settings from which no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Not an address.
    #[error("uplink.url is not an address: {0}; write it as https://hub.example/parceld")]
    Url(String),
    /// Plain HTTP over a network.
    #[error("uplink.url would send the token in the clear; use https, or http to this machine alone")]
    Clear,
    /// A station id that cannot be part of an address.
    #[error("station.id {0:?} cannot be part of an address; use letters and digits")]
    Station(String),
    /// A token no header can hold.
    #[error("the token in uplink.token_file has characters no header can carry; write it again")]
    Token,
    /// Not a certificate, or none.
    #[error("uplink.ca_file holds no certificate in PEM form ({0}); export the authority's certificate again")]
    Authority(String),
    /// The system trusts nobody.
    #[error("no certificate authority is known to this system ({0}); install ca-certificates or set uplink.ca_file")]
    NoAuthorities(String),
    /// TLS itself.
    #[error("no encrypted connection can be made here: {0}")]
    Tls(String),
}

/// A client of one receiver for one station.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    station: Url,
}

impl Client {
    /// Reads the settings; nothing is sent.
    pub(super) fn new(settings: &UplinkSettings) -> Result<Self, SetupError> {
        let base = Url::parse(settings.url.trim()).map_err(|error| SetupError::Url(error.to_string()))?;
        let local = is_loopback(&base);
        match base.scheme() {
            "https" => {}
            "http" if local => {}
            "http" => return Err(SetupError::Clear),
            other => return Err(SetupError::Url(format!("{other} is not a web address"))),
        }
        let source = &settings.source;
        let station = below(&base, &["v1", "stations", &source.station])
            .ok_or_else(|| SetupError::Station(source.station.clone()))?;
        Ok(Self { http: build(settings, base.scheme(), local)?, station })
    }

    /// `GET …/head`
    pub(super) async fn head(&self) -> Result<HttpAnswer, NoAnswer> {
        fetch(self.http.get(self.below(&["head"])?), MAX_BODY).await
    }

    /// `PUT …/{incarnation}/events/{from}-{to}` with the number before it as the expected head.
    pub(super) async fn append(&self, incarnation: &str, batch: &EventBatch) -> Result<HttpAnswer, NoAnswer> {
        let range = format!("{}-{}", batch.from(), batch.to());
        let request = self
            .http
            .put(self.below(&[incarnation, "events", &range])?)
            .header(IF_MATCH, format!("\"{}\"", batch.from().saturating_sub(1)))
            .header(CONTENT_TYPE, "application/cloudevents-batch+json")
            .body(batch.body());
        fetch(request, MAX_BODY).await
    }

    /// `GET …/orders?cursor=…`
    pub(super) async fn orders(&self, cursor: &str) -> Result<HttpAnswer, NoAnswer> {
        let mut url = self.below(&["orders"])?;
        url.query_pairs_mut().append_pair("cursor", cursor);
        fetch(self.http.get(url), MAX_ORDERS).await
    }

    fn below(&self, segments: &[&str]) -> Result<Url, NoAnswer> {
        below(&self.station, segments).ok_or_else(|| NoAnswer("the incarnation cannot be part of an address".into()))
    }
}

/// The address `segments` below `base`; `None` where one of them would be normalised away or change its meaning.
fn below(base: &Url, segments: &[&str]) -> Option<Url> {
    if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
        return None;
    }
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
    Some(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn build(settings: &UplinkSettings, scheme: &str, local: bool) -> Result<reqwest::Client, SetupError> {
    let mut headers = HeaderMap::new();
    if let Some(token) = &settings.token {
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.0)).map_err(|_| SetupError::Token)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let roots = match &settings.ca_pem {
        Some(pem) => authorities(pem).map_err(SetupError::Authority)?,
        // Without TLS no authority is needed, and a system may have none.
        None if scheme == "http" => RootCertStore::empty(),
        None => system_authorities()?,
    };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(roots, settings.floor.clone())?)
        .user_agent(concat!("parceld/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(Policy::none())
        .connect_timeout(settings.pace.connect)
        .timeout(settings.pace.whole)
        .pool_max_idle_per_host(1);
    if local {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| SetupError::Tls(reasons(&error)))
}

/// Trusts nobody but `roots`, and judges certificates by the time that is known at least.
fn tls(roots: RootCertStore, floor: TimeFloor) -> Result<ClientConfig, SetupError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_details(provider, Arc::new(floor))
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Tls(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The authorities of a file.
fn authorities(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("it is empty".to_owned()) } else { Ok(roots) }
}

/// Those that the computer trusts.
fn system_authorities() -> Result<RootCertStore, SetupError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found.errors.first().map_or_else(|| "none is installed".to_owned(), ToString::to_string);
        return Err(SetupError::NoAuthorities(why));
    }
    Ok(roots)
}

async fn fetch(request: RequestBuilder, most: usize) -> Result<HttpAnswer, NoAnswer> {
    let broken = |error: reqwest::Error| NoAnswer(reasons(&error));
    let mut response = request.send().await.map_err(broken)?;
    let status = response.status().as_u16();
    let retry_after = header(&response, RETRY_AFTER);
    let date = header(&response, DATE).unwrap_or_else(|| {
        let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
        jiff::fmt::rfc2822::to_string(&now).unwrap_or_default()
    });
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > most {
            return Err(NoAnswer(format!("the answer ({status}) is larger than {most} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpAnswer { status, retry_after, date, body })
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

/// An error with its causes and without the address, which the page shows anyway.
fn reasons(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "no answer in time".to_owned() } else { String::new() };
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&reason);
        }
        cause = error.source();
    }
    if text.is_empty() { "the exchange failed".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uplink::event::EventSource;
    use crate::uplink::{Pace, Token};

    fn settings(url: &str) -> UplinkSettings {
        let source =
            EventSource { warehouse: "W".into(), station: "LAX1-ST03".into(), incarnation: "a1".into(), clock: None };
        let pace = Pace::default();
        UplinkSettings {
            url: url.into(),
            token: None,
            ca_pem: None,
            source,
            confirmed: 0,
            past: Vec::new(),
            stopped: None,
            cursor: String::new(),
            pace,
            floor: TimeFloor::default(),
        }
    }

    #[test]
    fn plain_http_goes_to_loopback_alone() {
        for url in ["http://127.0.0.1:8088/x", "http://localhost:1", "http://[::1]:1/", "http://127.9.9.9"] {
            Client::new(&settings(url)).unwrap();
        }
        for url in ["http://hub.example", "http://192.0.2.1", "http://localhost.example", "http://127.0.0.1.example"] {
            assert!(matches!(Client::new(&settings(url)), Err(SetupError::Clear)), "{url}");
        }
        for url in ["", "hub.example", "ftp://hub.example", "file:///etc"] {
            assert!(matches!(Client::new(&settings(url)), Err(SetupError::Url(_))), "{url}");
        }
    }

    #[test]
    fn addresses_are_built_below_the_url_whatever_its_end() {
        for url in ["http://localhost/parceld", "http://localhost/parceld/"] {
            let client = Client::new(&settings(url)).unwrap();
            assert_eq!(
                client.below(&["head"]).unwrap().as_str(),
                "http://localhost/parceld/v1/stations/LAX1-ST03/head"
            );
        }
        let client = Client::new(&settings("http://localhost")).unwrap();
        assert!(client.below(&["a/b?c"]).unwrap().as_str().ends_with("/LAX1-ST03/a%2Fb%3Fc"));
    }

    #[test]
    fn a_station_id_cannot_leave_its_place_in_the_address() {
        for id in ["..", ".", ""] {
            let mut settings = settings("http://localhost");
            settings.source.station = id.into();
            assert!(matches!(Client::new(&settings), Err(SetupError::Station(_))), "{id}");
        }
    }

    #[test]
    fn an_authority_file_without_a_certificate_is_refused() {
        for pem in ["", "not pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let mut settings = settings("https://localhost");
            settings.ca_pem = Some(pem.into());
            assert!(matches!(Client::new(&settings), Err(SetupError::Authority(_))), "{pem}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        let mut settings = settings("http://localhost");
        settings.token = Some(Token::new("  s3cret\n"));
        let client = Client::new(&settings).unwrap();
        assert!(!format!("{settings:?} {client:?}").contains("s3cret"));
        settings.token = Some(Token::new("two\nlines"));
        assert!(matches!(Client::new(&settings), Err(SetupError::Token)));
    }
}
