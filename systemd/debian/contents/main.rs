//! Says what is in the program that ships, for the package:
//! `contents DIR PROGRAM TRIPLE FEATURES...` writes `DIR/licences.txt`, the licences of all that is in it with their texts, and
//! `DIR/parceld.cdx.json`, the same as a list for programs (an SBOM, CycloneDX 1.6).
//!
//! The crates are those that cargo builds for this target with these features. Macros are among the licences, because they
//! write a part of the program; in the list for programs they are `excluded`. A licence that `.deny.toml` does not allow is an
//! error, and so is a crate that takes in fonts or other data that `PARTS` does not name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use spdx::Expression;

pub(crate) mod cargo;
mod parts;
pub(crate) mod texts;

use parts::{FONTS, PARTS, Part};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let [dir, program, triple, features @ ..] = args.as_slice() else {
        bail!("contents DIR PROGRAM TRIPLE FEATURES...")
    };
    let epoch =
        std::env::var("SOURCE_DATE_EPOCH").context("set SOURCE_DATE_EPOCH to the second that the package is of")?;
    let program = fs::read(program).with_context(|| format!("{program} cannot be read"))?;
    let compiler = cargo::compiler(&program)?;
    let contents = Contents::read(triple, features, &compiler, &cargo::notices(&compiler)?)?;
    fs::write(Path::new(dir).join("licences.txt"), contents.licences())?;
    let bill = serde_json::to_string_pretty(&contents.bill(&program, epoch.parse()?)?)?;
    Ok(fs::write(Path::new(dir).join("parceld.cdx.json"), bill + "\n")?)
}

/// One thing that is in the program, or has written a part of it: a crate, a part of one, a font, the standard library.
struct Component {
    name: String,
    /// Empty where it has none.
    version: String,
    licence: String,
    /// Where its source is; empty where that is here.
    source: String,
    /// Numbers of its texts, from 1.
    texts: Vec<usize>,
    /// What the list for programs says of it besides.
    more: Value,
}

/// What is in the program that ships for one target.
pub(crate) struct Contents {
    triple: String,
    components: Vec<Component>,
    /// Which component needs which, by the names of the list for programs.
    needs: BTreeMap<String, BTreeSet<String>>,
    /// Each text with the name of its file.
    texts: Vec<(String, String)>,
}

impl Contents {
    /// Asks cargo which crates they are, and reads their licences; `notices` are those of the compiler's standard library.
    pub(crate) fn read(triple: &str, features: &[&str], compiler: &str, notices: &str) -> Result<Self> {
        let ships = cargo::tree(triple, features, "normal,no-proc-macro")?;
        let built = cargo::tree(triple, features, "normal")?;
        let packages = cargo::packages(triple)?;
        let sums = cargo::sums()?;
        let allowed = texts::allowed()?;
        let (triple, components, needs, texts) = (triple.to_owned(), Vec::new(), BTreeMap::new(), Vec::new());
        let mut contents = Self { triple, components, needs, texts };
        for (key, needs) in &built {
            let package = packages.get(key).with_context(|| format!("cargo metadata does not know {key:?}"))?;
            contents.add_crate(package, sums.get(key), ships.contains_key(key), &allowed)?;
            // A macro's features may be others than those of the same crate in the program, and need more.
            let is_need =
                |need: &&_| ships.get(key).is_none_or(|own| own.contains(*need) || !ships.contains_key(*need));
            let needs = needs.iter().filter(is_need).map(|key| reference(&packages[key]));
            contents.needs.entry(reference(package)).or_default().extend(needs);
        }
        contents.add_fonts()?;
        contents.add_library(compiler, notices);
        contents.components.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(contents)
    }

