//! The commands of the installed pages, typed as they are printed.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::blocks::Block;
use super::debian::{FILES, says};

/// In the order in which they are read. The commands of the first are typed in a folder of the station's user, those of each
/// other one where the page lies.
const PAGES: [&str; 4] = [
    "/usr/share/doc/parceld/README.md",
    "/usr/share/doc/parceld/config/orders/README.md",
    "/etc/parceld/carriers/README.md",
    "/etc/parceld/labels/README.md",
];
/// What needs the source or the demo, and what wants answers: the bench has given them.
const ELSEWHERE: [&str; 3] = ["cargo ", "bash tests/", "sudo parceld setup"];
/// Whoever types works here. The package lies in it.
const DESK: &str = "/tmp/desk";
/// Where a `sudo` is that asks nobody: the machine has none.
const PROGRAMS: &str = "/tmp/programs";

/// Types every block for an installed station.
pub(crate) fn type_all() {
    for folder in [DESK, PROGRAMS] {
        std::fs::create_dir_all(folder).unwrap();
    }
    std::fs::copy(format!("{FILES}/new.deb"), format!("{DESK}/parceld_new.deb")).unwrap();
    says("chown", &["parceld:parceld", DESK]);
    let sudo = format!("{PROGRAMS}/sudo");
    std::fs::write(&sudo, "#!/bin/sh\nexec \"$@\"\n").unwrap();
    std::fs::set_permissions(&sudo, std::fs::Permissions::from_mode(0o755)).unwrap();
    for (at, page) in PAGES.iter().enumerate() {
        let blocks = Block::of(&std::fs::read_to_string(page).unwrap());
        assert!(!blocks.is_empty(), "{page} has no commands");
        let folder = if at == 0 { Path::new(DESK) } else { Path::new(page).parent().unwrap() };
        for block in blocks.iter().filter(|block| !block.has(&ELSEWHERE)) {
            let mut shell = Command::new(if block.is_for_root() { "sh" } else { "runuser" });
            if !block.is_for_root() {
                shell.args(["-u", "parceld", "--", "sh"]);
            }
            let path = format!("{PROGRAMS}:{}", std::env::var("PATH").unwrap());
            shell.args(["-eu", "-c"]).current_dir(folder).env("PATH", path);
            block.type_into(shell, "");
        }
    }
}
