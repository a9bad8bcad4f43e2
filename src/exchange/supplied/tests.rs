//! What of supplied ZPL is printed, left out and refused. (Pages and pictures: `tests/suite/supplied.rs`, from pixels.)

use super::*;
use crate::label::{Draws, Language, SuppliedContent};

const NUMBER: &str = "9200190132607600833457";

fn printer(language: Language, dpi: u32) -> PrinterFormat {
    let media = Media { dpi, width_mm: 100, height_mm: 150 };
    PrinterFormat { language, draws: Draws::TextAndBars, packed: false, media }
}

fn read(zpl: &str, printer: PrinterFormat, dpi: Option<u32>) -> Result<String, SuppliedError> {
    let wanted = Wanted { number: NUMBER.to_owned(), page: None, dpi };
    let label = File::open(zpl.as_bytes().to_vec(), LabelFormat::Zpl, printer)?.label(&wanted, &mut || ())?;
    match label.content {
        SuppliedContent::Zpl(zpl) => Ok(String::from_utf8_lossy(&zpl).into_owned()),
        SuppliedContent::Dots { .. } => panic!("ZPL is not drawn here"),
    }
}

/// The kept commands of a label whose number stands in its bars, and which says this beside.
fn with(more: &str) -> Result<String, SuppliedError> {
    let zpl = format!("^XA^FO60,100^BY3^BCN,170,N,N,N^FD>;>8420900589200190132607600833457^FS{more}^XZ");
    read(&zpl, printer(Language::Zpl, 203), None)
}

fn why(result: Result<String, SuppliedError>) -> String {
    result.expect_err("must be refused").to_string()
}

#[test]
fn a_label_is_printed_as_it_stands_between_settings_of_ours() {
    let kept = with("^FX for Ann^FS^FO50,50^A0N,40,40^FH_^FDA_26B^FS^FO9,9^GB780,4,4^FS^FO9,90^GFA,2,2,1,FF00^FS");
    assert_eq!(
        kept.as_deref(),
        Ok("^XA\n^JZN^PON^PMN^LRN^LS0^LH0,0^FWN^PW800^LL1200\n\
            ^FO60,100^BY3^BCN,170,N,N,N^FD>;>8420900589200190132607600833457^FS^FS^FO50,50^A0N,40,40^FH_^FDA_26B^FS\
            ^FO9,9^GB780,4,4^FS^FO9,90^GFA,2,2,1,FF00^FS^PQ1\n^XZ\n")
    );
}

#[test]
fn what_real_labels_set_is_left_out_and_the_label_is_printed() {
    for settings in [
        "^LRN^MNY^MFN,N^LH10,12^MCY^POI^PW812^CI27",
        "^CF,0,0,0^PR12^MD30^PW800^POI^CI13^LH0,20",
        "^MMT^LL1218^LS0^LT0^PMN^JMA^JZN^XB^CI28^PQ1,0,1,Y\n",
        "^pw800^pon",
    ] {
        let kept = with(settings).unwrap_or_else(|error| panic!("{settings}: {error}"));
        let body = kept.split_once('\n').and_then(|(_, body)| body.split_once('\n')).expect("two lines").1;
        for setting in ["^MN", "^MF", "^PO", "^PW", "^PR", "^MD", "^MM", "^LL", "^LT", "^po"] {
            assert!(!body.contains(setting), "{setting} in {kept}");
        }
        assert_eq!(kept.matches("^PQ").count(), 1, "{kept}");
    }
}

