use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use hal::port::Address;

use super::*;
use crate::units::Mass;

const STATION: &str = include_str!("../../config/station.toml");
const DEMO: &str = include_str!("../../config/demo.toml");

/// A folder in which everything that `text` names exists, and `text` in it as `station.toml`.
fn install(text: &str) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    for folder in ["carriers/usps", "labels", "languages"] {
        fs::create_dir_all(dir.path().join(folder)).unwrap();
    }
    for (file, content) in [("carriers/usps/carrier.toml", ""), ("languages/en.ftl", ""), ("uplink.token", "s3cret\n")]
    {
        fs::write(dir.path().join(file), content).unwrap();
    }
    fs::write(dir.path().join("api.tokens"), "a-token-that-is-long-enough\n").unwrap();
    for secret in ["uplink.token", "api.tokens"] {
        fs::set_permissions(dir.path().join(secret), fs::Permissions::from_mode(0o640)).unwrap();
    }
    let file = dir.path().join("station.toml");
    let here = dir.path().display().to_string();
    fs::write(&file, text.replace("/etc/parceld", &here).replace("/var/lib/parceld", &here)).unwrap();
    (dir, file)
}

/// Loads the shipped file with one part replaced; gives every problem without the file's name.
fn problems_with(from: &str, to: &str) -> Vec<String> {
    assert!(STATION.contains(from), "{from}");
    problems_of(&STATION.replacen(from, to, 1))
}

pub(super) fn problems_of(text: &str) -> Vec<String> {
    let (dir, file) = install(text);
    let problems = match Config::load(&file) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems.0,
    };
    let place = format!("{}:", file.display());
    let here = dir.path().display().to_string();
    problems.iter().map(|problem| problem.to_string().replace(&place, "").replace(&here, "DIR")).collect()
}

/// The line of the shipped file that begins so.
fn line_of(start: &str) -> usize {
    STATION.lines().position(|line| line.starts_with(start)).unwrap() + 1
}

fn at(address: Address) -> DeviceAddress {
    DeviceAddress::At(address)
}

#[test]
fn tracking_numbers_go_nowhere_by_themselves_and_their_folders_are_beside_the_others() {
    let (dir, file) = install(STATION);
    let (config, _) = Config::load(&file).unwrap();
    assert_eq!((config.exports.formats.len(), config.exports.dir), (0, None), "no folder of formats is there");
    assert_eq!(config.exports.folder, config.station.data_dir.join("exports"));
    fs::create_dir(dir.path().join("exports")).unwrap();
    let (config, _) = Config::load(&file).unwrap();
    assert_eq!(config.exports.dir, Some(dir.path().join("exports")));
    let found = problems_of(&format!("{STATION}\n[exports]\ndir = \"nowhere\"\nformats = \"plain\"\nfiles = 1\n"));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("dir: no folder DIR/nowhere; make it, or correct the path"), "{found:?}");
    assert!(found[1].contains("exports.formats is not an array of strings"), "{found:?}");
    assert!(
        found[2].contains("unknown key exports.files; remove it, or write one of dir, folder, formats"),
        "{found:?}"
    );
}

#[test]
fn a_lost_character_is_a_problem_with_its_line() {
    let found = problems_with("name = \"Example Returns\"", "name = \"Ex\u{fffd}mple Returns\"");
    let line = line_of("name = \"Example Returns\"");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(&format!("{line}: holds U+FFFD, which stands for a character that was lost; write")));
}

#[test]
fn the_shipped_file_loads_without_a_problem() {
    let (_dir, file) = install(STATION);
    let (config, warnings) = Config::load(&file).unwrap();
    assert_eq!(warnings, []);
    assert_eq!((config.station.id.as_str(), config.web.listen.port()), ("LAX1-ST03", 8080));
    assert_eq!(config.printer.device, at(Address::Tcp("192.0.2.10:9100".into())));
    assert_eq!((config.boxes.len(), config.boxes[1].tare), (4, None));
    assert_eq!(config.packing.empty_below, Mass::from_grams(10));
    let DeviceAddress::At(Address::Serial(line)) = &config.scale.device else { panic!("{:?}", config.scale) };
    assert_eq!((line.baud, line.framing, line.handshake), (9600, Framing::default(), Handshake::None));
}

