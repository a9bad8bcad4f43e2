//! What the service's user may read and write, whoever asks.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User, getgrouplist};

use super::{Shortcoming, Urgency};
use crate::config::Config;
use crate::store::same_disk;

/// The user that the package makes for the service.
const SERVICE: &str = "parceld";
/// The configuration that the package's service reads.
const SERVICE_CONFIG: &str = "/etc/parceld/station.toml";
/// May be listed and searched, read, or written to: as one digit of a mode.
const FOLDER: u32 = 0o5;
const SEARCH: u32 = 0o1;
const READ: u32 = 0o4;
const WRITE: u32 = 0o7;

/// Who the service runs as.
struct ServiceUser {
    name: String,
    uid: u32,
    groups: Vec<u32>,
}

impl ServiceUser {
    /// The package's user for the package's configuration; else whose the data folder is, or who asks.
    fn of(config: &Config) -> Option<Self> {
        let packaged = || User::from_name(SERVICE).ok().flatten();
        let owner = fs::metadata(&config.station.data_dir).map_or(Uid::effective(), |dir| Uid::from_raw(dir.uid()));
        let user = match packaged().filter(|_| config.file == Path::new(SERVICE_CONFIG)) {
            Some(user) => user,
            None => User::from_uid(owner).ok().flatten()?,
        };
        let name = std::ffi::CString::new(user.name.clone()).ok()?;
        let groups = getgrouplist(&name, user.gid).unwrap_or_else(|_| vec![user.gid]);
        Some(Self { name: user.name, uid: user.uid.as_raw(), groups: groups.into_iter().map(Gid::as_raw).collect() })
    }

    /// Whether this user may do this; what cannot be looked at counts as good, because others say what is wrong with it.
    fn may(&self, path: &Path, wanted: u32) -> bool {
        let Ok(found) = fs::metadata(path) else { return true };
        let mode = match () {
            () if self.uid == 0 => return true,
            () if found.uid() == self.uid => found.mode() >> 6,
            () if self.groups.contains(&found.gid()) => found.mode() >> 3,
            () => found.mode(),
        };
        mode & wanted == wanted
    }

    /// What this user may not do with a file or folder, if anything: the first folder on the way that it may not enter, or
    /// the thing itself.
    fn cannot(&self, path: &Path, wanted: u32) -> Option<(&'static str, PathBuf, &'static str)> {
        let path = std::path::absolute(path).ok()?;
        let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
        above.reverse();
        if let Some(closed) = above.into_iter().find(|dir| !self.may(dir, SEARCH)) {
            return Some(("enter", closed.to_owned(), "x"));
        }
        let (verb, letters) = match wanted {
            WRITE => ("write into", "rwx"),
            FOLDER => ("look into", "rx"),
            _ => ("read", "r"),
        };
        (!self.may(&path, wanted)).then(|| (verb, path.clone(), letters))
    }
}

pub(super) fn lacking(config: &Config) -> Vec<Shortcoming> {
    let Some(user) = ServiceUser::of(config) else { return Vec::new() };
    let mut found = of_user(&user, config);
    found.extend(config.orders.iter().flat_map(|orders| of_orders(&user, &orders.folder)));
    found
}

/// Why files that are dropped into the folder of orders, or into that of a shop in it, stay there.
fn of_orders(user: &ServiceUser, folder: &Path) -> Vec<Shortcoming> {
    let name = &user.name;
    let soon = |what: String, todo: String| Shortcoming::new(Urgency::Soon, what, todo);
    if matches!(folder.try_exists(), Ok(false)) {
        let shown = folder.display();
        let todo = format!("plug its stick in, or type `sudo install -d -m 3770 -o {name} -g parceld-orders {shown}`");
        return vec![soon(format!("{shown} is not there, so no order files are taken from it"), todo)];
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let inside = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path());
    let mut found = Vec::new();
    for dir in std::iter::once(folder.to_owned()).chain(inside) {
        if let Some((verb, closed, letters)) = user.cannot(&dir, WRITE) {
            let shown = closed.display();
            let what = format!("the service's user {name} may not {verb} {shown}, so no order files are taken from it");
            found.push(soon(
                what,
                format!("type `sudo chgrp parceld-orders {shown}` and `sudo chmod g+{letters} {shown}`"),
            ));
        } else if matches!(same_disk(&dir, folder), Ok(false)) {
            let what = format!(
                "{} is on another disk than {}, so no order files are taken from it",
                dir.display(),
                folder.display()
            );
            found.push(soon(what, "unmount it, and drop the files into the folder around it".to_owned()));
        }
    }
    found
}

