//! Checks that a cluster runs once its workloads are there, as `helm test` or for Argo CD and Flux: pods that ask peers,
//! orderers and databases whether they are well, with the network policies that let them, since nothing may connect to
//! anything unless a policy says so.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Object, Origin, Tree, TreePath};
use crate::lower::ClusterObjects;

use super::names::unique;

/// Asks every pod behind a Service, and wants as many to be well as there are.
pub(super) const NODES: &str = include_str!("../../texts/nodes.sh");

/// Components whose nodes answer on an operations port, with the name of all of them.
const COMPONENTS: [(&str, &str); 2] = [("peer", "peers"), ("orderer", "orderers")];

/// A database by the variables of its setup that say where it answers, and the command that asks it.
const DATABASES: [(&str, [&str; 2], &[&str]); 2] = [
    ("postgresql", ["PGHOST", "PGPORT"], &["pg_isready", "--timeout=30"]),
    (
        "mysql",
        ["MYSQL_HOST", "MYSQL_TCP_PORT"],
        // Being refused is an answer too, and ends with 0.
        &["sh", "-c", "mysqladmin --host=\"$MYSQL_HOST\" --port=\"$MYSQL_TCP_PORT\" --connect-timeout=30 ping"],
    ),
];

const CHECK: Origin = Origin::Rule("a check asks what matters, and nothing else may");
/// The label that names a workload.
pub(super) const NAME: &str = "app.kubernetes.io/name";
/// Kubernetes' own label of every namespace.
const NAMESPACE: &str = "kubernetes.io/metadata.name";
const INSTANCE: &str = "app.kubernetes.io/instance";
/// The label that says what kind of a workload it is.
pub(super) const COMPONENT: &str = "app.kubernetes.io/component";

/// A check by its name: what it asks as people read it, and the component whose image it runs.
pub(super) fn told(test: &str) -> (String, Option<&'static str>) {
    match COMPONENTS.iter().find(|(_, plural)| *plural == test) {
        Some((component, plural)) => (format!("the {plural}"), Some(component)),
        None => (if test == "mysql" { "the MySQL server" } else { "the PostgreSQL server" }.to_owned(), None),
    }
}

/// Whether a check by its name runs [`NODES`].
pub(super) fn runs_script(check: &str) -> bool {
    COMPONENTS.iter().any(|(_, plural)| *plural == check)
}

/// The checks of a cluster in one environment: name to objects, the pod the last. Databases are asked from the given
/// namespace, or else from where their setup stands.
pub(super) fn checks(cluster: &ClusterObjects, namespace: Option<&str>) -> BTreeMap<&'static str, Vec<Object>> {
    let mut tests: BTreeMap<&'static str, Vec<Object>> = BTreeMap::new();
    let objects: Vec<&Object> = cluster.files.iter().flat_map(|file| &file.objects).collect();
    let names = objects.iter().filter_map(|object| Some(object.name()?.to_owned()));
    let mut taken: BTreeSet<String> = names.collect();
    for (component, plural) in COMPONENTS {
        let mut groups: BTreeMap<&str, Vec<Node>> = BTreeMap::new();
        for node in objects.iter().filter_map(|object| Node::of(object, component)) {
            groups.entry(node.namespace).or_default().push(node);
        }
        for nodes in groups.values() {
            let name = unique(&mut taken, &format!("{plural}-test"));
            tests.entry(plural).or_default().extend(of_nodes(&name, component, nodes));
        }
    }
    for (engine, variables, command) in DATABASES {
        let setups = objects.iter().filter(|object| object.kind() == Some("Job"));
        for test in
            setups.filter_map(|job| of_database((engine, variables, command), job, namespace, &objects, &mut taken))
        {
            tests.entry(engine).or_default().extend(test);
        }
    }
    tests
}

/// A node that tells its health over HTTP.
struct Node<'a> {
    namespace: &'a str,
    labels: &'a Tree,
    /// What is said of its pod.
    pod: &'a Tree,
    path: &'a str,
    port: i64,
}

