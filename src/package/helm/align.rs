//! Which items of several lists are the same one, in an order that every list keeps.

/// How alike two items are that are the same for certain.
pub(super) const SAME: u32 = 1000;

/// Rows of places: for each list the place of its item, if it has one in this row. Reading a column from top to bottom
/// gives back the list. `likeness` says how alike two items are, at most [`SAME`]; items that are not alike at all, with
/// 0, never share a row. Of all ways to share rows the one with the greatest likeness in all is taken.
pub(super) fn align<T>(lists: &[&[T]], likeness: impl Fn(&T, &T) -> u32) -> Vec<Vec<Option<usize>>> {
    let mut rows: Vec<Vec<Option<usize>>> = Vec::new();
    for (column, list) in lists.iter().enumerate() {
        let last = |row: &Vec<Option<usize>>| -> Option<&T> {
            let (column, at) = row.iter().enumerate().rev().find_map(|(column, at)| Some((column, (*at)?)))?;
            lists.get(column)?.get(at)
        };
        let known: Vec<Option<&T>> = rows.iter().map(last).collect();
        let pairs = pairs(&known, list, |one, other| one.map_or(0, |one| likeness(one, other)));
        rows = pairs
            .into_iter()
            .map(|(row, item)| {
                let mut row = row.and_then(|row| rows.get(row).cloned()).unwrap_or_else(|| vec![None; column]);
                row.push(item);
                row
            })
            .collect();
    }
    rows
}

/// Both lists woven into one: places of items that share a row, or of one that has no partner.
fn pairs<A, B>(ones: &[A], others: &[B], likeness: impl Fn(&A, &B) -> u32) -> Vec<(Option<usize>, Option<usize>)> {
    let same =
        |at: usize| matches!((ones.get(at), others.get(at)), (Some(one), Some(other)) if likeness(one, other) == SAME);
    if ones.len() == others.len() && (0..ones.len()).all(same) {
        return (0..ones.len()).map(|at| (Some(at), Some(at))).collect();
    }
    let width = others.len() + 1;
    let mut best = vec![0_u32; (ones.len() + 1) * width];
    let mut alike = vec![0_u32; ones.len() * others.len()];
    for (at, one) in ones.iter().enumerate() {
        for (to, other) in others.iter().enumerate() {
            let likeness = likeness(one, other);
            alike[at * others.len() + to] = likeness;
            let paired = if likeness > 0 { best[at * width + to] + likeness } else { 0 };
            best[(at + 1) * width + to + 1] = paired.max(best[at * width + to + 1]).max(best[(at + 1) * width + to]);
        }
    }
    let (mut at, mut to) = (ones.len(), others.len());
    let mut woven = Vec::with_capacity(at.max(to));
    while at > 0 || to > 0 {
        let here = best[at * width + to];
        let likeness = if at > 0 && to > 0 { alike[(at - 1) * others.len() + to - 1] } else { 0 };
        if likeness > 0 && here == best[(at - 1) * width + to - 1] + likeness {
            (at, to) = (at - 1, to - 1);
            woven.push((Some(at), Some(to)));
        } else if to > 0 && here == best[at * width + to - 1] {
            to -= 1;
            woven.push((None, Some(to)));
        } else {
            at -= 1;
            woven.push((Some(at), None));
        }
    }
    woven.reverse();
    woven
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    /// Rows as `a-` where the second list lacks an item.
    fn told(lists: &[&str]) -> Vec<String> {
        let lists: Vec<Vec<char>> = lists.iter().map(|list| list.chars().collect()).collect();
        let columns: Vec<&[char]> = lists.iter().map(Vec::as_slice).collect();
        // Letters of one sort are alike, digits never.
        let likeness = |one: &char, other: &char| match (one, other) {
            _ if one == other => SAME,
            _ if one.eq_ignore_ascii_case(other) => 600,
            _ => 0,
        };
        let rows = align(&columns, likeness);
        let item = |(column, at): (usize, &Option<usize>)| at.map_or('-', |at| lists[column][at]);
        rows.iter().map(|row| row.iter().enumerate().map(item).collect()).collect()
    }

    #[test]
    fn items_that_are_alike_share_a_row() {
        assert_eq!(told(&["abc", "abc"]), ["aa", "bb", "cc"]);
        assert_eq!(told(&["abcd", "ad"]), ["aa", "b-", "c-", "dd"]);
        assert_eq!(told(&["ad", "abd"]), ["aa", "-b", "dd"]);
        assert_eq!(told(&["ax", "ay"]), ["aa", "x-", "-y"]);
        assert_eq!(told(&["ab", "aB", "b"]), ["aa-", "bBb"]);
        assert_eq!(told(&["", "a", ""]), ["-a-"]);
        assert_eq!(told(&[""]), [""; 0]);
    }

    #[test]
    fn an_identical_item_is_preferred_to_one_that_is_alike() {
        assert_eq!(told(&["aA", "A"]), ["a-", "AA"]);
    }

    #[test]
    fn what_changes_its_place_stands_there_twice() {
        assert_eq!(told(&["ab", "ba"]).len(), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(5), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_column_is_its_list(lists in proptest::collection::vec("[abAB]{0,6}", 1..4)) {
            let lists: Vec<&str> = lists.iter().map(String::as_str).collect();
            let rows = told(&lists);
            for (column, list) in lists.iter().enumerate() {
                let read: String = rows.iter().filter_map(|row| row.chars().nth(column)).filter(|item| *item != '-').collect();
                prop_assert_eq!(&read, list);
            }
        }
    }
}
