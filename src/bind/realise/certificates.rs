//! The public certificates of an organization: made by its authorities only once they run, and so values to be bound.
//! Its card tells them to the others, and every channel knows it by them.

use super::context::Context;
use crate::bind::Unbound;
use crate::expand::Component;
use crate::parse::blueprint::Consensus;
use crate::parse::public_certificates;
use crate::resolve::{Certificates, FabricNode};

/// One such certificate.
pub(super) struct Certificate {
    /// Its name among the bindings.
    pub name: String,
    /// What it is, in a few words.
    pub what: String,
}

const CA: &str = "caCertificate";
const INTERMEDIATE_CA: &str = "intermediateCaCertificate";
const TLS_CA: &str = "tlsCaCertificate";

fn identity_of(orderer: &str) -> String {
    format!("{orderer}Certificate")
}

fn tls_of(orderer: &str) -> String {
    format!("{orderer}TlsCertificate")
}

/// The certificates that channels ask for: none of an organization that is in none and orders nothing.
pub(super) fn wanted(context: &Context) -> Vec<Certificate> {
    let Context { consortium, graph, .. } = *context;
    let at = graph.organization;
    if !consortium.has_a_part(at) {
        return Vec::new();
    }
    let authority = |name: &str, what: &str| Certificate { name: name.to_owned(), what: what.to_owned() };
    let mut wanted = vec![authority(CA, "the certificate of the root of the certificate authority")];
    if consortium.is_issued_by_an_intermediate(at) {
        wanted.push(authority(INTERMEDIATE_CA, "the certificate of the intermediate certificate authority"));
    }
    wanted.push(authority(TLS_CA, "the certificate of the root of the authority that issues TLS certificates"));
    for (_, orderer) in graph.of(Component::Orderer) {
        let consensus = consortium.ordering.consensus.value;
        if consensus != Consensus::Kafka {
            let what = format!("the TLS certificate of {}, by which the other consenters know it", orderer.name);
            wanted.push(Certificate { name: tls_of(&orderer.name), what });
        }
        if consensus == Consensus::Bft {
            let what = format!("the certificate of {}, which signs blocks", orderer.name);
            wanted.push(Certificate { name: identity_of(&orderer.name), what });
        }
    }
    wanted
}

impl Certificate {
    /// What is wrong with a value of it: a clause without its subject.
    pub fn fault(value: &str) -> Option<&'static str> {
        public_certificates(value).err().map(|(_, wrong, _)| wrong)
    }
}

/// Those that have no value yet.
pub(super) fn unbound(context: &Context) -> Vec<Unbound> {
    let missing = wanted(context).into_iter().filter(|one| value(context, &one.name).is_none());
    let how = "in PEM, as enrolment leaves it in `bindings.yaml`";
    missing.map(|one| Unbound { name: one.name, description: format!("{}, {how}", one.what) }).collect()
}

/// Those of its authorities, as far as they are bound.
pub(super) fn of_authorities(context: &Context) -> Certificates {
    Certificates {
        ca: value(context, CA),
        intermediate_ca: value(context, INTERMEDIATE_CA),
        tls_ca: value(context, TLS_CA),
    }
}

/// An orderer with those of its certificates that are bound.
pub(super) fn of_orderer(context: &Context, node: FabricNode) -> FabricNode {
    let (tls, identity) = (value(context, &tls_of(&node.name)), value(context, &identity_of(&node.name)));
    FabricNode { tls_certificate: tls, certificate: identity, ..node }
}

fn value(context: &Context, name: &str) -> Option<String> {
    let bound = context.bindings.get(context.organization.name.value.as_str(), name)?;
    let lines = bound.value.lines().map(str::trim_end);
    Some(lines.flat_map(|line| [line, "\n"]).collect())
}
