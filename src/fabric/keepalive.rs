//! How long Fabric's connections may be silent, as peers and orderers of all organizations must agree on.
//!
//! `receiver's minimum <= sender's interval < balancer's idle time` holds for every pair, or else the receiver ends the
//! connection with `too_many_pings` (hyperledger-labs/fabric-smart-client#198) or the balancer drops it unseen
//! (hyperledger-labs/fabric-operator#126). The compiler of this file refuses numbers that break it.

use serde::{Serialize, Serializer};

/// The shortest time after which a load balancer on the way drops a silent connection: AWS' network load balancer.
pub const BALANCER_IDLE: Seconds = Seconds(350);
/// The least time between two pings of a client that our nodes accept. Half of what our clients keep, since a ping that
/// is a moment early counts against the client.
pub const RECEIVER_MINIMUM: Seconds = Seconds(30);
/// The least time that nodes of an organization that somebody else runs are known to accept: Fabric's own default.
pub const FOREIGN_MINIMUM: Seconds = Seconds(60);
/// The time between two pings of a client: peer to peer, peer to orderer, orderer to orderer (whose own is fixed).
pub const CLIENT_INTERVAL: Seconds = Seconds(60);
/// The time after which a server pings a silent client; Fabric's default of two hours outlasts every balancer.
pub const SERVER_INTERVAL: Seconds = Seconds(120);
/// How long either side waits for the answer to a ping.
pub const TIMEOUT: Seconds = Seconds(20);

const _: () = {
    assert!(RECEIVER_MINIMUM.0 <= CLIENT_INTERVAL.0 && FOREIGN_MINIMUM.0 <= CLIENT_INTERVAL.0);
    assert!(CLIENT_INTERVAL.0 + TIMEOUT.0 < BALANCER_IDLE.0 && SERVER_INTERVAL.0 + TIMEOUT.0 < BALANCER_IDLE.0);
};

/// A length of time as Fabric writes it: `60s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub u32);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}s", self.0))
    }
}
