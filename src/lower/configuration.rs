//! Files: the ConfigMap that holds a workload's public ones, and the volumes by which files reach the containers.
//!
//! A folder that holds a secret's file is mounted whole: nothing that the image brings along may lie beside a key or
//! among trusted certificates, and a renewed secret shows up in the running pod. Other files are mounted one by one, so
//! that what the image has beside them stays (CouchDB's defaults, Explorer's code). Those do not change in a running
//! pod, which is as it should be: the checksum on the pod template restarts it.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1;
use sha2::{Digest, Sha256};

use crate::base::bounded::hex;
use crate::base::{Object, Origin, TreePath};
use crate::configure::{ContainerConfiguration, File, FileContent};
use crate::expand::Container;
use crate::fabric::paths;
use crate::lower::meta::{Part, Rows, Scope, Texts, present};
use crate::lower::workload::Bound;

/// The annotation whose change restarts the pods when a file changes.
pub const CHECKSUM: &str = "akcgen.io/configuration";

/// Readable for the owner and the pod's group, writable for nobody.
const MODE: i32 = 0o440;

/// The keys of a workload's public files in its ConfigMap: by container, then by file.
pub(super) fn keys(bound: &Bound) -> Vec<Vec<String>> {
    let mut taken = BTreeMap::new();
    (bound.workload.containers.iter().zip(bound.configuration))
        .map(|(container, configuration)| {
            configuration.files.iter().map(|file| key(&container.name, file, &mut taken)).collect()
        })
        .collect()
}

/// The key that a file of the same name and content has already, so that containers of one pod share what they have in
/// common; else the file's name, or with its container's before it, or its whole path, whichever is free first.
fn key<'a>(container: &str, file: &'a File, taken: &mut BTreeMap<String, (&'a str, &'a FileContent)>) -> String {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    if let Some((key, _)) = taken.iter().find(|(_, same)| **same == (name, &file.content)) {
        return key.clone();
    }
    let whole = file.path.trim_start_matches('/').replace('/', "_");
    let candidates = [name.to_owned(), format!("{container}.{name}"), format!("{container}.{whole}")];
    let numbered = (2..).map(|number: u32| format!("{container}.{whole}.{number}"));
    let mut candidates = candidates.into_iter().chain(numbered).map(|key| key.replace('@', "_"));
    let key = candidates.find(|key| is_key(key) && !taken.contains_key(key)).unwrap_or(whole);
    taken.insert(key.clone(), (name, &file.content));
    key
}

/// Whether Kubernetes takes a name of these letters as a ConfigMap's key (`IsConfigMapKey`), and every program as a file's.
fn is_key(name: &str) -> bool {
    !name.starts_with("..") && !name.starts_with('-') && name != "."
}

/// The ConfigMap of a workload's public files; none without such files.
pub(super) fn config_map(scope: &Scope, bound: &Bound, keys: &[Vec<String>]) -> Option<Object> {
    let mut rows = Rows::default();
    let (mut texts, mut binaries) = (Texts::new(), BTreeMap::new());
    for (configuration, keys) in bound.configuration.iter().zip(keys) {
        for (file, key) in configuration.files.iter().zip(keys) {
            let part = match &file.content {
                FileContent::Text(text) => {
                    texts.insert(key.clone(), text.clone());
                    "data"
                }
                FileContent::Binary(bytes) => {
                    binaries.insert(key.clone(), ByteString(bytes.clone()));
                    "binaryData"
                }
            };
            let at = TreePath::from(part).join(key.clone());
            for (line, origin) in file.lines.iter().enumerate() {
                rows.add(at.clone().join(u32::try_from(line).unwrap_or(u32::MAX)), *origin);
            }
            rows.add(at, file.origin);
        }
    }
    let typed = v1::ConfigMap {
        metadata: scope.metadata_for(bound.workload, &bound.workload.name),
        data: present(texts),
        binary_data: (!binaries.is_empty()).then_some(binaries),
        immutable: None,
    };
    let any = typed.data.is_some() || typed.binary_data.is_some();
    any.then(|| scope.object(&typed, bound.workload.origin, rows))
}

/// The checksum of a workload's public files; none without such files.
pub(super) fn checksum_of(bound: &Bound, keys: &[Vec<String>]) -> Option<String> {
    let files = bound.configuration.iter().zip(keys).flat_map(|(one, keys)| keys.iter().zip(&one.files));
    checksum(&files.map(|(key, file)| (key.as_str(), file.content.bytes())).collect())
}

/// The checksum of files by their keys; none without files. It is what `sha256sum * | sha256sum` prints in a folder that
/// holds them, so that a chart can compute it too.
pub fn checksum(files: &BTreeMap<&str, &[u8]>) -> Option<String> {
    let listing: String = files.iter().map(|(key, content)| format!("{}  {key}\n", sum(content))).collect();
    (!files.is_empty()).then(|| sum(listing.as_bytes()))
}

/// SHA-256 in hexadecimal.
fn sum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Where a file comes from.
#[derive(Clone, Copy)]
enum Source<'a> {
    Public { key: &'a str },
    Secret { secret: &'a str, key: &'a str },
}

/// A file on its way into a container.
#[derive(Clone, Copy)]
struct Delivery<'a> {
    path: &'a str,
    source: Source<'a>,
    origin: Option<Origin>,
}

