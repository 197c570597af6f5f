//! flows.json: every connection that the site lets in, for whoever wants to check that the firewall does.

use serde::Serialize;

use super::HostFile;
use super::connections::{Connection, Listener, Taker};
use super::model::Model;
use crate::text::rows;

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
    let flows = model.connections.iter().filter_map(|one| Some((row(model, one)?, one.origin)));
    HostFile::lines("flows.json".to_owned(), rows::lists(&[("flows", flows.collect())], traced))
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
    Some(rows::json(&flow))
}
