//! Code 128 as printers are told it: code sets and functions are chosen by what stands among the data.
//!
//! | | receipt printer, `GS k 73` | label printer, `^BC` in mode N |
//! |---|---|---|
//! | code sets A, B, C | `{A` `{B` `{C` | first `>9` `>:` `>;`, later `>7` `>6` `>5` |
//! | FNC1 | `{1` | `>8` |
//! | pairs of digits in C | their value, a byte | both digits |
//! | the escape itself | `{{` | `>0` |

use barcoders::sym::code128::Code128;

/// A symbol, and what it says.
pub(super) struct SpelledSymbol {
    /// From the first bar to the last; `true` is black.
    pub(super) modules: Vec<bool>,
    /// Without code sets and functions.
    pub(super) text: String,
}

/// What a label printer makes of `^BC` in mode N; nothing for data it would not print. Without a code set it begins in B.
pub(super) fn of_invocations(data: &[u8]) -> Option<SpelledSymbol> {
    let mut coded = String::new();
    let mut text = String::new();
    let mut rest = data;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let letter = if byte == b'>' {
            let (&escaped, after) = rest.split_first()?;
            rest = after;
            match escaped {
                b'9' | b'7' => 'À',
                b':' | b'6' => 'Ɓ',
                b';' | b'5' => 'Ć',
                b'8' => 'Ź',
                b'0' => '>',
                _ => return None,
            }
        } else {
            Some(char::from(byte)).filter(|letter| matches!(letter, ' '..='~'))?
        };
        if coded.is_empty() && !matches!(letter, 'À' | 'Ɓ' | 'Ć') {
            coded.push('Ɓ');
        }
        coded.push(letter);
        text.extend(Some(letter).filter(char::is_ascii));
    }
    Some(SpelledSymbol { modules: modules(&coded)?, text })
}

fn modules(coded: &str) -> Option<Vec<bool>> {
    Some(Code128::new(coded).ok()?.encode().into_iter().map(|module| module == 1).collect())
}

/// What a receipt printer makes of `GS k 73`: the symbol as modules, black or white; nothing for data it would not print.
pub(super) fn of_function_b(data: &[u8]) -> Option<Vec<bool>> {
    let mut text = String::new();
    let mut in_c = false;
    let mut rest = data;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'{' {
            let (&escaped, after) = rest.split_first()?;
            rest = after;
            // The encoder's own letters for code sets and functions.
            text.push(match escaped {
                b'A' => 'À',
                b'B' => 'Ɓ',
                b'C' => 'Ć',
                b'1' => 'Ź',
                b'{' => '{',
                _ => return None,
            });
            in_c = match escaped {
                b'A' | b'B' => false,
                b'C' => true,
                _ => in_c,
            };
        } else if in_c {
            text.push_str(&format!("{:02}", Some(byte).filter(|pair| *pair <= 99)?));
        } else {
            text.push(Some(char::from(byte)).filter(char::is_ascii)?);
        }
    }
    modules(&text)
}
