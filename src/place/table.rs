//! A table of this folder: cells between commas, lists in a cell between slashes.

/// The rows below the header, without comments and blank lines.
pub(super) fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).skip(1);
    lines.map(|line| {
        let mut cells = line.split(',').map(str::trim);
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    })
}

/// The entries of a cell; none of an empty one.
pub(super) fn list(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('/').filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_row_of_each_table_is_whole() {
        for (text, width) in [
            (include_str!("postcodes.csv"), 5),
            (include_str!("territories.csv"), 3),
            (include_str!("words.csv"), 5),
            (include_str!("aliases.csv"), 3),
        ] {
            let rows: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(rows.iter().all(|row| row.split(',').count() == width), "{rows:#?}");
            let countries: Vec<&str> = rows[1..].iter().map(|row| &row[..2]).collect();
            assert!(countries.iter().all(|country| crate::ids::is_country(country)), "{countries:?}");
            assert!(countries.is_sorted(), "{countries:?}");
        }
    }
}
