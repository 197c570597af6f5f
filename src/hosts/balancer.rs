//! HAProxy before everything that clients dial by one address: TLS passed through, but for web hosts, whose TLS ends here.

use std::collections::BTreeSet;

use super::HostFile;
use super::connections::health_port;
use super::laid::{CONFIGURATION, FromVault, Laid, ROOT};
use super::model::{Host, Model};
use super::secrets;
use crate::base::Origin;
use crate::bind::{BalancersPlan, Frontend, WebRoute};
use crate::expand::{Check, WorkloadId};
use crate::fabric::ports::HTTPS;
use crate::text::lines::{GENERATED, HEAD, Lines};

const PATIENCE: Origin =
    Origin::Rule("streams of events may be silent for hours, and lost hosts are seen by keepalives and checks");
const EDGE: Origin =
    Origin::Rule("HTTP from outside: TLS 1.2 at least, short waits, and no claims of clients about others");

/// The most ranges on a line: HAProxy takes 64 words.
const RANGES: usize = 16;

/// The folder of the certificates of web hosts.
fn certificates_folder() -> String {
    format!("{CONFIGURATION}/balancer/certificates")
}

/// Lays down the certificates of web hosts.
pub(super) fn certificates(model: &Model, host: &Host, laid: &mut Laid) {
    let Some(balancers) = model.balancers_on(host) else { return };
    let names: BTreeSet<&String> = balancers.web.iter().map(|route| &route.host).collect();
    for name in names {
        let (secret, key) = secrets::certificate(name);
        let path = format!("{}/{name}.pem", certificates_folder());
        laid.folder_of(&path);
        let (project, services) = (String::new(), Vec::new());
        laid.secrets.push(FromVault { secret, key: key.to_owned(), path, owner: ROOT, project, services });
    }
}

/// haproxy.cfg, the same on every load balancer.
pub(super) fn file(model: &Model, balancers: &BalancersPlan, folder: &str, traced: bool) -> HostFile {
    let mut lines = Lines::new(traced);
    lines.line(format_args!("# The load balancers of {}.", model.bridge()), HEAD);
    lines.line(format_args!("# {GENERATED}"), HEAD);
    lines.lines(DEFAULTS, PATIENCE);
    for frontend in &balancers.frontends {
        tcp(model, balancers, frontend, &mut lines);
    }
    if !balancers.web.is_empty() {
        web(model, balancers, &mut lines);
    }
    HostFile::lines(format!("{folder}/haproxy/haproxy.cfg"), lines)
}

const DEFAULTS: &str = "
global
    log stdout format raw local0
    user haproxy
    group haproxy
    maxconn 8000

defaults
    mode tcp
    log global
    option dontlognull
    option clitcpka
    option srvtcpka
    option redispatch
    retries 3
    balance leastconn
    timeout connect 5s
    timeout check 5s
    timeout client 24h
    timeout server 24h
    timeout tunnel 24h
    default-server inter 2s fall 3 rise 2 on-marked-down shutdown-sessions
";

fn tcp(model: &Model, balancers: &BalancersPlan, frontend: &Frontend, lines: &mut Lines) {
    let Frontend { name, port, behind, origin } = frontend;
    lines.line("", *origin);
    lines.line(format_args!("frontend {name}"), *origin);
    lines.line(format_args!("    bind {}:{port}", balancers.address), *origin);
    lines.line("    option tcplog", *origin);
    lines.line(format_args!("    default_backend {name}"), *origin);
    lines.line("", *origin);
    lines.line(format_args!("backend {name}"), *origin);
    servers(model, behind, *origin, lines);
}

/// How a load balancer sees whether what is behind a port is well.
struct Health<'a> {
    /// The path that answers 200, where it is asked by HTTP.
    path: Option<&'a str>,
    tls: bool,
    /// The port that is asked, where it is another one.
    port: Option<u16>,
}

fn health<'a>(model: &Model<'a>, id: WorkloadId, port: &str) -> Health<'a> {
    let workload = model.organization.graph.workloads.get(id.0);
    let check = workload.and_then(|workload| workload.owner(port)).map(|container| &container.probe.check);
    let asked = health_port(model.organization, model.site, id, port);
    // What is asked at a port that is not published can only be tried.
    let is_reached =
        asked.is_some() || workload.is_some_and(|one| one.health_port(port) == one.port(port).map(|port| port.port));
    match check {
        Some(Check::Http { path, tls, .. }) if is_reached => Health { path: Some(path), tls: *tls, port: asked },
        _ => Health { path: None, tls: false, port: None },
    }
}

