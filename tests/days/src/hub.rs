//! The receiver: it keeps the protocol to the letter, and now and then it does not.

use std::collections::BTreeMap;

use parceld::uplink::answer::{HttpAnswer, NoAnswer};
use serde_json::value::RawValue;

use crate::dice::Dice;
use crate::mutations::Mutation;

/// Orders in one answer.
const PAGE: usize = 60;

/// Whether there is a way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Up,
    /// Now and then an answer is late, wrong, or somebody else's.
    Shaky,
    Down,
}

/// An event as it was taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) incarnation: String,
    pub(crate) seq: u64,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
pub(crate) struct Hub {
    chains: BTreeMap<String, Vec<String>>,
    confirmed: BTreeMap<String, u64>,
    newest: String,
    /// Every order that was ever said, in order.
    pub(crate) orders: Vec<String>,
    pub(crate) mutation: Option<Mutation>,
    /// Answers that were late, wrong or missing.
    pub(crate) troubles: u64,
}

type Answer = Result<HttpAnswer, NoAnswer>;

impl Hub {
    /// Everything that it has, by incarnation.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        let of = |(incarnation, bodies): (&String, &Vec<String>)| {
            let incarnation = incarnation.clone();
            let taken =
                move |(seq, body): (u64, &String)| Taken { incarnation: incarnation.clone(), seq, body: body.clone() };
            (1..).zip(bodies).map(taken).collect::<Vec<_>>()
        };
        self.chains.iter().flat_map(of).collect()
    }

    /// It was restored from a backup, and has so many of its newest events no more.
    pub(crate) fn lose(&mut self, events: usize) {
        if let Some(chain) = self.chains.get_mut(&self.newest) {
            chain.truncate(chain.len().saturating_sub(events));
            let confirmed = self.confirmed.entry(self.newest.clone()).or_default();
            *confirmed = (*confirmed).min(chain.len() as u64);
        }
    }

    pub(crate) fn head(&mut self, dice: &mut Dice, network: Network) -> Answer {
        let seq = self.length(&self.newest);
        if let Some(lie) = self.trouble(dice, network) {
            return lie.unwrap_or_else(|| {
                let (incarnation, seq, confirmed) = match dice.below(3) {
                    0 => (self.newest.clone(), seq, seq + 5),
                    1 => ("0123456789abcdef".to_owned(), 40, 40),
                    _ => (self.newest.clone(), seq.saturating_sub(3), 0),
                };
                ok(&position(&incarnation, seq, confirmed))
            });
        }
        // It confirms when it has had time to.
        if dice.one_in(2) {
            self.confirmed.insert(self.newest.clone(), seq);
        }
        ok(&position(&self.newest, seq, self.confirmed.get(&self.newest).copied().unwrap_or(0)))
    }

    pub(crate) fn append(&mut self, dice: &mut Dice, network: Network, to: &PutEvents<'_>) -> Answer {
        match self.trouble(dice, network) {
            Some(Some(answer)) => {
                // An answer that was lost on its way: the events were taken, or not.
                if answer.is_err() && network != Network::Down && dice.one_in(2) {
                    let _ = self.take(to);
                }
                answer
            }
            Some(None) => reply(412, &position(to.incarnation, dice.below(30) as u64, 0)),
            None => self.take(to),
        }
    }

    fn take(&mut self, to: &PutEvents<'_>) -> Answer {
        let bodies: Vec<Box<RawValue>> = serde_json::from_str(&to.body).map_err(|error| NoAnswer(error.to_string()))?;
        let has = self.length(to.incarnation);
        let chain = self.chains.entry(to.incarnation.to_owned()).or_default();
        for (seq, body) in (to.from..).zip(&bodies) {
            let known = usize::try_from(seq - 1).ok().and_then(|at| chain.get(at));
            if known.is_some_and(|known| known != body.get()) {
                return reply(409, "other events are here");
            }
        }
        let last = to.from + bodies.len() as u64 - 1;
        if last > has {
            if to.from != has + 1 {
                return reply(412, &position(to.incarnation, has, 0));
            }
            for body in &bodies {
                let lost = self.mutation == Some(Mutation::HubLosesOne) && chain.len() % 97 == 50;
                chain.push(if lost { "{}".to_owned() } else { body.get().to_owned() });
            }
            self.newest = to.incarnation.to_owned();
        }
        let confirmed = self.confirmed.get(to.incarnation).copied().unwrap_or(0);
        ok(&position(to.incarnation, last, confirmed.min(last)))
    }

    pub(crate) fn page(&mut self, dice: &mut Dice, network: Network, cursor: &str) -> Answer {
        if let Some(lie) = self.trouble(dice, network) {
            return lie.unwrap_or_else(|| ok(r#"{"orders":[]}"#));
        }
        let from = cursor.parse::<usize>().unwrap_or(0).min(self.orders.len());
        let page = &self.orders[from..(from + PAGE).min(self.orders.len())];
        ok(&format!(r#"{{"cursor":"{}","orders":[{}]}}"#, from + page.len(), page.join(",")))
    }

    fn length(&self, incarnation: &str) -> u64 {
        self.chains.get(incarnation).map_or(0, |chain| chain.len() as u64)
    }

    /// What goes wrong with an answer; 409 is never a lie: a person acts on it, and would tell twice what is there.
    /// `Some(None)` is a lie about what was asked.
    #[expect(clippy::option_option, reason = "nothing goes wrong, a lie of its own, or an answer that fits everywhere")]
    fn trouble(&mut self, dice: &mut Dice, network: Network) -> Option<Option<Answer>> {
        let silence = |why: &str| Some(Some(Err(NoAnswer(why.to_owned()))));
        match network {
            Network::Down => return silence("unreachable"),
            Network::Up => return None,
            Network::Shaky if !dice.one_in(5) => return None,
            Network::Shaky => self.troubles += 1,
        }
        match dice.below(12) {
            0..=3 => silence("timed out"),
            4 => Some(Some(reply(200, "<html>Sign in to this network</html>"))),
            5 => Some(Some(reply(503, ""))),
            6 => Some(Some(reply(302, ""))),
            7 => Some(Some(reply(429, ""))),
            8 if dice.one_in(8) => Some(Some(reply(401, ""))),
            _ => Some(None),
        }
    }
}

/// A batch on its way.
pub(crate) struct PutEvents<'a> {
    pub(crate) incarnation: &'a str,
    pub(crate) from: u64,
    pub(crate) body: String,
}

fn position(incarnation: &str, seq: u64, confirmed: u64) -> String {
    format!(r#"{{"incarnation":"{incarnation}","seq":{seq},"confirmed":{confirmed}}}"#)
}

fn ok(body: &str) -> Answer {
    reply(200, body)
}

fn reply(status: u16, body: &str) -> Answer {
    let retry_after = (status == 429).then(|| "7".to_owned());
    Ok(HttpAnswer { status, retry_after, date: "Mon, 23 Nov 2026 08:49:37 GMT".to_owned(), body: body.into() })
}
