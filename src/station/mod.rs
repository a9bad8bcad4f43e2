//! The station's rules: event -> decide -> facts -> evolve.

pub mod order;
