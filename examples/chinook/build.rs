//! Turns `schema.kdl` into the module `chinook`.

fn main() -> keyloom_generator::Outcome {
    keyloom_generator::compile("schema.kdl")
}