    fn add_crate(&mut self, package: &Value, sum: Option<&String>, ships: bool, allowed: &[String]) -> Result<()> {
        let (name, version) = (word(package, "name"), word(package, "version"));
        let licence = texts::licence(word(package, "license"), allowed).with_context(|| format!("{name} {version}"))?;
        let folder = Path::new(word(package, "manifest_path")).parent().context("a crate without a folder")?;
        let (mut texts, mut source) = (texts::ours(), String::new());
        if !package["source"].is_null() {
            let files = texts::Files::read(folder)?;
            // What a crate links is a library of its own: cargo lets only one crate have it.
            let brings = files.has_data || files.has_c && !package["links"].is_null();
            ensure!(
                !brings || PARTS.iter().any(|part| part.of == name),
                "{name} {version} takes in fonts, tables or a library in C: name them in systemd/debian/contents/parts.rs"
            );
            texts = files.licences;
            source = format!("https://crates.io/crates/{name}/{version}");
        }
        if !texts.iter().any(|(_, text)| text.len() >= texts::SHORTEST) {
            texts.extend(texts::standard_texts(&licence, package)?);
        }
        let scope = if ships { "required" } else { "excluded" };
        let mut more =
            json!({ "type": "library", "bom-ref": reference(package), "purl": reference(package), "scope": scope });
        if let Some(sum) = sum {
            more["hashes"] = hashes(sum);
        }
        for part in PARTS.iter().filter(|part| ships && part.of == name) {
            self.add_part(part, package, folder, &source).with_context(|| format!("{} in {name}", part.name))?;
        }
        let texts = texts.into_iter().map(|(title, text)| self.number(&format!("{title} of {name}"), &text)).collect();
        let (name, version) = (name.to_owned(), version.to_owned());
        self.components.push(Component { name, version, licence, source, texts, more });
        Ok(())
    }

    /// Adds what a crate has of somebody else.
    fn add_part(&mut self, part: &Part, package: &Value, folder: &Path, source: &str) -> Result<()> {
        let read = |file: &str| fs::read_to_string(folder.join(file)).with_context(|| file.to_owned());
        let mut version = String::new();
        if let Some((file, before)) = part.version {
            let text = read(file)?;
            let quoted = text.split_once(before).and_then(|(_, rest)| rest.split('"').nth(1));
            version = quoted.with_context(|| format!("{file} does not say its version"))?.to_owned();
        }
        let text = match part.text {
            Some(file) => read(file)?,
            None => spdx::license_id(part.licence).map_or(part.licence, |id| id.text()).to_owned(),
        };
        let reference = format!("{}#{}", reference(package), part.name.replace(' ', "-"));
        let kind = if part.is_code { "library" } else { "data" };
        let mut more = json!({ "type": kind, "bom-ref": reference, "scope": "required" });
        if let Some(cpe) = part.cpe {
            more["cpe"] = json!(format!("{cpe}:{version}:*:*:*:*:*:*:*"));
            more["purl"] = json!(format!("pkg:generic/{}@{version}", part.name.to_lowercase()));
        }
        self.needs.entry(self::reference(package)).or_default().insert(reference);
        let texts = vec![self.number(part.name, &text)];
        let (name, licence, source) = (part.name.to_owned(), part.licence.to_owned(), source.to_owned());
        self.components.push(Component { name, version, licence, source, texts, more });
        Ok(())
    }

