//! Where a line of a bundle comes from, in words.

use std::fmt::Write;

use crate::base::{Origin, Sources, Span};
use crate::package::BundleFile;
use crate::resolve;

/// Tells the origin of a line, counted from 1, and which other lines of the file share it.
pub fn told(path: &str, line: usize, file: &BundleFile, sources: &Sources) -> String {
    let text = file.text.lines().nth(line.saturating_sub(1)).unwrap_or("");
    let mut told = format!("{path}:{line}\n{}", snippet(line, text, None));
    let Some(origin) = file.lines.get(line.saturating_sub(1)) else {
        told.push_str("nothing is known of its origin\n");
        return told;
    };
    match origin {
        Origin::Source(span) => told.push_str(&written(*span, sources)),
        Origin::Default(row) => {
            let _ = writeln!(told, "the default of `{row}`{}", resolve::reason(row).map_or(String::new(), reason));
        }
        Origin::Rule(rule) => {
            let _ = writeln!(told, "a rule of akcgen: {rule}");
        }
    }
    let others = lines_of(*origin, file);
    if others.len() > 1 || others.iter().any(|(first, last)| first != last) {
        let ranges = others
            .iter()
            .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
        let _ = writeln!(told, "the same is the origin of the lines {}", ranges.collect::<Vec<_>>().join(", "));
    }
    told
}

fn reason(why: &str) -> String {
    format!(": {}", why.trim())
}

/// A place in an input file, with its line.
fn written(span: Span, sources: &Sources) -> String {
    let file = sources.file(span.file);
    let position = file.position(span.start);
    let line = file.line(position.line);
    let marked = sources.text(span).lines().next().unwrap_or("").chars().count().max(1);
    let mark = (position.column as usize - 1, marked);
    format!(
        "comes from {}:{}:{}\n{}",
        file.name,
        position.line,
        position.column,
        snippet(position.line as usize, line, Some(mark))
    )
}

/// A line as error reports show it, with a mark below it: characters before it, its length.
fn snippet(number: usize, line: &str, mark: Option<(usize, usize)>) -> String {
    let width = number.to_string().len();
    let mut text = format!("{:width$} |\n{number} | {line}\n{:width$} |", "", "");
    if let Some((before, length)) = mark {
        // Tabs stay tabs, so that the mark stands below what it marks.
        let blank: String = line.chars().take(before).map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect();
        let _ = write!(text, " {blank}{}", "^".repeat(length));
    }
    text + "\n"
}

/// The ranges of lines that have this origin.
fn lines_of(origin: Origin, file: &BundleFile) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (at, _) in file.lines.iter().enumerate().filter(|(_, one)| **one == origin) {
        match ranges.last_mut() {
            Some((_, last)) if *last == at => *last = at + 1,
            _ => ranges.push((at + 1, at + 1)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(lines: &[Origin]) -> BundleFile {
        let text = (1..=lines.len()).map(|number| format!("line {number}\n")).collect();
        BundleFile { text, lines: lines.to_vec() }
    }

    #[test]
    fn a_line_of_the_blueprint_is_shown_and_marked() {
        let mut sources = Sources::new();
        let id = sources.add("a.yaml".into(), "one: 1\n  peers: 3\n".into());
        let origin = Origin::Source(Span { file: id, start: 16, end: 17 });
        let rule = Origin::Rule("a rule");
        let told = told("x/y.yaml", 2, &file(&[rule, origin, origin, rule, origin]), &sources);
        let expected = "x/y.yaml:2\n  |\n2 | line 2\n  |\ncomes from a.yaml:2:10\n  |\n2 |   peers: 3\n  |          ^\n\
                        the same is the origin of the lines 2-3, 5\n";
        assert_eq!(told, expected);
    }

    #[test]
    fn defaults_and_rules_are_told() {
        let sources = Sources::new();
        let lines = [Origin::Rule("because"), Origin::Default("blockchain.peers.count")];
        assert!(told("a", 1, &file(&lines), &sources).ends_with("a rule of akcgen: because\n"));
        let default = told("a", 2, &file(&lines), &sources);
        assert!(default.contains("the default of `blockchain.peers.count`: "), "{default}");
    }
}
