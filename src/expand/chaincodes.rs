//! Chaincode as a service: a server of its own beside every peer that has joined the channel, since a package's
//! `connection.json` names the server by the peer's name (facts: Fabric 2.5, ccaas builder).

use crate::base::Traced;
use crate::base::bounded::label;
use crate::fabric::{paths, ports, users};
use crate::parse::blueprint::Protocol;
use crate::resolve::{Cluster, Copies};

use super::builder::Builder;
use super::graph::*;
use super::nodes::{Known, namespace};

/// Longest name of a Deployment whose pods' names still are DNS labels.
const LONGEST: usize = 46;

pub(super) fn servers(builder: &mut Builder) {
    for (channel_at, channel) in builder.consortium.channels.iter().enumerate() {
        let Some(member) = channel.member(builder.at) else { continue };
        for (chaincode_at, chaincode) in channel.chaincodes.iter().enumerate() {
            for peer in 0..member.peers {
                let origin = chaincode.name.origin;
                let name = server_name(&channel.name.value, &chaincode.name.value, &format!("peer{peer}"));
                let program = Program::Chaincode { channel: channel_at, chaincode: chaincode_at, peer };
                let known = Known {
                    name: "chaincode",
                    program,
                    image: &chaincode.image.value,
                    command: &[],
                    user: users::CHAINCODE,
                    scratch: paths::SERVICE_SCRATCH,
                    ports: &[("grpc", ports::CHAINCODE_GRPC, Protocol::Grpc)],
                    check: Check::Tcp { port: "grpc".to_owned() },
                };
                let mut server = known.container(&chaincode.resources, origin);
                server.image = chaincode.image.clone();
                let workload = Workload {
                    cluster: Cluster::Blockchain,
                    namespace: namespace(builder),
                    addresses: vec![Address { name: name.clone(), container: None, origin }],
                    name,
                    component: Component::Chaincode,
                    origin,
                    shape: Shape::Stateless(Copies::Fixed(Traced::new(1, origin))),
                    containers: vec![server],
                    volumes: Vec::new(),
                    backup: None,
                    patches: Vec::new(),
                };
                builder.add(workload);
            }
        }
    }
}

/// The name of the server of a chaincode beside a peer. The peer's part is never cut, so that one package with
/// `{{.peername}}` in its place serves all peers.
pub fn server_name(channel: &str, chaincode: &str, peer: &str) -> String {
    format!("{}-{peer}", label(&format!("{channel}-{chaincode}"), LONGEST - "-peer00".len()))
}
