//! `tracking,status,date[,service]`: what became of parcels, as the seller's records say.

use super::order::MAX_FILE_BYTES;
use crate::ids::{ServiceOrCarrier, did_you_mean};
use crate::station::event::Learned;
use crate::station::fact::Ending;
use crate::units::Date;

/// What a file held.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Rows that were read.
    pub learned: Vec<Learned>,
    /// Line and reason of each row that could not be.
    pub refused: Vec<(u64, String)>,
}

/// Reads a CSV file with a header; `,`, `;` or tab between its cells. Each row stands by itself.
pub fn read(bytes: &[u8]) -> Result<Outcomes, String> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!("is larger than {} MiB; split it", MAX_FILE_BYTES >> 20));
    }
    let text = super::text::sheet_text(bytes).map_err(|error| format!("{error}; save it as CSV UTF-8"))?;
    if text.trim().is_empty() {
        return Err("is empty; export it again".to_owned());
    }
    let first = text.lines().next().unwrap_or_default();
    let separator =
        [b'\t', b';', b','].into_iter().max_by_key(|separator| first.bytes().filter(|b| b == separator).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| format!("is not CSV: {error}"))?.clone();
    let column = |name: &str| header.iter().position(|cell| cell.eq_ignore_ascii_case(name));
    let (Some(tracking), Some(status), Some(date)) = (column("tracking"), column("status"), column("date")) else {
        return Err("has no columns tracking, status and date; name them so in its first row".to_owned());
    };
    let service = column("service");
    let mut outcomes = Outcomes::default();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let cell = |at: usize| record.get(at).unwrap_or_default();
                match row(cell(tracking), cell(status), cell(date), service.map(cell)) {
                    Ok(learned) => outcomes.learned.push(learned),
                    Err(why) => outcomes.refused.push((line, why)),
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                outcomes.refused.push((line, format!("not CSV: {error}")));
            }
        }
    }
    Ok(outcomes)
}

fn row(tracking: &str, status: &str, date: &str, service: Option<&str>) -> Result<Learned, String> {
    /// No carrier's number is longer.
    const LONGEST: usize = 40;
    let tracking: String = tracking.chars().filter(|c| !c.is_whitespace()).collect();
    if tracking.is_empty() || tracking.len() > LONGEST || !tracking.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("{:?} is no tracking number; write it as it is printed", shown(&tracking)));
    }
    let word = status.to_lowercase();
    let ending = Ending::WORDS.iter().find(|(known, _)| *known == word).map(|(_, ending)| *ending);
    let ending = ending.ok_or_else(|| {
        let known: Vec<&str> = Ending::WORDS.iter().map(|(word, _)| *word).collect();
        let meant = did_you_mean(status, known.iter().copied());
        format!("{:?} is no status; {meant}write one of {}", shown(status), known.join(", "))
    })?;
    // A time behind the day is of no interest here.
    let day = date.get(..10).unwrap_or(date);
    let on: Date = day.parse().map_err(|error| format!("date: {error}"))?;
    let service = service.filter(|service| !service.is_empty());
    if service.is_some_and(|service| service.len() > 64 || !service.is_ascii()) {
        return Err("the service is not one such as usps.ground_advantage".to_owned());
    }
    Ok(Learned { tracking: tracking.into(), ending, on, service: service.map(ServiceOrCarrier::from) })
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_are_read_one_by_one() {
        let file = "\u{feff}Tracking;Status;Date;Service\r\n9261 2903 4567 8900 0000 16;Delivered;2026-11-20;\r\n\
                    D90000100000019;lost;2026-11-21T10:00:00Z;ontrac.ground\r\n;delivered;2026-11-20;\r\nX;burnt;2026-11-20;\r\n\
                    Y;lost;20.11.2026;\r\n";
        let outcomes = read(file.as_bytes()).unwrap();
        assert_eq!(outcomes.learned.len(), 2);
        assert_eq!(outcomes.learned[0].tracking, "9261290345678900000016");
        assert_eq!(outcomes.learned[1].service, Some("ontrac.ground".into()));
        let lines: Vec<u64> = outcomes.refused.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 5], "{:?}", outcomes.refused);
        assert!(read(b"a,b\n1,2\n").unwrap_err().contains("no columns tracking"));
        assert!(read(b"\xff\xfe").is_err());
    }

    proptest! {
        #[test]
        fn no_file_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut file = b"tracking,status,date\n".to_vec();
            file.extend(bytes);
            let _ = read(&file);
        }
    }
}
