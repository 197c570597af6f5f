//! The two streams of the process. Nothing else prints.
//!
//! What a command was asked for goes to standard output; reports, counts and progress go to standard error. A reader that
//! went away (`akcgen schema | head`) is no error.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anstream::ColorChoice;

use crate::base::Sources;
use crate::diag::Diagnostics;
use crate::diag::render::{self, Format};

/// Work that takes less is done before anybody reads of it.
const SILENT: Duration = Duration::from_millis(400);
/// Between two signs of life.
const INTERVAL: Duration = Duration::from_millis(100);

/// How a run talks to whoever started it.
#[derive(Debug)]
pub struct Terminal {
    format: Format,
    colour: bool,
    status: Option<Mutex<Status>>,
}

#[derive(Debug)]
struct Status {
    next: Instant,
    shown: bool,
}

impl Terminal {
    /// Reports in this form. Colours and progress only on a terminal; `NO_COLOR` and its kin are heeded.
    pub fn new(format: Format) -> Terminal {
        let human = format == Format::Human;
        let colour = human && anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        let status = human && io::stderr().is_terminal();
        let status = status.then(|| Mutex::new(Status::begun(Instant::now())));
        Terminal { format, colour, status }
    }

    /// Prints what the command was asked for.
    pub fn print(&self, text: &str) {
        self.clear();
        let _ = io::stdout().write_all(text.as_bytes());
    }

    /// Tells people how it went. Silent where a program reads the report.
    pub fn say(&self, text: &str) {
        if self.format == Format::Human {
            self.clear();
            let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
        }
    }

    /// Prints the findings of the run. The forms that are one document are printed also where there are none.
    pub fn report(&self, diagnostics: &Diagnostics, sources: &Sources) {
        self.clear();
        let text = render::render(self.format, diagnostics, sources, self.colour);
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Whether findings are printed for people.
    pub fn is_human(&self) -> bool {
        self.format == Format::Human
    }

    /// Shows what is being done, if it takes long and somebody looks.
    pub fn progress(&self, text: impl FnOnce() -> String) {
        let Some(mut status) = self.status.as_ref().and_then(|status| status.lock().ok()) else { return };
        if let Some(line) = status.line(Instant::now(), text) {
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    fn clear(&self) {
        let Some(mut status) = self.status.as_ref().and_then(|status| status.lock().ok()) else { return };
        let _ = io::stderr().write_all(status.cleared().as_bytes());
    }
}

impl Status {
    fn begun(now: Instant) -> Status {
        Status { next: now + SILENT, shown: false }
    }

    /// What to write of the work that is done at this time; nothing soon after something was written.
    fn line(&mut self, now: Instant, text: impl FnOnce() -> String) -> Option<String> {
        (now >= self.next).then(|| {
            *self = Status { next: now + INTERVAL, shown: true };
            format!("{CLEAR}{CUT}{}{WRAPPED}", text())
        })
    }

    /// What to write before anything else is.
    fn cleared(&mut self) -> &'static str {
        if std::mem::take(&mut self.shown) { CLEAR } else { "" }
    }
}

/// To the start of the line, and the line emptied (ECMA-48).
const CLEAR: &str = "\r\x1b[K";
/// What is longer than a line is cut, since [`CLEAR`] empties one alone; and as usual again (xterm, DECAWM).
const CUT: &str = "\x1b[?7l";
const WRAPPED: &str = "\x1b[?7h";

/// Tells a person that akcgen itself failed.
pub fn tell_bug(panic: &str) {
    let text = format!(
        "error: this is a bug of akcgen, not of your input: {panic}\n\
         please report it, with the command and, if you may share it, the blueprint\n"
    );
    let _ = io::stderr().write_all(text.as_bytes());
}

/// `1 file`, `2 files`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_work_shows_itself_now_and_then_and_leaves_nothing() {
        let start = Instant::now();
        let mut status = Status::begun(start);
        let mut at =
            |milliseconds| status.line(start + Duration::from_millis(milliseconds), || milliseconds.to_string());
        let shown: Vec<String> = [0, 399, 400, 499, 500].into_iter().filter_map(&mut at).collect();
        assert_eq!(shown, ["\r\x1b[K\x1b[?7l400\x1b[?7h", "\r\x1b[K\x1b[?7l500\x1b[?7h"]);
        assert_eq!((status.cleared(), status.cleared()), (CLEAR, ""));
    }

    #[test]
    fn who_is_no_person_at_a_terminal_sees_none_of_it() {
        for format in [Format::Short, Format::Json] {
            assert!(Terminal::new(format).status.is_none());
        }
    }
}
