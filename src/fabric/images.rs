//! The one table of default images. Every name is complete, so that it can be pulled as it is and mirrored without
//! guessing; an organization's `registry` takes the place of the host.
//!
//! A version is raised here alone. Each is the newest patch of its line for which upstream's own sources say that it
//! works with the Fabric release it stands beside.

use crate::parse::blueprint::{DatabaseEngine, FabricRelease};

/// The peer. Fabric 2.5.16 and 3.1.5 are the newest tags of their lines (github.com/hyperledger/fabric, June 2026);
/// both images carry the chaincode-as-a-service builder.
pub const fn peer(release: FabricRelease) -> &'static str {
    match release {
        FabricRelease::V2_5 => "docker.io/hyperledger/fabric-peer:2.5.16",
        FabricRelease::V3_1 => "docker.io/hyperledger/fabric-peer:3.1.5",
    }
}

/// The orderer, of the peer's release.
pub const fn orderer(release: FabricRelease) -> &'static str {
    match release {
        FabricRelease::V2_5 => "docker.io/hyperledger/fabric-orderer:2.5.16",
        FabricRelease::V3_1 => "docker.io/hyperledger/fabric-orderer:3.1.5",
    }
}

/// Fabric CA, released apart from Fabric and the same for both lines; 1.5.21 was run with root, intermediate and TLS
/// authorities.
pub const fn fabric_ca() -> &'static str {
    "docker.io/hyperledger/fabric-ca:1.5.21"
}

/// CouchDB: the version that Fabric 2.5.16 and 3.1.5 are tested with (integration/nwo/runner/couchdb.go).
pub const fn couchdb() -> &'static str {
    "docker.io/library/couchdb:3.4.2"
}

/// A Kafka broker. 3.9 is the last line that works with ZooKeeper; Fabric 2.5 was run with 3.9.1. Fabric's own
/// fabric-kafka image ended with 1.4.
pub const fn kafka() -> &'static str {
    "docker.io/apache/kafka:3.9.1"
}

/// ZooKeeper: the newest patch of the line that Kafka 3.9 is built with (3.8.4 in its gradle/dependencies.gradle).
pub const fn zookeeper() -> &'static str {
    "docker.io/library/zookeeper:3.8.6"
}

/// Hyperledger Explorer. 2.0.0 is its last release; it knows Fabric 2.2 to 2.5 and left Docker Hub for GitHub's
/// registry (README of hyperledger-labs/blockchain-explorer).
pub const fn explorer() -> &'static str {
    "ghcr.io/hyperledger-labs/explorer:2.0.0"
}

/// The official image of an engine: its client creates the schemas and users, and a target can run its server. A client of
/// a newer line than its server works, so these follow the newest line that managed services offer.
pub const fn database(engine: DatabaseEngine) -> &'static str {
    match engine {
        DatabaseEngine::Postgresql => "docker.io/library/postgres:17.10",
        DatabaseEngine::Mysql => "docker.io/library/mysql:8.4.8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_names_its_registry_and_a_version() {
        let mut images = vec![fabric_ca(), couchdb(), kafka(), zookeeper(), explorer()];
        images.extend([FabricRelease::V2_5, FabricRelease::V3_1].iter().flat_map(|line| [peer(*line), orderer(*line)]));
        images.extend([DatabaseEngine::Postgresql, DatabaseEngine::Mysql].map(database));
        for image in images {
            let (host, rest) = image.split_once('/').unwrap_or_default();
            let (_, tag) = rest.split_once(':').unwrap_or_default();
            assert!(host.contains('.') && tag.matches('.').count() >= 1, "{image}");
            assert!(tag.chars().all(|character| character.is_ascii_digit() || character == '.'), "{image}");
        }
    }
}
