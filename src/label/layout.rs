//! Where everything stands on a 100 x 150 mm (4 x 6 in) label.
//!
//! ```text
//!  +-----+ from (small)        weight      header: the service's letter, sender, weight and date
//!  |  G  |                       date
//!  +-----+---------------------------
//!        USPS GROUND ADVANTAGE         banner
//!  ----------------------------------
//!  SHIP TO
//!    the largest type
//!
//!            SPECIMEN                  only where it must never travel
//!  ##########  SORT CODE  ###########  only where the carrier gives one
//!  ==================================
//!           USPS TRACKING #
//!       ||||| ||| |||| ||| |||||
//!       9261 2903 4567 8900 0000 16
//!  ==================================
//!  ORDER …                        [R2] footer
//! ```
//!
//! The tracking block stands at the bottom and the header at the top; the address gets what is left between them.

use super::address::{self, Block};
use super::code128::{Code128, QUIET_MODULES};
use super::document::{Document, Element};
use super::sheet::{HEIGHT, Line, Room, Sheet, WIDTH};
use super::{Label, LabelError, Media, Symbol, printable};
use crate::units::{Date, MassUnit};

/// Paper left white around everything: 2.5 mm, more than a printer's usual offset.
const MARGIN: u32 = 20;
const INNER: u32 = WIDTH - 2 * MARGIN;
/// A rule between sections.
const RULE: u32 = 4;
/// Above and below a USPS package barcode: at least 1/32 in (USPS parcel labelling guide); its samples show 15 dots.
const THICK_RULE: u32 = 15;
/// 1/8 in of white above and below the bars (USPS parcel labelling guide).
const CLEAR: u32 = 26;
/// USPS bars are at least 3/4 in (152 units) high; all take more where there is no sort code.
const BARS: u32 = 176;
const TALL_BARS: u32 = 226;

const HEADER: u32 = MARGIN;
const ICON: u32 = 144;
const BANNER: u32 = HEADER + ICON + 12;
const BANNER_HEIGHT: u32 = 70;
const TAG: u32 = 104;
const TAG_HEIGHT: u32 = 30;
const FOOTER_HEIGHT: u32 = 44;
const FOOTER: u32 = HEIGHT - MARGIN - FOOTER_HEIGHT;
const SORT_HEIGHT: u32 = 112;
const SPECIMEN_HEIGHT: u32 = 104;

/// The label as things to draw, every text checked and fitted.
pub(super) fn layout(label: &Label, media: Media) -> Result<Document, LabelError> {
    check_characters(label)?;
    let mut sheet = Sheet::new(media)?;
    header(&mut sheet, label)?;
    banner(&mut sheet, label)?;
    footer(&mut sheet, label)?;
    let mut bottom = tracking(&mut sheet, label)?;
    if let Some(code) = &label.sort_code {
        bottom -= SORT_HEIGHT;
        sort_code(&mut sheet, code, bottom)?;
    }
    if label.specimen {
        bottom -= SPECIMEN_HEIGHT;
        specimen(&mut sheet, bottom);
    }
    ship_to(&mut sheet, label, bottom)?;
    Ok(sheet.finish())
}

fn check_characters(label: &Label) -> Result<(), LabelError> {
    address::printable(&label.from, &address::FROM)?;
    address::printable(&label.to, &address::TO)?;
    printable("order reference", &label.order_ref)?;
    let centred = [
        ("carrier", label.carrier.as_str()),
        ("service", &label.service),
        ("sort code", label.sort_code.as_deref().unwrap_or("")),
        ("tracking number", &label.tracking),
    ];
    for (field, text) in centred {
        printable(field, text)?;
        // A backslash in a centred field begins the printer's own line breaks (ZPL II Programming Guide, `^FB`).
        if text.contains('\\') {
            return Err(LabelError::Unprintable { field, character: '\\' });
        }
    }
    Ok(())
}

