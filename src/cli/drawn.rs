//! Labels made elsewhere, drawn in a process of its own: a hostile PDF may ask for all memory and all time there is, and
//! gets little of either.
//!
//! ```text
//!  import, preview --- one line of JSON, then the file ---> parceld label draw     (limits set before the first byte)
//!                  <-- a line for each page and label ----
//! ```

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use nix::sys::resource::{Resource, setrlimit};
use parceld::daemon::labels;
use parceld::exchange::supplied::{File, LabelFormat, MAX_FILE_BYTES, Wanted};
use parceld::label::{Draws, Language, Media, PrinterFormat};
use parceld::store::StoredLabel;
use serde::{Deserialize, Serialize};

use super::{CommandResult, Failure, SOFTWARE};

/// Memory of the process: twice the largest file, the largest page in colour, and as much again.
const MEMORY: u64 = 512 << 20;
/// Memory of a process that reads orders.
const READER_MEMORY: u64 = 1 << 30;
/// Seconds of processor for a whole file, should nobody be left to end it.
const PROCESSOR: u64 = 1_800;
/// A page that takes longer was made to.
const SILENCE: Duration = Duration::from_secs(30);
/// What is said of labels that the process left without an answer.
const GAVE_UP: &str = "it takes more memory or time to draw than a label may; get it as PNG";

