//! See `fuzz::entry`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::entry(data));
