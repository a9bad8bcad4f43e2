//! Mistakes at the command line, and the exact sentences and exit codes that answer them. `tests/suite/mistakes.rs` has those
//! in files.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use super::bench::Bench;
use super::order::order;
use super::program::{PARCELD, Ran, parceld, repository, with_config};

const QUOTE: [&str; 5] = ["quote", "--to", "US:90210", "--weight", "1kg"];

/// The first line that a command says on the stream of errors, without the program's name.
fn first_line(ran: &Ran) -> String {
    let line = ran.err.lines().next().unwrap_or_default();
    line.strip_prefix("parceld: ").unwrap_or(line).to_owned()
}

#[tokio::test]
async fn every_mistake_at_the_command_line_is_answered_with_what_to_do_and_its_code() {
    let demo = repository("config/demo.toml");
    let quote = |more: &[&str]| [&QUOTE[..], more].concat().iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    let plain = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    let rows: Vec<(Vec<String>, i32, &str)> = vec![
        (plain(&["quite"]), 64, "error: unrecognized subcommand 'quite'"),
        (plain(&["orders", "lst"]), 64, "error: unrecognized subcommand 'lst'"),
        (
            plain(&["quote", "--to", "US:90210", "--weight", ""]),
            64,
            "error: invalid value '' for '--weight <WEIGHT>': it is empty; write a number and its unit, such as 310g",
        ),
        (
            plain(&["quote", "--to", "US:90210", "--weight", "1200"]),
            64,
            "error: invalid value '1200' for '--weight <WEIGHT>': \"1200\" has no known unit; write one of mg, g, kg, oz, \
             lb, such as 310g",
        ),
        (
            plain(&["quote", "--to", "US:90210", "--weight", "1,2kg"]),
            64,
            "error: invalid value '1,2kg' for '--weight <WEIGHT>': \"1,2kg\" is not a number; write digits with at most one \
             decimal point, such as 1.25",
        ),
        (
            quote(&["--dims", "30x20"]),
            64,
            "error: invalid value '30x20' for '--dims <DIMS>': \"30x20\" has no known unit; write one of mm, cm, in, such as \
             12x9x8in",
        ),
        (
            quote(&["--date", "22.11.2026"]),
            64,
            "error: invalid value '22.11.2026' for '--date <DATE>': \"22.11.2026\" is not a date; write it as 2026-07-12",
        ),
        (
            plain(&["quote", "--to", "90210", "--weight", "1kg"]),
            64,
            "\"90210\" is no place; write country and postcode, such as US:90210",
        ),
        (
            plain(&["quote", "--to", "UK:SW1A 1AA", "--weight", "1kg"]),
            64,
            "\"UK:SW1A 1AA\": there is no country \"UK\"; did you mean GB? write its code of ISO 3166, such as US:90210",
        ),
        (
            plain(&["quote", "--to", "GB:HS", "--weight", "1kg"]),
            64,
            "\"GB:HS\": the postcode must be a whole postcode, such as SW1A 1AA",
        ),
        (
            plain(&["quote", "--to", "US:7030", "--weight", "1kg"]),
            64,
            "\"US:7030\": the postcode must be five digits, or five and four, such as 02116-1234 (a spreadsheet may have cut \
             a leading 0)",
        ),
        (
            quote(&["--dg", "liion"]),
            64,
            "--dg: \"liion\" is not known; did you mean li_ion? write one of none, li_ion, li_metal, na_ion, liquid, powder, \
             magnet, aerosol, lq, unknown",
        ),
        (
            quote(&["--signature", "adlt21"]),
            64,
            "--signature: \"adlt21\" is not known; did you mean adult21? write one of none, any, adult18, adult21",
        ),
        (quote(&["--terms", "ddp"]), 64, "--terms: \"ddp\" is not known; did you mean DDP? write one of DDP, DDU"),
        (
            quote(&["--value", "25,00"]),
            64,
            "--value: \"25,00\" is not a number; write digits with at most one decimal point, such as 1.25",
        ),
        (
            plain(&["label", "preview", "usps.ground_advantge", "--out", "/dev/null"]),
            64,
            "no service \"usps.ground_advantge\"; did you mean usps.ground_advantage? ",
        ),
        (plain(&["label", "preview", "dhl", "--out", "/dev/null"]), 64, "no service \"dhl\"; "),
        (plain(&["manifest", "close", "usp"]), 69, "no carrier \"usp\"; did you mean usps? write one of "),
        (
            plain(&["pool", "start", "usps", "usps-demo-l", "--next", "5"]),
            69,
            "station DEMO-ST01 has no pool usps-demo-l of usps; did you mean usps usps-demo-1? write one of: usps usps-demo-1",
        ),
        (
            plain(&["parcels", "list", "--day", "yesterday"]),
            64,
            "error: invalid value 'yesterday' for '--day <YYYY-MM-DD>': \"yesterday\" is not a date; write it as 2026-07-12",
        ),
        (
            plain(&["orders", "import", "/nonexistent/orders.csv"]),
            69,
            "/nonexistent/orders.csv: there is no such file; look at its name and its folder",
        ),
        (plain(&["orders", "import", "/tmp"]), 69, "/tmp: this is a folder; name a file in it"),
        (
            plain(&["outcomes", "import", "/nonexistent/outcomes.csv"]),
            69,
            "/nonexistent/outcomes.csv: there is no such file; look at its name and its folder",
        ),
    ];
    let mut wrong = String::new();
    for (args, code, says) in rows {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ran = with_config(&demo, &args).await;
        let said = first_line(&ran);
        // Where a list of all that there is follows, its beginning is enough.
        let same = if says.ends_with([' ', ';']) { said.starts_with(says) } else { said == says };
        if ran.code != Some(code) || !same {
            wrong.push_str(&format!("{args:?}\n     says {said:?} ({:?})\n  instead {says:?} ({code})\n", ran.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test]
async fn a_configuration_that_is_not_there_or_is_a_folder_is_said_once() {
    let folder = repository("config").display().to_string();
    for (file, says) in [
        (
            "/nonexistent/station.toml",
            "parceld: /nonexistent/station.toml: there is no such file; name the station's file with --config, or make one \
             with `parceld setup`\n"
                .to_owned(),
        ),
        (
            &folder,
            format!("parceld: {folder}: this is a folder; name the station's file in it, such as --config {folder}/station.toml\n"),
        ),
    ] {
        let ran = parceld(["orders", "list", "--config", file]).await;
        assert_eq!((ran.code, ran.err), (Some(78), says));
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_once_with_who_may_have_it_and_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let who = "another program listens there, perhaps a parceld that runs already (`ss -ltnp` names it)";
    let bench = Bench::bare().await;
    bench.reconfigure("listen = \"127.0.0.1:0\"", &format!("listen = \"{address}\""));
    let run = bench.run(&["run"]).await;
    let says = format!("parceld: listen on {address}: {who}; stop it, or write another address into [web] listen");
    assert_eq!((run.code, run.err.lines().last()), (Some(69), Some(says.as_str())), "{run:?}");
    assert_eq!(run.err.matches("listen on").count(), 1, "{run:?}");
    let printer = parceld(["printer", "--listen", &address.to_string(), "--out", "/tmp"]).await;
    let says = format!(
        "parceld: listen on {address}: {who}; stop it, or give another address with --listen; port 0 takes any that is free\n"
    );
    assert_eq!((printer.code, printer.err), (Some(69), says));
    let demo = parceld(["demo", "--listen", &address.to_string()]).await;
    let says = format!(
        "parceld: listen on {address}: {who}; stop it, or give another address, such as --listen 127.0.0.1:8090"
    );
    assert_eq!((demo.code, demo.err.lines().last()), (Some(69), Some(says.as_str())), "{demo:?}");
}

#[tokio::test]
async fn a_station_that_runs_already_is_what_is_said_and_not_its_port() {
    let bench = Bench::with_orders(&["RIG-8101"]).await;
    let station = bench.start().await;
    bench.reconfigure("listen = \"127.0.0.1:0\"", &format!("listen = \"{}\"", station.page));
    let second = bench.run(&["run"]).await;
    assert!(
        second.code == Some(75) && second.err.contains("a station is already running on this folder"),
        "{second:?}"
    );
}

#[tokio::test]
async fn what_was_refused_is_counted_in_the_right_number() {
    let bench = Bench::bare().await;
    let bad = |order_ref: &str| {
        let mut bad = order(order_ref);
        bad["ship_to"]["country"] = "UK".into();
        bad
    };
    let one = bench.import(&[bad("RIG-8001"), order("RIG-8002")]).await;
    let says = "parceld: 1 order was refused; mend what is said above and import again\n";
    assert_eq!((one.code, one.err.as_str()), (Some(69), says), "{one:?}");
    let two = bench.import(&[bad("RIG-8001"), bad("RIG-8002")]).await;
    assert!(two.err.starts_with("parceld: 2 orders were refused; "), "{two:?}");
    let file = bench.path("empty.csv");
    std::fs::write(&file, "").unwrap();
    let empty = bench.run(&["orders", "import", file.to_str().unwrap()]).await;
    assert!(empty.err.starts_with("parceld: 1 file was refused; "), "{empty:?}");
    let said = format!("{}: the file is empty; export the orders again\n", file.display());
    assert!(empty.out.starts_with(&said), "{empty:?}");
    std::fs::write(&file, "order_ref,lines.sku\n").unwrap();
    let none = bench.run(&["orders", "import", file.to_str().unwrap()]).await.good();
    assert!(none.out.ends_with("there is no order in it\n"), "{none:?}");
}

#[tokio::test]
async fn a_user_who_may_not_look_into_the_folder_hears_that_and_not_that_nothing_ran_there() {
    // Only root can become somebody else.
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let bench = Bench::with_orders(&["RIG-8201"]).await;
    let above = bench.path("closed");
    std::fs::create_dir(&above).unwrap();
    std::fs::rename(bench.data(), above.join("data")).unwrap();
    let data = above.join("data").display().to_string();
    bench.reconfigure(&format!("data_dir = {:?}", bench.data().display().to_string()), &format!("data_dir = {data:?}"));
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&bench.path(""), 0o755);
    mode(&bench.path("uplink.token"), 0o644);
    mode(&bench.config, 0o644);
    mode(&above, 0o700);
    let mut program = Command::new(PARCELD);
    program.args(["parcels", "list", "--config"]).arg(&bench.config).stdin(Stdio::null()).uid(65_534).gid(65_534);
    let output = program.output();
    // Where nobody may reach the program or the repository itself, this claims nothing.
    let Ok(output) = output else { return };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("languages_dir") || said.contains("carriers_dir") {
        return;
    }
    let says = format!(
        "parceld: use {data}: nobody may not look into this folder; type `sudo parceld …`, or `sudo -u parceld parceld …`\n"
    );
    assert_eq!((output.status.code(), said), (Some(69), says));
}
