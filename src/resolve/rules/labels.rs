//! Labels of Kubernetes objects and tags of the platform's resources.

use std::collections::BTreeMap;

use super::Scene;
use crate::base::name::TagKey;
use crate::base::{Origin, Traced};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::parse::blueprint;
use crate::resolve::problem::{Also, problem};

/// Domains whose labels somebody else sets, with who: akcgen itself and the tools that apply its bundles, and Kubernetes
/// ("Labels and Selectors": `kubernetes.io/` and `k8s.io/` are reserved for its core), each with all below it.
const RESERVED: [(&str, &str); 5] = [
    ("app.kubernetes.io", "akcgen sets the labels of this domain itself, and selectors rely on them"),
    ("akcgen.io", "akcgen sets the labels of this domain itself"),
    ("helm.sh", "the chart sets the labels of this domain itself"),
    ("kubernetes.io", "this domain is Kubernetes' own"),
    ("k8s.io", "this domain is Kubernetes' own"),
];

/// The most tags: AWS takes 50 on a resource, and controllers add up to ten of their own to what they make.
const MOST_TAGS: usize = 40;

/// Labels that would be overwritten, or read by Kubernetes as an order.
pub(super) fn labels(scene: &Scene, diagnostics: &mut Diagnostics) {
    for written in written(scene) {
        for key in written.labels.keys() {
            let Some((domain, _)) = key.value.split_once('/') else { continue };
            if let Some(by) = reserved(domain) {
                let message = format!("the label `{}` cannot be set: {by}", key.value);
                let help = "choose a key without a domain, or with your own, such as `example.org/team`";
                diagnostics.push(problem(code::RESERVED_NAME, key.origin, message, "reserved").help(help));
            }
        }
    }
}

fn reserved(domain: &str) -> Option<&'static str> {
    let within = |known: &str| domain.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    RESERVED.iter().find(|(known, _)| within(known)).map(|(_, by)| *by)
}

/// Tags that AWS refuses ("Tag your Amazon EC2 resources", tag restrictions; IAM, "Rules for tagging").
pub(super) fn tags(scene: &Scene, diagnostics: &mut Diagnostics) {
    for written in written(scene) {
        let mut known: BTreeMap<String, &Traced<TagKey>> = BTreeMap::new();
        for (key, value) in &written.tags {
            if key.value.to_ascii_lowercase().starts_with("aws:") {
                let message = format!("the tag `{}` cannot be set: keys with this start are AWS' own", key.value);
                diagnostics.push(refused(key.origin, message).help("choose another start"));
            }
            for (text, origin) in [(key.value.as_str(), key.origin), (value.value.as_str(), value.origin)] {
                if let Some(odd) = text.chars().find(|letter| !is_taken(*letter)) {
                    let message = format!("no tag can hold `{odd}`");
                    diagnostics
                        .push(refused(origin, message).help("use letters, digits, spaces and `+ - = . _ : / @`"));
                }
            }
            if let Some(first) = known.insert(key.value.to_lowercase(), key) {
                let message = format!("the tags `{}` and `{}` differ in capitals alone", first.value, key.value);
                let twice = refused(key.origin, message).also(first.origin, "and this one");
                diagnostics.push(twice.help("IAM takes both for one: keep one of the two"));
            }
        }
        if let Some(key) = written.tags.keys().nth(MOST_TAGS) {
            let message = format!("there are {} tags, and a resource takes {MOST_TAGS}", written.tags.len());
            diagnostics.push(refused(key.origin, message).help("AWS takes 50, of which its controllers need ten"));
        }
    }
}

fn written<'a>(scene: &'a Scene) -> impl Iterator<Item = &'a blueprint::Organization> {
    scene.consortium.described().filter_map(|(_, organization, _)| scene.written(organization))
}

fn refused(origin: Origin, message: String) -> Diagnostic {
    problem(code::TAG, origin, message, "this tag")
}

/// Letters and numbers of any script, spaces, and what the shape allows of ASCII.
fn is_taken(letter: char) -> bool {
    letter.is_ascii() || letter.is_alphanumeric() || letter.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_reserved_with_all_below_them() {
        for domain in ["app.kubernetes.io", "pod-security.kubernetes.io", "node.k8s.io", "helm.sh", "x.akcgen.io"] {
            assert!(reserved(domain).is_some(), "{domain}");
        }
        for domain in ["example.org", "mykubernetes.io", "k8s.io.example.org", "elbv2.k8s.aws"] {
            assert_eq!(reserved(domain), None, "{domain}");
        }
    }

    #[test]
    fn tags_are_written_in_any_script() {
        assert!("Hà Nội 2_1/a".chars().all(is_taken));
        assert!(!is_taken('—') && !is_taken('🙂'));
    }
}
