//! The one table of ports, by program and name. All are TCP.
//!
//! The numbers are each program's own default, but for two that would meet on one host: the orderer's administration
//! is 7053 (its default, 9443, is also the operations port of peers and of Fabric CA) and Kafka takes TLS on 9093.

/// A peer's gRPC service: endorsement, delivery, discovery, gossip, gateway.
pub const PEER_GRPC: u16 = 7051;
/// A peer's operations service: `/healthz`, `/metrics`, `/version`, `/logspec`.
pub const PEER_OPERATIONS: u16 = 9443;
/// CouchDB's HTTP interface; never TLS, since a peer speaks none to it.
pub const COUCHDB: u16 = 5984;
/// An orderer's gRPC service: broadcast, delivery, and the consenters' own traffic.
pub const ORDERER_GRPC: u16 = 7050;
/// An orderer's channel participation service.
pub const ORDERER_ADMIN: u16 = 7053;
/// An orderer's operations service.
pub const ORDERER_OPERATIONS: u16 = 8443;
/// A Kafka broker's one listener, with TLS.
pub const KAFKA: u16 = 9093;
/// ZooKeeper for its clients, the brokers.
pub const ZOOKEEPER_CLIENT: u16 = 2181;
/// ZooKeeper's followers to their leader.
pub const ZOOKEEPER_PEER: u16 = 2888;
/// ZooKeeper's election of a leader.
pub const ZOOKEEPER_ELECTION: u16 = 3888;
/// A certificate authority's interface, with TLS.
pub const CA_HTTPS: u16 = 7054;
/// A certificate authority's operations service.
pub const CA_OPERATIONS: u16 = 9443;
/// A chaincode server's gRPC service; the peer is its client.
pub const CHAINCODE_GRPC: u16 = 9999;
/// PostgreSQL.
pub const POSTGRESQL: u16 = 5432;
/// MySQL.
pub const MYSQL: u16 = 3306;
/// Redis with TLS, as managed services offer it too.
pub const REDIS: u16 = 6379;

/// HTTP with TLS, behind which all web hosts stand.
pub const HTTPS: u16 = 443;

/// The step between the ports of two nodes behind one shared load balancer.
const SHARED_STEP: u32 = 10;

/// The port that other organizations dial to reach a peer behind a load balancer shared by all peers: 7051, 7061 and
/// so on; 0, which nobody can dial, beyond peer 5848.
pub fn shared_peer(index: u32) -> u16 {
    shared(PEER_GRPC, index)
}

/// The port that others dial to reach an orderer behind a load balancer shared by all orderers: 7050, 7060 and so on;
/// 0, which nobody can dial, beyond orderer 5848.
pub fn shared_orderer(index: u32) -> u16 {
    shared(ORDERER_GRPC, index)
}

fn shared(first: u16, index: u32) -> u16 {
    let port = index.checked_mul(SHARED_STEP).and_then(|offset| offset.checked_add(u32::from(first)));
    port.and_then(|port| u16::try_from(port).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_ports_step_by_ten_and_never_wrap() {
        assert_eq!((shared_peer(0), shared_peer(2), shared_orderer(2)), (7051, 7071, 7070));
        assert_eq!((shared_peer(5848), shared_peer(5849), shared_peer(u32::MAX)), (65531, 0, 0));
    }

    #[test]
    fn the_ports_of_one_program_are_distinct() {
        let programs: [&[u16]; 4] = [
            &[PEER_GRPC, PEER_OPERATIONS, COUCHDB],
            &[ORDERER_GRPC, ORDERER_ADMIN, ORDERER_OPERATIONS],
            &[ZOOKEEPER_CLIENT, ZOOKEEPER_PEER, ZOOKEEPER_ELECTION],
            &[CA_HTTPS, CA_OPERATIONS],
        ];
        for ports in programs {
            assert_eq!(ports.iter().collect::<std::collections::BTreeSet<_>>().len(), ports.len(), "{ports:?}");
        }
    }
}
