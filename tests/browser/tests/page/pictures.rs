//! Pictures for people, taken on the way when `PARCELD_PICTURES=1` is set.

use std::path::Path;

use crate::page::Page;

/// Keeps a picture under this name, if pictures are wanted.
pub(crate) fn keep(name: &str, png: &[u8]) {
    if wanted() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pictures");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        std::fs::write(folder.join(format!("{name}.png")), png).expect("a picture");
    }
}

fn wanted() -> bool {
    std::env::var("PARCELD_PICTURES").is_ok_and(|wanted| wanted == "1")
}

impl Page {
    /// Keeps the packer's screen.
    pub(crate) async fn keep_screen(&self, name: &str) {
        if wanted() {
            keep(name, &self.bytes("/frame.png").await);
        }
    }

    /// Keeps the part of the page with this identifier.
    pub(crate) async fn keep_part(&self, id: &str, name: &str) {
        if wanted() {
            keep(name, &self.part(id).await);
        }
    }

    /// Keeps the page, as it is on a desk and on a phone.
    pub(crate) async fn keep_page(&self) {
        if wanted() {
            self.size(1280, 860).await;
            keep("page", &self.picture().await);
            self.size(390, 844).await;
            keep("phone", &self.picture().await);
            self.size(1280, 1000).await;
        }
    }
}
