//! How the items of a list of a Kubernetes object are told apart, where they are.

use crate::base::path::Step;

/// The lists whose items a strategic merge patch merges one by one, and the keys that tell their items apart, the one
/// that `kubectl patch` goes by first: `x-kubernetes-patch-merge-key` and `x-kubernetes-list-map-keys` in the OpenAPI
/// document of Kubernetes' own kinds (apps/v1, batch/v1 and v1; no other kind that akcgen emits has such a list outside
/// its metadata). Every other list is replaced as a whole. A pull secret is so in a pod alone, not in a ServiceAccount.
/// `ports` are those of a container or of a Service.
const MERGE_KEYS: &[(&[&str], &[&str])] = &[
    (&["containers"], &["name"]),
    (&["env"], &["name"]),
    (&["ephemeralContainers"], &["name"]),
    (&["hostAliases"], &["ip"]),
    (&["spec", "imagePullSecrets"], &["name"]),
    (&["initContainers"], &["name"]),
    (&["ports"], &["containerPort", "protocol"]),
    (&["ports"], &["port", "protocol"]),
    (&["secrets"], &["name"]),
    (&["topologySpreadConstraints"], &["topologyKey", "whenUnsatisfiable"]),
    (&["volumeDevices"], &["devicePath"]),
    (&["volumeMounts"], &["mountPath"]),
    (&["volumes"], &["name"]),
];

/// The keys by which items of the list at a path are the same item; none where the list is replaced whole. Lists of one
/// name are told apart by a key that all of their items have.
pub fn merge_keys(list: &[Step], all_have: impl Fn(&str) -> bool) -> Option<&'static [&'static str]> {
    let mut rows = MERGE_KEYS.iter().filter(|(end, _)| ends_with(list, end)).map(|(_, keys)| *keys);
    let fitting = rows.clone().find(|keys| all_have(keys[0]));
    fitting.or(rows.next_back())
}

fn ends_with(path: &[Step], end: &[&str]) -> bool {
    let same = |(step, name): (&Step, &&str)| matches!(step, Step::Key(key) if key == name);
    path.len() >= end.len() && path.iter().rev().zip(end.iter().rev()).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TreePath;

    #[test]
    fn ports_are_told_apart_by_what_they_are_ports_of() {
        let keys = |list: &'static str, own: &str| merge_keys(&TreePath::from(list).0, |key| key == own);
        assert_eq!(keys("containers/0/ports", "containerPort"), Some(&["containerPort", "protocol"][..]));
        assert_eq!(keys("spec/ports", "port"), Some(&["port", "protocol"][..]));
        assert_eq!(keys("containers/0/env", ""), Some(&["name"][..]));
        assert_eq!((keys("containers/0/args", "name"), keys("env/0", "name"), keys("", "name")), (None, None, None));
    }

    #[test]
    fn pull_secrets_are_told_apart_in_pods_alone() {
        let keys = |list: &'static str| merge_keys(&TreePath::from(list).0, |_| true);
        assert_eq!(
            (keys("spec/template/spec/imagePullSecrets"), keys("imagePullSecrets")),
            (Some(&["name"][..]), None)
        );
    }
}
