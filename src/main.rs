//! The `parceld` command.

fn main() {}