#[derive(Debug, Serialize, Deserialize)]
struct DrawRequest {
    format: String,
    zpl: bool,
    media: (u32, u32, u32),
    wanted: Vec<(String, Option<u32>, Option<u32>)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DrawReply {
    /// A page was looked at.
    Alive,
    /// A label, by its place among those wanted.
    Label(usize, StoredLabel),
    /// Why it cannot be used.
    Refused(usize, String),
    /// Why nothing of the file can.
    File(String),
}

/// Draws labels of one file, each with its own answer. `done` hears of each.
pub(super) fn draw(
    bytes: Vec<u8>,
    format: LabelFormat,
    printer: PrinterFormat,
    wanted: &[Wanted],
    done: impl FnMut(),
) -> Vec<Result<StoredLabel, String>> {
    match std::env::current_exe() {
        Ok(parceld) => {
            let mut drawer = Command::new(parceld);
            drawer.args(["label", "draw"]);
            drawn_by(drawer, SILENCE, (bytes, format), printer, wanted, done)
        }
        Err(error) => vec![Err(format!("it cannot be drawn: {error}")); wanted.len()],
    }
}

/// The same by a process that is ended when it says nothing for so long.
fn drawn_by(
    drawer: Command,
    silence: Duration,
    file: (Vec<u8>, LabelFormat),
    printer: PrinterFormat,
    wanted: &[Wanted],
    mut done: impl FnMut(),
) -> Vec<Result<StoredLabel, String>> {
    let mut answers: Vec<Option<Result<StoredLabel, String>>> = vec![None; wanted.len()];
    match start(drawer, file, printer, wanted) {
        Ok((mut child, replies)) => {
            loop {
                match replies.recv_timeout(silence) {
                    Ok(DrawReply::Alive) => {}
                    Ok(DrawReply::Label(at, label)) => {
                        if let Some(answer) = answers.get_mut(at) {
                            *answer = Some(Ok(label));
                        }
                        done();
                    }
                    Ok(DrawReply::Refused(at, why)) => {
                        if let Some(answer) = answers.get_mut(at) {
                            *answer = Some(Err(why));
                        }
                        done();
                    }
                    Ok(DrawReply::File(why)) => answers.iter_mut().for_each(|answer| *answer = Some(Err(why.clone()))),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        Err(error) => answers.fill(Some(Err(format!("it cannot be drawn: {error}")))),
    }
    answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(GAVE_UP.to_owned()))).collect()
}

fn start(
    mut drawer: Command,
    (bytes, format): (Vec<u8>, LabelFormat),
    printer: PrinterFormat,
    wanted: &[Wanted],
) -> std::io::Result<(Child, std::sync::mpsc::Receiver<DrawReply>)> {
    let request = DrawRequest {
        format: format.name().to_owned(),
        zpl: printer.language == Language::Zpl,
        media: labels::media(printer.media),
        wanted: wanted.iter().map(|wanted| (wanted.number.clone(), wanted.page, wanted.dpi)).collect(),
    };
    let mut line = serde_json::to_vec(&request)?;
    line.push(b'\n');
    let mut child = drawer.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (mut to, from) = (child.stdin.take(), child.stdout.take());
    std::thread::spawn(move || {
        // A process that has ended reads nothing any more: its silence says so.
        let _ = to.as_mut().map_or(Ok(()), |to| to.write_all(&line).and_then(|()| to.write_all(&bytes)));
    });
    let (tell, replies) = channel();
    std::thread::spawn(move || {
        let lines = from.map(|from| BufReader::new(from).lines()).into_iter().flatten().map_while(Result::ok);
        for reply in lines.filter_map(|line| serde_json::from_str::<DrawReply>(&line).ok()) {
            if tell.send(reply).is_err() {
                return;
            }
        }
    });
    Ok((child, replies))
}

/// `parceld label draw`: the process.
pub(super) fn run() -> CommandResult {
    bounded().map_err(|error| Failure::new(SOFTWARE, error))?;
    std::panic::set_hook(Box::new(|_| {}));
    let mut input = std::io::stdin().lock();
    let (mut line, mut bytes) = (String::new(), Vec::new());
    input.read_line(&mut line).map_err(|error| Failure::new(SOFTWARE, error))?;
    let request: DrawRequest = serde_json::from_str(&line).map_err(|error| Failure::new(SOFTWARE, error))?;
    // One byte more than there may be, so that the reader says what is wrong with it.
    input.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| Failure::new(SOFTWARE, error))?;
    let format: LabelFormat = request.format.parse().map_err(|error| Failure::new(SOFTWARE, error))?;
    let (dpi, width_mm, height_mm) = request.media;
    let language = if request.zpl { Language::Zpl } else { Language::Tspl };
    let media = Media { dpi, width_mm, height_mm };
    let printer = PrinterFormat { language, draws: Draws::TextAndBars, packed: false, media };
    let mut file = match File::open(bytes, format, printer) {
        Ok(file) => file,
        Err(error) => return send(&DrawReply::File(error.to_string())),
    };
    for (at, (number, page, dpi)) in request.wanted.into_iter().enumerate() {
        let wanted = Wanted { number, page, dpi };
        let drawn = file.label(&wanted, &mut || drop(send(&DrawReply::Alive)));
        send(&match drawn {
            Ok(label) => DrawReply::Label(at, labels::stored(&wanted.number, &label)),
            Err(error) => DrawReply::Refused(at, error.to_string()),
        })?;
    }
    Ok(())
}

/// What a hostile file may use; and should the machine run out of memory, this process goes first.
pub(super) fn bounded() -> nix::Result<()> {
    setrlimit(Resource::RLIMIT_AS, MEMORY, MEMORY)?;
    setrlimit(Resource::RLIMIT_CPU, PROCESSOR, PROCESSOR)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    setrlimit(Resource::RLIMIT_FSIZE, 0, 0)?;
    go_first();
    Ok(())
}

/// The same of a process that reads orders for the running station: several times the largest file. What the system lets it
/// have may be less.
pub(super) fn bounded_to_read() {
    let _ = setrlimit(Resource::RLIMIT_AS, READER_MEMORY, READER_MEMORY);
    // It would have names and addresses.
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    go_first();
}

/// Should the machine run out of memory, this process goes before others.
fn go_first() {
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// One line; when nobody reads any more the process ends.
fn send(reply: &DrawReply) -> CommandResult {
    let mut out = std::io::stdout().lock();
    let line = serde_json::to_string(reply).map_err(|error| Failure::new(SOFTWARE, error))?;
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| Failure::new(SOFTWARE, error))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// The process of the other tests: this program of tests in place of parceld.
    #[test]
    #[ignore = "it is the process that the test beside it starts"]
    fn drawer() {
        let _ = run();
    }

    /// A page of forms, each of which draws the next one ten times: the last would be drawn so many times ten times ten.
    fn page_of(forms: usize) -> Vec<u8> {
        let stream = |number: usize, entries: &str, content: &str| {
            format!("{number} 0 obj <<{entries}/Length {}>> stream\n{content}\nendstream endobj\n", content.len())
        };
        let next = |number: usize| format!("/Resources<</XObject<</F {number} 0 R>>>>");
        let mut file = format!(
            "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
             3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 283 425]/Contents 4 0 R{}>> endobj\n",
            next(5)
        );
        file += &stream(4, "", "20 20 200 300 re f /F Do");
        for form in 5..5 + forms {
            let entries = format!("/Type/XObject/Subtype/Form/BBox[0 0 283 425]{}", next(form + 1));
            file += &stream(form, &entries, &"/F Do ".repeat(10));
        }
        file += &stream(5 + forms, "/Type/XObject/Subtype/Form/BBox[0 0 283 425]", "0 0 m n");
        (file + "trailer <</Root 1 0 R>>\n").into_bytes()
    }

    fn drawn(page: Vec<u8>, silence: Duration) -> Vec<Result<StoredLabel, String>> {
        let media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
        let printer = PrinterFormat { language: Language::Zpl, draws: Draws::TextAndBars, packed: false, media };
        let mut drawer = Command::new(std::env::current_exe().expect("a program"));
        drawer.args(["--exact", "cli::drawn::tests::drawer", "--ignored", "--nocapture", "--quiet"]);
        drawn_by(drawer, silence, (page, LabelFormat::Pdf), printer, &[Wanted::default()], || {})
    }

    #[test]
    fn a_page_that_takes_for_ever_is_given_up_and_the_answer_says_what_to_do() {
        let answers = drawn(page_of(1), SILENCE);
        assert!(matches!(&answers[..], [Ok(_)]), "ten times is no matter: {answers:?}");

        let (begun, silence) = (Instant::now(), Duration::from_millis(400));
        let answers = drawn(page_of(9), silence);
        assert_eq!(answers, [Err("it takes more memory or time to draw than a label may; get it as PNG".to_owned())]);
        // Any sooner, and it would have ended by itself.
        assert!(begun.elapsed() >= silence);
        assert!(begun.elapsed() < SILENCE / 2);
    }
}
