//! Turns `schema.kdl` into the module `bench`.

fn main() -> keyloom_generator::Outcome {
    keyloom_generator::compile("schema.kdl")
}
