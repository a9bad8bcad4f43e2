//! The packer's screen on a display of the computer itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hal::framebuffer::{Framebuffer, FramebufferError};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use crate::screen::{Picture, View, Words, draw};
use crate::station::event::{Device, Event, Input};

pub use hal::framebuffer::Rotation;

/// The screen is made for so many pixels; a display with more shows it enlarged, by a whole number.
const LEAST: (u32, u32) = (320, 240);
/// How often the display is checked while nothing on it changes.
const LOOK: Duration = Duration::from_secs(2);

/// A display that the kernel shows as a frame buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchPanel {
    /// Its node: `/dev/fb0`.
    pub device: PathBuf,
    /// How it is mounted.
    pub rotation: Rotation,
}

impl BenchPanel {
    /// Opens it.
    ///
    /// # Errors
    /// [`FramebufferError`], with what to do.
    pub fn open(&self) -> Result<Framebuffer, FramebufferError> {
        Framebuffer::open(&self.device, self.rotation, LEAST)
    }

    /// Draws one picture on it, and leaves it there.
    ///
    /// # Errors
    /// [`FramebufferError`], with what to do.
    pub fn show(&self, draw: impl FnOnce(&mut Picture)) -> Result<(), FramebufferError> {
        show(&mut self.open()?, draw).map(drop)
    }
}

fn show(display: &mut Framebuffer, draw: impl FnOnce(&mut Picture)) -> Result<usize, FramebufferError> {
    let (width, height) = display.size();
    let mut picture = Picture::new(width, height);
    draw(&mut picture);
    display.show(|x, y| picture.rgb565(x, y))
}

/// What is to be seen, and in which words.
pub(super) type ShownView = Option<(View, Arc<Words>)>;

/// Shows what is to be seen, until the program ends; a display that is not there is looked for.
pub(super) async fn run(panel: BenchPanel, mut shown: watch::Receiver<ShownView>, events: mpsc::Sender<Input>) {
    let mut said = false;
    loop {
        let lost = match panel.open() {
            Ok(display) => {
                let (width, height) = display.size();
                tracing::info!(device = %panel.device.display(), width, height, "display opened");
                said = false;
                super::report(&events, Event::Device { device: Device::Panel, away: None }).await;
                match drive(display, &mut shown).await {
                    None => return,
                    Some(lost) => lost,
                }
            }
            Err(error) => error,
        };
        if !std::mem::replace(&mut said, true) {
            tracing::warn!(error = %lost, "the display is away");
            let away = Some(lost.to_string());
            super::report(&events, Event::Device { device: Device::Panel, away }).await;
        }
        sleep(super::AGAIN).await;
    }
}

/// Until the display is lost: why. Nothing when the program ends.
async fn drive(mut display: Framebuffer, shown: &mut watch::Receiver<ShownView>) -> Option<FramebufferError> {
    shown.mark_changed();
    // While a display comes up, the console may write over what we have drawn; once more is enough.
    let mut again = true;
    loop {
        tokio::select! {
            changed = shown.changed() => changed.ok()?,
            () = sleep(LOOK) => {
                if !display.is_there() {
                    return Some(display.gone());
                }
                if !std::mem::replace(&mut again, false) {
                    continue;
                }
                display.forget();
            }
        }
        let Some((view, words)) = shown.borrow_and_update().clone() else { continue };
        // Some megabytes on a large display: not on the thread that decides.
        let drawn = tokio::task::spawn_blocking(move || {
            let done = show(&mut display, |picture| draw(&view, &words, picture));
            (display, done)
        });
        let Ok((same, done)) = drawn.await else { return None };
        display = same;
        if let Err(error) = done {
            return Some(error);
        }
    }
}
