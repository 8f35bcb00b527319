#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| keyloom_tests::fuzz::schema(text));
