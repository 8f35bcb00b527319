//! "Did you mean …?"

/// `; did you mean …?` if one of the known names is near, the names that there are if there are few, else `otherwise`.
pub(crate) fn meant<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let near = known.iter().map(|name| {
        let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &word.to_lowercase());
        (distance, *name)
    });
    match near.min() {
        Some((distance, name)) if distance <= (word.chars().count() / 3).max(1) => {
            format!("; did you mean `{name}`?")
        }
        Some(_) if known.len() <= LISTED => format!("; there are `{}`", known.join("`, `")),
        _ => otherwise.to_owned(),
    }
}

/// More names than these are not listed.
const LISTED: usize = 10;

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_near_name_is_offered_and_few_names_are_listed() {
        assert_eq!(
            meant("maler", ["mailer", "index"], ""),
            "; did you mean `mailer`?"
        );
        assert_eq!(
            meant("search", ["mailer", "index"], ""),
            "; there are `mailer`, `index`"
        );
        assert_eq!(
            meant("search", [], "; nothing is there"),
            "; nothing is there"
        );
    }
}
