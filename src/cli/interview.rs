//! Questions to whoever sits in front of `parceld setup`: what is proposed, what an answer may be, and what happens where
//! nobody answers.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use parceld::config::Config;
use parceld::config::template::ConfigTemplate;
use parceld::devices::discover::DeviceChoice;

use super::{CONFIG, CommandResult, Failure, UNAVAILABLE, USAGE, print};

/// What the udev rules call the devices that they know.
pub(super) const UNSEEN: (&str, &str, &str) = ("/dev/parceld/scanner", "/dev/parceld/scale", "/dev/parceld/printer");
/// How answers are called that did not come to a station.
pub(super) const UNFINISHED: &str = ".unfinished";

/// Who answers.
pub(super) struct SetupAsker {
    /// Nobody: every answer is the proposal.
    silent: bool,
    terminal: bool,
}

impl SetupAsker {
    pub(super) fn new(silent: bool) -> Self {
        Self { silent, terminal: std::io::stdin().is_terminal() }
    }

    /// Whether a wrong answer can be asked for again: answers in a pipe would go to other questions then.
    pub(super) fn may_ask_again(&self) -> bool {
        self.terminal && !self.silent
    }

    /// The answer to a question, or what is proposed; `None` where nobody answers and nothing is proposed.
    pub(super) fn ask(&mut self, question: &str, proposal: Option<&str>) -> Result<Option<String>, Failure> {
        if self.silent {
            return Ok(proposal.map(str::to_owned));
        }
        let failed = |error: std::io::Error| Failure::new(UNAVAILABLE, error);
        let mut out = std::io::stdout();
        let shown = proposal.map(|proposal| format!(" [{proposal}]")).unwrap_or_default();
        write!(out, "{question}{shown}: ").and_then(|()| out.flush()).map_err(failed)?;
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer).map_err(failed)?;
        if read == 0 || !self.terminal {
            print("");
        }
        // Nobody is there any more.
        self.silent = read == 0;
        let answer = answer.trim();
        Ok(if answer.is_empty() { proposal.map(str::to_owned) } else { Some(answer.to_owned()) })
    }

    /// Yes or no; nobody says no.
    pub(super) fn agrees(&mut self, question: &str) -> Result<bool, Failure> {
        if !self.may_ask_again() {
            return Ok(false);
        }
        let answer = self.ask(question, Some("yes"))?.unwrap_or_default();
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }
}

/// A key that is asked for.
pub(super) struct KeyQuestion<'a> {
    pub(super) table: &'a str,
    pub(super) key: &'a str,
    /// How it is said on the command line.
    pub(super) flag: &'a str,
    /// How a person is asked.
    pub(super) text: &'a str,
}

/// The file in the making, and who is asked.
pub(super) struct SetupInterview {
    pub(super) asker: SetupAsker,
    pub(super) template: ConfigTemplate,
    file: PathBuf,
    /// It begins from the shipped file, whose places are examples.
    pub(super) is_first: bool,
}

impl SetupInterview {
    /// From the file that is there, from answers that came to nothing, or from the shipped file.
    pub(super) fn begin(file: &Path, force: bool, yes: bool) -> Result<Self, Failure> {
        let asker = SetupAsker::new(yes);
        let (file, unfinished) = (file.to_owned(), beside(file, UNFINISHED));
        let there = [&file, &unfinished].into_iter().find(|file| file.exists() && !force);
        let Some(there) = there else {
            return Ok(Self { asker, template: ConfigTemplate::default(), file, is_first: true });
        };
        let shown = there.display();
        let text = std::fs::read_to_string(there).map_err(|error| {
            Failure::say(UNAVAILABLE, format!("read {shown}: {error}; --force begins from the shipped file"))
        })?;
        let template = ConfigTemplate::of(&text).ok().filter(|template| template.text_of("station", "id").is_some());
        let Some(template) = template else {
            let todo = "mend it, or begin from the shipped file with --force";
            return Err(Failure::say(USAGE, format!("{shown} is there and is no station's configuration; {todo}")));
        };
        print(format_args!("{shown} is there: what it says is proposed, and the rest of it stays"));
        Ok(Self { asker, template, file, is_first: false })
    }

    pub(super) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    /// What somebody's own file has at a key; of the shipped file nothing, because those are examples.
    pub(super) fn own(&self, table: &str, key: &str) -> Option<String> {
        self.template.text_of(table, key).filter(|_| !self.is_first).map(str::to_owned)
    }

    /// A path as it was written.
    pub(super) fn own_path(&self, table: &str, key: &str) -> PathBuf {
        self.folder().join(self.template.text_of(table, key).unwrap_or_default())
    }

    /// What is wrong with a key as it stands.
    fn problem(&self, table: &str, key: &str) -> Option<String> {
        let problem = Config::problem_of(&self.file, &self.template.text(), table, key)?;
        Some(format!("{}; {}", problem.what, problem.what_to_do))
    }

    /// Writes what nobody is asked for.
    pub(super) fn put(&mut self, table: &str, key: &str, flag: &str, text: &str) -> CommandResult {
        self.template.set(table, key, text);
        match self.problem(table, key) {
            Some(why) => Err(Failure::say(CONFIG, format!("{flag}: {why}"))),
            None => Ok(()),
        }
    }

    /// What was said on the command line, or the answer to the question, once it is one that the key may have.
    pub(super) fn ask(
        &mut self,
        ask: &KeyQuestion<'_>,
        said: Option<&String>,
        proposal: Option<String>,
    ) -> Result<String, Failure> {
        let KeyQuestion { table, key, flag, text } = *ask;
        if let Some(said) = said {
            return self.put(table, key, flag, said).map(|()| said.clone());
        }
        loop {
            let Some(answer) = self.asker.ask(text, proposal.as_deref())? else {
                if self.asker.may_ask_again() {
                    continue;
                }
                return Err(Failure::say(USAGE, format!("nothing is proposed for {key}; say it with {flag}")));
            };
            match self.put(table, key, flag, &answer) {
                Err(wrong) if self.asker.may_ask_again() => print(format_args!("{:#}", wrong.error)),
                put => return put.map(|()| answer),
            }
        }
    }

    pub(super) fn device(
        &mut self,
        ask: &KeyQuestion<'_>,
        said: Option<&String>,
        found: Option<DeviceChoice>,
        unseen: &str,
    ) -> Result<DeviceChoice, Failure> {
        let own = self.own(ask.table, ask.key);
        if let (None, Some(found)) = (said, found)
            && own.as_ref().is_none_or(|own| *own == found.device)
        {
            print(format_args!("{}: {} ({})", ask.text, found.device, found.name));
            self.put(ask.table, ask.key, ask.flag, &found.device)?;
            return Ok(found);
        }
        let text = match &own {
            Some(_) => format!("{}; its device", ask.text),
            None => format!("{}, none is plugged in or several are; its device", ask.text),
        };
        let proposal = own.unwrap_or_else(|| unseen.to_owned());
        let KeyQuestion { table, key, flag, .. } = *ask;
        let device = self.ask(&KeyQuestion { table, key, flag, text: &text }, said, Some(proposal))?;
        let on_a_line = is_line(&device);
        Ok(DeviceChoice { device, name: String::new(), on_a_line })
    }
}

/// Whether the name of a device is that of a serial line.
pub(super) fn is_line(device: &str) -> bool {
    let others = ["hidpos:", "evdev:", "/dev/hidraw", "/dev/usb/", "tcp://", "auto"];
    !others.iter().any(|start| device.starts_with(start)) && device != UNSEEN.1 && device != UNSEEN.2
}

/// The same path with this behind its name.
pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
