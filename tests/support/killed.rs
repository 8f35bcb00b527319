//! A test of this program that is started as a program of its own, and killed.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    iter,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Starts a test with environment variables of its own, waits until it has printed so many lines `acknowledged …`, and kills it
/// at a random moment in the time behind. Gives what it has acknowledged; more than it was waited for, if it went on.
pub fn run_and_kill(
    test: &str,
    variables: &[(&str, &OsStr)],
    lines: usize,
    within: Duration,
) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this program has a file"))
        .args(["--exact", test, "--nocapture"])
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this program starts again");
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut acknowledged: Vec<String> = iter::from_fn(|| next(&mut output)).take(lines).collect();
    assert_eq!(
        acknowledged.len(),
        lines,
        "`{test}` ended before it was killed"
    );
    // Spins: the moment of the kill is to fall anywhere within a commit.
    let moment = Instant::now() + within.mul_f64(fastrand::f64());
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
    child.kill().expect("it can be killed");
    // What it said before is still in the pipe.
    acknowledged.extend(iter::from_fn(|| next(&mut output)));
    child.wait().expect("it is gone");
    acknowledged
}

/// What is acknowledged next. A line that the kill cut short is no acknowledgement; the harness may print before the first one.
fn next(output: &mut impl BufRead) -> Option<String> {
    loop {
        let mut line = String::new();
        output.read_line(&mut line).expect("it writes text");
        if let Some((_, text)) = line.strip_suffix('\n')?.rsplit_once("acknowledged ") {
            return Some(text.to_owned());
        }
    }
}
