//! What the blueprint decides for each environment and no value changes: scalars of one template by readable keys, in
//! `files/environments/<environment>/<template>.yaml`.

use crate::base::Tree;
use crate::package::names::camel_case;

use super::path::Path;

/// The variations of one template.
#[derive(Debug, Default)]
pub(super) struct Variations {
    rows: Vec<(String, Vec<Option<Tree>>)>,
}

/// Keys that tell nothing about what stands below them.
const TELL_NOTHING: [&str; 12] = [
    "metadata",
    "spec",
    "template",
    "annotations",
    "labels",
    "containers",
    "initContainers",
    "env",
    "value",
    "data",
    "parameters",
    "resources",
];

impl Variations {
    /// The key under which each environment has its own value. The shortest that is free: the last words of the path,
    /// with the kind of object before them where they alone would not do.
    pub fn key(&mut self, kind: &str, path: &Path, values: Vec<Option<Tree>>) -> String {
        let words: Vec<&str> = path.names().into_iter().flatten().filter(|name| !TELL_NOTHING.contains(name)).collect();
        let mut longer = (1..=words.len()).map(|count| camel_case(&words[words.len() - count..].join("-")));
        let free = |key: &String| self.rows.iter().all(|(taken, known)| taken != key || *known == values);
        let whole = camel_case(&format!("{kind}-{}", words.join("-")));
        let numbered = (2..).map(|number: u32| format!("{whole}{number}"));
        let key = longer.find(&free).or_else(|| std::iter::once(whole.clone()).chain(numbered).find(free));
        let key = key.unwrap_or_default();
        if self.rows.iter().all(|(taken, _)| *taken != key) {
            self.rows.push((key.clone(), values));
        }
        key
    }

    /// The file of one environment; none where it has nothing of its own.
    pub fn tree(&self, environment: usize) -> Option<Tree> {
        let value =
            |(key, values): &(String, Vec<Option<Tree>>)| Some((key.clone(), values.get(environment)?.clone()?));
        let entries: Vec<(String, Tree)> = self.rows.iter().filter_map(value).collect();
        (!entries.is_empty()).then(|| Tree::map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: [&str; 2]) -> Vec<Option<Tree>> {
        values.iter().map(|text| Some(Tree::from((*text).to_owned()))).collect()
    }

    #[test]
    fn keys_are_short_and_distinct() {
        let mut variations = Variations::default();
        let root = Path::ROOT.key("spec");
        let env = root.key("env");
        let item = env.item(Some("FABRIC_CHANNELS"), &[]);
        let path = item.key("value");
        assert_eq!(variations.key("Deployment", &path, texts(["a", "b"])), "fabricChannels");
        assert_eq!(variations.key("Job", &path, texts(["a", "b"])), "fabricChannels");
        assert_eq!(variations.key("Job", &path, texts(["a", "c"])), "jobFabricChannels");
        assert_eq!(variations.key("Job", &path, texts(["a", "d"])), "jobFabricChannels2");
        let target = root.key("port");
        let name = target.key("name");
        assert_eq!(variations.key("Ingress", &name, texts(["x", "y"])), "name");
        assert_eq!(variations.key("Ingress", &name, texts(["x", "z"])), "portName");
        let file = variations.tree(1).map(|tree| tree.to_json().to_string());
        let expected =
            r#"{"fabricChannels":"b","jobFabricChannels":"c","jobFabricChannels2":"d","name":"y","portName":"z"}"#;
        assert_eq!(file.as_deref(), Some(expected));
        assert_eq!(Variations::default().tree(0), None);
    }
}
