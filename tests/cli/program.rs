//! Runs the program.

use std::path::Path;
use std::process::{Command, Output};

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Insists on an exit status.
    #[track_caller]
    pub fn with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }
}

/// Runs akcgen in a folder with these arguments.
pub fn akcgen(folder: &Path, arguments: &[&str]) -> Ended {
    ended(command(folder, arguments).output().unwrap())
}

/// The program with these arguments, to be started in a folder.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_akcgen"));
    command.args(arguments).current_dir(folder);
    command
}

pub fn ended(output: Output) -> Ended {
    Ended {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
