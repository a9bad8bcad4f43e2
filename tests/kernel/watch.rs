//! `parceld doctor --watch`, and what it has said so far.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::sync::watch;
use tokio::time::timeout;

use super::program::{DEADLINE, PARCELD};

/// A doctor that watches. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Watch {
    child: Child,
    said: watch::Receiver<Vec<String>>,
}

impl Watch {
    pub(crate) fn start(config: &Path) -> Self {
        let mut run = Command::new(PARCELD);
        run.args(["doctor", "--watch", "--config"]).arg(config);
        let mut child = run.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, said) = watch::channel(Vec::new());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                tell.send_modify(|said| said.push(line));
            }
        });
        Self { child, said }
    }

    /// Waits until it has said this; how many lines with `counted` it has said until then.
    pub(crate) async fn says(&self, words: &str, counted: &str) -> usize {
        let mut said = self.said.clone();
        let seen = timeout(DEADLINE, said.wait_for(|said| said.iter().any(|line| line.contains(words)))).await;
        assert!(seen.is_ok(), "the doctor never says {words:?}: {:#?}", self.said.borrow());
        self.counted(counted)
    }

    /// How many lines with these words it has said.
    pub(crate) fn counted(&self, words: &str) -> usize {
        self.said.borrow().iter().filter(|line| line.contains(words)).count()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
