//! Whoever types `sudo parceld …` works for the station's user: a database that root had made would lock the service out.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use nix::unistd::{Gid, Uid, User, getgroups, initgroups, setegid, seteuid, setgroups, setresgid, setresuid};
use parceld::store::{DATABASE, Mark, private};

use super::{Failure, UNAVAILABLE};

/// The user that the package makes for the service.
const SERVICE: &str = "parceld";

/// A user and its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DataOwner {
    user: Uid,
    group: Gid,
}

/// Does this as the user whose data folder it is; root goes on as root afterwards.
pub(super) fn as_owner<T>(data_dir: &Path, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let Some(owner) = other_owner(data_dir)? else { return work() };
    let (user, group) = (Uid::effective(), Gid::effective());
    let groups = getgroups().map_err(|error| cannot(data_dir, &error))?;
    let become_it = || -> nix::Result<()> {
        set_groups(owner)?;
        setegid(owner.group)?;
        seteuid(owner.user)
    };
    become_it().map_err(|error| cannot(data_dir, &error))?;
    let done = work();
    let go_back = || -> nix::Result<()> {
        seteuid(user)?;
        setegid(group)?;
        setgroups(&groups)
    };
    go_back().map_err(|error| cannot(data_dir, &error))?;
    done
}

/// Becomes the user whose data folder it is, for good. What is read of root alone must have been read.
pub(super) fn become_owner(data_dir: &Path) -> Result<(), Failure> {
    let Some(owner) = other_owner(data_dir)? else { return Ok(()) };
    let become_it = || -> nix::Result<()> {
        set_groups(owner)?;
        setresgid(owner.group, owner.group, owner.group)?;
        setresuid(owner.user, owner.user, owner.user)
    };
    become_it().map_err(|error| cannot(data_dir, &error))?;
    tracing::info!(user = %owner.user, "this is the station's user from here on");
    Ok(())
}

/// The groups that the user has: its devices belong to them.
fn set_groups(owner: DataOwner) -> nix::Result<()> {
    match User::from_uid(owner.user)? {
        Some(user) => initgroups(&std::ffi::CString::new(user.name).unwrap_or_default(), owner.group),
        None => setgroups(&[owner.group]),
    }
}

fn cannot(data_dir: &Path, error: &dyn std::fmt::Display) -> Failure {
    let todo = format!("type `sudo -u {SERVICE} parceld …`, or whoever owns it");
    Failure::say(UNAVAILABLE, format!("work for the owner of {}: {error}; {todo}", data_dir.display()))
}

/// Whose the data folder is, where root works and it is not root's. One that is not there yet is made for the service.
fn other_owner(data_dir: &Path) -> Result<Option<DataOwner>, Failure> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let failed = |path: &Path, error: std::io::Error| {
        Failure::say(UNAVAILABLE, format!("use {}: {error}; check data_dir", path.display()))
    };
    if !data_dir.exists() {
        let Some(service) = User::from_name(SERVICE).ok().flatten() else { return Ok(None) };
        for folder in [data_dir, &Mark::beside(data_dir)] {
            private::folder(folder).map_err(|error| failed(folder, error))?;
            chown(folder, Some(service.uid.as_raw()), Some(service.gid.as_raw())).map_err(|e| failed(folder, e))?;
        }
    }
    let of = |path: &Path| std::fs::metadata(path).map(|found| (found.uid(), found.gid()));
    let (user, group) = of(data_dir).map_err(|error| failed(data_dir, error))?;
    let database = data_dir.join(DATABASE);
    if let Ok((other, _)) = of(&database)
        && other != user
    {
        // Whatever is right, it is not to be mixed further.
        return Err(Failure::say(
            UNAVAILABLE,
            format!(
                "{} and its folder belong to different users; type `chown -R --reference={dir} {dir}`",
                database.display(),
                dir = data_dir.display()
            ),
        ));
    }
    let owner = DataOwner { user: Uid::from_raw(user), group: Gid::from_raw(group) };
    Ok((!owner.user.is_root()).then_some(owner))
}
