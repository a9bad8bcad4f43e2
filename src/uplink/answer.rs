//! One HTTP answer, or none -> what it means for the one who asked.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What came back over HTTP.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The header `Date`; without one, this machine's clock in the same form.
    pub date: String,
    /// The whole body, within its bound.
    pub body: Vec<u8>,
}

/// No answer, and why: refused, unreachable, timed out, cut off, not trusted, or larger than its bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiverReply<T> {
    /// 200 with a body of this protocol.
    Good(T),
    /// 412: the receiver's head is another than expected.
    Moved(Head),
    /// 400, 413, 422: something in the body is not wanted.
    Refused(String),
    /// The link or the receiver is out of order: ask again later.
    Later {
        /// What happened.
        why: String,
        /// How long the receiver wants to be left alone.
        wish_ms: Option<u64>,
    },
    /// 401 and 403: this station is not let in. A person must act.
    Barred(String),
    /// 409: the receiver holds other events under the same numbers.
    Conflict(String),
    /// 404 and whatever the protocol does not know. A person must act.
    Stop(String),
}

/// Where the receiver is with one incarnation of this station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which incarnation; empty when the receiver knows none.
    pub incarnation: String,
    /// The last event it has taken.
    pub seq: u64,
    /// The last event it has confirmed, where it says so.
    pub confirmed: Option<u64>,
}

impl Head {
    /// `{"incarnation":"…","seq":812,"confirmed":800}`; a station never heard of may leave all but `seq` out.
    pub fn read(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct HeadBody {
            incarnation: Option<String>,
            seq: u64,
            confirmed: Option<u64>,
        }
        let HeadBody { incarnation, seq, confirmed } = serde_json::from_slice(body).ok()?;
        let incarnation = incarnation.unwrap_or_default();
        (seq == 0 || !incarnation.is_empty()).then_some(Self { incarnation, seq, confirmed })
    }
}

/// A page of orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPage {
    /// Where the next page begins, where it says so.
    pub cursor: Option<String>,
    /// Orders as they came.
    pub orders: Vec<String>,
}

impl OrderPage {
    /// `{"cursor":"…","orders":[…]}`; a page without a cursor is one, though it cannot be kept.
    pub fn read(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct PageBody<'a> {
            cursor: Option<String>,
            #[serde(borrow)]
            orders: Vec<&'a RawValue>,
        }
        let PageBody { cursor, orders } = serde_json::from_slice(body).ok()?;
        Some(Self { cursor, orders: orders.into_iter().map(|order| order.get().to_owned()).collect() })
    }
}

/// Classifies an answer; `good` reads the body of a 200.
pub fn classify<T>(answer: Result<HttpAnswer, NoAnswer>, good: impl FnOnce(&[u8]) -> Option<T>) -> ReceiverReply<T> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(NoAnswer(why)) => return ReceiverReply::Later { why, wish_ms: None },
    };
    let later = |why: String| ReceiverReply::Later { why, wish_ms: wish_ms(&answer) };
    let status = answer.status;
    match status {
        200 => match good(&answer.body) {
            Some(body) => ReceiverReply::Good(body),
            None => later(format!(
                "something else answers in the receiver's place (200, {:?}); look for a sign-in page on this network",
                excerpt(&answer.body, 60)
            )),
        },
        412 => match Head::read(&answer.body) {
            Some(head) => ReceiverReply::Moved(head),
            None => later("the receiver answered 412 without its head".into()),
        },
        400 | 413 | 422 => {
            ReceiverReply::Refused(format!("{status} {}", excerpt(&answer.body, 200)).trim_end().to_owned())
        }
        401 | 403 => ReceiverReply::Barred(remedy(status)),
        409 => ReceiverReply::Conflict(remedy(status)),
        408 | 425 | 429 | 500..=599 => later(format!("the receiver is not ready ({status})")),
        300..=399 => later(format!("the receiver's address redirects ({status}), which is never followed")),
        0..=299 => later(format!("something else answers in the receiver's place ({status})")),
        _ => ReceiverReply::Stop(remedy(status)),
    }
}

/// What a person must do about a status that waits for one.
fn remedy(status: u16) -> String {
    let text = match status {
        401 => "does not accept this station's token; put the right one in uplink.token_file and retry",
        403 => "forbids this station to use it; have its owner admit the station and retry",
        404 => "does not know this address; correct uplink.url or station.id and retry",
        409 => {
            "holds other events under the same numbers; \
             see whether two stations share this id or an old database was put back"
        }
        _ => "gave an answer that this protocol does not know; have its owner look and retry",
    };
    format!("the receiver {text} ({status})")
}

/// The first printable characters of a body, for people.
fn excerpt(body: &[u8], most: usize) -> String {
    let head = &body[..body.len().min(4 * most)];
    String::from_utf8_lossy(head)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(most)
        .collect()
}

