//! The README's commands, as they stand there.

use std::process::{Command, Stdio};

use super::bench::Bench;
use super::program::{PARCELD, parceld, repository};
use super::station::Station;

/// The lines of the README's `sh` blocks, in order.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let mut commands = Vec::new();
    let mut inside = false;
    for line in readme.lines().map(str::trim) {
        match (inside, line) {
            (false, "```sh") => inside = true,
            (true, "```") => inside = false,
            (true, command) if !command.is_empty() => commands.push(command.to_owned()),
            _ => {}
        }
    }
    commands
}

#[tokio::test]
async fn every_command_of_the_readme_works_in_its_order() {
    let bench = Bench::bare().await;
    // The README's station is the one of config/station.toml; its pools are that station's.
    let config = std::fs::read_to_string(&bench.config).unwrap().replace("DEMO-ST01", "LAX1-ST03");
    std::fs::write(&bench.config, config).unwrap();
    let config = bench.config.display().to_string();
    std::fs::write(bench.path("outcomes.csv"), "tracking,status,date\n").unwrap();
    let mut ran = 0;
    for command in commands() {
        let words: Vec<String> = command
            .split_whitespace()
            .map(|word| match word {
                "config/station.toml" => config.clone(),
                "config/orders/sample.jsonl" | "config/carriers" => repository(word).display().to_string(),
                "outcomes.csv" | "replay.csv" | "label.png" => bench.path(word).display().to_string(),
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
            ["parceld", args @ ..] => drop(parceld(args.iter().map(|word| (*word).to_owned())).await.good()),
            ["cargo", "run", "--release", "--", "demo"] => demo_shows_its_page(),
            // The same path with fewer orders: a test has a minute, a reader has time.
            ["cargo", "run", "--release", "--", "demo", "--headless", "--orders", _] => {
                drop(parceld(["demo", "--headless", "--orders", "4"]).await.good());
            }
            // What CI runs itself; that it does is checked beside the rest of the tree.
            ["bash", "tests/run"] | ["cargo", "build", "--profile", "ship", "--no-default-features"] => {}
            _ => panic!("no test runs {command:?}"),
        }
        ran += 1;
    }
    assert!(ran >= 10, "the README has lost its commands");
}

/// Starts the demo, reads where its page is, and ends it.
fn demo_shows_its_page() {
    use std::io::{BufRead, BufReader};
    let mut demo = Command::new(PARCELD)
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let read = BufReader::new(demo.stdout.take().unwrap()).read_line(&mut line);
    demo.kill().unwrap();
    demo.wait().unwrap();
    read.unwrap();
    assert!(line.contains("open http://127.0.0.1:"), "{line:?}");
}
