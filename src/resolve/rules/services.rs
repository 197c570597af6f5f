//! Services: where each kind belongs, who may call whom, and whether there is anything to do.

use std::collections::BTreeMap;

use super::{Scene, Standing};
use crate::base::Origin;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::parse::blueprint::{Packing, Reach, ServiceKind};
use crate::resolve::problem::{Also, problem, written};
use crate::resolve::{Call, Cluster, kinds as known};

fn misplaced(origin: Origin, message: String, help: &str) -> Diagnostic {
    problem(code::KIND, origin, message, "here").help(help)
}

/// Known kinds stand in the Blockchain cluster, under names that do not say something else.
pub(super) fn kinds(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let name = &standing.service.name;
        let written = standing.written(scene).and_then(|written| written.kind);
        let by_name = known::named(&name.value);
        let kind = written.map(|kind| kind.value).or(by_name);
        let Some(kind) = kind.map(known::name) else { continue };
        if standing.cluster == Cluster::Application {
            let origin = written.map_or(name.origin, |kind| kind.origin);
            let message = format!("`{}` is of the kind `{kind}`, which belongs to the Blockchain cluster", name.value);
            let help = "move it to `blockchain.services`, or rename it if it is something else";
            diagnostics.push(misplaced(origin, message, help));
        } else if let (Some(written), Some(named)) = (written, by_name)
            && written.value != named
        {
            let message = format!("`{}` has the name of one kind and is said to be `{kind}`", name.value);
            diagnostics.push(misplaced(written.origin, message, "rename it, or take `kind` away"));
        }
        if standing.service.kind == Some(ServiceKind::Ca) && name.value.as_str() != "ca" {
            let message = format!("a certificate authority is called `ca`, not `{}`", name.value);
            let help = "other organizations dial it as `ca.<domain>`: rename it";
            diagnostics.push(misplaced(name.origin, message, help));
        }
    }
}

/// One certificate authority and one daemon for each organization.
pub(super) fn only_ones(scene: &Scene, diagnostics: &mut Diagnostics) {
    let mut first = BTreeMap::new();
    for standing in scene.services() {
        let Some(kind @ (ServiceKind::Ca | ServiceKind::Daemon)) = standing.service.kind else { continue };
        let name = &standing.service.name;
        if let Some(earlier) = first.insert((standing.at, kind), name.origin) {
            let message = format!(
                "`{}` has a second service of the kind `{}`",
                standing.organization.name.value,
                known::name(kind)
            );
            diagnostics.push(
                misplaced(name.origin, message, "one does all the work of an organization: take one away")
                    .also(earlier, "the first"),
            );
        }
    }
}

/// What services in one pod share, one of them says: how its volumes are backed up.
pub(super) fn packed(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, description) in scene.consortium.described() {
        for group in description.groups.iter().filter(|group| group.packing.value == Packing::Together) {
            let backups = group.services.iter().filter_map(|service| service.backup.as_ref());
            let mut backups =
                backups.filter(|backup| backup.schedule.origin.span().or(backup.keep.origin.span()).is_some());
            let Some(first) = backups.next() else { continue };
            for other in backups.filter(|other| (&other.schedule, &other.keep) != (&first.schedule, &first.keep)) {
                let message = format!("the volumes of `{}` are backed up together", group.name.value);
                let [origin, first] = [other, first].map(|backup| written(backup.schedule.origin, backup.keep.origin));
                let differs = problem(code::POD_SHARED, origin, message, "here").also(first, "and here");
                diagnostics.push(differs.help("write one schedule, or `packing: apart`"));
            }
        }
    }
}

/// A call stands within what the called service's exposure allows.
pub(super) fn calls(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        for call in &standing.service.calls {
            let Call::Service(name) = call else { continue };
            let Some((there, _, called)) = standing.description.service(&name.value) else { continue };
            let needed = if there == standing.cluster { Reach::Cluster } else { Reach::Organization };
            if called.exposure.to.value < needed {
                diagnostics.push(forbidden(&standing, name.origin, &name.value, called.exposure.to.origin, needed));
            }
        }
    }
}

fn forbidden(caller: &Standing, origin: Origin, called: &str, exposure: Origin, needed: Reach) -> Diagnostic {
    let (place, word) = match needed {
        Reach::Organization => ("the other cluster", "organization"),
        _ => ("its own cluster", "cluster"),
    };
    let message = format!("`{called}` may not be called from {place}, where `{}` stands", caller.service.name.value);
    let forbidden = problem(code::CALL_NOT_ALLOWED, origin, message, "called here").also(exposure, "its exposure");
    forbidden.help(format!("widen the exposure of `{called}` to `{word}`, or take the call away"))
}

/// A service of a known kind has something to work on.
pub(super) fn idle(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let (service, name) = (standing.service, &standing.organization.name.value);
        // Channels that were written and do not exist were told already.
        let narrowed = standing.written(scene).is_some_and(|written| written.channels.is_some());
        let channels = service.channels.iter().filter_map(|at| scene.consortium.channels.get(*at));
        let prunes = || {
            channels
                .flat_map(|channel| &channel.chaincodes)
                .any(|chaincode| chaincode.pruner.is_some_and(|pruner| pruner.value == standing.at))
        };
        let (message, help) = match service.kind {
            Some(ServiceKind::Daemon) if !prunes() => (
                format!("the daemon of `{name}` prunes nothing"),
                "say `pruner` in a chaincode that inserts high-throughput rows, or take the daemon away",
            ),
            Some(ServiceKind::Dapp | ServiceKind::Explorer | ServiceKind::DataSync)
                if service.channels.is_empty() && !narrowed =>
            {
                (
                    format!("`{}` of `{name}` has no channel to work on", service.name.value),
                    "make the organization a member of a channel, or take the service away",
                )
            }
            _ => continue,
        };
        let idle = problem(code::IDLE_SERVICE, service.name.origin, message, "nothing to do");
        diagnostics.push(idle.help(help).about(name));
    }
}

/// A variable has one value.
pub(super) fn variables(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        for (variable, secret) in &standing.service.secrets {
            let Some(plain) = standing.service.configuration.get(variable) else { continue };
            let message = format!("the variable `{variable}` of `{}` has two values", standing.service.name.value);
            let twice = problem(code::VARIABLE_TWICE, plain.origin, message, "a plain value");
            diagnostics.push(twice.also(secret.origin, "a secret").help("keep one of the two"));
        }
    }
}
