//! Turns the schemas into the modules `bench` and `queue`.

use keyloom_generator::{Outcome, compile};

fn main() -> Outcome {
    ["schema.kdl", "queue.kdl"]
        .into_iter()
        .map(compile)
        .collect()
}
