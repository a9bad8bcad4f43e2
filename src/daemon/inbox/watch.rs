//! What happens in the folder, as the kernel tells it (inotify): nothing is looked at as long as nothing happens.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};

use super::names::DropPlace;

/// Shops that have a folder, at most.
const MOST_SHOPS: usize = 500;

/// The folder and those of the shops, watched.
#[derive(Debug)]
pub(super) struct FolderWatch {
    inotify: Inotify,
    /// Which folder it is: another one may be mounted in its place.
    identity: (u64, u64),
    /// Whose folder is behind each watch; the folder itself is nobody's.
    watched: BTreeMap<WatchDescriptor, Option<String>>,
}

/// What happened.
#[derive(Debug)]
pub(super) enum FolderEvent {
    /// A file was closed after it was written, or moved here.
    Closed(DropPlace),
    /// Something appeared that may be written still, or that nobody writes.
    Appeared(DropPlace),
    /// A folder appeared.
    Folder(DropPlace),
    /// More happened than the kernel remembers.
    Lost,
    /// It is not the folder any more.
    Ended,
}

impl FolderWatch {
    /// Watches the folder.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        // A stick may have a link where its folder should be: to the station's own files.
        if std::path::absolute(root)?.ancestors().any(Path::is_symlink) {
            return Err(io::Error::other("a link leads there; name the folder itself"));
        }
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        let own = AddWatchFlags::IN_DELETE_SELF | AddWatchFlags::IN_MOVE_SELF | AddWatchFlags::IN_ONLYDIR;
        let top = inotify.add_watch(root, dropped() | own)?;
        Ok(Self { inotify, identity: identity(root)?, watched: BTreeMap::from([(top, None)]) })
    }

    /// Whether what lies there is still what is watched.
    pub(super) fn is_of(&self, root: &Path) -> bool {
        identity(root).is_ok_and(|identity| identity == self.identity)
    }

    /// Watches the folder of a shop, too; false where there are too many.
    pub(super) fn add(&mut self, dir: &Path, shop: &str) -> io::Result<bool> {
        if self.watched.len() > MOST_SHOPS {
            return Ok(false);
        }
        let only = AddWatchFlags::IN_ONLYDIR | AddWatchFlags::IN_DONT_FOLLOW;
        let shop_watch = self.inotify.add_watch(dir, dropped() | only)?;
        self.watched.insert(shop_watch, Some(shop.to_owned()));
        Ok(true)
    }

    /// What happened since, as far as it fits one reading; nothing where nothing did.
    pub(super) fn events(&mut self) -> Vec<FolderEvent> {
        let events = match self.inotify.read_events() {
            Ok(events) => events,
            Err(Errno::EAGAIN | Errno::EINTR) => return Vec::new(),
            Err(error) => {
                tracing::error!(%error, "the folder of orders cannot be watched");
                return vec![FolderEvent::Ended];
            }
        };
        events.into_iter().filter_map(|event| self.event(event.wd, event.mask, event.name)).collect()
    }

    fn event(&mut self, of: WatchDescriptor, what: AddWatchFlags, name: Option<OsString>) -> Option<FolderEvent> {
        use AddWatchFlags as W;
        if what.contains(W::IN_Q_OVERFLOW) {
            return Some(FolderEvent::Lost);
        }
        let shop = self.watched.get(&of)?.clone();
        let ends = W::IN_DELETE_SELF | W::IN_MOVE_SELF | W::IN_UNMOUNT | W::IN_IGNORED;
        if what.intersects(ends) {
            if shop.is_some() {
                self.watched.remove(&of);
                return None;
            }
            return Some(FolderEvent::Ended);
        }
        let place = DropPlace { shop, name: name? };
        match () {
            () if what.contains(W::IN_ISDIR) => Some(FolderEvent::Folder(place)),
            () if what.intersects(W::IN_CLOSE_WRITE | W::IN_MOVED_TO) => Some(FolderEvent::Closed(place)),
            () => Some(FolderEvent::Appeared(place)),
        }
    }
}

impl AsFd for FolderWatch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }
}

/// What is heard of.
fn dropped() -> AddWatchFlags {
    AddWatchFlags::IN_CLOSE_WRITE | AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_CREATE
}

fn identity(root: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(root).map(|found| (found.dev(), found.ino()))
}
