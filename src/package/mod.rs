//! Stage 7: objects to the files of each form.

use std::collections::BTreeMap;

use crate::base::Origin;

/// Files by path below the output folder.
#[derive(Debug, Default)]
pub struct Bundle {
    pub files: BTreeMap<String, BundleFile>,
}

/// One file of a bundle.
#[derive(Debug)]
pub struct BundleFile {
    pub text: String,
    /// The origin of each line, where it was asked for.
    pub lines: Vec<Origin>,
}
