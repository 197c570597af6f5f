//! The files of ConfigMaps: whole files of the chart, put in by `.Files.Get`. A file that several workloads have alike is
//! one, and so is one that all environments have alike.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Object, Origin, TreePath};
use crate::lower::{CHECKSUM, checksum};
use crate::package::{UnionFile, Versions};

use super::node::When;
use super::template::runner;

/// The folder of what several workloads share. No workload's folder has an underscore.
const SHARED: &str = "_shared";

/// The files of one workload's ConfigMap.
#[derive(Debug)]
pub(super) struct ConfigFiles {
    /// The ConfigMap's name and that of what runs the pods that mount it.
    map: String,
    runner: Option<String>,
    /// By key.
    pub files: BTreeMap<String, ConfigFile>,
    /// Whether the checksum on the pods is that of these files in every environment.
    pub checked: bool,
}

/// A file of a ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConfigFile {
    pub place: Place,
    /// The environments that have it, where not all.
    pub when: When,
    pub origin: Origin,
}

/// Where a file stands below `files/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// One for all environments.
    Common { folder: String, key: String },
    /// One for each, below its folder.
    Each { folder: String, key: String },
}

/// What a file holds: the same wherever it is, or something else in each environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Content<'c> {
    Common(&'c str),
    Each(&'c [Option<&'c str>]),
}

impl<'c> Content<'c> {
    fn of(versions: &'c [Option<&'c str>]) -> Content<'c> {
        let mut present = versions.iter().flatten();
        match present.next() {
            Some(first) if present.all(|other| other == first) => Content::Common(first),
            _ => Content::Each(versions),
        }
    }
}

/// A workload's ConfigMap: its data by key, in each environment.
type Contents<'a> = BTreeMap<&'a str, Vec<Option<&'a str>>>;

/// The files of all ConfigMaps of a cluster, by template, and what is in them: path below `files/` to text and origin.
pub(super) fn config_files(
    files: &[UnionFile],
    stems: &[String],
    environments: &[&str],
) -> (BTreeMap<String, ConfigFiles>, BTreeMap<String, (String, Origin)>) {
    let maps: Vec<(&String, &UnionFile, &Versions, Contents)> = (stems.iter().zip(files))
        .filter_map(|(stem, file)| {
            let map = file.objects.iter().find(|object| object.first().kind() == Some("ConfigMap"))?;
            Some((stem, file, map, contents(map)?))
        })
        .collect();
    let mut uses: BTreeMap<(&str, Content), BTreeSet<&str>> = BTreeMap::new();
    for (stem, _, _, contents) in &maps {
        for (key, versions) in contents {
            uses.entry((key, Content::of(versions))).or_default().insert(stem);
        }
    }
    // Of several contents that are shared under one key, the most shared has the shared place.
    let mut shared: BTreeMap<&str, (usize, Content)> = BTreeMap::new();
    for ((key, content), stems) in uses {
        let known = shared.get(key).map_or(1, |(count, _)| *count);
        if stems.len() > known {
            shared.insert(key, (stems.len(), content));
        }
    }
    let (mut by_template, mut texts) = (BTreeMap::new(), BTreeMap::new());
    for (stem, file, map, contents) in &maps {
        let mut config = ConfigFiles {
            map: map.first().name().unwrap_or_default().to_owned(),
            runner: runner(&file.objects).and_then(|runner| runner.first().name()).map(str::to_owned),
            files: BTreeMap::new(),
            checked: runner(&file.objects).is_some_and(|runner| checked(runner, contents)),
        };
        for (key, versions) in contents {
            let content = Content::of(versions);
            let is_shared = shared.get(key).is_some_and(|(_, shared)| *shared == content);
            let folder = if is_shared { SHARED } else { stem.as_str() };
            let origin = origin(map, key);
            let (folder, key) = (folder.to_owned(), (*key).to_owned());
            let place = match content {
                Content::Common(_) => Place::Common { folder, key: key.clone() },
                Content::Each(_) => Place::Each { folder, key: key.clone() },
            };
            for (environment, text) in environments.iter().zip(versions) {
                if let Some(text) = text {
                    texts.insert(place.path(environment), ((*text).to_owned(), origin));
                }
            }
            let having: Vec<usize> = (0..versions.len()).filter(|at| versions[*at].is_some()).collect();
            let all = having.len() == versions.len();
            config.files.insert(key, ConfigFile { place, when: (!all).then_some(having), origin });
        }
        by_template.insert((*stem).clone(), config);
    }
    (by_template, texts)
}

impl ConfigFiles {
    /// Whether an object is the ConfigMap or what runs the pods that mount it.
    pub fn of(&self, object: &Object) -> bool {
        match object.kind() {
            Some("ConfigMap") => object.name() == Some(&self.map),
            _ => object.name() == self.runner.as_deref(),
        }
    }
}

/// Whether the checksum of the pods is that of the files, wherever there are files.
fn checked(runner: &Versions, contents: &Contents) -> bool {
    let path = TreePath::from("spec/template/metadata/annotations").join(CHECKSUM);
    runner.0.iter().enumerate().all(|(at, object)| {
        let files = contents.iter().filter_map(|(key, versions)| Some((*key, versions.get(at)?.as_ref()?.as_bytes())));
        let sum = object.and_then(|object| object.tree.at(&path)?.as_str());
        sum == checksum(&files.collect()).as_deref()
    })
}

impl Place {
    /// The path below `files/` in an environment.
    pub fn path(&self, environment: &str) -> String {
        match self {
            Place::Common { folder, key } => format!("workloads/{folder}/{key}"),
            Place::Each { folder, key } => format!("environments/{environment}/{folder}/{key}"),
        }
    }
}

/// The data of a ConfigMap, if all of it are files that Helm gives back byte by byte. None where it holds what is no
/// text, or text behind a byte order mark, which Helm takes away.
fn contents<'a>(map: &Versions<'a>) -> Option<Contents<'a>> {
    let mut contents = Contents::new();
    for (at, object) in map.0.iter().enumerate() {
        let Some(object) = object else { continue };
        if object.tree.get("binaryData").is_some() {
            return None;
        }
        for (key, value) in object.tree.get("data")?.as_map()? {
            let text = value.as_str().filter(|text| !text.starts_with('\u{FEFF}'))?;
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
            if !key.chars().all(plain) || key.chars().all(|letter| letter == '.') {
                return None;
            }
            contents.entry(key).or_insert_with(|| vec![None; map.0.len()])[at] = Some(text);
        }
    }
    Some(contents)
}

fn origin(map: &Versions, key: &str) -> Origin {
    let first = map.0.iter().flatten().find(|object| object.tree.get("data").and_then(|data| data.get(key)).is_some());
    let path = TreePath::from("data").join(key.to_owned());
    first.map_or(map.first().origins.root, |object| object.origins.lookup(&path))
}
