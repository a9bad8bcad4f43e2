//! What the packer sees, read from the page.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::program::DEADLINE;

/// The screen as the live page shows it.
#[derive(Debug)]
pub(crate) struct Screen {
    views: watch::Receiver<Value>,
    reader: Option<JoinHandle<()>>,
}

impl Screen {
    /// One that shows nothing.
    pub(crate) fn blank() -> Self {
        Self { views: watch::channel(Value::Null).1, reader: None }
    }

    /// The screen of the station with this page.
    pub(crate) async fn of(page: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(page).await.unwrap();
        stream.write_all(format!("GET /live HTTP/1.0\r\nHost: {page}\r\n\r\n").as_bytes()).await.unwrap();
        let (publish, views) = watch::channel(Value::Null);
        let reader = tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(Ok(said)) = line.strip_prefix("data: ").map(serde_json::from_str::<Value>) {
                    publish.send_replace(said["view"].clone());
                }
            }
        });
        let screen = Self { views, reader: Some(reader) };
        screen.shows("anything", |view| !view.is_null()).await;
        screen
    }

    /// The view at this moment.
    pub(crate) fn now(&self) -> Value {
        self.views.borrow().clone()
    }

    /// Waits until the screen looks like this, and returns it.
    pub(crate) async fn shows(&self, what: &str, mut like: impl FnMut(&Value) -> bool) -> Value {
        let mut views = self.views.clone();
        let seen = timeout(DEADLINE, views.wait_for(|view| like(view))).await;
        match seen {
            Ok(Ok(view)) => view.clone(),
            _ => panic!("the screen never shows {what}; it says {:#}", self.now()),
        }
    }

    /// Waits until the headline is this.
    pub(crate) async fn says(&self, key: &str) -> Value {
        self.shows(key, |view| view["headline"]["key"] == key).await
    }

    /// Waits until the printer has said that it cannot tell what became of the label, so that the packer is asked.
    pub(crate) async fn asks_for_the_label(&self) -> Value {
        let asks = |view: &Value| view["headline"]["key"] == "label_doubt" && view["detail"]["key"] == "label_none";
        self.shows("whether there is a label", asks).await
    }

    /// Waits until nothing waits for the receiver.
    pub(crate) async fn all_sent(&self) -> Value {
        self.shows("an empty queue and a link", |view| view["queue"] == 0 && view["link"] == "up").await
    }

    /// Waits until one of the lines at its foot is this.
    pub(crate) async fn complains(&self, key: &str) -> Value {
        self.shows(key, |view| complaints(view).any(|problem| problem == key)).await
    }

    /// Waits until there is nothing to complain about.
    pub(crate) async fn is_content(&self) -> Value {
        self.shows("no problem", |view| complaints(view).count() == 0).await
    }
}

fn complaints(view: &Value) -> impl Iterator<Item = &str> {
    view["problems"].as_array().into_iter().flatten().filter_map(|problem| problem["key"].as_str())
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            reader.abort();
        }
    }
}
