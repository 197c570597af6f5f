//! Services and Ingresses.

use k8s_openapi::api::core::v1;
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::base::{Object, Origin};
use crate::bind::{IngressPlan, Select, ServicePlan, ServicePort};
use crate::expand::Workload;
use crate::lower::meta::{Rows, SHARED, Scope, annotations, component_selection, listed, selection};

const UNREADY: Origin = Origin::Rule("nodes that decide by majority must find one another before any of them is ready");
const SEEN: Origin =
    Origin::Rule("network policies name clients by their own addresses, which a node in between would hide");

/// A Service of one workload, or of all pods of a component.
pub(super) fn service(scope: &Scope, plan: &ServicePlan, workload: Option<&Workload>) -> Object {
    let mut rows = Rows::default();
    let mut metadata = match (workload, &plan.select) {
        (Some(workload), _) => scope.metadata_for(workload, &plan.name),
        (None, Select::Component(component)) => scope.metadata(&plan.namespace, &plan.name, component),
        (None, Select::Workload(_)) => scope.metadata(&plan.namespace, &plan.name, SHARED),
    };
    metadata.annotations = annotations(&plan.annotations, &mut rows);
    let balancer = plan.load_balancer.as_ref();
    let clients_seen = balancer.is_some_and(|balancer| balancer.clients_seen);
    if clients_seen {
        rows.add("spec/externalTrafficPolicy", SEEN);
    }
    let finds_unready = finds_unready(workload, plan);
    if finds_unready {
        rows.add("spec/publishNotReadyAddresses", UNREADY);
    }
    let typed = v1::Service {
        metadata,
        spec: Some(v1::ServiceSpec {
            type_: Some(if balancer.is_some() { "LoadBalancer" } else { "ClusterIP" }.to_owned()),
            load_balancer_class: balancer.and_then(|balancer| balancer.class.clone()),
            load_balancer_source_ranges: balancer.and_then(|balancer| listed(balancer.source_ranges.clone())),
            external_traffic_policy: clients_seen.then(|| "Local".to_owned()),
            selector: Some(match &plan.select {
                Select::Workload(id) => selection(&scope.organization.graph.workloads[id.0]),
                Select::Component(component) => component_selection(component),
            }),
            ports: listed(plan.ports.iter().map(port).collect()),
            publish_not_ready_addresses: finds_unready.then_some(true),
            ..Default::default()
        }),
        status: None,
    };
    scope.object(&typed, plan.origin, rows)
}

/// Whether pods are found before they are ready.
fn finds_unready(workload: Option<&Workload>, plan: &ServicePlan) -> bool {
    plan.load_balancer.is_none() && workload.is_some_and(|workload| workload.component.is_quorum())
}

fn port(port: &ServicePort) -> v1::ServicePort {
    v1::ServicePort {
        name: Some(port.name.clone()),
        port: port.port.into(),
        target_port: Some(IntOrString::String(port.target.clone())),
        protocol: Some("TCP".to_owned()),
        app_protocol: port.app_protocol.clone(),
        node_port: None,
    }
}

pub(super) fn ingress(scope: &Scope, plan: &IngressPlan, workload: &Workload) -> Object {
    let mut rows = Rows::default();
    rows.add("spec/rules/0/host", plan.host.origin);
    rows.add("spec/rules/0/http/paths/0/path", plan.path.origin);
    let mut metadata = scope.metadata_for(workload, &plan.name);
    metadata.namespace = Some(plan.namespace.clone());
    metadata.annotations = annotations(&plan.annotations, &mut rows);
    let host = plan.host.value.clone();
    let tls = plan.tls_secret.as_ref().map(|secret| {
        rows.add("spec/tls/0/hosts", plan.host.origin);
        IngressTLS { hosts: Some(vec![host.clone()]), secret_name: Some(secret.clone()) }
    });
    let path = HTTPIngressPath {
        path: Some(plan.path.value.clone()),
        path_type: "Prefix".to_owned(),
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: plan.service.clone(),
                port: Some(ServiceBackendPort { name: Some(plan.service_port.clone()), number: None }),
            }),
            resource: None,
        },
    };
    let typed = Ingress {
        metadata,
        spec: Some(IngressSpec {
            ingress_class_name: Some(plan.class.clone()),
            rules: Some(vec![IngressRule { host: Some(host), http: Some(HTTPIngressRuleValue { paths: vec![path] }) }]),
            tls: tls.map(|tls| vec![tls]),
            default_backend: None,
        }),
        status: None,
    };
    scope.object(&typed, plan.origin, rows)
}
