//! The commands of a page as they are printed: its `sh` blocks.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// One block, typed as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    commands: String,
}

impl Block {
    /// The blocks of a page, in its order.
    pub(crate) fn of(page: &str) -> Vec<Self> {
        let mut blocks = Vec::new();
        let mut open: Option<String> = None;
        for line in page.lines() {
            match (&mut open, line) {
                (None, "```sh") => open = Some(String::new()),
                (Some(_), "```") => blocks.extend(open.take().map(|commands| Self { commands })),
                (Some(commands), line) => {
                    commands.push_str(line);
                    commands.push('\n');
                }
                (None, _) => {}
            }
        }
        assert_eq!(open, None, "a block is not closed");
        blocks
    }

    /// Whether it says one of these.
    pub(crate) fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.commands.contains(words))
    }

    /// Whether it works on the system, as root: of an installed station alone.
    pub(crate) fn is_for_root(&self) -> bool {
        self.commands.lines().any(|line| line.starts_with("sudo "))
    }

    /// What holds for all that is typed after it.
    pub(crate) fn exports(&self) -> String {
        self.commands.lines().filter(|line| line.starts_with("export ")).map(|line| format!("{line}\n")).collect()
    }

    /// What it says when it is there, if it then goes on until somebody ends it.
    fn endless(&self) -> Option<&'static str> {
        let words: Vec<&str> = self.commands.lines().last()?.split_whitespace().collect();
        match words.as_slice() {
            ["cargo", .., "demo"] => Some("open http://127.0.0.1:"),
            ["parceld", "run"] => Some("ready page="),
            ["parceld", "printer", ..] => Some("127.0.0.1:"),
            _ => None,
        }
    }

    /// Types it behind `before` into a shell that takes its commands as its last argument. Every command must go well; what
    /// is endless must say that it is there, and is ended.
    pub(crate) fn type_into(&self, mut shell: Command, before: &str) {
        let script = format!("exec 2>&1\n{before}\n{}", self.commands);
        let shell = shell.arg(&script).stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
        let mut typed = shell.spawn().unwrap();
        let lines = BufReader::new(typed.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (mut said, mut is_there) = (String::new(), false);
        for line in lines {
            said += &format!("{line}\n");
            if self.endless().is_some_and(|words| line.contains(words)) {
                is_there = true;
                let group = format!("kill -TERM -{}", typed.id());
                assert!(Command::new("sh").args(["-c", &group]).status().unwrap().success());
                break;
            }
        }
        let ended = typed.wait().unwrap();
        match self.endless() {
            Some(words) => assert!(is_there, "{script}never says {words:?}:\n{said}"),
            None => assert!(ended.success(), "{script}ends with {ended}:\n{said}"),
        }
    }
}