/// The service's letter, who sends it, what it weighs, when it goes.
fn header(sheet: &mut Sheet, label: &Label) -> Result<(), LabelError> {
    let letter: String = label.service.trim().chars().take(1).map(|letter| letter.to_ascii_uppercase()).collect();
    let size = sheet.fit("service", &letter, Room { width: ICON - 20, largest: 146, smallest: 100 })?;
    sheet.frame(MARGIN, HEADER, ICON, 6);
    sheet.centre(Line { x: MARGIN, y: middle(HEADER, ICON, size), size, text: &letter }, ICON);

    let (x, width) = (MARGIN + ICON + 20, 346);
    let room = Room { width, largest: 27, smallest: 19 };
    let block = address::set(sheet, &label.from, &label.to.country, &address::FROM, room, ICON - 20)?;
    caption(sheet, x, HEADER, "FROM");
    paragraph(sheet, &block, x, HEADER + 24);

    let (x, width) = (560, WIDTH - MARGIN - 560);
    let pounds = format!("{} lb", label.mass.display(MassUnit::Lb, 2));
    let kilograms = format!("{} kg", label.mass.display(MassUnit::Kg, 3));
    let pounds_size = sheet.fit("weight", &pounds, Room { width, largest: 50, smallest: 24 })?;
    sheet.right(Line { x, y: HEADER, size: pounds_size, text: &pounds }, width);
    let kilograms_size = sheet.fit("weight", &kilograms, Room { width, largest: 30, smallest: 20 })?;
    sheet.right(Line { x, y: HEADER + 50, size: kilograms_size, text: &kilograms }, width);
    sheet.right(Line { x, y: HEADER + 94, size: 20, text: "SHIP DATE" }, width);
    sheet.right(Line { x, y: HEADER + 116, size: 32, text: &day(label.ship_date) }, width);
    Ok(())
}

/// Carrier and service between two rules.
fn banner(sheet: &mut Sheet, label: &Label) -> Result<(), LabelError> {
    let text = format!("{} {}", label.carrier.trim(), label.service.trim());
    let size = sheet.fit("service", &text, Room { width: INNER, largest: 60, smallest: 28 })?;
    sheet.fill(MARGIN, BANNER, INNER, RULE);
    sheet.centre(Line { x: MARGIN, y: middle(BANNER + RULE, BANNER_HEIGHT - RULE, size), size, text: &text }, INNER);
    sheet.fill(MARGIN, BANNER + BANNER_HEIGHT, INNER, RULE);
    Ok(())
}

/// The recipient, from the banner down to `bottom`.
fn ship_to(sheet: &mut Sheet, label: &Label, bottom: u32) -> Result<(), LabelError> {
    let top = BANNER + BANNER_HEIGHT + RULE + 10;
    let first = top + TAG_HEIGHT + 10;
    let x = MARGIN + 32;
    let room = Room { width: WIDTH - MARGIN - x, largest: 60, smallest: 26 };
    let block =
        address::set(sheet, &label.to, &label.from.country, &address::TO, room, bottom.saturating_sub(first + 8))?;
    sheet.fill(MARGIN, top, TAG, TAG_HEIGHT);
    let tag = Line { x: MARGIN, y: middle(top, TAG_HEIGHT, 24), size: 24, text: "SHIP TO" };
    sheet.centre_reverse(tag, TAG);
    paragraph(sheet, &block, x, first);
    Ok(())
}

/// The bars with their heading and their number; gives the height where the block begins.
fn tracking(sheet: &mut Sheet, label: &Label) -> Result<u32, LabelError> {
    let (symbol, heading, number, rule) = match label.symbol {
        Symbol::Impb => (impb(label)?, "USPS TRACKING #".to_owned(), in_fours(&label.tracking), THICK_RULE),
        Symbol::Code128 => {
            let symbol = Code128::text(&label.tracking).ok_or_else(|| LabelError::Barcode(excerpt(&label.tracking)))?;
            (symbol, format!("{} TRACKING #", label.carrier.trim()), label.tracking.clone(), RULE)
        }
    };
    let heading_size = sheet.fit("carrier", &heading, Room { width: INNER, largest: 36, smallest: 24 })?;
    let number_size = sheet.fit("tracking number", &number, Room { width: INNER, largest: 42, smallest: 26 })?;

    let bars = if label.sort_code.is_some() { BARS } else { TALL_BARS };
    let lower_rule = FOOTER - 12 - rule;
    let digits = lower_rule - 8 - 42;
    let bars_top = digits - CLEAR - bars;
    let heading_top = bars_top - CLEAR - 30;
    let upper_rule = heading_top - 10 - rule;

    sheet.fill(MARGIN, upper_rule, INNER, rule);
    sheet.centre(Line { x: MARGIN, y: heading_top, size: heading_size, text: &heading }, INNER);
    barcode(sheet, symbol, bars_top, bars)?;
    sheet.centre(Line { x: MARGIN, y: digits, size: number_size, text: &number }, INNER);
    sheet.fill(MARGIN, lower_rule, INNER, rule);
    Ok(upper_rule - 12)
}

