//! `parceld setup`: a first configuration, by flags, by answers in a pipe, and at a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use hal::scale::ScaleProtocol;
use hal::sim::{Printer, PrinterSettings, Scale, Scanner};
use nix::fcntl::OFlag;
use tempfile::TempDir;

use super::program::{PARCELD, Ran, repository, with_config};
use super::station::Station;

/// Devices of a bench that has no configuration yet.
struct Bare {
    scanner: Scanner,
    scale: Scale,
    printer: Printer,
    dir: TempDir,
}

impl Bare {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let settings = PrinterSettings { render: false, ..PrinterSettings::default() };
        Self {
            scanner: Scanner::open_at(dir.path().join("scanner")).unwrap(),
            scale: Scale::open_at(dir.path().join("scale"), ScaleProtocol::MtSics).unwrap(),
            printer: Printer::listen((std::net::Ipv4Addr::LOCALHOST, 0).into(), settings).await.unwrap(),
            dir,
        }
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("station.toml")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.config()).unwrap()
    }

    /// `parceld setup` on these devices.
    fn setup(&self, more: &[&str]) -> Command {
        let mut setup = Command::new(PARCELD);
        setup.arg("setup").args(more).arg("--config").arg(self.config());
        setup.arg("--carriers-dir").arg(repository("config/carriers"));
        setup.arg("--data-dir").arg(self.dir.path().join("data"));
        setup.arg("--scanner").arg(self.scanner.path()).arg("--scale").arg(self.scale.path());
        setup.arg("--printer").arg(format!("tcp://{}", self.printer.addr()));
        // The country that is proposed is that of the language.
        setup.env_remove("LC_ALL").env("LANG", "C.UTF-8");
        setup
    }

    /// The same with these lines on its input.
    fn answered(&self, more: &[&str], answers: &str) -> Ran {
        let mut setup = self.setup(more);
        let mut child = setup.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // One that asks nothing reads nothing.
        let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    async fn is_good(&self) {
        let check = with_config(&self.config(), &["check"]).await.good();
        assert!(check.out.contains("good"), "{check:?}");
    }
}

#[tokio::test]
async fn what_setup_writes_from_answers_in_a_pipe_passes_the_check_and_runs() {
    let bare = Bare::new().await;
    let answers = "US\nLAX1-ST09\nUS-LAX-1\nAmerica/Los_Angeles\nBench \"9\"\n9 Nine Street\n\n\n90058\nusps,gofo\n";
    let ran = bare.answered(&[], answers).good();
    assert!(ran.out.contains("sender: city [Los Angeles]:"), "{ran:?}");
    bare.is_good().await;
    let text = bare.text();
    for line in
        ["id = \"LAX1-ST09\"", "name = \"Bench \\\"9\\\"\"", "carriers = [\"usps\",\"gofo\"]", "protocol = \"mt-sics\""]
    {
        assert_eq!(text.lines().filter(|there| *there == line).count(), 1, "{line} in {text}");
    }
    let comments = |text: &str| text.lines().filter(|line| line.starts_with("# ")).count();
    let shipped = std::fs::read_to_string(repository("config/station.toml")).unwrap();
    assert_eq!(comments(&text), comments(&shipped), "every explanation stays");
    // The page of another test may be at the usual port.
    std::fs::write(bare.config(), text.replace("127.0.0.1:8080", "127.0.0.1:0")).unwrap();
    let station = Station::start(&bare.config()).await;
    station.logged("device opened device=Scanner").await;
    station.logged("device opened device=Scale").await;
    assert!(station.terminate().await.success());
}

#[tokio::test]
async fn a_script_is_asked_nothing_and_an_invented_sender_prints_specimens() {
    let bare = Bare::new().await;
    let ran = bare.answered(&["--yes", "--timezone", "Asia/Manila"], "").good();
    assert!(!ran.out.contains("]:") && ran.out.contains("SPECIMEN"), "{ran:?}");
    bare.is_good().await;
    let text = bare.text();
    assert!(text.contains("\nspecimen = true\n") && text.contains("\ntimezone = \"Asia/Manila\"\n"), "{text}");
    assert!(text.contains("\n#[uplink]\n"), "{text}");
    let carriers = text.lines().find(|line| line.starts_with("carriers = ")).unwrap();
    assert!(carriers.contains("usps") && !carriers.contains("cityline"), "an imaginary carrier: {carriers}");
    assert!(ran.out.contains("next: `parceld doctor --config "), "{ran:?}");
}

#[tokio::test]
async fn an_answer_is_checked_when_it_is_given_with_the_habits_of_its_country() {
    let bare = Bare::new().await;
    let leeds =
        |postcode: &str| bare.answered(&[], &format!("GB\n\n\n\nBench\n1 Canal Street\nLeeds\n\n{postcode}\nyodel\n"));
    let wrong = leeds("90058");
    assert!(wrong.code == Some(78) && wrong.err.contains("--postcode: postcode \"90058\" is none of GB"), "{wrong:?}");
    assert!(!wrong.out.contains("carriers ["), "it went on: {wrong:?}");
    let ran = leeds("LS11 5AB").good();
    assert!(ran.out.contains("time zone [Europe/London]:") && ran.out.contains("sender: city:"), "{ran:?}");
    bare.is_good().await;
    let text = bare.text();
    for line in ["timezone = \"Europe/London\"", "region = \"\"", "outer = \"20x15x10cm\"", "outer = \"30x30x30cm\""] {
        assert!(text.lines().any(|there| there == line), "{line} in {text}");
    }
    let unnamed = bare.answered(&["--yes", "--force", "--country", "GB"], "");
    assert!(unnamed.code == Some(64) && unnamed.err.contains("--city"), "{unnamed:?}");
    let nowhere = bare.answered(&["--yes", "--force", "--carriers", "usps,nobody"], "");
    assert!(nowhere.code == Some(78) && nowhere.err.contains("no carrier \"nobody\"; write some of "), "{nowhere:?}");
}

