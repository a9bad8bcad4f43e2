//! A GPIO chip of the kernel's simulator: named as on a Raspberry Pi 5, seen from the side of the wires.

use std::fs;
use std::path::{Path, PathBuf};

/// What it calls itself.
pub(crate) const LABEL: &str = "pinctrl-rp1";
const FOLDER: &str = "/sys/kernel/config/gpio-sim/bench";
const TRACE: &str = "/sys/kernel/tracing";
const LINES: u32 = 28;

/// A chip with 28 lines, `GPIO0` to `GPIO27`.
#[derive(Debug)]
pub(crate) struct Chip {
    /// Where the levels of its lines are seen.
    wires: PathBuf,
    /// What the kernel's trace calls its first line.
    first: u32,
}

impl Chip {
    /// A new chip; a driver called `holder` holds one of its lines.
    pub(crate) fn with_held(held: u32, holder: &str) -> Self {
        let bank = Path::new(FOLDER).join("bank0");
        let write = |name: &str, value: &str| {
            fs::write(bank.join(name), value).unwrap_or_else(|error| panic!("{name}: {error}"));
        };
        fs::create_dir(FOLDER).unwrap();
        fs::create_dir(&bank).unwrap();
        write("num_lines", &LINES.to_string());
        write("label", LABEL);
        for line in 0..LINES {
            fs::create_dir(bank.join(format!("line{line}"))).unwrap();
            write(&format!("line{line}/name"), &format!("GPIO{line}"));
        }
        fs::create_dir(bank.join(format!("line{held}/hog"))).unwrap();
        write(&format!("line{held}/hog/name"), holder);
        write(&format!("line{held}/hog/direction"), "input");
        fs::write(Path::new(FOLDER).join("live"), "1").unwrap();
        let read = |path: PathBuf| fs::read_to_string(path).unwrap().trim().to_owned();
        let device = read(Path::new(FOLDER).join("dev_name"));
        let wires = Path::new("/sys/devices/platform").join(device).join(read(bank.join("chip_name")));
        let chips = fs::read_dir("/sys/class/gpio").unwrap().map(|entry| entry.unwrap().path());
        let ours = chips.filter(|chip| fs::read_to_string(chip.join("label")).is_ok_and(|label| label.trim() == LABEL));
        let first = ours.map(|chip| read(chip.join("base")).parse().unwrap()).next().unwrap();
        fs::write(Path::new(TRACE).join("trace"), "").unwrap();
        fs::write(Path::new(TRACE).join("events/gpio/gpio_value/enable"), "1").unwrap();
        Self { wires, first }
    }

    /// Whether a line is high.
    pub(crate) fn is_high(&self, line: u32) -> bool {
        let value = fs::read_to_string(self.wires.join(format!("sim_gpio{line}/value"))).unwrap();
        value.trim() == "1"
    }

    /// Every level a line was set to, first to last.
    pub(crate) fn levels(&self, line: u32) -> Vec<bool> {
        let trace = fs::read_to_string(Path::new(TRACE).join("trace")).unwrap();
        let set = format!("gpio_value: {} set ", self.first + line);
        trace.lines().filter_map(|event| Some(event.split_once(&set)?.1.trim() == "1")).collect()
    }

    /// Connects a line to ground, or lets it go.
    pub(crate) fn ground(&self, line: u32, grounded: bool) {
        let pull = if grounded { "pull-down" } else { "pull-up" };
        fs::write(self.wires.join(format!("sim_gpio{line}/pull")), pull).unwrap();
    }
}

impl Drop for Chip {
    fn drop(&mut self) {
        let bank = Path::new(FOLDER).join("bank0");
        let _ = fs::write(Path::new(FOLDER).join("live"), "0");
        for line in 0..LINES {
            let _ = fs::remove_dir(bank.join(format!("line{line}/hog")));
            let _ = fs::remove_dir(bank.join(format!("line{line}")));
        }
        let _ = fs::remove_dir(bank);
        let _ = fs::remove_dir(FOLDER);
    }
}
