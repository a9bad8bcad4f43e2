//! TSPL, as far as parceld writes it: text in the five bitmap fonts, bars, boxes, pictures, reversed areas.

use super::Label;
use super::letters::Letters;

/// Name, dots across and dots down of the bitmap fonts (TSC TSPL/TSPL2 programming manual, `TEXT`).
const FONTS: [(&str, u32, u32); 5] = [("1", 8, 12), ("2", 12, 20), ("3", 16, 24), ("4", 24, 32), ("5", 32, 48)];
/// Fonts are magnified so many times at most.
const MAGNIFIED: u32 = 10;
/// What says nothing of the dots on a label.
const SILENT: [&str; 22] = [
    "SIZE",
    "GAP",
    "GAPDETECT",
    "BLINE",
    "BLINEDETECT",
    "AUTODETECT",
    "OFFSET",
    "SPEED",
    "DENSITY",
    "DIRECTION",
    "COUNTRY",
    "CODEPAGE",
    "FEED",
    "FORMFEED",
    "HOME",
    "PRINT",
    "SOUND",
    "CUT",
    "SET",
    "EOJ",
    "DELAY",
    "LIMITFEED",
];

/// A command: its word, its parameters, and the bytes behind them where it is a picture.
struct TsplCommand<'a> {
    word: String,
    parameters: Vec<String>,
    data: &'a [u8],
}

impl TsplCommand<'_> {
    fn number(&self, place: usize) -> u32 {
        self.parameters.get(place).and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    fn place(&self) -> (i64, i64) {
        (self.number(0).into(), self.number(1).into())
    }
}

/// The commands of a job, in their order.
fn commands(job: &[u8]) -> Vec<TsplCommand<'_>> {
    let mut found = Vec::new();
    let mut rest = job;
    while !rest.is_empty() {
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = String::from_utf8_lossy(&rest[..letters]).to_ascii_uppercase();
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let picture = if word == "BITMAP" { picture(rest) } else { None };
        let (header, length) = picture.unwrap_or((end, end));
        let (header, length) = (header.min(rest.len()), length.clamp(1, rest.len()));
        if !word.is_empty() {
            let parameters = split(&String::from_utf8_lossy(&rest[letters..header]));
            found.push(TsplCommand { word, parameters, data: &rest[header..length.max(header)] });
        }
        rest = &rest[length..];
    }
    found
}

/// How long `BITMAP x,y,bytes,height,mode,` is, and how long with its data.
fn picture(command: &[u8]) -> Option<(usize, usize)> {
    let header = command.iter().enumerate().filter(|(_, byte)| **byte == b',').nth(4)?.0 + 1;
    let text = str::from_utf8(command.get(7..header)?).ok()?;
    let number = |at: usize| text.split(',').nth(at)?.trim().parse::<usize>().ok();
    Some((header, header.checked_add(number(2)?.checked_mul(number(3)?)?)?))
}

/// Parameters between commas; a text stands between quotation marks, and one in it is written `\["]`.
fn split(text: &str) -> Vec<String> {
    let text = text.trim().replace("\\[\"]", "\u{1}");
    let mut parameters = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => parameters.push(String::new()),
            // Nothing was pushed away: there always is a last one.
            _ => parameters.last_mut().into_iter().for_each(|last| last.push(letter)),
        }
    }
    parameters.iter_mut().for_each(|parameter| *parameter = parameter.trim_end().replace('\u{1}', "\""));
    parameters
}

/// What a job prints as text.
pub(super) fn texts(job: &[u8]) -> Vec<String> {
    let said = |command: TsplCommand<'_>| match command.word.as_str() {
        "TEXT" | "BLOCK" => command.parameters.into_iter().next_back(),
        _ => None,
    };
    commands(job).into_iter().filter_map(said).collect()
}

/// The commands of a job by name, in their order.
#[cfg(feature = "render")]
pub(super) fn names(job: &[u8]) -> Vec<String> {
    commands(job).into_iter().map(|command| command.word).collect()
}

/// Draws a job.
pub(super) fn draw(job: &[u8], label: &mut Label, letters: &Letters) {
    for command in commands(job) {
        take(&command, label, letters);
    }
}

fn take(command: &TsplCommand<'_>, label: &mut Label, letters: &Letters) {
    let (x, y) = command.place();
    let (third, fourth) = (command.number(2), command.number(3));
    match command.word.as_str() {
        "CLS" => label.paper.clear(0, 0, label.paper.width(), label.paper.height()),
        "BAR" => label.paper.fill(x, y, third, fourth),
        "REVERSE" => label.paper.reverse(x, y, third, fourth),
        "BOX" if command.number(5) > 0 => label.refuse("BOX: round corners"),
        "BOX" => {
            let (width, height) = (i64::from(third) - x, i64::from(fourth) - y);
            let side = |dots: i64| u32::try_from(dots).unwrap_or(0);
            label.paper.frame(x, y, side(width), side(height), command.number(4).max(1));
        }
        "BITMAP" => {
            let stride = third as usize;
            let bits: Vec<u8> = command.data.iter().map(|byte| !byte).collect();
            match command.number(4) {
                mode @ (0 | 1) => {
                    if mode == 0 {
                        label.paper.clear(x, y, third.saturating_mul(8), fourth);
                    }
                    label.paper.picture(x, y, stride, &bits);
                }
                mode => label.refuse(format!("BITMAP: mode {mode}")),
            }
        }
        "TEXT" => text(command, (x, y), label, letters),
        "REFERENCE" | "SHIFT" if (x, y) == (0, 0) => {}
        word if SILENT.contains(&word) => {}
        word => label.refuse(word),
    }
}

/// `TEXT x,y,"font",turned,across,down,["align",]"text"`.
fn text(command: &TsplCommand<'_>, at: (i64, i64), label: &mut Label, letters: &Letters) {
    let parameter = |place: usize| command.parameters.get(place).map_or("", String::as_str);
    let font = FONTS.into_iter().find(|(name, ..)| *name == parameter(2));
    let Some((_, across, down)) = font else {
        return label.refuse(format!("TEXT: font {}", parameter(2)));
    };
    if command.number(3) > 0 {
        return label.refuse("TEXT: turned");
    }
    match &command.parameters[4.min(command.parameters.len())..] {
        [_, _, text] => {
            let times = |place: usize| command.number(place).clamp(1, MAGNIFIED);
            letters.cells(&mut label.paper, text, at, (across * times(4), down * times(5)));
        }
        _ => label.refuse("TEXT: alignment"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_cut_at_the_ends_of_lines_and_pictures_at_their_length() {
        let job = b"SIZE 10 mm,5 mm\r\nBITMAP 1,2,2,2,0,\n\"A\r\r\ntext 1,2,\"3\",0,1,1,\"a, \\[\"]b\\[\"]\"\r\nPRINT 1,1\r\n";
        let words: Vec<String> = commands(job).into_iter().map(|command| command.word).collect();
        assert_eq!(words, ["SIZE", "BITMAP", "TEXT", "PRINT"]);
        assert_eq!(commands(job)[1].data, b"\n\"A\r");
        assert_eq!(texts(job), ["a, \"b\""]);
    }

    #[test]
    fn no_bytes_make_the_reader_fail() {
        for job in
            [&b"BITMAP 1,1,99999999999999999999,2,0,x"[..], b"BITMAP 1,1,4,9,0,x", b"BITMAP ,,,,,", b"\0\n\"", b"TEXT"]
        {
            let _ = texts(job);
            super::super::own(crate::printer::Language::Tspl, job, 40, 40);
        }
    }
}
