//! JSON files of many like rows, one on a line, so that a difference is one line a row.

use serde::Serialize;

use super::lines::Lines;
use crate::base::Origin;

/// A row as JSON and where it came from.
pub type Row = (String, Origin);

/// A row's text.
pub fn json(row: &impl Serialize) -> String {
    match serde_json::to_string(row) {
        Ok(text) => text,
        Err(_) => unreachable!("a row holds texts, numbers and maps by text alone"),
    }
}

/// A list of rows.
pub fn list(rows: &[Row], traced: bool) -> Lines {
    let mut lines = Lines::new(traced);
    add(&mut lines, "", "", rows);
    lines
}

/// A map of lists of rows.
pub fn lists(lists: &[(&str, Vec<Row>)], traced: bool) -> Lines {
    let mut lines = Lines::new(traced);
    lines.line("{", FRAME);
    for (at, (name, rows)) in lists.iter().enumerate() {
        let end = if at + 1 < lists.len() { "," } else { "" };
        add(&mut lines, &format!("  \"{name}\": "), end, rows);
    }
    lines.line("}", FRAME);
    lines
}

const FRAME: Origin = Origin::Rule("the frame of the file");

/// A list after the beginning of its line; its rows stand two blanks deeper.
fn add(lines: &mut Lines, start: &str, end: &str, rows: &[Row]) {
    if rows.is_empty() {
        return lines.line(format_args!("{start}[]{end}"), FRAME);
    }
    let indent = if start.is_empty() { "" } else { "  " };
    lines.line(format_args!("{start}["), FRAME);
    for (at, (row, origin)) in rows.iter().enumerate() {
        let comma = if at + 1 < rows.len() { "," } else { "" };
        lines.line(format_args!("{indent}  {row}{comma}"), *origin);
    }
    lines.line(format_args!("{indent}]{end}"), FRAME);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn each_row_has_a_line_with_its_origin() {
        let rows =
            vec![(r#"{"a":1}"#.to_owned(), Origin::Rule("one")), (r#"{"b":"x"}"#.to_owned(), Origin::Rule("two"))];
        let (text, lines) = lists(&[("first", rows.clone()), ("none", Vec::new())], true).finish();
        assert_eq!(text, "{\n  \"first\": [\n    {\"a\":1},\n    {\"b\":\"x\"}\n  ],\n  \"none\": []\n}\n");
        assert_eq!(text.lines().count(), lines.len());
        assert_eq!(lines[3], Origin::Rule("two"));
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        let (text, lines) = list(&rows, false).finish();
        assert_eq!((text.as_str(), lines.len()), ("[\n  {\"a\":1},\n  {\"b\":\"x\"}\n]\n", 0));
        assert_eq!(list(&[], false).finish().0, "[]\n");
    }
}
