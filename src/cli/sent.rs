//! `parceld orders take`: a file that came to the running station over HTTP, read in this process from its standard input.
//!
//! ```text
//!  page, /v1/orders --- the file ---> parceld orders take --- orders ---> control socket
//!                   <-- an empty line once it is read, then one object of JSON, with what was refused --
//! ```
//!
//! Nothing of it is left on the disk.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use parceld::daemon::Setup;
use parceld::daemon::control::Call;
use parceld::exchange::order::{self, Formats};
use serde_json::Value;

use super::act::act_running;
use super::import::{self, MOST_LISTED, ONLY_TRIED, OrderFile, say_boxless};
use super::import_report::{ImportReport, not_listed, say_read};
use super::{AGAIN, CommandResult, Failure, USAGE, drawn, print};

/// Largest reject file that goes into an answer, in bytes of JSON.
const MOST_REJECTS: usize = 8 << 20;

#[derive(Debug, Args)]
pub(crate) struct SentFile {
    /// The station's configuration
    #[arg(long)]
    config: PathBuf,
    /// The data folder of a rehearsal of it
    #[arg(long)]
    rehearsed_in: Option<PathBuf>,
    /// What the file is called
    #[arg(long)]
    name: String,
    /// How many bytes it has
    #[arg(long)]
    bytes: usize,
    /// Whose file it is
    #[arg(long)]
    format: Option<String>,
    /// Shop of the orders that name none
    #[arg(long)]
    shop: Option<String>,
    /// Take nothing in
    #[arg(long)]
    dry_run: bool,
    /// Say of each order what became of it
    #[arg(long)]
    each: bool,
}

impl SentFile {
    pub(super) fn run(self) -> CommandResult {
        drawn::bounded_to_read();
        let mut bytes = Vec::with_capacity(self.bytes.min(order::MAX_FILE_BYTES) + 1);
        let read = std::io::stdin().lock().take(order::MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes);
        if read.is_err() || bytes.len() != self.bytes {
            return Err(Failure::say(AGAIN, "the file did not come whole; send it again"));
        }
        let (setup, _) = match &self.rehearsed_in {
            Some(data) => Setup::load_to_rehearse(&self.config, data)?,
            None => Setup::load(&self.config)?,
        };
        let known = import::formats(&setup);
        let formats = match &self.format {
            None => Formats::any(&known),
            Some(name) => Formats::named(&known, name).map_err(|error| Failure::new(USAGE, error))?,
        };
        let file = OrderFile { name: &self.name, shop: self.shop.as_deref(), folder: None, beside: None };
        let (orders, batch, boxless) = import::read_bytes(&setup, bytes, formats, &file);
        let mut told = ImportReport::of(&batch);
        say_read();
        for orders in import::chunks(orders) {
            let call = Call::Import { orders, newest: false, dry_run: self.dry_run, each: self.each };
            told.add(&act_running(&setup, &call)?);
        }
        told.notes.extend(told.items_note());
        told.notes.extend(say_boxless(boxless));
        if self.dry_run {
            told.notes.push(ONLY_TRIED.to_owned());
        }
        // A program has its rows itself.
        let mut rejects = (!self.each && !batch.refused.is_empty()).then(|| order::reject_file(&batch));
        // As JSON: a quotation mark is longer there.
        let is_long = |rejects: &String| Value::from(rejects.as_str()).to_string().len() > MOST_REJECTS;
        if rejects.as_ref().is_some_and(is_long) {
            rejects = None;
            let what = "what was refused is too long to be sent back; `parceld orders import` lays it beside the file";
            told.notes.push(what.to_owned());
        }
        if let Some(left) = told.shorten(MOST_LISTED) {
            told.notes.push(not_listed(left));
        }
        let mut answer = told.json(&self.name);
        if !self.each {
            answer.insert("rejects".to_owned(), rejects.into());
        }
        print(Value::from(answer));
        Ok(())
    }
}
