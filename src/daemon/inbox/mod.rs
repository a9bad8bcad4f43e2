//! Order files that are imported as they are dropped into a folder.
//!
//! A thread of its own: whatever a file or its disk does, the loop goes on. It waits for the kernel to say that something was
//! dropped; only that the folder is still the same one is looked at, every half minute, because a stick may be mounted there.
//! Files are taken one at a time, in the order in which they came. `watch` hears what happens, `names` reads names, `folder`
//! moves files aside, answers and erases, `importer` starts the program that reads them.

mod folder;
mod importer;
mod names;
mod watch;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, DirEntry};
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use folder::{NotTaken, OrdersFolder, TakenFile};
use importer::OrderImporter;
use names::{DropPlace, NameSays, REJECTS, TAKEN};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use watch::{FolderEvent, FolderWatch};

use super::order_reader::ImportEnd;
use super::{Setup, clock};
use crate::units::Timestamp;

/// How often it is looked whether the folder is there, and the same; and what the station refused is tried again.
const LOOK: Duration = Duration::from_secs(30);
/// A file that nobody was heard to close is whole when it has not changed for so long.
const SETTLED: Duration = Duration::from_secs(2);
/// An empty file is one that is about to be written, as long as this.
const EMPTY: Duration = Duration::from_secs(30);
/// Files that wait to be taken, at most; others are found by looking.
const MOST_WAITING: usize = 10_000;

/// The thread; dropped, it ends.
#[derive(Debug)]
pub(super) struct OrdersInbox {
    erase: Sender<Timestamp>,
    wake: PipeWriter,
}

impl OrdersInbox {
    /// Starts the thread, where a folder is configured.
    pub(super) fn start(setup: &Setup) -> std::io::Result<Option<Self>> {
        let Some(orders) = &setup.config.orders else { return Ok(None) };
        let (erase, erasing) = channel();
        let (woken, wake) = std::io::pipe()?;
        let watcher = FolderWatcher::new(&orders.folder, &setup.config.file, erasing, woken);
        std::thread::Builder::new().name("inbox".to_owned()).spawn(move || watcher.run())?;
        Ok(Some(Self { erase, wake }))
    }

    /// Erases what was answered before this moment.
    pub(super) fn erase(&mut self, before: Timestamp) {
        // A thread that has ended has said so.
        if self.erase.send(before).is_ok() {
            let _ = self.wake.write_all(&[0]);
        }
    }
}

/// A file that nobody was heard to close.
#[derive(Debug, PartialEq, Eq)]
struct GrowingFile {
    size: u64,
    written: Option<SystemTime>,
}

/// The station took nothing.
#[derive(Debug)]
struct StationRefusal {
    why: String,
    /// When it is asked again.
    again: Instant,
    /// Files whose answer says so.
    told: BTreeSet<TakenFile>,
}

/// What the thread has.
struct FolderWatcher {
    folder: OrdersFolder,
    importer: OrderImporter,
    erasing: Receiver<Timestamp>,
    woken: PipeReader,
    /// `None` while the folder is not there.
    watch: Option<FolderWatch>,
    /// Why it is not watched, as the log has it.
    said: Option<String>,
    /// Something was dropped that nobody has heard of: the folder has to be looked through.
    lost: bool,
    /// What is to be taken, in the order in which it came; and whether it may be empty.
    arrived: VecDeque<(DropPlace, bool)>,
    growing: BTreeMap<DropPlace, (GrowingFile, Instant)>,
    /// Moved aside, and not answered.
    taken: VecDeque<TakenFile>,
    refused: Option<StationRefusal>,
}

impl FolderWatcher {
    fn new(folder: &Path, config: &Path, erasing: Receiver<Timestamp>, woken: PipeReader) -> Self {
        Self {
            folder: OrdersFolder::new(folder),
            importer: OrderImporter::new(config),
            erasing,
            woken,
            watch: None,
            said: None,
            lost: false,
            arrived: VecDeque::new(),
            growing: BTreeMap::new(),
            taken: VecDeque::new(),
            refused: None,
        }
    }

