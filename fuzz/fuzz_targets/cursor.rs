#![no_main]

use keyloom_tests::fuzz::Subject;

thread_local!(static SUBJECT: Subject = Subject::new());

libfuzzer_sys::fuzz_target!(|text: &str| SUBJECT.with(|subject| subject.cursor(text)));
