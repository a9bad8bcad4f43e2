//! Asks a printer how it is, prints a test label and says what proof there is of it:
//! `cargo run -p parceld-hal --example print -- zpl tcp://192.0.2.10:9100`, or `tspl /dev/usb/lp0`, `escpos usb-port:1-1.3`.

mod common;

use std::time::Duration;

use parceld_hal::printer::{Known, Language, PrintVerdict, Proof, Session};
use parceld_hal::usb::DeviceKind;
use tokio::time::{Instant, sleep, timeout};

/// How long a label may take.
const PATIENCE: Duration = Duration::from_secs(15);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [language, device @ ..] = &words[..] else { return Err("print LANGUAGE DEVICE [BAUD [FRAMING]]".into()) };
    let language: Language = language.parse()?;
    let job: &[u8] = match language {
        Language::Zpl => b"^XA^FO40,40^A0N,40,40^FDparceld test label^FS^FO40,110^BY2^BCN,100,Y,N,N^FDTEST^FS^XZ",
        Language::Tspl => b"SIZE 100 mm,150 mm\r\nCLS\r\nTEXT 40,40,\"3\",0,1,1,\"parceld test label\"\r\nPRINT 1\r\n",
        Language::EscPos => b"\x1b@parceld test receipt\n\n\n\n\x1dV\x42\x00",
    };
    let kind = if device.len() > 1 { DeviceKind::Serial } else { DeviceKind::Printer };
    let mut known = Known::default();
    let mut session = Session::connect(&common::address(kind, device)?, language).await?;
    let before = session.status(&mut known).await?;
    println!("before: {before:?}");
    let id = session.print(job, true).await?;
    let mut proof = Proof::new(Instant::now(), before.as_ref(), id, &mut known);
    let watched = timeout(PATIENCE, async {
        loop {
            match proof.take(&session.listen(&mut known).await?, &mut known, Instant::now()) {
                PrintVerdict::Wait => sleep(Duration::from_millis(300)).await,
                verdict => return Ok::<_, Box<dyn std::error::Error>>(verdict),
            }
        }
    });
    match watched.await {
        Ok(verdict) => println!("after: {:?}", verdict?),
        Err(_) => println!("after: it says nothing of the label; look at the printer"),
    }
    session.close().await;
    Ok(())
}
