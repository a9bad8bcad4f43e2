//! The tables of a service's folder, as a period names them.

use std::path::Path;

use super::super::problem::{Problem, Problems};
use super::aliases::Aliases;
use super::files::CarrierFiles;
use super::{fuel, zones};
use crate::rating::{PlaceMap, PlacePattern};
use crate::units::Date;

/// Reads the tables that a period names.
pub(super) struct Tables<'a> {
    dir: &'a Path,
    pub(super) aliases: &'a Aliases,
    files: &'a mut CarrierFiles,
    pub(super) problems: Problems,
    /// Names of those that were read.
    pub(super) used: Vec<String>,
    /// Each area list with its places and their lines.
    areas: Vec<(String, Vec<(usize, PlacePattern)>)>,
    /// Every destination of the zone table.
    pub(super) served: Vec<PlacePattern>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(dir: &'a Path, aliases: &'a Aliases, files: &'a mut CarrierFiles) -> Self {
        let problems = Problems::default();
        Self { dir, aliases, files, problems, used: Vec::new(), areas: Vec::new(), served: Vec::new() }
    }

    /// Reads a table of the service's folder with `read`.
    pub(super) fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Path, &mut CarrierFiles, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        if !self.used.iter().any(|used| used == name) {
            self.used.push(name.to_owned());
        }
        if name.contains(['/', '\\']) || !name.ends_with(".csv") {
            let todo = "name a .csv file of this service's folder";
            self.problems.push(Problem::error(self.dir.join(name), "not a table of this service", todo));
            return None;
        }
        read(&self.dir.join(name), self.files, &mut self.problems)
    }

    /// Reads an area list of one file or several.
    pub(super) fn area(&mut self, names: &[String]) -> Option<PlaceMap> {
        let mut places = Vec::new();
        for name in names {
            let aliases = self.aliases;
            let list = self.read(name, |path, files, problems| zones::area(path, aliases, files, problems))?;
            places.extend(list.iter().map(|(_, spot)| (spot.clone(), 0)));
            if !self.areas.iter().any(|(known, _)| known == name) {
                self.areas.push((name.clone(), list));
            }
        }
        Some(PlaceMap::new(&places))
    }

    /// Reads a fuel table.
    pub(super) fn fuel(&mut self, name: &str) -> Option<Vec<(Date, i64)>> {
        self.read(name, fuel::weeks)
    }

    /// A warning for each area list none of whose places is served.
    pub(super) fn warn_of_idle_areas(&mut self) {
        if self.served.is_empty() {
            // The zone table could not be read: that is the problem.
            return;
        }
        for (name, list) in &self.areas {
            let idle = list.iter().find(|(_, spot)| !self.served.iter().any(|served| served.meets(spot)));
            if let Some((line, _)) = idle {
                let what = "no row of the zone table serves this place";
                let todo = "correct it, or remove it";
                self.problems.push(Problem::error(self.dir.join(name), what, todo).at(*line).warning());
            }
        }
    }
}
