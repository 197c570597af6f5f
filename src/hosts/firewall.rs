//! The rules of one host: who may dial the ports that the site opens, and nothing else of the host's.
//!
//! What comes from outside to a published port passes the forward chain after Docker has turned its address into the
//! container's, so that the connection's original address and port are asked for. A container's own dial to its host, and
//! everything while Docker's rules are away, reaches docker-proxy through the input chain. Both chains ask for the same.
//! What is dropped here no other table can let in, and what passes here Docker's own rules still see.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::HostFile;
use super::connections::{Listener, Taker};
use super::model::{Host, Model};
use crate::base::{Origin, range};
use crate::text::lines::{GENERATED, HEAD, Lines};

const TABLE: Origin = Origin::Rule("a table of its own, replaced as a whole: nobody else's rules are touched");
const OPEN: Origin = Origin::Rule("only its clients dial what the site opens");

/// nftables' rules for a host.
pub(super) fn file(model: &Model, host: &Host, folder: &str, traced: bool) -> HostFile {
    let mut lines = Lines::new(traced);
    let title = format!("# Who may dial what {} opens on {}.", model.bridge(), host.plan.name);
    for line in [title, format!("# {GENERATED}")] {
        lines.line(line, HEAD);
    }
    // Deleting what is not there fails, so that it is made first.
    for line in ["table inet akcgen", "delete table inet akcgen", "table inet akcgen {"] {
        lines.line(line, TABLE);
    }
    let here = model.listeners.iter().filter(|listener| listener.host == host.at);
    let is_open = |from: &[String]| range::is_everybody(from.iter().map(String::as_str));
    let (open, guarded): (Vec<_>, Vec<_>) =
        here.map(|listener| (listener, allowed(model, listener))).partition(|(_, from)| is_open(from));
    for (Listener { name, address, port, origin, .. }, _) in &open {
        lines.line(format_args!("  # {name}: anybody may dial {address}:{port}"), *origin);
    }
    guarded.iter().for_each(|(listener, from)| set(listener, from, &mut lines));
    chain(&mut lines, "input", "filter", &guarded, |listener| {
        let Listener { address, port, .. } = listener;
        Some(format!("ip daddr {address} tcp dport {port} ct direction original ip saddr"))
    });
    chain(&mut lines, "forward", "filter - 1", &guarded, |listener| {
        let Listener { address, port, taker, .. } = listener;
        let dialled = format!("ct original ip daddr {address} ct original proto-dst {port} ct original ip saddr");
        (*taker == Taker::Container).then(|| format!("meta l4proto tcp ct status dnat {dialled}"))
    });
    lines.line("}", TABLE);
    HostFile::lines(format!("{folder}/nftables/akcgen.nft"), lines)
}

/// The ranges from which a listener may be dialled, none of which holds another.
fn allowed(model: &Model, listener: &Listener) -> Vec<String> {
    let clients = model.connections.iter().filter(|connection| {
        (connection.host, connection.address, connection.port) == (listener.host, listener.address, listener.port)
    });
    let ranges: BTreeSet<Ipv4Net> =
        clients.flat_map(|connection| &connection.from).filter_map(|range| range.parse().ok()).collect();
    Ipv4Net::aggregate(&ranges.into_iter().collect::<Vec<_>>()).iter().map(Ipv4Net::to_string).collect()
}

/// The name of the set of a listener's clients.
fn set_name(listener: &Listener) -> String {
    match listener.taker {
        Taker::Balancer => format!("frontend_{}", listener.port),
        Taker::Container => format!("published_{}", listener.port),
    }
}

fn set(listener: &Listener, from: &[String], lines: &mut Lines) {
    lines.line("", TABLE);
    lines.line(format_args!("  # {}", listener.name), listener.origin);
    lines.line(format_args!("  set {} {{", set_name(listener)), listener.origin);
    lines.line("    type ipv4_addr", OPEN);
    lines.line("    flags interval", OPEN);
    if !from.is_empty() {
        lines.line(format_args!("    elements = {{ {} }}", from.join(", ")), listener.origin);
    }
    lines.line("  }", OPEN);
}

/// A chain that drops what comes to a listener from elsewhere than its clients.
fn chain(
    lines: &mut Lines,
    hook: &str,
    priority: &str,
    guarded: &[(&Listener, Vec<String>)],
    dialled: impl Fn(&Listener) -> Option<String>,
) {
    lines.line("", TABLE);
    lines.line(format_args!("  chain {hook} {{"), TABLE);
    lines.line(format_args!("    type filter hook {hook} priority {priority}; policy accept;"), TABLE);
    if hook == "input" {
        lines.line("    iifname \"lo\" accept", Origin::Rule("the host's own processes dial what stands on it"));
    }
    for (listener, _) in guarded {
        if let Some(dialled) = dialled(listener) {
            lines.line(format_args!("    {dialled} != @{} counter drop", set_name(listener)), listener.origin);
        }
    }
    lines.line("  }", TABLE);
}
