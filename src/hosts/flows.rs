//! flows.json: every connection that the site lets in, for whoever wants to check that the firewall does.

use serde::Serialize;

use super::HostFile;
use super::connections::{Connection, Listener, Taker};
use super::model::Model;
use crate::base::Origin;
use crate::text::lines::Lines;

const FRAME: Origin = Origin::Rule("the frame of the file");

/// A connection as its host's firewall sees it.
#[derive(Serialize)]
struct Flow<'a> {
    host: &'a str,
    /// The chain that lets it in.
    chain: &'static str,
    /// The ranges that its clients come from.
    from: &'a [String],
    /// The address and port that they dial.
    to: String,
    port: u16,
    /// The port of the container behind it, or the load balancer's own.
    inner: u16,
    protocol: &'static str,
    what: String,
}

/// flows.json, one connection a line.
pub(super) fn file(model: &Model, traced: bool) -> HostFile {
    let flows: Vec<(String, Origin)> =
        model.connections.iter().filter_map(|one| Some((row(model, one)?, one.origin))).collect();
    let mut lines = Lines::new(traced);
    lines.line("{", FRAME);
    lines.line(if flows.is_empty() { "  \"flows\": []" } else { "  \"flows\": [" }, FRAME);
    for (at, (flow, origin)) in flows.iter().enumerate() {
        let comma = if at + 1 < flows.len() { "," } else { "" };
        lines.line(format_args!("    {flow}{comma}"), *origin);
    }
    if !flows.is_empty() {
        lines.line("  ]", FRAME);
    }
    lines.line("}", FRAME);
    HostFile::lines("flows.json".to_owned(), lines)
}

fn row(model: &Model, connection: &Connection) -> Option<String> {
    let Connection { host, address, port, inside, from, who, .. } = connection;
    let is_dialled =
        |listener: &&Listener| (listener.host, listener.address, listener.port) == (*host, *address, *port);
    let listener = model.listeners.iter().find(is_dialled)?;
    let input = *inside || listener.taker == Taker::Balancer;
    let flow = Flow {
        host: &model.site.hosts.get(*host)?.name,
        chain: if input { "input" } else { "forward" },
        from,
        to: address.to_string(),
        port: *port,
        inner: listener.inner,
        protocol: "tcp",
        what: format!("{who} to {}", listener.name),
    };
    serde_json::to_string(&flow).ok()
}
