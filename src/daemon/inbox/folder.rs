//! The folder that order files are dropped in, as it lies on the disk.
//!
//! ```text
//!  FOLDER/orders.csv  --- renamed --->  FOLDER/taken/20261130T211746Z-orders.csv            then it is imported
//!  FOLDER/orders.csv.rejects.csv        what was refused                                    then they are written,
//!  FOLDER/orders.csv.answer.txt         what became of it                                   one after the other
//!                                       FOLDER/taken/20261130T211746Z-orders.csv.answer.txt
//! ```
//!
//! A taken file with its answer beside it is done; one without is imported again, which changes nothing where it was
//! imported before. The folder of a shop has its taken files in `FOLDER/taken/SHOP`. Nobody else may look into `taken`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use super::names::{self, ANSWER, NameSays, REJECTS, TAKEN};
use crate::exchange::order::MAX_FILE_BYTES;
use crate::store::stamp;
use crate::units::Timestamp;

/// What is written is written here first.
const PART: &str = ".parceld.part";
/// Letters of a time before a name.
const STAMP: usize = 16;

/// The folder.
#[derive(Debug)]
pub(super) struct OrdersFolder {
    root: PathBuf,
}

/// A file that was moved aside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TakenFile {
    /// When, as [`stamp`] writes it.
    stamp: String,
    /// Whose folder it was dropped in.
    pub(super) shop: Option<String>,
    /// Its name, as it was dropped.
    pub(super) name: String,
}

/// Why a file was not moved aside.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// It is not there any more.
    Gone,
    /// What is to be said of it.
    Unfit(String),
}

impl TakenFile {
    fn of(shop: Option<&str>, name: &str) -> Option<Self> {
        let (stamp, name) = (name.get(..STAMP)?, name.get(STAMP..)?.strip_prefix('-')?);
        let is_stamp = stamp.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
        let is_taken = is_stamp && matches!(names::says(name.as_ref()), NameSays::Orders(_));
        is_taken.then(|| Self { stamp: stamp.to_owned(), shop: shop.map(str::to_owned), name: name.to_owned() })
    }
}

impl OrdersFolder {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where files of a shop, or of none, are dropped.
    pub(super) fn drop_dir(&self, shop: Option<&str>) -> PathBuf {
        shop.map_or_else(|| self.root.clone(), |shop| self.root.join(shop))
    }

    /// Where a taken file lies.
    pub(super) fn path_of(&self, file: &TakenFile) -> PathBuf {
        self.taken_dir(file.shop.as_deref()).join(format!("{}-{}", file.stamp, file.name))
    }

    fn taken_dir(&self, shop: Option<&str>) -> PathBuf {
        let taken = self.root.join(TAKEN);
        shop.map_or_else(|| taken.clone(), |shop| taken.join(shop))
    }

    /// Moves a file aside.
    pub(super) fn take(&self, shop: Option<&str>, name: &str, now: Timestamp) -> Result<TakenFile, NotTaken> {
        let from = self.drop_dir(shop).join(name);
        let may_be_taken = |found: &Metadata| match () {
            () if found.is_symlink() => Err("it is a link, and none is followed; put the file itself here".to_owned()),
            () if found.is_dir() => Err("it is a folder; put the files here".to_owned()),
            () if !found.is_file() => Err("it is no file; put a file of orders here".to_owned()),
            () if found.len() > MAX_FILE_BYTES as u64 => {
                Err(format!("it is larger than {} MiB; split it", MAX_FILE_BYTES >> 20))
            }
            () => Ok(()),
        };
        let found = fs::symlink_metadata(&from).map_err(|error| gone_or(&error, "cannot be looked at"))?;
        may_be_taken(&found).map_err(NotTaken::Unfit)?;
        self.make_taken_dir(shop).map_err(|error| NotTaken::Unfit(format!("the folder {TAKEN}: {error}")))?;
        let file = self.free_name(shop, name, now);
        let to = self.path_of(&file);
        fs::rename(&from, &to).map_err(|error| gone_or(&error, "cannot be moved"))?;
        // What lay there may have become something else between the look and the move; here nobody changes it.
        let moved = fs::symlink_metadata(&to).map_err(|error| gone_or(&error, "cannot be looked at"))?;
        if let Err(why) = may_be_taken(&moved) {
            let _ = fs::rename(&to, &from);
            return Err(NotTaken::Unfit(why));
        }
        // It may be somebody else's, or on a stick that knows no modes: the folder is closed.
        let _ = fs::set_permissions(&to, Permissions::from_mode(0o600));
        Ok(file)
    }

