//! The nearest valid name to one that was mistyped.

/// The candidate nearest to `seen`, if one is near enough to be meant: at most a third of the letters differ
/// (insertions, deletions, replacements and swaps of neighbours each count one; capitals and `-`, `_` do not).
/// Of equally near ones the first in alphabetical order.
pub fn nearest<'a>(seen: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer texts are no names, and the distance costs the product of both lengths.
    const LONGEST: usize = 100;
    let folded = fold(seen);
    if folded.is_empty() || folded.len() > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .filter(|candidate| *candidate != seen && candidate.len() <= LONGEST)
        .map(|candidate| (distance(&folded, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= (folded.len().max(candidate.chars().count()) / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The candidate for which `seen` looks like a slip of the pen: one letter in six differs, or one in a shorter name. Names
/// that differ in digits alone count something and are meant.
pub fn slip<'a>(seen: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let without_digits = |text: &str| text.replace(|letter: char| letter.is_ascii_digit(), "");
    let folded = fold(seen);
    let is_slip = |candidate: &&str| {
        let most = (folded.len() / 6).max(1);
        distance(&folded, &fold(candidate)) <= most && without_digits(seen) != without_digits(candidate)
    };
    nearest(seen, candidates).filter(is_slip)
}

fn fold(text: &str) -> Vec<char> {
    text.chars().filter(|letter| !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// Damerau–Levenshtein distance in its restricted form (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = Vec::with_capacity(above.len());
        current.push(row + 1);
        for (column, other) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut best = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, slip};

    #[test]
    fn finds_what_was_meant() {
        let names = ["organizations", "ordering", "channels", "name", "fabric", "dataSync"];
        assert_eq!(nearest("organisations", names), Some("organizations"));
        assert_eq!(nearest("chanels", names), Some("channels"));
        assert_eq!(nearest("nmae", names), Some("name"));
        assert_eq!(nearest("data-sync", names), Some("dataSync"));
        assert_eq!(nearest("Fabric", names), Some("fabric"));
    }

    #[test]
    fn stays_silent_when_nothing_is_near() {
        assert_eq!(nearest("volume", ["name", "fabric"]), None);
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), ["xx"]), None);
        assert_eq!(nearest("ab", ["xy"]), None);
    }

    #[test]
    fn slips_are_nearer_than_what_is_offered() {
        assert_eq!(slip("akachian", ["akachain", "seller"]), Some("akachain"));
        assert_eq!(slip("ordres", ["orders"]), Some("orders"));
        assert_eq!(slip("application-appi", ["application-api"]), Some("application-api"));
        for (seen, other) in [("member-two", "member-one"), ("trade-2", "trade-1"), ("orders", "prices"), ("eu", "us")]
        {
            assert_eq!(slip(seen, [other]), None, "{seen}");
        }
    }

    #[test]
    fn ties_go_by_the_alphabet() {
        assert_eq!(nearest("org-c", ["org-b", "org-a"]), Some("org-a"));
    }
}
