//! The way to a part of an object, over all environments at once.

use crate::base::{Step, TreePath};

/// A way, step by step from its end to the object's root.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Option<PathStep<'p>>,
    /// How many steps it has.
    pub depth: usize,
}

#[derive(Debug, Clone, Copy)]
enum PathStep<'p> {
    Key(&'p str),
    /// An item of a list: its name, where the list's items have names, and its place in each environment.
    Item {
        name: Option<&'p str>,
        places: &'p [Option<usize>],
    },
}

impl<'p> Path<'p> {
    pub const ROOT: Path<'static> = Path { parent: None, step: None, depth: 0 };

    pub fn key(&'p self, key: &'p str) -> Path<'p> {
        Path { parent: Some(self), step: Some(PathStep::Key(key)), depth: self.depth + 1 }
    }

    pub fn item(&'p self, name: Option<&'p str>, places: &'p [Option<usize>]) -> Path<'p> {
        Path { parent: Some(self), step: Some(PathStep::Item { name, places }), depth: self.depth + 1 }
    }

    fn steps(&self) -> impl Iterator<Item = PathStep<'p>> + use<'p> {
        std::iter::successors(Some(*self), |path| path.parent.copied()).filter_map(|path| path.step)
    }

    /// The key that its last step is.
    pub fn last(&self) -> Option<&'p str> {
        match self.step? {
            PathStep::Key(key) => Some(key),
            PathStep::Item { .. } => None,
        }
    }

    /// The keys and names from the root on; nothing for an item without a name.
    pub fn names(&self) -> Vec<Option<&'p str>> {
        let mut names: Vec<Option<&'p str>> = self.backwards().collect();
        names.reverse();
        names
    }

    /// Whether it leads through these keys and names, from the root on, and no further; `*` is any step.
    pub fn fits(&self, pattern: &[impl AsRef<str>]) -> bool {
        let fits = |(name, own): (&str, Option<&str>)| name == "*" || own == Some(name);
        self.depth == pattern.len() && pattern.iter().rev().map(AsRef::as_ref).zip(self.backwards()).all(fits)
    }

    /// The keys and names from its end on; nothing for an item without a name.
    fn backwards(&self) -> impl Iterator<Item = Option<&'p str>> + use<'p> {
        self.steps().map(|step| match step {
            PathStep::Key(key) => Some(key),
            PathStep::Item { name, .. } => name,
        })
    }

    /// The path in one environment's object.
    pub fn pointer(&self, environment: usize) -> TreePath {
        let step = |step: PathStep| match step {
            PathStep::Key(key) => Step::from(key.to_owned()),
            PathStep::Item { places, .. } => {
                let place = places.get(environment).copied().flatten().unwrap_or_default();
                Step::Index(u32::try_from(place).unwrap_or(u32::MAX))
            }
        };
        let mut steps: Vec<Step> = self.steps().map(step).collect();
        steps.reverse();
        TreePath(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_has_a_name_for_all_and_a_place_for_each() {
        let places = [Some(0), None, Some(2)];
        let root = Path::ROOT.key("containers");
        let item = root.item(Some("peer"), &places);
        let path = item.key("image");
        assert_eq!(path.names(), [Some("containers"), Some("peer"), Some("image")]);
        assert!(path.fits(&["containers", "peer", "image"]) && path.fits(&["containers", "*", "image"]));
        assert!(!path.fits(&["peer", "image"]) && !path.fits(&["containers", "peer", "image", "tag"]));
        assert_eq!((path.last(), item.last(), path.depth), (Some("image"), None, 3));
        assert_eq!(path.pointer(2).to_string(), "/containers/2/image");
        assert_eq!(Path::ROOT.pointer(0).to_string(), "");
    }
}
