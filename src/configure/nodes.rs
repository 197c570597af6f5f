//! Peers with their CouchDB, and chaincode servers.

use super::parts::Parts;
use super::site::{Place, Site};
use crate::base::Origin;
use crate::expand::{Component, Container, Program};
use crate::fabric::environment::*;
use crate::fabric::{couchdb, package, paths, peer, ports};
use crate::resolve::FabricNode;

/// The secret of the administrator of every peer's CouchDB.
const COUCHDB_ADMIN: &str = "couchdb-admin";
/// Of what no line of the blueprint says.
pub(super) const WRITTEN_OUT: Origin =
    Origin::Rule("Fabric's settings are written out: a missing one may mean another value in another release");
pub(super) const KEEPALIVE: Origin = Origin::Rule(
    "pings are rarer than the other end's least interval, and more frequent than load balancers' patience",
);
const NO_DOCKER: Origin = Origin::Rule("chaincode runs as a service of its own; no peer talks to Docker");
const HOW_FABRIC_RUNS: Origin = Origin::Rule("how Fabric's programs find their files and log");

pub(super) fn peer(site: &Site, place: Place, index: u32, parts: &mut Parts) {
    let origin = place.workload.origin;
    fabric(parts, "info");
    parts.set(CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG, package::builder_config(&place.workload.name), origin);
    let database = &site.description.peers.database;
    if database.value == peer::StateDatabase::Couchdb {
        let origin = database.origin;
        parts.set_secret(CORE_LEDGER_STATE_COUCHDBCONFIG_USERNAME, COUCHDB_ADMIN, "username", origin);
        parts.set_secret(CORE_LEDGER_STATE_COUCHDBCONFIG_PASSWORD, COUCHDB_ADMIN, "password", origin);
    }
    site.identity(place, parts);
    site.tls(place, parts);
    let core = peer::Core::new(&settings(site, place, index));
    let said = [
        ("peer/id", site.own.domain.origin),
        ("peer/networkId", site.consortium().name.origin),
        ("peer/address", origin),
        ("peer/keepalive", KEEPALIVE),
        ("peer/gossip/bootstrap", origin),
        ("peer/gossip/endpoint", origin),
        ("peer/gossip/externalEndpoint", site.own.domain.origin),
        ("peer/gossip/pvtData/implicitCollectionDisseminationPolicy", site.description.peers.count.origin),
        ("peer/localMspId", site.own.msp_id.origin),
        ("vm", NO_DOCKER),
        ("chaincode/externalBuilders", NO_DOCKER),
        ("ledger/state/stateDatabase", database.origin),
        ("ledger/state/couchDBConfig", database.origin),
    ];
    parts.yaml_of(&format!("{}/core.yaml", paths::FABRIC_CONFIG), &core, origin, &said, WRITTEN_OUT);
}

/// What peers and orderers have in common.
pub(super) fn fabric(parts: &mut Parts, logging: &str) {
    parts.set(FABRIC_CFG_PATH, paths::FABRIC_CONFIG, HOW_FABRIC_RUNS);
    parts.set(FABRIC_LOGGING_SPEC, logging, HOW_FABRIC_RUNS);
    parts.set(FABRIC_LOGGING_FORMAT, "json", HOW_FABRIC_RUNS);
}

fn settings(site: &Site, place: Place, index: u32) -> peer::Settings {
    let address = |place: Place| format!("{}:{}", site.host_of(place.workload), site.port(place, "grpc"));
    let own = address(place);
    let mut bootstrap: Vec<String> =
        site.of(Component::Peer).filter(|other| other.id != place.id).map(address).collect();
    if bootstrap.is_empty() {
        bootstrap.push(own.clone());
    }
    let outside = site.card().peers.get(index as usize);
    peer::Settings {
        release: site.own.release.value,
        id: format!("{}.{}", place.workload.name, site.own.domain.value),
        network: site.consortium().name.value.to_string(),
        msp_id: site.own.msp_id.value.to_string(),
        external_address: outside.map_or_else(|| own.clone(), FabricNode::address),
        address: own,
        bootstrap,
        siblings: site.description.peers.count.value,
        state: site.description.peers.database.value,
        couchdb: couchdb_host(site, place),
    }
}

/// The host at which a peer's CouchDB answers it.
fn couchdb_host(site: &Site, place: Place) -> String {
    let is_it = |container: &&Container| matches!(container.program, Program::CouchDb { .. });
    let container = place.workload.containers.iter().find(is_it);
    container.and_then(|container| site.beside(container)).unwrap_or("127.0.0.1").to_owned()
}

pub(super) fn couchdb(site: &Site, parts: &mut Parts) {
    let origin = site.description.peers.database.origin;
    parts.set_secret(COUCHDB_USER, COUCHDB_ADMIN, "username", origin);
    parts.set_secret(COUCHDB_PASSWORD, COUCHDB_ADMIN, "password", origin);
    parts.text(paths::COUCHDB_CONFIG, couchdb::settings(site.largest_transaction()), origin);
}

/// A chaincode's server: it must know the id of the package that leads peers to it.
pub(super) fn chaincode(site: &Site, place: Place, channel: usize, chaincode: usize, parts: &mut Parts) {
    let origin = site.consortium().channels[channel].chaincodes[chaincode].version.origin;
    let package = site.package(channel, chaincode, place.workload.cluster, &place.workload.namespace);
    parts.set(CHAINCODE_ID, package.id, origin);
    let rule = Origin::Rule("a chaincode server stands alone with its peer in a namespace that nobody else enters");
    parts.set(CHAINCODE_SERVER_ADDRESS, format!("0.0.0.0:{}", ports::CHAINCODE_GRPC), rule);
    parts.set(CHAINCODE_TLS_DISABLED, "true", rule);
}
