//! Claims about the tree itself, and about whole parts of the program against plain ones.

mod rating;
mod tidy;
