//! Turns `schema.kdl` into the module `magazine`.

fn main() -> keyloom_generator::Outcome {
    keyloom_generator::compile("schema.kdl")
}
