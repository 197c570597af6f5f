//! What the profile `restricted` of Pod Security refuses (Kubernetes, "Pod Security Standards"). Every namespace of a bundle
//! enforces it: the API server would take a patched workload that asks for more, and none of its pods.

use serde_json::Value;

use crate::base::TreePath;
use crate::lower::check::PatchProblem;

/// Kinds of volumes that the profile knows; `name` stands beside them.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "name",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Everything in a workload's patch that no pod may ask for. `own` are the containers that the workload has already: any
/// other is new and says by itself what the profile wants to hear.
pub(super) fn problems(patch: &Value, own: &[&str]) -> Vec<PatchProblem> {
    let Some(spec) = patch.pointer("/spec/template/spec") else { return Vec::new() };
    let mut found = Found { own, problems: Vec::new() };
    let path = TreePath::from("spec/template/spec");
    for key in ["hostIPC", "hostNetwork", "hostPID"] {
        found.refuse(&path, spec, key, |value| value == true);
    }
    found.identity(&path.join("securityContext"), &spec["securityContext"]);
    for (at, volume) in items(&spec["volumes"]) {
        let path = path.join("volumes").join(at);
        for (key, _) in volume.as_object().into_iter().flatten() {
            found.refuse(&path, volume, key, |_| !VOLUMES.contains(&key.as_str()));
        }
    }
    for list in ["containers", "initContainers"] {
        for (at, container) in items(&spec[list]) {
            found.container(&path.join(list).join(at), container);
        }
    }
    found.problems
}

fn items(list: &Value) -> impl Iterator<Item = (u32, &Value)> {
    (0_u32..).zip(list.as_array().into_iter().flatten())
}

struct Found<'a> {
    own: &'a [&'a str],
    problems: Vec<PatchProblem>,
}

impl Found<'_> {
    /// Refuses the value of a key, if it is there and wrong.
    fn refuse(&mut self, path: &TreePath, map: &Value, key: &str, is_wrong: impl Fn(&Value) -> bool) {
        if map.get(key).is_some_and(is_wrong) {
            let message =
                format!("Pod Security's profile `restricted`, which the namespace enforces, refuses this `{key}`");
            self.push(path.join(key.to_owned()), message);
        }
    }

    fn push(&mut self, path: TreePath, message: String) {
        self.problems.push(PatchProblem { path, message, nearest: None, of_key: false });
    }

    /// Who a pod or a container runs as, which both can say.
    fn identity(&mut self, path: &TreePath, context: &Value) {
        self.refuse(path, context, "runAsNonRoot", |value| value == false);
        self.refuse(path, context, "runAsUser", |value| value == 0);
        let profile = |value: &Value| !matches!(value["type"].as_str(), Some("RuntimeDefault" | "Localhost"));
        self.refuse(path, context, "seccompProfile", profile);
    }

    fn container(&mut self, path: &TreePath, container: &Value) {
        let context = &container["securityContext"];
        let place = path.join("securityContext");
        self.identity(&place, context);
        self.refuse(&place, context, "privileged", |value| value == true);
        self.refuse(&place, context, "allowPrivilegeEscalation", |value| value == true);
        self.refuse(&place, context, "procMount", |value| value != "Default");
        let added = |value: &Value| items(value).any(|(_, name)| name != "NET_BIND_SERVICE");
        self.refuse(&place.join("capabilities"), &context["capabilities"], "add", added);
        let kept = |value: &Value| !items(value).any(|(_, name)| name == "ALL");
        self.refuse(&place.join("capabilities"), &context["capabilities"], "drop", kept);
        let is_new = container["name"].as_str().is_some_and(|name| !self.own.contains(&name));
        if is_new {
            self.new_container(path, container);
        }
    }

    fn new_container(&mut self, path: &TreePath, container: &Value) {
        let context = &container["securityContext"];
        let drops_all = items(&context["capabilities"]["drop"]).any(|(_, name)| name == "ALL");
        for (is_said, what) in [
            (container["image"].is_string(), "an `image`"),
            (context["allowPrivilegeEscalation"] == false, "`securityContext: {allowPrivilegeEscalation: false}`"),
            (drops_all, "`securityContext: {capabilities: {drop: [ALL]}}`"),
        ] {
            if !is_said {
                self.push(path.clone(), format!("a container that the patch adds needs {what}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(spec: Value) -> Vec<String> {
        let problems = problems(&json!({"spec": {"template": {"spec": spec}}}), &["orders"]);
        problems.into_iter().map(|problem| problem.path.to_string().replace("/spec/template/spec", "")).collect()
    }

    #[test]
    fn what_the_profile_allows_is_allowed() {
        let spec = json!({
            "hostNetwork": false,
            "securityContext": {"runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "volumes": [{"name": "x", "emptyDir": {}}],
            "containers": [
                {"name": "orders", "securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}}},
                {"name": "new", "image": "x:1", "securityContext": {
                    "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}},
            ],
        });
        assert_eq!(found(spec), [""; 0]);
        assert_eq!(problems(&json!({"spec": {"replicas": 2}}), &[]), []);
    }

    #[test]
    fn what_it_refuses_is_found_with_its_place() {
        let spec = json!({
            "hostPID": true,
            "securityContext": {"runAsNonRoot": false, "seccompProfile": {"type": "Unconfined"}},
            "volumes": [{"name": "x", "hostPath": {"path": "/"}}],
            "containers": [{"name": "orders", "securityContext": {
                "privileged": true, "runAsUser": 0, "capabilities": {"add": ["SYS_ADMIN"], "drop": []}}}],
            "initContainers": [{"name": "new"}],
        });
        let context = "/containers/0/securityContext";
        assert_eq!(
            found(spec),
            [
                "/hostPID".to_owned(),
                "/securityContext/runAsNonRoot".to_owned(),
                "/securityContext/seccompProfile".to_owned(),
                "/volumes/0/hostPath".to_owned(),
                format!("{context}/runAsUser"),
                format!("{context}/privileged"),
                format!("{context}/capabilities/add"),
                format!("{context}/capabilities/drop"),
                "/initContainers/0".to_owned(),
                "/initContainers/0".to_owned(),
                "/initContainers/0".to_owned(),
            ]
        );
    }
}
