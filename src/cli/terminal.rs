//! The two streams of the process. Nothing else prints.
//!
//! What a command was asked for goes to standard output; reports and counts go to standard error. A reader that
//! went away (`akcgen schema | head`) is no error.

use std::io::{self, Write};

use anstream::ColorChoice;

use crate::base::Sources;
use crate::diag::Diagnostics;
use crate::diag::render::{self, Format};

/// How a run talks to whoever started it.
#[derive(Debug)]
pub struct Terminal {
    format: Format,
    colour: bool,
}

impl Terminal {
    /// Reports in this form. Colours only on a terminal; `NO_COLOR` and its kin are heeded.
    pub fn new(format: Format) -> Terminal {
        let human = format == Format::Human;
        let colour = human && anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        Terminal { format, colour }
    }

    /// Prints what the command was asked for.
    pub fn print(&self, text: &str) {
        let _ = io::stdout().write_all(text.as_bytes());
    }

    /// Tells people how it went. Silent where a program reads the report.
    pub fn say(&self, text: &str) {
        if self.format == Format::Human {
            let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
        }
    }

    /// Prints the findings of the run. The forms that are one document are printed also where there are none.
    pub fn report(&self, diagnostics: &Diagnostics, sources: &Sources) {
        let text = render::render(self.format, diagnostics, sources, self.colour);
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

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
