//! keepalived, which gives the load balancers' address to one of two hosts, and to the other when HAProxy or the host fails.

use super::HostFile;
use super::model::{Host, Model};
use crate::base::Origin;
use crate::bind::BalancersPlan;
use crate::text::lines::{GENERATED, HEAD, Lines};

const PAIR: Origin = Origin::Rule("the address moves when HAProxy or its host fails, and does not move back by itself");

/// keepalived.conf of one load balancer; none where the address does not move.
pub(super) fn file(
    model: &Model,
    balancers: &BalancersPlan,
    host: &Host,
    folder: &str,
    traced: bool,
) -> Option<HostFile> {
    let interface = balancers.interface.as_ref().filter(|_| balancers.hosts.len() > 1)?;
    let rank = balancers.hosts.iter().position(|at| *at == host.at)?;
    let own = host.plan.address;
    let others = balancers.hosts.iter().filter(|at| **at != host.at).filter_map(|at| model.site.hosts.get(*at));
    let peers: Vec<String> = others.map(|other| format!("        {}", other.address)).collect();
    let mut lines = Lines::new(traced);
    lines.line(format_args!("# Gives {} to a load balancer of {}.", balancers.address, model.bridge()), HEAD);
    lines.line(format_args!("# {GENERATED}"), HEAD);
    let (name, router, address) = (model.bridge(), balancers.router, balancers.address);
    let priority = 100 - rank.min(99);
    let text = format!(
        "
global_defs {{
    router_id {}
    vrrp_version 3
    script_user root
    enable_script_security
}}

vrrp_script haproxy {{
    script \"/usr/bin/systemctl is-active --quiet haproxy.service\"
    interval 1
    timeout 5
    fall 2
    rise 2
}}

vrrp_instance {name} {{
    state BACKUP
    nopreempt
    interface {interface}
    virtual_router_id {router}
    priority {priority}
    advert_int 0.5
    check_unicast_src
    unicast_src_ip {own}
    unicast_peer {{
{}
    }}
    virtual_ipaddress {{
        {address}/32 dev {interface}
    }}
    track_script {{
        haproxy
    }}
}}
",
        host.plan.name,
        peers.join("\n"),
    );
    lines.lines(&text, PAIR);
    Some(HostFile::lines(format!("{folder}/keepalived/keepalived.conf"), lines))
}
