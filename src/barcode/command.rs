//! Command barcodes: `%PD:<COMMAND>[:<argument>]:<check>`.
//!
//! ```text
//!  %PD:BOX:B2:Y
//!      \____/ \ check character, ISO/IEC 7064 MOD 37,36 over the letters and digits of what is marked, upper-cased
//! ```
//!
//! The prefix keeps SKUs and tracking numbers apart from commands; the check keeps a misread command from becoming
//! another one: MOD 37,36 finds every single wrong character, and two swapped neighbours unless one follows on the other
//! (A and B).

#![deny(clippy::wildcard_enum_match_arm)]

use super::checksum::mod37_36;
use crate::screen::Sentence;

/// Declares each command once, in the order of the command sheet:
///
/// ```text
/// Variant(argument: what it names = "an example") => "WORD", group of the sheet, confirmation, sentence of the sheet;
/// ```
macro_rules! commands {
    ($(
        $(#[$doc:meta])*
        $variant:ident $(($argument:ident: $kind:ident = $example:literal))?
            => $word:literal, $group:ident, $confirmation:ident, $sentence:expr;
    )*) => {
        /// What a packer can say with a barcode.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Command {
            $($(#[$doc])* $variant $((commands!(@text $argument)))?,)*
        }

        impl Command {
            /// Every command, in the order of the command sheet.
            pub const ALL: &'static [CommandSpec] = &[$(CommandSpec {
                word: $word,
                argument: commands!(@argument $($kind $example)?),
                group: SheetGroup::$group,
                confirmation: Confirmation::$confirmation,
                make: commands!(@make $variant $($argument)?),
                sentence: commands!(@sentence $($argument)? => $sentence),
            },)*];

            /// What is declared of this command.
            pub const fn spec(&self) -> &'static CommandSpec {
                match self {
                    $(Self::$variant { .. } => &Self::ALL[Row::$variant as usize],)*
                }
            }

            /// What is acted on or with: `B2`; `None` for a command that takes no argument.
            pub fn argument(&self) -> Option<&str> {
                match self {
                    $(Self::$variant $(($argument))? => None$(.or(Some($argument.as_str())))?,)*
                }
            }
        }

        /// Where a command stands in [`Command::ALL`].
        enum Row {
            $($variant,)*
        }
    };
    (@text $argument:ident) => { String };
    (@argument) => { None };
    (@argument $kind:ident $example:literal) => { Some((ArgumentKind::$kind, $example)) };
    (@make $variant:ident) => { |_| Command::$variant };
    (@make $variant:ident $argument:ident) => { Command::$variant };
    (@sentence => $sentence:expr) => { |_| $sentence };
    (@sentence $argument:ident => $sentence:expr) => {
        |$argument| {
            // A language is named without it.
            let _ = &$argument;
            $sentence
        }
    };
}

