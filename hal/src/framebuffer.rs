//! A display that the kernel shows as a frame buffer (`/dev/fb0`): pixels in, rows of bytes out.
//!
//! Written with `pwrite`, not mapped, and only the rows that changed: a screen that stands still costs nothing. Its size is
//! what `/sys/class/graphics/fb0` says (Linux, Documentation/fb/api.rst). 16 bits a pixel are RGB 5-6-5, 32 bits are
//! XRGB 8-8-8-8, both little-endian, as all of the kernel's DRM drivers and the Raspberry Pi's have them. Sets no mode, and
//! does not keep the kernel's console from writing over it: see `systemd/60-parceld.rules`.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Where the kernel tells of its frame buffers.
const SYS: &str = "/sys/class/graphics";
/// The most bytes of one picture: 3840 x 2160 at 32 bits, twice.
const MAX_BYTES: usize = 64 << 20;

/// How far the display is turned, clockwise, so that the picture must be turned back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    /// Upright.
    #[default]
    None,
    /// By 90 degrees.
    Quarter,
    /// Upside down.
    Half,
    /// By 270 degrees.
    ThreeQuarters,
}

/// The display could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FramebufferError {
    /// There is none.
    #[error("no display {0}; connect it, load its driver, or set `panel.kind` to \"none\"")]
    Absent(PathBuf),
    /// The service may not write to it.
    #[error("{0} is not permitted; put the service's user into the group video")]
    Denied(PathBuf),
    /// Neither 16 nor 32 bits, or no sense in it.
    #[error("{0} has {1}; set the display's driver to 16 or 32 bits a pixel")]
    Format(PathBuf, String),
    /// Anything else.
    #[error("write to {0}: {1}; look at the display's cable")]
    Io(PathBuf, #[source] io::Error),
}

/// How its bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Geometry {
    width: usize,
    height: usize,
    /// Bytes from one row to the next.
    stride: usize,
    /// 2 or 4.
    bytes: usize,
}

/// An open display.
#[derive(Debug)]
pub struct Framebuffer {
    node: PathBuf,
    file: File,
    geometry: Geometry,
    rotation: Rotation,
    scale: usize,
    /// What was written last; empty before anything was.
    shown: Vec<u8>,
}

impl Framebuffer {
    /// Opens a display. Pictures are enlarged by the largest whole number that leaves at least `least` pixels.
    ///
    /// # Errors
    /// [`FramebufferError`].
    pub fn open(node: &Path, rotation: Rotation, least: (u32, u32)) -> Result<Self, FramebufferError> {
        Self::open_in(node, Path::new(SYS), rotation, least)
    }

