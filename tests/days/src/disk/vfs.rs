//! The disk as SQLite sees it: the functions of a VFS, <https://sqlite.org/vfs.html>.
//!
//! Everything unsafe of this crate is in this file. What it relies on:
//!
//! - SQLite calls a method of a file only between its successful `xOpen` and its `xClose`, and with a pointer to the memory
//!   that `xOpen` got. That memory begins with an [`OpenedFile`], which `xOpen` writes and `xClose` takes out.
//! - Names are C strings that end in zero, buffers are as long as is said.
//! - The table of the VFS and its methods live as long as the process.

#![expect(unsafe_code, reason = "the interface is C's; each promise of SQLite's is named at the top of the file")]

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Mutex, Once, PoisonError};

use rusqlite::ffi;

use super::files::DiskFile;
use super::locks::{LockLevel, Region};
use super::{Disk, DiskError, Inner};

/// Folders with the disks that are mounted at them.
static MOUNTS: Mutex<BTreeMap<PathBuf, Disk>> = Mutex::new(BTreeMap::new());
/// Its name among the VFSs.
const NAME: &CStr = c"parceld-days";
/// Bytes of the longest path.
const PATH: c_int = 512;
/// What SQLite's own Unix disk says of a sector's size.
const SECTOR_SIZE: c_int = 4096;
/// What SQLite's own Unix disk claims, and no more.
const CLAIMS: c_int = ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE | SUBPAGE_READ;
/// `SQLITE_IOCAP_SUBPAGE_READ`: parts of a page may be read.
const SUBPAGE_READ: c_int = 0x8000;
/// 24 November 4714 BC to 1 January 2026, milliseconds: the disk has no clock.
const JULIAN_MS: i64 = 212_634_028_800_000;

/// A folder whose files are on a disk of this process, until it is dropped.
#[derive(Debug)]
pub(crate) struct Mount(PathBuf);

impl Mount {
    /// From now on every database below `folder` is on `disk`.
    pub(crate) fn new(folder: &Path, disk: &Disk) -> Self {
        register();
        mounts(|mounts| mounts.insert(folder.to_owned(), disk.clone()));
        Self(folder.to_owned())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        mounts(|mounts| mounts.remove(&self.0));
    }
}

fn mounts<T>(act: impl FnOnce(&mut BTreeMap<PathBuf, Disk>) -> T) -> T {
    act(&mut MOUNTS.lock().unwrap_or_else(PoisonError::into_inner))
}

fn disk_of(name: &str) -> Option<Disk> {
    let below = |folder: &&Path| mounts(|mounts| mounts.contains_key(*folder));
    let folder = Path::new(name).ancestors().find(below)?;
    mounts(|mounts| mounts.get(folder).cloned())
}

/// A file that SQLite has open. The first field is what SQLite knows of it.
#[repr(C)]
struct OpenedFile {
    base: ffi::sqlite3_file,
    handle: Option<Box<DiskHandle>>,
}

/// One connection's way to a file.
struct DiskHandle {
    /// `None` for a file without a name, which nobody finds again.
    place: Option<(Disk, String)>,
    unnamed: DiskFile,
    /// Its number, and the boot that it belongs to.
    who: u64,
    boot: u64,
    removed_when_closed: bool,
    /// Keeps what SQLite has pointers into.
    regions: Vec<Region>,
}

impl DiskHandle {
    /// Does something with the file, as one operation of the disk.
    fn operate<T>(
        &mut self,
        act: impl FnOnce(Option<&mut Inner>, &str, &mut DiskFile) -> Result<T, DiskError>,
    ) -> Result<T, DiskError> {
        let Some((disk, name)) = &self.place else { return act(None, "", &mut self.unnamed) };
        let mut inner = disk.lock();
        if inner.boot != self.boot {
            return Err(DiskError::Io);
        }
        inner.operate()?;
        // The file is taken out, so that the disk can be asked about the others.
        let mut file = inner.files.remove(name).ok_or(DiskError::Io)?;
        let done = act(Some(&mut inner), name, &mut file);
        inner.files.insert(name.clone(), file);
        done
    }

