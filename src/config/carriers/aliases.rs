//! `<carrier>/aliases.csv` (`name,means`): what else this carrier's places are called, beside the names that everybody knows.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use super::super::problem::Problems;
use super::files::CarrierFiles;
use super::sheet::Sheet;
use crate::rating::{NamePattern, PlacePattern};

/// The file's name, in the folder of a carrier.
pub(super) const FILE: &str = "aliases.csv";

/// The other names of one carrier's places.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    sheet: Option<Sheet>,
    aliases: Vec<Alias>,
}

#[derive(Debug)]
struct Alias {
    line: usize,
    name: NamePattern,
    means: NamePattern,
    is_used: Cell<bool>,
}

impl Aliases {
    /// Those of a carrier's folder; most have none.
    pub(super) fn read(dir: &Path, files: &mut CarrierFiles, problems: &mut Problems) -> Self {
        let path = dir.join(FILE);
        if !path.exists() {
            return Self::default();
        }
        let Some(sheet) = Sheet::read(&path, files, problems) else { return Self::default() };
        let mut aliases = Vec::new();
        if let Some(([name, means], [_])) = sheet.columns(["name", "means"], ["note"], problems) {
            for row in &sheet.rows {
                let mut read = |column: usize| match row.cells[column].parse::<PlacePattern>() {
                    Ok(PlacePattern::Name(name)) => Some(name),
                    _ => {
                        let what = format!("{:?} is no name of a place", row.cells[column]);
                        let todo =
                            "write the country, a slash and a region, and if wanted a slash and a city: VN/Ha Noi";
                        problems.push(sheet.error(row.line, what, todo));
                        None
                    }
                };
                let (Some(name), Some(means)) = (read(name), read(means)) else { continue };
                if !name.is_like(&means) {
                    let todo = "write two regions of one country, or two cities of one";
                    problems.push(sheet.error(row.line, "a region and a city, or two countries", todo));
                } else if name.key() == means.key() {
                    let what = "both names are compared as one already";
                    problems.push(sheet.error(row.line, what, "remove the row").warning());
                } else {
                    aliases.push(Alias { line: row.line, name, means, is_used: Cell::new(false) });
                }
            }
        }
        Self { sheet: Some(sheet), aliases }
    }

    /// What a row names, and then the same under each other name.
    pub(super) fn all(&self, spot: PlacePattern) -> Vec<PlacePattern> {
        let mut all = vec![spot];
        if let PlacePattern::Name(name) = &all[0] {
            let also = self.aliases.iter().filter_map(|alias| {
                let renamed = name.renamed(&alias.means, &alias.name)?;
                alias.is_used.set(true);
                Some(PlacePattern::Name(renamed))
            });
            let also: Vec<_> = also.collect();
            all.extend(also);
        }
        all
    }

    /// A warning for each that means a place no table of the carrier names.
    pub(super) fn warn_of_idle(&self, problems: &mut Problems) {
        let idle = self.aliases.iter().filter(|alias| !alias.is_used.get());
        for (alias, sheet) in idle.flat_map(|alias| self.sheet.iter().map(move |sheet| (alias, sheet))) {
            let what = "no table of this carrier names what it means";
            problems
                .push(sheet.error(alias.line, what, "write the name as a table has it, or remove the row").warning());
        }
    }

    /// The file, where there is one.
    pub(super) fn path(&self) -> Option<&PathBuf> {
        self.sheet.as_ref().map(|sheet| &sheet.path)
    }
}