/// The servers of a backend: one for each copy of what is behind it.
fn servers(model: &Model, behind: &[(WorkloadId, String)], origin: Origin, lines: &mut Lines) {
    let first = behind.first().map(|(id, port)| health(model, *id, port));
    if let Some(path) = first.and_then(|health| health.path) {
        lines.line(format_args!("    option httpchk GET {path}"), origin);
        lines.line("    http-check expect status 200", origin);
    }
    for (id, port) in behind {
        let (Some(placement), Some(workload)) = (model.placement(*id), model.organization.graph.workloads.get(id.0))
        else {
            continue;
        };
        let Some(number) = placement.published.get(port) else { continue };
        let health = health(model, *id, port);
        let asked = health.port.map(|port| format!(" port {port}")).unwrap_or_default();
        let tls = if health.tls { " check-ssl verify none" } else { "" };
        for host in placement.hosts.iter().filter_map(|host| model.site.hosts.get(*host)) {
            let name = format!("{}-{}", workload.name, host.name);
            lines.line(format_args!("    server {name} {}:{number} check{asked}{tls}", host.address), origin);
        }
    }
}

fn web(model: &Model, balancers: &BalancersPlan, lines: &mut Lines) {
    lines.line("", EDGE);
    lines.line(format_args!("frontend {}", outside("https")), EDGE);
    lines.line("    mode http", EDGE);
    let folder = certificates_folder();
    let bind =
        format!("{}:{HTTPS} ssl crt {folder}/ strict-sni alpn h2,http/1.1 ssl-min-ver TLSv1.2", balancers.address);
    lines.line(format_args!("    bind {bind}"), EDGE);
    lines.lines(WEB, EDGE);
    // The last that matches holds: the longest path of a host.
    for route in balancers.web.iter().rev() {
        let host = format!("req.hdr(host),field(1,:) -i {}", route.host);
        let set = format!("http-request set-var(txn.route) str({})", route.name);
        match route.path.trim_end_matches('/') {
            "" => lines.line(format_args!("    {set} if {{ {host} }}"), route.origin),
            path => {
                lines.line(format_args!("    {set} if {{ {host} }} {{ path {path} }}"), route.origin);
                lines.line(format_args!("    {set} if {{ {host} }} {{ path_beg {path}/ }}"), route.origin);
            }
        }
    }
    lines.line("    http-request deny deny_status 404 unless { var(txn.route) -m found }", EDGE);
    balancers.web.iter().for_each(|route| allow(route, lines));
    for route in &balancers.web {
        let WebRoute { name, origin, .. } = route;
        lines.line(format_args!("    use_backend {} if {{ var(txn.route) -m str {name} }}", outside(name)), *origin);
    }
    for route in &balancers.web {
        lines.line("", route.origin);
        lines.line(format_args!("backend {}", outside(&route.name)), route.origin);
        lines.lines(BACKEND, EDGE);
        servers(model, std::slice::from_ref(&route.behind), route.origin, lines);
    }
}

/// The name of what serves HTTP from outside: all others are DNS labels, so that none of them can bear it.
fn outside(name: &str) -> String {
    format!("web.{name}")
}

/// Only the ranges of a route come to it.
fn allow(route: &WebRoute, lines: &mut Lines) {
    let WebRoute { name, ranges, origin, .. } = route;
    for ranges in ranges.chunks(RANGES) {
        lines.line(format_args!("    acl from-{name} src {}", ranges.join(" ")), *origin);
    }
    let denied = format!("{{ var(txn.route) -m str {name} }}");
    let unless = if ranges.is_empty() { String::new() } else { format!(" !from-{name}") };
    lines.line(format_args!("    http-request deny deny_status 403 if {denied}{unless}"), *origin);
}

/// Clients of HTTP that do nothing are sent away; what is upgraded to another protocol has the time that streams have.
const WEB: &str = "    option httplog
    timeout client 60s
    timeout http-request 10s
    timeout http-keep-alive 60s
    http-request del-header X-Forwarded-For
    http-request del-header X-Forwarded-Host
    http-request del-header Forwarded
    http-request set-header X-Forwarded-Proto https
    option forwardfor
    http-response set-header Strict-Transport-Security max-age=31536000
";

const BACKEND: &str = "    mode http
    timeout server 60s
";
