//! The YAML writer: the only place where documents get their bytes.
//!
//! Lists stand at their key's indent, as kubectl and Kustomize write them; lines are never folded, so that a
//! difference stays one line a value; text of several lines is a literal block where every reader gives it back.

use std::borrow::Cow;

use super::scalar::{Style, is_hidden, style, write_quoted};
use crate::base::{Object, Origin, Origins, Step, Text, Tree, TreePath};

/// Writes one document, without a marker before or after it.
pub fn write(tree: &Tree, out: &mut String) {
    Writer { out, follower: () }.document(tree);
}

/// Writes one document and appends the origin of each line written: that of the innermost node that ends on it. Below the
/// path of a text in a literal block each of its lines is a step, numbered from 0.
pub fn write_traced(object: &Object, out: &mut String, lines: &mut Vec<Origin>) {
    let follower = Trace { origins: &object.origins, path: TreePath::ROOT, lines };
    Writer { out, follower }.document(&object.tree);
}

/// Writes a stream of documents with `---` between them.
pub fn documents<'a>(objects: impl IntoIterator<Item = &'a Object>) -> String {
    let mut out = String::new();
    for (at, object) in objects.into_iter().enumerate() {
        if at > 0 {
            out.push_str(MARKER);
        }
        write(&object.tree, &mut out);
    }
    out
}

/// The same text as [`documents`], with the origin of each line; a marker belongs to the document that it opens.
pub fn documents_traced<'a>(objects: impl IntoIterator<Item = &'a Object>) -> (String, Vec<Origin>) {
    let (mut out, mut lines) = (String::new(), Vec::new());
    for (at, object) in objects.into_iter().enumerate() {
        if at > 0 {
            out.push_str(MARKER);
            lines.push(object.origins.root);
        }
        write_traced(object, &mut out, &mut lines);
    }
    (out, lines)
}

/// What stands behind a key on one line: a scalar, text of several lines in quotes too, or an empty map or list.
pub fn inline(tree: &Tree) -> Cow<'_, str> {
    match tree {
        Tree::Str(text) => key(text),
        other => {
            let mut out = String::new();
            write_inline(other, &mut out);
            Cow::Owned(out)
        }
    }
}

/// A key as it stands before its colon.
pub fn key(text: &str) -> Cow<'_, str> {
    match style(text) {
        Style::Plain => Cow::Borrowed(text),
        Style::Quoted | Style::Literal => {
            let mut out = String::new();
            write_quoted(text, &mut out);
            Cow::Owned(out)
        }
    }
}

/// Whether text stands without quotes on one line.
pub fn is_plain(text: &str) -> bool {
    style(text) == Style::Plain
}

/// Text as it stands between double quotes.
pub fn within_quotes(text: &str) -> String {
    let mut out = String::new();
    write_quoted(text, &mut out);
    out[1..out.len() - 1].to_owned()
}

/// The indicator and the lines of text that stands as a literal block, whatever follows it. None for text that does not,
/// and for what ends in several line feeds: they last only as long as nobody takes away blank lines behind them.
pub fn literal(text: &str) -> Option<(&'static str, std::str::Split<'_, char>)> {
    // Most text is one line.
    if !text.contains('\n') {
        return None;
    }
    let (indicator, lines) = indicated(text);
    (style(text) == Style::Literal && indicator != KEEP).then_some((indicator, lines))
}

/// Writes each line of the text as a comment. Characters that break lines or hide themselves become spaces.
pub fn comment(out: &mut String, text: &str) {
    for line in text.lines() {
        let visible: String =
            line.chars().map(|char| if char.is_control() || is_hidden(char) { ' ' } else { char }).collect();
        out.push_str(format!("# {visible}").trim_end());
        out.push('\n');
    }
}

/// Writes blanks.
pub fn pad(out: &mut String, blanks: usize) {
    const BLANKS: &str = "                                                                ";
    match BLANKS.get(..blanks) {
        Some(blanks) => out.push_str(blanks),
        None => out.extend(std::iter::repeat_n(' ', blanks)),
    }
}

/// The indicator of a literal block that ends in several line feeds.
const KEEP: &str = "|+";

/// The indicator and the lines of a literal block: `|` for text that ends in one line feed, `|-` for none, `|+` for several.
fn indicated(text: &str) -> (&'static str, std::str::Split<'_, char>) {
    let body = text.strip_suffix('\n');
    let indicator = match body {
        None => "|-",
        Some(body) if body.ends_with('\n') => KEEP,
        Some(_) => "|",
    };
    (indicator, body.unwrap_or(text).split('\n'))
}

