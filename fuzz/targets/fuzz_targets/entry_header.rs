//! See `fuzz::entry_header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::entry_header(data));
