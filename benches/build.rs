//! Turns the schemas into the modules `bench` and `queue`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcomes = ["schema.kdl", "queue.kdl"].map(|schema| {
        keyloom_generator::Config::new(schema)
            .compile()
            .into_result()
    });
    for text in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        eprintln!("{text}");
    }
    if outcomes.iter().all(Result::is_ok) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
