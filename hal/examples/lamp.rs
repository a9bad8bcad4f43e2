//! Lights each lamp in turn, sounds the buzzer, and says when the button is pressed:
//! `cargo run -p parceld-hal --example lamp -- RED AMBER GREEN BUZZER BUTTON [CHIP]`, numbers of lines, `-` for what is not
//! wired. Without CHIP (`gpiochip0`) through rppal, on a Raspberry Pi.

use std::time::Duration;

use parceld_hal::gpio::{Backend, Gpio, GpioLine, Lamp, Pins};
use tokio::time::{sleep, timeout};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let line = |at: usize| -> Result<Option<GpioLine>, std::num::ParseIntError> {
        std::env::args().nth(at).filter(|word| word != "-").map(|word| word.parse().map(GpioLine::Number)).transpose()
    };
    let (red, amber, green, buzzer, button) = (line(1)?, line(2)?, line(3)?, line(4)?, line(5)?);
    let backend = std::env::args().nth(6).map_or(Backend::Rppal, |chip| Backend::Gpiocdev { chip: Some(chip) });
    let mut gpio = Gpio::open(&Pins { backend, red, amber, green, buzzer, button, active_low: false })?;
    let lamps = [(true, false, false), (false, true, false), (false, false, true)];
    for (red, amber, green) in lamps {
        gpio.light(Lamp { red, amber, green })?;
        println!("red {red}, amber {amber}, green {green}");
        sleep(Duration::from_secs(1)).await;
    }
    gpio.sound(true)?;
    sleep(Duration::from_millis(200)).await;
    gpio.sound(false)?;
    println!("press the button within ten seconds");
    match timeout(Duration::from_secs(10), gpio.pressed()).await {
        Ok(pressed) => pressed.map(|()| println!("pressed"))?,
        Err(_) => println!("not pressed"),
    }
    Ok(())
}
