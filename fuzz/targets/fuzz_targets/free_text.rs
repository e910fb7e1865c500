//! See `fuzz::free_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::free_text(data));
