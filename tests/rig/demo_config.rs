//! The demo's `station.toml` with the devices and folders of a bench in place of its own.

use super::program::repository;

/// Scanner, scale and label printer on these devices; what is remembered in `data`; a folder of the configuration where
/// `folder` says. Without a receipt printer, unless a test adds one.
pub(crate) fn station_toml(devices: [&str; 3], data: &str, folder: impl Fn(&str) -> String) -> String {
    let mut text = std::fs::read_to_string(repository("config/demo.toml")).unwrap();
    let receipts = text.find("[[printer]]\nname = \"receipts\"").unwrap();
    let rates = receipts + text[receipts..].find("[rates]").unwrap();
    text.replace_range(receipts..rates, "");
    for (key, device) in ["hand", "mt-sics", "zpl"].iter().zip(devices) {
        let at = text.find(&format!("\"{key}\"")).unwrap();
        let at = at + text[at..].find("\"demo\"").unwrap();
        text.replace_range(at..at + "\"demo\"".len(), &format!("{device:?}"));
    }
    let folders = format!("languages_dir = {:?}\nlabels_dir = {:?}\n", folder("languages"), folder("labels"));
    text.replace("data_dir = \"demo-data\"\n", &format!("data_dir = {data:?}\n{folders}"))
        .replace("\"carriers\"", &format!("{:?}", folder("carriers")))
}

/// A folder of the repository's configuration.
pub(crate) fn shipped(name: &str) -> String {
    repository(&format!("config/{name}")).to_str().unwrap().to_owned()
}
