//! Commands as scripts use them.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};

use parceld::uplink::receiver::ReceiverFault;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::bench::Bench;
use super::order::order;
use super::program::{DEADLINE, PARCELD, Ran, parceld, repository, until, with_config};

const QUOTE: [&str; 9] =
    ["quote", "--to", "US:90210", "--weight", "1.2kg", "--dims", "30x20x10cm", "--date", "2026-11-22"];

#[tokio::test]
async fn a_quote_says_the_choice_each_price_with_its_parts_and_each_refusal_with_its_reason() {
    let bench = Bench::bare().await;
    let quoted = bench.ask(&QUOTE).await;
    assert_eq!(quoted["ship_date"], "2026-11-22");
    assert!(quoted["from"].is_string() && quoted["to"].is_string(), "{quoted:#}");
    let quotes = quoted["quotes"].as_array().unwrap();
    assert_eq!(quoted["choice"], quotes[0]["service"]);
    for quote in quotes {
        let amount = |value: &serde_json::Value| {
            let (whole, cents) = value.as_str().unwrap().split_once('.').unwrap();
            assert_eq!(cents.len(), 2);
            whole.parse::<i64>().unwrap() * 100 + cents.parse::<i64>().unwrap()
        };
        let parts: i64 = quote["lines"].as_array().unwrap().iter().map(|line| amount(&line["amount"])).sum();
        assert_eq!(parts, amount(&quote["total"]), "{quote:#}");
        assert_eq!(quote["currency"], "USD");
        let billable = &quote["billable"];
        assert!(billable["value"].is_string() && billable["unit"].is_string(), "{quote:#}");
        let bases = ["actual", "dimensional", "cubic", "minimum"];
        assert!(bases.contains(&billable["basis"].as_str().unwrap()), "{quote:#}");
        assert!(quote["zone"].is_string() && quote["card"].is_string(), "{quote:#}");
    }
    for refusal in quoted["refusals"].as_array().unwrap() {
        assert!(["service", "rule", "reason"].iter().all(|key| refusal[*key].is_string()), "{refusal:#}");
    }
    let table = bench.run(&QUOTE).await.good().out;
    assert!(quotes.iter().all(|quote| table.contains(quote["total"].as_str().unwrap())), "{table}");
}

