//! Files as shops and ERPs export them, through the program: taken, asked about before, and hostile.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use serde_json::json;

use super::bench::Bench;
use super::order::order;
use super::packer::pack;
use super::program::repository;

/// A file of the repository's test data, where what is refused may lie beside it.
fn lay(bench: &Bench, name: &str) -> PathBuf {
    let to = bench.path(name);
    std::fs::copy(repository("tests/data/formats").join(name), &to).unwrap();
    to
}

/// A ZIP archive of these files.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(bytes).unwrap();
        let packed = packed.finish().unwrap();
        let mut sum = Crc::new();
        sum.update(bytes);
        let mut entry = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        for number in [sum.sum(), packed.len() as u32, bytes.len() as u32] {
            entry.extend(number.to_le_bytes());
        }
        entry.extend((name.len() as u16).to_le_bytes());
        entry.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&entry);
        directory.extend([0; 10]);
        directory.extend((archive.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(entry);
        archive.extend(name.as_bytes());
        archive.extend(packed);
    }
    let (at, count) = (archive.len() as u32, files.len() as u16);
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(at.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

/// A workbook of one sheet with this content and these shared texts.
pub(crate) fn workbook(sheet: &[u8], shared: &[u8]) -> Vec<u8> {
    const BOOK: &[u8] = b"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
        xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
        <sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    const RELATIONS: &[u8] = b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/>\
        <Relationship Id=\"rId2\" Target=\"sharedStrings.xml\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\"/></Relationships>";
    const ROOT: &[u8] = b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Target=\"xl/workbook.xml\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>";
    zip(&[
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", shared),
    ])
}

async fn refused(bench: &Bench, file: &Path) -> String {
    let ran = bench.run(&["orders", "import", file.to_str().unwrap()]).await;
    assert_eq!(ran.code, Some(69), "{ran:?}");
    ran.out
}

#[tokio::test]
async fn a_shops_export_is_packed_as_it_was_downloaded() {
    let bench = Bench::with_orders(&[]).await;
    let file = lay(&bench, "tiktok-us.csv");
    let elsewhere = "it is for warehouse \"LA 1\", and this is \"US-LAX-1\"; send it to a station there, or, if this is that \
                     one, add the name to warehouse_names";
    assert!(refused(&bench, &file).await.contains(elsewhere));
    bench.reconfigure("warehouse = \"US-LAX-1\"\n", "warehouse = \"US-LAX-1\"\nwarehouse_names = [\"LA 1\"]\n");
    let ran = bench.run(&["orders", "import", file.to_str().unwrap(), "--shop", "US-01"]).await;
    assert_eq!(ran.code, Some(69), "{ran:?}");
    for said in [
        "tiktok-us.csv: read as TikTok Shop's order export",
        "tiktok-us.csv: 1 row is left out: TikTok ships it from its own warehouse",
        "tiktok-us.csv: 4 accepted, 0 unchanged, 0 changed, 0 older, 0 in conflict, 3 refused",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    let station = bench.start().await;
    pack(&bench, &station, "576461413038785752").await;
    assert_eq!(bench.parcel().await["order_ref"], "576461413038785752");
    station.terminate().await;
}

#[tokio::test]
async fn a_workbook_is_taken_and_a_hostile_one_is_given_up() {
    let bench = Bench::bare().await;
    let file = lay(&bench, "mabang.xlsx");
    bench.reconfigure("warehouse = \"US-LAX-1\"\n", "warehouse = \"US-LAX-1\"\nwarehouse_names = [\"LA\"]\n");
    let ran = bench.run(&["orders", "import", file.to_str().unwrap()]).await.good();
    assert!(ran.out.contains("2 accepted, 0 unchanged"), "{}", ran.out);
    assert!(ran.out.contains("the sheet \"任务信息\" is not read: it holds no orders"), "{}", ran.out);
    let hostile = bench.path("hostile.xlsx");
    // Hundreds of megabytes of one letter in a few; a column that no sheet has; rows that go back; no workbook at all.
    let letters = [b"<sst><si><t>".as_slice(), &vec![b'A'; 700 << 20]].concat();
    let empty = b"<sst></sst>".as_slice();
    let cell = |places: &[&str]| {
        let cell = |place: &&str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>x</t></is></c>");
        let rows: String = places.iter().map(cell).collect();
        format!("<worksheet><sheetData><row>{rows}</row></sheetData></worksheet>").into_bytes()
    };
    for (bytes, said) in [
        (workbook(&cell(&["A1"]), &letters), "it takes more memory or time to read than a file of orders may"),
        (workbook(&cell(&["XFD1"]), empty), "has more than 500 columns"),
        (workbook(&cell(&["A2", "A1"]), empty), "are out of order"),
        (workbook(b"<worksheet><sheetData><row><c r=\"A1\"><v>1</v>", empty), "the workbook cannot be read"),
        (zip(&[("xl/nothing.xml", b"")]), "the workbook cannot be read"),
        (workbook(&cell(&[]), empty), "there is nothing in the workbook"),
    ] {
        std::fs::write(&hostile, bytes).unwrap();
        let out = refused(&bench, &hostile).await;
        assert!(out.contains(said), "{said}: {out}");
    }
}

#[tokio::test]
async fn a_dry_run_says_what_would_become_of_every_order_and_takes_nothing_in() {
    let bench = Bench::with_orders(&["D-1", "D-2"]).await;
    let station = bench.start().await;
    pack(&bench, &station, "D-1").await;
    let mut moved = order("D-2");
    moved["ship_to"]["line1"] = "77 Other Street".into();
    let mut packed = order("D-1");
    packed["ship_to"]["line1"] = "77 Other Street".into();
    let file = bench.path("again.json");
    std::fs::write(&file, json!([packed, moved, order("D-3")]).to_string()).unwrap();
    for _ in 0..2 {
        let ran = bench.run(&["orders", "import", file.to_str().unwrap(), "--dry-run"]).await;
        for said in [
            "rig/US-01/D-1: in conflict: it says something else than when it was packed; its parcel",
            "rig/US-01/D-2: changed: ship_to.line1",
            "rig/US-01/D-3: accepted: new here",
            "again.json: nothing was taken in; this is what would become of it",
            "again.json: 1 accepted, 0 unchanged, 1 changed, 0 older, 1 in conflict, 0 refused",
        ] {
            assert!(ran.out.contains(said), "{said}: {ran:?}");
        }
    }
    assert_eq!(bench.parcel().await["state"], "verified");
    assert_eq!(bench.run(&["orders", "show", "D-3"]).await.code, Some(64));
    station.terminate().await;
}

#[tokio::test]
async fn a_format_is_named_where_a_header_does_not_say_it() {
    let bench = Bench::bare().await;
    let file = lay(&bench, "two-sheets.xlsx");
    assert!(refused(&bench, &file).await.contains("the sheets \"A\" and \"B\" both hold orders"));
    let ran = bench.run(&["orders", "import", file.to_str().unwrap(), "--format", "tictoc"]).await;
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(ran.err.contains("no format \"tictoc\"; use one of dianxiaomi, eccang, lazada, mabang"), "{}", ran.err);
    let file = lay(&bench, "dianxiaomi.csv");
    bench.run(&["orders", "import", file.to_str().unwrap(), "--format", "dianxiaomi"]).await.good();
}
