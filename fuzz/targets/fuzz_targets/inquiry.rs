//! See `fuzz::inquiry`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::inquiry(data));
