//! What the kernel says of the computer's clocks. It is only asked, never set.

#![expect(unsafe_code, reason = "the kernel's state of synchronisation is behind a call that no safe crate makes")]

use std::path::Path;

use nix::time::{ClockId, clock_gettime};

/// A clock with a battery that differs by more was not what set the computer's clock, or was set by nobody.
const BATTERY_MS: i64 = 120_000;

/// Milliseconds since the computer was started, with those that it slept; 0 where the kernel does not say.
pub fn since_boot_ms() -> i64 {
    clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(0, |at| at.tv_sec() * 1_000 + at.tv_nsec() / 1_000_000)
}

/// A random number that is another one after each start of the computer; `None` where the kernel does not say.
pub fn boot() -> Option<u128> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    u128::from_str_radix(&text.trim().replace('-', ""), 16).ok()
}

/// Whether a program keeps the clock with a server's, or with a receiver's: the kernel says so as long as the last
/// correction is not too old, and until somebody sets the clock by hand. False where the kernel must not be asked.
pub fn is_synchronised() -> bool {
    // SAFETY: all zeros is a `timex`, and with `modes` 0 the kernel changes nothing and writes to this one alone.
    let (state, asked) = unsafe {
        let mut asked: nix::libc::timex = std::mem::zeroed();
        (nix::libc::adjtimex(&raw mut asked), asked)
    };
    state >= 0 && asked.status & nix::libc::STA_UNSYNC == 0
}

/// Whether a clock with a battery set this one at the start, and still says the same; `now_ms` since 1970 in UTC.
pub fn has_battery(now_ms: i64) -> bool {
    battery(Path::new("/sys/class/rtc"), now_ms)
}

fn battery(class: &Path, now_ms: i64) -> bool {
    let Ok(clocks) = std::fs::read_dir(class) else { return false };
    clocks.flatten().any(|clock| {
        let read = |name: &str| std::fs::read_to_string(clock.path().join(name)).ok()?.trim().parse::<i64>().ok();
        let near = |seconds: i64| seconds.saturating_mul(1_000).abs_diff(now_ms) <= BATTERY_MS.unsigned_abs();
        read("hctosys") == Some(1) && read("since_epoch").is_some_and(near)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_answers_and_its_clock_goes_on() {
        let first = since_boot_ms();
        assert!(first > 0 && since_boot_ms() >= first);
        assert_eq!(boot(), boot());
        assert!(boot().is_some());
        // Whatever it says, asking changes nothing.
        assert_eq!(is_synchronised(), is_synchronised());
    }

    #[test]
    fn a_battery_vouches_for_the_clock_that_it_set_and_for_no_other() {
        let class = tempfile::tempdir().expect("a folder");
        let now = 1_796_000_000_000;
        assert!(!battery(class.path(), now) && !battery(Path::new("/nowhere"), now));
        let rtc = class.path().join("rtc0");
        std::fs::create_dir(&rtc).expect("a folder");
        let says = |since_epoch: &str, hctosys: &str| {
            std::fs::write(rtc.join("since_epoch"), since_epoch).expect("written");
            std::fs::write(rtc.join("hctosys"), hctosys).expect("written");
            battery(class.path(), now)
        };
        assert!(says("1796000100\n", "1\n") && says("1795999900\n", "1\n"));
        assert!(!says("1796000000\n", "0\n"), "it did not set the clock");
        assert!(!says("1796000121\n", "1\n") && !says("86400\n", "1\n"), "an empty battery");
        assert!(!says("what?\n", "1\n"));
    }
}
