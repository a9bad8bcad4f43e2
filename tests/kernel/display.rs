//! The machine's display, as the kernel has its pixels: 640 x 480 at 32 bits, so that the packer's screen of 320 x 240 is
//! shown at twice its size.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use parceld::screen::Picture;

pub(crate) const NODE: &str = "/dev/fb0";
const WIDTH: usize = 640;
const HEIGHT: usize = 480;
/// Bytes of a row.
const ROW: usize = 4 * WIDTH;
/// What drives it, and where on the PCI bus it is.
const DRIVER: &str = "/sys/bus/pci/drivers/bochs-drm";

/// The picture on it: bytes red, green, blue of 320 x 240 pixels. Nothing when it is not shown at twice its size.
pub(crate) fn picture() -> Option<Vec<u8>> {
    let bytes = fs::read(NODE).unwrap();
    assert!(bytes.len() >= HEIGHT * ROW, "{} bytes", bytes.len());
    let mut picture = Vec::with_capacity(bytes.len());
    for rows in bytes[..HEIGHT * ROW].chunks_exact(2 * ROW) {
        let (upper, lower) = rows.split_at(ROW);
        if upper != lower {
            return None;
        }
        for pixels in upper.chunks_exact(8) {
            if pixels[..4] != pixels[4..] {
                return None;
            }
            picture.extend([pixels[2], pixels[1], pixels[0]]);
        }
    }
    Some(picture)
}

/// Leaves what is on it as a picture for people.
pub(crate) fn photograph(name: &str) {
    let file = fs::File::create(Path::new("/tmp/pictures").join(format!("{name}.png"))).unwrap();
    let mut encoder = png::Encoder::new(file, WIDTH as u32 / 2, HEIGHT as u32 / 2);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&picture().unwrap()).unwrap();
}

/// The pixels of a PNG file, the same.
pub(crate) fn pixels(png: &[u8]) -> Vec<u8> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.next_frame(&mut pixels).unwrap();
    pixels
}

/// The picture that the page shows at this moment.
pub(crate) fn page(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /frame.png HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    pixels(&answer[body..])
}

/// A screen drawn here.
pub(crate) fn drawn(draw: impl FnOnce(&mut Picture)) -> Vec<u8> {
    let mut picture = Picture::new(WIDTH as u32 / 2, HEIGHT as u32 / 2);
    draw(&mut picture);
    pixels(&picture.png())
}

/// Takes the display off the bus.
pub(crate) fn unplug() -> String {
    let mut entries = fs::read_dir(DRIVER).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let place = entries.find(|name| name.starts_with("0000:")).unwrap();
    fs::write(Path::new(DRIVER).join("unbind"), &place).unwrap();
    place
}

/// Puts it back. The console takes it, and it is taken from the console again, as 60-parceld.rules has it.
pub(crate) fn plug(place: &str) {
    fs::write(Path::new(DRIVER).join("bind"), place).unwrap();
    let consoles = fs::read_dir("/sys/class/vtconsole").unwrap().map(|entry| entry.unwrap().path());
    let on_display = |console: &std::path::PathBuf| {
        fs::read_to_string(console.join("name")).unwrap().contains("frame buffer device")
    };
    for console in consoles.filter(on_display) {
        fs::write(console.join("bind"), "0").unwrap();
    }
}
