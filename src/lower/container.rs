//! One container: its image, environment, ports, probes, limits and what it may not do.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::base::{Origin, Traced, TreePath};
use crate::configure::{Variable, VariableValue};
use crate::expand::{Check, Container, Probe};
use crate::lower::meta::{Part, Rows, listed};
use crate::resolve::Resources;

/// Seconds between two tries while a container starts.
const STARTUP_PERIOD: u32 = 5;

/// Seconds that a container goes on serving after it was told to stop: Services and load balancers learn of its end
/// only after a while.
pub(super) const LINGER: i64 = 10;

const PULL: Origin = Origin::Rule("tags do not move, and a pod must be able to restart while its registry is away");
const SIDECAR: Origin = Origin::Rule("a database starts before the peer that owns it and ends after it");
const LINGERING: Origin = Origin::Rule("Services and load balancers learn only after a while that a pod ends");
const RESTRICTED: Origin =
    Origin::Rule("Pod Security's profile `restricted`, and a root file system that nothing writes to");

/// What the pod decides for its container.
pub(super) struct Place<'a> {
    pub image: &'a Traced<String>,
    pub environment: &'a [Variable],
    pub mounts: Vec<Part<v1::VolumeMount>>,
    /// Starts before the main container and ends after it.
    pub sidecar: bool,
    /// Goes on serving for [`LINGER`] seconds.
    pub lingers: bool,
}

pub(super) fn container(container: &Container, place: Place) -> Part<v1::Container> {
    let mut rows = Rows::default();
    rows.add(TreePath::ROOT, container.origin);
    rows.add("image", place.image.origin);
    rows.add("imagePullPolicy", PULL);
    rows.add("securityContext", RESTRICTED);
    if let Some(reason) = container.writable_root {
        rows.add("securityContext/readOnlyRootFilesystem", Origin::Rule(reason));
    }
    if place.sidecar {
        rows.add("restartPolicy", SIDECAR);
    }
    if place.lingers {
        rows.add("lifecycle", LINGERING);
    }
    let [startup, readiness, liveness] = probes(&container.probe, &mut rows);
    let value = v1::Container {
        name: container.name.clone(),
        image: Some(place.image.value.clone()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        restart_policy: place.sidecar.then(|| "Always".to_owned()),
        command: texts(&container.command, "command", &mut rows),
        args: texts(&container.arguments, "args", &mut rows),
        env: environment(place.environment, &mut rows),
        ports: ports(container, &mut rows),
        startup_probe: startup,
        readiness_probe: readiness,
        liveness_probe: liveness,
        lifecycle: place.lingers.then(linger),
        resources: Some(resources(&container.resources, &mut rows)),
        security_context: Some(security(container)),
        volume_mounts: listed(crate::lower::meta::list(place.mounts, &"volumeMounts".into(), &mut rows)),
        ..Default::default()
    };
    Part { value, rows }
}

/// Text that Kubernetes hands on as it is: in commands and variables it would replace `$(NAME)` and halve `$$`.
fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        escaped.push(letter);
        if letter == '$' && matches!(letters.peek(), Some('$' | '(')) {
            escaped.push('$');
        }
    }
    escaped
}

fn texts(texts: &[Traced<String>], key: &'static str, rows: &mut Rows) -> Option<Vec<String>> {
    for (at, text) in (0_u32..).zip(texts) {
        rows.add(TreePath::from(key).join(at), text.origin);
    }
    listed(texts.iter().map(|text| literal(text)).collect())
}

fn environment(variables: &[Variable], rows: &mut Rows) -> Option<Vec<v1::EnvVar>> {
    for (at, variable) in (0_u32..).zip(variables) {
        rows.add(TreePath::from("env").join(at), variable.origin);
    }
    let variable = |variable: &Variable| match &variable.value {
        VariableValue::Plain(text) => {
            v1::EnvVar { name: variable.name.clone(), value: Some(literal(text)), value_from: None }
        }
        VariableValue::Secret { secret, key } => {
            let reference = v1::SecretKeySelector { name: secret.clone(), key: key.clone(), optional: None };
            let source = v1::EnvVarSource { secret_key_ref: Some(reference), ..Default::default() };
            v1::EnvVar { name: variable.name.clone(), value: None, value_from: Some(source) }
        }
    };
    listed(variables.iter().map(variable).collect())
}

fn ports(container: &Container, rows: &mut Rows) -> Option<Vec<v1::ContainerPort>> {
    for (at, port) in (0_u32..).zip(&container.ports) {
        rows.add(TreePath::from("ports").join(at), port.origin);
    }
    let ports = container.ports.iter().map(|port| v1::ContainerPort {
        name: Some(port.name.clone()),
        container_port: port.port.into(),
        protocol: Some("TCP".to_owned()),
        ..Default::default()
    });
    listed(ports.collect())
}

