#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use super::lacked::lacked;
use super::patch::deletion;
use super::{MergePatch, kustomize, merge_patch};
use crate::base::{Object, Origin, Tree, TreePath};
use crate::package::{Union, UnionFile, Versions};
use crate::resolve::Cluster;

fn object(value: Value) -> Object {
    Object::new(Tree::try_from(value).unwrap(), Origin::Rule("root"))
}

fn deployment(pod: Value) -> Object {
    let metadata = json!({"name": "dapp", "namespace": "space", "labels": {"a": "b"}});
    object(
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": {"spec": pod}}}),
    )
}

fn container(env: Value) -> Object {
    deployment(json!({"containers": [{"name": "dapp", "image": "dapp:1", "env": env}, {"name": "side"}]}))
}

/// The pod of a patch.
fn pod(patch: &MergePatch) -> Value {
    patch.object.tree.to_json()["spec"]["template"]["spec"].clone()
}

#[test]
fn a_patch_bears_what_names_its_object_and_what_differs_alone() {
    let base =
        container(json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C", "value": "3"}]));
    let wanted =
        container(json!([{"name": "A", "value": "1"}, {"name": "B", "value": "x"}, {"name": "C", "value": "3"}]));
    let patch = merge_patch(&base, &wanted).unwrap();
    let env = json!([{"name": "A"}, {"name": "B", "value": "x"}]);
    let expected = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "dapp", "namespace": "space"},
        "spec": {"template": {"spec": {"containers": [{"name": "dapp", "env": env}]}}}});
    assert_eq!(patch.object.tree.to_json().to_string(), expected.to_string());
    assert_eq!(patch.changes, ["spec.template.spec.containers[dapp].env[B].value"]);
    assert!(patch.orders);
    assert!(merge_patch(&base, &base.clone()).is_none());
}

#[test]
fn what_the_environment_lacks_is_taken_away() {
    let base = container(json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]));
    let patch = merge_patch(&base, &container(json!([{"name": "B", "valueFrom": {"x": "y"}}]))).unwrap();
    let env = json!([{"name": "B", "valueFrom": {"x": "y"}, "value": null}, {"name": "A", "$patch": "delete"}]);
    assert_eq!(pod(&patch)["containers"], json!([{"name": "dapp", "env": env}]));
    let place = "spec.template.spec.containers[dapp].env";
    assert_eq!(patch.changes, [format!("{place}[B].valueFrom"), format!("{place}[B].value"), format!("{place}[A]")]);
    assert!(!patch.orders);
    let gone = json!({"$patch": "delete", "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "dapp", "namespace": "space"}});
    assert_eq!(deletion(&base).tree.to_json().to_string(), gone.to_string());
}

#[test]
fn what_a_merge_cannot_say_is_replaced_with_what_holds_it() {
    let ports = |ports: Value| deployment(json!({"containers": [{"name": "dapp", "ports": ports}]}));
    let port = json!({"containerPort": 1, "protocol": "TCP"});
    let patch = merge_patch(&ports(json!([port])), &ports(json!([port, {"containerPort": 2}]))).unwrap();
    let replaced = json!([{"$patch": "replace"}, port, {"containerPort": 2}]);
    assert_eq!(pod(&patch)["containers"][0]["ports"], replaced);
    let probe =
        |port: Value| deployment(json!({"containers": [{"name": "dapp", "httpGet": {"path": "/", "port": port}}]}));
    let patch = merge_patch(&probe(json!("http")), &probe(json!(80))).unwrap();
    let whole = json!({"$patch": "replace", "path": "/", "port": 80});
    assert_eq!(pod(&patch)["containers"], json!([{"name": "dapp", "httpGet": whole}]));
    assert_eq!(patch.changes, ["spec.template.spec.containers[dapp].httpGet"]);
    let custom =
        |spec: Value| object(json!({"apiVersion": "x/v1", "kind": "X", "metadata": {"name": "x"}, "spec": spec}));
    let patch = merge_patch(&custom(json!({"a": 1})), &custom(json!([1]))).unwrap();
    assert_eq!(patch.object.tree.to_json()["$patch"], "replace");
    let patch =
        merge_patch(&custom(json!({"env": [{"name": "a"}, {"name": "b"}]})), &custom(json!({"env": [{"name": "b"}]})));
    assert_eq!(patch.unwrap().object.tree.to_json()["spec"], json!({"env": [{"name": "b"}]}));
}

#[test]
fn the_lines_of_a_patch_come_from_where_the_environments_own_come_from() {
    let (value, image) = (Origin::Default("value"), Origin::Default("image"));
    let base = container(json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]));
    let mut wanted = container(json!([{"name": "C", "value": "3"}, {"name": "B", "value": "x"}]));
    wanted.origins.add("spec/template/spec/containers/0/env/1/value", value);
    wanted.origins.add("spec/template/spec/containers/0/env/0", image);
    let patch = merge_patch(&base, &wanted).unwrap();
    let lookup = |path: &str| {
        patch.object.origins.lookup(&TreePath::from(format!("spec/template/spec/containers/0/env/{path}")))
    };
    assert_eq!((lookup("0/value"), lookup("1/name"), lookup("1/value")), (image, Origin::Rule("root"), value));
    assert!(matches!(lookup("2/name"), Origin::Rule(rule) if rule.starts_with("the environment has nothing here")));
}

