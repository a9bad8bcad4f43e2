//! Claims about the tree itself, and about whole parts of the program against plain ones.

mod circles;
mod guide;
#[cfg(feature = "demo")]
mod labels;
mod mistakes;
mod names;
mod numbers;
mod rating;
#[cfg(feature = "demo")]
mod sheet;
mod source;
mod statements;
#[cfg(feature = "demo")]
mod supplied;
mod tidy;
mod wiring;
