//! Claims about the tree itself.

mod tidy;