commands! {
    /// The label is not usable: print it again.
    Reprint => "REPRINT", Parcel, Supervisor, Sentence::DoReprint;
    /// Take the weight that lies on the scale now.
    Reweigh => "REWEIGH", Parcel, AtOnce, Sentence::DoReweigh;
    /// Put the parcel aside.
    Hold => "HOLD", Parcel, AtOnce, Sentence::DoHold;
    /// Leave the order in hand; nothing of it is kept.
    Cancel => "CANCEL", Parcel, AtOnce, Sentence::DoCancel;
    /// This label must not travel.
    Void => "VOID", Parcel, SecondScan, Sentence::DoVoid;
    /// Yes.
    Ok => "OK", Parcel, AtOnce, Sentence::DoOk;
    /// What can I do here?
    Help => "HELP", Parcel, AtOnce, Sentence::DoHelp;
    /// Put the parcel aside, with a reason.
    Problem(reason: Problem = "DAMAGED") => "PROBLEM", Parcel, AtOnce, Sentence::DoProblem { reason };
    /// Pack into this carton.
    Box(id: Carton = "B2") => "BOX", Boxes, AtOnce, Sentence::DoBox { id };
    /// A mark has been applied.
    MarkOk(mark: Mark = "UN3481") => "MARKOK", Marks, AtOnce, Sentence::DoMarkOk { mark };
    /// Open a bag.
    BagOpen => "BAGOPEN", Bags, AtOnce, Sentence::DoBagOpen;
    /// Close the bag.
    BagClose => "BAGCLOSE", Bags, AtOnce, Sentence::DoBagClose;
    /// Open a pallet.
    PalletOpen => "PALLETOPEN", Bags, AtOnce, Sentence::DoPalletOpen;
    /// Close the pallet.
    PalletClose => "PALLETCLOSE", Bags, AtOnce, Sentence::DoPalletClose;
    /// Close the manifest of a carrier.
    Manifest(carrier: Carrier = "usps") => "MANIFEST", Carriers, SecondScan, Sentence::DoManifest { carrier };
    /// The carrier has taken the parcels.
    Handover(carrier: Carrier = "usps") => "HANDOVER", Carriers, SecondScan, Sentence::DoHandover { carrier };
    /// The carrier does not come: leave it out of the choice, or back in.
    Outage(carrier: Carrier = "usps") => "OUTAGE", Carriers, AtOnce, Sentence::DoOutage { carrier };
    /// Zero the scale.
    Zero => "ZERO", Station, AtOnce, Sentence::DoZero;
    /// What lies on the scale is packing: weigh without it.
    Tare => "TARE", Station, AtOnce, Sentence::DoTare;
    /// The parcel that was just scanned came back.
    Return => "RETURN", Station, AtOnce, Sentence::DoReturn;
    /// The date on the screen is right.
    DateOk => "DATEOK", Station, Supervisor, Sentence::DoDateOk;
    /// Print what I did today.
    Shift => "SHIFT", Station, AtOnce, Sentence::DoShift;
    /// Print the sheet of commands.
    Sheet => "SHEET", Station, AtOnce, Sentence::DoSheet;
    /// Sign out.
    Logout => "LOGOUT", Station, AtOnce, Sentence::DoLogout;
    /// Words in this language. The sheet names each language in that language.
    Lang(language: Language = "es") => "LANG", Station, AtOnce, Sentence::LanguageSet;
    /// Print the label again, for this reason.
    ReprintFor(reason: ReprintReason = "SMEAR") => "REPRINT", More, Supervisor, Sentence::DoReprintFor { reason };
    /// Into this cage.
    Cage(cage: Cage = "07") => "CAGE", More, AtOnce, Sentence::DoCage { cage };
    /// I am this operator.
    Badge(operator: Operator = "7031") => "BADGE", More, AtOnce, Sentence::DoBadge { operator };
    /// Another parcel for the same order. The station packs none yet, so no sheet offers it.
    NextParcel => "NEXTPARCEL", More, AtOnce, Sentence::DoNextParcel;
}

/// What is declared of a command beside its variant.
#[derive(Debug, Clone, Copy)]
pub struct CommandSpec {
    /// What its barcode says first: `MANIFEST`. Two commands may share it, when only one of them takes an argument.
    pub word: &'static str,
    /// What its argument names, with an example; `None` where it takes none.
    pub argument: Option<(ArgumentKind, &'static str)>,
    /// Where the command sheet has it.
    pub group: SheetGroup,
    /// What must follow before it is done.
    pub confirmation: Confirmation,
    /// The command with this argument, or without one where it takes none.
    make: fn(String) -> Command,
    /// The sentence that the command sheet prints beside it, with what its argument is called.
    sentence: fn(String) -> Sentence,
}

/// What the argument of a command names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArgumentKind {
    /// A carton, `[[packing.box]] id`.
    Carton,
    /// Why a parcel is put aside: a word of the sheet, or any other.
    Problem,
    /// Why a label is printed again, `SMEAR`: a word of the station's list.
    ReprintReason,
    /// A sticker that a parcel must bear.
    Mark,
    /// A cage, as its own barcode says.
    Cage,
    /// A carrier's identifier.
    Carrier,
    /// A language of the screen: two letters.
    Language,
    /// An operator's badge.
    Operator,
}