fn of_user(user: &ServiceUser, config: &Config) -> Vec<Shortcoming> {
    let mut wanted = vec![
        (config.file.as_path(), READ),
        (config.rates.carriers_dir.as_path(), FOLDER),
        (config.labels_dir.as_path(), FOLDER),
        (config.languages_dir.as_path(), FOLDER),
        (config.station.data_dir.as_path(), WRITE),
    ];
    wanted.extend(config.packing.marks_file.as_deref().map(|file| (file, READ)));
    wanted.extend(config.calendars_dir.as_deref().map(|dir| (dir, FOLDER)));
    wanted.extend(config.station.deadlines_file.as_deref().map(|file| (file, READ)));
    if let Some(uplink) = &config.uplink {
        wanted.push((&uplink.token_file, READ));
        wanted.extend(uplink.ca_file.as_deref().map(|file| (file, READ)));
    }
    if let Some(api) = &config.api {
        wanted.push((&api.token_file, READ));
        wanted.extend(api.certificate().into_iter().flat_map(|(certificate, key)| [(certificate, READ), (key, READ)]));
    }
    let mut found: Vec<Shortcoming> = Vec::new();
    for (path, wanted) in wanted {
        let Some((verb, closed, letters)) = user.cannot(path, wanted) else { continue };
        let (name, shown) = (&user.name, closed.display());
        let todo = match wanted {
            WRITE if verb != "enter" => format!("type `sudo chown -R {name}: {shown}`"),
            _ => format!("type `sudo chgrp {name} {shown}` and `sudo chmod g+{letters} {shown}`"),
        };
        let lacking =
            Shortcoming::new(Urgency::Stops, format!("the service's user {name} may not {verb} {shown}"), todo);
        if !found.contains(&lacking) {
            found.push(lacking);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::daemon::Setup;

    #[test]
    fn a_folder_of_orders_that_is_not_there_or_closed_is_said_with_what_opens_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let (folder, shop) = (dir.path().join("drop"), dir.path().join("drop/US-01"));
        let stranger = ServiceUser { name: "packer".into(), uid: 4_000_000_000, groups: vec![4_000_000_000] };
        let open = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).expect("changed");
        let said = || -> Vec<String> { of_orders(&stranger, &folder).iter().map(ToString::to_string).collect() };
        open(dir.path(), 0o755);
        let shown = folder.display();
        assert_eq!(
            said(),
            [format!(
                "soon: {shown} is not there, so no order files are taken from it; plug its stick in, or type `sudo install -d \
                 -m 3770 -o packer -g parceld-orders {shown}`"
            )]
        );
        fs::create_dir_all(&shop).expect("a folder");
        open(&folder, 0o777);
        open(&shop, 0o755);
        let found = said();
        assert!(found.len() == 1 && found[0].contains(&format!("may not write into {}", shop.display())), "{found:?}");
        open(&shop, 0o777);
        assert_eq!(said(), [""; 0]);
    }

    #[test]
    fn what_the_service_may_not_read_or_write_is_said_with_what_lets_it() {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
        let mut config = Setup::load(&demo).expect("the demo's configuration").0.config;
        let dir = tempfile::tempdir().expect("a folder");
        let open = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).expect("changed");
        let (file, data) = (dir.path().join("station.toml"), dir.path().join("data"));
        fs::write(&file, "").expect("a file");
        for folder in ["data", "carriers"] {
            fs::create_dir(dir.path().join(folder)).expect("a folder");
            open(&dir.path().join(folder), 0o755);
        }
        open(dir.path(), 0o755);
        (config.file, config.station.data_dir) = (file.clone(), data.clone());
        let carriers = dir.path().join("carriers");
        config.rates.carriers_dir.clone_from(&carriers);
        config.labels_dir.clone_from(&carriers);
        config.languages_dir.clone_from(&carriers);
        config.calendars_dir = None;
        let stranger = ServiceUser { name: "packer".into(), uid: 4_000_000_000, groups: vec![4_000_000_000] };
        let said =
            |config: &Config| -> Vec<String> { of_user(&stranger, config).iter().map(ToString::to_string).collect() };
        open(&file, 0o644);
        open(&data, 0o757);
        assert_eq!(said(&config), [""; 0]);
        open(&file, 0o640);
        open(&data, 0o755);
        let (shown, data) = (file.display(), data.display());
        assert_eq!(
            said(&config),
            [
                format!(
                    "stops parcels: the service's user packer may not read {shown}; type `sudo chgrp packer {shown}` and `sudo \
                     chmod g+r {shown}`"
                ),
                format!(
                    "stops parcels: the service's user packer may not write into {data}; type `sudo chown -R packer: {data}`"
                ),
            ]
        );
        open(dir.path(), 0o700);
        let closed = said(&config);
        assert_eq!(closed.len(), 1, "one folder above hides them all: {closed:?}");
        assert!(closed[0].contains(&format!("may not enter {}", dir.path().display())), "{closed:?}");
    }
}
