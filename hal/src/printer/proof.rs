//! What the printer's words after a job are worth.

use std::time::Duration;

use tokio::time::Instant;

use super::{Known, Odometer, Problem, Status};

/// An empty queue proves a label only once the printer has had this long to take it in.
pub(super) const SETTLE: Duration = Duration::from_millis(300);
/// A printer whose odometer moves with each label has moved it by now, or has thrown the label away.
const FED: Duration = Duration::from_secs(3);

/// One job, from the moment its last byte was taken.
#[derive(Debug)]
pub struct Proof {
    sent: Instant,
    odometer: Option<Odometer>,
    id: Option<[u8; 4]>,
    seen_busy: bool,
    idle_since: Option<Instant>,
}

/// What is known of the label after one more status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintVerdict {
    /// Nothing yet.
    Wait,
    /// It cannot print.
    Blocked(Problem),
    /// It is out.
    Out {
        /// How sure that is.
        rung: u8,
        /// In the printer's own words.
        evidence: String,
    },
    /// It says that it has nothing left to print, and it fed nothing.
    Vanished,
}

impl Proof {
    /// A job that was sent at `sent`, with what the printer said `before`, and the `id` it was asked to name when done.
    pub fn new(sent: Instant, before: Option<&Status>, id: Option<[u8; 4]>, known: &mut Known) -> Self {
        let odometer = before.and_then(|status| status.odometer);
        // Whoever watched the last label may have left before it was out.
        let since = known.last.zip(odometer).filter(|(last, now)| last.unit == now.unit);
        known.feeds |= since.is_some_and(|(last, now)| now.count > last.count);
        known.last = odometer;
        Self { sent, odometer, id, seen_busy: false, idle_since: None }
    }

    /// Takes in one status.
    pub fn take(&mut self, status: &Status, known: &mut Known, now: Instant) -> PrintVerdict {
        if self.id.is_some() && status.done == self.id {
            return PrintVerdict::Out { rung: 4, evidence: format!("process id; {}", status.text) };
        }
        if status.presented {
            return PrintVerdict::Out { rung: 5, evidence: format!("label presented; {}", status.text) };
        }
        if let Some(problem) = status.problem {
            self.idle_since = None;
            return PrintVerdict::Blocked(problem);
        }
        match status.busy {
            None => PrintVerdict::Wait,
            Some(true) => {
                (self.seen_busy, self.idle_since) = (true, None);
                PrintVerdict::Wait
            }
            Some(false) if !self.seen_busy && now.duration_since(self.sent) < SETTLE => PrintVerdict::Wait,
            Some(false) => self.idle(status, known, now),
        }
    }

    fn idle(&mut self, status: &Status, known: &mut Known, now: Instant) -> PrintVerdict {
        let both = self.odometer.zip(status.odometer).filter(|(before, after)| before.unit == after.unit);
        match both.map(|(before, after)| (before.count, after.count)) {
            Some((before, after)) if after > before => {
                known.feeds = true;
                PrintVerdict::Out { rung: 4, evidence: format!("odometer {before} -> {after}; {}", status.text) }
            }
            Some(_) if known.feeds => {
                let since = *self.idle_since.get_or_insert(now);
                if now.duration_since(since) < FED { PrintVerdict::Wait } else { PrintVerdict::Vanished }
            }
            Some(_) | None => PrintVerdict::Out { rung: 3, evidence: format!("queue empty; {}", status.text) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(busy: Option<bool>, count: Option<u64>) -> Status {
        let odometer = count.map(|count| Odometer { count, unit: crate::printer::FeedUnit::Inch });
        Status { busy, odometer, text: "~HS".into(), ..Status::default() }
    }

    fn rung(verdict: PrintVerdict) -> Option<u8> {
        match verdict {
            PrintVerdict::Out { rung, .. } => Some(rung),
            _ => None,
        }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn an_empty_queue_counts_after_it_was_busy_or_had_its_time() {
        let (sent, mut known) = (Instant::now(), Known::new(true));
        let mut proof = Proof::new(sent, None, None, &mut known);
        assert_eq!(proof.take(&status(Some(false), None), &mut known, sent + ms(100)), PrintVerdict::Wait);
        assert_eq!(rung(proof.take(&status(Some(false), None), &mut known, sent + ms(300))), Some(3));
        let mut proof = Proof::new(sent, None, None, &mut known);
        assert_eq!(proof.take(&status(Some(true), None), &mut known, sent + ms(10)), PrintVerdict::Wait);
        assert_eq!(rung(proof.take(&status(Some(false), None), &mut known, sent + ms(20))), Some(3));
    }

    #[test]
    fn an_odometer_that_moved_is_more_and_one_that_moves_and_did_not_is_doubt() {
        let (sent, mut known) = (Instant::now(), Known::new(true));
        let before = status(Some(false), Some(100));
        let mut proof = Proof::new(sent, Some(&before), None, &mut known);
        assert_eq!(rung(proof.take(&before, &mut known, sent + ms(400))), Some(3), "it may never move");
        let mut proof = Proof::new(sent, Some(&before), None, &mut known);
        assert_eq!(rung(proof.take(&status(Some(false), Some(106)), &mut known, sent + ms(400))), Some(4));
        let mut proof = Proof::new(sent, Some(&status(Some(false), Some(106))), None, &mut known);
        let still = status(Some(false), Some(106));
        assert_eq!(proof.take(&still, &mut known, sent + ms(400)), PrintVerdict::Wait);
        assert_eq!(proof.take(&still, &mut known, sent + ms(3_500)), PrintVerdict::Vanished);
    }

    #[test]
    fn an_odometer_that_moved_between_two_jobs_is_known_to_move() {
        let (sent, mut known) = (Instant::now(), Known::new(true));
        for count in [100, 106] {
            Proof::new(sent, Some(&status(Some(false), Some(count))), None, &mut known);
        }
        let still = status(Some(false), Some(106));
        let mut proof = Proof::new(sent, Some(&still), None, &mut known);
        assert_eq!(proof.take(&still, &mut known, sent + ms(400)), PrintVerdict::Wait);
    }

    #[test]
    fn a_label_that_hangs_out_and_a_job_named_as_done_are_proof_whatever_else_is_wrong() {
        let (sent, mut known) = (Instant::now(), Known::new(true));
        let problem = Some(Problem::PaperOut);
        let mut proof = Proof::new(sent, None, Some(*b"0001"), &mut known);
        let presented = Status { presented: true, problem, ..Status::default() };
        assert_eq!(rung(proof.take(&presented, &mut known, sent)), Some(5));
        let done = Status { done: Some(*b"0001"), problem, ..Status::default() };
        assert_eq!(rung(proof.take(&done, &mut known, sent)), Some(4));
        let other = Status { done: Some(*b"0002"), problem, ..Status::default() };
        assert_eq!(proof.take(&other, &mut known, sent), PrintVerdict::Blocked(Problem::PaperOut));
    }

    #[test]
    fn a_printer_that_does_not_say_what_is_left_proves_nothing() {
        let (sent, mut known) = (Instant::now(), Known::new(true));
        let mut proof = Proof::new(sent, None, None, &mut known);
        assert_eq!(proof.take(&status(None, None), &mut known, sent + ms(60_000)), PrintVerdict::Wait);
    }
}
