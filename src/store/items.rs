//! The item master: one row for each SKU, with the barcodes and components that find it. What a body means is `exchange`'s.

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::{Store, StoreError};

/// Most SKUs that are named for one barcode, and most kits for one component.
const MOST_NAMED: u32 = 200;

/// An item as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    /// Its SKU.
    pub sku: String,
    /// The document as canonical JSON.
    pub body: String,
    /// The codes that it is found by.
    pub barcodes: Vec<String>,
    /// Of a kit: SKUs and how many of each.
    pub components: Vec<(String, u64)>,
}

impl Store {
    /// Keeps items in place of what was known of them; all or none.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing of it is kept.
    pub fn put_items(&mut self, items: &[StoredItem]) -> Result<(), StoreError> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut put = transaction.prepare_cached(
                "INSERT INTO items (sku, body) VALUES (?1, ?2) ON CONFLICT (sku) DO UPDATE SET body = excluded.body",
            )?;
            let mut no_codes = transaction.prepare_cached("DELETE FROM item_codes WHERE sku = ?1")?;
            let mut no_parts = transaction.prepare_cached("DELETE FROM item_parts WHERE kit = ?1")?;
            let mut code =
                transaction.prepare_cached("INSERT OR IGNORE INTO item_codes (code, sku) VALUES (?1, ?2)")?;
            let mut part = transaction
                .prepare_cached("INSERT OR REPLACE INTO item_parts (kit, component, qty) VALUES (?1, ?2, ?3)")?;
            for item in items {
                put.execute(params![item.sku, item.body])?;
                no_codes.execute([&item.sku])?;
                no_parts.execute([&item.sku])?;
                for barcode in &item.barcodes {
                    code.execute([barcode, &item.sku])?;
                }
                for (component, qty) in &item.components {
                    part.execute(params![item.sku, component, qty])?;
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// An item's document; `None` for one that nobody told of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn item(&self, sku: &str) -> Result<Option<String>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT body FROM items WHERE sku = ?1")?;
        Ok(select.query_row([sku], |row| row.get(0)).optional()?)
    }

    /// Documents in the order of their SKUs, those behind `sku`, `most` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn items_after(&self, sku: &str, most: usize) -> Result<Vec<(String, String)>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT sku, body FROM items WHERE sku > ?1 ORDER BY sku LIMIT ?2")?;
        let items = select.query_map(params![sku, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(items.collect::<Result<_, _>>()?)
    }

    /// The SKUs that a barcode is on, the first 200: several where nobody can tell them apart by it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn items_coded(&self, code: &str) -> Result<Vec<String>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT sku FROM item_codes WHERE code = ?1 ORDER BY sku LIMIT ?2")?;
        let skus = select.query_map(params![code, MOST_NAMED], |row| row.get(0))?;
        Ok(skus.collect::<Result<_, _>>()?)
    }

    /// The kits that an item stands in, also through other kits, up to `depth` above it; the first 200.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn kits_above(&self, sku: &str, depth: usize) -> Result<Vec<String>, StoreError> {
        let mut select = self.db.prepare_cached(
            "WITH RECURSIVE above (sku, depth) AS (
                 SELECT kit, 1 FROM item_parts WHERE component = ?1
                 UNION SELECT p.kit, above.depth + 1 FROM above CROSS JOIN item_parts p ON p.component = above.sku
                 WHERE above.depth < ?2 LIMIT ?3)
             SELECT DISTINCT sku FROM above",
        )?;
        let kits = select.query_map(params![sku, depth, MOST_NAMED], |row| row.get(0))?;
        Ok(kits.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(sku: &str, barcodes: &[&str], components: &[(&str, u64)]) -> StoredItem {
        StoredItem {
            sku: sku.to_owned(),
            body: format!("{{\"sku\":\"{sku}\"}}"),
            barcodes: barcodes.iter().map(|code| (*code).to_owned()).collect(),
            components: components.iter().map(|(sku, qty)| ((*sku).to_owned(), *qty)).collect(),
        }
    }

    #[test]
    fn an_item_is_found_by_its_sku_its_barcodes_and_what_it_is_a_part_of() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(dir.path()).expect("a store");
        let kits = [item("SET", &[], &[("MUG", 2)]), item("BOX", &[], &[("SET", 1)]), item("MUG", &["1", "2"], &[])];
        store.put_items(&kits).expect("kept");
        store.put_items(&[item("CUP", &["2"], &[])]).expect("kept");
        assert_eq!(store.item("MUG").expect("read").as_deref(), Some("{\"sku\":\"MUG\"}"));
        assert_eq!(store.item("mug").expect("read"), None);
        assert_eq!(store.items_coded("2").expect("read"), ["CUP", "MUG"]);
        assert_eq!(store.kits_above("MUG", 4).expect("read"), ["SET", "BOX"]);
        assert_eq!(store.kits_above("MUG", 1).expect("read"), ["SET"]);
        store.put_items(&[item("MUG", &["1"], &[]), item("SET", &[], &[])]).expect("kept");
        assert_eq!(store.items_coded("2").expect("read"), ["CUP"], "what a newer word does not have is gone");
        assert_eq!(store.kits_above("MUG", 4).expect("read"), Vec::<String>::new());
        let skus = |after: &str| store.items_after(after, 2).expect("read").into_iter().map(|(sku, _)| sku);
        assert_eq!(
            (skus("").collect::<Vec<_>>(), skus("CUP").collect::<Vec<_>>()),
            (vec!["BOX".to_owned(), "CUP".to_owned()], vec!["MUG".to_owned(), "SET".to_owned()])
        );
    }
}