    fn run(mut self) {
        loop {
            self.keep_watch();
            self.settle();
            let worked = self.import_next() || self.take_next();
            let patience = if worked { Duration::ZERO } else { self.patience() };
            if !self.wait(patience) {
                return;
            }
            while let Ok(before) = self.erasing.try_recv() {
                match self.folder.erase(before) {
                    Ok(0) => {}
                    Ok(files) => tracing::info!(files, "dropped files and their answers erased"),
                    Err(error) => tracing::error!(%error, "dropped files could not be erased; look at their folder"),
                }
            }
        }
    }

    /// Sees to it that the folder is watched, once it is there.
    fn keep_watch(&mut self) {
        let root = self.folder.root().to_owned();
        if self.watch.as_ref().is_some_and(|watch| !watch.is_of(&root)) {
            self.forget();
        }
        if self.watch.is_none() {
            match FolderWatch::open(&root) {
                Ok(watch) => {
                    tracing::info!(folder = %root.display(), "order files are imported as they are dropped");
                    (self.watch, self.said, self.lost) = (Some(watch), None, true);
                    self.taken = self.folder.unanswered().into();
                }
                Err(error) => {
                    let why = error.to_string();
                    if self.said.as_ref() != Some(&why) {
                        tracing::warn!(folder = %root.display(), why, "no order files are taken: the folder cannot be used");
                        self.said = Some(why);
                    }
                }
            }
        }
        if self.watch.is_some() && self.lost && self.arrived.is_empty() {
            self.lost = false;
            self.look_through(None);
        }
    }

    /// It is another folder, or none.
    fn forget(&mut self) {
        self.watch = None;
        self.arrived.clear();
        self.growing.clear();
        self.taken.clear();
        self.refused = None;
    }

