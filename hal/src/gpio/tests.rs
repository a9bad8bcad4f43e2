use super::*;

#[tokio::test]
async fn without_a_header_it_says_so() {
    // On a Raspberry Pi the header opens; nothing is wired in these settings, so nothing is switched.
    if let Err(error) = Gpio::open(&Pins::none(Backend::Rppal)) {
        assert!(matches!(error.kind(), GpioErrorKind::Absent | GpioErrorKind::Denied), "{error}");
    }
}

#[tokio::test]
async fn a_chip_that_is_not_there_is_named_with_what_to_do() {
    let error = Gpio::open(&Pins::none(Backend::Gpiocdev { chip: Some("pinctrl-nowhere".into()) })).unwrap_err();
    assert!(matches!(error.kind(), GpioErrorKind::Absent | GpioErrorKind::Denied), "{error}");
    assert!(error.to_string().contains("; "), "{error}");
}

#[test]
fn every_error_says_what_to_do() {
    use ::rppal::gpio::Error;
    let taken = GpioError::from(Error::PinUsed(17));
    assert_eq!(taken.kind(), GpioErrorKind::Busy);
    assert!(taken.to_string().contains("give each signal its own line"));
    assert_eq!(GpioError::from(Error::PinNotAvailable(99)).kind(), GpioErrorKind::NoSuchLine);
}