    /// Looks at the locks of the file; nothing where it is dead.
    fn locks<T>(&self, act: impl FnOnce(&mut super::FileLocks) -> T) -> Option<T> {
        let (disk, name) = self.place.as_ref()?;
        let mut inner = disk.lock();
        let alive = inner.boot == self.boot && !inner.stopped;
        alive.then(|| act(inner.locks.entry(name.clone()).or_default()))
    }
}

impl Inner {
    /// The names in the folder of a file are on the disk as they are now.
    fn sync_folder(&mut self, name: &str) {
        let folder = Path::new(name).parent();
        self.removed.retain(|other, _| Path::new(other).parent() != folder);
        let beside = self.files.iter_mut().filter(|(other, _)| Path::new(other).parent() == folder);
        beside.for_each(|(_, file)| file.is_listed = true);
    }

    /// Writes as far as there is room and the disk is honest.
    fn write(&mut self, file: &mut DiskFile, at: usize, bytes: &[u8]) -> Result<(), DiskError> {
        self.sums.writes += 1;
        if self.drops > 0 {
            self.drops -= 1;
            return Ok(());
        }
        let grows = (at + bytes.len()).saturating_sub(file.content().len());
        // The file itself is taken out, and counts.
        let used = self.used() + file.content().len();
        let short = self.room.map_or(0, |room| (used + grows).saturating_sub(room).min(grows));
        let fits = bytes.len().saturating_sub(short);
        if fits > 0 {
            file.write(at, &bytes[..fits]);
        }
        if short > 0 {
            self.sums.full += 1;
            return Err(DiskError::Full);
        }
        Ok(())
    }
}

/// Puts the disk in as the default of this process, once.
fn register() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let vfs = ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<OpenedFile>()).unwrap_or(c_int::MAX),
            mxPathname: PATH,
            pNext: std::ptr::null_mut(),
            zName: NAME.as_ptr(),
            pAppData: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: None,
            xGetLastError: Some(last_error),
            xCurrentTimeInt64: Some(current_time),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        };
        let vfs = Box::leak(Box::new(vfs));
        // SAFETY: the table is never freed, and every function in it keeps to SQLite's contract.
        let code = unsafe { ffi::sqlite3_vfs_register(vfs, 1) };
        assert_eq!(code, ffi::SQLITE_OK, "the disk cannot be put in");
    });
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// A name as SQLite gives it; `None` for none, or one that is not UTF-8.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    // SAFETY: SQLite's names end in zero and outlive the call.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) })?.to_str().ok()
}

/// The handle of an open file.
unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a mut DiskHandle {
    // SAFETY: `xOpen` wrote an `OpenedFile` there, and SQLite uses a file from one thread at a time.
    let opened = unsafe { &mut *file.cast::<OpenedFile>() };
    opened.handle.as_mut().expect("an open file")
}

/// A length or a place in a file.
fn number(value: i64) -> usize {
    usize::try_from(value).unwrap_or(0)
}

fn code(done: Result<(), DiskError>, io: c_int) -> c_int {
    match done {
        Ok(()) => ffi::SQLITE_OK,
        Err(DiskError::Full) => ffi::SQLITE_FULL,
        Err(DiskError::Io | DiskError::Missing) => io,
    }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: `file` has room for an `OpenedFile`; without methods SQLite does not close what could not be opened.
    unsafe { (*file).pMethods = std::ptr::null() };
    // SAFETY: as SQLite gives it.
    let name = unsafe { text(name) };
    let handle = match name.map(|name| (disk_of(name), name)) {
        None => DiskHandle {
            place: None,
            unnamed: DiskFile::default(),
            who: 0,
            boot: 0,
            removed_when_closed: false,
            regions: Vec::new(),
        },
        Some((None, _)) => return ffi::SQLITE_CANTOPEN,
        Some((Some(disk), name)) => match opened(&disk, name, flags) {
            Ok(handle) => handle,
            Err(_) => return ffi::SQLITE_CANTOPEN,
        },
    };
    if !out.is_null() {
        // SAFETY: SQLite gives a place for the flags, or none.
        unsafe { *out = flags };
    }
    let opened = OpenedFile { base: ffi::sqlite3_file { pMethods: &METHODS }, handle: Some(Box::new(handle)) };
    // SAFETY: `szOsFile` bytes are there, which is the size of an `OpenedFile`.
    unsafe { file.cast::<OpenedFile>().write(opened) };
    ffi::SQLITE_OK
}

