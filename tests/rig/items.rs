//! The item master, through the program: files of ours and of 店小秘, and what orders take from it.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::bench::Bench;
use super::formats::workbook;
use super::order::order;
use super::packer::pack;
use super::program::{Ran, repository};

/// A file of the repository's test data, where what is refused may lie beside it.
fn lay(bench: &Bench, name: &str) -> PathBuf {
    let to = bench.path(name);
    std::fs::copy(repository("tests/data/items").join(name), &to).unwrap();
    to
}

async fn import(bench: &Bench, name: &str, csv: &str) -> Ran {
    let file = bench.path(name);
    std::fs::write(&file, csv).unwrap();
    bench.run(&["items", "import", file.to_str().unwrap()]).await
}

/// An item as it is kept.
async fn item(bench: &Bench, sku: &str) -> Value {
    bench.ask(&["items", "list", sku]).await
}

/// An order that says of its one line nothing but what it is.
fn bare(order_ref: &str, sku: &str) -> Value {
    let mut order = order(order_ref);
    order["lines"] = json!([{ "sku": sku, "qty": 2 }]);
    order
}

#[tokio::test]
async fn the_templates_of_an_erp_come_to_one_item_master() {
    let bench = Bench::bare().await;
    let file = lay(&bench, "dianxiaomi-sku.csv");
    let ran = bench.run(&["items", "import", file.to_str().unwrap()]).await;
    assert_eq!(ran.code, Some(69), "{ran:?}");
    for said in [
        "read as 店小秘's template of SKUs",
        "the format does not know \"新列\"",
        "dianxiaomi-sku.csv:10: row 10, \"商品净重\\n（g）\"",
        "width is missing",
        "dianxiaomi-sku.csv: 3 added, 0 changed, 0 unchanged, 1 refused",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    let rejects = std::fs::read_to_string(bench.path("dianxiaomi-sku.csv.rejects.csv")).unwrap();
    assert!(rejects.contains("BAD,") && !rejects.contains("搪瓷杯"), "{rejects}");
    let combo = lay(&bench, "dianxiaomi-combo.csv");
    let ran = bench.run(&["items", "import", combo.to_str().unwrap()]).await;
    assert!(ran.out.contains("2 added, 0 changed, 0 unchanged, 1 refused"), "{}", ran.out);
    assert!(ran.out.contains("components[1].qty is missing"), "{}", ran.out);
    assert_eq!(
        item(&bench, "BANK").await,
        json!({ "sku": "BANK", "title": "充电宝", "barcodes": ["4006381333948"], "unit_g": "210.5g",
            "dims_mm": [140, 70, 16], "hs": "8507600090", "dg": { "class": "li_ion", "pi": "alone" } })
    );
    assert_eq!(item(&bench, "ODD").await["dg"], json!({ "class": "unknown" }));
    let list = bench.run(&["items", "list"]).await.good().out;
    let set = "CAMP-SET: 露营套装, 910.5g by its components, dangerous goods class li_ion pi alone, kit of 1 x BANK + 2 x MUG";
    assert!(list.contains(set), "{list}");
    // A combination says nothing of the weight that its SKU has.
    import(&bench, "weights.csv", "sku,unit_g\nPAIR,705\n").await.good();
    bench.run(&["items", "import", combo.to_str().unwrap()]).await;
    assert_eq!(item(&bench, "PAIR").await["unit_g"], 705);
    // The same as a workbook, whose merged cells say the SKU on every row that they cover.
    let text = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let header = [text("A1", "*组合sku"), text("B1", "*包含的商品sku"), text("C1", "*数量")].concat();
    let first = [text("A2", "TRIO"), text("B2", "MUG"), "<c r=\"C2\"><v>3</v></c>".to_owned()].concat();
    let second = [text("B3", "BANK"), "<c r=\"C3\"><v>1</v></c>".to_owned()].concat();
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row>{header}</row>\
         <row>{first}</row><row>{second}</row></sheetData><mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells></worksheet>"
    );
    let file = bench.path("combo.xlsx");
    std::fs::write(&file, workbook(sheet.as_bytes(), b"<sst></sst>")).unwrap();
    bench.run(&["items", "import", file.to_str().unwrap()]).await.good();
    let components = json!([{ "sku": "BANK", "qty": 1 }, { "sku": "MUG", "qty": 3 }]);
    assert_eq!(item(&bench, "TRIO").await["components"], components);
}