#[test]
fn the_demo_file_loads_with_nothing_but_its_placeholders() {
    let (dir, file) = install(DEMO);
    let (config, warnings) = Config::load(&file).unwrap();
    assert_eq!(warnings.len(), 4);
    assert_eq!(config.receipt.as_ref().map(|printer| printer.name.as_str()), Some("receipts"));
    assert!(warnings.iter().all(|warning| warning.what == "\"demo\" stands for a virtual device"));
    assert_eq!(config.station.data_dir, dir.path().join("demo-data"));
    assert_eq!(config.rates.carriers_dir, dir.path().join("carriers"));
    assert_eq!(config.languages_dir, dir.path().join("languages"));
    assert!(config.packing.specimen && config.uplink.is_none() && config.scale.device == DeviceAddress::Demo);
    let ids: Vec<&str> = config.boxes.iter().map(|carton| carton.id.as_str()).collect();
    assert_eq!(ids, ["B1", "B2", "B3", "B4"]);
}

#[test]
fn the_mark_is_beside_the_data_or_where_it_is_wanted_or_nowhere() {
    let place = |line: &str| {
        let data = "data_dir = \"/var/lib/parceld\"\n";
        let (_dir, file) = install(&STATION.replace(data, &format!("{data}{line}\n")));
        Config::load(&file).unwrap().0.station.mark()
    };
    assert_eq!(place(""), MarkPlace::Beside);
    assert_eq!(place("mark_dir = \"none\""), MarkPlace::Nowhere);
    assert_eq!(place("mark_dir = \"/media/mark\""), MarkPlace::Folder("/media/mark".into()));
}

#[test]
fn every_key_is_explained_in_the_shipped_file() {
    let heads: BTreeSet<&str> = STATION.lines().filter(|line| line.starts_with('[')).collect();
    let mut text = STATION.to_owned();
    for head in &heads {
        text = text.replacen(&format!("{head}\n"), &format!("{head}\nzzz = 1\n"), 1);
    }
    let unknown: Vec<String> =
        problems_of(&text).into_iter().filter(|problem| problem.contains("unknown key")).collect();
    assert_eq!(unknown.len(), heads.len(), "{unknown:?}");
    for problem in unknown {
        let (_, known) = problem.rsplit_once("write one of ").unwrap();
        for key in known.split(", ") {
            let explained = [format!("\n{key} = "), format!("\n#{key} = "), format!("[{key}]\n"), format!(".{key}]")];
            assert!(explained.iter().any(|form| STATION.contains(form)), "{key}");
        }
    }
}

