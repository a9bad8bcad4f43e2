//! `service.label_source`, `service.carrier` and `label`: a label that was made elsewhere, and its file.
//!
//! | field | |
//! |---|---|
//! | `service.label_source` | `station` (the default), `supplied` or `platform`: the last two say the same here |
//! | `label.tracking` | the number on it; the parcel travels under it, and its scan closes the parcel |
//! | `label.path` | its file, from the folder of the order file |
//! | `label.format` | `pdf`, `png` or `zpl`; left out, as the path ends |
//! | `label.page` | its page, from 1; left out, the one page that shows the number |
//! | `label.sha256` | what the file must hash to; may be left out |
//! | `label.dpi` | of ZPL, the resolution it was made for; may be left out |
//! | `service.carrier` | the carrier or service it counts for, `yodel` or `yodel.home48` |
//! | `service.channel_hint` | the same where it names one; anything else in it counts for nothing |
//!
//! Such an order may come without name and street, or with masked ones: the label has them. Of an order whose label is made
//! here, a `label.tracking`, a `label.path`, a carrier and a hint are wishes that nothing would follow, and refuse it.

use super::fields::Fields;
use crate::exchange::supplied::{LabelFormat, MAX_PAGES};
use crate::station::order::Given;

/// Where an order's label is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelFile {
    /// From the folder of the order file; empty when the order names none.
    pub path: String,
    /// How it was handed out; `None` when neither the order nor the path says it.
    pub format: Option<LabelFormat>,
    /// Its page, from 1.
    pub page: Option<u32>,
    /// What it must hash to, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// The resolution that ZPL was made for.
    pub dpi: Option<u32>,
}

/// Where a label comes from, and whether that is not here.
pub(super) const SOURCES: [(&str, bool); 3] = [("station", false), ("supplied", true), ("platform", true)];

/// The label that comes with an order; `None` where the station makes one.
pub(super) fn given(root: &Fields<'_>) -> Option<(Given, LabelFile)> {
    let (service, label) = (root.object("service"), root.object("label"));
    if service.word("label_source", &SOURCES, "station, supplied or platform") != Some(true) {
        return None;
    }
    if root.whole("parcels_planned", 1, u64::MAX).is_some_and(|parcels| parcels > 1) {
        root.bad("parcels_planned", "a supplied label is one parcel's; send an order for each parcel");
    }
    let path = label.text("path");
    let ending = || path.rsplit_once('.').and_then(|(_, ending)| ending.parse().ok());
    let small = |name, most| label.whole(name, 1, most).and_then(|n| u32::try_from(n).ok());
    let file = LabelFile {
        path: path.to_owned(),
        format: label.word("format", &LabelFormat::NAMES, "pdf, png or zpl").or_else(ending),
        page: small("page", MAX_PAGES as u64),
        sha256: sha256(&label),
        dpi: small("dpi", 1_200),
    };
    let tracking = label.identifier("tracking").into();
    let text = |name| service.text(name).trim();
    let carrier = Some(text("carrier")).filter(|carrier| !carrier.is_empty()).map(Into::into);
    Some((Given { tracking, service: carrier, hint: text("channel_hint").to_owned() }, file))
}

fn sha256(label: &Fields<'_>) -> Option<String> {
    let text = label.text("sha256").to_ascii_lowercase();
    let good = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !good && !text.is_empty() {
        label.kind("sha256", "64 hexadecimal digits, or empty");
    }
    good.then_some(text)
}
