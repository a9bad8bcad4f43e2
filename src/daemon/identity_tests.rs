//! What a station tells of a database that was copied, through the loop's own steps.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Core, Moment, Setup};
use crate::station::event::{Act, Event};
use crate::station::fact::CopySign;
use crate::store::{BOARD, Machine, Mark, Recognised, Store, UplinkStop};
use crate::units::{Date, Timestamp, Uptime};
use crate::uplink;

/// A folder with the data of a station, and the mark beside it.
struct Place {
    dir: TempDir,
    setup: Setup,
}

fn moment() -> Moment {
    let today = Date::new(2026, 11, 20).expect("a day");
    Moment { now: Uptime(0), wall: Timestamp(1_795_000_000_000), today, minute: 0, clock: None }
}

fn here() -> Machine {
    [(BOARD.to_owned(), "b1".to_owned())].into()
}

impl Place {
    fn new() -> Self {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
        let setup = Setup::load(&demo).expect("the demo's configuration").0;
        Self { dir: tempfile::tempdir().expect("a folder"), setup }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn mark(&self) -> Option<Mark> {
        Some(Mark::open(&self.path("mark")).expect("a mark"))
    }

    /// The station, before it has looked where it is.
    fn opened(&self) -> Core {
        let store = Store::open(&self.path("data")).expect("a store");
        Core::new(store, self.setup.rules.clone(), self.setup.cards.clone()).expect("a station")
    }

    /// The station as it starts.
    fn started(&self) -> Core {
        let mut core = self.opened();
        core.recognise(moment(), &here(), self.mark()).expect("recognised");
        core
    }
}

fn act(core: &mut Core, act: Act) {
    core.step(moment(), Event::Act(act)).expect("done");
}

fn start_pool(core: &mut Core, next: u64) {
    act(core, Act::StartPool { carrier: "usps".into(), pool: "usps-demo-1".into(), next });
}

/// How often it has told in its present life that it was copied.
fn told(core: &Core) -> usize {
    let rows = core.store().outbox_after(core.store().incarnation(), 0, 100, 100_000).expect("rows");
    rows.iter().filter(|row| row.kind == "parceld.station.copied").count()
}

fn waits_from(core: &Core) -> Option<u64> {
    core.station().suspended().next().map(|(_, _, next)| next)
}

/// What is in a folder, to be put back.
fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).expect("a folder");
    for file in std::fs::read_dir(from).expect("a folder").map(|file| file.expect("a file").path()) {
        std::fs::copy(&file, to.join(file.file_name().expect("a name"))).expect("a copy");
    }
}

fn show(core: &mut Core, fork: u64, ahead: u64) {
    let copied = core.copied_by_receiver(uplink::CopySign { fork, ahead, elsewhere: 0 }).expect("an event");
    core.step(moment(), copied).expect("recorded");
}

#[test]
fn what_the_receiver_shows_at_each_comparison_is_told_once() {
    let place = Place::new();
    let mut core = place.started();
    start_pool(&mut core, 10);
    show(&mut core, 1, 1);
    assert_eq!((told(&core), waits_from(&core)), (1, Some(111)));
    // A head says more of the other history than the first event that was not taken.
    show(&mut core, 1, 4);
    drop(core);
    let mut core = place.started();
    show(&mut core, 1, 101);
    assert_eq!((told(&core), waits_from(&core)), (1, Some(111)));
    show(&mut core, 1, 102);
    assert_eq!((told(&core), waits_from(&core)), (2, Some(212)), "the other history goes on");
    show(&mut core, 1, 102);
    assert_eq!(told(&core), 2);
}

#[test]
fn a_word_while_the_uplink_tries_again_leaves_the_fork() {
    let place = Place::new();
    let mut core = place.started();
    start_pool(&mut core, 10);
    show(&mut core, 1, 1);
    let stop = UplinkStop { why: "409".into(), settings: String::new(), fork: Some(1), retried: false };
    core.store_mut().set_uplink_stop(Some(&stop)).expect("kept");
    core.store_mut().retry_uplink().expect("kept");
    let before = core.store().incarnation().to_owned();
    assert!(!core.leave_fork(moment().wall, &here()).expect("an answer"), "nobody has said how numbers go on");
    act(&mut core, Act::StartPools);
    assert!(core.leave_fork(moment().wall, &here()).expect("an answer"));
    assert_ne!(core.store().incarnation(), before);
    assert_eq!(core.store().uplink_stop().expect("an answer"), None);
}

