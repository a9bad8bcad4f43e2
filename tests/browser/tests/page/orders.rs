//! Files of orders that are dropped onto the page, as a person's hand drops them.

use std::path::PathBuf;

use crate::page::Page;

/// What a page must never take for its own.
const HOSTILE: &str = "<img src=x onerror=\"document.title='owned'\">";

/// One order that can be packed, and one whose country nobody knows.
fn orders(number: &str) -> String {
    let head = "order_ref,ship_to.name,ship_to.line1,ship_to.city,ship_to.region,ship_to.postcode,ship_to.country,lines.sku,\
                lines.title,lines.qty,lines.unit_g";
    let quoted = HOSTILE.replace('"', "\"\"");
    let row = |number: &str, country: &str| {
        format!("\"{number}\",\"{quoted}\",12 Sample Ave,Brooklyn,NY,11201,{country},MUG,\"{quoted}\",1,310\r\n")
    };
    format!("{head}\r\n{}{}", row(number, "US"), row(&quoted, "Atlantis"))
}

impl Page {
    /// A file on the disk of whoever drops it.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let folder = self.data().join("hand");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(name), text).expect("a file");
        folder.join(name)
    }
}

#[tokio::test]
async fn a_file_that_is_dropped_onto_the_page_is_answered_there_and_packed() {
    let page = Page::open().await;
    page.says("Scan an order").await;
    let name = "<img src=x onerror=alert(1)>.csv";
    let file = page.file(name, &orders("DROP-1"));

    page.flip("bring-try").await;
    page.drop_file(&file).await;
    page.reads("bring-answer", |said| said.contains("1 new") && said.contains("nothing was taken in")).await;
    page.flip("bring-try").await;

    page.drop_file(&file).await;
    let said =
        page.reads("bring-answer", |said| said.contains("1 new") && !said.contains("nothing was taken in")).await;
    for part in
        [name, "0 changed", "0 unchanged", "1 refused", "row 3: ", "ship_to.country must be", "Save the refused rows"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let rejects = page.download("bring-rejects").await;
    assert!(rejects.starts_with("row,reason,order_ref,ship_to.name,"), "{rejects}");
    assert!(rejects.contains("Atlantis") && rejects.contains("12 Sample Ave"), "{rejects}");

    page.reads("order-DROP-1", |row| row.contains("Brooklyn") && row.contains("onerror")).await;
    assert_eq!(page.count("[data-testid=bring-answer] img, #orders img, #bring img").await, 0, "a file is only text");
    assert!(page.title().await.ends_with("parceld"), "{}", page.title().await);

    page.click("order-DROP-1").await;
    page.says("Put the parcel on the scale").await;
    page.click("put-parcel").await;
    page.says("Scan the label").await;
    page.click("scan-label").await;
    page.says("Done").await;
    page.click("lift").await;

    page.drop_file(&page.file("orders.csv", &orders("DROP-2").replace(&HOSTILE.replace('"', "\"\""), "Pat Example")))
        .await;
    page.reads("bring-answer", |said| said.contains("orders.csv") && said.contains("1 new")).await;
    page.keep_part("bring", "page-orders").await;

    // Once is enough; and the packer's language is that of the answer.
    page.click("command-LANG:es").await;
    page.reads("bring-pick", |said| said == "Elegir un archivo").await;
    page.choose_file("bring-file", &file).await;
    let again = page.reads("bring-answer", |said| said.contains("1 sin cambios")).await;
    assert!(again.contains("0 nuevos") && again.contains("1 rechazados") && again.contains("fila 3: "), "{again}");

    // What is no file of orders says what it is.
    page.drop_file(&page.file("scan.csv", "%PDF-1.7\n")).await;
    page.reads("bring-answer", |said| said.contains("this is a PDF") && !said.contains("sin cambios: ")).await;
    assert_eq!(page.errors().await, Vec::<String>::new(), "the console has no errors");
    page.close().await;
}

#[tokio::test]
async fn the_shop_of_a_file_that_names_none_is_said_on_the_page() {
    let page = Page::open().await;
    page.says("Scan an order").await;
    let file = page.file("day.csv", &orders("SHOP-1"));
    page.fill("bring-shop", " DE-02 <b> ").await;
    page.drop_file(&file).await;
    page.reads("bring-answer", |said| said.contains("day.csv DE-02 <b>") && said.contains("1 new")).await;
    let shops = async |page: &Page| {
        let orders = page.api("/api/orders").await;
        let ours = |order: &&serde_json::Value| order["order_ref"] == "SHOP-1";
        let shops = orders.as_array().into_iter().flatten().filter(ours).map(|order| order["shop"].clone());
        shops.collect::<Vec<_>>()
    };
    assert_eq!(shops(&page).await, ["DE-02 <b>"]);

    // It stays for the next file; a cancellation needs it as well, and says so in either language.
    let head = "order_ref,state\r\nSHOP-1,cancelled\r\n";
    let cancelled = page.file("cancelled.csv", head);
    page.fill("bring-shop", "").await;
    page.drop_file(&cancelled).await;
    let said =
        page.reads("bring-answer", |said| said.contains("cancelled.csv") && said.contains("1 in conflict")).await;
    assert!(said.contains("this file names no shop; say its shop: with --shop, on the page"), "{said}");
    page.click("command-LANG:es").await;
    page.reads("bring", |said| said.contains("Tienda, si el archivo no la nombra")).await;
    page.fill("bring-shop", "DE-02 <b>").await;
    page.choose_file("bring-file", &cancelled).await;
    page.reads("bring-answer", |said| said.contains("DE-02 <b>") && said.contains("1 cambiados")).await;
    page.choose_file("bring-file", &cancelled).await;
    page.reads("bring-answer", |said| said.contains("DE-02 <b>") && said.contains("1 sin cambios")).await;
    assert_eq!(shops(&page).await, ["DE-02 <b>"], "one order");
    for width in [390, 1280] {
        page.size(width, 1000).await;
        assert!(page.overflow().await <= 0, "the page scrolls sideways at {width} pixels");
    }
    assert_eq!(page.errors().await, Vec::<String>::new(), "the console has no errors");
    page.close().await;
}
