//! Who is connected to the page, and who has to go when there are too many.
//!
//! Nobody is sent away at the door: whoever holds the most places gives one up. So a page that is opened always gets in,
//! whatever others hold open.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// Connections at once. A browser opens six for a page.
const CONNECTIONS: PlaceBound = PlaceBound { all: 96, elsewhere: 64 };
/// Pages that watch the screen at once: far more than one station has people.
const WATCHERS: PlaceBound = PlaceBound { all: 32, elsewhere: 24 };

/// The most of something, and how much of it is not kept for this machine's own browser.
#[derive(Debug, Clone, Copy)]
struct PlaceBound {
    all: usize,
    elsewhere: usize,
}

/// What a connection is busy with; what comes first goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doing {
    /// It has asked nothing, or nothing more.
    Nothing,
    /// A request is answered.
    Asking,
    /// It watches the screen.
    Watching,
}

/// The number of a connection, rising.
pub(super) type GuestId = u64;

#[derive(Debug)]
struct Guest {
    id: GuestId,
    address: IpAddr,
    doing: Doing,
}

/// Every connection, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Guests(Vec<Guest>);

impl Guests {
    /// Takes a new one in. Who has to go for it.
    pub(super) fn come(&mut self, id: GuestId, address: IpAddr) -> Option<GuestId> {
        // All addresses of this machine are one.
        let address = match address.to_canonical() {
            address if address.is_loopback() => Ipv4Addr::LOCALHOST.into(),
            address => address,
        };
        self.0.push(Guest { id, address, doing: Doing::Nothing });
        self.too_many(CONNECTIONS, |_| true)
    }

    /// Notes what one does now. Who has to go for it.
    pub(super) fn turn_to(&mut self, id: GuestId, doing: Doing) -> Option<GuestId> {
        self.0.iter_mut().find(|guest| guest.id == id)?.doing = doing;
        self.too_many(WATCHERS, |guest| guest.doing == Doing::Watching)
    }

    /// One is gone.
    pub(super) fn leave(&mut self, id: GuestId) {
        self.0.retain(|guest| guest.id != id);
    }

    /// Of those from the address with the most of a kind the one that does the least, the oldest first.
    fn too_many(&self, bound: PlaceBound, of_kind: impl Fn(&Guest) -> bool) -> Option<GuestId> {
        let is_elsewhere = |guest: &&Guest| !guest.address.is_loopback();
        let mut kind: Vec<&Guest> = self.0.iter().filter(|guest| of_kind(guest)).collect();
        if kind.iter().copied().filter(|guest| is_elsewhere(guest)).count() > bound.elsewhere {
            kind.retain(is_elsewhere);
        } else if kind.len() <= bound.all {
            return None;
        }
        let mut held: BTreeMap<IpAddr, usize> = BTreeMap::new();
        kind.iter().for_each(|guest| *held.entry(guest.address).or_default() += 1);
        let (most, _) = held.into_iter().max_by_key(|(_, held)| *held)?;
        kind.into_iter().filter(|guest| guest.address == most).min_by_key(|guest| (guest.doing, guest.id)).map(|g| g.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 8));

    /// Takes so many in from an address; whoever goes is let go.
    fn fill(guests: &mut Guests, ids: std::ops::Range<u64>, address: IpAddr, doing: Doing) -> Vec<GuestId> {
        let mut gone = Vec::new();
        for id in ids {
            let goes = [guests.come(id, address), guests.turn_to(id, doing)];
            for goes in goes.into_iter().flatten() {
                guests.leave(goes);
                gone.push(goes);
            }
        }
        gone
    }

    #[test]
    fn a_newcomer_always_gets_in_and_the_oldest_that_does_nothing_goes() {
        let mut guests = Guests::default();
        assert!(fill(&mut guests, 0..3, HERE, Doing::Watching).is_empty());
        assert!(fill(&mut guests, 3..96, HERE, Doing::Nothing).is_empty());
        assert_eq!(fill(&mut guests, 96..99, HERE, Doing::Asking), [3, 4, 5], "those who watch stay");
    }

    #[test]
    fn the_oldest_watcher_goes_when_a_thirty_third_comes() {
        let mut guests = Guests::default();
        assert!(fill(&mut guests, 0..32, HERE, Doing::Watching).is_empty());
        assert_eq!(fill(&mut guests, 32..34, HERE, Doing::Watching), [0, 1]);
    }

    #[test]
    fn who_holds_the_most_gives_way_and_this_machine_has_places_kept() {
        let mut guests = Guests::default();
        fill(&mut guests, 0..2, OTHER, Doing::Nothing);
        let gone = fill(&mut guests, 2..300, ELSEWHERE, Doing::Nothing);
        assert!(gone.iter().all(|id| *id >= 2), "a quiet neighbour keeps its places");
        assert_eq!(guests.0.len(), 64);
        let own: IpAddr = "::1".parse().expect("an address");
        assert!(fill(&mut guests, 300..332, own, Doing::Nothing).is_empty(), "the bench's own page gets in");
        let mut guests = Guests::default();
        fill(&mut guests, 0..100, ELSEWHERE, Doing::Watching);
        assert!(fill(&mut guests, 100..108, HERE, Doing::Watching).is_empty());
    }
}
