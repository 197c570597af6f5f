//! Bindings: values that only the platform knows after applying, read from
//! `bindings/<organization>.<environment>.yaml` beside the blueprint: a flat map from name to value.
//!
//! Which names there are is the target's affair; `realise` refuses others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::name::BindingName;
use crate::base::{Sources, Traced};
use crate::diag::suggest::slip;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::parse::blueprint::Map;
use crate::resolve::Consortium;
use crate::{parse, source};

/// The bindings of one environment, by organization.
#[derive(Debug, Clone, Default)]
pub struct Bindings {
    values: BTreeMap<String, Map<BindingName, Traced<String>>>,
}

/// The content of a bindings file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct BindingsFile(
    /// Name to value.
    Map<BindingName, Traced<String>>,
);

/// The names of the bindings that hold an organization's public certificates, whatever its target, as a regular expression.
pub const CERTIFICATES: &str = "^(ca|intermediateCa|tlsCa|orderer[0-9]+|orderer[0-9]+Tls)Certificate$";

/// The folder of all bindings files, beside the blueprint.
pub const FOLDER: &str = "bindings";

/// Where an organization's bindings in an environment stand, below the blueprint's folder.
pub fn path(organization: &str, environment: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{organization}.{environment}.yaml"))
}

/// Tells of files of bindings that nothing reads, where one of a nearly equal name is missing: other blueprints of the folder
/// may have theirs beside them.
pub fn misspelt(folder: &Path, consortia: &[Arc<Consortium>], diagnostics: &mut Diagnostics) {
    let all = consortia.iter().flat_map(|consortium| {
        let environment = &consortium.environment.value;
        consortium.described().map(move |(_, organization, _)| path(&organization.name.value, environment))
    });
    let (present, missing): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) =
        all.partition(|path| source::exists(&folder.join(path)));
    let missing: Vec<&str> = missing.iter().filter_map(|path| path.to_str()).collect();
    for file in source::yaml_files(&folder.join(FOLDER), diagnostics) {
        let own = file.strip_prefix(folder).unwrap_or(&file);
        let strange = own.to_str().filter(|_| !present.contains(own));
        let Some(meant) = strange.and_then(|name| slip(name, missing.iter().copied())) else { continue };
        let message = format!("`{}` holds bindings of no organization in no environment", file.display());
        let help = format!("rename it to `{}`", folder.join(meant).display());
        diagnostics.push(Diagnostic::new(code::UNUSED_BINDINGS, message).help(help));
    }
}

impl Bindings {
    /// Reads the files of an environment's organizations. No file is the same as one without values.
    pub fn read<'a>(
        folder: &Path,
        environment: &str,
        organizations: impl IntoIterator<Item = &'a str>,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut values = BTreeMap::new();
        for organization in organizations {
            let path = folder.join(path(organization, environment));
            if !source::exists(&path) {
                continue;
            }
            let file = source::read_file(&path, sources, diagnostics);
            if let Some(content) = file.and_then(|file| parse::document::<BindingsFile>(file, sources, diagnostics)) {
                values.insert(organization.to_owned(), content.0);
            }
        }
        Bindings { values }
    }

    /// The value of a binding.
    pub fn get(&self, organization: &str, name: &str) -> Option<&Traced<String>> {
        let values = self.values.get(organization)?;
        values.iter().find(|(known, _)| known.value.as_str() == name).map(|(_, value)| value)
    }

    /// The names that an organization's file has values for, with their places.
    pub fn names(&self, organization: &str) -> impl Iterator<Item = &Traced<BindingName>> {
        self.values.get(organization).into_iter().flat_map(Map::keys)
    }
}
