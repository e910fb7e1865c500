//! See `fuzz::publication`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::publication(data));
