//! See `fuzz::manifest_source`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::manifest_source(data));