    /// A name that no taken file has, later than those of its second.
    fn free_name(&self, shop: Option<&str>, name: &str, now: Timestamp) -> TakenFile {
        let mut at = now;
        loop {
            let file = TakenFile { stamp: stamp(at), shop: shop.map(str::to_owned), name: name.to_owned() };
            if fs::symlink_metadata(self.path_of(&file)).is_err() {
                return file;
            }
            at = Timestamp(at.0 + 1_000);
        }
    }

    /// Makes the folder of taken files, for this user alone. One that is somebody else's, or a link, is not used.
    fn make_taken_dir(&self, shop: Option<&str>) -> io::Result<()> {
        let whole = self.taken_dir(shop);
        for dir in [self.root.join(TAKEN), whole] {
            match DirBuilder::new().mode(0o700).create(&dir) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => made?,
            }
            if !is_own_dir(&dir) {
                return Err(io::Error::other("it is not the station's; remove it, and the station makes its own"));
            }
            if fs::symlink_metadata(&dir)?.mode() & 0o077 != 0 {
                let _ = fs::set_permissions(&dir, Permissions::from_mode(0o700));
            }
        }
        Ok(())
    }

    /// Writes what became of a taken file, and lays what was refused beside it. Then it is done.
    pub(super) fn answer(&self, file: &TakenFile, text: &str) -> io::Result<()> {
        let refused = self.rejects_of(file);
        let rejects = self.drop_dir(file.shop.as_deref()).join(format!("{}{REJECTS}", file.name));
        if fs::symlink_metadata(&refused).is_ok() {
            fs::set_permissions(&refused, self.mode(file.shop.as_deref()))?;
            fs::rename(&refused, &rejects)?;
        } else if let Err(error) = fs::remove_file(&rejects)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        self.say(file.shop.as_deref(), &file.name, text)?;
        let mark = format!("{}-{}{ANSWER}", file.stamp, file.name);
        write(&self.taken_dir(file.shop.as_deref()), &mark, text, Permissions::from_mode(0o600))
    }

    /// Whether something of a taken file was refused.
    pub(super) fn has_rejects(&self, file: &TakenFile) -> bool {
        self.rejects_of(file).is_file()
    }

    fn rejects_of(&self, file: &TakenFile) -> PathBuf {
        let name = format!("{}-{}{REJECTS}", file.stamp, file.name);
        self.taken_dir(file.shop.as_deref()).join(name)
    }

    /// Writes an answer beside where a file was dropped, and nothing else.
    pub(super) fn say(&self, shop: Option<&str>, name: &str, text: &str) -> io::Result<()> {
        write(&self.drop_dir(shop), &format!("{name}{ANSWER}"), text, self.mode(shop))
    }

    /// Who may write into a folder may read what is answered in it.
    fn mode(&self, shop: Option<&str>) -> Permissions {
        let shared = fs::metadata(self.drop_dir(shop)).is_ok_and(|dir| dir.mode() & 0o020 != 0);
        Permissions::from_mode(if shared { 0o640 } else { 0o600 })
    }

    /// Taken files that were not answered, in the order in which they were taken.
    pub(super) fn unanswered(&self) -> Vec<TakenFile> {
        let mut all = Vec::new();
        for shop in self.shops_with_taken() {
            let names: BTreeSet<String> = names_in(&self.taken_dir(shop.as_deref())).into_iter().collect();
            let open = names.iter().filter(|name| !names.contains(&format!("{name}{ANSWER}")));
            let files = open.filter_map(|name| TakenFile::of(shop.as_deref(), name));
            // Somebody may have made the folder elsewhere, on a stick.
            all.extend(
                files.filter(|file| fs::symlink_metadata(self.path_of(file)).is_ok_and(|found| found.is_file())),
            );
        }
        all.sort();
        all
    }

    /// Whose files were taken; only folders of the station's own count.
    fn shops_with_taken(&self) -> Vec<Option<String>> {
        let taken = self.taken_dir(None);
        if !is_own_dir(&taken) {
            return Vec::new();
        }
        let shops = names_in(&taken).into_iter().filter(|name| is_own_dir(&taken.join(name)));
        std::iter::once(None).chain(shops.map(Some)).collect()
    }

    /// Erases answered files that were taken before a moment, answers and rejects that were written before it, and label
    /// files that were put there before it. How many.
    pub(super) fn erase(&self, before: Timestamp) -> io::Result<usize> {
        let (mut erased, last) = (0, stamp(before));
        for shop in self.shops_with_taken() {
            let dir = self.taken_dir(shop.as_deref());
            for name in names_in(&dir) {
                let Some(file) = name.strip_suffix(ANSWER).and_then(|name| TakenFile::of(shop.as_deref(), name)) else {
                    continue;
                };
                if file.stamp < last {
                    // The answer goes last: without it the file would be imported again.
                    for path in [self.path_of(&file), self.rejects_of(&file), dir.join(&name)] {
                        erased += usize::from(remove(&path)?);
                    }
                }
            }
        }
        let shops = names_in(&self.root).into_iter().filter(|name| name != TAKEN && is_dir(&self.root.join(name)));
        for dir in std::iter::once(self.root.clone()).chain(shops.map(|shop| self.root.join(shop))) {
            for name in names_in(&dir) {
                let path = dir.join(&name);
                let Ok(found) = fs::symlink_metadata(&path) else { continue };
                let seconds = match names::says(name.as_ref()) {
                    _ if !found.is_file() => continue,
                    // A file may keep the time of its writing when it is copied.
                    NameSays::Label => found.mtime().max(found.ctime()),
                    _ if name.ends_with(ANSWER) || name.ends_with(REJECTS) => found.mtime(),
                    _ => continue,
                };
                if seconds.saturating_mul(1_000) < before.0 {
                    erased += usize::from(remove(&path)?);
                }
            }
        }
        Ok(erased)
    }
}

