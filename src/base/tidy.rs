//! Brings a Kubernetes object into the form that people write: nothing that says nothing, keys in the usual order.

use crate::base::object::Object;
use crate::base::tree::{Text, Tree};

impl Object {
    /// Drops empty maps and lists that mean the same as their absence, and puts keys into the order people expect:
    /// apiVersion, kind, metadata and spec; name, namespace and image; the rest by the alphabet.
    ///
    /// Of a kind that is not Kubernetes' own, only the order of the top level and the metadata change: what an empty
    /// map means there, and in which order its fields are read, only its author knows. Origins stay right: no item
    /// of a list goes or moves.
    pub fn tidy(&mut self) {
        if self.tree.get("apiVersion").and_then(Tree::as_str).is_some_and(is_built_in) {
            return tidy_value("", &mut self.tree);
        }
        if let Tree::Map(entries) = &mut self.tree {
            entries.iter_mut().filter(|(key, _)| key == "metadata").for_each(|(key, value)| tidy_value(key, value));
            sort(entries);
        }
    }
}

/// Tidies what stands under a key.
fn tidy_value(key: &str, value: &mut Tree) {
    match value {
        Tree::Map(entries) => {
            entries.iter_mut().for_each(|(key, value)| tidy_value(key, value));
            entries.retain(|(key, value)| !says_nothing(key, value));
            if NAMES_OF_USERS.contains(&key) {
                entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            } else {
                sort(entries);
            }
        }
        Tree::Seq(items) => items.iter_mut().for_each(|item| tidy_value("", item)),
        _ => {}
    }
}

