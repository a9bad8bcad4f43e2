//! The wiring of lamp, tone and button, drawn from the lines that `config/station.toml` shows.

use std::path::Path;

use embedded_graphics::mono_font::ascii::{FONT_7X13, FONT_8X13, FONT_9X18_BOLD};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::Rgb565;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{Circle, Line, PrimitiveStyle, Rectangle, RoundedRectangle};
use embedded_graphics::text::{Alignment, Text};
use parceld::screen::Picture;

const INK: Rgb565 = Rgb565::new(4, 8, 4);
const PAPER: Rgb565 = Rgb565::WHITE;
const GREEN: Rgb565 = Rgb565::new(2, 40, 6);
const AMBER: Rgb565 = Rgb565::new(31, 40, 0);
const RED: Rgb565 = Rgb565::new(28, 6, 4);
const BLUE: Rgb565 = Rgb565::new(4, 24, 28);
const GROUND: Rgb565 = Rgb565::new(14, 28, 14);
const BOARD: Rgb565 = Rgb565::new(24, 50, 26);

/// The header's pin of a BCM line (Raspberry Pi documentation, GPIO and the 40-pin header).
const PINS: [(u8, i32); 26] = [
    (2, 3),
    (3, 5),
    (4, 7),
    (14, 8),
    (15, 10),
    (17, 11),
    (18, 12),
    (27, 13),
    (22, 15),
    (23, 16),
    (24, 18),
    (10, 19),
    (9, 21),
    (25, 22),
    (11, 23),
    (8, 24),
    (7, 26),
    (5, 29),
    (6, 31),
    (12, 32),
    (13, 33),
    (19, 35),
    (16, 36),
    (26, 37),
    (20, 38),
    (21, 40),
];
/// Ground beside the lines on either side.
const GROUNDS: [i32; 2] = [9, 14];

/// The line that the example in the configuration gives this signal.
fn line(signal: &str) -> u8 {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/station.toml")).unwrap();
    let gpio = text.split_once("[gpio]").expect("a table gpio").1;
    let start = format!("#{signal} = ");
    let value = gpio.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("{signal}"));
    value.split_whitespace().next().unwrap().parse().unwrap()
}

fn pin(line: u8) -> i32 {
    PINS.iter().find(|(bcm, _)| *bcm == line).expect("a line of the header").1
}

/// Where a pin is: odd ones in the left column, even ones in the right.
fn at(pin: i32) -> Point {
    Point::new(if pin % 2 == 1 { 425 } else { 475 }, 92 + (pin - 1) / 2 * 22)
}

fn text(picture: &mut Picture, font: &MonoFont<'_>, colour: Rgb565, at: Point, align: Alignment, words: &str) {
    Text::with_alignment(words, at, MonoTextStyle::new(font, colour), align).draw(picture).unwrap();
}

fn wire(picture: &mut Picture, colour: Rgb565, points: &[Point]) {
    for pair in points.windows(2) {
        Line::new(pair[0], pair[1]).into_styled(PrimitiveStyle::with_stroke(colour, 3)).draw(picture).unwrap();
    }
}

fn board(picture: &mut Picture) {
    let outline = Rectangle::new(Point::new(395, 60), Size::new(110, 466));
    let board = RoundedRectangle::with_equal_corners(outline, Size::new(8, 8));
    board.into_styled(PrimitiveStyle::with_fill(BOARD)).draw(picture).unwrap();
    text(picture, &FONT_9X18_BOLD, INK, Point::new(450, 48), Alignment::Center, "Raspberry Pi, 40 pins");
}

fn pins(picture: &mut Picture, used: &[(i32, Rgb565)]) {
    for number in 1..=40 {
        let colour = used.iter().find(|(pin, _)| *pin == number).map_or(PAPER, |(_, colour)| *colour);
        Circle::with_center(at(number), 18).into_styled(PrimitiveStyle::with_fill(colour)).draw(picture).unwrap();
        let ink = if colour == AMBER || colour == PAPER { INK } else { PAPER };
        text(picture, &FONT_7X13, ink, at(number) + Point::new(0, 4), Alignment::Center, &number.to_string());
    }
}

