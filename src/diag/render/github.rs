//! Workflow commands of GitHub Actions:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use super::Place;
use crate::base::Sources;
use crate::diag::{Diagnostic, Diagnostics, Severity};

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources) -> String {
    diagnostics.iter().map(|one| command(one, sources)).collect()
}

fn command(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let command = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = diagnostic.span.map_or(String::new(), |span| {
        let Place { file, start, end } = Place::new(span, sources);
        // GitHub takes columns only where both ends lie in one line.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        format!("file={},line={},endLine={}{columns},", property(file), start.line, end.line)
    });
    let help: String = diagnostic.help.iter().map(|help| format!("\n{help}")).collect();
    let text = format!("{}{help}\nfor more: akcgen explain {}", diagnostic.message, diagnostic.code);
    format!("::{command} {place}title={}::{}\n", diagnostic.code, data(&text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
