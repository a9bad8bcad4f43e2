//! The virtual printer's network side: one connection at a time.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::engine::PrinterState;
use super::parse::{Item, Parser, Question};
use super::{Edge, PrinterFault, Shared};

/// Times a second at which a slow printer takes something.
const TICKS: usize = 20;
/// Between two tries to listen again at an address somebody else took meanwhile.
const RETRY: Duration = Duration::from_millis(100);

/// Listens while the printer is on; others wait while one is served.
pub(super) async fn run(first: TcpListener, address: SocketAddr, shared: Shared) {
    let mut listener = Some(first);
    let mut switch = shared.state.subscribe();
    loop {
        let on = match listener.take() {
            Some(on) => on,
            None => bind(address).await,
        };
        shared.state.send_modify(|state| state.listening = true);
        tokio::select! {
            biased;
            _ = switch.wait_for(PrinterState::is_off) => {}
            () = serve(&on, &shared) => {}
        }
        drop(on);
        shared.state.send_modify(|state| (state.listening, state.partial) = (false, false));
        if switch.wait_for(|state| !state.is_off()).await.is_err() {
            return;
        }
    }
}

async fn bind(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(error) => tracing::warn!(%error, %address, "the virtual printer waits for its address"),
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn serve(listener: &TcpListener, shared: &Shared) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                shared.edge(Edge::Connected);
                let connection = Connection {
                    stream,
                    shared,
                    state: shared.state.subscribe(),
                    parser: Parser::new(shared.settings.language),
                    held: Vec::new(),
                    taken: 0,
                };
                if let Err(error) = connection.run().await {
                    tracing::debug!(%error, "the connection to the virtual printer broke");
                }
                shared.state.send_modify(|state| state.partial = false);
                shared.edge(Edge::Disconnected);
            }
            Err(error) => {
                tracing::warn!(%error, "the virtual printer cannot accept");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

struct Connection<'a> {
    stream: TcpStream,
    shared: &'a Shared,
    state: watch::Receiver<PrinterState>,
    parser: Parser,
    held: Vec<Vec<u8>>,
    taken: usize,
}

impl Connection<'_> {
    async fn run(mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        let mut buffer = vec![0; 4096];
        loop {
            let (room, resets, holds, slow, owes) = {
                let state = self.state.borrow_and_update();
                let slow = match state.fault {
                    PrinterFault::Slow(rate) => Some(rate as usize / TICKS + 1),
                    _ => None,
                };
                let resets = matches!(state.fault, PrinterFault::ResetAfter(_));
                (room(&state, self.taken), resets, state.hold_replies, slow, state.owes())
            };
            if owes {
                let mut name = None;
                self.shared.state.send_if_modified(|state| {
                    name = state.named(self.shared.settings);
                    false
                });
                self.held.extend(name);
            }
            if !holds {
                self.let_go().await?;
            }
            let room = room.min(slow.unwrap_or(buffer.len()));
            if room == 0 && resets {
                return self.stream.set_zero_linger();
            }
            tokio::select! {
                biased;
                changed = self.state.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                }
                count = self.stream.read(&mut buffer[..room]), if room > 0 => {
                    let count = count?;
                    if count == 0 {
                        return Ok(());
                    }
                    self.taken += count;
                    if slow.is_some() {
                        tokio::time::sleep(Duration::from_secs(1) / TICKS as u32).await;
                    }
                    for &byte in &buffer[..count] {
                        self.take(byte).await?;
                    }
                }
            }
        }
    }

    async fn take(&mut self, byte: u8) -> io::Result<()> {
        let Some(item) = self.parser.push(byte) else { return Ok(()) };
        let partial = self.parser.is_partial();
        self.shared.state.send_if_modified(|state| std::mem::replace(&mut state.partial, partial) != partial);
        match item {
            Item::JobBegun => self.shared.edge(Edge::FirstLabelByte),
            Item::Job(language, job) => {
                self.shared.state.send_modify(|state| state.receive(language, job));
                self.shared.edge(Edge::LabelReceived);
                if self.state.borrow().fault == PrinterFault::HalfCloses {
                    self.stream.shutdown().await?;
                }
            }
            Item::TooLong => tracing::warn!("the virtual printer threw a label away that is too long for it"),
            Item::Stored(name) => self.shared.state.send_modify(|state| state.store(name)),
            Item::ClearAll => self.shared.state.send_modify(PrinterState::clear),
            Item::Asked(question) => self.answer(question).await?,
        }
        Ok(())
    }

    async fn answer(&mut self, question: Question) -> io::Result<()> {
        // `~HQES` and its like are asked with `~HS`: one exchange, one edge.
        let once = !matches!(question, Question::Errors | Question::Odometer | Question::Serial);
        if once {
            self.shared.edge(Edge::StatusAsked);
        }
        let (mut reply, mut holds) = (None, false);
        self.shared.state.send_if_modified(|state| {
            reply = state.answer(question, self.shared.settings);
            holds = state.hold_replies;
            state.owes()
        });
        let Some(reply) = reply else { return Ok(()) };
        self.held.push(reply);
        if holds || !once { Ok(()) } else { self.let_go().await }
    }

    async fn let_go(&mut self) -> io::Result<()> {
        for reply in std::mem::take(&mut self.held) {
            self.stream.write_all(&reply).await?;
            self.shared.edge(Edge::StatusAnswered);
        }
        Ok(())
    }
}

/// Bytes a connection that took so many may still send: none while the buffer is full.
fn room(state: &PrinterState, taken: usize) -> usize {
    match state.fault {
        PrinterFault::StallAfter(limit) | PrinterFault::ResetAfter(limit) => limit.saturating_sub(taken),
        _ if state.is_full() => 0,
        _ => usize::MAX,
    }
}
