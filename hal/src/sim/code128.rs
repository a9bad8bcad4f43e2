//! What a receipt printer makes of `GS k 73`: code sets chosen by `{A`, `{B`, `{C`, functions by `{1`.

use barcoders::sym::code128::Code128;

/// The symbol as modules, black or white; nothing for data a printer would not print.
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
    let modules = Code128::new(text).ok()?.encode();
    Some(modules.into_iter().map(|module| module == 1).collect())
}
