//! Scanners, scales, printers, panels and lamps: bytes in, plain readings out.