#[test]
fn each_wrong_value_is_an_error_on_its_line() {
    let cases = [
        ("id = \"LAX1-ST03\"", "id = \"LAX 1\"", "id \"LAX 1\" is not an identifier; write 1 to 32 of"),
        ("id = \"LAX1-ST03\"", "id = \"..\"", "id \"..\" is not an identifier"),
        (
            "[[packing.box]]",
            "[[packing.bx]]",
            "unknown key packing.bx; did you mean box? remove it, or write one of box,",
        ),
        (
            "#mark_dir = \"/media/mark\"",
            "mark_dir = \"/var/lib/parceld/mark\"",
            "mark_dir: DIR/mark is inside data_dir, and would be copied with it; name a folder outside",
        ),
        ("timezone = \"America/Los_Angeles\"", "timezone = \"PST8\"", "no time zone \"PST8\"; write its IANA name"),
        ("language = \"en\"", "language = \"English\"", "\"English\" is not a language code"),
        ("postcode = \"90058\"", "postcode = \"9005\"", "postcode \"9005\" is not a ZIP code"),
        ("country = \"US\"", "country = \"us\"", "country \"us\" is not a country"),
        ("name = \"hand\"", "name = \"\"", "name is empty, too long or holds a control character"),
        (
            "device = \"/dev/serial/by-id/usb-Example_Scanner",
            "device = \"COM3",
            "device \"COM3_0001-if00\" is not a device",
        ),
        ("baud = 9600", "baud = 9601", "baud is not a rate that serial lines have; write one of 300"),
        ("#framing = \"8N1\"", "framing = \"9N1\"", "scanner[1].framing: `9N1` is no framing; write data bits"),
        ("#handshake = \"none\"", "handshake = \"dtr\"", "scanner[1].handshake is \"dtr\", which is not known; write"),
        ("protocol = \"mt-sics\"", "protocol = \"foo\"", "scale.protocol is \"foo\", which is not known"),
        ("role = \"label\"", "role = \"bag\"", "printer[1].role is \"bag\", which is not known"),
        ("#draws = \"text-and-bars\"", "draws = \"text\"", "printer[1].draws is \"text\", which is not known"),
        (
            "device = \"tcp://192.0.2.10:9100\"",
            "device = \"tcp://192.0.2.10\"",
            "\"tcp://192.0.2.10\" is not an address",
        ),
        ("device = \"tcp://192.0.2.10:9100\"", "device = \"lp0\"", "device \"lp0\" is not a device file"),
        (
            "#clock = \"vouched\"",
            "clock = \"gps\"",
            "station.clock is \"gps\", which is not known; write \"vouched\", \"system\"",
        ),
        ("dpi = 203", "dpi = 200", "no label is drawn for 200 dots per inch; write 203 or 300"),
        (
            "width_mm = 100",
            "width_mm = 1000",
            "width_mm is 1000, outside its range; write a number from 50 to 110 (mm)",
        ),
        (
            "kind = \"none\"",
            "kind = \"ssd1306\"",
            "kind names something that is not driven by this version; use \"none\" or \"framebuffer\"",
        ),
        (
            "kind = \"none\"",
            "rotate = 45\nkind = \"framebuffer\"",
            "a panel is not turned by 45 degrees; write 0, 90, 180 or 270",
        ),
        (
            "kind = \"none\"",
            "device = \"fb0\"\nkind = \"framebuffer\"",
            "device \"fb0\" is not a device file; write one such as /dev/fb0",
        ),
        (
            "backend = \"none\"",
            "red = 22\nbackend = \"gpiocdev\"",
            "red is line 22, and nothing says of which chip; add chip =",
        ),
        (
            "backend = \"none\"",
            "green = 1\nbackend = \"rppal\"",
            "green is 1, no line of the header; write a BCM number from 2 to 27",
        ),
        (
            "backend = \"none\"",
            "red = \"GPIO22\"\nbackend = \"rppal\"",
            "red is \"GPIO22\", no line of the header; write a BCM number",
        ),
        (
            "backend = \"none\"",
            "chip = \"gpiochip0\"\nbackend = \"rppal\"",
            "rppal finds the header by itself; remove it, or",
        ),
        (
            "backend = \"none\"",
            "red = \"A\"\ngreen = \"A\"\nbackend = \"gpiocdev\"",
            "line \"A\" is used twice; give each its own line",
        ),
        (
            "carriers_dir = \"/etc/parceld/carriers\"",
            "carriers_dir = \"/nowhere\"",
            "carriers_dir: no folder /nowhere; make it",
        ),
        (
            "verify_items = \"off\"",
            "verify_items = \"sku\"",
            "checking items is not driven by this version; use \"off\"",
        ),
        ("#empty_below = \"10g\"", "empty_below = \"2kg\"", "empty_below is 2 kg, outside its range"),
        ("#empty_below = \"10g\"", "empty_below = \"10\"", "packing.empty_below: "),
        ("outer = \"8x6x4in\"", "outer = \"8x6in\"", "packing.box[1].outer: "),
        ("#tare = \"90g\"", "tare = \"0g\"", "tare is 0 kg, outside its range"),
        ("id = \"B2\"", "id = \"B1\"", "two boxes are named \"B1\"; give each its own id"),
        ("url = \"https://", "url = \"http://", "url sends orders and tokens over the network in clear; use https"),
        ("url = \"https://", "url = \"mqtt://", "url is neither https nor http"),
        ("url = \"https://", "url = \"https://me:pw@", "url holds a user, a question mark or a #"),
        (
            "token_file = \"/etc/parceld/uplink.token\"",
            "token_file = \"/nowhere\"",
            "/nowhere cannot be read: No such file",
        ),
        ("#ca_file = \"/etc/parceld/ca.pem\"", "ca_file = \"uplink.token\"", "DIR/uplink.token is not a readable PEM"),
        (
            "listen = \"127.0.0.1:8080\"",
            "listen = \"0.0.0.0:8080\"",
            "listen is 0.0.0.0:8080, which other machines can reach",
        ),
        ("listen = \"127.0.0.1:8080\"", "listen = \"localhost\"", "\"localhost\" is not an address and port"),
    ];
    for (from, to, what) in cases {
        let found = problems_with(from, to);
        let expected = format!("{}: {what}", line_of(from));
        assert!(found.len() == 1 && found[0].starts_with(&expected), "{to}\nexpected {expected}\nfound {found:?}");
    }
}