#[tokio::test]
async fn a_parcel_that_nobody_carries_is_quoted_without_a_choice() {
    let bench = Bench::bare().await;
    let none = bench.ask(&["quote", "--to", "US:90210", "--weight", "400kg"]).await;
    assert!(none["choice"].is_null() && none["quotes"] == serde_json::json!([]), "{none:#}");
    assert!(!none["refusals"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_demos_configuration_is_checked_with_warnings_alone() {
    let checked = with_config(&repository("config/demo.toml"), &["check"]).await.good();
    assert!(checked.out.contains("virtual device") && checked.out.contains("4 warnings"), "{checked:?}");
}

#[tokio::test]
async fn every_mistake_of_a_configuration_is_listed_with_its_line() {
    let bench = Bench::bare().await;
    let text = std::fs::read_to_string(&bench.config).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mistakes = [
        ("id = \"DEMO-ST01\"", "id = \"no spaces please\""),
        ("timezone = ", "timezone = \"Mars/Olympus\""),
        ("dpi = 203", "dpi = 96"),
        ("specimen = true", "speciman = true"),
        ("listen = ", "listen = \"0.0.0.0:8080\""),
    ];
    let places: Vec<usize> = mistakes
        .iter()
        .map(|(from, to)| {
            let at = lines.iter().position(|line| line.starts_with(from)).unwrap();
            lines[at] = (*to).to_owned();
            at + 1
        })
        .collect();
    std::fs::write(&bench.config, lines.join("\n")).unwrap();
    let checked = bench.run(&["check"]).await;
    assert_eq!(checked.code, Some(78), "{checked:?}");
    for line in places {
        assert!(checked.out.contains(&format!("{}:{line}: ", bench.config.display())), "line {line}: {checked:?}");
    }
    let run = bench.run(&["run"]).await;
    assert_eq!(run.code, Some(78), "{run:?}");
}

#[tokio::test]
async fn a_wrong_command_line_is_a_usage_error() {
    for args in [
        &["dance"][..],
        &["quote"],
        &["quote", "--to", "US:90210", "--weight", "a lot"],
        &["quote", "--to", "nowhere", "--weight", "1kg"],
        &["orders", "import"],
        &["parcels", "show"],
        &["pool", "start", "usps", "usps-demo-1"],
        &["demo", "--orders", "3"],
    ] {
        let bench = repository("config/demo.toml");
        let ran = match args {
            ["quote", "--to", ..] => with_config(&bench, args).await,
            _ => parceld(args.iter().copied()).await,
        };
        assert!(ran.code == Some(64) && !ran.err.is_empty() && ran.out.is_empty(), "{args:?}: {ran:?}");
    }
    for args in [&["--help"][..], &["--version"], &["quote", "--help"]] {
        let ran = parceld(args.iter().copied()).await.good();
        assert!(!ran.out.is_empty() && ran.err.is_empty(), "{ran:?}");
    }
}

#[tokio::test]
async fn the_doctor_finds_each_device_well_and_each_missing_one_missing() {
    let bench = Bench::bare().await;
    let healthy = bench.run(&["doctor"]).await.good();
    // Behind the devices stands how the clock is, which is no device's matter.
    let devices = |out: &str| -> Vec<String> {
        let (clock, devices): (Vec<&str>, Vec<&str>) = out.lines().partition(|line| line.starts_with("clock 20"));
        assert_eq!(clock.len(), 1, "{out}");
        devices.into_iter().map(str::to_owned).collect()
    };
    let lines = devices(&healthy.out);
    assert!(lines.len() == 3 && lines.iter().all(|line| line.contains(": ok: ")), "{healthy:?}");
    bench.scanner.unplug();
    bench.scale.unplug();
    bench.printer.set_fault(hal::sim::PrinterFault::Off);
    bench.printer.settled().await;
    let sick = bench.run(&["doctor"]).await;
    assert_eq!(sick.code, Some(69), "{sick:?}");
    let lines = devices(&sick.out);
    assert!(lines.len() == 3 && lines.iter().all(|line| line.contains(": absent: ")), "{sick:?}");
}

#[tokio::test]
async fn the_doctor_watches_what_the_devices_do_until_it_is_told_to_stop() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let bench = Bench::bare().await;
    // What is wrong elsewhere in the file does not keep the doctor from the devices.
    bench.reconfigure("language = \"en\"", "language = \"en\"\nspelling = 1");
    std::fs::remove_file(bench.path("uplink.token")).unwrap();
    let mut child = tokio::process::Command::new(PARCELD)
        .args(["doctor", "--watch", "--config"])
        .arg(&bench.config)
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = Vec::new();
    let mut until = async |wanted: &str| loop {
        let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.unwrap().unwrap().unwrap();
        let found = line.contains(wanted);
        seen.push(line);
        if found {
            return;
        }
    };
    until("spelling").await;
    until("uplink.token cannot be read").await;
    until("printer label").await;
    until("watching").await;
    until("is there").await;
    bench.scan("]E05901882110014").await;
    until("scanner hand: \"5901882110014\", ]E0").await;
    bench.put(580);
    until("scale: 580.0 g, at rest").await;
    bench.printer.set_fault(hal::sim::PrinterFault::Paused);
    until("printer label: answers: paused").await;
    let pid = child.id().expect("it runs").to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(tokio::time::timeout(DEADLINE, child.wait()).await.unwrap().unwrap().success(), "{seen:?}");
}

#[tokio::test]
async fn commands_that_act_need_no_running_station_and_say_when_they_do() {
    let bench = Bench::with_orders(&["RIG-5001"]).await;
    bench.receiver.set_fault(ReceiverFault::Refuse(500));
    let retry = bench.run(&["outbox", "retry"]).await;
    assert!(retry.code == Some(69) && retry.err.contains("start it first"), "{retry:?}");
    let refused: Vec<Ran> = vec![
        bench.run(&["manifest", "close", "usps"]).await,
        bench.run(&["manifest", "close", "nobody"]).await,
        bench.run(&["pool", "start", "usps", "usps-lax1-st03-1", "--next", "5000000"]).await,
        bench.run(&["pool", "start", "usps", "usps-demo-1", "--next", "0"]).await,
    ];
    assert!(refused.iter().all(|ran| ran.code == Some(69) && !ran.err.is_empty()), "{refused:?}");
    let unknown = [bench.run(&["parcels", "show", "7"]).await, bench.run(&["orders", "show", "nobody"]).await];
    assert!(unknown.iter().all(|ran| ran.code == Some(64)), "{unknown:?}");
}

#[tokio::test]
async fn the_virtual_printer_keeps_each_label_as_it_came_and_as_it_looks() {
    let out = tempfile::tempdir().unwrap();
    let address: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut printer = Command::new(PARCELD)
        .args(["printer", "--listen", &address.to_string(), "--out", out.path().to_str().unwrap()])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut connection = None;
    until("it listens", || {
        connection = std::net::TcpStream::connect(address).ok();
        connection.is_some()
    })
    .await;
    let connection = connection.unwrap();
    connection.set_nonblocking(true).unwrap();
    let label = b"^XA^FO60,60^A0N,90,90^FDHELLO^FS^XZ";
    TcpStream::from_std(connection).unwrap().write_all(label).await.unwrap();
    let (zpl, png) = (out.path().join("0001.zpl"), out.path().join("0001.png"));
    until("both files", || zpl.exists() && png.exists()).await;
    printer.kill().unwrap();
    printer.wait().unwrap();
    assert_eq!(std::fs::read(zpl).unwrap(), label);
    assert!(std::fs::read(png).unwrap().starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn a_number_is_said_to_be_whose_it_may_be_or_what_is_wrong_with_it() {
    let demo = repository("config/demo.toml");
    let ask = async |args: &[&str]| with_config(&demo, &[&["number"], args].concat()).await;
    let usps = ask(&["9400 1112 0620 6406 2607 87"]).await.good();
    assert!(usps.out.contains("USPS") && usps.out.contains("check digit right"), "{usps:?}");
    let wrong = ask(&["9400111206206406260788"]).await;
    assert!(wrong.code == Some(64) && wrong.out.contains("check digit wrong"), "{wrong:?}");
    let nobody = ask(&["not a number"]).await;
    assert!(nobody.code == Some(64) && nobody.err.contains("no known carrier"), "{nobody:?}");
    let ups = ask(&["1Z5R89390357567127", "--json"]).await.json();
    assert_eq!((&ups["carriers"][0]["carrier"], &ups["wrong"]), (&"ups".into(), &serde_json::Value::Null));
    let why = ask(&["9400111206206406260788", "--carrier", "usps", "--json"]).await;
    let said: serde_json::Value = serde_json::from_str(&why.out).unwrap();
    assert!(why.code == Some(64) && said["wrong"].as_str().unwrap().contains("check digit is wrong"), "{why:?}");
}

#[tokio::test]
async fn a_new_station_is_told_which_numbers_to_begin_and_what_else_its_parcels_lack() {
    let bench = Bench::bare().await;
    let pools = bench.run(&["pool", "list"]).await.good();
    assert!(pools.out.contains("\n  parceld pool start usps usps-demo-1 --next 1\n"), "{pools:?}");
    let check = bench.run(&["check"]).await.good();
    assert!(check.out.contains("stops parcels: no number of usps can be given"), "{check:?}");
    assert!(!bench.data().exists(), "what only reads makes nothing");
    let wrong = bench.run(&["pool", "start", "usps", "usps-demo", "--next", "1"]).await;
    assert!(wrong.code == Some(69) && wrong.err.contains("write one of: usps usps-demo-1"), "{wrong:?}");
    bench.run(&["pool", "start", "usps", "usps-demo-1", "--next", "1"]).await.good();
    let pools = bench.run(&["pool", "list"]).await.good();
    assert!(pools.out.contains("no use yet") && !pools.out.contains("pool start usps"), "{pools:?}");

    let mut abroad = order("RIG-9101");
    abroad["ship_to"]["country"] = "TH".into();
    abroad["ship_to"]["postcode"] = "10110".into();
    bench.import(&[abroad]).await.good();
    let check = bench.run(&["check"]).await.good();
    assert!(check.out.contains("no service carries 1 order to TH that waits, such as RIG-9101: "), "{check:?}");

    // Two names of one device are found where it is plugged in, and one name where it is read.
    std::os::unix::fs::symlink(bench.scanner.path(), bench.path("by-id")).unwrap();
    let scale = bench.scale.path().display().to_string();
    bench.reconfigure(&scale, &bench.path("by-id").display().to_string());
    let check = bench.run(&["check"]).await.good();
    assert!(check.out.contains("scanner hand and scale are one device, "), "{check:?}");
    let doctor = bench.run(&["doctor"]).await;
    assert!(doctor.code == Some(69) && doctor.out.contains("scanner hand and scale are one device, "), "{doctor:?}");
    let scanner = bench.scanner.path().display().to_string();
    bench.reconfigure(&bench.path("by-id").display().to_string(), &scanner);
    let check = bench.run(&["check"]).await;
    assert!(check.code == Some(78) && check.out.contains("and so is scanner hand"), "{check:?}");
}
