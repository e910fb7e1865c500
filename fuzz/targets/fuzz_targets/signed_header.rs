//! See `fuzz::signed_header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::signed_header(data));