    fn open_in(node: &Path, sys: &Path, rotation: Rotation, least: (u32, u32)) -> Result<Self, FramebufferError> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => FramebufferError::Absent(node.to_owned()),
            io::ErrorKind::PermissionDenied => FramebufferError::Denied(node.to_owned()),
            _ => FramebufferError::Io(node.to_owned(), error),
        };
        let real = fs::canonicalize(node).map_err(failed)?;
        let geometry = Geometry::read(node, &sys.join(real.file_name().unwrap_or_default()))?;
        let file = File::options().write(true).open(&real).map_err(failed)?;
        let (width, height) = geometry.upright(rotation);
        let scale = (width / least.0.max(1) as usize).min(height / least.1.max(1) as usize).max(1);
        Ok(Self { node: node.to_owned(), file, geometry, rotation, scale, shown: Vec::new() })
    }

    /// Width and height of the pictures it shows.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = self.geometry.upright(self.rotation);
        let pixels = |length: usize| u32::try_from(length / self.scale).unwrap_or(u32::MAX);
        (pixels(width), pixels(height))
    }

    /// Whether it is still the display behind its node. A display that was pulled has none, or another.
    #[must_use]
    pub fn is_there(&self) -> bool {
        let (Ok(ours), Ok(node)) = (self.file.metadata(), fs::metadata(&self.node)) else { return false };
        (ours.ino(), ours.dev()) == (node.ino(), node.dev())
    }

    /// What is said of a display that is not there any more.
    #[must_use]
    pub fn gone(&self) -> FramebufferError {
        FramebufferError::Absent(self.node.clone())
    }

    /// Writes every row the next time: another program may have drawn on it.
    pub fn forget(&mut self) {
        self.shown.clear();
    }

    /// Shows a picture, given by its pixels (RGB 5-6-5) at x and y; black around it where it does not fill the display.
    /// How many rows had changed.
    ///
    /// # Errors
    /// The display went away; open it again.
    pub fn show(&mut self, pixel: impl Fn(u32, u32) -> u16) -> Result<usize, FramebufferError> {
        let Geometry { height, stride, .. } = self.geometry;
        let picture: Vec<u8> = (0..height).flat_map(|y| self.row(y, &pixel)).collect();
        let row = |y: usize| y * stride..(y + 1) * stride;
        let changed = |y: &usize| self.shown.get(row(*y)) != Some(&picture[row(*y)]);
        let mut written = 0;
        let mut y = 0;
        while y < height {
            let rows = (y..height).take_while(changed).count();
            if rows > 0 {
                let bytes = &picture[y * stride..(y + rows) * stride];
                let at = (y * stride) as u64;
                self.file.write_all_at(bytes, at).map_err(|error| FramebufferError::Io(self.node.clone(), error))?;
                written += rows;
            }
            y += rows.max(1);
        }
        self.shown = picture;
        Ok(written)
    }

    /// One row of the display, `stride` bytes.
    fn row(&self, y: usize, pixel: &impl Fn(u32, u32) -> u16) -> Vec<u8> {
        let Geometry { width, height, stride, bytes } = self.geometry;
        let (across, down) = self.size();
        let (upright_width, upright_height) = self.geometry.upright(self.rotation);
        // The border is what the enlarged picture leaves over, half on each side.
        let inside = |at: usize, length: usize, of: u32| {
            let border = (length - of as usize * self.scale) / 2;
            let at = at.checked_sub(border)? / self.scale;
            u32::try_from(at).ok().filter(|at| *at < of)
        };
        let mut row = vec![0; stride];
        for (x, place) in row.chunks_exact_mut(bytes).take(width).enumerate() {
            let (px, py) = match self.rotation {
                Rotation::None => (x, y),
                Rotation::Quarter => (height - 1 - y, x),
                Rotation::Half => (width - 1 - x, height - 1 - y),
                Rotation::ThreeQuarters => (y, width - 1 - x),
            };
            if let (Some(px), Some(py)) = (inside(px, upright_width, across), inside(py, upright_height, down)) {
                write_pixel(place, pixel(px, py));
            }
        }
        row
    }
}

/// RGB 5-6-5 as it is, or each channel spread over eight bits.
fn write_pixel(place: &mut [u8], color: u16) {
    match place {
        [low, high] => [*low, *high] = color.to_le_bytes(),
        [blue, green, red, ..] => {
            let spread = |channel: u16, most: u16| ((channel * 255 + most / 2) / most).to_le_bytes()[0];
            *red = spread(color >> 11, 31);
            *green = spread((color >> 5) & 63, 63);
            *blue = spread(color & 31, 31);
        }
        _ => {}
    }
}

