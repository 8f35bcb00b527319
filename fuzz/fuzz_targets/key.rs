#![no_main]

use keyloom_tests::fuzz::Subject;

thread_local!(static SUBJECT: Subject = Subject::new());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| SUBJECT.with(|subject| subject.key(bytes)));
