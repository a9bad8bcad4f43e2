//! New rate cards while packing goes on: read beside the loop, put in force all at once or not at all.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::StationService;
use crate::config::{Problems, carriers};
use crate::rating::Cards;
use crate::station::event::{Device, Event};

/// Cards that were read again, and who wants to know.
#[derive(Debug)]
pub(super) struct Reloaded {
    cards: Option<Cards>,
    problems: Problems,
    reply: Option<oneshot::Sender<Result<serde_json::Value, String>>>,
}

impl StationService {
    /// Reads the cards again, beside the loop: packing goes on meanwhile with those in force.
    pub(super) fn reload(&self, reply: Option<oneshot::Sender<Result<serde_json::Value, String>>>) {
        let (config, done) = (self.config.clone(), self.reloads.0.clone());
        tokio::task::spawn_blocking(move || {
            let (cards, problems) = config.cards();
            let _ = done.blocking_send(Reloaded { cards, problems, reply });
        });
    }

    /// Puts new cards in force, all at once; or none of them, and says so.
    pub(super) fn swap(&mut self, Reloaded { cards, problems, reply }: Reloaded) {
        for problem in &problems.0 {
            tracing::warn!("{problem}");
        }
        let answer = match cards {
            Some(cards) => {
                let (services, hash) = (cards.services().len(), cards.hash().to_owned());
                tracing::info!(services, hash, "new rate cards are in force");
                self.core.swap_cards(Arc::new(cards));
                self.say_cards(false);
                self.back_up_cards();
                let said = format!("{services} services, {} warnings", problems.0.len());
                Ok(serde_json::json!({ "said": said, "services": services, "hash": hash }))
            }
            None => {
                tracing::error!("the new rate cards are wrong; the last good ones stay in force");
                self.say_cards(true);
                Err(format!("{problems}\nthe last good cards stay in force; mend these and reload again"))
            }
        };
        if let Some(reply) = reply {
            let _ = reply.send(answer);
        }
        self.take(Event::Reconsider);
    }

    pub(super) fn say_cards(&mut self, wrong: bool) {
        let away = wrong.then(|| "wrong".to_owned());
        self.take(Event::Device { device: Device::Cards, away });
    }

    /// Keeps a copy of the cards in force, beside the loop.
    pub(super) fn back_up_cards(&self) {
        let (config, hash) = (self.config.clone(), self.core.cards().hash().to_owned());
        tokio::task::spawn_blocking(move || {
            let rates = &config.rates;
            if let Err(error) = carriers::back_up(&rates.carriers_dir, &rates.carriers, &hash, &config.cards_backup()) {
                tracing::warn!(%error, "no copy of the rate cards could be kept; check the data folder");
            }
        });
    }
}
