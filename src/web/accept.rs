//! Taking connections, whatever goes wrong: a program without a free file descriptor has one again later.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

/// After an error nothing is taken for so long: most of them are over only when somebody closes a file.
const PAUSE: Duration = Duration::from_millis(200);

/// It is said again only after so long, however often it comes and goes.
const SAID: Duration = Duration::from_secs(60);

/// Takes connections of one kind, and says when it cannot.
#[derive(Debug)]
pub struct Acceptor {
    what: &'static str,
    said: Option<Instant>,
}

impl Acceptor {
    /// For the page, for the control socket: `what` is its name in the log.
    pub fn of(what: &'static str) -> Self {
        Self { what, said: None }
    }

    /// The next connection. No error ends it.
    pub async fn next<T, F>(&mut self, mut accept: impl FnMut() -> F) -> T
    where
        F: Future<Output = std::io::Result<T>>,
    {
        loop {
            match accept().await {
                Ok(connection) => return connection,
                Err(error) => {
                    self.say(&error);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn say(&mut self, error: &std::io::Error) {
        let now = Instant::now();
        if self.said.is_none_or(|said| now.duration_since(said) >= SAID) {
            self.said = Some(now);
            tracing::error!(
                of = self.what,
                %error,
                "a connection cannot be taken; it is tried again. If it stays so, end what holds connections open"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_error_ends_the_taking_of_connections_and_a_row_of_them_is_said_once() {
        const EMFILE: i32 = 24;
        let errors = || [Error::from_raw_os_error(EMFILE), ErrorKind::ConnectionAborted.into(), Error::other("odd")];
        let (mut acceptor, mut said) = (Acceptor::of("test"), std::collections::BTreeSet::new());
        for connection in 0..2 {
            let mut answers = errors().into_iter().map(Err).chain([Ok(connection)]);
            let began = tokio::time::Instant::now();
            let taken = acceptor.next(|| std::future::ready(answers.next().expect("an answer"))).await;
            assert_eq!(taken, connection);
            assert!(began.elapsed() >= 3 * PAUSE, "it does not turn in circles");
            said.extend(acceptor.said);
        }
        assert_eq!(said.len(), 1, "it was said once");
    }
}
