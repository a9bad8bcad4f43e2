//! The printer's scalable font: what it holds, and how wide text becomes.
//!
//! Zebra's font 0 (CG Triumvirate Bold Condensed) has no published widths, and compatible printers bring lookalikes. The
//! widths here are upper estimates by class of character, measured on a Labelary-calibrated renderer and raised by some
//! five per cent: text may come out narrower than its room, not wider.

/// Dots that `text` takes at most, at a cell height of `size` dots.
pub(super) fn width(text: &str, size: u32) -> u32 {
    let thousandths: u64 = text.chars().map(|character| u64::from(advance(character))).sum();
    u32::try_from((thousandths * u64::from(size)).div_ceil(1000)).unwrap_or(u32::MAX)
}

/// Whether every such printer has the character: printable ASCII and the printable part of Latin-1.
pub(super) fn has(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{ff}')
}

/// Thousandths of the cell height.
fn advance(character: char) -> u16 {
    match character {
        'i' | 'j' | 'l' => 240,
        ' ' | 'I' | 'f' | 't' | '!' | '\'' | '(' | ')' | ',' | '.' | '/' | ':' | ';' | '[' | ']' | '`' => 300,
        'r' | 's' | 'z' => 420,
        'm' | 'M' | 'W' | 'Æ' | 'æ' | '¼' | '½' | '¾' => 820,
        '%' | '+' | '-' | '=' | '@' | '<' | '>' => 1000,
        'w' => 670,
        'a'..='z' | '0'..='9' | 'E' | 'F' | 'J' | 'L' | 'Z' | '?' | '"' | '#' | '$' | '*' | '\\' | '_' => 500,
        'A' | 'B' | 'C' | 'K' | 'P' | 'S' | 'T' | 'V' | 'X' | 'Y' | '^' | '~' | '{' | '|' | '}' => 560,
        _ => 620,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_and_latin_1_are_printable_and_nothing_else_is() {
        assert!("Zoë Ångström, 12½ Ruß St. ~^_\\".chars().all(has));
        for character in ['\0', '\n', '\u{7f}', '\u{85}', '\u{a0}', '\u{ad}', 'ă', 'ł', 'đ', '’', '中', 'ไ'] {
            assert!(!has(character), "{character:?}");
        }
    }

    #[test]
    fn widths_grow_with_the_size() {
        assert_eq!(width("", 40), 0);
        assert_eq!(width("00", 40), 40);
        assert_eq!(width(&"0".repeat(10_000), 40), 200_000);
    }
}
