//! The pods of a workload: their containers, volumes, identity and place.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::base::{Origin, TreePath};
use crate::configure::ContainerConfiguration;
use crate::expand::{Container, Content, Program, Shape, Workload};
use crate::lower::meta::{self, NO_TOKEN, Part, Rows, Scope, Texts, listed, present};
use crate::lower::workload::Bound;
use crate::lower::{configuration, container, scaling, storage};

/// The most that one path of scratch space may hold, so that no pod fills its node's disk.
const SCRATCH: &str = "1Gi";

const NO_LINKS: Origin = Origin::Rule("programs read variables of Services as their own (FABRIC_CA_SERVER_PORT)");
const PRIORITY: Origin =
    Origin::Rule("what bears a ledger runs where its volume is, so that other pods make room for it");
const GRACE: Origin = Origin::Rule("as long as the slowest of the pod's programs takes to end well");
const RACK: Origin = Origin::Rule("a broker's rack is its zone");
const SPREAD: Origin = Origin::Rule("pods are spread evenly, so that a lost zone or node takes few of them");
const RESTRICTED: Origin = Origin::Rule("Pod Security's profile `restricted`; the pod's group owns its volumes");
const RESTART: Origin = Origin::Rule("the SHA-256 of all files: when one changes, the pods restart");
const ATTEMPTS: Origin = Origin::Rule("the pod of a failed attempt stays, so that its log can be read");

static UNCONFIGURED: ContainerConfiguration =
    ContainerConfiguration { environment: Vec::new(), files: Vec::new(), secret_files: Vec::new() };

/// The template of a workload's pods. `keys` are those of its ConfigMap.
pub(super) fn template(scope: &Scope, bound: &Bound, keys: &[Vec<String>]) -> Part<v1::PodTemplateSpec> {
    let workload = bound.workload;
    let mut labels: Texts = bound.bound.pod_labels.clone();
    labels.extend(scope.labels(&workload.name, workload.component.as_str()));
    let mut annotations = bound.bound.pod_annotations.clone();
    annotations.extend(configuration::checksum_of(bound, keys).map(|sum| (configuration::CHECKSUM.to_owned(), sum)));
    let spec = spec(scope, bound, keys);
    let mut rows = Rows::default();
    if annotations.contains_key(configuration::CHECKSUM) {
        rows.add(TreePath::from("metadata/annotations").join(configuration::CHECKSUM), RESTART);
    }
    rows.take(&"spec".into(), spec.rows);
    let metadata = ObjectMeta { labels: Some(labels), annotations: present(annotations), ..Default::default() };
    Part { value: v1::PodTemplateSpec { metadata: Some(metadata), spec: Some(spec.value) }, rows }
}