/// The volumes and mounts by which a container's files reach it. `name` makes a volume's name unique in the pod.
pub(super) fn volumes(
    container: &Container,
    configuration: &ContainerConfiguration,
    keys: &[String],
    config_map: &str,
    mut name: impl FnMut(&str) -> String,
) -> (Vec<v1::Volume>, Vec<Part<v1::VolumeMount>>) {
    let deliveries = deliveries(configuration, keys);
    let folders = whole_folders(container, configuration);
    let (mut volumes, mut mounts) = (Vec::new(), Vec::new());
    for folder in &folders {
        let inside: Vec<Delivery> = deliveries.iter().copied().filter(|file| is_within(folder, file.path)).collect();
        let volume = name(&format!("{}-{}", container.name, folder.rsplit_once('/').map_or("", |(_, last)| last)));
        let relative = |file: &Delivery| file.path[folder.len() + 1..].to_owned();
        volumes.push(projected(&volume, config_map, &inside, relative));
        let origin = inside.iter().find_map(|file| file.origin);
        mounts.push(mount(&volume, folder, None, origin));
    }
    let single: Vec<Delivery> =
        deliveries.into_iter().filter(|file| !folders.iter().any(|folder| is_within(folder, file.path))).collect();
    if !single.is_empty() {
        let volume = name(&format!("{}-files", container.name));
        let item = |file: &Delivery| match file.source {
            Source::Public { key } => key.to_owned(),
            Source::Secret { secret, key } => format!("{secret}/{key}"),
        };
        mounts.extend(single.iter().map(|file| mount(&volume, file.path, Some(item(file)), file.origin)));
        volumes.push(projected(&volume, config_map, &single, item));
    }
    (volumes, mounts)
}

fn deliveries<'a>(configuration: &'a ContainerConfiguration, keys: &'a [String]) -> Vec<Delivery<'a>> {
    let public = configuration.files.iter().zip(keys).map(|(file, key)| Delivery {
        path: &file.path,
        source: Source::Public { key },
        origin: Some(file.origin),
    });
    let secret = configuration.secret_files.iter().map(|file| Delivery {
        path: &file.path,
        source: Source::Secret { secret: &file.secret, key: &file.key },
        origin: None,
    });
    public.chain(secret).collect()
}

/// The topmost folders that hold files of secrets; an identity's is one, its public part included. A folder that something writable is mounted on or below cannot be
/// mounted itself, nor can the root.
fn whole_folders<'a>(container: &Container, configuration: &'a ContainerConfiguration) -> Vec<&'a str> {
    let mounted: Vec<&str> = (container.mounts.iter().map(|(_, path)| path))
        .chain(&container.scratch)
        .chain(container.shared_files.as_ref().map(|path| &path.value))
        .map(String::as_str)
        .collect();
    let folders: BTreeSet<&str> = (configuration.secret_files.iter())
        .filter_map(|file| match is_within(paths::MSP, &file.path) {
            true => Some(paths::MSP),
            false => file.path.rsplit_once('/').map(|(folder, _)| folder),
        })
        .filter(|folder| !folder.is_empty() && !mounted.iter().any(|path| is_within(folder, path)))
        .collect();
    let topmost = |folder: &&str| !folders.iter().any(|other| other != folder && is_within(other, folder));
    folders.iter().copied().filter(topmost).collect()
}

/// Whether a path is the folder or lies below it.
fn is_within(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn mount(volume: &str, path: &str, sub_path: Option<String>, origin: Option<Origin>) -> Part<v1::VolumeMount> {
    let value = v1::VolumeMount {
        name: volume.to_owned(),
        mount_path: path.to_owned(),
        sub_path,
        read_only: Some(true),
        ..Default::default()
    };
    Part { value, rows: Rows(origin.map(|origin| (TreePath::ROOT, origin)).into_iter().collect()) }
}

fn projected(name: &str, config_map: &str, files: &[Delivery], item: impl Fn(&Delivery) -> String) -> v1::Volume {
    let mut public = Vec::new();
    let mut secrets: BTreeMap<&str, Vec<v1::KeyToPath>> = BTreeMap::new();
    for file in files {
        let to = |key: &str| v1::KeyToPath { key: key.to_owned(), path: item(file), mode: None };
        match file.source {
            Source::Public { key } => public.push(to(key)),
            Source::Secret { secret, key } => secrets.entry(secret).or_default().push(to(key)),
        }
    }
    let mut sources = Vec::with_capacity(1 + secrets.len());
    if !public.is_empty() {
        let projection = v1::ConfigMapProjection { name: config_map.to_owned(), items: Some(public), optional: None };
        sources.push(v1::VolumeProjection { config_map: Some(projection), ..Default::default() });
    }
    sources.extend(secrets.into_iter().map(|(name, items)| {
        let projection = v1::SecretProjection { name: name.to_owned(), items: Some(items), optional: None };
        v1::VolumeProjection { secret: Some(projection), ..Default::default() }
    }));
    let source = v1::ProjectedVolumeSource { default_mode: Some(MODE), sources: Some(sources) };
    v1::Volume { name: name.to_owned(), projected: Some(source), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_kubernetes_takes() {
        // Each has a text of its own, so that none shares a key.
        let file = |path: &str| File {
            path: path.to_owned(),
            content: FileContent::Text(path.to_owned()),
            lines: Vec::new(),
            origin: Origin::Rule("a test"),
        };
        let files = ["/etc/..x", "/etc/-x", "/etc/a@b", "/etc/a_b", "/etc/.x"].map(file);
        let mut taken = BTreeMap::new();
        let keys: Vec<String> = files.iter().map(|file| key("odd", file, &mut taken)).collect();
        assert_eq!(keys, ["odd...x", "odd.-x", "a_b", "odd.a_b", ".x"]);
    }
}
