//! How the keys of `station.toml` are declared: `declare!` makes of one declaration what is read, what is known, and what
//! holds when nothing is written.

/// A table of `station.toml`, as it is declared.
#[derive(Debug)]
pub struct DeclaredTable {
    /// As it begins in the file: `[station.ship_from]`; `[[printer]]` where there may be several.
    pub head: &'static str,
    /// Its keys, without the tables inside it.
    pub keys: &'static [Key],
    /// The names of the tables inside it.
    pub inner: &'static [&'static str],
}

/// A key, as it is declared.
#[derive(Debug)]
pub struct Key {
    /// Its name in its table.
    pub name: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It must.
    Required,
    /// It may.
    Optional,
    /// It may; left out, it is read as if this stood there.
    Default(&'static str),
}

impl DeclaredTable {
    /// `station.ship_from`, `printer`.
    pub fn path(&self) -> &'static str {
        self.head.trim_matches(['[', ']'])
    }

    /// `ship_from`: its name in the table that it is in.
    pub fn name(&self) -> &'static str {
        self.path().rsplit('.').next().unwrap_or_default()
    }

    /// The path of the table that it is in; empty at the top.
    pub fn parent(&self) -> &'static str {
        self.path().rsplit_once('.').map_or("", |(parent, _)| parent)
    }
}

/// Declares a table of `station.toml`: its head, the type it is read as, and its keys.
///
/// ```text
/// declare! {
///     /// How parcels are packed and closed.
///     "[packing]" as PackingKeys {
///         /// Badges of those who may allow what the packer alone may not.
///         supervisors: BTreeSet<Supervisor>, default [], by supervisors;
///         …
/// ```
/// A key is `required`, `optional` (then its field is an `Option`), or has a `default`, which stands there as it would in the
/// file. Its type says how it is written: every type that is a [`Value`](super::value::Value). Where that is not enough,
/// `by` names a function that is given the table, the key and the value as it is written, says what is wrong with it, and
/// makes the field of it.
///
/// Tables inside this one are named behind `with`. The type has `read`, which remembers everything that is wrong with the table, unknown keys among it, and `TABLE`, the
/// declaration itself.
macro_rules! declare {
    (
        $(#[$meta:meta])*
        $head:literal as $table:ident $(with $($inner:ident)*)? {
            $( $(#[$key_meta:meta])* $key:ident: $type:ty, $presence:ident $($default:expr)? $(, by $check:expr)?; )*
        }
    ) => {
        $(#[$meta])*
        ///
        #[doc = concat!("The keys of `", $head, "`.")]
        #[derive(Debug, Clone)]
        pub struct $table {
            $(
                $(#[$key_meta])*
                ///
                #[doc = declare!(@doc $presence $($default)?)]
                pub $key: declare!(@type $presence $type),
            )*
        }

        impl $table {
            /// As it is declared.
            pub const TABLE: $crate::config::declare::DeclaredTable = $crate::config::declare::DeclaredTable {
                head: $head,
                inner: &[$($(stringify!($inner)),*)?],
                keys: &[$( $crate::config::declare::Key { name: stringify!($key), presence: declare!(@presence $presence $($default)?) } ),*],
            };

            /// Reads the table; `None`, and every problem remembered, when something required is missing or wrong.
            pub(in crate::config) fn read(table: &$crate::config::table::Table<'_>) -> Option<Self> {
                $( let $key = declare!(@read table $key $presence $($default)?, $($check)?); )*
                table.knows(Self::TABLE.inner.iter().copied());
                table.finish();
                Some(Self { $( $key: declare!(@take $presence $key) ),* })
            }
        }
    };

    (@doc required) => { "Required." };
    (@doc optional) => { "Optional." };
    (@doc default $default:expr) => { concat!("Default: `", stringify!($default), "`.") };

    (@type required $type:ty) => { $type };
    (@type optional $type:ty) => { Option<$type> };
    (@type default $type:ty) => { $type };

    (@presence required) => { $crate::config::declare::Presence::Required };
    (@presence optional) => { $crate::config::declare::Presence::Optional };
    (@presence default $default:expr) => { $crate::config::declare::Presence::Default(stringify!($default)) };

    (@read $table:ident $key:ident required, $($check:expr)?) => {
        $table.required_by(stringify!($key), declare!(@check $($check)?))
    };
    (@read $table:ident $key:ident optional, $($check:expr)?) => {
        $table.optional_by(stringify!($key), declare!(@check $($check)?))
    };
    (@read $table:ident $key:ident default $default:expr, $($check:expr)?) => {
        $table.default_by(stringify!($key), stringify!($default), declare!(@check $($check)?))
    };

    (@check) => { $crate::config::read::as_written };
    (@check $check:expr) => { $check };

    (@take required $value:ident) => { $value? };
    (@take optional $value:ident) => { $value };
    (@take default $value:ident) => { $value? };
}

pub(super) use declare;