#[test]
fn every_command_that_sets_the_printer_or_uses_its_memory_or_prints_more_is_refused_by_name() {
    let refused: [(&str, &[&str]); 10] = [
        (
            "is not let through",
            &[
                "^CC/",
                "~CC/",
                "^CT!",
                "~CT!",
                "^CD;",
                "~CD;",
                "~DYE:LOGO,A,G,5,1,00",
                "~DGR:LOGO.GRF,1,1,00",
                "~DU",
                "~DB",
                "^DFE:X.ZPL",
                "^ISR:LOGO.GRF",
                "^IDR:*.*",
                "^EG",
                "~EG",
                "^JUS",
                "~JR",
                "~JA",
                "~JC",
                "^KPpassword",
                "^KNprinter",
                "^SXA",
                "^SCB",
                "^SEE:X.DAT",
                "^SN1,1,Y",
                "^CV1",
                "^CWA,E:X.FNT",
                "^HW",
                "~HS",
                "^HVx",
                "^NC",
                "^ND",
                "~WC",
                "~SD30",
                "~TA010",
                "~PH",
                "^PH",
                "^PF9",
                "^ZZ",
                "^",
                "~",
            ],
        ),
        (
            "uses what should be in the printer's memory",
            &["^XFE:X.ZPL", "^XGR:LOGO.GRF,1,1", "^IMR:LOGO.GRF", "^ILR:LOGO.GRF", "^FN1"],
        ),
        ("prints more than one label", &["^PQ2", "^PQ1000,0,0,N", "^PQ0"]),
        ("chooses a character set", &["^CI0", "^CI26", "^CI"]),
        ("prints the whole label white on black", &["^LRY"]),
        ("prints a mirror image", &["^PMY"]),
        ("measures in other units", &["^MUM"]),
        ("prints at half the resolution", &["^JMB"]),
        ("is a picture in bytes", &["^GFB,2,2,1,x"]),
        ("is followed by what is no command", &["^FS! U1 setvar \"x\" \"y\""]),
    ];
    for (reason, commands) in refused {
        for command in commands {
            let said = why(with(command));
            let name: String = command.chars().take(3).collect();
            assert!(said.starts_with(&name) && said.contains(reason), "{command}: {said}");
            // The same in small letters, which printers take as well.
            assert!(with(&command.to_lowercase()).is_err(), "{command} in small letters");
        }
    }
}

#[test]
fn there_is_exactly_one_format_and_nothing_around_it() {
    let label = format!("^XA^FO9,9^A0N,30,30^FD{NUMBER}^FS^XZ");
    let one = |zpl: String| read(&zpl, printer(Language::Zpl, 203), None);
    assert!(one(format!("\r\n{label}\r\n")).is_ok());
    for zpl in [
        String::new(),
        "label".to_owned(),
        format!("{label}{label}"),
        format!("! U1 setvar \"x\" \"y\"\r\n{label}"),
        format!("{label}! U1 do \"device.reset\" \"\"\r\n"),
        format!("~JR{label}"),
        format!("{label}~JR"),
        label.replace("^XA", "^XAx"),
        label.replace("^XA", "^xa"),
        label.replace("^XZ", ""),
        label.replace("^FS", "^FS^XA"),
    ] {
        assert!(matches!(one(zpl.clone()), Err(SuppliedError::Zpl(_))), "{zpl}");
    }
    for byte in ['\u{2}', '\u{3}', '\u{f}', '\u{10}', '\u{1b}', '\u{0}'] {
        let refused = why(one(label.replace("^FS", &format!("{byte}^FS"))));
        assert!(refused.contains("may be a command of its own"), "{refused}");
    }
    assert!(one(label.replace("^FS", &" ".repeat(2 << 20))).is_err());
}

#[test]
fn zpl_for_another_resolution_or_another_printer_is_refused() {
    let label = |width: &str| format!("^XA{width}^FO9,9^A0N,30,30^FD{NUMBER}^FS^XZ");
    let (coarse, fine) = (printer(Language::Zpl, 203), printer(Language::Zpl, 300));
    for (printer, width, dpi, good) in [
        (coarse, "^PW812", None, true),
        (coarse, "^PW406", None, true),
        (coarse, "^PW1218", None, false),
        (fine, "^PW1218", None, true),
        (fine, "^PW812", None, false),
        (fine, "^PW812", Some(300), true),
        (fine, "", None, true),
        (fine, "", Some(203), false),
        (coarse, "", Some(203), true),
        (coarse, "", Some(300), false),
    ] {
        assert_eq!(read(&label(width), printer, dpi).is_ok(), good, "{width} {dpi:?} for {}", printer.media);
    }
    let refused = why(read(&label(""), printer(Language::Tspl, 203), None));
    assert_eq!(refused, "ZPL cannot be printed by a printer of another language; get the label as PDF or PNG");
}

