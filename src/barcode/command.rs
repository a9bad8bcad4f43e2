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

use super::checksum::mod37_36;

/// What a packer can say with a barcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Yes.
    Ok,
    /// Out of here.
    Cancel,
    /// Another parcel for the same order.
    NextParcel,
    /// Take the weight that lies on the scale now.
    Reweigh,
    /// Zero the scale.
    Zero,
    /// What lies on the scale is packing: weigh without it.
    Tare,
    /// This carton.
    Box(String),
    /// The label is not usable: print it again.
    Reprint,
    /// The same, with a reason.
    ReprintFor(String),
    /// This label must not travel.
    Void,
    /// Put the parcel aside.
    Hold,
    /// Put it aside, with a reason.
    Problem(String),
    /// A mark has been applied.
    MarkOk(String),
    /// Into this cage.
    Cage(String),
    /// Open a bag.
    BagOpen,
    /// Close the bag.
    BagClose,
    /// Open a pallet.
    PalletOpen,
    /// Close the pallet.
    PalletClose,
    /// Close the manifest of a carrier.
    Manifest(String),
    /// The carrier has taken the parcels.
    Handover(String),
    /// The carrier does not come: leave it out of the choice, or back in.
    Outage(String),
    /// A return.
    Return,
    /// What can I do here?
    Help,
    /// Words in this language.
    Lang(String),
    /// Leave.
    Logout,
    /// I am this operator.
    Badge(String),
    /// Print what I did today.
    Shift,
    /// Print the sheet of commands.
    Sheet,
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

    /// Every command's name, with an example of its argument where it takes one, in the order of the command sheet.
    pub const NAMES: [(&'static str, Option<&'static str>); 28] = [
        ("OK", None),
        ("CANCEL", None),
        ("NEXTPARCEL", None),
        ("REWEIGH", None),
        ("ZERO", None),
        ("TARE", None),
        ("BOX", Some("B2")),
        ("REPRINT", None),
        ("REPRINT", Some("SMEAR")),
        ("VOID", None),
        ("HOLD", None),
        ("PROBLEM", Some("DAMAGED")),
        ("MARKOK", Some("UN3481")),
        ("CAGE", Some("07")),
        ("BAGOPEN", None),
        ("BAGCLOSE", None),
        ("PALLETOPEN", None),
        ("PALLETCLOSE", None),
        ("MANIFEST", Some("usps")),
        ("HANDOVER", Some("usps")),
        ("OUTAGE", Some("usps")),
        ("RETURN", None),
        ("HELP", None),
        ("LANG", Some("es")),
        ("LOGOUT", None),
        ("BADGE", Some("7031")),
        ("SHIFT", None),
        ("SHEET", None),
    ];

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
        let (name, argument) = self.parts();
        let body = argument.map_or_else(|| name.to_owned(), |argument| format!("{name}:{argument}"));
        format!("{}{body}:{}", Self::PREFIX, check_character(&body))
    }

    /// The command with this name: `REPRINT`; `MANIFEST` with the argument `usps`.
    pub fn named(name: &str, argument: Option<&str>) -> Result<Self, CommandError> {
        let wrong = || CommandError::Argument(name.to_owned());
        let text = || {
            let printable = |argument: &&str| argument.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            let sized = |argument: &&str| (1..=Self::MAX_ARGUMENT).contains(&argument.len());
            argument.filter(printable).filter(sized).map(str::to_owned).ok_or_else(wrong)
        };
        let bare = |command: Self| if argument.is_none() { Ok(command) } else { Err(wrong()) };
        match name {
            "OK" => bare(Self::Ok),
            "CANCEL" => bare(Self::Cancel),
            "NEXTPARCEL" => bare(Self::NextParcel),
            "REWEIGH" => bare(Self::Reweigh),
            "ZERO" => bare(Self::Zero),
            "TARE" => bare(Self::Tare),
            "BOX" => text().map(Self::Box),
            "REPRINT" if argument.is_some() => text().map(Self::ReprintFor),
            "REPRINT" => Ok(Self::Reprint),
            "VOID" => bare(Self::Void),
            "HOLD" => bare(Self::Hold),
            "PROBLEM" => text().map(Self::Problem),
            "MARKOK" => text().map(Self::MarkOk),
            "CAGE" => text().map(Self::Cage),
            "BAGOPEN" => bare(Self::BagOpen),
            "BAGCLOSE" => bare(Self::BagClose),
            "PALLETOPEN" => bare(Self::PalletOpen),
            "PALLETCLOSE" => bare(Self::PalletClose),
            "MANIFEST" => text().map(Self::Manifest),
            "HANDOVER" => text().map(Self::Handover),
            "OUTAGE" => text().map(Self::Outage),
            "RETURN" => bare(Self::Return),
            "HELP" => bare(Self::Help),
            "LANG" => text().map(Self::Lang),
            "LOGOUT" => bare(Self::Logout),
            "BADGE" => text().map(Self::Badge),
            "SHIFT" => bare(Self::Shift),
            "SHEET" => bare(Self::Sheet),
            _ => Err(CommandError::Unknown(name.chars().take(40).collect())),
        }
    }

    fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Ok => ("OK", None),
            Self::Cancel => ("CANCEL", None),
            Self::NextParcel => ("NEXTPARCEL", None),
            Self::Reweigh => ("REWEIGH", None),
            Self::Zero => ("ZERO", None),
            Self::Tare => ("TARE", None),
            Self::Box(id) => ("BOX", Some(id)),
            Self::Reprint => ("REPRINT", None),
            Self::ReprintFor(reason) => ("REPRINT", Some(reason)),
            Self::Void => ("VOID", None),
            Self::Hold => ("HOLD", None),
            Self::Problem(reason) => ("PROBLEM", Some(reason)),
            Self::MarkOk(mark) => ("MARKOK", Some(mark)),
            Self::Cage(id) => ("CAGE", Some(id)),
            Self::BagOpen => ("BAGOPEN", None),
            Self::BagClose => ("BAGCLOSE", None),
            Self::PalletOpen => ("PALLETOPEN", None),
            Self::PalletClose => ("PALLETCLOSE", None),
            Self::Manifest(carrier) => ("MANIFEST", Some(carrier)),
            Self::Handover(carrier) => ("HANDOVER", Some(carrier)),
            Self::Outage(carrier) => ("OUTAGE", Some(carrier)),
            Self::Return => ("RETURN", None),
            Self::Help => ("HELP", None),
            Self::Lang(language) => ("LANG", Some(language)),
            Self::Logout => ("LOGOUT", None),
            Self::Badge(operator) => ("BADGE", Some(operator)),
            Self::Shift => ("SHIFT", None),
            Self::Sheet => ("SHEET", None),
        }
    }
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
        Command::NAMES
            .into_iter()
            .map(|(name, argument)| Command::named(name, argument).expect("an example of the sheet is a command"))
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
        (0..Command::NAMES.len(), "[ -~]{1,64}").prop_map(|(at, argument)| {
            let (name, wants) = Command::NAMES[at];
            Command::named(name, wants.map(|_| argument.as_str())).expect("a printable argument")
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
