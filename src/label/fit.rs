//! Text into its room: the largest size at which it fits whole, then broken, then an error. Nothing is ever cut.

use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;

use super::address::AddressLine;
use super::lettering::Lettering;
use super::{LabelError, font};

/// What text has to fit, in dots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) largest: u32,
    pub(super) smallest: u32,
    /// Pieces a line may be broken into.
    pub(super) pieces: usize,
}

/// Lines of one size.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Dots of a cell.
    pub(super) size: u32,
    /// From the top.
    pub(super) lines: Vec<String>,
    /// Whether all of it is in the printer's own font.
    native: bool,
}

impl Block {
    /// Dots from one line to the next: other scripts have marks above and below.
    pub(super) const fn pitch(&self) -> u32 {
        pitch(self.size, self.native)
    }

    /// Dots from the top of the first line's capitals to what the last one stands on, or hangs from. A line with room for
    /// marks above and below stands by its capitals in any script, on the same base line as what is beside it.
    pub(super) fn height_in(&self, room: u32) -> u32 {
        let stands = self.lines.len() == 1 && room >= self.size + self.size / 4;
        if stands { self.size * 3 / 4 } else { height(self.size, self.lines.len(), self.native) }
    }
}

const fn pitch(size: u32, native: bool) -> u32 {
    if native { size + size / 10 } else { size + size / 4 }
}

/// Capitals take the upper three quarters of a cell, and a single line of them may stand in just that.
fn height(size: u32, lines: usize, native: bool) -> u32 {
    let more = u32::try_from(lines.saturating_sub(1)).unwrap_or(u32::MAX);
    let last = if native && lines == 1 { size * 3 / 4 } else { size };
    pitch(size, native).saturating_mul(more).saturating_add(last)
}

/// The largest block that fits.
pub(super) fn fit(lines: &[AddressLine], room: Room, lettering: &Lettering) -> Result<Block, LabelError> {
    let native = lines.iter().all(|(_, line)| font::has(line));
    let widest = lines
        .iter()
        .try_fold(0, |widest: u32, (field, line)| Ok::<_, LabelError>(widest.max(width(field, line, lettering)?)))?;
    let whole_from = if room.pieces > 1 { (room.largest + 2 * room.smallest) / 3 } else { room.smallest };
    let across = u64::from(room.width) * 1000 / u64::from(widest.max(1));
    let mut size = room.largest.min(u32::try_from(across).unwrap_or(u32::MAX));
    while size >= whole_from {
        if height(size, lines.len(), native) <= room.height {
            return Ok(Block { size, lines: lines.iter().map(|(_, line)| line.clone()).collect(), native });
        }
        size -= 1;
    }
    if room.pieces > 1 {
        for size in (room.smallest..=whole_from).rev() {
            if let Some(lines) = break_all(lines, size, room, lettering)
                && height(size, lines.len(), native) <= room.height
            {
                return Ok(Block { size, lines, native });
            }
        }
    }
    Err(misfit(lines, native, room, lettering))
}

/// What does not fit at the smallest size: a line, or all of them together.
fn misfit(lines: &[AddressLine], native: bool, room: Room, lettering: &Lettering) -> LabelError {
    let too_long =
        lines.iter().find(|(_, line)| broken(line, room.smallest, room.width, room.pieces, lettering).is_none());
    let (field, needed, there_is) = match (too_long, lines.first()) {
        (Some((field, line)), _) => {
            let width = measure(line, lettering).unwrap_or(u32::MAX);
            (*field, at(width, room.smallest), room.width)
        }
        (None, first) => {
            let count = break_all(lines, room.smallest, room, lettering).map_or(lines.len(), |lines| lines.len());
            (first.map_or("text", |(field, _)| *field), height(room.smallest, count, native), room.height)
        }
    };
    LabelError::TooWide { field, needed, room: there_is }
}

/// Thousandths of the size.
fn measure(text: &str, lettering: &Lettering) -> Result<u32, char> {
    if font::has(text) { Ok(font::width(text)) } else { lettering.width(text) }
}

fn width(field: &'static str, text: &str, lettering: &Lettering) -> Result<u32, LabelError> {
    measure(text, lettering).map_err(|character| LabelError::Unprintable { field, character })
}

fn at(thousandths: u32, size: u32) -> u32 {
    u32::try_from((u64::from(thousandths) * u64::from(size)).div_ceil(1000)).unwrap_or(u32::MAX)
}

fn break_all(lines: &[AddressLine], size: u32, room: Room, lettering: &Lettering) -> Option<Vec<String>> {
    let mut all = Vec::with_capacity(lines.len() * room.pieces);
    for (_, line) in lines {
        all.extend(broken(line, size, room.width, room.pieces, lettering)?);
    }
    Some(all)
}

/// The line in at most so many pieces.
fn broken(line: &str, size: u32, room: u32, pieces: usize, lettering: &Lettering) -> Option<Vec<String>> {
    let fits = |text: &str| measure(text.trim_end(), lettering).is_ok_and(|width| at(width, size) <= room);
    let mut done: Vec<String> = Vec::new();
    for unit in units(line, fits) {
        if let Some(piece) = done.last_mut() {
            let longer = format!("{piece}{unit}");
            if fits(&longer) {
                *piece = longer;
                continue;
            }
        }
        if done.len() == pieces || !fits(unit) {
            return None;
        }
        done.push(unit.to_owned());
    }
    done.iter_mut().for_each(|piece| piece.truncate(piece.trim_end().len()));
    Some(done)
}

/// What stays together: between blanks, or wherever the script allows a break (UAX #14); a run without any that is too
/// long for a line, as Thai has them, comes apart between its letters.
fn units(line: &str, fits: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut units = Vec::new();
    let mut from = 0;
    for (to, _) in linebreaks(line) {
        let Some(unit) = line.get(from..to).filter(|unit| !unit.is_empty()) else { continue };
        if unit.is_ascii() || fits(unit) {
            units.push(unit);
        } else {
            units.extend(unit.graphemes(true));
        }
        from = to;
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { width: 300, height: 200, largest: 60, smallest: 26, pieces: 2 };

    fn set(line: &str) -> Result<Block, LabelError> {
        fit(&[("line", line.to_owned())], ROOM, &Lettering::default())
    }

    #[test]
    fn text_is_shrunk_then_broken_then_refused() {
        assert_eq!(set("0123456789").map(|block| (block.size, block.lines.len())), Ok((60, 1)));
        assert_eq!(set("0123456789 123456").map(|block| block.lines.len()), Ok(2));
        let block = set("123456789 123456789 123456789 12345").expect("two lines");
        assert_eq!(block.lines, ["123456789 123456789", "123456789 12345"]);
        let refused = set(&"1".repeat(40)).expect_err("no place to break it");
        assert_eq!(refused, LabelError::TooWide { field: "line", needed: 520, room: 300 });
    }

    #[test]
    fn han_breaks_anywhere_and_thai_between_letters() {
        let block = set("广东省深圳市南山区科技园南区深圳湾科技生态园").expect("it breaks");
        assert_eq!(block.lines.len(), 2);
        assert_eq!(block.lines.concat(), "广东省深圳市南山区科技园南区深圳湾科技生态园");
        let thai = "ถนนสุขุมวิทแขวงคลองเตยเหนือเขตวัฒนากรุงเทพ";
        let block = set(thai).expect("it breaks");
        assert_eq!(block.lines.concat(), thai);
        assert!(block.lines.iter().all(|line| !line.starts_with(['\u{e31}', '\u{e34}', '\u{e48}'])), "{block:?}");
    }
}
