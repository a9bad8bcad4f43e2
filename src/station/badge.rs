//! Badges of supervisors: `BADGE:op17.K7Q2M9XA4TBC5DEF`, a name and a part that nobody can guess.
//!
//! Whoever can print `BADGE:op17` would be a supervisor. So the part behind the last point is random, and the station knows
//! its hash alone. What is shown, recorded or told is the name.

use std::str::FromStr;

use data_encoding::{BASE32_NOPAD, HEXLOWER_PERMISSIVE};
use sha2::{Digest, Sha256};

use crate::barcode::Command;

/// Random bytes of a badge: 80 bits, which nobody tries out.
pub const RANDOM: usize = 10;
/// Letters and digits that they are written in.
const SECRET: usize = 16;
/// How `station.toml` begins a hash.
const HASH: &str = " sha256:";

/// What may be shown of a badge, or of a command with one: everything before its secret part.
pub fn public(badge: &str) -> &str {
    split(badge).map_or(badge, |(name, _)| name)
}

/// Name and secret part of a badge that has one.
fn split(badge: &str) -> Option<(&str, &str)> {
    let is_secret = |part: &str| part.len() == SECRET && BASE32_NOPAD.decode(part.as_bytes()).is_ok();
    badge.rsplit_once('.').filter(|(name, part)| !name.is_empty() && is_secret(part))
}

/// A badge with this name and these random bytes.
pub fn with_secret(name: &str, random: [u8; RANDOM]) -> String {
    format!("{name}.{}", BASE32_NOPAD.encode(&random))
}

/// A supervisor, as `station.toml` names him: `op17 sha256:…`, or a whole badge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Supervisor {
    /// The name on the badge, which facts keep.
    pub name: String,
    /// SHA-256 of the whole badge.
    hash: [u8; 32],
    /// The badge is its name alone.
    is_guessable: bool,
}

/// What is written names no badge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write what stands behind BADGE: on it, or what `parceld badge` printed for it")]
pub struct SupervisorError;

impl Supervisor {
    /// Whose badge this is.
    pub fn of_badge(badge: &str) -> Self {
        let hash = Sha256::digest(badge).into();
        Self { name: public(badge).to_owned(), hash, is_guessable: split(badge).is_none() }
    }

    /// Whether this is his badge.
    pub fn has(&self, badge: &str) -> bool {
        self.name == public(badge) && <[u8; 32]>::from(Sha256::digest(badge)) == self.hash
    }

    /// Whether anybody who knows his name can print his badge.
    pub const fn is_guessable(&self) -> bool {
        self.is_guessable
    }

    /// As `station.toml` has it; the badge cannot be made from it.
    pub fn configured(&self) -> String {
        format!("{}{HASH}{}", self.name, HEXLOWER_PERMISSIVE.encode(&self.hash))
    }
}

impl FromStr for Supervisor {
    type Err = SupervisorError;

    fn from_str(text: &str) -> Result<Self, SupervisorError> {
        let Some((name, hash)) = text.split_once(HASH) else {
            let is_badge = Command::named("BADGE", Some(text)).is_ok();
            return is_badge.then(|| Self::of_badge(text)).ok_or(SupervisorError);
        };
        let hash = HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).ok().and_then(|hash| hash.try_into().ok());
        let hash = hash.filter(|_| Command::named("BADGE", Some(name)).is_ok()).ok_or(SupervisorError)?;
        Ok(Self { name: name.to_owned(), hash, is_guessable: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_is_known_by_its_hash_and_shown_by_its_name() {
        let badge = with_secret("op17", [7; RANDOM]);
        assert_eq!(badge.len(), "op17.".len() + SECRET);
        assert_eq!((public(&badge), public("op17"), public("j.doe")), ("op17", "op17", "j.doe"));
        let configured = Supervisor::of_badge(&badge).configured();
        assert!(!configured.contains(badge.rsplit_once('.').expect("a secret").1));
        let known: Supervisor = configured.parse().expect("a supervisor");
        assert!(known.has(&badge) && !known.is_guessable());
        for other in ["op17", &with_secret("op17", [8; RANDOM]), &with_secret("op18", [7; RANDOM]), &configured] {
            assert!(!known.has(other), "{other}");
        }
    }

    #[test]
    fn a_whole_badge_counts_as_it_always_did_and_one_without_a_secret_part_can_be_guessed() {
        let plain: Supervisor = "op17".parse().expect("a supervisor");
        assert!(plain.has("op17") && plain.is_guessable());
        let whole: Supervisor = "op17.AAAAAAAAAAAAAAAA".parse().expect("a supervisor");
        assert!(whole.has("op17.AAAAAAAAAAAAAAAA") && !whole.has("op17") && !whole.is_guessable());
        for wrong in ["", "op17 sha256:", "op17 sha256:12", &format!(" sha256:{}", "0".repeat(64)), "é"] {
            assert_eq!(wrong.parse::<Supervisor>(), Err(SupervisorError), "{wrong}");
        }
    }
}