/// The API groups whose fields the tables below were checked against. The group of CustomResourceDefinitions is
/// not among them: a schema may use any name for a field of its own.
const GROUPS: [&str; 10] = [
    "",
    "admissionregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

fn is_built_in(api_version: &str) -> bool {
    GROUPS.contains(&api_version.split_once('/').map_or("", |(group, _)| group))
}

/// Fields that, empty, say the same as if they were absent, wherever they stand in a built-in kind.
///
/// Not here, because empty says something: selectors (all, where none is nothing), `ingress` and `egress` (nothing
/// is let through), `from`, `to` (anybody, worth seeing), volume sources such as `emptyDir`, `rules`, `subjects`.
#[rustfmt::skip]
const SAYS_NOTHING: [&str; 41] = [
    "affinity", "annotations", "args", "binaryData", "capabilities", "command", "data", "env", "envFrom", "finalizers",
    "hostAliases", "imagePullSecrets", "initContainers", "labels", "limits", "loadBalancerSourceRanges", "matchExpressions",
    "matchLabels", "metadata", "mountOptions", "nodeAffinity", "nodeSelector", "ownerReferences", "parameters", "podAffinity",
    "podAntiAffinity", "ports", "readinessGates", "requests", "resources", "secrets", "securityContext", "status", "strategy",
    "stringData", "supplementalGroups", "tolerations", "topologySpreadConstraints", "updateStrategy", "volumeMounts", "volumes",
];

fn says_nothing(key: &str, value: &Tree) -> bool {
    match value {
        Tree::Null => key == "creationTimestamp",
        Tree::Map(entries) => entries.is_empty() && SAYS_NOTHING.contains(&key),
        Tree::Seq(items) => items.is_empty() && SAYS_NOTHING.contains(&key),
        _ => false,
    }
}

/// Maps whose keys are names that users choose: they are sorted, and no name comes first.
const NAMES_OF_USERS: [&str; 10] = [
    "annotations",
    "binaryData",
    "data",
    "labels",
    "matchLabels",
    "nodeSelector",
    "parameters",
    "selector",
    "stringData",
    "volumeAttributes",
];

/// Keys that come before the others of their map, in this order.
#[rustfmt::skip]
const FIRST: [&str; 24] = [
    "apiVersion", "kind", "metadata", "name", "namespace", "labels", "annotations", "spec",
    "image", "imagePullPolicy", "command", "args",
    "key", "operator", "path",
    "scaleTargetRef", "minReplicas",
    "namespaceSelector", "podSelector", "policyTypes", "ingress", "egress", "from", "to",
];

/// Puts entries into the usual order.
fn sort(entries: &mut [(Text, Tree)]) {
    entries.sort_by_cached_key(|(key, _)| (rank(key), key.clone()));
}

fn rank(key: &str) -> usize {
    FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::base::origin::Origin;
    use serde_json::{Value, json};

    fn tidied(value: Value) -> String {
        let mut object = Object::new(Tree::try_from(value).unwrap(), Origin::Rule("test"));
        object.tidy();
        object.tree.to_json().to_string()
    }

    #[test]
    fn keys_stand_in_the_order_people_expect() {
        let deployment = json!({
            "spec": {"template": {"spec": {"volumes": [{"name": "a", "emptyDir": {}}], "containers": [
                {"args": ["a"], "command": ["c"], "env": [{"value": "v", "name": "N"}], "image": "i", "name": "n"},
            ]}, "metadata": {"labels": {"name": "z", "b": "y"}}}, "selector": {"matchLabels": {"z": "1", "name": "2"}}, "replicas": 2},
            "metadata": {"annotations": {"x": "y"}, "labels": {"name": "z", "b": "y"}, "namespace": "s", "name": "n"},
            "kind": "Deployment", "apiVersion": "apps/v1",
        });
        let labels = r#"{"b":"y","name":"z"}"#;
        let container = r#"{"name":"n","image":"i","command":["c"],"args":["a"],"env":[{"name":"N","value":"v"}]}"#;
        let expected = [
            r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"n","namespace":"s","labels":"#,
            labels,
            r#","annotations":{"x":"y"}},"spec":{"replicas":2,"selector":{"matchLabels":{"name":"2","z":"1"}},"template":{"metadata":{"labels":"#,
            labels,
            r#"},"spec":{"containers":["#,
            container,
            r#"],"volumes":[{"name":"a","emptyDir":{}}]}}}}"#,
        ];
        assert_eq!(tidied(deployment), expected.concat());
    }

    #[test]
    fn empty_parts_go_where_they_say_nothing_and_stay_where_they_say_something() {
        let policy = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"labels": {}},
            "spec": {"podSelector": {"matchLabels": {}}, "ingress": [], "egress": [{"to": [], "ports": []}, {}]}});
        let kept = r#""spec":{"podSelector":{},"ingress":[],"egress":[{"to":[]},{}]}}"#;
        assert_eq!(tidied(policy), r#"{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","#.to_owned() + kept);
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"creationTimestamp": null, "name": "p"}, "status": {},
            "spec": {"containers": [{"name": "c", "resources": {"limits": {}}, "env": [], "args": [""]}],
                     "securityContext": {}, "volumes": [{"name": "v", "emptyDir": {}}]}});
        let spec = r#""spec":{"containers":[{"name":"c","args":[""]}],"volumes":[{"name":"v","emptyDir":{}}]}}"#;
        assert_eq!(tidied(pod), r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"#.to_owned() + spec);
    }

    #[test]
    fn the_inside_of_a_custom_resource_is_its_authors() {
        let custom = json!({"spec": {"target": {"name": "a"}, "data": [], "labels": {}, "b": 1, "a": 2},
            "metadata": {"annotations": {}, "name": "n"}, "kind": "ExternalSecret", "apiVersion": "external-secrets.io/v1"});
        let spec = r#""spec":{"target":{"name":"a"},"data":[],"labels":{},"b":1,"a":2}}"#;
        let head = r#"{"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret","metadata":{"name":"n"},"#;
        assert_eq!(tidied(custom), head.to_owned() + spec);
    }

    #[test]
    fn what_is_tidy_stays_as_it_is() {
        let service = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"clusterIP":"None"}}"#;
        assert_eq!(tidied(serde_json::from_str(service).unwrap()), service);
        assert_eq!(tidied(json!("text")), r#""text""#);
    }
}