    /// Adds the fonts of `config/fonts`.
    fn add_fonts(&mut self) -> Result<()> {
        let folder = Path::new(ROOT).join("config/fonts");
        let mut found: Vec<PathBuf> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        found.sort();
        for path in found.iter().filter(|path| path.extension().is_some_and(|end| end == "ttf")) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let font = FONTS.iter().find(|font| font.file == name);
            let font = font.with_context(|| format!("name {name} in systemd/debian/contents/parts.rs"))?;
            let text = fs::read_to_string(folder.join(font.text))?;
            let texts = vec![self.number(&format!("notice of {name}"), font.copyright), self.number(font.text, &text)];
            let hashes = hashes(&sum(&fs::read(path)?));
            let more = json!({ "type": "file", "bom-ref": name, "scope": "required", "hashes": hashes });
            self.needs.entry(program()).or_default().insert(name.clone());
            let (version, licence, source) = (String::new(), font.licence.to_owned(), String::new());
            self.components.push(Component { name, version, licence, source, texts, more });
        }
        Ok(())
    }

    /// Adds Rust's standard library.
    fn add_library(&mut self, compiler: &str, notices: &str) {
        let reference = format!("pkg:generic/rust@{compiler}");
        let cpe = format!("cpe:2.3:a:rust-lang:rust:{compiler}:*:*:*:*:*:*:*");
        let more =
            json!({ "type": "library", "bom-ref": reference, "purl": reference, "cpe": cpe, "scope": "required" });
        self.needs.entry(program()).or_default().insert(reference);
        let (name, version) = ("Rust's standard library".to_owned(), compiler.to_owned());
        let (licence, source) = ("MIT OR Apache-2.0".to_owned(), "https://github.com/rust-lang/rust".to_owned());
        let texts = vec![self.number("the notices that come with the compiler", notices)];
        self.components.push(Component { name, version, licence, source, texts, more });
    }

    /// The number of a text; the same words are kept once.
    fn number(&mut self, title: &str, text: &str) -> usize {
        let lines: Vec<&str> = text.trim_matches(['\u{feff}', '\r', '\n']).lines().map(str::trim_end).collect();
        let text = lines.join("\n").trim_end().to_owned();
        let place = self.texts.iter().position(|(_, known)| *known == text);
        if place.is_none() {
            self.texts.push((title.to_owned(), text));
        }
        place.map_or(self.texts.len(), |place| place + 1)
    }

    /// All licences with their texts, for people.
    pub(crate) fn licences(&self) -> String {
        let mut page = format!(
            "What is in parceld {VERSION} for {}, and its licences.\n\n\
             The numbers are those of the texts below the list. Where a licence says OR, parceld takes what it likes, and\n\
             never the GPL. What has no source in the list is in the source of parceld.\n",
            self.triple
        );
        for Component { name, version, licence, source, texts, .. } in &self.components {
            let _ = writeln!(page, "\n{}\n  licence: {licence}", format!("{name} {version}").trim_end());
            if !source.is_empty() {
                let _ = writeln!(page, "  source: {source}");
            }
            let numbers: Vec<String> = texts.iter().map(usize::to_string).collect();
            let _ = writeln!(page, "  texts: {}", numbers.join(", "));
        }
        for (place, (title, text)) in self.texts.iter().enumerate() {
            let _ = write!(page, "\n{}\nText {}: {title}\n\n{text}\n", "-".repeat(80), place + 1);
        }
        page
    }

    /// The list for programs. The same program at the same second gives the same bytes.
    pub(crate) fn bill(&self, bytes: &[u8], epoch: i64) -> Result<Value> {
        let (main, others): (Vec<_>, Vec<_>) =
            self.components.iter().map(listed).partition(|listed| listed["bom-ref"] == json!(program()));
        let mut main = main.into_iter().next().context("parceld is not among the crates")?;
        main["type"] = json!("application");
        main["hashes"] = hashes(&sum(bytes));
        let maker = json!({ "name": "The parceld maintainers" });
        let needs = self.needs.iter().map(|(of, needs)| json!({ "ref": of, "dependsOn": needs }));
        let mut bill = json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "timestamp": jiff::Timestamp::from_second(epoch)?.to_string(),
                "authors": [maker],
                "supplier": maker,
                "component": main,
                "properties": [{ "name": "parceld:target", "value": self.triple }],
            },
            "components": others,
            "dependencies": needs.collect::<Vec<_>>(),
        });
        // A number that only this content has, in the form of one that was drawn (version 8 of RFC 9562).
        let digits = sum(bill.to_string().as_bytes());
        let (first, second, third) = (&digits[..8], &digits[8..12], &digits[13..16]);
        let (fourth, fifth) = (&digits[17..20], &digits[20..32]);
        bill["serialNumber"] = json!(format!("urn:uuid:{first}-{second}-8{third}-8{fourth}-{fifth}"));
        Ok(bill)
    }
}

/// A component as the list for programs has it.
fn listed(component: &Component) -> Value {
    let mut listed = component.more.clone();
    listed["name"] = json!(component.name);
    if !component.version.is_empty() {
        listed["version"] = json!(component.version);
    }
    listed["licenses"] = match Expression::parse(&component.licence) {
        Ok(_) => json!([{ "expression": component.licence }]),
        Err(_) => json!([{ "license": { "name": component.licence } }]),
    };
    if !component.source.is_empty() {
        listed["externalReferences"] = json!([{ "type": "distribution", "url": component.source }]);
    }
    listed
}

/// How the list for programs names a crate. Ours are in no registry.
fn reference(package: &Value) -> String {
    let kind = if package["source"].is_null() { "generic" } else { "cargo" };
    format!("pkg:{kind}/{}@{}", word(package, "name"), word(package, "version"))
}

/// How it names the program.
fn program() -> String {
    format!("pkg:generic/parceld@{VERSION}")
}

fn word<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

fn hashes(sum: &str) -> Value {
    json!([{ "alg": "SHA-256", "content": sum }])
}

fn sum(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}
