//! Claims about the tree itself, and about whole parts of the program against plain ones.

mod guide;
#[cfg(feature = "demo")]
mod labels;
mod numbers;
mod rating;
#[cfg(feature = "demo")]
mod sheet;
#[cfg(feature = "demo")]
mod supplied;
mod tidy;
mod wiring;
