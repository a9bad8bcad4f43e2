//! A screen in memory: what a panel would show, for the page and for tests.

use std::convert::Infallible;

use embedded_graphics::pixelcolor::{Rgb565, Rgb888};
use embedded_graphics::prelude::*;

/// Pixels of one screen, row by row from the top left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    size: Size,
    pixels: Vec<Rgb565>,
}

impl Picture {
    /// A black screen of this many pixels, at least one.
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { size: Size::new(width, height), pixels: vec![Rgb565::BLACK; width as usize * height as usize] }
    }

    /// The pixel at a point; nothing outside.
    pub fn at(&self, point: Point) -> Option<Rgb565> {
        self.index(point).map(|index| self.pixels[index])
    }

    /// The pixel in the 16 bits of a panel, red in the highest five; black outside.
    pub fn rgb565(&self, x: u32, y: u32) -> u16 {
        let inside = x < self.size.width && y < self.size.height;
        let index = y as usize * self.size.width as usize + x as usize;
        if inside { self.pixels[index].into_storage() } else { 0 }
    }

    /// The picture as a PNG file, 8 bits a channel.
    ///
    /// # Panics
    /// Never: the encoder writes into memory, and the sizes agree by construction.
    pub fn png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.size.width, self.size.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let bytes: Vec<u8> =
            self.pixels.iter().map(|pixel| Rgb888::from(*pixel)).flat_map(|c| [c.r(), c.g(), c.b()]).collect();
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&bytes).and_then(|()| writer.finish()))
            .expect("a picture of its own size is written to memory");
        file
    }

    fn index(&self, point: Point) -> Option<usize> {
        let (x, y) = (u32::try_from(point.x).ok()?, u32::try_from(point.y).ok()?);
        (x < self.size.width && y < self.size.height).then_some(y as usize * self.size.width as usize + x as usize)
    }
}

impl OriginDimensions for Picture {
    fn size(&self) -> Size {
        self.size
    }
}

impl DrawTarget for Picture {
    type Color = Rgb565;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb565>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, color) in pixels {
            if let Some(index) = self.index(point) {
                self.pixels[index] = color;
            }
        }
        Ok(())
    }
}
