//! A PNG as grey dots.
//!
//! Its own dots are printed as they are, or each as a square of several: bars stay sharp. How large it is meant to be it
//! says itself (`pHYs`), or it fills the paper as far as whole squares go.

use std::io::Cursor;

use super::{MAX_DOTS, SuppliedError};
use crate::label::{Bitmap, Media};

/// Darker than this is black.
const HALF: u8 = 128;
/// Memory the decoder may take for everything beside the dots.
const DECODER_BYTES: usize = 32 << 20;
/// One dot of the printer for one of the picture's.
const ONE: u64 = 10_000;
/// A picture that is meant to be so much smaller still gets its dots one for one.
const NEAR: u64 = 300;

/// A picture in levels of grey.
pub(super) struct GreyPicture {
    width: u32,
    height: u32,
    grey: Vec<u8>,
    /// Its dots in a metre, where it says so.
    per_metre: Option<u32>,
}

impl GreyPicture {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, SuppliedError> {
        let unreadable = |_| SuppliedError::Unreadable("a PNG");
        let limits = png::Limits { bytes: DECODER_BYTES };
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        decoder.set_ignore_text_chunk(true);
        let header = decoder.read_header_info().map_err(unreadable)?;
        let (width, height) = (header.width, header.height);
        if u64::from(width) * u64::from(height) > MAX_DOTS {
            return Err(SuppliedError::Dots { width, height });
        }
        let mut reader = decoder.read_info().map_err(unreadable)?;
        let metre = |size: png::PixelDimensions| {
            (size.unit == png::Unit::Meter && size.xppu == size.yppu && size.xppu > 0).then_some(size.xppu)
        };
        let per_metre = reader.info().pixel_dims.and_then(metre);
        let size = reader.output_buffer_size().ok_or(SuppliedError::Dots { width, height })?;
        let mut pixels = vec![0; size];
        let frame = reader.next_frame(&mut pixels).map_err(unreadable)?;
        let on_white = |level: u8, alpha: u8| {
            let level = (u32::from(level) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
            u8::try_from(level).unwrap_or(u8::MAX)
        };
        let grey = |pixel: &[u8]| match *pixel {
            [level] => level,
            [level, alpha] => on_white(level, alpha),
            [red, green, blue] => luminance([red, green, blue]),
            [red, green, blue, alpha] => on_white(luminance([red, green, blue]), alpha),
            _ => u8::MAX,
        };
        let pixels = pixels[..frame.buffer_size()].chunks_exact(frame.color_type.samples());
        Ok(Self { width, height, grey: pixels.map(grey).collect(), per_metre })
    }

    fn at(&self, x: u32, y: u32) -> u8 {
        let place = y as usize * self.width as usize + x as usize;
        self.grey.get(place).copied().unwrap_or(u8::MAX)
    }

    /// How many dots of the printer stand for [`ONE`] of the picture's.
    fn ratio(&self, media: Media) -> u64 {
        let whole = |across: u32, down: u32| match media.size() {
            (width, 0) => width / across.max(1),
            (width, height) => (width / across.max(1)).min(height / down.max(1)),
        };
        match self.per_metre {
            Some(own) => u64::from(media.dots_per_metre()) * ONE / u64::from(own),
            None => ONE * u64::from(whole(self.width, self.height).max(whole(self.height, self.width)).max(1)),
        }
    }

    /// How much of it the printer's dots can show at its true size, in percent.
    pub(super) fn percent(&self, media: Media) -> u32 {
        match self.ratio(media) {
            ratio if ratio + NEAR >= ONE => 100,
            ratio => u32::try_from(ratio * 100 / ONE).unwrap_or(0),
        }
    }

    /// At its true size, as near as whole squares come; never larger than that.
    pub(super) fn full(&self, media: Media) -> Bitmap {
        let times = u32::try_from((self.ratio(media) + NEAR) / ONE).unwrap_or(1);
        let most = MAX_DOTS / (u64::from(self.width) * u64::from(self.height)).max(1);
        match times {
            0 => self.shrunk(media, 1_000),
            times if u64::from(times) * u64::from(times) <= most => {
                Bitmap::of(self.width * times, self.height * times, |x, y| self.at(x / times, y / times) < HALF)
            }
            _ => Bitmap::of(self.width, self.height, |x, y| self.at(x, y) < HALF),
        }
    }

    /// At so many thousandths of its true size.
    pub(super) fn shrunk(&self, media: Media, size: u32) -> Bitmap {
        let part = self.ratio(media).min(ONE) * u64::from(size);
        let whole = ONE * 1_000;
        let dots = |own: u32| u32::try_from((u64::from(own) * part + whole / 2) / whole).unwrap_or(own).max(1);
        self.scaled(dots(self.width), dots(self.height))
    }

    /// As large as it fits in so many dots.
    pub(super) fn fitting(&self, width: u32, height: u32) -> Bitmap {
        let of = |own: u32, room: u32, other: u32| {
            u32::try_from(u64::from(own) * u64::from(room) / u64::from(other.max(1))).unwrap_or(u32::MAX).max(1)
        };
        let (wide, high) = (of(self.width, height, self.height), of(self.height, width, self.width));
        if wide <= width { self.scaled(wide, height) } else { self.scaled(width, high) }
    }

    /// Each dot is the mean of what it covers.
    fn scaled(&self, width: u32, height: u32) -> Bitmap {
        let across = Steps::of(self.width, width);
        let down = Steps::of(self.height, height);
        Bitmap::of(width, height, |x, y| {
            let (mut sum, mut weight) = (0_u64, 0_u64);
            for (own_y, high) in down.under(y) {
                for (own_x, wide) in across.under(x) {
                    sum += u64::from(self.at(own_x, own_y)) * high * wide;
                    weight += high * wide;
                }
            }
            sum < weight * u64::from(HALF)
        })
    }
}

/// How light a colour is (ITU-R BT.601).
pub(super) fn luminance([red, green, blue]: [u8; 3]) -> u8 {
    let light = u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114;
    u8::try_from(light / 1_000).unwrap_or(u8::MAX)
}

/// One side of a picture cut into fewer steps.
#[derive(Clone, Copy)]
struct Steps {
    own: u64,
    steps: u64,
}

impl Steps {
    fn of(own: u32, steps: u32) -> Self {
        Self { own: u64::from(own), steps: u64::from(steps) }
    }

    /// The own places under a step, and how much of each.
    fn under(self, step: u32) -> impl Iterator<Item = (u32, u64)> {
        let (from, to) = (u64::from(step) * self.own, (u64::from(step) + 1) * self.own);
        (from / self.steps..to.div_ceil(self.steps)).map(move |place| {
            let covered = to.min((place + 1) * self.steps) - from.max(place * self.steps);
            (u32::try_from(place).unwrap_or(u32::MAX), covered)
        })
    }
}