impl Geometry {
    fn read(node: &Path, sys: &Path) -> Result<Self, FramebufferError> {
        let value = |name: &str| {
            let text = fs::read_to_string(sys.join(name));
            text.map(|text| text.trim().to_owned()).map_err(|_| FramebufferError::Absent(node.to_owned()))
        };
        let (size, stride, bits) = (value("virtual_size")?, value("stride")?, value("bits_per_pixel")?);
        let odd = || FramebufferError::Format(node.to_owned(), format!("{size} pixels of {bits} bits"));
        let (width, height) = size.split_once(',').ok_or_else(odd)?;
        let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0).ok_or_else(odd);
        let (width, height, stride) = (number(width)?, number(height)?, number(&stride)?);
        let bytes = match bits.as_str() {
            "16" => 2,
            "32" => 4,
            _ => return Err(odd()),
        };
        let fits = stride.checked_mul(height).is_some_and(|all| all <= MAX_BYTES)
            && width.checked_mul(bytes).is_some_and(|row| row <= stride);
        if fits { Ok(Self { width, height, stride, bytes }) } else { Err(odd()) }
    }

    /// Width and height as a person sees them.
    const fn upright(self, rotation: Rotation) -> (usize, usize) {
        match rotation {
            Rotation::None | Rotation::Half => (self.width, self.height),
            Rotation::Quarter | Rotation::ThreeQuarters => (self.height, self.width),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: (u32, u32) = (2, 2);

    /// A display of files: its node and what the kernel says of it.
    struct Display(tempfile::TempDir);

    impl Display {
        fn new(size: &str, stride: &str, bits: &str) -> Self {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir(dir.path().join("sys")).unwrap();
            fs::create_dir(dir.path().join("sys/fb0")).unwrap();
            for (name, value) in [("virtual_size", size), ("stride", stride), ("bits_per_pixel", bits)] {
                fs::write(dir.path().join("sys/fb0").join(name), format!("{value}\n")).unwrap();
            }
            fs::write(dir.path().join("fb0"), b"").unwrap();
            Self(dir)
        }

        fn open(&self, rotation: Rotation) -> Result<Framebuffer, FramebufferError> {
            Framebuffer::open_in(&self.0.path().join("fb0"), &self.0.path().join("sys"), rotation, LEAST)
        }

        fn bytes(&self) -> Vec<u8> {
            fs::read(self.0.path().join("fb0")).unwrap()
        }
    }

    #[test]
    fn a_picture_is_enlarged_by_a_whole_number_and_centred() {
        let display = Display::new("7,4", "16", "16");
        let mut open = display.open(Rotation::None).unwrap();
        assert_eq!(open.size(), (3, 2));
        open.show(|x, y| u16::try_from(1 + x + 10 * y).unwrap()).unwrap();
        let bytes = display.bytes();
        let row = |y: usize| -> Vec<u8> { bytes[16 * y..16 * (y + 1)].chunks(2).map(|pixel| pixel[0]).collect() };
        assert_eq!(row(0), [1, 1, 2, 2, 3, 3, 0, 0]);
        assert_eq!(row(1), row(0));
        assert_eq!(row(3), [11, 11, 12, 12, 13, 13, 0, 0]);
    }

    #[test]
    fn each_channel_of_32_bits_reaches_from_black_to_white() {
        let display = Display::new("2,2", "8", "32");
        let colors = [[0xffff, 0xf800], [0x07e0, 0x001f]];
        display.open(Rotation::None).unwrap().show(|x, y| colors[y as usize][x as usize]).unwrap();
        let expected = [[0xff, 0xff, 0xff, 0], [0, 0, 0xff, 0], [0, 0xff, 0, 0], [0xff, 0, 0, 0]];
        assert_eq!(display.bytes(), expected.concat());
    }

    #[test]
    fn a_turned_display_shows_the_picture_turned_back() {
        let shown = |rotation| {
            let display = Display::new("3,2", "6", "16");
            let mut open = display.open(rotation).unwrap();
            let (width, _) = open.size();
            open.show(|x, y| u16::try_from(1 + x + width * y).unwrap()).unwrap();
            display.bytes().chunks(2).map(|pixel| pixel[0]).collect::<Vec<_>>()
        };
        assert_eq!(shown(Rotation::None), [1, 2, 3, 4, 5, 6]);
        assert_eq!(shown(Rotation::Half), [6, 5, 4, 3, 2, 1]);
        // 2 across, 3 down: turned clockwise, its top is at the display's left.
        assert_eq!(shown(Rotation::Quarter), [2, 4, 6, 1, 3, 5]);
        assert_eq!(shown(Rotation::ThreeQuarters), [5, 3, 1, 6, 4, 2]);
    }

    #[test]
    fn only_rows_that_changed_are_written() {
        let display = Display::new("4,4", "8", "16");
        let mut open = display.open(Rotation::None).unwrap();
        assert_eq!(open.show(|_, _| 7).unwrap(), 4);
        assert_eq!(open.show(|_, _| 7).unwrap(), 0);
        assert_eq!(open.show(|_, y| if y == 1 { 8 } else { 7 }).unwrap(), 2, "one row of the picture is two of it");
    }

    #[test]
    fn what_it_cannot_draw_on_it_says() {
        let says = |display: Display| display.open(Rotation::None).unwrap_err().to_string();
        assert!(says(Display::new("4,4", "8", "8")).contains("4,4 pixels of 8 bits; set the display's driver"));
        assert!(says(Display::new("4,4", "4", "16")).contains("pixels of 16 bits"));
        let none = Framebuffer::open(Path::new("/nowhere/fb0"), Rotation::None, LEAST).unwrap_err();
        assert!(matches!(none, FramebufferError::Absent(_)), "{none}");
    }

    #[test]
    fn a_display_that_was_pulled_is_not_there() {
        let display = Display::new("4,4", "8", "16");
        let open = display.open(Rotation::None).unwrap();
        assert!(open.is_there());
        fs::write(display.0.path().join("other"), b"").unwrap();
        fs::rename(display.0.path().join("other"), display.0.path().join("fb0")).unwrap();
        assert!(!open.is_there());
    }
}
