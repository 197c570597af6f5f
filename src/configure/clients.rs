//! Fabric's clients: DAPP, daemon, Data Sync and Explorer.

use std::collections::BTreeMap;

use super::parts::Parts;
use super::site::{Place, Site};
use crate::base::{Origin, Traced, quantity};
use crate::expand::{Destination, Schema, Source};
use crate::fabric::environment::*;
use crate::fabric::{explorer, paths, profile};
use crate::parse::blueprint::SyncMode;
use crate::resolve::{Pruning, Service};

const HOW_CLIENTS_CONNECT: Origin = Origin::Rule("how a client of Fabric finds its organization's peers");

/// What every client is told: who it is and where the peers are.
pub(super) fn client(site: &Site, place: Place, parts: &mut Parts) {
    parts.set(FABRIC_GATEWAY_ADDRESS, site.gateway(place), HOW_CLIENTS_CONNECT);
    parts.set(FABRIC_MSP_ID, site.own.msp_id.value.as_str(), site.own.msp_id.origin);
    parts.set(FABRIC_CERTIFICATE_FILE, profile::certificate(), HOW_CLIENTS_CONNECT);
    parts.set(FABRIC_KEY_FILE, profile::key(), HOW_CLIENTS_CONNECT);
    parts.set(FABRIC_TLS_CA_FILE, profile::tls_authority(), HOW_CLIENTS_CONNECT);
    parts.set(FABRIC_CONNECTION_PROFILE, paths::CLIENT_PROFILE, HOW_CLIENTS_CONNECT);
    parts.json(paths::CLIENT_PROFILE, &profile::Profile::new(&site.profile()), HOW_CLIENTS_CONNECT);
    site.identity(place, parts);
    streams(site, place, parts);
}

/// Where Redis answers, for those that wait in it.
fn streams(site: &Site, place: Place, parts: &mut Parts) {
    let waits =
        |link: &&crate::expand::Link| link.from == Source::Workload(place.id) && link.to == Destination::Streams;
    let (Some(link), Some(redis)) = (site.graph().links.iter().find(waits), &site.organization.streams) else { return };
    let (host, port) = (&redis.host, redis.port);
    parts.set(REDIS_HOST, host.value.as_str(), host.origin);
    parts.set(REDIS_PORT, port.to_string(), link.origin);
    parts.set(REDIS_URL, format!("rediss://{}:{port}", host.value), host.origin);
}

/// The channels that a client works on.
pub(super) fn channels(site: &Site, service: &Service, parts: &mut Parts) {
    let names: Vec<&str> =
        service.channels.iter().map(|at| site.consortium().channels[*at].name.value.as_str()).collect();
    parts.set(FABRIC_CHANNELS, names.join(","), service.name.origin);
}

pub(super) fn daemon(site: &Site, channel: usize, chaincode: usize, pruning: Option<&Pruning>, parts: &mut Parts) {
    let channel = &site.consortium().channels[channel];
    let chaincode = &channel.chaincodes[chaincode];
    parts.set(FABRIC_CHANNEL, channel.name.value.as_str(), channel.name.origin);
    parts.set(FABRIC_CHAINCODE, chaincode.name.value.as_str(), chaincode.name.origin);
    let Some(pruning) = pruning else { return };
    if let Some(interval) = quantity::milliseconds(&pruning.interval.value) {
        parts.set(PRUNING_INTERVAL_MS, interval.to_string(), pruning.interval.origin);
    }
    parts.set(PRUNING_PAGE_SIZE, pruning.page_size.value.to_string(), pruning.page_size.origin);
}

pub(super) fn data_sync(mode: Option<Traced<SyncMode>>, parts: &mut Parts) {
    if let Some(mode) = mode {
        let text = match mode.value {
            SyncMode::Poll => "poll",
            SyncMode::Subscribe => "subscribe",
        };
        parts.set(SYNC_MODE, text, mode.origin);
    }
}

pub(super) fn explorer(site: &Site, place: Place, service: &Service, schema: Option<&Schema>, parts: &mut Parts) {
    let origin = service.name.origin;
    let rule = Origin::Rule("Explorer's start script completes what must stay secret");
    let admin = format!("{}-admin", place.workload.name);
    parts.set_secret(EXPLORER_ADMIN_USERNAME, &admin, "username", rule);
    parts.set_secret(EXPLORER_ADMIN_PASSWORD, &admin, "password", rule);
    parts.set(DISCOVERY_AS_LOCALHOST, "false", rule);
    // At `info` it prints its profile with the password in it.
    for level in [LOG_LEVEL_APP, LOG_LEVEL_DB, LOG_LEVEL_CONSOLE] {
        parts.set(level, "warn", rule);
    }
    parts.set(LOG_CONSOLE_STDOUT, "true", rule);
    if let Some(port) = service.ports.first() {
        parts.set(PORT, port.port.value.to_string(), port.port.origin);
    }
    if let Some(schema) = schema {
        database(site, schema, parts);
    }
    site.identity(place, parts);
    let name = &site.consortium().name;
    parts.json(paths::EXPLORER_CONFIG, &explorer::Networks::new(&name.value, &site.own.title), origin);
    let profile = explorer::Profile::new(&site.profile(), &joined(site, service));
    parts.json(paths::EXPLORER_PROFILE, &profile, origin);
    parts.text(paths::EXPLORER_START, explorer::START, rule);
}

/// Explorer's own names for its database.
fn database(site: &Site, schema: &Schema, parts: &mut Parts) {
    let Some(endpoint) = site.organization.databases.get(&schema.engine) else { return };
    let secret = crate::expand::secret_name(&schema.name, schema.engine);
    parts.set(DATABASE_HOST, endpoint.host.value.as_str(), endpoint.host.origin);
    parts.set(DATABASE_PORT, endpoint.port.to_string(), endpoint.host.origin);
    parts.set(DATABASE_DATABASE, schema.name.as_str(), schema.origin);
    parts.set(DATABASE_USERNAME, schema.name.as_str(), schema.origin);
    parts.set_secret(DATABASE_PASSWD, &secret, "password", schema.origin);
}

/// The names of the peers that have joined each channel.
fn joined(site: &Site, service: &Service) -> BTreeMap<String, Vec<String>> {
    let own = site.graph().organization;
    let channels = service.channels.iter().map(|at| &site.consortium().channels[*at]);
    let peers = |channel: &crate::resolve::Channel| {
        let count = channel.member(own).map_or(0, |member| member.peers);
        (0..count).map(|index| format!("peer{index}")).collect()
    };
    channels.map(|channel| (channel.name.value.to_string(), peers(channel))).collect()
}