/// Writes a scalar, or an empty map or list, on one line; the text of a literal block is not written.
fn write_inline(tree: &Tree, out: &mut String) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Bool(true) => out.push_str("true"),
        Tree::Bool(false) => out.push_str("false"),
        Tree::Int(number) => out.push_str(&number.to_string()),
        Tree::Float(number) => write_float(*number, out),
        Tree::Seq(_) => out.push_str("[]"),
        Tree::Map(_) => out.push_str("{}"),
        Tree::Str(text) => match style(text) {
            Style::Plain => out.push_str(text),
            Style::Quoted => write_quoted(text, out),
            Style::Literal => {}
        },
    }
}

/// Writes a number with a point, and a sign before the exponent: YAML 1.1 demands both of a float.
fn write_float(number: f64, out: &mut String) {
    if number.is_nan() {
        return out.push_str(".nan");
    }
    if number.is_infinite() {
        return out.push_str(if number > 0.0 { ".inf" } else { "-.inf" });
    }
    let shortest = format!("{number:?}");
    let Some((mantissa, exponent)) = shortest.split_once('e') else { return out.push_str(&shortest) };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    out.push_str(&format!("{mantissa}{point}e{sign}{exponent}"));
}

const MARKER: &str = "---\n";
const INDENT: usize = 2;

/// The longest key that libyaml and its descendants accept without `? ` before it, in characters.
const LONGEST_KEY: usize = 1024;

/// Is told where in the tree the writer stands and when a line ends. The unit type does not listen and costs nothing.
trait Follower {
    fn enter(&mut self, step: impl FnOnce() -> Step);
    fn leave(&mut self);
    fn line(&mut self);
}

impl Follower for () {
    fn enter(&mut self, _step: impl FnOnce() -> Step) {}
    fn leave(&mut self) {}
    fn line(&mut self) {}
}

struct Trace<'a> {
    origins: &'a Origins,
    path: TreePath,
    lines: &'a mut Vec<Origin>,
}

impl Follower for Trace<'_> {
    fn enter(&mut self, step: impl FnOnce() -> Step) {
        self.path.0.push(step());
    }
    fn leave(&mut self) {
        self.path.0.pop();
    }
    fn line(&mut self) {
        self.lines.push(self.origins.lookup(&self.path));
    }
}

struct Writer<'a, F> {
    out: &'a mut String,
    follower: F,
}

