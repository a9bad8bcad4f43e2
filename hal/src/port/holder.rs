//! Who holds a device that is busy.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// `ModemManager (pid 812)`: a process below `proc` that has this node open. `None` when none is seen; other users'
/// processes are seen by root alone.
pub(super) fn of(node: &Path, proc: &Path) -> Option<String> {
    let device = std::fs::metadata(node).ok()?.rdev();
    let us = std::process::id().to_string();
    let mut pids: Vec<u32> = std::fs::read_dir(proc)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| pid.to_string() != us)
        .collect();
    pids.sort_unstable();
    pids.into_iter().find_map(|pid| {
        let process = proc.join(pid.to_string());
        let holds = |fd: std::io::Result<std::fs::DirEntry>| {
            let held = std::fs::metadata(fd.ok()?.path()).ok()?;
            (held.rdev() == device && device != 0).then_some(())
        };
        std::fs::read_dir(process.join("fd")).ok()?.find_map(holds)?;
        let name = std::fs::read_to_string(process.join("comm")).unwrap_or_default();
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(32).collect();
        Some(format!("{name} (pid {pid})"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_that_has_a_node_open_is_named() {
        let (_device, path) = crate::port::tests::pty();
        assert_eq!(of(&path, Path::new("/proc")), None, "we do not name ourselves");
        let line = std::fs::File::open(&path).unwrap();
        let mut child = std::process::Command::new("sleep").arg("60").stdin(line).spawn().unwrap();
        let held = of(&path, Path::new("/proc"));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(held, Some(format!("sleep (pid {})", child.id())));
    }
}
