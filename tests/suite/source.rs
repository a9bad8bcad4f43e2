//! The modules of a crate, read from its sources: what each defines, imports and names. Test code is left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, UseTree, Visibility};

/// A module's path from the root of its crate, which is empty.
pub(crate) type ModulePath = Vec<String>;

/// The modules of one crate.
pub(crate) struct Crate {
    pub(crate) modules: BTreeMap<ModulePath, Module>,
}

/// One module: a file, or a part of one.
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    /// Types, traits, functions, constants and statics, wherever in the module they are.
    pub(crate) items: Vec<DefinedItem>,
    /// It calls macros that may define more: a name that nothing else defines is taken for one of theirs.
    calls_macros: bool,
    /// Every import, those inside functions too.
    imports: Vec<Import>,
    /// Every path in signatures, bodies and arguments of macros.
    paths: Vec<Vec<String>>,
}

/// An item that a module defines.
pub(crate) struct DefinedItem {
    pub(crate) name: String,
    /// A struct, an enum, a union, a trait or an alias of one.
    pub(crate) is_type: bool,
}

struct Import {
    path: Vec<String>,
    /// The name it has here; none for `*`.
    name: Option<String>,
    /// It is handed on (`pub use`).
    public: bool,
}

/// What a path leads to.
enum Target {
    Module(ModulePath),
    Item { module: ModulePath, name: String },
}

impl Crate {
    /// Reads the crate whose root is the file `root`.
    pub(crate) fn read(root: &Path) -> Self {
        let mut read = Self { modules: BTreeMap::new() };
        read.read_file(root, root.parent().unwrap(), Vec::new());
        read
    }

    /// `folder` has the files of the module's children.
    fn read_file(&mut self, file: &Path, folder: &Path, path: ModulePath) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.read_items(&syntax.items, file, folder, path);
    }

    fn read_items(&mut self, items: &[Item], file: &Path, folder: &Path, path: ModulePath) {
        let mut reader = ModuleReader {
            module: Module {
                file: file.to_owned(),
                items: Vec::new(),
                calls_macros: false,
                imports: Vec::new(),
                paths: Vec::new(),
            },
            children: Vec::new(),
        };
        items.iter().for_each(|item| reader.visit_item(item));
        let ModuleReader { module, children } = reader;
        self.modules.insert(path.clone(), module);
        for child in children {
            let name = child.ident.to_string();
            let (own, inside) = (folder.join(format!("{name}.rs")), folder.join(&name));
            let path = [path.as_slice(), &[name]].concat();
            match &child.content {
                Some((_, items)) => self.read_items(items, file, &inside, path),
                None if own.exists() => self.read_file(&own, &inside, path),
                None => self.read_file(&inside.join("mod.rs"), &inside, path),
            }
        }
    }

    /// Items of other modules that the module at `path` imports or names: the module and the item's name. What is only
    /// handed on does not count; a path through what another module hands on leads to the module that defines it.
    pub(crate) fn used_by(&self, path: &ModulePath) -> Vec<(ModulePath, String)> {
        let module = &self.modules[path];
        let imported = module.imports.iter().filter(|import| !import.public).map(|import| &import.path);
        imported
            .chain(&module.paths)
            .filter_map(|used| match self.target(path, used, true, 0)? {
                Target::Item { module, name } => Some((module, name)),
                Target::Module(_) => None,
            })
            .collect()
    }

    /// What a path leads to, if it is one of this crate. A function's name only stands where the path `ends`: before that, a
    /// module may have the same. `steps` were taken to get here; imports that lead to each other in a loop lead nowhere.
    fn target(&self, from: &ModulePath, path: &[String], ends: bool, steps: usize) -> Option<Target> {
        if steps > 8 {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Target::Module(Vec::new()),
            "self" => Target::Module(from.clone()),
            "super" => Target::Module(from.split_last()?.1.to_vec()),
            name => self.named(from, name, ends && rest.is_empty(), steps)?,
        };
        for (place, name) in rest.iter().enumerate() {
            at = match at {
                Target::Module(module) if name == "super" => Target::Module(module.split_last()?.1.to_vec()),
                Target::Module(module) if name == "self" => Target::Module(module),
                Target::Module(module) => match self.named(&module, name, ends && place + 1 == rest.len(), steps) {
                    Some(target) => target,
                    None if self.modules[&module].calls_macros => Target::Item { module, name: name.clone() },
                    None => return None,
                },
                // A variant of an enum, or a function of a type.
                item @ Target::Item { .. } => return Some(item),
            };
        }
        Some(at)
    }

    /// What `name` means in a module, where a path ends or goes on.
    fn named(&self, path: &ModulePath, name: &str, ends: bool, steps: usize) -> Option<Target> {
        let module = self.modules.get(path)?;
        if module.items.iter().any(|item| item.name == name && (ends || item.is_type)) {
            return Some(Target::Item { module: path.clone(), name: name.to_owned() });
        }
        let child = [path.as_slice(), &[name.to_owned()]].concat();
        if self.modules.contains_key(&child) {
            return Some(Target::Module(child));
        }
        let by_name = module.imports.iter().filter(|import| import.name.as_deref() == Some(name));
        let by_name = by_name.filter_map(|import| self.target(path, &import.path, ends, steps + 1));
        let all = module.imports.iter().filter(|import| import.name.is_none());
        let by_all = all.filter_map(|import| match self.target(path, &import.path, false, steps + 1)? {
            Target::Module(module) => self.named(&module, name, ends, steps + 1),
            Target::Item { .. } => None,
        });
        by_name.chain(by_all).next()
    }
}

