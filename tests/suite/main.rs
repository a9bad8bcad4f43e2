//! Claims about the tree itself, and about whole parts of the program against plain ones.

#[cfg(feature = "demo")]
mod labels;
mod numbers;
mod rating;
mod tidy;
