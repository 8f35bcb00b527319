//! Turns `schema.kdl` into the module `shop`.

fn main() -> keyloom_generator::Outcome {
    keyloom_generator::compile("schema.kdl")
}
