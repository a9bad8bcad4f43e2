//! The printer's scalable font: what it holds, and how wide text becomes.
//!
//! Zebra's font 0 (CG Triumvirate Bold Condensed) has no published widths, and compatible printers bring lookalikes. The
//! widths here are upper estimates by class of character, measured on a Labelary-calibrated renderer and raised by some
//! five per cent: text may come out narrower than its room, not wider.

/// How wide `text` is at most, in thousandths of the cell's height.
pub(super) fn width(text: &str) -> u32 {
    text.bytes().fold(0, |width: u32, character| width.saturating_add(advance(character)))
}

/// Whether every such printer has all of it, and none takes any of it for something else: printable ASCII without the
/// backslash, which begins a ZPL field's own line breaks.
pub(super) fn has(text: &str) -> bool {
    text.bytes().all(|character| matches!(character, b' '..=b'~') && character != b'\\')
}

/// Thousandths of the cell height.
fn advance(character: u8) -> u32 {
    match character {
        b'i' | b'j' | b'l' => 240,
        b' ' | b'I' | b'f' | b't' | b'!' | b'\'' | b'(' | b')' | b',' | b'.' | b'/' | b':' | b';' | b'[' | b']'
        | b'`' => 300,
        b'r' | b's' | b'z' => 420,
        b'm' | b'M' | b'W' => 820,
        b'%' | b'+' | b'-' | b'=' | b'@' | b'<' | b'>' => 1000,
        b'w' => 670,
        b'a'..=b'z' | b'0'..=b'9' | b'E' | b'F' | b'J' | b'L' | b'Z' | b'?' | b'"' | b'#' | b'$' | b'*' | b'_' => 500,
        b'A' | b'B' | b'C' | b'K' | b'P' | b'S' | b'T' | b'V' | b'X' | b'Y' | b'^' | b'~' | b'{' | b'|' | b'}' => 560,
        _ => 620,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_ascii_is_the_printers_own_and_nothing_else_is() {
        assert!(has("Angstrom, 12-1/2 Russ St. #4 ~^_\"{}"));
        for text in ["\0", "\n", "\u{7f}", "a\\b", "Zoë", "\u{a0}", "’", "中", "ไ"] {
            assert!(!has(text), "{text:?}");
        }
    }

    #[test]
    fn widths_add_up() {
        assert_eq!((width(""), width("00"), width(&"0".repeat(10_000))), (0, 1000, 5_000_000));
    }
}
