//! Network policies: nothing passes but the hops of the plan's flows, each where it is enforced: at the pods at which
//! it starts and ends.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::base::{Object, Origin, TreePath};
use crate::bind::{End, NamespacePlan, OrganizationPlan};
use crate::expand::{Workload, WorkloadId};
use crate::lower::meta::{Rows, SHARED, Scope, Texts, listed, matching, present, selection};
use crate::lower::workload::Bound;

/// Kubernetes' own label of every namespace.
const NAMESPACE: &str = "kubernetes.io/metadata.name";

const DENIED: Origin = Origin::Rule("nothing passes but what a policy allows, in either direction");
const RESOLVED: Origin = Origin::Rule("every pod resolves names, at the cluster's own DNS");

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Peer<'a> {
    Workload(WorkloadId),
    Platform { namespace: &'a str, labels: &'a Texts },
    Range(&'a str),
}

/// Peers, each with the origin of the first flow that names it.
type Peers<'a> = BTreeMap<Peer<'a>, Origin>;

/// Who may connect at each port.
type Ports<'a> = BTreeMap<u16, Peers<'a>>;

/// What may reach each of an organization's workloads and what each may reach, by [`WorkloadId`].
pub(super) struct Rules<'a> {
    ingress: Vec<Ports<'a>>,
    egress: Vec<Ports<'a>>,
}

impl<'a> Rules<'a> {
    pub fn of(organization: &'a OrganizationPlan) -> Rules<'a> {
        let workloads = &organization.graph.workloads;
        let mut rules =
            Rules { ingress: vec![Ports::new(); workloads.len()], egress: vec![Ports::new(); workloads.len()] };
        for flow in &organization.flows {
            for hop in &flow.hops {
                let ends = [(&mut rules.egress, &hop.from, &hop.to), (&mut rules.ingress, &hop.to, &hop.from)];
                for (side, own, other) in ends {
                    let End::Workload(id) = own else { continue };
                    let Some(ports) = side.get_mut(id.0) else { continue };
                    for peer in peers(other) {
                        ports.entry(hop.port).or_default().entry(peer).or_insert(flow.origin);
                    }
                }
            }
        }
        rules
    }

    /// The policy of a workload's pods; none where nothing may reach them and they may reach nothing.
    pub fn policy(&self, scope: &Scope, bound: &Bound) -> Option<Object> {
        let workload = bound.workload;
        let mut rows = Rows::default();
        let ingress = sides(scope, workload, self.ingress.get(bound.id.0)?, ["spec/ingress", "from"], &mut rows);
        let egress = sides(scope, workload, self.egress.get(bound.id.0)?, ["spec/egress", "to"], &mut rows);
        if ingress.is_empty() && egress.is_empty() {
            return None;
        }
        let ingress =
            ingress.into_iter().map(|(from, ports)| NetworkPolicyIngressRule { from: Some(from), ports: Some(ports) });
        let egress = egress.into_iter().map(|(to, ports)| NetworkPolicyEgressRule { to: Some(to), ports: Some(ports) });
        let spec = NetworkPolicySpec {
            pod_selector: Some(matching(selection(workload))),
            policy_types: both(),
            ingress: listed(ingress.collect()),
            egress: listed(egress.collect()),
        };
        let metadata = scope.metadata_for(workload, &workload.name);
        Some(scope.object(&NetworkPolicy { metadata, spec: Some(spec) }, workload.origin, rows))
    }
}

fn peers(end: &End) -> impl Iterator<Item = Peer<'_>> {
    let (one, ranges): (Option<Peer>, &[String]) = match end {
        End::Workload(id) => (Some(Peer::Workload(*id)), &[]),
        End::Platform { namespace, labels } => (Some(Peer::Platform { namespace, labels }), &[]),
        End::Ranges { ranges, .. } => (None, ranges),
    };
    one.into_iter().chain(ranges.iter().map(|range| Peer::Range(range)))
}