impl<F: Follower> Writer<'_, F> {
    fn document(&mut self, tree: &Tree) {
        match tree {
            Tree::Map(entries) if !entries.is_empty() => self.entries(entries, 0),
            Tree::Seq(items) if !items.is_empty() => self.items(items, 0),
            _ => self.scalar(tree, INDENT),
        }
    }

    /// Writes a map whose first key stands where the writer stands, the others at the indent.
    fn entries(&mut self, entries: &[(Text, Tree)], indent: usize) {
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 {
                self.pad(indent);
            }
            self.follower.enter(|| Step::from(key.clone()));
            self.key(key, indent);
            match value {
                Tree::Map(entries) if !entries.is_empty() => {
                    self.end_line();
                    self.pad(indent + INDENT);
                    self.entries(entries, indent + INDENT);
                }
                Tree::Seq(items) if !items.is_empty() => {
                    self.end_line();
                    self.pad(indent);
                    self.items(items, indent);
                }
                _ => {
                    self.out.push(' ');
                    self.scalar(value, indent + INDENT);
                }
            }
            self.follower.leave();
        }
    }

    /// Writes a list whose first item stands where the writer stands, the others at the indent.
    fn items(&mut self, items: &[Tree], indent: usize) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.pad(indent);
            }
            self.follower.enter(|| Step::Index(u32::try_from(at).unwrap_or(u32::MAX)));
            self.out.push_str("- ");
            match item {
                Tree::Map(entries) if !entries.is_empty() => self.entries(entries, indent + INDENT),
                Tree::Seq(items) if !items.is_empty() => self.items(items, indent + INDENT),
                _ => self.scalar(item, indent + INDENT),
            }
            self.follower.leave();
        }
    }

    /// Writes a key with its colon.
    fn key(&mut self, key: &str, indent: usize) {
        let start = self.out.len();
        match style(key) {
            Style::Plain => self.out.push_str(key),
            Style::Quoted | Style::Literal => write_quoted(key, self.out),
        }
        if self.out.len() - start > LONGEST_KEY {
            self.out.insert_str(start, "? ");
            self.end_line();
            self.pad(indent);
        }
        self.out.push(':');
    }

    /// Writes what fits behind a key or a dash and ends the line; the indent is that of a literal block's lines.
    fn scalar(&mut self, tree: &Tree, indent: usize) {
        match tree {
            Tree::Str(text) => match style(text) {
                Style::Plain => self.out.push_str(text),
                Style::Quoted => write_quoted(text, self.out),
                Style::Literal => return self.literal(text, indent),
            },
            _ => write_inline(tree, self.out),
        }
        self.end_line();
    }

    fn literal(&mut self, text: &str, indent: usize) {
        let (indicator, lines) = indicated(text);
        self.out.push_str(indicator);
        self.end_line();
        for (at, line) in lines.enumerate() {
            self.follower.enter(|| Step::Index(u32::try_from(at).unwrap_or(u32::MAX)));
            if !line.is_empty() {
                self.pad(indent);
                self.out.push_str(line);
            }
            self.end_line();
            self.follower.leave();
        }
    }

    fn pad(&mut self, indent: usize) {
        pad(self.out, indent);
    }

    fn end_line(&mut self) {
        self.out.push('\n');
        self.follower.line();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(tree: &Tree) -> String {
        let mut out = String::new();
        write(tree, &mut out);
        out
    }

    fn sample() -> Tree {
        let env = Tree::map([("name", "MODE"), ("value", "on")]);
        let container = Tree::map([
            ("name", Tree::from("peer")),
            ("args", Tree::seq(["-c", "1.2.3"])),
            ("env", Tree::seq([env])),
            ("resources", Tree::map([] as [(&str, Tree); 0])),
        ]);
        Tree::map([
            ("kind", Tree::from("Pod")),
            ("on", Tree::seq([Tree::seq([Tree::from(1), Tree::from(true)]), Tree::Seq(vec![]), Tree::Null])),
            ("spec", Tree::map([("containers", Tree::seq([container]))])),
            ("data", Tree::map([("run.sh", "#!/bin/sh\n\nexec peer\n"), ("keep", "a\n\n"), ("strip", "a\nb")])),
        ])
    }

    const SAMPLE: &str = r#"kind: Pod
"on":
- - 1
  - true
- []
- null
spec:
  containers:
  - name: peer
    args:
    - -c
    - "1.2.3"
    env:
    - name: MODE
      value: "on"
    resources: {}
data:
  run.sh: |
    #!/bin/sh

    exec peer
  keep: |+
    a

  strip: |-
    a
    b
"#;

    #[test]
    fn is_written_as_kubectl_writes_it() {
        assert_eq!(written(&sample()), SAMPLE);
    }

    #[test]
    fn numbers_are_numbers_of_their_kind_to_every_reader() {
        let floats = [1.0, -0.0, 0.1, 1e300, 1.5e-9, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let text = written(&Tree::seq(floats));
        let expected = ["1.0", "-0.0", "0.1", "1.0e+300", "1.5e-9", "1.7976931348623157e+308", ".nan", ".inf", "-.inf"];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected.map(|float| format!("- {float}")));
        assert_eq!(written(&Tree::Int(i64::MIN)), "-9223372036854775808\n");
    }

    #[test]
    fn a_key_too_long_for_old_readers_is_explicit() {
        let key = "k".repeat(1025);
        let map = Tree::map([(key.clone(), Tree::map([("a", 1)])), ("b".to_owned(), Tree::from(2))]);
        assert_eq!(written(&Tree::seq([map])), format!("- ? {key}\n  :\n    a: 1\n  b: 2\n"));
    }

    #[test]
    fn every_line_has_the_origin_of_what_ends_on_it() {
        let mut object = Object::new(sample(), Origin::Rule("root"));
        object.origins.add("spec/containers/0/args/1", Origin::Rule("argument"));
        object.origins.add("spec/containers/0/env/0/name", Origin::Rule("variable"));
        object.origins.add("data/run.sh", Origin::Rule("script"));
        let (text, lines) = documents_traced(&[object.clone(), object]);
        assert_eq!(text, format!("{SAMPLE}---\n{SAMPLE}"));
        assert_eq!(text.lines().count(), lines.len());
        let of =
            |rule| text.lines().zip(&lines).filter(move |(_, line)| **line == Origin::Rule(rule)).map(|(text, _)| text);
        let twice = |once: &[&'static str]| once.repeat(2);
        assert_eq!(of("argument").collect::<Vec<_>>(), twice(&["    - \"1.2.3\""]));
        assert_eq!(of("variable").collect::<Vec<_>>(), twice(&["    - name: MODE"]));
        let script = ["  run.sh: |", "    #!/bin/sh", "", "    exec peer"];
        assert_eq!(of("script").collect::<Vec<_>>(), twice(&script));
    }

    #[test]
    fn nothing_escapes_from_a_comment() {
        let mut out = String::new();
        comment(&mut out, "one \n\ntwo\rkey: x\u{85}y\u{2028}z\r\nthree");
        assert_eq!(out, "# one\n#\n# two key: x y z\n# three\n");
    }
}
