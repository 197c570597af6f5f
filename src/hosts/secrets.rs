//! What the vault must hold: names and keys, never a value.

use std::collections::BTreeMap;

use super::HostFile;
use super::model::Model;
use crate::base::Origin;
use crate::text::lines::{GENERATED, HEAD, Lines};
use crate::text::yaml;

/// The secret of the certificate of a host of HTTP, and its one key.
pub(super) fn certificate(host: &str) -> (String, &'static str) {
    (format!("balancer/{host}"), "tls.pem")
}

/// A secret as the vault has it.
struct Needed<'a> {
    purpose: String,
    keys: Vec<&'a str>,
    origin: Origin,
}

/// The shape of the vault's variable, with what each secret is for.
pub(super) fn required(model: &Model, traced: bool) -> HostFile {
    let graph = &model.organization.graph;
    let mut needed: BTreeMap<String, Needed> = BTreeMap::new();
    for secret in graph.secrets.iter() {
        let Some(first) = secret.beside.first().and_then(|id| graph.workloads.get(id.0)) else { continue };
        let name = model.location(first, &secret.name);
        let keys = secret.keys.iter().map(String::as_str).collect();
        needed.insert(name, Needed { purpose: secret.purpose.clone(), keys, origin: secret.origin });
    }
    for route in model.site.balancers.iter().flat_map(|balancers| &balancers.web) {
        let (name, key) = certificate(&route.host);
        let purpose = format!(
            "certificate of {}, those between it and its authority, and its key, in PEM, one after the other",
            route.host
        );
        needed.entry(name).or_insert(Needed { purpose, keys: vec![key], origin: route.origin });
    }
    let mut lines = Lines::new(traced);
    lines.lines(HEADER, HEAD);
    lines.line(format_args!("# {GENERATED}"), HEAD);
    lines.line(if needed.is_empty() { "vault_secrets: {}" } else { "vault_secrets:" }, HEAD);
    for (name, needed) in &needed {
        let mut purpose = String::new();
        yaml::comment(&mut purpose, &needed.purpose);
        purpose.lines().for_each(|line| lines.indented(2, 0, &[line], needed.origin));
        lines.indented(2, 0, &[&yaml::key(name), ":"], needed.origin);
        needed.keys.iter().for_each(|key| lines.indented(4, 0, &[&yaml::key(key), ": null"], needed.origin));
    }
    HostFile::lines("secrets.required.yaml".to_owned(), lines)
}

const HEADER: &str = "\
# What the vault must hold. Copy this to a place outside of the bundle, put a text in the place of each null, and encrypt the
# copy with `ansible-vault encrypt`; playbooks get it by `--extra-vars @FILE`. What is no text, as *.block is, is given as
# its base64.
";
