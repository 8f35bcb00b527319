//! Turns `schema.kdl` into the module `book`.

fn main() -> keyloom_generator::Outcome {
    keyloom_generator::compile("schema.kdl")
}
