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
        let status = status.then(|| Mutex::new(Status { next: Instant::now() + SILENT, shown: false }));
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
        let now = Instant::now();
        if now >= status.next {
            status.next = now + INTERVAL;
            status.shown = true;
            let _ = io::stderr().write_all(format!("{CLEAR}{}", text()).as_bytes());
        }
    }

    fn clear(&self) {
        let Some(mut status) = self.status.as_ref().and_then(|status| status.lock().ok()) else { return };
        if std::mem::take(&mut status.shown) {
            let _ = io::stderr().write_all(CLEAR.as_bytes());
        }
    }
}

/// To the start of the line, and the line emptied (ECMA-48).
const CLEAR: &str = "\r\x1b[K";

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