#[tokio::test]
async fn it_can_be_said_again_and_proposes_what_was_said_before() {
    let bare = Bare::new().await;
    bare.answered(&["--yes", "--id", "LAX1-ST03", "--line1", "7 Own Street", "--timezone", "UTC"], "").good();
    let mine = bare.text().replace("#keep_free_mb = 100", "keep_free_mb = 55");
    std::fs::write(bare.config(), &mine).unwrap();
    let again = bare.answered(&["--warehouse", "US-LAX-2"], &"\n".repeat(20)).good();
    for proposal in ["name of this station [LAX1-ST03]:", "time zone [UTC]:", "street and number [7 Own Street]:"] {
        assert!(again.out.contains(proposal), "{proposal}: {again:?}");
    }
    let text = bare.text();
    assert_eq!(text, mine.replace("warehouse = \"US-WH-1\"", "warehouse = \"US-LAX-2\""));
    assert_eq!(std::fs::read_to_string(bare.dir.path().join("station.toml.before")).unwrap(), mine);
}

#[tokio::test]
async fn a_path_counts_from_where_the_command_is_typed() {
    let bare = Bare::new().await;
    let mut setup = Command::new(PARCELD);
    setup.current_dir(repository("config")).args(["setup", "--yes", "--carriers-dir", "carriers", "--config"]);
    setup.arg(bare.config()).arg("--data-dir").arg(bare.dir.path().join("data")).env("LANG", "C.UTF-8");
    let output = setup.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let line = format!("carriers_dir = \"{}\"", repository("config/carriers").display());
    assert!(bare.text().lines().any(|there| there == line), "{}", bare.text());
}

#[tokio::test]
async fn a_configuration_is_written_over_only_by_force_and_never_by_a_worse_one() {
    let bare = Bare::new().await;
    std::fs::write(bare.config(), "mine").unwrap();
    let refused = bare.answered(&["--yes"], "");
    assert!(refused.code == Some(64) && refused.err.contains("--force"), "{refused:?}");
    let wrong = bare.answered(&["--yes", "--force", "--timezone", "America/Nowhere"], "");
    assert!(wrong.code == Some(78) && wrong.err.contains("--timezone: no time zone \"America/Nowhere\""), "{wrong:?}");
    assert_eq!(bare.text(), "mine");
    bare.answered(&["--yes", "--force", "--timezone", "UTC"], "").good();
    bare.is_good().await;
    let left = std::fs::read_dir(bare.dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().contains(".new")));
}

#[tokio::test]
async fn at_a_terminal_it_asks_and_takes_enter_for_what_it_proposes() {
    let bare = Bare::new().await;
    let master = nix::pty::posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY).unwrap();
    nix::pty::grantpt(&master).unwrap();
    nix::pty::unlockpt(&master).unwrap();
    let terminal = File::options().read(true).write(true).open(nix::pty::ptsname_r(&master).unwrap()).unwrap();
    let mut setup = bare.setup(&["--timezone", "UTC"]);
    setup.stdin(terminal.try_clone().unwrap()).stdout(terminal.try_clone().unwrap()).stderr(terminal);
    let mut child = setup.spawn().unwrap();
    drop(setup);
    let mut person = File::from(std::os::fd::OwnedFd::from(master));
    // Beside the virtual printer, which is to print.
    let sits_there = move || {
        let (mut said, mut questions, mut buffer) = (String::new(), 0, [0; 512]);
        // The terminal is closed when the program ends.
        while let Ok(count @ 1..) = person.read(&mut buffer) {
            said += &String::from_utf8_lossy(&buffer[..count]);
            while said.matches("]: ").count() > questions {
                questions += 1;
                // The second answer is none that the key may have, so that it is asked for again.
                let answer = match questions {
                    2 => "no name\n",
                    3 => "LAX1-ST03\n",
                    13 => "5000123\n",
                    _ => "\n",
                };
                person.write_all(answer.as_bytes()).unwrap();
            }
        }
        (child.wait().unwrap().success(), said, questions)
    };
    let (good, said, questions) = tokio::task::spawn_blocking(sits_there).await.unwrap();
    assert!(good, "{said}");
    assert_eq!(questions, 14, "{said}");
    bare.is_good().await;
    assert!(bare.text().contains("\nid = \"LAX1-ST03\"\n"), "{said}");
    assert!(said.contains("id \"no name\" is not an identifier; write 1 to 32"), "{said}");
    assert!(said.contains("a specimen is at the printer"), "{said}");
    let pools = with_config(&bare.config(), &["pool", "list", "--json"]).await.json();
    let begun: Vec<_> =
        pools["pools"].as_array().unwrap().iter().filter(|pool| pool["state"] == "gives numbers").collect();
    assert!(begun.len() == 1 && begun[0]["next"] == 5_000_123, "{pools:#}");
}
