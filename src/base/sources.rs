//! The table of input texts, so that a [`Span`] can be shown as file, line and column.

use super::origin::{FileId, Span};

/// Every text that was read in one run, in the order of reading. A [`FileId`] is an index into it.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

/// One input text with the name that messages show.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as the user gave it, or a name such as `<memory>` for a text without a file.
    pub name: String,
    /// The whole text.
    pub text: String,
    line_starts: Vec<u32>,
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode characters, from 1.
    pub column: u32,
}

impl Sources {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and returns its id. Texts beyond 4 GiB cannot be addressed by a [`Span`];
    /// `source::file` refuses far smaller ones.
    pub fn add(&mut self, name: String, text: String) -> FileId {
        let id = FileId(offset(self.files.len()));
        self.files.push(SourceFile::new(name, text));
        id
    }

    /// The text with this id; an id of another table yields an empty text without a name.
    pub fn file(&self, id: FileId) -> &SourceFile {
        static NONE: SourceFile = SourceFile { name: String::new(), text: String::new(), line_starts: Vec::new() };
        self.files.get(id.0 as usize).unwrap_or(&NONE)
    }

    /// Every text with its id, in the order of reading.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(offset(index)), file))
    }

    /// Line and column of the first byte of a span.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.file).position(span.start)
    }

    /// The text that a span covers; empty where the span does not fit the text.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

impl SourceFile {
    fn new(name: String, text: String) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(index, _)| offset(index + 1))).collect();
        SourceFile { name, text, line_starts }
    }

    /// One past the last byte.
    pub fn end(&self) -> u32 {
        offset(self.text.len())
    }

    /// Line and column of a byte; a byte past the end counts as the end.
    pub fn position(&self, byte: u32) -> Position {
        let line = self.line_of(byte);
        let start = self.line_start(line);
        let before = self.text.get(start..self.text.floor_char_boundary(byte as usize)).unwrap_or("");
        Position { line, column: offset(before.chars().count()).saturating_add(1) }
    }

    /// The line, from 1, that a byte lies in.
    pub fn line_of(&self, byte: u32) -> u32 {
        offset(self.line_starts.partition_point(|start| *start <= byte)).max(1)
    }

    /// How many lines the text has; a line break at the very end starts no further line.
    pub fn line_count(&self) -> u32 {
        offset(self.line_starts.len()).saturating_sub(u32::from(self.text.is_empty() || self.text.ends_with('\n')))
    }

    /// First byte of a line, counted from 1; lines past the end start at the end.
    pub fn line_start(&self, line: u32) -> usize {
        let index = (line as usize).saturating_sub(1);
        self.line_starts.get(index).map_or(self.text.len(), |start| *start as usize)
    }

    /// The text of a line, counted from 1, without its line break.
    pub fn line(&self, line: u32) -> &str {
        let whole = self.text.get(self.line_start(line)..self.line_start(line.saturating_add(1))).unwrap_or("");
        whole.strip_suffix('\n').map_or(whole, |rest| rest.strip_suffix('\r').unwrap_or(rest))
    }
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let mut sources = Sources::new();
        let id = sources.add("a.yaml".into(), "one\r\nzwölf: x\n\nlast".into());
        let file = sources.file(id);
        assert_eq!((1..=5).map(|n| file.line(n)).collect::<Vec<_>>(), ["one", "zwölf: x", "", "last", ""]);
        assert_eq!(file.line_count(), 4);
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(13), Position { line: 2, column: 8 }, "columns count characters, not bytes");
        assert_eq!(file.position(9999), Position { line: 4, column: 5 });
        assert_eq!(sources.text(Span { file: id, start: 5, end: 11 }), "zwölf");
    }

    #[test]
    fn an_empty_text_has_one_place() {
        let mut sources = Sources::new();
        let id = sources.add("empty".into(), String::new());
        assert_eq!(sources.file(id).position(0), Position { line: 1, column: 1 });
        assert_eq!(sources.file(id).line_count(), 0);
        assert_eq!(sources.file(FileId(7)).name, "");
    }
}
