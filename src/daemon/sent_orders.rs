//! Files of orders that come over HTTP: each is read by `parceld orders take`, in a process of its own.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::sync::mpsc;

use super::Setup;
use super::order_reader::{self, ImportEnd};
use crate::exchange::order::MAX_FILE_BYTES;
use crate::web::{DoorRefusal, OrderWishes, OrdersDoor, SentOrders};

/// What starts the process.
#[derive(Debug, Clone)]
struct SentReader {
    config: PathBuf,
    /// The data folder, where this is a rehearsal of that configuration.
    rehearsed_in: Option<PathBuf>,
}

/// Opens the door of the running station: what comes in goes to its control socket. A rehearsal names its data folder.
pub fn open_door(setup: &Setup, rehearsed_in: Option<&Path>) -> OrdersDoor {
    let (door, files) = OrdersDoor::new(MAX_FILE_BYTES);
    let reader = SentReader { config: setup.config.file.clone(), rehearsed_in: rehearsed_in.map(Path::to_owned) };
    tokio::spawn(take(files, reader));
    door
}

async fn take(mut files: mpsc::Receiver<SentOrders>, reader: SentReader) {
    while let Some(SentOrders { bytes, wishes, reply, place }) = files.recv().await {
        let reader = reader.clone();
        let read = tokio::task::spawn_blocking(move || reader.read(bytes, &wishes)).await;
        let answer = read.unwrap_or_else(|error| Err(DoorRefusal::Again(error.to_string())));
        drop(place);
        let _ = reply.send(answer);
    }
}

impl SentReader {
    fn read(&self, bytes: Vec<u8>, wishes: &OrderWishes) -> Result<Value, DoorRefusal> {
        let OrderWishes { name, format, shop, dry_run, each } = wishes;
        let mut args: Vec<OsString> = vec!["take".into(), "--config".into(), self.config.clone().into()];
        args.extend(self.rehearsed_in.iter().flat_map(|data| ["--rehearsed-in".into(), data.clone().into()]));
        // What is said from outside is never an option.
        args.extend([format!("--name={name}"), format!("--bytes={}", bytes.len())].map(OsString::from));
        args.extend(format.iter().map(|format| format!("--format={format}").into()));
        args.extend(shop.iter().map(|shop| format!("--shop={shop}").into()));
        args.extend(dry_run.then(|| "--dry-run".into()));
        args.extend(each.then(|| "--each".into()));
        let end = order_reader::run::<Value>(&args, Some(bytes), OrdersDoor::READING);
        if let Ok(ImportEnd::Read(answer)) = &end {
            let count = |name: &str| answer[name].as_u64().unwrap_or_default();
            let (accepted, refused) = (count("accepted"), count("refused"));
            tracing::info!(accepted, refused, dry_run, "a file of orders is read");
        }
        answered(end)
    }
}

/// What is said of a file to whoever sent it. Only what is not the file's own doing is worth the same try again.
fn answered(end: io::Result<ImportEnd<Value>>) -> Result<Value, DoorRefusal> {
    match end {
        Ok(ImportEnd::Read(answer)) => Ok(answer),
        Ok(ImportEnd::Unread(why)) => {
            tracing::warn!("a file of orders could not be read; its answer says why");
            Err(DoorRefusal::Unread(why))
        }
        Ok(ImportEnd::Broken(why)) => {
            tracing::warn!("the orders of a file are not all taken in; its sender is told to send it again");
            Err(DoorRefusal::Again(why))
        }
        Ok(ImportEnd::Again(why)) => Err(DoorRefusal::Again(why)),
        Err(error) => {
            tracing::error!(%error, "the program that reads orders does not start, and no file of orders is taken in");
            Err(DoorRefusal::Again(format!("the program that reads it does not start: {error}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_body_does_to_its_reader_is_no_reason_to_send_it_again_and_what_the_station_lacks_is() {
        let status = |end: io::Result<ImportEnd<Value>>| answered(end).map_err(|refusal| refusal.status().as_u16());
        assert_eq!(status(Ok(ImportEnd::Unread("it was killed".into()))), Err(422));
        assert_eq!(status(Ok(ImportEnd::Broken("it was killed".into()))), Err(503));
        assert_eq!(status(Ok(ImportEnd::Again("the disk is nearly full".into()))), Err(503));
        assert_eq!(status(Err(io::ErrorKind::OutOfMemory.into())), Err(503), "no process");
        assert_eq!(status(Ok(ImportEnd::Read(Value::Null))), Ok(Value::Null));
    }
}