/// A group of the command sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SheetGroup {
    /// What is said of the parcel in hand.
    Parcel,
    /// The configured cartons.
    Boxes,
    /// The configured stickers.
    Marks,
    /// Bags and pallets.
    Bags,
    /// The carriers with rate cards.
    Carriers,
    /// The scale, papers, people and languages.
    Station,
    /// What a sheet has only when somebody asks for it by name.
    More,
}

/// What must follow a command before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confirmation {
    /// Nothing: it is done at once.
    AtOnce,
    /// A second scan, because it destroys something.
    SecondScan,
    /// A supervisor's badge, where the packer alone may not.
    Supervisor,
}

impl CommandSpec {
    /// The command with this argument, which is not used where it takes none.
    pub fn command(&self, argument: &str) -> Command {
        (self.make)(argument.to_owned())
    }

    /// What the command sheet prints beside it, where its argument is called so.
    pub fn sentence(&self, called: String) -> Sentence {
        (self.sentence)(called)
    }
}

impl SheetGroup {
    /// Every group, in the order of the command sheet.
    pub const ALL: [Self; 7] =
        [Self::Parcel, Self::Boxes, Self::Marks, Self::Bags, Self::Carriers, Self::Station, Self::More];
}

/// A code that begins like a command and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The check character is wrong or missing.
    #[error("damaged command barcode; print the command sheet again")]
    Check,
    /// No such command.
    #[error("unknown command {0:?}; print the command sheet of this version")]
    Unknown(String),
    /// The argument is missing, not wanted, or not made of 1 to 64 printable characters.
    #[error("command {0:?} has a wrong argument; print the command sheet again")]
    Argument(String),
}

impl Command {
    /// What every command barcode begins with; no SKU and no tracking number does.
    pub const PREFIX: &'static str = "%PD:";

    /// Printable ASCII characters an argument may have.
    const MAX_ARGUMENT: usize = 64;

    /// Reads a command barcode's text. Upper and lower case are the same in a name and in the check character; an
    /// argument is taken as it is written, colons included.
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        let (body, check) =
            text.strip_prefix(Self::PREFIX).and_then(|rest| rest.rsplit_once(':')).ok_or(CommandError::Check)?;
        if !check.eq_ignore_ascii_case(check_character(body).encode_utf8(&mut [0; 4])) {
            return Err(CommandError::Check);
        }
        let (name, argument) = body.split_once(':').map_or((body, None), |(name, argument)| (name, Some(argument)));
        Self::named(&name.to_ascii_uppercase(), argument)
    }

    /// The barcode's text. An argument that [`Command::parse`] would refuse makes a barcode that is refused.
    pub fn encode(&self) -> String {
        let body = self.text();
        format!("{}{body}:{}", Self::PREFIX, check_character(&body))
    }

    /// What stands between the prefix and the check character: `REPRINT`, `MANIFEST:usps`.
    pub fn text(&self) -> String {
        let word = self.spec().word;
        self.argument().map_or_else(|| word.to_owned(), |argument| format!("{word}:{argument}"))
    }

    /// The command with this word: `REPRINT`; `MANIFEST` with the argument `usps`.
    pub fn named(word: &str, argument: Option<&str>) -> Result<Self, CommandError> {
        let of_word = || Self::ALL.iter().filter(|spec| spec.word == word);
        if of_word().next().is_none() {
            return Err(CommandError::Unknown(word.chars().take(40).collect()));
        }
        of_word()
            .find(|spec| spec.argument.is_some() == argument.is_some())
            .filter(|_| argument.is_none_or(is_argument))
            .map(|spec| spec.command(argument.unwrap_or_default()))
            .ok_or_else(|| CommandError::Argument(word.to_owned()))
    }
}

