//! A folder for one bench, and stations in it.

use std::path::{Path, PathBuf};

use parceld::daemon::{Core, Setup};
use parceld::exchange::sample::Generator;
use parceld::rating::Dg;
use parceld::store::{Store, StoredOrder};

const SEED: u64 = 20_261_122;

/// Gone with everything in it when the bench ends.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        let place =
            std::env::var_os("PARCELD_BENCH_DIR").map_or_else(|| env!("CARGO_TARGET_TMPDIR").into(), PathBuf::from);
        Self(tempfile::tempdir_in(place).expect("a folder"))
    }

    /// A folder in memory where there is one: for building large databases, never for measuring.
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self(made.expect("a folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The demo's station with its data in `name`, and its devices where they are given. Returns its `station.toml`.
    pub fn station(&self, name: &str, devices: Option<[&str; 3]>) -> PathBuf {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let text = |path: &Path| format!("{:?}", path.display().to_string());
        let mut config = std::fs::read_to_string(shipped.join("demo.toml")).expect("config/demo.toml");
        config = config.replace("\"demo-data\"", &text(&self.path().join(name)));
        config = config
            .replace("carriers_dir = \"carriers\"", &format!("carriers_dir = {}", text(&shipped.join("carriers"))));
        config = config.replace("127.0.0.1:8080", "127.0.0.1:0");
        for device in devices.into_iter().flatten() {
            config = config.replacen("device = \"demo\"", &format!("device = {device:?}"), 1);
        }
        let file = self.path().join(format!("{name}.toml"));
        std::fs::write(&file, config).expect("a configuration");
        file
    }
}

/// The station's values.
pub fn setup(config: &Path) -> Setup {
    Setup::load(config).expect("a configuration without problems").0
}

/// The core of a station.
pub fn open(setup: &Setup) -> Core {
    let store = Store::open(&setup.config.station.data_dir).expect("a database");
    Core::new(store, setup.rules.clone(), setup.cards.clone()).expect("a journal that can be replayed")
}

/// Orders that every bench station can pack.
pub fn orders(count: usize) -> Vec<StoredOrder> {
    let generator = Generator::new(SEED);
    let orders = (1..).map(|number| generator.order(number).expect("an order"));
    let plain = orders.filter(|made| made.order.lines.iter().all(|line| line.dg == Dg::None));
    plain.take(count).map(parceld::daemon::orders::stored).collect()
}