/// `Retry-After` in milliseconds: seconds, or an HTTP date measured against the answer's own clock (RFC 9110 §10.2.3).
fn wish_ms(answer: &HttpAnswer) -> Option<u64> {
    let text = answer.retry_after.as_deref()?.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
        return Some(text.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000));
    }
    let until = instant_ms(text)?;
    let from = instant_ms(&answer.date)?;
    Some(u64::try_from(until.saturating_sub(from)).unwrap_or(0))
}

fn instant_ms(http_date: &str) -> Option<i64> {
    Some(jiff::fmt::rfc2822::parse(http_date).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<HttpAnswer, NoAnswer> {
        let date = "Sun, 15 Nov 2026 08:49:37 GMT".to_owned();
        Ok(HttpAnswer { status, retry_after: None, date, body: body.into() })
    }

    fn head(status: u16, body: &str) -> ReceiverReply<Head> {
        classify(answer(status, body), Head::read)
    }

    #[test]
    fn every_status_has_its_class() {
        for status in (100..200).chain(201..400).chain([408, 425, 429]).chain(500..600) {
            assert!(matches!(head(status, "{}"), ReceiverReply::Later { .. }), "{status}");
        }
        for status in [400, 413, 422] {
            assert!(matches!(head(status, "{}"), ReceiverReply::Refused(_)), "{status}");
        }
        for status in [401, 403] {
            assert!(matches!(head(status, "{}"), ReceiverReply::Barred(_)), "{status}");
        }
        for status in [402, 404, 405, 407, 410, 415, 418, 451] {
            assert!(matches!(head(status, "{}"), ReceiverReply::Stop(_)), "{status}");
        }
        assert!(matches!(head(409, "{}"), ReceiverReply::Conflict(_)));
        assert!(matches!(classify(Err(NoAnswer("cut".into())), Head::read), ReceiverReply::Later { .. }));
    }

    #[test]
    fn a_head_is_read() {
        let expected = Head { incarnation: "a1".into(), seq: 812, confirmed: Some(800) };
        let body = r#"{"incarnation":"a1","seq":812,"confirmed":800,"later":1}"#;
        assert_eq!(head(200, body), ReceiverReply::Good(expected.clone()));
        assert_eq!(head(412, body), ReceiverReply::Moved(expected));
    }

    #[test]
    fn a_station_never_heard_of_needs_no_incarnation() {
        let expected = Head { incarnation: String::new(), seq: 0, confirmed: None };
        for body in [r#"{"seq":0}"#, r#"{"incarnation":null,"seq":0}"#, r#"{"incarnation":"","seq":0}"#] {
            assert_eq!(head(200, body), ReceiverReply::Good(expected.clone()));
        }
    }

    #[test]
    fn a_200_that_is_not_this_protocols_is_asked_again() {
        for body in ["", "<html>Sign in</html>", "null", "[]", r#"{"ok":true}"#, r#"{"seq":-1}"#, r#"{"seq":5}"#] {
            assert!(matches!(head(200, body), ReceiverReply::Later { .. }), "{body}");
            assert!(matches!(head(412, body), ReceiverReply::Later { .. }), "{body}");
            assert!(matches!(classify(answer(200, body), OrderPage::read), ReceiverReply::Later { .. }), "{body}");
        }
    }

    #[test]
    fn orders_are_handed_on_as_they_came() {
        let body = r#"{"cursor":"c 2","orders":[{"rev": 7},"odd"]}"#;
        let page = OrderPage { cursor: Some("c 2".into()), orders: vec![r#"{"rev": 7}"#.into(), r#""odd""#.into()] };
        assert_eq!(classify(answer(200, body), OrderPage::read), ReceiverReply::Good(page));
        for body in [r#"{"cursor":null,"orders":[1]}"#, r#"{"orders":[1]}"#] {
            let page = OrderPage { cursor: None, orders: vec!["1".into()] };
            assert_eq!(classify(answer(200, body), OrderPage::read), ReceiverReply::Good(page), "{body}");
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        for (text, expected) in [
            ("120", Some(120_000)),
            (" 7 ", Some(7_000)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 15 Nov 2026 08:50:07 GMT", Some(30_000)),
            ("Sun, 15 Nov 2026 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("", None),
            ("-5", None),
        ] {
            let mut answer = answer(503, "").unwrap();
            answer.retry_after = Some(text.into());
            let ReceiverReply::Later { wish_ms, .. } = classify(Ok(answer), Head::read) else { panic!("{text}") };
            assert_eq!(wish_ms, expected, "{text:?}");
        }
    }

    #[test]
    fn what_the_receiver_says_is_shortened_and_made_printable() {
        let body = format!("bad\u{1b}[31m\r\n\tevent {}", "x".repeat(10_000));
        let ReceiverReply::Refused(why) = head(422, &body) else { panic!() };
        assert!(why.starts_with("422 bad[31m event xxx"), "{why}");
        assert!(why.chars().count() <= 204);
    }
}
