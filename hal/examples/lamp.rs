//! Lights each lamp in turn, sounds the buzzer, and says when the button is pressed:
//! `cargo run -p parceld-hal --example lamp -- RED AMBER GREEN BUZZER BUTTON`, BCM numbers, `-` for what is not wired.

use std::time::Duration;

use parceld_hal::gpio::{Gpio, Lamp, Pins};
use tokio::time::{sleep, timeout};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let line = |at: usize| -> Result<Option<u8>, std::num::ParseIntError> {
        std::env::args().nth(at).filter(|word| word != "-").map(|word| word.parse()).transpose()
    };
    let (red, amber, green, buzzer, button) = (line(1)?, line(2)?, line(3)?, line(4)?, line(5)?);
    let mut gpio = Gpio::open(Pins { red, amber, green, buzzer, button, active_low: false })?;
    let lamps = [(true, false, false), (false, true, false), (false, false, true)];
    for (red, amber, green) in lamps {
        gpio.light(Lamp { red, amber, green });
        println!("red {red}, amber {amber}, green {green}");
        sleep(Duration::from_secs(1)).await;
    }
    gpio.sound(true);
    sleep(Duration::from_millis(200)).await;
    gpio.sound(false);
    println!("press the button within ten seconds");
    match timeout(Duration::from_secs(10), gpio.pressed()).await {
        Ok(()) => println!("pressed"),
        Err(_) => println!("not pressed"),
    }
    Ok(())
}