struct ModuleReader<'ast> {
    module: Module,
    children: Vec<&'ast syn::ItemMod>,
}

impl ModuleReader<'_> {
    fn import(&mut self, tree: &UseTree, before: &[String], public: bool) {
        let through = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        let (path, name) = match tree {
            UseTree::Path(path) => return self.import(&path.tree, &through(&path.ident), public),
            UseTree::Group(group) => return group.items.iter().for_each(|tree| self.import(tree, before, public)),
            UseTree::Name(name) if name.ident == "self" => (before.to_vec(), before.last().cloned()),
            UseTree::Name(name) => (through(&name.ident), Some(name.ident.to_string())),
            UseTree::Rename(rename) => (through(&rename.ident), Some(rename.rename.to_string())),
            UseTree::Glob(_) => (before.to_vec(), None),
        };
        self.module.imports.push(Import { path, name, public });
    }

    /// Paths among the tokens of a macro's arguments.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        // Since the last name: two colons go on with a path, one dot comes before a field or a method.
        let (mut colons, mut dots) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 || path.is_empty() {
                        self.module.paths.push(std::mem::take(&mut path));
                    }
                    if dots != 1 {
                        path.push(ident.to_string());
                    }
                    (colons, dots) = (0, 0);
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.module.paths.push(std::mem::take(&mut path));
                    let is_dot = matches!(&other, TokenTree::Punct(punct) if punct.as_char() == '.');
                    dots = if is_dot { dots + 1 } else { 0 };
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.module.paths.push(path);
    }
}

impl<'ast> Visit<'ast> for ModuleReader<'ast> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name, is_type) = match item {
            Item::Struct(item) => (&item.attrs, Some(&item.ident), true),
            Item::Enum(item) => (&item.attrs, Some(&item.ident), true),
            Item::Union(item) => (&item.attrs, Some(&item.ident), true),
            Item::Trait(item) => (&item.attrs, Some(&item.ident), true),
            Item::Type(item) => (&item.attrs, Some(&item.ident), true),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident), false),
            Item::Const(item) => (&item.attrs, Some(&item.ident), false),
            Item::Static(item) => (&item.attrs, Some(&item.ident), false),
            Item::Mod(item) => (&item.attrs, None, false),
            Item::Use(item) => (&item.attrs, None, false),
            Item::Impl(item) => (&item.attrs, None, false),
            Item::Macro(item) => (&item.attrs, None, false),
            _ => panic!("{} has an item of a kind that is not read yet", self.module.file.display()),
        };
        if for_tests(attributes) {
            return;
        }
        // One with a name of its own is the definition of a macro.
        self.module.calls_macros |= matches!(item, Item::Macro(call) if call.ident.is_none());
        if let Some(name) = name {
            self.module.items.push(DefinedItem { name: name.to_string(), is_type });
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if for_tests(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.children.push(item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.module.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

/// `#[cfg(test)]`, or a list in which only a test is named first.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let list = attribute.path().is_ident("cfg").then(|| attribute.meta.require_list().unwrap().tokens.to_string());
        list.is_some_and(|condition| condition == "test" || condition.starts_with("all (test"))
    })
}