fn spec(scope: &Scope, bound: &Bound, keys: &[Vec<String>]) -> Part<v1::PodSpec> {
    let workload = bound.workload;
    let mut pod = Pod::new(bound);
    let mut rows = Rows::default();
    let (mut main, mut sidecars) = (Vec::new(), Vec::new());
    let lingers = bound.lingers();
    for (at, container) in workload.containers.iter().enumerate() {
        let configuration = bound.configuration.get(at).unwrap_or(&UNCONFIGURED);
        let mounts = pod.mounts(container, configuration, keys.get(at).map_or(&[], Vec::as_slice));
        let image = bound.bound.images.get(at).and_then(Option::as_ref);
        let written = container.image.as_ref().map(|image| image.to_string());
        let sidecar = is_sidecar(container.program);
        let place = container::Place {
            image: image.unwrap_or(&written),
            environment: &configuration.environment,
            mounts,
            sidecar,
            lingers: lingers && at == 0,
        };
        if sidecar { &mut sidecars } else { &mut main }.push(container::container(container, place));
    }
    let grace = workload.containers.iter().map(|container| i64::from(container.program.grace())).max().unwrap_or(30);
    let is_job = matches!(workload.shape, Shape::Job);
    let spread = listed(scaling::spread(scope, workload));
    let zone = zone(scope, workload);
    let rules = [
        ("automountServiceAccountToken", NO_TOKEN, true),
        ("enableServiceLinks", NO_LINKS, true),
        ("restartPolicy", ATTEMPTS, is_job),
        ("priorityClassName", PRIORITY, bears_ledger(workload)),
        ("terminationGracePeriodSeconds", GRACE, true),
        ("nodeSelector", RACK, zone.is_some()),
        ("topologySpreadConstraints", SPREAD, spread.is_some()),
        ("securityContext", RESTRICTED, true),
    ];
    for (key, rule, _) in rules.into_iter().filter(|(.., holds)| *holds) {
        rows.add(key, rule);
    }
    scope.pull_secret.iter().for_each(|secret| rows.add("imagePullSecrets", secret.origin));
    let value = v1::PodSpec {
        service_account_name: Some(workload.name.clone()),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        restart_policy: is_job.then(|| "Never".to_owned()),
        priority_class_name: bears_ledger(workload).then(|| ledger_priority(scope)),
        termination_grace_period_seconds: Some(grace + if lingers { container::LINGER } else { 0 }),
        node_selector: zone,
        topology_spread_constraints: spread,
        security_context: Some(security(workload)),
        image_pull_secrets: scope
            .pull_secret
            .map(|secret| vec![v1::LocalObjectReference { name: secret.value.to_string() }]),
        init_containers: listed(meta::list(sidecars, &"initContainers".into(), &mut rows)),
        containers: meta::list(main, &"containers".into(), &mut rows),
        volumes: listed(meta::list(pod.volumes, &"volumes".into(), &mut rows)),
        ..Default::default()
    };
    Part { value, rows }
}

/// A peer asks its database at once when it starts and flushes to it when it ends, so that the database starts before
/// it and ends after it (Kubernetes' sidecar containers).
fn is_sidecar(program: Program) -> bool {
    matches!(program, Program::CouchDb { .. })
}

/// Whether what it keeps can be had from nowhere else at once, so that others make room for it.
pub(super) fn bears_ledger(workload: &Workload) -> bool {
    workload.volumes.iter().any(|volume| volume.content == Content::Ledger)
}

/// The PriorityClass of what bears a ledger; organizations may share a cluster, hence the name.
pub(super) fn ledger_priority(scope: &Scope) -> String {
    format!("{}-ledger", scope.organization_name)
}

/// A broker's rack is its zone by its configuration, so that it must stand there.
fn zone(scope: &Scope, workload: &Workload) -> Option<Texts> {
    let index = workload.containers.iter().find_map(|container| match container.program {
        Program::KafkaBroker { index } => Some(index),
        _ => None,
    })?;
    let zone = scope.cluster.broker_zone(index)?;
    Some([(scaling::ZONE.to_owned(), zone.to_owned())].into())
}

/// What Pod Security's profile `restricted` asks of a pod. The group owns the volumes, whichever user a container has.
fn security(workload: &Workload) -> v1::PodSecurityContext {
    let group = workload.containers.first().map(|container| container.user.into());
    v1::PodSecurityContext {
        run_as_non_root: Some(true),
        fs_group: group,
        fs_group_change_policy: Some("OnRootMismatch".to_owned()),
        seccomp_profile: Some(v1::SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }),
        ..Default::default()
    }
}

/// The volumes of a pod while its containers are put together.
struct Pod<'a> {
    bound: &'a Bound<'a>,
    volumes: Vec<Part<v1::Volume>>,
    names: BTreeSet<String>,
    /// The name of each of the workload's block volumes, and of the shared files.
    blocks: Vec<String>,
    shared: Option<String>,
}

