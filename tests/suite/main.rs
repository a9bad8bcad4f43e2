//! Claims about the tree itself, and about whole parts of the program against plain ones.

mod circles;
mod formats;
mod guide;
mod labels;
mod mangled;
mod mistakes;
mod names;
mod numbers;
mod package;
mod rating;
#[cfg(not(target_arch = "aarch64"))]
mod renderers;
mod sheet;
mod source;
mod statements;
mod supplied;
mod tidy;
mod trouble;
mod wiring;