#[test]
fn a_label_whose_fields_show_another_number_is_refused_and_one_that_is_a_picture_is_not() {
    let one = |field: &str| read(&format!("^XA^FO9,9{field}^FS^XZ"), printer(Language::Zpl, 203), None);
    assert!(one("^A0N,30,30^FD9200 1901 3260 7600 8334 57").is_ok());
    assert!(one("^FH_^FD92001901326_3076_30_30833457").is_ok());
    assert!(one("^FH^FD92001901326_3076_30_30833457").is_ok());
    assert!(one("^BCN^FD>;9200190132607600833457").is_ok());
    assert!(one("^A0N,30,30^FD92001901326076008334").is_err());
    assert!(one("^FD92001901326_3076_30_30833457").is_err());
    assert!(one("^GFA,2,2,1,FF00").is_ok());
}

#[test]
fn a_size_that_is_not_that_of_the_data_or_not_of_the_paper_is_refused() {
    // The paper has 800 by 1,200 dots; labels may be some millimetres larger.
    let larger = [
        "^GFA,99999999,99999999,1,FF",
        "^GFA,8,8,99999999,FF",
        "^GB99999999,4,4",
        "^GB4,1300,4",
        "^GB4,4,99999",
        "^GC99999,4",
        "^GE4,99999,4",
        "^GD4,4,99999",
        "^FB99999,2",
        "^FB800,10000",
        "^TBN,99999,9",
        "^BY11",
        "^BY2,3,99999",
        "^BCN,99999",
        "^BQN,2,99",
        "^A0N,99999,40",
        "^CF0,99999",
        "^FO99999,1",
        "^FT1,99999",
        "^LH99999,0",
        "^LH-99999,0",
    ];
    for command in larger {
        let said = why(with(&format!("{command}^FS")));
        assert!(said.contains("is larger than the paper"), "{command}: {said}");
    }
    let others = [
        "^GFA,99999999999999999999,8,1,FF",
        "^GFA,99,2,1,FF00",
        "^GFA,2,2,1,FF",
        "^GFA,2,2,1,FF00FF",
        "^GFA,2,2,1,",
        "^GFA,2,2,1",
        "^GFA,2,2,0,FF00",
        "^GFA,3,3,2,FF00FF",
        "^GFA,2,2,1,xyFF00",
        "^GFA,2,2,1,:FF",
        "^GFA,2,2,1,FFG",
        "^GFA,4,4,1,:B64:/wA=:0000",
        "^GFA,4,4,1,:B64:not base64:0000",
        "^GFA,2,2,1,:Z64:/wA=:0000",
        "^GFA,,,,",
    ];
    for command in others {
        let said = why(with(&format!("{command}^FS")));
        assert!(said.contains("says another size than its data has"), "{command}: {said}");
    }
}

#[test]
fn pictures_of_every_writing_are_let_through_when_they_are_whole() {
    use std::io::Write;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&[0; 200]).expect("packed");
    let packed = data_encoding::BASE64.encode(&packed.finish().expect("packed"));
    for picture in [
        "^GFA,2,2,1,FF00".to_owned(),
        "^GFA,2,2,1,F\r\nF 00".to_owned(),
        "^GFA,4,4,2,HFH0,".to_owned(),
        "^GFA,6,6,2,FFFF:,".to_owned(),
        "^GFA,200,200,100,jF!:".to_owned(),
        "^GFA,2,2,1,:B64:/wA=:1234".to_owned(),
        format!("^GFA,200,200,100,:Z64:{packed}:ABCD"),
        format!("^GFA,{},200,100,:Z64:{packed}:ABCD", packed.len()),
    ] {
        assert!(with(&format!("^FO9,9{picture}^FS")).is_ok(), "{picture}");
    }
    // What real labels say.
    for command in ["^GB812,1218,4", "^FB780,9999,0,C", "^BY3,2.0,170", "^BQN,2,6", "^FT0,1218", "^A0B,45,50"] {
        assert!(with(&format!("{command}^FS")).is_ok(), "{command}");
    }
}
