//! What must not compile, and what the compiler says then.

#[test]
fn wrong_calls_do_not_compile_and_the_message_says_why() {
    let cases = trybuild::TestCases::new();
    cases.pass("compile_fail/cases/right*.rs");
    cases.compile_fail("compile_fail/cases/wrong_*.rs");
}
