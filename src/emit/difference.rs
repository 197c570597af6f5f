//! Where two texts begin to differ, as a unified diff.

use std::fmt::Write;

/// Lines shown around the difference.
const CONTEXT: usize = 3;
/// Lines of each text that are looked at after the first difference; the effort grows with its square.
const WINDOW: usize = 40;

/// The first lines in which two texts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The first line of the old text, from 1, that is not in the new one at its place.
    pub line: usize,
    /// One hunk of a unified diff, header included.
    pub hunk: String,
    /// Whether the texts may differ further on.
    pub more: bool,
}

impl Difference {
    /// `None` if the texts are equal.
    pub fn between(old: &str, new: &str) -> Option<Difference> {
        let (old, new) = (lines(old), lines(new));
        let equal = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
        if equal == old.len() && equal == new.len() {
            return None;
        }
        let start = equal.saturating_sub(CONTEXT);
        let (old_window, new_window) = (window(&old, equal), window(&new, equal));
        let steps = hunk_of(steps(old_window, new_window));
        let [removed, added] = [Step::Removed, Step::Added].map(|side| {
            let before = equal - start;
            before + steps.iter().filter(|step| matches!(step, Step::Same) || **step == side).count()
        });
        let mut hunk = String::new();
        let _ = writeln!(hunk, "@@ -{} +{} @@", range(start, removed), range(start, added));
        old.get(start..equal).unwrap_or_default().iter().for_each(|line| show(&mut hunk, ' ', line));
        let (mut at, mut to) = (equal, equal);
        for step in steps {
            match step {
                Step::Same => show(&mut hunk, ' ', old[at]),
                Step::Removed => show(&mut hunk, '-', old[at]),
                Step::Added => show(&mut hunk, '+', new[to]),
            }
            at += usize::from(step != Step::Added);
            to += usize::from(step != Step::Removed);
        }
        let more = old.get(at..) != new.get(to..);
        Some(Difference { line: equal + 1, hunk, more })
    }
}

/// The lines with their line breaks, so that a missing one at the end counts.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn window<'a>(lines: &'a [&'a str], from: usize) -> &'a [&'a str] {
    lines.get(from..lines.len().min(from + WINDOW)).unwrap_or_default()
}

fn range(start: usize, count: usize) -> String {
    match count {
        0 => format!("{start},0"),
        _ => format!("{},{count}", start + 1),
    }
}

fn show(out: &mut String, mark: char, line: &str) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Same,
    Removed,
    Added,
}

/// The shortest way from one list to the other, removals before additions.
fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let width = new.len() + 1;
    // The length of the longest common subsequence of what follows each pair of positions.
    let mut common = vec![0_usize; (old.len() + 1) * width];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            common[at * width + to] = if old[at] == new[to] {
                common[(at + 1) * width + to + 1] + 1
            } else {
                common[(at + 1) * width + to].max(common[at * width + to + 1])
            };
        }
    }
    let (mut at, mut to, mut steps) = (0, 0, Vec::new());
    while at < old.len() || to < new.len() {
        let step = if at < old.len() && to < new.len() && old[at] == new[to] {
            Step::Same
        } else if to == new.len() || (at < old.len() && common[(at + 1) * width + to] >= common[at * width + to + 1]) {
            Step::Removed
        } else {
            Step::Added
        };
        at += usize::from(step != Step::Added);
        to += usize::from(step != Step::Removed);
        steps.push(step);
    }
    steps
}

/// The steps up to the first stretch of equal lines that two hunks would not share, and so much of it as is shown.
fn hunk_of(steps: Vec<Step>) -> Vec<Step> {
    let mut same = 0;
    let mut end = 0;
    for (at, step) in steps.iter().enumerate() {
        same = if *step == Step::Same { same + 1 } else { 0 };
        if same > 2 * CONTEXT {
            break;
        }
        if same <= CONTEXT {
            end = at + 1;
        }
    }
    steps.into_iter().take(end).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn numbered(count: usize) -> Vec<String> {
        (1..=count).map(|number| format!("line {number}\n")).collect()
    }

    #[test]
    fn a_changed_line_stands_between_three_and_three() {
        let (old, mut new) = (numbered(20), numbered(20));
        new[9] = "other\n".into();
        let found = Difference::between(&old.concat(), &new.concat()).unwrap();
        let expected = "@@ -7,7 +7,7 @@\n line 7\n line 8\n line 9\n-line 10\n+other\n line 11\n line 12\n line 13\n";
        assert_eq!(found, Difference { line: 10, hunk: expected.into(), more: false });
    }

    #[test]
    fn only_the_first_place_is_shown() {
        let (old, mut new) = (numbered(40), numbered(40));
        new[30] = "far\n".into();
        new.remove(1);
        let found = Difference::between(&old.concat(), &new.concat()).unwrap();
        assert_eq!(found.hunk, "@@ -1,5 +1,4 @@\n line 1\n-line 2\n line 3\n line 4\n line 5\n");
        assert!(found.more);
    }

    #[test]
    fn beginnings_ends_and_missing_line_breaks() {
        let between = |old, new| Difference::between(old, new).unwrap().hunk;
        assert_eq!(between("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
        assert_eq!(between("a\n", ""), "@@ -1,1 +0,0 @@\n-a\n");
        assert_eq!(between("a\n", "a"), "@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n");
        assert_eq!(Difference::between("a\n", "a\n"), None);
    }

    #[test]
    fn long_differences_are_cut() {
        let old: String = numbered(1000).concat();
        let new = old.replace("line", "row");
        let found = Difference::between(&old, &new).unwrap();
        assert!(found.more && found.hunk.lines().count() <= 2 * WINDOW + CONTEXT + 1);
    }

    /// Applies a hunk as `patch` does, and insists that it fits.
    fn apply(text: &str, hunk: &str) -> String {
        let (header, body) = hunk.split_once('\n').unwrap();
        let numbers: Vec<usize> =
            header.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
        let side = |mark: char| {
            let lines = body.split_inclusive('\n').filter(|line| line.starts_with([' ', mark]));
            lines.map(|line| line[1..].to_owned()).collect::<Vec<String>>()
        };
        let (removed, added) = (side('-'), side('+'));
        assert_eq!((numbers[1], numbers[3]), (removed.len(), added.len()), "{hunk}");
        let mut lines: Vec<String> = lines(text).into_iter().map(str::to_owned).collect();
        let start = if numbers[1] == 0 { numbers[0] } else { numbers[0] - 1 };
        let before: Vec<String> = lines.splice(start..start + removed.len(), added).collect();
        assert_eq!(before, removed, "{hunk}");
        lines.concat()
    }

    #[test]
    fn hunk_after_hunk_leads_to_the_new_text() {
        let (old, mut new) = (numbered(100), numbered(100));
        new[3] = "x\n".into();
        new.insert(6, "y\n".into());
        new.splice(20..80, (0..70).map(|at| format!("z {at}\n")));
        new.pop();
        let (mut text, new) = (old.concat(), new.concat());
        let mut hunks = 0;
        while let Some(found) = Difference::between(&text, &new) {
            text = apply(&text, &found.hunk);
            hunks += 1;
        }
        assert_eq!((text, hunks > 3), (new, true));
    }
}