#[test]
fn a_power_cut_before_another_life_is_at_home_tells_nothing_twice() {
    let place = Place::new();
    let mut core = place.started();
    start_pool(&mut core, 10);
    drop(core);
    // It was put back elsewhere, and the power goes once that is recorded.
    std::fs::remove_dir_all(place.path("mark")).expect("gone");
    let mut core = place.opened();
    let Recognised::Copy { why, next } = core.store_mut().recognise(&here(), place.mark(), &[]).expect("an answer")
    else {
        panic!("no copy");
    };
    core.store_mut().begin_life(Some((why, "a1", &next))).expect("begun");
    core.step(moment(), Event::Copied { why, was: "a1".into(), next, life: "7F3A".into(), parcels: Vec::new() })
        .expect("recorded");
    drop(core);
    for _ in 0..2 {
        let core = place.started();
        assert_eq!((told(&core), core.station().copied()), (1, Some(CopySign::NoMark)));
    }

    // The same with a new database in the place of that one.
    std::fs::remove_dir_all(place.path("data")).expect("gone");
    let mut core = place.opened();
    let found = core.store_mut().recognise(&here(), place.mark(), &[]).expect("an answer");
    let Recognised::Successor { was, next } = found else { panic!("{found:?}") };
    core.store_mut().note_begun(CopySign::Successor, &was, &next).expect("kept");
    let copied = Event::Copied { why: CopySign::Successor, was, next, life: "7F3A".into(), parcels: Vec::new() };
    core.step(moment(), copied).expect("recorded");
    drop(core);
    let core = place.started();
    assert_eq!((told(&core), core.station().copied()), (1, Some(CopySign::Successor)));
}

#[test]
fn the_same_old_copy_put_back_twice_is_told_twice_and_gives_no_number_twice() {
    let place = Place::new();
    let mut core = place.started();
    start_pool(&mut core, 10);
    drop(core);
    copy(&place.path("data"), &place.path("copy"));
    let mut core = place.started();
    start_pool(&mut core, 50);
    drop(core);
    let mut begun = Vec::new();
    for why in [CopySign::Behind, CopySign::OtherMark, CopySign::OtherMark] {
        copy(&place.path("copy"), &place.path("data"));
        let mut core = place.started();
        assert_eq!((told(&core), core.station().copied()), (1, Some(why)));
        begun.extend(waits_from(&core));
        act(&mut core, Act::StartPools);
    }
    assert_eq!(begun, [150, 250, 350], "each leaves out what the one before it may have used");
}

#[test]
fn a_copy_that_is_put_back_with_its_alarm_says_so_again() {
    // Without a pool of its own nothing else tells the two apart.
    for pool in [None, Some(10)] {
        let place = Place::new();
        let mut core = place.started();
        pool.into_iter().for_each(|next| start_pool(&mut core, next));
        drop(core);
        std::fs::remove_dir_all(place.path("mark")).expect("gone");
        assert_eq!(told(&place.started()), 1);
        copy(&place.path("data"), &place.path("copy"));
        act(&mut place.started(), Act::StartPools);
        for _ in 0..2 {
            copy(&place.path("copy"), &place.path("data"));
            assert_eq!(told(&place.started()), 1, "{pool:?}, in a life of its own");
        }
    }
}

#[test]
fn where_another_life_went_on_its_numbers_are_left_out_too() {
    let place = Place::new();
    let mut core = place.started();
    start_pool(&mut core, 10);
    let sign = uplink::CopySign { fork: 1, ahead: 4, elsewhere: 30 };
    let copied = core.copied_by_receiver(sign).expect("an event");
    core.step(moment(), copied).expect("recorded");
    assert_eq!(waits_from(&core), Some(10 + 4 + 30 + 1_000 + 100));
}