/// Bars in the middle of the paper, or the refusal when they and their quiet zones are wider than it.
fn barcode(sheet: &mut Sheet, symbol: Code128, y: u32, height: u32) -> Result<(), LabelError> {
    // 15 mil at 203 dpi and 13 mil at 300: within the 13 to 21 mil of USPS, and the nearest below OnTrac's 15.
    let module = if sheet.dpi() == 203 { 3 } else { 4 };
    let width = symbol.modules() * module;
    let room = sheet.width().saturating_sub(2 * QUIET_MODULES * module);
    if width > room {
        return Err(LabelError::TooWide { field: "tracking number", needed: width, room });
    }
    let mut at = sheet.at(0, y);
    at.x = (sheet.width() - width) / 2;
    let height = sheet.dots(height);
    sheet.draw(Element::Bars { at, module, height, symbol });
    Ok(())
}

/// `(420)` ZIP and the number, as USPS Publication 199 wants them: 22 or 26 digits that begin with 9.
fn impb(label: &Label) -> Result<Code128, LabelError> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let zip = label.to.postcode.trim().get(..5).filter(|zip| digits(zip));
    let zip = zip.ok_or_else(|| LabelError::Barcode(excerpt(&label.to.postcode)))?;
    let number = &label.tracking;
    if !matches!(number.len(), 22 | 26) || !number.starts_with('9') || !digits(number) {
        return Err(LabelError::Barcode(excerpt(number)));
    }
    Code128::gs1(&[&format!("420{zip}"), number]).ok_or_else(|| LabelError::Barcode(excerpt(number)))
}

/// The carrier's routing code, white on black.
fn sort_code(sheet: &mut Sheet, code: &str, y: u32) -> Result<(), LabelError> {
    let size = sheet.fit("sort code", code, Room { width: INNER - 40, largest: 106, smallest: 56 })?;
    sheet.fill(MARGIN, y, INNER, SORT_HEIGHT - 12);
    sheet.centre_reverse(Line { x: MARGIN, y: middle(y, SORT_HEIGHT - 12, size), size, text: code }, INNER);
    Ok(())
}

/// Across the label, in letters that cannot be taken for an address.
fn specimen(sheet: &mut Sheet, y: u32) {
    sheet.fill(MARGIN, y, INNER, RULE);
    sheet.centre_stretched(Line { x: MARGIN, y: y + 10, size: 96, text: "SPECIMEN" }, 150, INNER);
    sheet.fill(MARGIN, y + SPECIMEN_HEIGHT - 12, INNER, RULE);
}

/// The order, and which print of the label this is.
fn footer(sheet: &mut Sheet, label: &Label) -> Result<(), LabelError> {
    let mut right = WIDTH - MARGIN;
    if label.attempt > 1 {
        let mark = format!("R{}", label.attempt);
        let width = 92;
        let size = sheet.fit("attempt", &mark, Room { width: width - 8, largest: 44, smallest: 12 })?;
        right -= width + 16;
        sheet.fill(WIDTH - MARGIN - width, FOOTER, width, FOOTER_HEIGHT);
        let y = middle(FOOTER, FOOTER_HEIGHT, size);
        sheet.centre_reverse(Line { x: WIDTH - MARGIN - width, y, size, text: &mark }, width);
    }
    caption(sheet, MARGIN, FOOTER + 14, "ORDER");
    let x = MARGIN + 80;
    let size = sheet.fit("order reference", &label.order_ref, Room { width: right - x, largest: 34, smallest: 17 })?;
    sheet.text(Line { x, y: middle(FOOTER, FOOTER_HEIGHT, size), size, text: &label.order_ref });
    Ok(())
}

fn caption(sheet: &mut Sheet, x: u32, y: u32, text: &str) {
    sheet.text(Line { x, y, size: 20, text });
}

fn paragraph(sheet: &mut Sheet, block: &Block, x: u32, y: u32) {
    let mut y = y;
    for text in &block.lines {
        sheet.text(Line { x, y, size: block.size, text });
        y += Block::pitch(block.size);
    }
}

/// Where text of `size` begins so that its capitals stand in the middle of `height` from `y`: capitals take the upper
/// three quarters of a cell.
const fn middle(y: u32, height: u32, size: u32) -> u32 {
    (y + height / 2).saturating_sub(size * 3 / 8)
}

fn in_fours(digits: &str) -> String {
    let mut spaced = String::with_capacity(digits.len() * 5 / 4);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            spaced.push(' ');
        }
        spaced.push(digit);
    }
    spaced
}

/// A day that is read the same everywhere: `22 NOV 2026`.
fn day(date: Date) -> String {
    const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let month = MONTHS.get(usize::from(date.month()).wrapping_sub(1)).copied().unwrap_or("");
    format!("{:02} {month} {}", date.day(), date.year())
}

/// As much of a text as an error should show.
fn excerpt(text: &str) -> String {
    text.chars().take(64).collect()
}
