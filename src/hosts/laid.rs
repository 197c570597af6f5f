//! What Ansible lays down on one host, while it is put together: the files and everything that host.yml says of them.

use std::collections::BTreeMap;

use super::HostFile;
use super::model::Host;
use crate::base::Origin;

/// The folder of everything that is written once and read by what runs.
pub(super) const CONFIGURATION: &str = "/etc/akcgen";

/// The user `root`.
pub(super) const ROOT: u32 = 0;

/// What is laid down on one host.
#[derive(Debug)]
pub(super) struct Laid {
    /// The host's folder in the site.
    pub folder: String,
    pub traced: bool,
    /// The files of the site, those among them that Ansible copies included.
    pub files: Vec<HostFile>,
    /// Folders by path: owner and mode. A folder stands before what is in it.
    pub directories: BTreeMap<String, (u32, &'static str)>,
    pub copied: Vec<Copied>,
    pub secrets: Vec<FromVault>,
    pub templates: Vec<Template>,
    pub units: Vec<Unit>,
    pub jobs: Vec<Job>,
}

/// Something that runs to its end once.
#[derive(Debug)]
pub(super) struct Job {
    pub project: String,
    pub service: String,
    /// Changes with anything that it is told, so that a changed job is another.
    pub checksum: String,
    pub origin: Origin,
}

/// A file that is copied as it is.
#[derive(Debug)]
pub(super) struct Copied {
    /// Its path below the host's folder in the site, and on the host.
    pub source: String,
    pub path: String,
    pub mode: &'static str,
    /// Whether the file of the site is the base64 of its bytes.
    pub encoded: bool,
    pub origin: Origin,
}

/// A key of a secret that becomes a file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FromVault {
    pub secret: String,
    pub key: String,
    pub path: String,
    pub owner: u32,
    /// The project and its services that read it; none where the host itself does.
    pub project: String,
    pub services: Vec<String>,
}

impl FromVault {
    /// Whether the vault holds the base64 of its bytes: it is no text.
    pub fn is_encoded(&self) -> bool {
        self.key.ends_with(".block")
    }
}

/// A file of variables that come from the vault.
#[derive(Debug)]
pub(super) struct Template {
    pub source: String,
    pub path: String,
    /// The secrets and keys in it.
    pub secrets: Vec<(String, String)>,
}

/// A systemd unit.
#[derive(Debug)]
pub(super) struct Unit {
    pub name: String,
    /// Whether it starts with the host.
    pub enabled: bool,
    /// Whether starting it takes a backup.
    pub backup: bool,
}

impl Laid {
    pub fn new(host: &Host, traced: bool) -> Laid {
        Laid {
            folder: host.folder(),
            traced,
            files: Vec::new(),
            directories: BTreeMap::new(),
            copied: Vec::new(),
            secrets: Vec::new(),
            templates: Vec::new(),
            units: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// Adds a file of the site.
    pub fn add(&mut self, file: HostFile) {
        self.files.push(file);
    }

    /// Adds a file of the site, where there is one.
    pub fn add_some(&mut self, file: Option<HostFile>) {
        self.files.extend(file);
    }

    /// Has a folder made with an owner and a mode, and those that it is in down from `top` for root alone.
    pub fn directory(&mut self, top: &str, path: &str, owner: u32, mode: &'static str) {
        let above = path.match_indices('/').map(|(at, _)| &path[..at]).filter(|folder| folder.len() >= top.len());
        for folder in above.filter(|folder| folder.starts_with(top)) {
            self.directories.entry(folder.to_owned()).or_insert((ROOT, "0750"));
        }
        self.directories.insert(path.to_owned(), (owner, mode));
    }

    /// Has the folder made that a file of the configuration stands in.
    pub fn folder_of(&mut self, path: &str) {
        if let Some((folder, _)) = path.rsplit_once('/')
            && !self.directories.contains_key(folder)
        {
            self.directory(CONFIGURATION, folder, ROOT, "0750");
        }
    }
}
