//! "Did you mean …?"

/// The candidate that was probably meant, if one is near enough.
///
/// Distance is Damerau-Levenshtein's, at most a third of the longer word, at least one; a word that differs only in case
/// or in `-` for `_` always counts.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let wanted = plain(word);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let offered = plain(candidate);
        let allowed = (wanted.chars().count().max(offered.chars().count()) / 3).max(1);
        // A distance is at least the difference in length: most candidates need no table.
        if wanted.chars().count().abs_diff(offered.chars().count()) > allowed {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&wanted, &offered);
        // Of two that are as near the same one is offered in every run, whatever order they come in.
        if distance <= allowed && best.is_none_or(|best| (distance, candidate) < best) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `a`, `b` or `c`; at most `most` of them, then `…`.
pub(crate) fn or_list<'a>(words: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let mut shown: Vec<String> = words
        .iter()
        .take(most)
        .map(|word| format!("`{word}`"))
        .collect();
    if words.len() > most {
        shown.push("…".to_owned());
        return shown.join(", ");
    }
    match shown.pop() {
        None => String::new(),
        Some(last) if shown.is_empty() => last,
        Some(last) => format!("{} or {last}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn the_order_of_the_candidates_does_not_matter() {
        let near = ["name_b", "name_a", "other"];
        let mut turned = near;
        turned.reverse();
        assert_eq!(did_you_mean("name_c", near), Some("name_a"));
        assert_eq!(did_you_mean("name_c", turned), Some("name_a"));
    }
}