/// The names in a folder that are text; none where there is no such folder.
fn names_in(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).map(OsString::into_string).filter_map(Result::ok).collect()
}

/// Whether this is a folder, and no link to one.
fn is_dir(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// The same of one that is this user's.
fn is_own_dir(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && found.uid() == Uid::effective().as_raw())
}

/// Whether it was there.
fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}

fn gone_or(error: &io::Error, what: &str) -> NotTaken {
    match error.kind() {
        io::ErrorKind::NotFound => NotTaken::Gone,
        io::ErrorKind::PermissionDenied => NotTaken::Unfit(format!(
            "it {what}: the station may not write into this folder; type chmod g+rwx on it, and put it here again"
        )),
        io::ErrorKind::CrossesDevices => NotTaken::Unfit(format!(
            "it {what}: this folder is on another disk than {TAKEN}; put it into the one above"
        )),
        _ => NotTaken::Unfit(format!("it {what}: {error}; put it here again")),
    }
}

/// Writes a file under another name, syncs and renames it.
fn write(dir: &Path, name: &str, text: &str, mode: Permissions) -> io::Result<()> {
    let part = dir.join(PART);
    remove(&part)?;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&part)?;
    // A stick may know no modes.
    let _ = file.set_permissions(mode);
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, dir.join(name))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    const NOW: Timestamp = Timestamp(1_784_142_000_000);

    fn folder() -> (tempfile::TempDir, OrdersFolder) {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = OrdersFolder::new(dir.path());
        (dir, folder)
    }

    fn why(folder: &OrdersFolder, name: &str) -> String {
        match folder.take(None, name, NOW) {
            Err(NotTaken::Unfit(why)) => why,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn a_file_is_moved_aside_for_the_station_alone_and_is_done_when_it_is_answered() {
        let (dir, folder) = folder();
        fs::create_dir(dir.path().join("US-01")).expect("a folder");
        let drop = |name: &str| fs::write(dir.path().join(name), "x").expect("a file");
        let mut taken = Vec::new();
        for (shop, name) in [(None, "b.csv"), (None, "b.csv"), (Some("US-01"), "a.csv")] {
            drop(&shop.map_or(name.to_owned(), |shop| format!("{shop}/{name}")));
            taken.push(folder.take(shop, name, NOW).expect("it is taken"));
        }
        let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
        assert_eq!((mode(&dir.path().join(TAKEN)), mode(&folder.path_of(&taken[0]))), (0o700, 0o600));
        assert_ne!(taken[0], taken[1], "one name is taken twice in a second");
        taken.sort();
        assert_eq!(folder.unanswered(), taken);
        fs::write(folder.rejects_of(&taken[0]), "refused").expect("a file");
        folder.answer(&taken[0], "said").expect("it is answered");
        assert_eq!(folder.unanswered(), taken[1..]);
        let place = folder.drop_dir(taken[0].shop.as_deref());
        let read = |end: &str| fs::read_to_string(place.join(format!("{}{end}", taken[0].name))).expect("it is there");
        assert_eq!((read(ANSWER).as_str(), read(REJECTS).as_str()), ("said", "refused"));
        assert!(matches!(folder.take(None, "b.csv", NOW), Err(NotTaken::Gone)));
    }

    #[test]
    fn links_sockets_folders_and_huge_files_stay_where_they_are_with_what_is_to_be_done() {
        let (dir, folder) = folder();
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("secret"), "x").expect("a file");
        symlink(outside.path().join("secret"), dir.path().join("link.csv")).expect("a link");
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket.csv")).expect("a socket");
        fs::create_dir(dir.path().join("deep")).expect("a folder");
        let huge = File::create(dir.path().join("huge.csv")).expect("a file");
        huge.set_len(MAX_FILE_BYTES as u64 + 1).expect("it has room");
        for (name, what) in [
            ("link.csv", "is a link, and none is followed"),
            ("socket.csv", "is no file"),
            ("deep", "is a folder"),
            ("huge.csv", "is larger than 64 MiB; split it"),
        ] {
            assert!(why(&folder, name).contains(what), "{name}: {}", why(&folder, name));
            assert!(fs::symlink_metadata(dir.path().join(name)).is_ok(), "{name}");
        }
        // Nor is a folder used that somebody laid in the way.
        fs::write(dir.path().join("a.csv"), "x").expect("a file");
        symlink(outside.path(), dir.path().join(TAKEN)).expect("a link");
        assert!(why(&folder, "a.csv").contains("it is not the station's; remove it"));
        assert_eq!(names_in(outside.path()), ["secret"]);
        // What lies in it was not taken here.
        fs::remove_file(dir.path().join(TAKEN)).expect("the link goes");
        fs::create_dir(dir.path().join(TAKEN)).expect("a folder");
        let link = dir.path().join(TAKEN).join("20260101T000000Z-a.csv");
        symlink(outside.path().join("secret"), link).expect("a link");
        assert_eq!(folder.unanswered(), []);
    }

    #[test]
    fn what_was_answered_goes_with_its_age_and_what_was_not_stays() {
        let (dir, folder) = folder();
        let mut taken = Vec::new();
        for (name, at) in [("old.csv", 0), ("open.csv", 0), ("new.csv", 7_200_000)] {
            fs::write(dir.path().join(name), "x").expect("a file");
            taken.push(folder.take(None, name, Timestamp(NOW.0 + at)).expect("it is taken"));
        }
        folder.answer(&taken[0], "said").expect("it is answered");
        folder.answer(&taken[2], "said").expect("it is answered");
        fs::write(dir.path().join("1001.pdf"), "x").expect("a file");
        fs::write(dir.path().join("mine.txt.part"), "x").expect("a file");
        assert_eq!(folder.erase(Timestamp(NOW.0 + 3_600_000)).expect("it is erased"), 2);
        let left: Vec<bool> = taken.iter().map(|file| folder.path_of(file).exists()).collect();
        assert_eq!(left, [false, true, true]);
        // Answers and labels go by when they were written: now.
        let now = Timestamp(jiff::Timestamp::now().as_millisecond() + 2_000);
        folder.erase(now).expect("it is erased");
        let mut left = names_in(dir.path());
        left.sort();
        assert_eq!(left, ["mine.txt.part", TAKEN]);
        assert_eq!(folder.unanswered(), taken[1..2]);
    }
}
