//! A USB device made of configfs, on one of dummy_hcd's controllers: plugging it in is a real enumeration.

use std::fs;
use std::path::{Path, PathBuf};

const GADGETS: &str = "/sys/kernel/config/usb_gadget";

/// A device with one function.
#[derive(Debug)]
pub(crate) struct Gadget {
    folder: PathBuf,
    function: &'static str,
    controller: String,
}

/// What a device says it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity {
    pub(crate) vendor: u16,
    pub(crate) product: u16,
    pub(crate) serial: &'static str,
}

impl Gadget {
    /// Builds one of `function` (`hid.scale`) with its attributes, and plugs it into a controller of its own.
    pub(crate) fn plug_in(
        controller: usize,
        identity: Identity,
        function: &'static str,
        attributes: &[(&str, &[u8])],
    ) -> Self {
        let folder = Path::new(GADGETS).join(function);
        let gadget = Self { folder, function, controller: format!("dummy_udc.{controller}") };
        gadget.create(identity, attributes);
        gadget.plug();
        gadget
    }

    fn create(&self, identity: Identity, attributes: &[(&str, &[u8])]) {
        fs::create_dir(&self.folder).unwrap();
        self.write("idVendor", format!("{:#06x}", identity.vendor).as_bytes());
        self.write("idProduct", format!("{:#06x}", identity.product).as_bytes());
        self.create_dir("strings/0x409");
        self.write("strings/0x409/serialnumber", identity.serial.as_bytes());
        self.write("strings/0x409/manufacturer", b"parceld");
        self.write("strings/0x409/product", self.function.as_bytes());
        let function = format!("functions/{}", self.function);
        self.create_dir(&function);
        for (name, value) in attributes {
            self.write(&format!("{function}/{name}"), value);
        }
        self.create_dir("configs/c.1");
        let link = self.folder.join("configs/c.1").join(self.function);
        std::os::unix::fs::symlink(self.folder.join(function), link).unwrap();
    }

    fn create_dir(&self, name: &str) {
        fs::create_dir_all(self.folder.join(name)).unwrap();
    }

    fn write(&self, name: &str, value: &[u8]) {
        fs::write(self.folder.join(name), value).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Puts the cable in.
    pub(crate) fn plug(&self) {
        self.write("UDC", self.controller.as_bytes());
    }

    /// Pulls the cable out.
    pub(crate) fn unplug(&self) {
        self.write("UDC", b"\n");
    }
}

impl Drop for Gadget {
    fn drop(&mut self) {
        let _ = fs::write(self.folder.join("UDC"), b"\n");
        let _ = fs::remove_file(self.folder.join("configs/c.1").join(self.function));
        for folder in ["configs/c.1", &format!("functions/{}", self.function), "strings/0x409", ""] {
            let _ = fs::remove_dir(self.folder.join(folder));
        }
    }
}