#[tokio::test]
async fn an_import_of_items_is_merged_and_a_dry_run_takes_nothing_in() {
    let bench = Bench::bare().await;
    let station = bench.start().await;
    let first = import(&bench, "items.csv", "sku,unit_g,barcodes\nMUG,350,1\nCUP,90,1\nTEA,100,2\n").await.good();
    assert!(first.out.contains("3 added, 0 changed, 0 unchanged, 0 refused"), "{}", first.out);
    assert!(first.out.contains("the barcode 1 is on CUP, MUG: a scan of it cannot tell which"), "{}", first.out);
    let file = bench.path("more.csv");
    let more =
        "sku,unit_g,components.sku,components.qty\nMUG,360,,\nTEA,100,,\nSET,,MUG,1\nLOOP,,LOOP,1\nBACK,,SET,1\n";
    std::fs::write(&file, more).unwrap();
    for _ in 0..2 {
        let ran = bench.run(&["items", "import", file.to_str().unwrap(), "--dry-run"]).await;
        for said in [
            "MUG: changed: unit_g 350 -> 360",
            "SET: added",
            "LOOP: refused: the kit LOOP is a component of itself",
            "more.csv: 2 added, 1 changed, 1 unchanged, 1 refused",
        ] {
            assert!(ran.out.contains(said), "{said}: {ran:?}");
        }
    }
    let ran = bench.run(&["items", "import", file.to_str().unwrap()]).await;
    assert_eq!(ran.code, Some(69), "{ran:?}");
    assert!(ran.out.contains("more.csv:5: LOOP: the kit LOOP is a component of itself"), "{}", ran.out);
    let rejects = std::fs::read_to_string(bench.path("more.csv.rejects.csv")).unwrap();
    assert!(rejects.contains("LOOP,,LOOP,1"), "{rejects}");
    let ran = bench.run(&["items", "import", file.to_str().unwrap()]).await;
    assert!(ran.out.contains("0 added, 0 changed, 4 unchanged, 1 refused"), "{}", ran.out);
    // A kit that stands in another cannot take that one up.
    let ran = import(&bench, "circle.csv", "sku,components.sku,components.qty\nMUG,BACK,1\n").await;
    assert!(ran.out.contains("MUG: the kit MUG is a component of itself"), "{}", ran.out);
    assert_eq!(bench.run(&["items", "list", "NONE"]).await.code, Some(69));
    station.terminate().await;
}