    /// Looks what lies in the folder, or in that of a shop.
    fn look_through(&mut self, shop: Option<&str>) {
        let dir = self.folder.drop_dir(shop);
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) => return self.say_of_folder(shop, &format!("it cannot be looked into: {error}")),
        };
        for entry in entries.flatten() {
            let place = DropPlace { shop: shop.map(str::to_owned), name: entry.file_name() };
            if is_dir(&entry) {
                self.find_folder(place);
            } else {
                self.find(place);
            }
        }
    }

    /// A folder in the folder is a shop's; one in that is nobody's.
    fn find_folder(&mut self, place: DropPlace) {
        let is_ours = place.shop.is_none() && place.name == TAKEN;
        if is_ours || names::says(&place.name) == NameSays::NotYet {
            return;
        }
        if place.shop.is_some() {
            return self.refuse(&place, "it is a folder in a shop's folder; put the files beside it");
        }
        let Some(shop) = names::shop(&place.name) else {
            return self.refuse(&place, "its name cannot be a shop's; give it a short one, of letters on one line");
        };
        let Some(watch) = &mut self.watch else { return };
        match watch.add(&self.folder.drop_dir(Some(&shop)), &shop) {
            Ok(true) => self.look_through(Some(&shop)),
            Ok(false) => {
                self.refuse(&place, "there are more folders than the station watches; put its files elsewhere")
            }
            Err(error) => self.say_of_folder(Some(&shop), &format!("it cannot be watched: {error}")),
        }
    }

    /// Something lies there, which may be written still.
    fn find(&mut self, place: DropPlace) {
        if !matches!(names::says(&place.name), NameSays::Orders(_) | NameSays::Unfit(_)) {
            return;
        }
        let path = self.path_of(&place);
        let Ok(found) = fs::symlink_metadata(&path) else { return };
        // Nobody writes a link; and a second name of a file is made when the file is whole.
        if !found.is_file() {
            return self.arrive(place, true);
        }
        if self.growing.len() < MOST_WAITING {
            let file = GrowingFile { size: found.len(), written: found.modified().ok() };
            self.growing.entry(place).or_insert((file, Instant::now()));
        } else {
            self.lost = true;
        }
    }

    fn arrive(&mut self, place: DropPlace, may_be_empty: bool) {
        self.growing.remove(&place);
        if self.arrived.iter().any(|(other, _)| *other == place) {
            return;
        }
        if self.arrived.len() < MOST_WAITING {
            self.arrived.push_back((place, may_be_empty));
        } else {
            self.lost = true;
        }
    }

    fn path_of(&self, place: &DropPlace) -> std::path::PathBuf {
        self.folder.drop_dir(place.shop.as_deref()).join(&place.name)
    }

    /// Files that have not changed for a while are whole: the oldest came first.
    fn settle(&mut self) {
        let mut whole = Vec::new();
        let mut growing = std::mem::take(&mut self.growing);
        growing.retain(|place, (file, since)| {
            if since.elapsed() < settled(file.size) {
                return true;
            }
            let Ok(found) = fs::symlink_metadata(self.path_of(place)) else { return false };
            let now = GrowingFile { size: found.len(), written: found.modified().ok() };
            if *file == now {
                whole.push((file.written, place.clone()));
                return false;
            }
            (*file, *since) = (now, Instant::now());
            true
        });
        self.growing = growing;
        whole.sort();
        whole.into_iter().for_each(|(_, place)| self.arrive(place, true));
    }

    /// Moves the next file aside. Whether there was one.
    fn take_next(&mut self) -> bool {
        if self.taken.len() >= MOST_WAITING {
            return false;
        }
        let Some((place, may_be_empty)) = self.arrived.pop_front() else { return false };
        let path = self.path_of(&place);
        match names::says(&place.name) {
            NameSays::Label | NameSays::NotYet => {}
            NameSays::Unfit(why) if fs::symlink_metadata(&path).is_ok() => self.refuse(&place, &why),
            NameSays::Unfit(_) => {}
            NameSays::Orders(_) if !may_be_empty && is_empty(&path) => self.find(place),
            NameSays::Orders(name) => match self.folder.take(place.shop.as_deref(), &name, clock()) {
                Ok(file) => {
                    if let Some(refused) = &mut self.refused {
                        tell(&self.folder, &file, refused);
                    }
                    self.taken.push_back(file);
                }
                Err(NotTaken::Gone) => {}
                Err(NotTaken::Unfit(why)) => self.refuse(&place, &why),
            },
        }
        true
    }

    /// Imports the next taken file. Whether there was one, and it was answered for good.
    fn import_next(&mut self) -> bool {
        let waits = self.refused.as_ref().is_some_and(|refused| Instant::now() < refused.again);
        let Some(file) = self.taken.front().filter(|_| !waits) else { return false };
        let text = match self.importer.import(&self.folder, file) {
            ImportEnd::Read(report) => {
                let (accepted, refused) = (report.count("accepted"), report.count("refused"));
                tracing::info!(accepted, refused, "a dropped file is imported");
                report.text()
            }
            ImportEnd::Unread(why) => {
                tracing::warn!("a dropped file could not be read; its answer says why");
                format!("it could not be read, and nothing was taken in: {why}\n")
            }
            // The same file would end the same way, and whatever waits behind it would wait for ever.
            ImportEnd::Broken(why) => {
                tracing::warn!("a dropped file could not be read to its end; its answer says why");
                format!("not all of it may be taken in: {why}; drop it again then, what is here already stays\n")
            }
            ImportEnd::Again(why) => {
                self.refuse_all(why);
                return false;
            }
        };
        let rejects = match self.folder.has_rejects(file) {
            true => {
                format!("what was refused is in {}{REJECTS}: mend it there and drop it under another name\n", file.name)
            }
            false => String::new(),
        };
        match self.folder.answer(file, &(text + &rejects)) {
            Ok(()) => {
                tracing::info!("a dropped file is answered");
                self.taken.pop_front();
                self.refused = None;
                true
            }
            Err(error) => {
                let why = format!("its answer cannot be written: {error}");
                tracing::error!(
                    why,
                    "a dropped file is imported and not answered; it is tried again every half minute"
                );
                self.refuse_all(why);
                false
            }
        }
    }

    /// Nothing goes on for a while; every file that waits says why.
    fn refuse_all(&mut self, why: String) {
        let told = match self.refused.take() {
            Some(refused) if refused.why == why => refused.told,
            _ => {
                tracing::warn!(why, "no dropped file is taken in; it is tried again every half minute");
                BTreeSet::new()
            }
        };
        let mut refused = StationRefusal { why, again: Instant::now() + LOOK, told };
        self.taken.iter().for_each(|file| tell(&self.folder, file, &mut refused));
        self.refused = Some(refused);
    }

    /// Says beside something why it stays where it is.
    fn refuse(&mut self, place: &DropPlace, why: &str) {
        tracing::warn!(why, "something that was dropped is not taken");
        let name = names::shown(&place.name);
        if let Err(error) = self.folder.say(place.shop.as_deref(), &name, &format!("it is not taken: {why}\n")) {
            self.say_of_folder(place.shop.as_deref(), &format!("no answer can be written into it: {error}"));
        }
    }

    /// Says of a shop's folder, beside it, why nothing is done in it; of the whole folder the log alone can say it.
    fn say_of_folder(&mut self, shop: Option<&str>, why: &str) {
        let todo = "let the station's user read it and write into it, with chmod g+rwx";
        tracing::error!(why, "a folder of orders cannot be used; {todo}");
        if let Some(shop) = shop {
            // The log has it already.
            let _ = self.folder.say(None, shop, &format!("no file is taken from this folder: {why}; {todo}\n"));
        }
    }

    /// How long there is nothing to do, if nothing happens.
    fn patience(&self) -> Duration {
        let growing = self.growing.values().map(|(file, since)| settled(file.size).saturating_sub(since.elapsed()));
        let again = self.refused.iter().map(|refused| refused.again.saturating_duration_since(Instant::now()));
        growing.chain(again).fold(LOOK, Duration::min)
    }

    /// Waits until something happens, and hears of it; false when the program ends.
    fn wait(&mut self, patience: Duration) -> bool {
        // A millisecond more than is left of the last one.
        let patience = if patience.is_zero() { patience } else { patience + Duration::from_millis(1) };
        let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
        let mut waiting = vec![PollFd::new(self.woken.as_fd(), PollFlags::POLLIN)];
        waiting.extend(self.watch.as_ref().map(|watch| PollFd::new(watch.as_fd(), PollFlags::POLLIN)));
        match poll(&mut waiting, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => {
                tracing::error!(%error, "the folder of orders is not watched any more; restart the service");
                return false;
            }
        }
        let happened: Vec<PollFlags> =
            waiting.iter().map(|waited| waited.revents().unwrap_or(PollFlags::empty())).collect();
        drop(waiting);
        // A wake-up is one byte; at the end of the program there is none.
        if !happened[0].is_empty() && !matches!(self.woken.read(&mut [0; 64]), Ok(1..)) {
            return false;
        }
        if happened.get(1).is_some_and(|happened| !happened.is_empty()) {
            let events = self.watch.as_mut().map(FolderWatch::events).unwrap_or_default();
            events.into_iter().for_each(|event| self.hear(event));
        }
        true
    }

    fn hear(&mut self, event: FolderEvent) {
        match event {
            FolderEvent::Closed(place) => {
                if matches!(names::says(&place.name), NameSays::Orders(_) | NameSays::Unfit(_)) {
                    self.arrive(place, false);
                }
            }
            FolderEvent::Appeared(place) => {
                // Whoever writes a file closes it, and that is heard of.
                let whole = |found: fs::Metadata| !found.is_file() || found.nlink() > 1;
                if fs::symlink_metadata(self.path_of(&place)).is_ok_and(whole) {
                    self.find(place);
                }
            }
            FolderEvent::Folder(place) => self.find_folder(place),
            FolderEvent::Lost => self.lost = true,
            FolderEvent::Ended => self.forget(),
        }
    }
}