fn workload(kind: &str, name: &str, namespace: &str, of: Option<&str>) -> Object {
    let labels = of.map(|of| json!({"app.kubernetes.io/name": of}));
    let metadata = json!({"name": name, "namespace": namespace, "labels": labels});
    object(json!({"apiVersion": "v1", "kind": kind, "metadata": metadata}))
}

fn patches(objects: Vec<Versions>) -> Value {
    let files = vec![UnionFile { path: "all.yaml", cause: "organizations.org", objects, same: None }];
    let union = Union { cluster: Cluster::Blockchain, environments: vec!["production", "staging"], files };
    let entries = lacked(&union, 1);
    Value::Array(entries.iter().map(Tree::to_json).collect())
}

#[test]
fn whole_workloads_go_by_their_label_and_what_else_is_lacking_by_its_own_name() {
    let peer = workload("Service", "peer1", "space", Some("peer1"));
    let claim = workload("Claim", "peer1.ledger", "space", Some("peer1"));
    let chaincode = workload("Service", "asset", "space", Some("asset"));
    // Some of the workload stays, here in another namespace.
    let (gone, stays) =
        (workload("Policy", "deny", "space", Some("deny")), workload("Policy", "deny", "other", Some("deny")));
    let plain = workload("Plain", "plain", "space", None);
    let lacked = |object| Versions(vec![Some(object), None]);
    let all = Versions(vec![Some(&stays), Some(&stays)]);
    let objects = vec![lacked(&plain), lacked(&peer), lacked(&gone), all, lacked(&claim), lacked(&chaincode)];
    let one = |kind: &str, name: &str| {
        let text = "$patch: delete\napiVersion: v1\nkind: KIND\nmetadata:\n  name: NAME\n  namespace: space\n";
        json!({"patch": text.replace("KIND", kind).replace("NAME", name)})
    };
    let whole = json!({
        "target": {"labelSelector": "app.kubernetes.io/name in (asset, peer1)"},
        "patch": "apiVersion: all\nkind: all\nmetadata:\n  name: all\n$patch: delete\n",
    });
    assert_eq!(patches(objects), json!([whole, one("Plain", "plain"), one("Policy", "deny")]));
}

#[test]
fn files_stand_where_the_layout_has_them() {
    let secret = |name: &str, data: &str| {
        let metadata = json!({"name": name, "namespace": "space"});
        object(json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"a": data}}))
    };
    let (mine, yours, gone) = (secret("a", "1"), secret("a", "2"), secret("b", "1"));
    let file = |path, objects| UnionFile { path, cause: "organizations.org.peers", objects, same: None };
    let files = vec![
        file("peer0.yaml", vec![Versions(vec![Some(&mine), Some(&yours)])]),
        file("peer1.yaml", vec![Versions(vec![Some(&gone), None])]),
    ];
    let union = Union { cluster: Cluster::Blockchain, environments: vec!["production", "staging"], files };
    let files = kustomize("org", &[union], true);
    let paths: Vec<&str> =
        files.iter().map(|(path, _)| path.strip_prefix("org/blockchain/kustomize/").unwrap()).collect();
    let expected =
        ["base/peer0.yaml", "base/peer1.yaml", "base/kustomization.yaml", "overlays/production/kustomization.yaml"];
    assert_eq!(paths[..4], expected);
    let expected = ["peer0.yaml", "kustomization.yaml"].map(|name| format!("overlays/staging/{name}"));
    assert_eq!(paths[4..], expected);
    let head =
        |at: usize| files[at].1.text.lines().take_while(|line| line.starts_with('#')).collect::<Vec<_>>().join("\n");
    assert!(
        head(4).starts_with(
            "# What the environment `staging` has other than base/peer0.yaml:\n# - Secret a: data.a\n# Gen"
        )
    );
    let lacking = "# The environment `staging`: the base without what it lacks, and with what it has otherwise.\n# Gen";
    assert!(head(5).starts_with(lacking), "{}", head(5));
    let line = files[5].1.text.lines().position(|line| line.contains("$patch: delete")).unwrap();
    let origin = files[5].1.lines[line];
    assert!(matches!(origin, Origin::Rule(rule) if rule.starts_with("the environment has nothing here")), "{origin:?}");
    for (path, file) in &files {
        assert_eq!(file.lines.len(), file.text.lines().count(), "{path}");
    }
}