impl<'a> Node<'a> {
    fn of(object: &'a Object, component: &str) -> Option<Node<'a>> {
        let labels = object.tree.at(&"spec/template/metadata/labels".into())?;
        if !matches!(object.kind(), Some("StatefulSet" | "Deployment")) || text(labels, COMPONENT) != Some(component) {
            return None;
        }
        let pod = object.tree.at(&"spec/template/spec".into())?;
        let container = first_container(pod)?;
        let probe = container.at(&"livenessProbe/httpGet".into())?;
        let asked = text(probe, "port")?;
        let ports = container.get("ports")?.as_seq()?;
        let port = ports.iter().find(|port| text(port, "name") == Some(asked))?.get("containerPort")?;
        let Tree::Int(port) = port else { return None };
        let plain = text(probe, "scheme").is_none_or(|scheme| scheme == "HTTP");
        let path = text(probe, "path")?;
        plain.then_some(Node { namespace: object.namespace()?, labels, pod, path, port: *port })
    }
}

/// The test of all nodes of a component in a namespace: a Service that finds also those that are not ready, the policies,
/// and the pod.
fn of_nodes(name: &str, component: &str, nodes: &[Node]) -> Vec<Object> {
    let Some(first) = nodes.first() else { return Vec::new() };
    let test = Test { name, namespace: first.namespace, labels: first.labels };
    let of_component = || Tree::map([(COMPONENT, component.to_owned())]);
    let port = || Tree::seq([Tree::map([("port", Tree::Int(first.port)), ("protocol", "TCP".into())])]);
    let service = Tree::map([
        ("clusterIP", Tree::from("None")),
        ("publishNotReadyAddresses", true.into()),
        ("selector", of_component()),
        ("ports", Tree::seq([Tree::map([("name", Tree::from("operations")), ("port", Tree::Int(first.port))])])),
    ]);
    let peers = |selected: Tree| Tree::seq([Tree::map([("podSelector", matching(selected))])]);
    let outward = Tree::map([("to", peers(of_component())), ("ports", port())]);
    let inward = Tree::map([("from", peers(test.selection())), ("ports", port())]);
    let environment = [
        ("SERVICE", name.to_owned()),
        ("PORT", first.port.to_string()),
        ("HEALTH_PATH", first.path.to_owned()),
        ("NODES", nodes.len().to_string()),
    ];
    let variable =
        |(name, value): (&'static str, String)| Tree::map([("name", Tree::from(name)), ("value", value.into())]);
    let command = vec![Tree::from("bash"), "-c".into(), NODES.into()];
    vec![
        test.object("v1", "Service", name, service),
        test.policy(name, test.selection(), "Egress", vec![outward]),
        test.policy(&format!("{name}-access"), of_component(), "Ingress", vec![inward]),
    ]
    .into_iter()
    .chain(test.pod(first.pod, command, environment.map(variable).to_vec()))
    .collect()
}

/// The test of the database that a job sets up, by the same client with all that lets the job reach it.
fn of_database(
    (engine, variables, command): (&str, [&str; 2], &[&'static str]),
    job: &Object,
    namespace: Option<&str>,
    objects: &[&Object],
    taken: &mut BTreeSet<String>,
) -> Option<Vec<Object>> {
    let pod = job.tree.at(&"spec/template/spec".into())?;
    let environment = first_container(pod)?.get("env")?.as_seq()?;
    let environment: Option<Vec<Tree>> = variables
        .iter()
        .map(|name| environment.iter().find(|variable| text(variable, "name") == Some(name)).cloned())
        .collect();
    let environment = environment?;
    let labels = job.tree.at(&"spec/template/metadata/labels".into())?;
    let name = unique(taken, &format!("{engine}-test"));
    let test = Test { name: &name, namespace: namespace.or(job.namespace())?, labels };
    let selected = TreePath::from("spec/podSelector/matchLabels").join(NAME);
    let own = |object: &&&Object| {
        object.namespace() == job.namespace() && object.tree.at(&selected).and_then(Tree::as_str) == text(labels, NAME)
    };
    let access = objects.iter().filter(own).filter_map(|object| test.likewise(object));
    let admission = objects.iter().filter(own).flat_map(|object| test.admitted(object, objects));
    let command = command.iter().map(|word| Tree::from(*word)).collect();
    Some(access.chain(admission).chain(test.pod(pod, command, environment)).collect())
}

/// Namespace and labels of the pods that a policy lets its own reach, where another policy selects just these.
fn guarded<'a>(peer: &'a Tree, policy: &'a Object, objects: &[&Object]) -> Option<(&'a str, &'a Tree)> {
    let named = peer.at(&TreePath::from("namespaceSelector/matchLabels").join(NAMESPACE)).and_then(Tree::as_str);
    let namespace = named.or(policy.namespace())?;
    let pods = peer.get("podSelector")?;
    let guards = |object: &&Object| {
        object.kind() == Some("NetworkPolicy")
            && object.namespace() == Some(namespace)
            && object.tree.at(&"spec/podSelector".into()) == Some(pods)
    };
    objects.iter().copied().any(|object| guards(&object)).then_some((namespace, pods.get("matchLabels")?))
}

/// A test by its name.
struct Test<'a> {
    name: &'a str,
    namespace: &'a str,
    /// The labels of what it asks.
    labels: &'a Tree,
}

impl Test<'_> {
    fn selection(&self) -> Tree {
        Tree::map([(COMPONENT, "test".to_owned()), (NAME, self.name.to_owned())])
    }

    fn labels(&self) -> Tree {
        let mut labels = self.labels.clone();
        for (key, value) in [(NAME, self.name), (INSTANCE, self.name), (COMPONENT, "test")] {
            labels.insert(key, value.to_owned());
        }
        labels
    }

    fn object(&self, api_version: &str, kind: &str, name: &str, spec: Tree) -> Object {
        let metadata = Tree::map([
            ("name", Tree::from(name.to_owned())),
            ("namespace", self.namespace.to_owned().into()),
            ("labels", self.labels()),
        ]);
        let tree = Tree::map([
            ("apiVersion", Tree::from(api_version.to_owned())),
            ("kind", kind.to_owned().into()),
            ("metadata", metadata),
            ("spec", spec),
        ]);
        Object::new(tree, CHECK)
    }

    /// What the selected pods may do in one direction.
    fn policy(&self, name: &str, selected: Tree, direction: &'static str, rules: Vec<Tree>) -> Object {
        let key = if direction == "Egress" { "egress" } else { "ingress" };
        let spec = Tree::map([
            ("podSelector", matching(selected)),
            ("policyTypes", Tree::seq([direction])),
            (key, Tree::Seq(rules)),
        ]);
        self.object("networking.k8s.io/v1", "NetworkPolicy", name, spec)
    }

    /// What does for the test's pod what an object does for the pods that it selects, such as a policy of a network or of
    /// the platform's firewalls; nothing may connect to the test.
    fn likewise(&self, object: &Object) -> Option<Object> {
        let mut spec = object.tree.get("spec")?.clone();
        if object.kind() == Some("NetworkPolicy") {
            let rules = spec.get("egress").and_then(Tree::as_seq).unwrap_or_default().to_vec();
            return Some(self.policy(self.name, self.selection(), "Egress", rules));
        }
        spec.insert("podSelector", matching(self.selection()));
        Some(self.object(text(&object.tree, "apiVersion")?, object.kind()?, self.name, spec))
    }

    /// What lets the test in wherever a policy lets the pods out that it selects, and another one guards who is reached:
    /// a database that runs in the cluster. Where none guards, one of the test's own would shut all others out.
    fn admitted(&self, policy: &Object, objects: &[&Object]) -> Vec<Object> {
        let from = || {
            Tree::map([
                ("namespaceSelector", matching(Tree::map([(NAMESPACE, self.namespace.to_owned())]))),
                ("podSelector", matching(self.selection())),
            ])
        };
        let rules = policy.tree.at(&"spec/egress".into()).and_then(Tree::as_seq).unwrap_or_default();
        let reached = rules.iter().flat_map(|rule| {
            let peers = rule.get("to").and_then(Tree::as_seq).unwrap_or_default();
            peers.iter().filter_map(move |peer| Some((rule.get("ports")?, guarded(peer, policy, objects)?)))
        });
        let admission = |(ports, (namespace, selected)): (&Tree, (&str, &Tree))| {
            let rule = Tree::map([("from", Tree::seq([from()])), ("ports", ports.clone())]);
            let there = Test { namespace, ..*self };
            there.policy(&format!("{}-access", self.name), selected.clone(), "Ingress", vec![rule])
        };
        reached.map(admission).collect()
    }

    /// A pod that runs a command once, as restricted as the given one in its first container, and with images from where
    /// that has them.
    fn pod(&self, like: &Tree, command: Vec<Tree>, environment: Vec<Tree>) -> Option<Object> {
        let container = first_container(like)?;
        let copied = |key: &'static str| container.get(key).map(|value| (key, value.clone()));
        let amount = Tree::map([("cpu", "50m"), ("memory", "64Mi")]);
        let own = [("name", Tree::from("test"))].into_iter().chain(copied("image")).chain(copied("imagePullPolicy"));
        let rest = [
            ("command", Tree::Seq(command)),
            ("env", Tree::Seq(environment)),
            ("resources", Tree::map([("limits", amount.clone()), ("requests", amount)])),
        ];
        let container = own.chain(rest).chain(copied("securityContext"));
        let security = Tree::map([
            ("runAsNonRoot", Tree::from(true)),
            ("seccompProfile", Tree::map([("type", "RuntimeDefault")])),
        ]);
        let spec = [
            ("automountServiceAccountToken", Tree::from(false)),
            ("containers", Tree::seq([Tree::map(container)])),
            ("enableServiceLinks", false.into()),
        ];
        let pulled = like.get("imagePullSecrets").map(|secrets| ("imagePullSecrets", secrets.clone()));
        let rest = [("restartPolicy", Tree::from("Never")), ("securityContext", security)];
        Some(self.object("v1", "Pod", self.name, Tree::map(spec.into_iter().chain(pulled).chain(rest))))
    }
}

fn first_container(pod: &Tree) -> Option<&Tree> {
    pod.get("containers")?.as_seq()?.first()
}

fn matching(labels: Tree) -> Tree {
    Tree::map([("matchLabels", labels)])
}

fn text<'t>(tree: &'t Tree, key: &str) -> Option<&'t str> {
    tree.get(key)?.as_str()
}
