//! `[orders]`: the folder whose files are imported as they are dropped.

use std::path::{Path, PathBuf};

use super::declare::declare;
use super::read::file;
use super::table::Table;

declare! {
    /// Order files that are imported by themselves. Left out, only `parceld orders import` imports any.
    "[orders]" as OrdersKeys {
        /// The folder that they are dropped in; it is for them alone. It need not be there now.
        folder: PathBuf, required, by folder_of_its_own;
    }
}

/// `Some(None)`: there is none, and nothing is wrong with that.
pub(super) fn orders(root: &Table<'_>, data_dir: Option<&Path>) -> Option<Option<OrdersKeys>> {
    let Some(table) = root.table(OrdersKeys::TABLE.name()) else { return Some(None) };
    let keys = OrdersKeys::read(&table)?;
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if data_dir.is_some_and(|data_dir| absolute(data_dir).starts_with(absolute(&keys.folder))) {
        refuse(&table, "folder", &keys.folder);
        return None;
    }
    Some(Some(keys))
}

/// A folder in which nothing else can be meant to lie: what is in it is moved aside, and erased in the end.
fn folder_of_its_own(table: &Table<'_>, key: &'static str, path: String) -> Option<PathBuf> {
    let path = file(table, key, path)?;
    let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
    let here = std::path::absolute(table.folder()).unwrap_or_default();
    if absolute.parent().is_none_or(|above| above == Path::new("/")) || here.starts_with(&absolute) {
        refuse(table, key, &path);
        return None;
    }
    Some(path)
}

fn refuse(table: &Table<'_>, key: &str, path: &Path) {
    let what = format!("{key}: in {} lie other files than orders", path.display());
    table.error(key, what, "name a folder that is for orders alone: its files are moved and erased");
}
