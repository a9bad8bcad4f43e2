//! The commands of the README and of the pages that it sends its reader to, as they stand there.

use std::process::{Command, Stdio};

use super::bench::Bench;
use super::program::{PARCELD, parceld, repository};
use super::station::Station;

/// In the order in which they are read: the first one begins the number pool and imports the orders.
const PAGES: [&str; 4] = ["README.md", "config/carriers/README.md", "config/labels/README.md", "src/guide/testing.md"];

/// The lines of the pages' `sh` blocks, in order.
fn commands() -> Vec<String> {
    let mut commands = Vec::new();
    for page in PAGES {
        let text = std::fs::read_to_string(repository(page)).unwrap();
        let before = commands.len();
        let mut inside = false;
        for line in text.lines().map(str::trim) {
            match (inside, line) {
                (false, "```sh") => inside = true,
                (true, "```") => inside = false,
                (true, command) if !command.is_empty() => commands.push(command.to_owned()),
                _ => {}
            }
        }
        assert!(commands.len() > before, "{page} has lost its commands");
    }
    commands
}

#[tokio::test]
async fn every_command_of_the_readme_and_its_pages_works_in_their_order() {
    let bench = Bench::bare().await;
    // The README's station is the one of config/station.toml; its pools are that station's.
    let config = std::fs::read_to_string(&bench.config).unwrap().replace("DEMO-ST01", "LAX1-ST03");
    std::fs::write(&bench.config, config).unwrap();
    let config = bench.config.display().to_string();
    std::fs::write(bench.path("outcomes.csv"), "tracking,status,date\n").unwrap();
    for command in commands() {
        let words: Vec<String> = command
            .split_whitespace()
            .map(|word| match word {
                "config/station.toml" => config.clone(),
                "config/orders/sample.jsonl" | "config/carriers" => repository(word).display().to_string(),
                "outcomes.csv" | "replay.csv" | "label.png" | "sheet.pdf" | "shift.pdf" => {
                    bench.path(word).display().to_string()
                }
                word => word.to_owned(),
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["parceld", "run", "--config", _] => {
                let station = Station::start(&bench.config).await;
                assert!(station.terminate().await.success(), "{command}");
            }
            // Said to the running station.
            ["parceld", "rates", "reload", ..] => {
                let station = Station::start(&bench.config).await;
                drop(parceld(words[1..].iter().map(|word| (*word).to_owned())).await.good());
                assert!(station.terminate().await.success(), "{command}");
            }
            ["parceld", "printer", "--listen", _, "--out", _] => {
                let out = bench.path("printed").display().to_string();
                says(&["printer", "--listen", "127.0.0.1:0", "--out", &out], "127.0.0.1:");
            }
            ["parceld", args @ ..] => drop(parceld(args.iter().map(|word| (*word).to_owned())).await.good()),
            ["cargo", "run", "--release", "--", "demo"] => {
                says(&["demo", "--listen", "127.0.0.1:0"], "open http://127.0.0.1:");
            }
            // The same path with fewer orders: a test has a minute, a reader has time.
            ["cargo", "run", "--release", "--", "demo", "--headless", "--orders", _] => {
                drop(parceld(["demo", "--headless", "--orders", "4"]).await.good());
            }
            // What CI runs itself; that it does is checked beside the rest of the tree.
            ["bash", "tests/run"] => {}
            // The machine of tests/package does it, as root.
            ["sudo", "apt", "install", _] | ["sudo", "parceld", "setup"] => {}
            _ => panic!("no test runs {command:?}"),
        }
    }
}

/// Starts what runs for ever, waits until it says this, and ends it.
fn says(args: &[&str], words: &str) {
    use std::io::{BufRead, BufReader};
    let mut both = Command::new("sh");
    both.args(["-c", "exec \"$0\" \"$@\" 2>&1", PARCELD]).args(args).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut program = both.spawn().unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).any(|line| line.contains(words));
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(said, "{args:?} never says {words:?}");
}