#[tokio::test]
async fn orders_take_weights_from_the_item_master_and_a_blocked_item_is_refused() {
    let bench = Bench::with_orders(&[]).await;
    let items = "sku,unit_g,hs,dg.class,blocked,blocked_why\nMUG,350,7323.94,,,\nBANK,200,,li_ion,,\n\
                 FAKE,100,,,counterfeit,no contract with the brand\n";
    import(&bench, "items.csv", items).await.good();
    let station = bench.start().await;
    let file = bench.path("orders.json");
    std::fs::write(&file, json!([bare("I-1", "MUG"), bare("I-2", "FAKE"), order("I-3")]).to_string()).unwrap();
    let ran = bench.run(&["orders", "import", file.to_str().unwrap()]).await;
    assert_eq!(ran.code, Some(69), "{ran:?}");
    for said in [
        "orders.json: 2 orders take what they do not say from the item master",
        "orders.json:2: FAKE is blocked as counterfeit; take it out of the order",
        "orders.json: 2 accepted, 0 unchanged, 0 changed, 0 older, 0 in conflict, 1 refused",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    let rejects = std::fs::read_to_string(bench.path("orders.json.rejects.csv")).unwrap();
    assert!(rejects.contains("FAKE is blocked as counterfeit"), "{rejects}");
    let grams = |order: &Value| order["grams"].clone();
    assert_eq!(grams(&bench.ask(&["orders", "show", "I-1"]).await), 700);
    assert_eq!(grams(&bench.ask(&["orders", "show", "I-3"]).await), 400, "what an order says counts");
    // The same file says the same, until the master says otherwise.
    std::fs::write(&file, json!([bare("I-1", "MUG"), order("I-3")]).to_string()).unwrap();
    let again = bench.run(&["orders", "import", file.to_str().unwrap()]).await.good();
    assert!(again.out.contains("0 accepted, 2 unchanged, 0 changed"), "{}", again.out);
    pack(&bench, &station, "I-1").await;
    import(&bench, "items.csv", "sku,unit_g\nMUG,380\n").await.good();
    let again = bench.run(&["orders", "import", file.to_str().unwrap()]).await.good();
    assert!(again.out.contains("1 of them changed by that alone"), "{}", again.out);
    assert!(again.out.contains("0 accepted, 1 unchanged, 1 changed"), "{}", again.out);
    assert_eq!(grams(&bench.ask(&["orders", "show", "I-1"]).await), 760);
    assert_eq!(bench.parcel().await["state"], "verified", "another weight stops no parcel");
    let again = bench.run(&["orders", "import", file.to_str().unwrap()]).await.good();
    assert!(again.out.contains("0 accepted, 2 unchanged, 0 changed"), "{}", again.out);
    // An order that is here already stops at the bench when its item is blocked, and goes on when it is so no more.
    import(&bench, "items.csv", "sku,components.sku,components.qty,blocked\nSET,PART,2,\nPART,,,prohibited\n")
        .await
        .good();
    import(&bench, "items.csv", "sku,blocked\nPART,-\n").await.good();
    std::fs::write(&file, json!([bare("I-4", "SET"), order("I-3")]).to_string()).unwrap();
    bench.run(&["orders", "import", file.to_str().unwrap()]).await.good();
    import(&bench, "items.csv", "sku,blocked\nPART,prohibited\n").await.good();
    // Its longer name, so that the next scan is no repeat of this one.
    bench.scan("rig/US-01/I-4").await;
    station.screen.says("item_blocked").await;
    import(&bench, "items.csv", "sku,blocked\nPART,-\n").await.good();
    pack(&bench, &station, "I-4").await;
    // What is packed stops, is said, and goes on again.
    let blocked = import(&bench, "items.csv", "sku,blocked\nPART,prohibited\n").await.good();
    assert!(blocked.out.contains("items.csv: rig/US-01/I-4: what it holds is blocked; its parcel"), "{}", blocked.out);
    assert!(blocked.out.contains("is packed: take it out, its scan says how"), "{}", blocked.out);
    let tracking = bench.shown(2).await["tracking"].clone();
    let wanted = |view: &Value| view["awaits"]["take_out"]["tracking"] == tracking;
    station.screen.shows("the parcel to take out", wanted).await;
    assert_eq!(bench.shown(2).await["intercepted"], "blocked");
    import(&bench, "items.csv", "sku,blocked\nPART,-\n").await.good();
    assert!(bench.shown(2).await["intercepted"].is_null(), "{}", bench.shown(2).await);
    std::fs::write(&file, json!([bare("I-1", "MUG"), order("I-3")]).to_string()).unwrap();
    // Dangerous goods that nobody knew of do.
    import(&bench, "items.csv", "sku,dg.class\nMUG,li_ion\n").await.good();
    let again = bench.run(&["orders", "import", file.to_str().unwrap()]).await;
    assert!(
        again.out.contains("rig/US-01/I-1: in conflict: it says something else than when it was packed"),
        "{again:?}"
    );
    station.terminate().await;
}

#[tokio::test]
async fn of_several_files_those_that_are_not_looked_at_are_named() {
    let bench = Bench::bare().await;
    let path = |name: &str| bench.path(name).to_str().unwrap().to_owned();
    std::fs::write(path("empty.csv"), "").unwrap();
    std::fs::write(path("items.csv"), "sku,unit_g\nMUG,350\n").unwrap();
    std::fs::write(path("orders.json"), order("M-1").to_string()).unwrap();
    let ran = bench.run(&["items", "import", &path("empty.csv"), &path("items.csv")]).await;
    assert_eq!(ran.code, Some(69), "{ran:?}");
    assert!(ran.err.contains("parceld: 1 file was refused; mend"), "a file is no item: {}", ran.err);
    assert_eq!(item(&bench, "MUG").await["unit_g"], 350, "the next file was read");
    for (what, good) in [("items", "items.csv"), ("orders", "orders.json")] {
        let ran = bench.run(&[what, "import", &path("none"), &path(good), &path("empty.csv")]).await;
        let rest = format!("there is no such file; look at its name and its folder; not looked at: {}", path(good));
        assert!(ran.err.contains(&rest), "{}", ran.err);
        assert_eq!(ran.code, Some(69), "{ran:?}");
    }
}

#[tokio::test]
async fn a_barcode_on_several_items_of_which_one_is_blocked_is_of_that_one() {
    let bench = Bench::bare().await;
    let items = "sku,barcodes,unit_g,blocked\nA,4006381333931,100,\nB,4006381333931,100,prohibited\n";
    import(&bench, "items.csv", items).await.good();
    let mut coded = order("C-1");
    coded["lines"] = json!([{ "barcodes": ["4006381333931"], "qty": 1 }]);
    std::fs::write(bench.path("orders.json"), coded.to_string()).unwrap();
    let ran = bench.run(&["orders", "import", bench.path("orders.json").to_str().unwrap()]).await;
    assert!(ran.out.contains("B is blocked as prohibited; take it out of the order"), "{ran:?}");
}
