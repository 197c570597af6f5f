//! Paths into a [`Tree`](crate::base::Tree), written as JSON pointers.

use crate::base::tree::Text;
use std::fmt;

/// One step of a [`TreePath`].
///
/// As in a JSON pointer, what a number means depends on what it is applied to: an item of a list, or the key of
/// a map that is written so. Built by [`Step::from`], a number is always an `Index`, so that equal paths are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A key of a map that is not a number.
    Key(Text),
    /// The position of an item in a list, from 0; or a key that is this number.
    Index(u32),
}

impl Step {
    /// The key that this step names in a map.
    pub fn key(&self) -> Text {
        match self {
            Step::Key(key) => key.clone(),
            Step::Index(at) => at.to_string().into(),
        }
    }

    /// The position that this step names in a list.
    pub(crate) fn index(&self) -> Option<usize> {
        match self {
            Step::Key(_) => None,
            Step::Index(at) => usize::try_from(*at).ok(),
        }
    }
}

impl From<Text> for Step {
    fn from(key: Text) -> Step {
        let number = key.bytes().all(|byte| byte.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
        match number.then(|| key.parse()) {
            Some(Ok(at)) => Step::Index(at),
            _ => Step::Key(key),
        }
    }
}
impl From<&'static str> for Step {
    fn from(key: &'static str) -> Step {
        Step::from(Text::new_static(key))
    }
}
impl From<String> for Step {
    fn from(key: String) -> Step {
        Step::from(Text::from(key))
    }
}
impl From<u32> for Step {
    fn from(at: u32) -> Step {
        Step::Index(at)
    }
}

/// The way from the root of a [`Tree`] to one of its nodes; the empty path is the root itself.
///
/// Written as a JSON pointer (RFC 6901), `/spec/template/spec/containers/0/image`, and read from one, with or
/// without the leading slash. In a key, `/` is written `~1` and `~` is written `~0`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(pub Vec<Step>);

impl TreePath {
    /// The path to the root.
    pub const ROOT: TreePath = TreePath(Vec::new());

    /// This path and one step more. The step is a key as it is, without escapes, or a position.
    pub fn join(&self, step: impl Into<Step>) -> TreePath {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step.into());
        TreePath(steps)
    }

    /// Whether this path leads to a node that lies on the other path, or to its end.
    pub fn is_prefix_of(&self, other: &TreePath) -> bool {
        other.0.starts_with(&self.0)
    }
}

/// Reads one escaped key of a JSON pointer.
fn unescape(key: &str) -> Option<String> {
    key.contains('~').then(|| key.replace("~1", "/").replace("~0", "~"))
}

impl From<&'static str> for TreePath {
    fn from(pointer: &'static str) -> TreePath {
        if pointer.is_empty() {
            return TreePath::ROOT;
        }
        let keys = pointer.strip_prefix('/').unwrap_or(pointer).split('/');
        TreePath(keys.map(|key| unescape(key).map_or_else(|| Step::from(key), Step::from)).collect())
    }
}
impl From<String> for TreePath {
    fn from(pointer: String) -> TreePath {
        if pointer.is_empty() {
            return TreePath::ROOT;
        }
        let keys = pointer.strip_prefix('/').unwrap_or(&pointer).split('/');
        TreePath(keys.map(|key| Step::from(unescape(key).unwrap_or_else(|| key.to_owned()))).collect())
    }
}
impl<S: Into<Step>> FromIterator<S> for TreePath {
    fn from_iter<I: IntoIterator<Item = S>>(steps: I) -> TreePath {
        TreePath(steps.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|step| match step {
            Step::Key(key) if key.contains(['~', '/']) => {
                write!(formatter, "/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Step::Key(key) => write!(formatter, "/{key}"),
            Step::Index(at) => write!(formatter, "/{at}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_json_pointers_both_ways() {
        for pointer in ["", "/spec/containers/0/image", "/metadata/annotations/a.b~1c~0d", "/", "/a//b", "/007"] {
            assert_eq!(TreePath::from(pointer.to_owned()).to_string(), pointer);
            assert_eq!(TreePath::from(pointer), TreePath::from(pointer.to_owned()));
        }
        assert_eq!(TreePath::from("spec/0"), TreePath::ROOT.join("spec").join(0));
        assert_eq!(TreePath::from("a~1b"), TreePath::ROOT.join("a/b"));
        assert_eq!(TreePath::from("~01"), TreePath::ROOT.join("~1"));
        assert_eq!(TreePath::from("00"), TreePath(vec![Step::Key("00".into())]));
        assert_eq!(TreePath::from("4294967296"), TreePath(vec![Step::Key("4294967296".into())]));
        assert!(
            TreePath::from("a/b").is_prefix_of(&"a/b/c".into()) && !TreePath::from("a/b").is_prefix_of(&"a".into())
        );
    }
}
