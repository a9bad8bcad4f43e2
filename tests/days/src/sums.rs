//! Figures of days, added up; as text, to be kept between two runs.

use crate::checks::Evidence;
use crate::disk::DiskSums;
use parceld::station::fact::Fact;

macro_rules! sums {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What was counted.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub(crate) struct DaySums {
            $($(#[$doc])* pub(crate) $name: u64,)*
        }

        impl DaySums {
            /// Adds those of another day.
            pub(crate) fn add(&mut self, other: &Self) {
                let slowest = self.slowest_start_us.max(other.slowest_start_us);
                $(self.$name += other.$name;)*
                self.slowest_start_us = slowest;
            }

            /// Every figure with its name.
            pub(crate) fn all(&self) -> Vec<(&'static str, u64)> {
                vec![$(($text, self.$name)),*]
            }

            /// Takes a figure in that was written by its name.
            pub(crate) fn set(&mut self, name: &str, value: u64) {
                match name {
                    $($text => self.$name = value,)*
                    _ => {}
                }
            }
        }
    };
}

sums! {
    /// Days.
    days = "days";
    /// Parcels that were closed.
    closed = "parcels closed";
    /// Numbers that were used.
    committed = "numbers used";
    /// Facts that were recorded.
    facts = "facts recorded";
    /// Labels that were sent.
    sent = "labels sent";
    /// Labels that came out.
    labels = "labels out";
    /// Prints of which nobody knew.
    doubts = "prints in doubt";
    /// Manifests.
    manifests = "manifests";
    /// Events that the hub has.
    taken = "events at the hub";
    /// Turns at the bench.
    turns = "turns";
    /// Times that the program was killed.
    kills = "kills";
    /// Times that the power went.
    cuts = "power cuts";
    /// Sectors that a cut took.
    lost_sectors = "sectors lost or torn";
    /// Starts of the program.
    starts = "starts";
    /// The slowest start on a worn card, microseconds.
    slowest_start_us = "slowest start, µs";
    /// Operations that failed.
    failed = "disk operations failed";
    /// Writes for which there was no room.
    no_room = "writes without room";
    /// Events that could not be recorded and were refused.
    refused = "events refused";
    /// Those for which there was no room.
    full = "events refused, disk full";
    /// Times that the link went or got bad.
    flaps = "link flaps";
    /// Answers that were wrong, late or missing.
    troubles = "answers wrong or missing";
    /// Times that the upload waited for a person.
    stops = "uploads stopped";
    /// Times that the hub lost events.
    hub_losses = "hub restored";
    /// Old copies put back.
    restores = "old copies put back";
    /// Cards that went on in another computer.
    moved = "cards moved";
    /// Wrong clocks.
    jumps = "clock jumps";
    /// Mistakes of the packer.
    blunders = "mistakes of the packer";
    /// Orders that changed.
    order_changes = "orders changed";
    /// Orders that were looked for after they were erased.
    erased = "erased orders looked for";
    /// Operations of the disk.
    operations = "disk operations";
    /// Syncs.
    syncs = "disk syncs";
}

impl DaySums {
    pub(crate) fn disk(&mut self, disk: &DiskSums, troubles: u64) {
        self.days = 1;
        (self.cuts, self.lost_sectors, self.failed) = (disk.cuts, disk.lost_sectors, disk.failed);
        (self.no_room, self.operations, self.syncs) = (disk.full, disk.operations, disk.syncs);
        self.troubles = troubles;
    }

    pub(crate) fn count(&mut self, evidence: &Evidence) {
        let facts = &evidence.record.facts;
        let count = |of: fn(&Fact) -> bool| facts.iter().filter(|fact| of(fact)).count() as u64;
        self.facts = facts.len() as u64;
        self.committed = count(|fact| matches!(fact, Fact::Committed { .. }));
        self.doubts = count(|fact| matches!(fact, Fact::PrintDoubted { .. }));
        self.manifests = count(|fact| matches!(fact, Fact::ManifestClosed { .. }));
        (self.labels, self.taken) = (evidence.labels.len() as u64, evidence.taken.len() as u64);
    }
}
