//! What is the same in every site: Ansible's roles and playbooks.

use include_dir::{Dir, include_dir};

use super::HostFile;
use crate::base::Origin;

static FIXED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/texts/site");

/// Every file of them, by path below the site's folder.
pub(super) fn files(traced: bool) -> Vec<HostFile> {
    let mut files = Vec::new();
    collect(&FIXED, traced, &mut files);
    files
}

fn collect(folder: &Dir<'static>, traced: bool, files: &mut Vec<HostFile>) {
    for file in folder.files() {
        let text = file.contents_utf8().unwrap_or_default().to_owned();
        let origin = Origin::Rule("a role or playbook that is the same in every site");
        let lines = if traced { vec![origin; text.lines().count()] } else { Vec::new() };
        // Folders of every bundle are written with this, whatever the machine is that made it.
        let path = file.path().to_string_lossy().replace('\\', "/");
        files.push(HostFile { path, text, lines });
    }
    folder.dirs().for_each(|inner| collect(inner, traced, files));
}
