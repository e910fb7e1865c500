//! See `fuzz::credential`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::credential(data));
