//! How services reach the outside: the organization's proxy, and the authorities it trusts beside the usual ones.

use std::collections::BTreeSet;

use super::database::Use;
use super::parts::Parts;
use super::site::{Place, Site};
use crate::base::Origin;
use crate::fabric::environment::*;
use crate::fabric::paths;
use crate::resolve::{Call, Service};

/// The folder in which images keep the authorities that they trust.
const USUAL_AUTHORITIES: &str = "/etc/ssl/certs";

/// The proxy, and what lies on the near side of it: the clusters, the databases, the other cluster's balancers and
/// what a VPN leads to.
pub(super) fn proxy(site: &Site, place: Place, service: &Service, uses: &[Use], parts: &mut Parts) {
    let Some(proxy) = &site.description.proxy else { return };
    let pairs = [(&proxy.http, [HTTP_PROXY, http_proxy]), (&proxy.https, [HTTPS_PROXY, https_proxy])];
    for (url, keys) in pairs {
        if let Some(url) = url {
            for key in keys {
                parts.set(key, url.value.as_str(), url.origin);
            }
        }
    }
    let mut near: Vec<String> = ["localhost", "127.0.0.1"].map(str::to_owned).into();
    match &site.organization.site {
        Some(own) => near.push(format!(".{}", own.domain)),
        None => {
            let suffix = site.organization.dns_suffix(place.workload.cluster);
            near.extend([".svc".to_owned(), format!(".{suffix}")]);
        }
    }
    near.extend(proxy.without.iter().map(|host| host.value.to_string()));
    near.extend(uses.iter().filter_map(|one| one.endpoint.map(|endpoint| endpoint.host.value.clone())));
    near.extend(site.organization.streams.iter().map(|redis| redis.host.value.clone()));
    near.extend(service.calls.iter().filter_map(|call| behind_no_proxy(site, call)));
    let mut seen = BTreeSet::new();
    near.retain(|host| seen.insert(host.clone()));
    let rule = Origin::Rule("what is reached without the proxy");
    for key in [NO_PROXY, no_proxy] {
        parts.set(key, near.join(","), rule);
    }
}

/// The host of a called service in the other cluster, or of a system behind a VPN.
fn behind_no_proxy(site: &Site, call: &Call) -> Option<String> {
    match call {
        Call::Service(name) => {
            let (_, _, called) = site.description.service(&name.value)?;
            Some(called.exposure.host.value.to_string())
        }
        Call::System(at) => {
            let system = &site.description.systems[at.value];
            system.through.map(|_| system.address.value.to_string())
        }
    }
}

/// Authorities that are trusted beside those of the image: the organization's own and those of databases. Node.js adds a
/// file to its own, Go adds a folder; other programs are told the file by their own `configuration`.
pub(super) fn authorities(site: &Site, uses: &[Use], parts: &mut Parts) {
    let own = site.description.certificate_authorities.values();
    let databases = uses.iter().filter_map(|one| one.endpoint?.authority.as_ref());
    let mut seen = BTreeSet::new();
    let all: Vec<_> = own.chain(databases).filter(|pem| seen.insert(pem.value.as_str())).collect();
    let Some(first) = all.first() else { return };
    let bundle: String = all.iter().map(|pem| format!("{}\n", pem.value.trim_end())).collect();
    let path = format!("{}/ca-bundle.pem", paths::TRUST);
    parts.set(NODE_EXTRA_CA_CERTS, path.as_str(), first.origin);
    parts.set(SSL_CERT_DIR, format!("{USUAL_AUTHORITIES}:{}", paths::TRUST), first.origin);
    parts.text(&path, bundle, first.origin);
}
