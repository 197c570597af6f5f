//! `blueprint.yaml:3:7: error[AKC0110]: unknown key `peer``

use super::{Place, closing, shown};
use crate::base::Sources;
use crate::diag::{Diagnostic, Diagnostics};

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let shown = shown(diagnostics);
    let lines: String = shown.iter().map(|one| line(one, sources)).collect();
    lines + &closing(diagnostics, shown.len())
}

fn line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.span.map(|span| Place::new(span, sources));
    let place = place.map_or(String::new(), |at| format!("{}:{}:{}: ", at.file, at.start.line, at.start.column));
    let message = diagnostic.message.replace(char::is_control, " ");
    format!("{place}{}[{}]: {}\n", diagnostic.severity().word(), diagnostic.code, message)
}
