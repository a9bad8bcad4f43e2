//! Labels as a printer reads them: no text becomes a command, whatever stands in it.

use proptest::prelude::*;

use super::code128::{self, Code128};
use super::document::{Align, Area, Text};
use super::tests::{TSPL, ZPL, parcel, stays_on_the_paper, usps};
use super::*;

/// One ZPL command: its two letters and what stands up to the next one.
type Read = (String, String);

/// Reads ZPL as a printer does: a command begins at every `^` and `~`, wherever it stands.
fn commands(zpl: &str) -> Vec<Read> {
    let mut found = Vec::new();
    let mut rest = zpl;
    while let Some(at) = rest.find(['^', '~']) {
        let end = rest[at + 1..].find(['^', '~']).map_or(rest.len(), |next| at + 1 + next);
        let command = &rest[at..end];
        // The font of `^A` is its second letter.
        found.push((command[..3].to_owned(), command[3..].trim_end_matches('\n').to_owned()));
        rest = &rest[end..];
    }
    found
}

/// Field data as the printer understands it behind `^FH_`.
fn unescaped(data: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = data.as_bytes();
    while let [first, others @ ..] = rest {
        match (first, others) {
            (b'_', [high, low, tail @ ..]) => {
                let hex = |digit: u8| char::from(digit).to_digit(16).expect("hexadecimal");
                bytes.push(u8::try_from(hex(*high) * 16 + hex(*low)).expect("a byte"));
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    bytes
}

/// The commands a document means, with the data behind each `^FD` as bytes.
fn meant(elements: &[Element], reverse: bool, into: &mut Vec<(&'static str, Option<Vec<u8>>)>) {
    for element in elements {
        let reversed = reverse.then_some("^FR");
        let (names, data): (Vec<&str>, _) = match element {
            Element::Text(text) => {
                let block = (text.align != Align::Start).then_some("^FB");
                let names = ["^FO", "^A0"].into_iter().chain(block).chain(reversed).collect();
                (names, Some(text.text.clone().into_bytes()))
            }
            Element::Picture { .. } => (["^FO"].into_iter().chain(reversed).chain(["^GF"]).collect(), None),
            Element::Fill(_) | Element::Frame(..) => {
                (["^FO"].into_iter().chain(reversed).chain(["^GB"]).collect(), None)
            }
            Element::Bars { symbol, .. } => {
                let names = ["^FO"].into_iter().chain(reversed).chain(["^BY", "^BC"]).collect();
                (names, Some(code128::invocation(symbol).into_bytes()))
            }
            Element::Reverse(_, inside) => {
                into.extend([("^FO", None), ("^GB", None), ("^FS", None)]);
                meant(inside, true, into);
                continue;
            }
        };
        into.extend(names.into_iter().map(|name| (name, None)));
        if let Some(data) = data {
            into.extend([("^FH", None), ("^FD", Some(data))]);
        }
        into.push(("^FS", None));
    }
}

/// Checks that a printer finds exactly the commands meant, and no byte outside printable ASCII and line ends.
fn means_what_it_says(document: &Document, zpl: &[u8]) {
    assert!(zpl.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "a byte outside printable ASCII");
    let text = str::from_utf8(zpl).expect("ASCII");
    let found: Vec<_> = commands(text)
        .into_iter()
        .map(|(name, rest)| {
            let data = (name == "^FD").then(|| unescaped(&rest));
            (name, data)
        })
        .collect();
    let mut all: Vec<(&str, _)> = ["^XA", "^CI", "^JZ", "^PW", "^LL", "^LH"].map(|name| (name, None)).into();
    meant(&document.elements, false, &mut all);
    all.extend([("^PQ", None), ("^XZ", None)]);
    let all: Vec<_> = all.into_iter().map(|(name, data)| (name.to_owned(), data)).collect();
    assert_eq!(found, all);
}

/// Reads TSPL as a printer does: a command a line, a picture's bytes by their number. Gives each command's name and the
/// last text between quotation marks.
fn tspl_commands(mut tspl: &[u8]) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    while !tspl.is_empty() {
        let name_end = tspl.iter().position(|byte| matches!(byte, b' ' | b'\r')).expect("a command");
        let name = String::from_utf8(tspl[..name_end].to_vec()).expect("ASCII");
        if name == "BITMAP" {
            let numbers: Vec<usize> = tspl[name_end + 1..]
                .splitn(6, |byte| *byte == b',')
                .take(5)
                .map(|number| str::from_utf8(number).expect("ASCII").parse().expect("a number"))
                .collect();
            let header = name_end + 1 + numbers.iter().map(|number| number.to_string().len() + 1).sum::<usize>();
            let end = header + numbers[2] * numbers[3];
            assert_eq!(&tspl[end..end + 2], b"\r\n");
            tspl = &tspl[end + 2..];
            found.push((name, None));
            continue;
        }
        let end = tspl.windows(2).position(|pair| pair == b"\r\n").expect("a line end");
        let line = str::from_utf8(&tspl[..end]).expect("ASCII");
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        let text = line.rsplit('"').nth(1).filter(|_| name == "TEXT").map(str::to_owned);
        found.push((name, text));
        tspl = &tspl[end + 2..];
    }
    found
}

/// The commands a document means in TSPL. Text is drawn in a printer's font or as a picture.
fn tspl_means_what_it_says(document: &Document, tspl: &[u8]) {
    fn count(elements: &[Element], texts: &mut Vec<String>, others: &mut usize) {
        for element in elements {
            match element {
                Element::Text(text) => texts.push(text.text.clone()),
                Element::Bars { symbol, .. } => *others += symbol.bars().len().div_ceil(2),
                Element::Reverse(_, inside) => {
                    *others += 1;
                    count(inside, texts, others);
                }
                Element::Picture { .. } | Element::Fill(_) | Element::Frame(..) => *others += 1,
            }
        }
    }
    let (mut texts, mut others) = (Vec::new(), 0);
    count(&document.elements, &mut texts, &mut others);
    let found = tspl_commands(tspl);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((&names[..2], names.last()), (&["SIZE", "CLS"][..], Some(&"PRINT")));
    let known = ["SIZE", "CLS", "TEXT", "BAR", "BOX", "BITMAP", "REVERSE", "PRINT"];
    assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    for (_, text) in found.iter().filter(|(name, _)| name == "TEXT") {
        let text = text.as_ref().expect("a text");
        assert!(texts.contains(text), "{text:?} is nothing the label says");
    }
    let blank = texts.iter().filter(|text| text.trim().is_empty()).count();
    assert!(found.len() - 3 <= texts.len() + others && found.len() - 3 + blank >= texts.len() + others);
}

/// Texts made to break out of a field, beside any text at all.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("^XA".to_owned()),
        Just("^FS^XZ~JR".to_owned()),
        Just("^FH^FD_5E".to_owned()),
        Just(">;>8".to_owned()),
        Just("\"\r\nCLS\r\n".to_owned()),
        Just("\\[\"]".to_owned()),
        Just("\\&\u{10}\u{1e}\u{1f}\u{1d}\0\r\n\u{1b}".to_owned()),
        Just("! U1 ".to_owned()),
        Just("_".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
        any::<String>(),
    ];
    proptest::collection::vec(parts, 0..5).prop_map(|parts| parts.concat())
}

/// Any text of the printer's own font.
fn any_text_element() -> impl Strategy<Value = Element> {
    let align = prop_oneof![Just(Align::Start), Just(Align::Middle), Just(Align::End)];
    (hostile(), align).prop_map(|(text, align)| {
        let text: String = text.chars().filter(|character| font::has(&character.to_string())).collect();
        Element::Text(Text { at: Point { x: 1, y: 2 }, size: 30, room: 700, align, text })
    })
}

proptest! {
    #[test]
    fn no_text_becomes_a_command_whatever_it_is(
        mut elements in proptest::collection::vec(any_text_element(), 0..6),
        number in "[ -~]{1,40}",
        reversed in proptest::collection::vec(any_text_element(), 0..2),
    ) {
        let symbol = Code128::text(&number).expect("printable");
        elements.push(Element::Bars { at: Point { x: 3, y: 4 }, module: 3, height: 160, symbol });
        elements.push(Element::Reverse(Area { at: Point { x: 0, y: 0 }, width: 700, height: 99 }, reversed));
        let document = Document { width: 800, height: 1200, dots_per_metre: 8000, elements };
        means_what_it_says(&document, &ZPL.encode(&document));
        tspl_means_what_it_says(&document, &TSPL.encode(&document));
    }

    #[test]
    fn a_label_is_printed_whole_or_refused(
        texts in proptest::array::uniform8(hostile()),
        usual in "[A-Za-z0-9 .,#]{0,60}",
        tracking in prop_oneof![Just("D10011354453707".to_owned()), "[!-~]{1,30}"],
        picked in 0_usize..10,
    ) {
        let mut label = Label { tracking, ..parcel() };
        label.to.line1 = usual;
        let fields = [
            &mut label.to.name,
            &mut label.to.line2,
            &mut label.to.city,
            &mut label.from.name,
            &mut label.order_ref,
            &mut label.service,
            &mut label.carrier,
            &mut label.tracking,
        ];
        for (at, (field, text)) in fields.into_iter().zip(texts).enumerate() {
            if at == picked {
                *field = text;
            }
        }
        if let Ok(document) = ZPL.document("parcel", &label) {
            stays_on_the_paper(&document);
            means_what_it_says(&document, &ZPL.encode(&document));
            tspl_means_what_it_says(&document, &TSPL.encode(&document));
        }
    }
}

#[test]
fn ten_thousand_characters_are_data_too() {
    let text = "^XZ~JR_5E".repeat(1200);
    let element =
        Element::Text(Text { at: Point { x: 0, y: 0 }, size: 9, room: 800, align: Align::Start, text: text.clone() });
    let document = Document { width: 800, height: 1200, dots_per_metre: 8000, elements: vec![element] };
    means_what_it_says(&document, &ZPL.encode(&document));
    tspl_means_what_it_says(&document, &TSPL.encode(&document));
    let label = Label { order_ref: text, ..usps() };
    assert!(matches!(ZPL.print("impb", &label), Err(LabelError::TooWide { field: "order reference", .. })));
}