/// Says beside a taken file that it waits, and why; once for each reason.
fn tell(folder: &OrdersFolder, file: &TakenFile, refused: &mut StationRefusal) {
    if refused.told.contains(file) {
        return;
    }
    let text = format!(
        "not taken in yet: {}\nit is kept, and tried again every half minute; there is no need to drop it again\n",
        refused.why
    );
    match folder.say(file.shop.as_deref(), &file.name, &text) {
        Ok(()) => drop(refused.told.insert(file.clone())),
        Err(error) => tracing::error!(%error, "an answer beside a dropped file cannot be written"),
    }
}

fn is_dir(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}

fn is_empty(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0)
}

/// How long a file of this size must not have changed.
fn settled(size: u64) -> Duration {
    if size == 0 { EMPTY } else { SETTLED }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn watcher(folder: &Path) -> (FolderWatcher, PipeWriter) {
        let (woken, wake) = std::io::pipe().expect("a pipe");
        (FolderWatcher::new(folder, Path::new("station.toml"), channel().1, woken), wake)
    }

    fn growing(watcher: &FolderWatcher) -> Vec<String> {
        watcher.growing.keys().map(|place| names::shown(&place.name)).collect()
    }

    #[test]
    fn a_folder_that_comes_later_or_another_one_in_its_place_is_looked_through_and_a_link_is_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("drop");
        let (mut watcher, _wake) = watcher(&root);
        watcher.keep_watch();
        assert!(watcher.watch.is_none() && watcher.said.is_some());
        fs::create_dir(&root).expect("a folder");
        fs::write(root.join("a.csv"), "x").expect("a file");
        watcher.keep_watch();
        assert_eq!(growing(&watcher), ["a.csv"]);
        // As if a stick were mounted there.
        fs::rename(&root, dir.path().join("below")).expect("moved");
        fs::create_dir_all(root.join("US-01")).expect("a folder");
        fs::write(root.join("US-01/b.csv"), "x").expect("a file");
        watcher.keep_watch();
        assert_eq!(growing(&watcher), ["b.csv"]);
        // More happened than was told.
        fs::write(root.join("c.csv"), "x").expect("a file");
        watcher.hear(FolderEvent::Lost);
        watcher.keep_watch();
        assert_eq!(growing(&watcher), ["c.csv", "b.csv"]);
        fs::rename(&root, dir.path().join("gone")).expect("moved");
        symlink(dir.path().join("below"), &root).expect("a link");
        watcher.keep_watch();
        assert!(
            watcher.watch.is_none() && watcher.said.as_ref().is_some_and(|said| said.contains("a link leads there"))
        );
    }

    #[test]
    fn a_file_that_nobody_was_heard_to_close_is_taken_when_it_does_not_change_any_more() {
        let dir = tempfile::tempdir().expect("a folder");
        let (mut watcher, _wake) = watcher(dir.path());
        for (name, text) in [("a.csv", "x"), ("empty.csv", ""), ("b.csv", "y")] {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        watcher.keep_watch();
        let later = |watcher: &mut FolderWatcher| {
            watcher.growing.values_mut().for_each(|(_, since)| *since -= SETTLED);
            watcher.settle();
            watcher.arrived.iter().map(|(place, _)| names::shown(&place.name)).collect::<Vec<_>>()
        };
        watcher.settle();
        assert!(watcher.arrived.is_empty() && watcher.patience() <= SETTLED);
        fs::write(dir.path().join("a.csv"), "more").expect("a file");
        assert_eq!(later(&mut watcher), ["b.csv"]);
        assert_eq!(later(&mut watcher), ["b.csv", "a.csv"]);
        assert_eq!(growing(&watcher), ["empty.csv"]);
        // Of one that is heard of, its writer says when it is whole.
        fs::write(dir.path().join("written.csv"), "x").expect("a file");
        let place = DropPlace { shop: None, name: "written.csv".into() };
        watcher.hear(FolderEvent::Appeared(place));
        assert_eq!(growing(&watcher), ["empty.csv"]);
        while watcher.take_next() {}
        let taken: Vec<&str> = watcher.taken.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(taken, ["b.csv", "a.csv"]);
    }
}