/// One rule for each set of peers, with the ports that all of them may use.
fn sides(
    scope: &Scope,
    workload: &Workload,
    ports: &Ports,
    [path, key]: [&'static str; 2],
    rows: &mut Rows,
) -> Vec<(Vec<NetworkPolicyPeer>, Vec<NetworkPolicyPort>)> {
    let mut rules: Vec<(&Peers, Vec<(u16, Origin)>)> = Vec::new();
    for (port, peers) in ports {
        let Some(origin) = peers.values().next() else { continue };
        match rules.iter_mut().find(|(others, _)| others.keys().eq(peers.keys())) {
            Some((_, ports)) => ports.push((*port, *origin)),
            None => rules.push((peers, vec![(*port, *origin)])),
        }
    }
    let mut sides = Vec::with_capacity(rules.len());
    for (at, (peers, ports)) in (0_u32..).zip(rules) {
        let rule = TreePath::from(path).join(at);
        if let Some((_, origin)) = ports.first() {
            rows.add(rule.clone(), *origin);
        }
        for (at, origin) in (0_u32..).zip(peers.values()) {
            rows.add(rule.join(key).join(at), *origin);
        }
        for (at, (_, origin)) in (0_u32..).zip(&ports) {
            rows.add(rule.join("ports").join(at), *origin);
        }
        let peers = peers.keys().map(|other| to_peer(scope, &workload.namespace, other)).collect();
        sides.push((peers, ports.into_iter().map(|(number, _)| port(number, "TCP")).collect()));
    }
    sides
}

fn to_peer(scope: &Scope, own_namespace: &str, other: &Peer) -> NetworkPolicyPeer {
    match other {
        Peer::Workload(id) => {
            let other = &scope.organization.graph.workloads[id.0];
            NetworkPolicyPeer {
                namespace_selector: (other.namespace != own_namespace).then(|| namespace_named(&other.namespace)),
                pod_selector: Some(matching(selection(other))),
                ip_block: None,
            }
        }
        Peer::Platform { namespace, labels } => NetworkPolicyPeer {
            namespace_selector: Some(namespace_named(namespace)),
            pod_selector: present((*labels).clone()).map(matching),
            ip_block: None,
        },
        Peer::Range(range) => NetworkPolicyPeer {
            ip_block: Some(IPBlock { cidr: (*range).to_owned(), except: None }),
            ..Default::default()
        },
    }
}

fn namespace_named(name: &str) -> LabelSelector {
    matching([(NAMESPACE.to_owned(), name.to_owned())].into())
}

fn port(number: u16, protocol: &str) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: Some(IntOrString::Int(number.into())),
        protocol: Some(protocol.to_owned()),
        end_port: None,
    }
}

fn both() -> Option<Vec<String>> {
    Some(vec!["Ingress".to_owned(), "Egress".to_owned()])
}

/// What holds for all pods of a namespace: nothing passes, but names are resolved by the cluster's own DNS.
pub(super) fn namespace(scope: &Scope, namespace: &NamespacePlan) -> [Object; 2] {
    let deny = NetworkPolicySpec {
        pod_selector: Some(LabelSelector::default()),
        policy_types: both(),
        ingress: None,
        egress: None,
    };
    let dns = scope.cluster.dns();
    let resolve = NetworkPolicySpec {
        pod_selector: Some(LabelSelector::default()),
        policy_types: Some(vec!["Egress".to_owned()]),
        ingress: None,
        egress: Some(vec![NetworkPolicyEgressRule {
            to: Some(peers(&dns).map(|peer| to_peer(scope, &namespace.name, &peer)).collect()),
            ports: Some(vec![port(53, "UDP"), port(53, "TCP")]),
        }]),
    };
    [("default-deny", deny, DENIED), ("allow-dns", resolve, RESOLVED)].map(|(name, spec, rule)| {
        let metadata = scope.metadata(&namespace.name, name, SHARED);
        let mut rows = Rows::default();
        rows.add("spec", rule);
        scope.object(&NetworkPolicy { metadata, spec: Some(spec) }, namespace.origin, rows)
    })
}