/// The startup, readiness and liveness probes: one check, asked often during the start, more patiently before a
/// restart than before traffic is held back.
fn probes(probe: &Probe, rows: &mut Rows) -> [Option<v1::Probe>; 3] {
    let Some(check) = check(&probe.check) else { return [None, None, None] };
    for key in ["startupProbe", "readinessProbe", "livenessProbe"] {
        rows.add(key, probe.origin);
    }
    let every = |seconds: u32, failures: u32| {
        Some(v1::Probe {
            period_seconds: i32::try_from(seconds).ok(),
            timeout_seconds: Some(5),
            failure_threshold: i32::try_from(failures).ok(),
            ..check.clone()
        })
    };
    [every(STARTUP_PERIOD, probe.start_seconds.div_ceil(STARTUP_PERIOD).max(1)), every(10, 3), every(15, 4)]
}

fn check(check: &Check) -> Option<v1::Probe> {
    let port = |name: &str| IntOrString::String(name.to_owned());
    let mut probe = v1::Probe::default();
    match check {
        Check::Http { port: name, path, tls } => {
            let scheme = if *tls { "HTTPS" } else { "HTTP" }.to_owned();
            let action = v1::HTTPGetAction {
                path: Some(path.clone()),
                port: port(name),
                scheme: Some(scheme),
                ..Default::default()
            };
            probe.http_get = Some(action);
        }
        Check::Tcp { port: name } => probe.tcp_socket = Some(v1::TCPSocketAction { port: port(name), host: None }),
        Check::Command(command) => probe.exec = Some(v1::ExecAction { command: Some(command.clone()) }),
        Check::None => return None,
    }
    Some(probe)
}

fn linger() -> v1::Lifecycle {
    let sleep = v1::LifecycleHandler { sleep: Some(v1::SleepAction { seconds: LINGER }), ..Default::default() };
    v1::Lifecycle { pre_stop: Some(sleep), ..Default::default() }
}

fn resources(resources: &Resources, rows: &mut Rows) -> v1::ResourceRequirements {
    rows.add("resources/requests/cpu", resources.cpu.origin);
    rows.add("resources/requests/memory", resources.memory.origin);
    rows.add("resources/limits/cpu", resources.cpu_limit.origin);
    rows.add("resources/limits/memory", resources.memory_limit.origin);
    let amounts = |cpu: &str, memory: &str| {
        let amounts = [("cpu", cpu), ("memory", memory)];
        Some(BTreeMap::from(amounts.map(|(name, amount)| (name.to_owned(), Quantity(amount.to_owned())))))
    };
    v1::ResourceRequirements {
        requests: amounts(&resources.cpu, &resources.memory),
        limits: amounts(&resources.cpu_limit, &resources.memory_limit),
        ..Default::default()
    }
}

/// What Pod Security's profile `restricted` asks of a container, and a root file system that nothing writes to.
fn security(container: &Container) -> v1::SecurityContext {
    v1::SecurityContext {
        run_as_user: Some(container.user.into()),
        run_as_group: Some(container.user.into()),
        allow_privilege_escalation: Some(false),
        read_only_root_filesystem: Some(container.writable_root.is_none()),
        capabilities: Some(v1::Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kubernetes' own expansion (third_party/forked/golang/expansion) where no variable is defined... or all are.
    fn expand(text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let (mut out, mut at) = (String::new(), 0);
        while let Some(letter) = letters.get(at) {
            match (letter, letters.get(at + 1)) {
                ('$', Some('$')) => {
                    out.push('$');
                    at += 2;
                }
                ('$', Some('(')) if letters[at..].contains(&')') => {
                    out.push_str("EXPANDED");
                    at += letters[at..].iter().position(|letter| *letter == ')').map_or(1, |length| length + 1);
                }
                _ => {
                    out.push(*letter);
                    at += 1;
                }
            }
        }
        out
    }

    #[test]
    fn kubernetes_gives_every_text_back_as_it_was_written() {
        assert_eq!(expand("$(A)"), "EXPANDED");
        for text in ["", "plain", "$", "$$", "$$$", "a$b", "$(A)", "$$(A)", "$$$(A)x", "$(", "cost: 5$", "$${A}"] {
            assert_eq!(expand(&literal(text)), text);
        }
        assert_eq!(literal("$HOME ${A} 5$"), "$HOME ${A} 5$");
    }
}
