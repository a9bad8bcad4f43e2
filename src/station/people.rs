//! People: who is signed in, and in which language the screen speaks.

use serde::{Deserialize, Serialize};

use crate::barcode::{Command, Confirmation};
use crate::screen::{Sentence, shown};
use crate::station::badge::public;
use crate::station::fact::Fact;
use crate::station::live::Say;
use crate::station::{Outcome, Rules, Station, World};

/// Who packs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SignedIn {
    /// The badge of whoever is signed in.
    pub(super) operator: Option<String>,
    /// The language that somebody chose.
    pub(super) language: Option<String>,
}

impl Station {
    /// The language of the screen.
    pub fn language<'a>(&'a self, rules: &'a Rules) -> &'a str {
        self.people.language.as_deref().unwrap_or(&rules.language)
    }

    /// Who is signed in.
    pub fn operator(&self) -> Option<&str> {
        self.people.operator.as_deref()
    }

    /// A badge was scanned: it signs somebody in, or allows what the screen asks a supervisor for. Only its name is told,
    /// shown or recorded.
    pub(super) fn badge(&self, world: &World<'_>, badge: &str) -> Outcome {
        let name = public(badge).to_owned();
        let asked =
            world.live.waiting(world.now).filter(|command| command.spec().confirmation == Confirmation::Supervisor);
        let Some(command) = asked else {
            return Outcome::say(Say::good(Sentence::Welcome { operator: name.clone() }))
                .facts([Fact::OperatorChanged { operator: Some(name) }]);
        };
        if world.live.badges_rest(world.now) {
            return Outcome::stop(Sentence::BadgesRest);
        }
        if world.rules.supervisors.iter().any(|supervisor| supervisor.has(badge)) {
            if *command == Command::DateOk {
                return self.confirm_date(world, Some(&name));
            }
            return self.on_parcel(world, |parcel| self.reprint(world, parcel, command, Some(&name)));
        }
        let say =
            if world.live.is_last_try() { Sentence::BadgesRest } else { Sentence::NotSupervisor { operator: name } };
        Outcome { wrong_badge: true, ..Outcome::stop(say) }
    }
}

pub(super) fn set_language(world: &World<'_>, language: &str) -> Outcome {
    let language = language.to_lowercase();
    if !world.rules.languages.contains(&language) {
        return Outcome::stop(Sentence::UnknownLanguage { language: shown(&language) });
    }
    Outcome::say(Say::good(Sentence::LanguageSet)).facts([Fact::LanguageChanged { language }])
}
