//! The computer of the station: its disk, its data folder, and the core that runs on it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use parceld::daemon::{Core, Moment};
use parceld::station::fact::Fact;
use parceld::store::{Machine, Mark, Store, StoreError};

use crate::disk::{Disk, DiskSums, Mount};
use crate::stage::Stage;

/// A folder that is gone with its value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("parceld-days-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        // One that was killed may have left it.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) struct Computer {
    pub(crate) disk: Disk,
    core: Option<Box<Core>>,
    /// What tells it from another.
    pub(crate) board: u64,
    data: PathBuf,
    _mount: Mount,
    _dir: Scratch,
}

impl Computer {
    pub(crate) fn new() -> Self {
        let (disk, dir) = (Disk::default(), Scratch::new());
        let mount = Mount::new(&dir.0, &disk);
        let data = dir.0.join("parceld");
        Self { disk, core: None, board: 1, data, _mount: mount, _dir: dir }
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The folder with the mark of copies.
    pub(crate) fn mark(&self) -> PathBuf {
        Mark::beside(&self.data)
    }

    pub(crate) fn core(&mut self) -> &mut Core {
        self.core.as_mut().expect("a running core")
    }

    pub(crate) fn peek(&self) -> &Core {
        self.core.as_ref().expect("a running core")
    }

    /// The program starts, as the service does. What of the disk it took.
    pub(crate) fn start(&mut self, stage: &Stage, moment: Moment) -> Result<DiskSums, StoreError> {
        self.core = None;
        let before = self.disk.sums();
        let store = Store::open(&self.data)?;
        let mut core = Box::new(Core::new(store, stage.rules.clone(), stage.cards.clone())?);
        let mark = Mark::open(&self.mark());
        if mark.is_err() {
            core.store_mut().miss_mark();
        }
        core.store().check_newest()?;
        let machine: Machine = [("board".to_owned(), self.board.to_string())].into();
        core.recognise(moment, &machine, mark.ok())?;
        core.expect_uplink();
        self.core = Some(core);
        let after = self.disk.sums();
        Ok(DiskSums {
            reads: after.reads - before.reads,
            writes: after.writes - before.writes,
            syncs: after.syncs - before.syncs,
            ..DiskSums::default()
        })
    }

    pub(crate) fn machine(&self) -> Machine {
        [("board".to_owned(), self.board.to_string())].into()
    }

    /// The program is gone.
    pub(crate) fn stop(&mut self) {
        self.core = None;
    }

    /// Facts after one of the journal, without decisions, and the number of the last one.
    pub(crate) fn facts_after(&self, seq: u64) -> Result<(Vec<Fact>, u64), StoreError> {
        let (mut facts, store) = (Vec::new(), self.peek().store());
        store.replay_after(seq, u64::MAX >> 1, |_, fact| {
            facts.push(fact);
            Ok(())
        })?;
        Ok((facts, store.last_fact()))
    }
}
