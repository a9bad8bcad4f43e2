//! Packs parcels by clicking the page of a real demo in a real Chromium.
//!
//! With `PARCELD_PICTURES=1` the pictures of `tests/pictures` are taken anew on the way.

mod orders;
mod page;
mod pictures;
mod processes;

use hal::sim::decode::code128;
use page::Page;
use serde_json::Value;

/// USPS is the cheapest that takes it.
const TO_BROOKLYN: &str = "576403988370069711";
/// USPS is the cheapest that takes it, then OnTrac.
const TO_PORTLAND: &str = "576402866967423262";

#[tokio::test]
async fn a_parcel_packed_by_clicking_has_one_number_everywhere() {
    let page = Page::open().await;
    page.says("Scan an order").await;
    page.keep_screen("screen-scan").await;
    fits(&page).await;

    let first = pack(&page, TO_BROOKLYN, true).await;
    assert_eq!(received(&page).await, 1, "the first parcel is uploaded while the cable is in");

    page.click("command-OUTAGE:usps").await;
    page.says("USPS left out").await;
    page.flip("network").await;
    let second = pack(&page, TO_PORTLAND, false).await;
    page.reads("outbox-count", |waiting| waiting.parse::<u32>().is_ok_and(|waiting| waiting > 0)).await;
    page.flip("network").await;
    page.reads("outbox-count", |waiting| waiting == "0").await;

    let carriers = carriers(&page).await;
    assert_eq!(carriers, ["ontrac", "usps"], "what is left out is not chosen");
    for carrier in &carriers {
        close_manifest(&page, carrier).await;
    }
    page.reads("received-list", |list| list.matches("Manifest closed").count() == carriers.len()).await;

    for (tracking, label) in [first, second] {
        assert_eq!(arrived(&page, &tracking), 1, "{tracking} arrives once");
        assert!(page.text("received-list").await.contains(&tracking), "{tracking} is shown as received");
        assert_eq!(bars(&label), tracking, "the label's bars are the number on the page");
    }
    assert_eq!(page.errors().await, Vec::<String>::new(), "the console has no errors");
    page.close().await;
}

#[tokio::test]
async fn a_label_comes_out_once_when_the_paper_is_back() {
    let page = Page::open().await;
    page.flip("printer-paper_out").await;
    page.click(&format!("order-{TO_BROOKLYN}")).await;
    page.says("Put the parcel on the scale").await;
    page.click("put-parcel").await;
    page.reads("headline", |said| said == "Look at the printer: labels? lid?" || said == "Printer: out of labels")
        .await;
    page.keep_screen("screen-stop").await;
    page.flip("printer-none").await;
    page.says("Scan the label").await;
    page.click("scan-label").await;
    page.says("Done").await;
    assert_eq!(page.api("/api/labels").await.as_array().map(Vec::len), Some(1));
    page.close().await;
}

#[tokio::test]
async fn next_leads_on_in_the_packer_s_language_after_the_order_was_put_aside() {
    let page = Page::open().await;
    page.click("command-LANG:es").await;
    page.reads("put-parcel", |said| said == "Poner este paquete").await;
    page.press_next_until("Escanee la etiqueta").await;
    let order = page.text("order").await;
    page.click("command-HOLD").await;
    page.says("Apartado").await;
    page.click(&format!("order-{order}")).await;
    page.reads("order", |again| again == order).await;
    page.press_next_until("Listo").await;
    page.reads(&format!("order-{order}"), |row| row.contains("empacado")).await;
    // What is recorded is told in this language, too.
    let why =
        page.reads("parcel", |why| why.contains("Elegido: ") && why.contains("Etiqueta escaneada: empacado")).await;
    for word in ["Pedido escaneado", "Apartado", "Impresiones: ", "cobrado como "] {
        assert!(why.contains(word), "{word}: {why}");
    }
    page.reads("received-list", |list| list.contains("Empacado") && list.contains("Número tomado")).await;
    page.reads("today", |said| said.contains("aquí ahora: ")).await;
    assert_eq!(page.errors().await, Vec::<String>::new(), "the console has no errors");
    page.close().await;
}

