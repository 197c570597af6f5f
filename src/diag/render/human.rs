//! As rustc prints it. `annotate_snippets` is known to this file alone; it is given only the lines that it shows.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};

use super::{closing, shown};
use crate::base::{SourceFile, Sources, Span};
use crate::diag::{Diagnostic, Diagnostics, Severity, Suggestion};

/// A related place at most so many lines away is shown in the same picture.
const NEAR: u32 = 12;
/// Longer lines are no text that people read; their place is told without the line.
const LONGEST_LINE: usize = 10_000;

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let shown = shown(diagnostics);
    let reports: String = shown.iter().map(|one| report(one, sources, &renderer) + "\n\n").collect();
    reports + &closing(diagnostics, shown.len())
}

fn report(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut main =
        level.primary_title(&diagnostic.message).id(diagnostic.code.id()).elements(pictures(diagnostic, sources));
    for help in &diagnostic.help {
        main = main.element(Level::HELP.message(help));
    }
    let more = Level::NOTE.with_name("for more").message(format!("akcgen explain {}", diagnostic.code));
    let groups = match diagnostic.suggestion.as_ref().and_then(|change| suggestion(change, sources)) {
        Some(change) => vec![main, change.element(more)],
        None => vec![main.element(more)],
    };
    renderer.render(&groups)
}

/// The marked place with the related ones near it, then the others, each in a picture of its own.
fn pictures<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Element<'a>> {
    let primary = diagnostic.span.map(|span| (AnnotationKind::Primary, span, diagnostic.label.as_str()));
    let related = diagnostic.related.iter().map(|(span, label)| (AnnotationKind::Context, *span, label.as_str()));
    let mut groups: Vec<Vec<(AnnotationKind, Span, &str)>> = Vec::new();
    for mark in primary.into_iter().chain(related) {
        match groups.iter_mut().find(|group| group.iter().any(|other| near(other.1, mark.1, sources))) {
            Some(group) => group.push(mark),
            None => groups.push(vec![mark]),
        }
    }
    groups.iter().filter_map(|marks| picture(marks, sources)).collect()
}

fn near(left: Span, right: Span, sources: &Sources) -> bool {
    left.file == right.file && sources.position(left).line.abs_diff(sources.position(right).line) <= NEAR
}

fn picture<'a>(marks: &[(AnnotationKind, Span, &'a str)], sources: &'a Sources) -> Option<Element<'a>> {
    let Some(window) = Window::around(marks.iter().map(|(_, span, _)| *span), sources) else {
        return marks.first().map(|(_, span, _)| origin(*span, sources).into());
    };
    let annotations = marks.iter().map(|(kind, span, label)| {
        let label = (!label.is_empty()).then_some(*label);
        kind.span(window.within_line(*span)).label(label)
    });
    Some(window.snippet().annotations(annotations).into())
}

fn origin<'a>(span: Span, sources: &'a Sources) -> Origin<'a> {
    let place = sources.position(span);
    Origin::path(sources.file(span.file).name.as_str()).line(place.line as usize).char_column(place.column as usize)
}

/// The change as lines before and after; `None` where it would span lines or has no line to show.
fn suggestion<'a>(change: &'a Suggestion, sources: &'a Sources) -> Option<Group<'a>> {
    let window = Window::around([change.span], sources)?;
    let range = window.within_line(change.span);
    if range.len() != (change.span.end - change.span.start) as usize || change.replacement.contains('\n') {
        return None;
    }
    let patch = window.snippet().patch(Patch::new(range, change.replacement.as_str()));
    Some(Level::HELP.secondary_title(format!("write `{}` here", change.replacement)).element(patch))
}

/// The lines that hold some spans.
struct Window<'a> {
    file: &'a SourceFile,
    text: &'a str,
    first_line: u32,
    start: usize,
}

impl<'a> Window<'a> {
    fn around(spans: impl IntoIterator<Item = Span> + Clone, sources: &'a Sources) -> Option<Self> {
        let file = sources.file(spans.clone().into_iter().next()?.file);
        let lines = spans.into_iter().map(|span| file.line_of(span.start.min(file.end())));
        let (first_line, last_line) = lines.fold((u32::MAX, 0), |(low, high), line| (low.min(line), high.max(line)));
        if (first_line..=last_line).any(|line| file.line(line).len() > LONGEST_LINE) {
            return None;
        }
        let start = file.line_start(first_line);
        let text = file.text.get(start..file.line_start(last_line.saturating_add(1)))?;
        Some(Window { file, text, first_line, start })
    }

    fn snippet<T: Clone>(&self) -> Snippet<'a, T> {
        Snippet::source(self.text).path(self.file.name.as_str()).line_start(self.first_line as usize)
    }

    /// The part of a span that lies in its first line, as bytes of this window.
    fn within_line(&self, span: Span) -> Range<usize> {
        let text = &self.file.text;
        let start = text.floor_char_boundary(span.start as usize);
        let line = self.file.line_of(span.start.min(self.file.end()));
        let line_end = self.file.line_start(line) + self.file.line(line).len();
        let end = text.floor_char_boundary(span.end as usize).min(line_end).max(start);
        start.saturating_sub(self.start)..end.saturating_sub(self.start)
    }
}