/// Whether a text can be the argument of a command.
fn is_argument(text: &str) -> bool {
    (1..=Command::MAX_ARGUMENT).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// ISO/IEC 7064 MOD 37,36 over the letters and digits of `body`, upper-cased.
fn check_character(body: &str) -> char {
    mod37_36(body.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn examples() -> impl Iterator<Item = Command> {
        let example = |spec: &CommandSpec| spec.argument.map(|(_, example)| example);
        Command::ALL.iter().map(move |spec| Command::named(spec.word, example(spec)).expect("an example is a command"))
    }

    #[test]
    fn the_check_character_is_that_of_the_standard() {
        // The Global Release Identifier's published example, A1-2425G-ABC1234002-M, is MOD 37,36.
        assert_eq!(check_character("A12425GABC1234002"), 'M');
        assert_eq!(check_character("a1-2425g-abc1234002"), 'M');
    }

    #[test]
    fn every_command_of_the_sheet_round_trips() {
        for command in examples() {
            assert_eq!(Command::parse(&command.encode()), Ok(command));
        }
        assert_eq!(Command::Ok.encode(), "%PD:OK:C");
    }

    #[test]
    fn the_case_of_a_name_does_not_matter_and_that_of_an_argument_is_kept() {
        let printed = Command::Outage("usps".into()).encode();
        assert_eq!(Command::parse(&printed.replace("OUTAGE", "outage")), Ok(Command::Outage("usps".into())));
    }

    #[test]
    fn an_argument_where_none_belongs_is_refused() {
        let with = |body: &str| Command::parse(&format!("%PD:{body}:{}", check_character(body)));
        assert_eq!(with("OK:1"), Err(CommandError::Argument("OK".into())));
        assert_eq!(with("BOX"), Err(CommandError::Argument("BOX".into())));
        assert_eq!(with("BOX:"), Err(CommandError::Argument("BOX".into())));
        assert_eq!(with("BOX:é"), Err(CommandError::Argument("BOX".into())));
        assert_eq!(with(&format!("BOX:{}", "1".repeat(65))), Err(CommandError::Argument("BOX".into())));
        assert_eq!(with("BOX:A:1"), Ok(Command::Box("A:1".into())));
        assert_eq!(with("FORMAT"), Err(CommandError::Unknown("FORMAT".into())));
    }

    #[test]
    fn a_command_without_its_check_is_refused() {
        for text in ["%PD:", "%PD:OK", "%PD:OK:", "%PD::", "%PD:OK:QQ", "OK"] {
            assert_eq!(Command::parse(text), Err(CommandError::Check), "{text}");
        }
    }

    fn any_command() -> impl Strategy<Value = Command> {
        (0..Command::ALL.len(), "[ -~]{1,64}").prop_map(|(at, argument)| {
            let spec = &Command::ALL[at];
            Command::named(spec.word, spec.argument.map(|_| argument.as_str())).expect("a printable argument")
        })
    }

    proptest! {
        #[test]
        fn every_command_round_trips_whatever_its_argument(command in any_command()) {
            prop_assert_eq!(Command::parse(&command.encode()), Ok(command));
        }

        #[test]
        fn no_letter_or_digit_of_a_command_can_change(command in any_command(), at in any::<prop::sample::Index>(), by in 1_u32..36) {
            let printed = command.encode();
            let places: Vec<usize> = (Command::PREFIX.len()..printed.len())
                .filter(|at| printed.as_bytes()[*at].is_ascii_alphanumeric())
                .collect();
            let at = places[at.index(places.len())];
            let value = char::from(printed.as_bytes()[at]).to_digit(36).expect("a letter or digit");
            let other = char::from_digit((value + by) % 36, 36).expect("a letter or digit").to_ascii_uppercase();
            let damaged = format!("{}{other}{}", &printed[..at], &printed[at + 1..]);
            prop_assert_eq!(Command::parse(&damaged), Err(CommandError::Check));
        }
    }
}