#[test]
fn every_problem_is_found_in_one_pass_in_the_files_order() {
    let text = STATION
        .replace("id = \"LAX1-ST03\"", "id = 7")
        .replace("baud = 9600\n# Data", "bawd = 9600\n# Data")
        .replace("dpi = 203\n", "")
        .replace("listen = \"127.0.0.1:8080\"", "listen = \"0.0.0.0:80\"");
    let lines: Vec<usize> =
        problems_of(&text).iter().map(|found| found.split(':').next().unwrap().parse().unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert!(lines.is_sorted());
}

#[test]
fn what_is_written_without_effect_is_a_warning() {
    let found = problems_with("#baud = 9600", "baud = 9600");
    assert!(found.len() == 1 && found[0].contains("baud has no effect on a network printer; remove it"), "{found:?}");
    let found = problems_with("#tare = \"90g\"", "tare = \"90g\"");
    assert!(found.len() == 1 && found[0].contains("tare has no effect: this version does not use it yet"), "{found:?}");
    let found = problems_with("#unit = \"kg\"", "unit = \"kg\"");
    assert!(found.len() == 1 && found[0].contains("unit has no effect"), "{found:?}");
}

/// The shipped file with more keys in `[station]`.
fn with_keys(keys: &str) -> String {
    STATION.replacen("warehouse = \"US-LAX-1\"\n", &format!("warehouse = \"US-LAX-1\"\n{keys}\n"), 1)
}

#[test]
fn a_company_prefix_gives_bags_their_numbers() {
    let (_dir, file) = install(&with_keys("gs1_prefix = \"0614141\"\ngs1_extension = 3\ngs1_serials = \"5-9\""));
    let sscc = Config::load(&file).unwrap().0.station.sscc().unwrap();
    assert_eq!((sscc.prefix(), sscc.serials()), ("0614141", (5, 9)));
    assert_eq!(sscc.number(5).as_deref(), Some("306141410000000051"));
    let line = line_of("warehouse") + 1;
    for (keys, at, what) in [
        ("gs1_prefix = \"061414\"", line, "\"061414\" is no GS1 company prefix; write its 7 to 10 digits"),
        ("gs1_prefix = \"0614141\"\ngs1_extension = 10", line + 1, "the extension digit is 10"),
        (
            "gs1_prefix = \"0614141\"\ngs1_serials = \"1-1000000000\"",
            line + 1,
            "serials 1 to 1000000000 are not within",
        ),
        ("gs1_prefix = \"0614141\"\ngs1_serials = \"all\"", line + 1, "\"all\" is not a range of serials"),
        ("gs1_serials = \"1-9\"", line, "gs1_serials has no effect without gs1_prefix"),
    ] {
        let found = problems_of(&with_keys(keys));
        assert!(found.len() == 1 && found[0].starts_with(&format!("{at}: {what}")), "{keys}: {found:?}");
    }
}

#[test]
fn a_company_prefix_wants_the_layout_of_its_label() {
    let (dir, file) = install(&with_keys("gs1_prefix = \"0614141\""));
    let says = |word: &str| {
        let (config, _) = Config::load(&file).unwrap();
        let found = config.layouts().1;
        found.0.iter().any(|problem| problem.line == Some(line_of("warehouse") + 1) && problem.what.contains(word))
    };
    assert!(says("no layout \"sscc\""));
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/labels/sscc.toml");
    fs::copy(shipped, dir.path().join("labels/sscc.toml")).unwrap();
    assert!(!says("sscc") && !says("bag"));
}

#[test]
fn there_is_one_receipt_printer_and_never_instead_of_the_label_printer() {
    let receipt = |name: &str| {
        format!(
            "[[printer]]\nname = \"{name}\"\nrole = \"receipt\"\nlanguage = \"escpos\"\n\
             device = \"tcp://192.0.2.11:9100\"\ndpi = 203\nwidth_mm = 72\nheight_mm = 0\n\n"
        )
    };
    let with = |more: &str| STATION.replacen("[panel]", &format!("{more}[panel]"), 1);
    let (_dir, file) = install(&with(&receipt("receipts")));
    let config = Config::load(&file).unwrap().0;
    assert_eq!(config.receipt.map(|printer| (printer.width_mm, printer.height_mm)), Some((72, 0)));
    let found = problems_of(&with(&(receipt("a") + &receipt("b").replace(".11:", ".12:"))));
    assert!(found.len() == 1 && found[0].contains("a second receipt printer; keep one"), "{found:?}");
    let found = problems_of(&STATION.replace("role = \"label\"", "role = \"receipt\""));
    assert!(found.len() == 1 && found[0].contains("no [[printer]] with role = \"label\""), "{found:?}");
}

#[test]
fn a_missing_part_is_named() {
    for (part, what) in
        [("[[scanner]]", "no [[scanner]]"), ("[[printer]]", "no [[printer]]"), ("[scale]", "scale is missing")]
    {
        let (before, after) = STATION.split_once(part).unwrap();
        let rest = &after[after.find("\n[").unwrap()..];
        let found = problems_of(&format!("{before}{rest}"));
        assert!(found.len() == 1 && found[0].contains(what), "{part}: {found:?}");
    }
}

#[test]
fn a_nightly_copy_is_off_by_default_and_its_numbers_have_bounds() {
    let (_dir, file) = install(STATION);
    assert!(Config::load(&file).unwrap().0.backup.is_none());
    let with = |keys: &str| problems_of(&format!("{STATION}\n[backup]\n{keys}"));
    assert_eq!(with("dir = \"/media/parceld/backups\""), [""; 0], "a stick may come later");
    let found = with("dir = \"/media\"\nat = 24\nkeep = 0");
    assert!(found.len() == 2 && found[0].contains("from 0 to 23") && found[1].contains("from 1 to 365"), "{found:?}");
    assert!(with("keep = 3")[0].contains("dir is missing"), "{:?}", with("keep = 3"));
}

#[test]
fn no_folder_is_watched_by_default_and_one_with_other_files_never() {
    let (_dir, file) = install(STATION);
    assert!(Config::load(&file).unwrap().0.orders.is_none());
    let with = |folder: &str| problems_of(&format!("{STATION}\n[orders]\nfolder = {folder:?}"));
    for good in ["/var/lib/parceld-orders", "orders", "/media/parceld"] {
        assert_eq!(with(good), [""; 0], "{good}: it may come later");
    }
    for bad in ["/", "/home", ".", "/var/lib/parceld"] {
        let found = with(bad);
        assert!(found.len() == 1 && found[0].contains("lie other files than orders"), "{bad}: {found:?}");
    }
}

#[test]
fn tables_that_may_be_left_out_have_their_stated_defaults() {
    let (mut text, _) = STATION.split_once("\n[packing]").map(|(a, b)| (a.to_owned(), b)).unwrap();
    let (panel, rates) = (text.find("\n[panel]").unwrap(), text.find("\n[rates]").unwrap());
    text.replace_range(panel..rates, "");
    let (_dir, file) = install(&text);
    let (config, warnings) = Config::load(&file).unwrap();
    assert_eq!(warnings, []);
    assert!(config.uplink.is_none() && config.packing.verify_scan && !config.packing.specimen);
    assert_eq!((config.gpio.backend, config.web.listen.to_string()), (GpioBackend::None, "127.0.0.1:8080".to_owned()));
}

#[test]
fn a_supervisors_badge_that_anybody_can_print_is_a_warning_that_says_how_to_make_another() {
    let line = STATION.lines().find(|line| line.starts_with("#supervisors = ")).unwrap();
    assert_eq!(problems_with(line, line.trim_start_matches('#')), [] as [String; 0], "the example is as it should be");
    let number = line_of("#supervisors");
    let found = problems_with(line, "supervisors = [\"op17\", \"op18.K7Q2M6XA4TBC5DEF\"]");
    let text = "the badge of \"op17\" has no part that cannot be guessed: anybody can print it; type `parceld badge \
                op17 --out badge.pdf`, and write here what it says";
    assert_eq!(found, [format!("{number}: {text}")]);
    let found = problems_with(line, "supervisors = [\"op17 sha256:12\"]");
    assert!(
        found.len() == 1 && found[0].contains("is on no badge; write what stands behind BADGE: on it"),
        "{found:?}"
    );
}

#[test]
fn a_token_that_everybody_can_read_is_a_warning_and_an_empty_one_an_error() {
    let (dir, file) = install(STATION);
    let token = dir.path().join("uplink.token");
    fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).unwrap();
    let (_, warnings) = Config::load(&file).unwrap();
    assert!(warnings[0].what.starts_with("everybody on this machine can read"));
    fs::write(&token, "\n").unwrap();
    assert!(Config::load(&file).unwrap_err().to_string().contains("does not hold one token"));
}

