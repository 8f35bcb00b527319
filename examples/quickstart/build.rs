//! Turns `schema.kdl` into the module `blog`.

fn main() -> keyloom_generator::Outcome {
    keyloom_generator::compile("schema.kdl")
}
