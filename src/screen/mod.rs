//! The packer's screen: one view value -> pixels, in the operator's language.
//!
//! Pure. A [`View`] says everything there is to see; `draw` puts it on any infallible `DrawTarget`; the page shows the
//! same value. No sentence is built by concatenation: a [`Sentence`] has its words in the language files.

#![deny(clippy::disallowed_methods)]

mod draw;
mod lettering;
mod palette;
mod picture;
mod sentence;
mod shape;
mod stopped;
#[cfg(test)]
mod tests;
mod view;
mod words;

pub use draw::draw;
pub use picture::Picture;
pub use sentence::{Declared, PlaceValue, Sentence, shown};
pub use stopped::draw_stopped;
pub use view::{Awaited, Link, Mood, Symbol, View};
pub use words::{Words, WordsProblem};