#[test]
fn where_orders_are_sent_wants_tokens_and_over_a_network_a_certificate() {
    let (dir, file) = install(STATION);
    assert!(Config::load(&file).unwrap().0.api.is_none());
    let here = |name: &str| dir.path().join(name).display().to_string();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["station.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    let texts = [("tokens", "x".repeat(20)), ("cert.pem", certificate.pem()), ("key.pem", key.serialize_pem())];
    for (name, text) in texts {
        fs::write(here(name), text).unwrap();
        fs::set_permissions(here(name), fs::Permissions::from_mode(0o640)).unwrap();
    }
    let with = |listen: &str, tokens: &str, more: &[(&str, &str)]| {
        let mut table = format!("\n[api]\nlisten = {listen:?}\ntoken_file = {:?}\n", here(tokens));
        more.iter().for_each(|(key, name)| table += &format!("{key} = {:?}\n", here(name)));
        problems_of(&format!("{STATION}{table}"))
    };
    let pair = |certificate: &'static str, key: &'static str| [("cert_file", certificate), ("key_file", key)];
    assert_eq!(with("127.0.0.1:8443", "tokens", &[]), [""; 0]);
    assert_eq!(with("0.0.0.0:8443", "tokens", &pair("cert.pem", "key.pem")), [""; 0]);
    for (found, said) in [
        (with("192.0.2.20:8443", "tokens", &[]), "would cross the network in clear; write cert_file and key_file"),
        (with("127.0.0.1:8080", "tokens", &[]), "the page listens on 127.0.0.1:8080; write another port"),
        (with("station:8443", "tokens", &[]), "\"station:8443\" is not an address and port"),
        (with("0.0.0.0:8080", "tokens", &pair("cert.pem", "key.pem")), "the page listens on 127.0.0.1:8080; write"),
        (with("[::]:8080", "tokens", &pair("cert.pem", "key.pem")), "the page listens on 127.0.0.1:8080; write"),
        (with("[::ffff:127.0.0.1]:8080", "tokens", &pair("cert.pem", "key.pem")), "the page listens on 127.0.0.1:8080"),
        (with("[::]:8443", "tokens", &[("cert_file", "cert.pem")]), "there is a cert_file and no key_file"),
        (with("[::]:8443", "tokens", &[("key_file", "key.pem")]), "there is a key_file and no cert_file"),
    ] {
        assert!(found.len() == 1 && found[0].contains(said), "{said}: {found:?}");
    }
    // Other addresses of the page's port, and what is not there: a station packs without.
    assert_eq!(with("192.0.2.20:8080", "tokens", &pair("cert.pem", "key.pem")), [""; 0]);
    assert_eq!(with("[::1]:8443", "none", &pair("key.pem", "none")), [""; 0]);
    fs::set_permissions(here("tokens"), fs::Permissions::from_mode(0o644)).unwrap();
    let found = with("127.0.0.1:8443", "tokens", &[]);
    assert!(found.len() == 1 && found[0].contains("everybody on this machine can read"), "{found:?}");
}

#[test]
fn http_is_allowed_to_this_machine_only() {
    for host in ["127.0.0.1:9", "[::1]:9", "localhost:9"] {
        let found = problems_with("https://hub.example/parceld", &format!("http://{host}/x/"));
        assert_eq!(found, [""; 0], "{host}");
    }
    for host in ["127.0.0.1.example", "localhost.example", "10.0.0.1", "[::2]"] {
        assert_eq!(problems_with("https://hub.example/parceld", &format!("http://{host}/x")).len(), 1, "{host}");
    }
}

#[test]
fn printers_and_scales_are_told_apart_by_their_device() {
    let printer = |device: &str| {
        let text = STATION.replace("device = \"tcp://192.0.2.10:9100\"", &format!("device = \"{device}\""));
        let (_dir, file) = install(&text);
        Config::load(&file).map(|(config, _)| config.printer.device)
    };
    assert_eq!(printer("/dev/usb/lp0"), Ok(at(Address::Node("/dev/usb/lp0".into()))));
    assert_eq!(printer("tcp://printer.local:9100"), Ok(at(Address::Tcp("printer.local:9100".into()))));
    assert_eq!(printer("tcp://[2001:db8::1]:9100"), Ok(at(Address::Tcp("[2001:db8::1]:9100".into()))));
    assert!(matches!(printer("/dev/ttyUSB0"), Ok(DeviceAddress::At(Address::Serial(_)))));
    for wrong in ["tcp://1.2.3:9100", "tcp://host:0", "tcp://-:x", "tcp://a b:1"] {
        assert!(printer(wrong).is_err(), "{wrong}");
    }
    let (_dir, file) = install(
        &STATION
            .replace("mt-sics\"\n", "hid\"\n")
            .replace("device = \"/dev/serial/by-id/usb-Example_Scale_0001-if00-port0\"\n", "device = \"auto\"\n"),
    );
    let scale = Config::load(&file).unwrap().0.scale.device.address().unwrap();
    assert_eq!(scale.to_string(), "auto");
}

#[test]
fn a_file_that_is_not_there_or_not_toml_is_one_clear_problem() {
    let problems = Config::load(Path::new("/nowhere/station.toml")).unwrap_err();
    assert!(
        problems
            .to_string()
            .starts_with("/nowhere/station.toml: there is no such file; name the station's file with --config")
    );
    let found = problems_of("[station\n");
    assert!(found[0].starts_with("1: not TOML"), "{found:?}");
}

#[test]
fn check_goes_on_to_the_folders_when_the_station_has_problems() {
    let (dir, file) = install(&STATION.replace("dpi = 203", "dpi = 1"));
    fs::remove_file(dir.path().join("carriers/usps/carrier.toml")).unwrap();
    fs::remove_file(dir.path().join("languages/en.ftl")).unwrap();
    let problems = Config::check_all(&file);
    let place = dir.path();
    for at in [file.clone(), place.join("carriers"), place.join("languages")] {
        assert!(problems.iter().any(|problem| problem.file.starts_with(&at)), "{at:?}: {problems:?}");
    }
}

#[test]
fn scanners_are_told_apart_by_their_device_and_set_by_their_keys() {
    use hal::scanner::{Ending, Feedback, ScannerProtocol};
    const LINE: &str = "device = \"/dev/serial/by-id/usb-Example_Scanner_0001-if00\"\n";
    let load = |device: &str, keys: &str| {
        let (_dir, file) = install(&STATION.replace(LINE, &format!("device = \"{device}\"\n{keys}")));
        Config::load(&file).map(|(mut config, _)| config.scanners.remove(0))
    };
    let ssi = load("/dev/ttyS0", "protocol = \"ssi\"\nfeedback = \"ssi\"\nsuffix = \"cr\"").unwrap();
    assert_eq!((ssi.settings.protocol, ssi.settings.feedback), (ScannerProtocol::Ssi, Feedback::Ssi));
    assert_eq!(ssi.settings.ending, Ending::Cr);
    assert_eq!(load("evdev:/dev/input/event3", "").unwrap().settings.protocol, ScannerProtocol::Keyboard);
    let pos = load("hidpos:usb:0c2e:0b61", "accept = [\"qr\"]\nmax_bytes = 99").unwrap();
    assert_eq!((pos.settings.protocol, pos.accept.max_bytes), (ScannerProtocol::HidPos, 99));
    assert_eq!(pos.device.address().unwrap().to_string(), "usb:0c2e:0b61");
    for (device, keys) in
        [("usb:1:2", ""), ("evdev:x", ""), ("/dev/ttyS0", "feedback = \"ssi\""), ("/dev/ttyS0", "accept = [\"x\"]")]
    {
        assert!(load(device, keys).is_err(), "{device} {keys}");
    }
}

#[test]
fn a_protocol_without_a_unit_on_the_wire_wants_one() {
    let found = problems_with("protocol = \"mt-sics\"", "protocol = \"toledo-8217\"");
    assert!(found.len() == 1 && found[0].contains("sends no unit"), "{found:?}");
    let (_dir, file) = install(&STATION.replace("protocol = \"mt-sics\"", "protocol = \"toledo-8217\"\nunit = \"lb\""));
    assert_eq!(Config::load(&file).unwrap().0.scale.settings.unit, Some(hal::scale::WireUnit::Pound));
}

#[test]
fn shares_of_more_than_all_orders_and_two_of_one_service_are_errors() {
    let share =
        |service: &str, percent: u32| format!("[[rates.share]]\nservice = \"{service}\"\npercent = {percent}\n");
    let with = |shares: String| problems_with("[packing]\n", &format!("{shares}[packing]\n"));
    assert_eq!(with(share("ontrac.ground", 60) + &share("usps.ground_advantage", 40)), Vec::<String>::new());
    let found = with(share("ontrac.ground", 60) + &share("usps.ground_advantage", 41));
    assert!(found.len() == 1 && found[0].contains("the shares up to this one are 101 percent; "), "{found:?}");
    let found = with(share("ontrac.ground", 20) + &share("ontrac.ground", 20));
    assert!(found.len() == 1 && found[0].contains("a second share of ontrac.ground; "), "{found:?}");
}

#[test]
fn labels_that_nobody_scans_back_want_a_printer_that_can_prove_them() {
    let without_scan = |from: &str, to: &str| {
        problems_of(&STATION.replace("verify_scan = true", "verify_scan = false").replacen(from, to, 1))
    };
    let line = line_of("verify_scan");
    assert_eq!(without_scan("", ""), [""; 0]);
    assert_eq!(without_scan("language = \"zpl\"", "language = \"escpos\""), [""; 0]);
    let found = without_scan("#status = \"auto\"", "status = \"none\"");
    let refused =
        format!("{line}: verify_scan = false needs a printer that proves that a label came out, and this one is");
    assert!(found.len() == 1 && found[0].starts_with(&refused), "{found:?}");
    let found = without_scan("language = \"zpl\"", "language = \"tspl\"");
    let warned =
        format!("{line}: a tspl printer proves that a label came out only where its peel-off sensor sees it; ");
    assert!(found.len() == 1 && found[0].starts_with(&warned), "{found:?}");
    assert_eq!(problems_with("#status = \"auto\"", "status = \"none\""), [""; 0]);
}

#[test]
fn two_devices_in_one_place_are_an_error_however_each_of_them_is_called() {
    let scale = "device = \"/dev/serial/by-id/usb-Example_Scale_0001-if00-port0\"";
    let on_the_scanner = "device = \"/dev/serial/by-id/usb-Example_Scanner_0001-if00\"";
    let line = line_of(scale);
    assert_eq!(
        problems_with(scale, on_the_scanner),
        [format!(
            "{line}: scale is at /dev/serial/by-id/usb-Example_Scanner_0001-if00, and so is scanner hand; write the device of \
             each; `parceld doctor` says what is plugged in"
        )]
    );
    let second = |device: &str| {
        let head = "\n[scale]\n";
        let scanner = format!("\n[[scanner]]\nname = \"other\"\ndevice = \"{device}\"\n{head}");
        problems_with(head, &scanner).iter().filter(|problem| problem.contains("and so is")).count()
    };
    assert_eq!(second("evdev:/dev/serial/by-id/usb-Example_Scanner_0001-if00"), 1);
    assert_eq!(second("/dev/ttyACM7"), 0);
    // A USB scanner may type and speak, and both faces have one name.
    let faces = |first: &str| {
        let text = STATION.replacen("device = \"/dev/serial/by-id/usb-Example_Scanner_0001-if00\"", first, 1);
        let other = "\n[[scanner]]\nname = \"other\"\ndevice = \"usb:0c2e:0b61\"\n\n[scale]\n";
        let found = problems_of(&text.replacen("\n[scale]\n", other, 1));
        found.iter().filter(|problem| problem.contains("and so is")).count()
    };
    assert_eq!((faces("device = \"usb:0c2e:0b61\""), faces("device = \"evdev:usb:0c2e:0b61\"")), (1, 0));
}

#[test]
fn one_key_of_a_file_in_the_making_is_judged_by_itself() {
    let (_dir, file) = install(STATION);
    let problem = |from: &str, to: &str, table: &str, key: &str| {
        let text = fs::read_to_string(&file).unwrap().replacen(from, to, 1);
        Config::problem_of(&file, &text, table, key).map(|problem| problem.what)
    };
    assert_eq!(problem("id =", "id =", "station", "id"), None);
    let zone = "timezone = \"America/Los_Angeles\"";
    let nowhere = "timezone = \"America/Nowhere\"";
    let what = Some("no time zone \"America/Nowhere\"".to_owned());
    assert_eq!(problem(zone, nowhere, "station", "timezone"), what);
    assert_eq!(problem(zone, nowhere, "station", "id"), None, "what else is wrong is said of its own key");
    assert!(problem("postcode = \"90058\"", "postcode = \"LS11 5AB\"", "station.ship_from", "postcode").is_some());
    assert!(problem("device = \"tcp://192.0.2.10:9100\"", "device = \"lp0\"", "printer", "device").is_some());
}

#[test]
fn a_sender_has_a_state_in_the_us_and_a_whole_postcode_of_its_country() {
    let sender = |country: &str, region: &str, postcode: &str| {
        let text = STATION
            .replacen("region = \"CA\"", &format!("region = \"{region}\""), 1)
            .replacen("postcode = \"90058\"", &format!("postcode = \"{postcode}\""), 1)
            .replacen("country = \"US\"", &format!("country = \"{country}\""), 1);
        problems_of(&text)
    };
    assert_eq!(sender("GB", "", "LS11 5AB"), [""; 0]);
    assert!(
        sender("GB", "", "90058")[0]
            .contains("postcode \"90058\" is none of GB; write a whole postcode, such as SW1A 1AA")
    );
    assert!(
        sender("MY", "Selangor", "4700")[0]
            .contains("postcode \"4700\" is none of MY; write five digits, such as 01000 (a ")
    );
    assert!(sender("US", "", "90058")[0].contains("region is empty; write the state, such as CA"));
}
