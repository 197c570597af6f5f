//! Stage 6, for hosts: a configured plan to the files of every host. The only room that knows Docker Compose, nftables,
//! HAProxy, keepalived and systemd.
//!
//! Everything is made from one [`model::Model`] of what stands on which host and who may dial it, so that containers,
//! firewall, load balancers and the list of flows cannot disagree.

mod backup;
mod balancer;
mod calendar;
mod compose;
mod connections;
mod firewall;
mod fixed;
mod flows;
mod healthcheck;
mod inventory;
mod keepalived;
mod laid;
mod model;
mod mounts;
mod names;
mod network;
mod placement;
mod secrets;
mod service;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::base::{Object, Origin};
use crate::bind::{OrganizationPlan, Plan};
use crate::configure::Configuration;
use crate::text::lines::{Lines, headed};
use crate::text::yaml;
use laid::Laid;
use model::{Host, Model};

/// A file of the site of an organization whose platform is hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFile {
    /// Below the folder of the site in one environment.
    pub path: String,
    pub text: String,
    /// The origin of each line, where it was asked for.
    pub lines: Vec<Origin>,
}

impl HostFile {
    /// A YAML document under a comment that says what it is.
    fn yaml(path: String, comment: &str, object: &Object, traced: bool) -> HostFile {
        let (text, lines) = if traced {
            let (body, origins) = yaml::documents_traced([object]);
            headed(comment, &body, Some(&origins))
        } else {
            headed(comment, &yaml::documents([object]), None)
        };
        HostFile { path, text, lines }
    }

    fn lines(path: String, lines: Lines) -> HostFile {
        let (text, lines) = lines.finish();
        HostFile { path, text, lines }
    }
}

/// Everything of an organization's site, sorted by path: Ansible's roles, what they lay down, and what people read before
/// they do. Nothing where the platform is not hosts.
pub fn site(
    plan: &Plan,
    organization: &OrganizationPlan,
    configuration: &Configuration,
    traced: bool,
) -> Vec<HostFile> {
    let Some(model) = Model::new(plan, organization, configuration) else { return Vec::new() };
    let mut files: Vec<HostFile> =
        model.hosts.par_iter().flat_map_iter(|host| host_files(&model, host, traced)).collect();
    files.extend(fixed::files(traced));
    files.extend(inventory::files(&model, traced));
    files.extend(names::zone(&model, traced));
    files.push(secrets::required(&model, traced));
    files.extend(placement::files(&model, traced));
    files.push(flows::file(&model, traced));
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// The files of one host.
fn host_files(model: &Model, host: &Host, traced: bool) -> Vec<HostFile> {
    let mut laid = Laid::new(host, traced);
    for project in &host.projects {
        compose::project(model, host, project, &mut laid);
        for copy in &project.copies {
            mounts::lay(model, project, copy, &mut laid);
            backup::units(model, project, copy, &mut laid);
        }
    }
    balancer::certificates(model, host, &mut laid);
    let folder = host.folder();
    laid.add(firewall::file(model, host, &folder, traced));
    laid.add(names::file(model, &folder, traced));
    if let Some(balancers) = model.balancers_on(host) {
        laid.add(balancer::file(model, balancers, &folder, traced));
        laid.add_some(keepalived::file(model, balancers, host, &folder, traced));
    }
    inventory::host(model, host, laid)
}