fn opened(disk: &Disk, name: &str, flags: c_int) -> Result<DiskHandle, DiskError> {
    let mut inner = disk.lock();
    inner.operate()?;
    if !inner.files.contains_key(name) {
        if flags & ffi::SQLITE_OPEN_CREATE == 0 {
            return Err(DiskError::Missing);
        }
        inner.files.insert(name.to_owned(), DiskFile::default());
    }
    inner.handles += 1;
    Ok(DiskHandle {
        place: Some((disk.clone(), name.to_owned())),
        unnamed: DiskFile::default(),
        who: inner.handles,
        boot: inner.boot,
        removed_when_closed: flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
        regions: Vec::new(),
    })
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `xOpen` wrote it, and this is the last call.
    let handle = unsafe { (*file.cast::<OpenedFile>()).handle.take() };
    if let Some(handle) = handle {
        handle.locks(|locks| {
            locks.lower(handle.who, LockLevel::None);
            locks.unmap(handle.who);
        });
        if let Some((disk, name)) = handle.place.as_ref().filter(|_| handle.removed_when_closed) {
            disk.lock().files.remove(name);
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, buffer: *mut c_void, length: c_int, at: i64) -> c_int {
    // SAFETY: the file is open, and the buffer is that long.
    let (handle, buffer) =
        unsafe { (handle(file), std::slice::from_raw_parts_mut(buffer.cast::<u8>(), number(length.into()))) };
    let done = handle.operate(|inner, _, file| {
        if let Some(inner) = inner {
            inner.sums.reads += 1;
        }
        Ok(file.read(number(at), buffer))
    });
    match done {
        Ok(count) if count == buffer.len() => ffi::SQLITE_OK,
        Ok(_) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, length: c_int, at: i64) -> c_int {
    // SAFETY: the file is open, and there are so many bytes.
    let (handle, bytes) =
        unsafe { (handle(file), std::slice::from_raw_parts(bytes.cast::<u8>(), number(length.into()))) };
    let place = number(at);
    let was_stopped = handle.place.as_ref().is_some_and(|(disk, _)| disk.is_stopped());
    let mut begun = false;
    let done = handle.operate(|inner, _, file| {
        begun = true;
        match inner {
            Some(inner) => inner.write(file, place, bytes),
            None => {
                file.write(place, bytes);
                file.sync();
                Ok(())
            }
        }
    });
    if !begun && !was_stopped {
        handle.write_in_part(place, bytes);
    }
    code(done, ffi::SQLITE_IOERR_WRITE)
}

impl DiskHandle {
    /// The first half of a write whose operation failed.
    fn write_in_part(&mut self, at: usize, bytes: &[u8]) {
        let Some((disk, name)) = &self.place else { return };
        let mut inner = disk.lock();
        let alive = inner.boot == self.boot;
        if let Some(file) = inner.files.get_mut(name).filter(|_| alive && !bytes.is_empty()) {
            file.write(at, &bytes[..bytes.len() / 2]);
        }
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: the file is open.
    let handle = unsafe { handle(file) };
    let done = handle.operate(|_, _, file| {
        file.set_length(number(length));
        Ok(())
    });
    code(done, ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: the file is open.
    let handle = unsafe { handle(file) };
    let done = handle.operate(|inner, name, file| {
        let Some(inner) = inner else { return Ok(()) };
        inner.sums.syncs += 1;
        if !inner.lies {
            let is_new = !file.is_listed;
            file.sync();
            // With the first sync of a log or a journal SQLite's Unix disk syncs their folder, and with it every name.
            if is_new && (name.ends_with("-wal") || name.ends_with("-journal")) {
                inner.sync_folder(name);
            }
        }
        Ok(())
    });
    code(done, ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, length: *mut i64) -> c_int {
    // SAFETY: the file is open, and SQLite gives a place for the length.
    let (handle, length) = unsafe { (handle(file), &mut *length) };
    let done = handle.operate(|_, _, file| {
        *length = i64::try_from(file.content().len()).unwrap_or(i64::MAX);
        Ok(())
    });
    code(done, ffi::SQLITE_IOERR_FSTAT)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    let handle = unsafe { handle(file) };
    match handle.locks(|locks| locks.take(handle.who, LockLevel::of(level))) {
        Some(true) => ffi::SQLITE_OK,
        Some(false) => ffi::SQLITE_BUSY,
        None => ffi::SQLITE_IOERR_LOCK,
    }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    let handle = unsafe { handle(file) };
    handle.locks(|locks| locks.lower(handle.who, LockLevel::of(level)));
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, is_reserved: *mut c_int) -> c_int {
    // SAFETY: the file is open, and SQLite gives a place for the answer.
    let (handle, is_reserved) = unsafe { (handle(file), &mut *is_reserved) };
    *is_reserved = c_int::from(handle.locks(|locks| locks.is_reserved()).unwrap_or(false));
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    SECTOR_SIZE
}

unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    CLAIMS
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: the file is open, and SQLite gives a place for the pointer.
    let (handle, out) = unsafe { (handle(file), &mut *out) };
    *out = std::ptr::null_mut();
    let (region, words) = (number(region.into()), number(size.into()) / size_of::<AtomicU64>());
    let who = handle.who;
    let found = handle.locks(|locks| {
        locks.mapped.insert(who);
        while extend != 0 && locks.regions.len() <= region {
            locks.regions.push((0..words).map(|_| AtomicU64::new(0)).collect());
        }
        locks.regions.get(region).cloned()
    });
    match found {
        Some(Some(region)) => {
            // Its words may be changed behind a shared reference.
            *out = region.as_ptr().cast_mut().cast();
            handle.regions.push(region);
            ffi::SQLITE_OK
        }
        Some(None) => ffi::SQLITE_OK,
        None => ffi::SQLITE_IOERR_SHMMAP,
    }
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, from: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let handle = unsafe { handle(file) };
    let slots = number(from.into())..number((from + count).into());
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        handle.locks(|locks| locks.unlock_slots(handle.who, slots));
        return ffi::SQLITE_OK;
    }
    match handle.locks(|locks| locks.lock_slots(handle.who, slots, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0)) {
        Some(true) => ffi::SQLITE_OK,
        Some(false) => ffi::SQLITE_BUSY,
        None => ffi::SQLITE_IOERR_SHMLOCK,
    }
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: the file is open.
    let handle = unsafe { handle(file) };
    handle.locks(|locks| locks.unmap(handle.who));
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: as SQLite gives it.
    let Some(name) = (unsafe { text(name) }) else { return ffi::SQLITE_IOERR_DELETE };
    let Some(disk) = disk_of(name) else { return ffi::SQLITE_IOERR_DELETE };
    let mut inner = disk.lock();
    if inner.operate().is_err() {
        return ffi::SQLITE_IOERR_DELETE;
    }
    let Some(file) = inner.files.remove(name) else { return ffi::SQLITE_IOERR_DELETE_NOENT };
    if file.is_listed {
        inner.removed.insert(name.to_owned(), file);
    }
    if sync_folder != 0 && !inner.lies {
        inner.sync_folder(name);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int, out: *mut c_int) -> c_int {
    // SAFETY: as SQLite gives them.
    let (name, out) = unsafe { (text(name), &mut *out) };
    let there = name.and_then(|name| Some(disk_of(name)?.lock().files.contains_key(name)));
    *out = c_int::from(there.unwrap_or(false));
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: names end in zero.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if name.len() > number(room.into()) {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: there is room for `room` bytes.
    unsafe { std::ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len()) };
    ffi::SQLITE_OK
}

/// The same in every run: a seed makes the same history.
unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    // SAFETY: there is room for `length` bytes.
    unsafe { std::ptr::write_bytes(out, 0x5A, number(length.into())) };
    length
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    // SAFETY: SQLite gives a place for the time.
    unsafe { *out = JULIAN_MS };
    ffi::SQLITE_OK
}
