//! A recording in a device's place.

use std::time::Duration;

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::{Port, PortError};
use crate::record::{self, Direction, Recording};

impl Port {
    /// Plays what was received, in its own time, to whoever reads the port; the port is lost when it is over. The task
    /// gives back what was sent meanwhile.
    ///
    /// # Errors
    /// No socket.
    pub fn play(recording: Recording) -> Result<(Self, JoinHandle<Vec<u8>>), PortError> {
        let pair = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC);
        let (near, far) = pair.map_err(|error| PortError::lost("a recording", Some(error.into())))?;
        let (near, mut far) = (Self::over(near, "a recording")?, Self::over(far, "a recording")?);
        let playing = tokio::spawn(async move {
            let (begin, mut sent, mut buffer) = (Instant::now(), Vec::new(), vec![0; record::RUN]);
            let received = recording.runs.into_iter().filter(|(_, direction, _)| *direction == Direction::Received);
            for (at, _, run) in received {
                loop {
                    tokio::select! {
                        biased;
                        count = far.receive(&mut buffer) => match count {
                            Ok(count) => sent.extend(&buffer[..count]),
                            Err(_) => return sent,
                        },
                        () = sleep_until(begin + at) => break,
                    }
                }
                if far.transmit_all(&run, Duration::from_secs(5)).await.is_err() {
                    return sent;
                }
            }
            while let Ok(Some(count)) = far.take_arrived(&mut buffer) {
                sent.extend(&buffer[..count]);
            }
            sent
        });
        Ok((near, playing))
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::{mpsc, watch};

    use super::*;
    use crate::port::PortErrorKind;
    use crate::scale::{self, Event, Pace, ScaleProtocol, ScaleSettings, Stability};

    /// A scale at a bench: asked three times, moving, at rest, then torn off in the middle of a frame.
    const SCALE: &str = "parceld-recording 1
0 ! opened /dev/ttyUSB0
12 > 53490d0a
21004 < 53204420202020203939
21950 < 2e383720670d0a
50100 > 53490d0a
61007 < 53205320202020203130302e303020670d0a
100200 > 53490d0a
104000 < 532053202020
";

    #[tokio::test(start_paused = true)]
    async fn a_recording_plays_through_the_code_that_read_the_device() {
        let (mut port, playing) = Port::play(Recording::parse(SCALE).unwrap()).unwrap();
        let (_pace, mut paced) = watch::channel(Pace::Eager);
        let (_keys, mut pressed) = mpsc::channel(1);
        let mut seen = Vec::new();
        let settings = ScaleSettings::new(ScaleProtocol::MtSics);
        let lost = scale::read(&mut port, settings, &mut paced, &mut pressed, |event| seen.push(event)).await;
        assert_eq!(lost.kind(), PortErrorKind::Lost);
        let states: Vec<_> = seen
            .iter()
            .map(|event| match event {
                Event::Reading(reading) => (reading.state, reading.text.as_str()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(states, [(Stability::Moving, "99.87"), (Stability::Stable, "100.00")]);
        assert_eq!(playing.await.unwrap(), b"SI\r\nSI\r\nSI\r\n");
    }
}