impl<'a> Pod<'a> {
    fn new(bound: &'a Bound<'a>) -> Pod<'a> {
        let mut pod = Pod { bound, volumes: Vec::new(), names: BTreeSet::new(), blocks: Vec::new(), shared: None };
        for volume in &bound.workload.volumes {
            let name = unique(&mut pod.names, &volume.name);
            pod.add(storage::claimed(&name, &bound.workload.claim(volume), false), Some(volume.size.origin));
            pod.blocks.push(name);
        }
        pod
    }

    fn add(&mut self, value: v1::Volume, origin: Option<Origin>) {
        let rows = Rows(origin.map(|origin| (TreePath::ROOT, origin)).into_iter().collect());
        self.volumes.push(Part { value, rows });
    }

    fn mounts(
        &mut self,
        container: &Container,
        configuration: &ContainerConfiguration,
        keys: &[String],
    ) -> Vec<Part<v1::VolumeMount>> {
        let blocks = container.mounts.iter().filter_map(|(at, path)| Some((self.blocks.get(*at)?, path)));
        let mut mounts: Vec<Part<v1::VolumeMount>> =
            blocks.map(|(name, path)| Part { value: mount(name, path), rows: Rows::default() }).collect();
        mounts.extend(self.shared_files(container));
        let names = &mut self.names;
        let (volumes, files) =
            configuration::volumes(container, configuration, keys, &self.bound.workload.name, |base| {
                unique(names, base)
            });
        volumes.into_iter().for_each(|volume| self.add(volume, None));
        mounts.extend(files);
        for path in &container.scratch {
            let name = unique(&mut self.names, &format!("{}{path}", container.name));
            let source = v1::EmptyDirVolumeSource { medium: None, size_limit: Some(Quantity(SCRATCH.to_owned())) };
            self.add(v1::Volume { name: name.clone(), empty_dir: Some(source), ..Default::default() }, None);
            mounts.push(Part { value: mount(&name, path), rows: Rows::default() });
        }
        mounts
    }

    fn shared_files(&mut self, container: &Container) -> Option<Part<v1::VolumeMount>> {
        let (path, claim) = (container.shared_files.as_ref()?, self.bound.bound.shared_claim.as_ref()?);
        if self.shared.is_none() {
            let name = unique(&mut self.names, "shared-files");
            self.add(storage::claimed(&name, claim, true), Some(path.origin));
            self.shared = Some(name);
        }
        let value = v1::VolumeMount { read_only: Some(true), ..mount(self.shared.as_ref()?, &path.value) };
        Some(Part { value, rows: Rows(vec![(TreePath::ROOT, path.origin)]) })
    }
}

fn mount(name: &str, path: &str) -> v1::VolumeMount {
    v1::VolumeMount { name: name.to_owned(), mount_path: path.to_owned(), ..Default::default() }
}

/// A DNS label made of the text that no other volume of the pod has.
fn unique(taken: &mut BTreeSet<String>, text: &str) -> String {
    /// A DNS label's 63 characters less those of a number.
    const LONGEST: usize = 58;
    let letters = text.chars().map(|letter| match letter.to_ascii_lowercase() {
        letter @ ('a'..='z' | '0'..='9') => letter,
        _ => '-',
    });
    let label: String = letters.take(LONGEST).collect();
    let label = label.trim_matches('-');
    let numbered = (2..).map(|number: u32| format!("{label}-{number}"));
    let free = std::iter::once(label.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let name = free.unwrap_or_default();
    taken.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_names_are_labels_and_distinct() {
        let mut taken = BTreeSet::new();
        assert_eq!(unique(&mut taken, "peer/tmp"), "peer-tmp");
        assert_eq!(unique(&mut taken, "peer-tmp"), "peer-tmp-2");
        assert_eq!(unique(&mut taken, "peer/opt/X_y.z/"), "peer-opt-x-y-z");
        assert_eq!(unique(&mut taken, &"a".repeat(80)).len(), 58);
        assert_eq!(unique(&mut taken, &"a".repeat(80)).len(), 60);
    }
}