/// From the click on the order to the closed parcel; its number, and the picture of its label.
async fn pack(page: &Page, order: &str, pictures: bool) -> (String, Vec<u8>) {
    page.click(&format!("order-{order}")).await;
    page.says("Put the parcel on the scale").await;
    page.click("put-parcel").await;
    page.says("Scan the label").await;
    let tracking = page.text("tracking").await;
    let label = page
        .until("the label of this parcel in the tray", async || {
            let labels = page.api("/api/labels").await;
            let newest = labels.get(0)?;
            let index = newest["index"].as_u64()?;
            let shown = page.shows("label-picture", &format!("/api/labels/{index}.png")).await;
            (shown && newest["name"] == format!("{tracking}.1")).then_some(index)
        })
        .await;
    let number = page.api("/api/parcels").await[0]["n"].as_u64().expect("a parcel");
    let parcel = page.api(&format!("/api/parcels/{number}")).await;
    let choice = parcel["decision"]["choice"].as_str().expect("a service was chosen").to_owned();
    page.reads("parcel", |why| why.contains(&tracking) && why.contains(&choice) && why.contains("Chosen: ")).await;
    let png = page.bytes(&format!("/api/labels/{label}.png")).await;
    let carrier = choice.split('.').next().unwrap_or_default();
    pictures::keep(&format!("label-{carrier}"), &png);
    if pictures {
        page.keep_screen("screen-label").await;
        page.keep_page().await;
        fits(page).await;
    }
    page.click("scan-label").await;
    page.says("Done").await;
    page.reads(&format!("parcel-row-{number}"), |row| row.contains("packed") && row.contains(&tracking)).await;
    page.click("lift").await;
    page.reads("reading", |reading| reading == "0.000 kg").await;
    (tracking, png)
}

/// The carriers that have packed parcels.
async fn carriers(page: &Page) -> Vec<String> {
    let parcels = page.api("/api/parcels").await;
    let carrier = |parcel: &Value| parcel["service"].as_str()?.split('.').next().map(str::to_owned);
    let mut carriers: Vec<String> = parcels.as_array().into_iter().flatten().filter_map(carrier).collect();
    carriers.sort();
    carriers.dedup();
    carriers
}

/// Clicks the command barcode, and says yes.
async fn close_manifest(page: &Page, carrier: &str) {
    page.click(&format!("command-MANIFEST:{carrier}")).await;
    page.reads("headline", |said| said.starts_with("Close ")).await;
    page.click("command-OK").await;
    page.reads("headline", |said| said.contains("closed: 1")).await;
}

/// Parcels at the receiver, once there is one.
async fn received(page: &Page) -> usize {
    page.reads("received-list", |list| list.contains("Packed")).await.matches("Packed").count()
}

/// How often the receiver stored this number's parcel, by its own file.
fn arrived(page: &Page, tracking: &str) -> usize {
    let stored = std::fs::read_to_string(page.data().join("received.jsonl")).expect("the receiver's file");
    let mine = |line: &&str| line.contains("parceld.parcel.verified") && line.contains(&format!("\"{tracking}\""));
    stored.lines().filter(mine).count()
}

/// The tracking number in the bars of a label, the longest there are: what follows the routing prefix `420` and its ZIP code in a GS1 symbol.
fn bars(label: &[u8]) -> String {
    let symbols = code128(label);
    let symbol = symbols.iter().max_by_key(|symbol| symbol.text.len()).expect("a label with bars");
    let text = symbol.text.trim_start_matches('\u{1d}');
    match text.split_once('\u{1d}') {
        Some((_, number)) => number.to_owned(),
        None if symbol.gs1 && text.starts_with("420") && text.len() >= 30 => text[text.len() - 22..].to_owned(),
        None => text.to_owned(),
    }
}

/// Nothing sticks out of the page on a small phone, a phone or a desk.
async fn fits(page: &Page) {
    for width in [320, 390, 1280] {
        page.size(width, 1000).await;
        assert!(page.overflow().await <= 0, "the page scrolls sideways at {width} pixels");
    }
}
