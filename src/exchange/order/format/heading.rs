//! How columns are called, whoever exported them.

use unicode_normalization::UnicodeNormalization as _;

/// A column's name as it is compared: full-width signs as others, one blank between words, small letters, and without a
/// currency behind it (`Total Discount(PHP)`).
pub fn heading(name: &str) -> String {
    let plain: String = name.nfkc().filter(|c| !matches!(c, '\u{feff}' | '\u{200b}')).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut heading = words.join(" ");
    let currency = |behind: &str| {
        let code = behind.strip_suffix(')').filter(|code| code.len() == 3);
        code.is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    if let Some(at) = heading.rfind('(').filter(|at| *at > 0 && currency(&heading[at + 1..])) {
        heading.truncate(at);
    }
    heading.trim_end().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_what_exports_change() {
        for (name, same) in [
            (" Virtual Bundle Seller SKU", "virtual bundle seller sku"),
            ("\u{feff}Order ID\t", "order id"),
            ("商品净重\n（g）", "商品净重 (g)"),
            ("*SKU\n(必填)", "*sku (必填)"),
            ("Total Discount(PHP)", "total discount"),
            ("Shopee Voucher (PHP)", "shopee voucher"),
            ("Weight(kg)", "weight(kg)"),
            ("(USD)", "(usd)"),
        ] {
            assert_eq!(heading(name), same, "{name:?}");
            assert_eq!(heading(same), same);
        }
    }
}
