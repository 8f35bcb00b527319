//! Any arrangement of white space, comments and blocks.

use super::{format, holds};

/// Text of the language's pieces with any white space and comments between them.
fn random_text(random: &mut fastrand::Rng) -> String {
    fn space(random: &mut fastrand::Rng, out: &mut String) {
        out.push_str(
            random
                .choice([" ", "  ", "\t", " /* c */ ", " \\\n ", " \\ // d\n "])
                .expect("some"),
        );
    }
    fn value(random: &mut fastrand::Rng, out: &mut String) {
        let values = [
            "word",
            "1_000",
            "\"a b\"",
            "(desc)part",
            "(\"t\")v",
            "#true",
            "list<id<A>>",
            "\"\"\"\n x\n \"\"\"",
            "#\"r\"#",
        ];
        out.push_str(random.choice(values).expect("some"));
    }
    fn newline(random: &mut fastrand::Rng, out: &mut String) {
        let ends = [
            "\n",
            "\n\n",
            "\n\n\n",
            ";",
            "; ",
            ";\n",
            " // e\n",
            "; // f\n",
            "; /* g */\n",
            "\n/* h */\n",
            "\n  /// i\n",
            "\n// j\n\n",
            ";/// k\n",
            " /// l\n",
        ];
        out.push_str(random.choice(ends).expect("some"));
    }
    fn nodes(random: &mut fastrand::Rng, out: &mut String, depth: usize) {
        for _ in 0..random.usize(0..4) {
            if random.u8(0..6) == 0 {
                out.push_str(
                    random
                        .choice(["/-", "/- ", "/-\n", "/- // m\n", "/-\n/// n\n"])
                        .expect("some"),
                );
            }
            out.push_str(
                random
                    .choice(["fields", "events", "name", "\"q r\"", "where"])
                    .expect("some"),
            );
            for _ in 0..random.usize(0..4) {
                space(random, out);
                if random.u8(0..8) == 0 {
                    out.push_str("/-");
                }
                if random.bool() {
                    out.push_str(
                        random
                            .choice(["key=", "key = ", "key /* o */ ="])
                            .expect("some"),
                    );
                }
                value(random, out);
            }
            if depth < 3 && random.bool() {
                space(random, out);
                if random.u8(0..8) == 0 {
                    out.push_str("/-");
                }
                out.push('{');
                out.push_str(
                    random
                        .choice(["", " ", "\n", " // p\n", " /* q */ ", " /// r\n"])
                        .expect("some"),
                );
                nodes(random, out, depth + 1);
                out.push_str(
                    random
                        .choice(["}", " }", "\n}", " /* s */ }"])
                        .expect("some"),
                );
                if random.u8(0..8) == 0 {
                    space(random, out);
                }
            }
            newline(random, out);
        }
    }
    let mut out = String::new();
    nodes(random, &mut out, 0);
    out
}

#[test]
fn no_arrangement_of_spaces_comments_and_blocks_is_changed_in_what_it_says() {
    let mut formatted = 0;
    for seed in 0..4_000 {
        let text = random_text(&mut fastrand::Rng::with_seed(seed));
        if format("random.kdl", &text).is_ok() {
            holds(&text);
            formatted += 1;
        }
    }
    assert!(formatted > 2_000, "only {formatted} texts were KDL");
}