/// A lamp behind its resistor, from the line to ground.
fn lamp(picture: &mut Picture, name: &str, colour: Rgb565, y: i32, elbow: i32) {
    let (line, from) = (line(name), at(pin(line(name))));
    let centre = Point::new(90, y);
    wire(picture, colour, &[from, Point::new(elbow, from.y), Point::new(elbow, y), Point::new(240, y)]);
    wire(picture, colour, &[Point::new(180, y), Point::new(110, y)]);
    let resistor = Rectangle::new(Point::new(180, y - 8), Size::new(60, 16));
    resistor.into_styled(PrimitiveStyle::with_stroke(INK, 2)).draw(picture).unwrap();
    text(picture, &FONT_7X13, INK, Point::new(210, y + 4), Alignment::Center, "330 ohm");
    Circle::with_center(centre, 40).into_styled(PrimitiveStyle::with_fill(colour)).draw(picture).unwrap();
    let words = format!("{name}: GPIO{line}, pin {}", pin(line));
    text(picture, &FONT_8X13, INK, Point::new(30, y - 28), Alignment::Left, &words);
    wire(picture, GROUND, &[Point::new(70, y), Point::new(20, y)]);
}

/// What hangs on the other side, between its line and ground.
fn part(picture: &mut Picture, name: &str, what: &str, colour: Rgb565, y: i32, elbow: i32) {
    let (line, from) = (line(name), at(pin(line(name))));
    wire(picture, colour, &[from, Point::new(elbow, from.y), Point::new(elbow, y), Point::new(670, y)]);
    let body = RoundedRectangle::with_equal_corners(
        Rectangle::new(Point::new(670, y - 24), Size::new(130, 48)),
        Size::new(10, 10),
    );
    body.into_styled(PrimitiveStyle::with_stroke(colour, 3)).draw(picture).unwrap();
    text(picture, &FONT_8X13, INK, Point::new(735, y + 4), Alignment::Center, what);
    let words = format!("{name}: GPIO{line}, pin {}", pin(line));
    text(picture, &FONT_8X13, INK, Point::new(670, y - 34), Alignment::Left, &words);
    wire(picture, GROUND, &[Point::new(800, y), Point::new(870, y)]);
}

#[test]
fn the_wiring_looks_as_its_picture_does() {
    let mut picture = Picture::new(900, 580);
    picture.clear(PAPER).unwrap();
    let signals = [("green", GREEN), ("amber", AMBER), ("red", RED), ("tone", BLUE), ("button", INK)];
    let mut used: Vec<(i32, Rgb565)> = signals.iter().map(|(name, colour)| (pin(line(name)), *colour)).collect();
    used.extend(GROUNDS.map(|pin| (pin, GROUND)));
    board(&mut picture);
    lamp(&mut picture, "green", GREEN, 140, 330);
    lamp(&mut picture, "amber", AMBER, 240, 345);
    lamp(&mut picture, "red", RED, 340, 360);
    part(&mut picture, "tone", "active buzzer", BLUE, 140, 560);
    part(&mut picture, "button", "push button", INK, 280, 540);
    let [left, right] = GROUNDS.map(at);
    wire(
        &mut picture,
        GROUND,
        &[left, Point::new(375, left.y), Point::new(375, 420), Point::new(20, 420), Point::new(20, 140)],
    );
    wire(
        &mut picture,
        GROUND,
        &[right, Point::new(525, right.y), Point::new(525, 420), Point::new(870, 420), Point::new(870, 140)],
    );
    text(&mut picture, &FONT_8X13, GROUND, Point::new(30, 438), Alignment::Left, "ground, pin 9");
    text(&mut picture, &FONT_8X13, GROUND, Point::new(860, 438), Alignment::Right, "ground, pin 14");
    pins(&mut picture, &used);
    let advice = [
        "A line gives 3.3 V and 16 mA at most: one LED each.",
        "A 24 V signal tower or a loud buzzer goes behind a",
        "relay or driver board with its own supply; most of",
        "them want active_low = true.",
    ];
    for (advice, y) in advice.iter().zip((475..).step_by(18)) {
        text(&mut picture, &FONT_7X13, INK, Point::new(20, y), Alignment::Left, advice);
    }
    let drawn = picture.png();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/wiring.png");
    if std::env::var_os("PARCELD_UPDATE_GOLDEN").is_some() {
        std::fs::write(file, &drawn).expect("a writable source tree");
    } else {
        let golden = std::fs::read(file).unwrap_or_default();
        assert!(drawn == golden, "if it is meant, look at it, and run again with PARCELD_UPDATE_GOLDEN=1");
    }
}
