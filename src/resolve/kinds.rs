//! What akcgen knows of the services that it knows by kind.

use super::defaults::{self, Row};
use crate::base::name::{Image, Label};
use crate::base::{Origin, Traced};
use crate::parse::blueprint::{self, DatabaseEngine, ServiceKind};

/// Every kind with the name that stands for it.
pub(super) const KINDS: [(&str, ServiceKind); 5] = [
    ("ca", ServiceKind::Ca),
    ("daemon", ServiceKind::Daemon),
    ("dapp", ServiceKind::Dapp),
    ("data-sync", ServiceKind::DataSync),
    ("explorer", ServiceKind::Explorer),
];

/// The kind that a service's name stands for.
pub(super) fn named(name: &str) -> Option<ServiceKind> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// The kind of a service: written, or by its name.
pub(super) fn kind_of(name: &Label, service: &blueprint::Service) -> Option<ServiceKind> {
    service.kind.map(|kind| kind.value).or_else(|| named(name))
}

/// The name of a kind.
pub(super) fn name(kind: ServiceKind) -> &'static str {
    KINDS.iter().find(|(_, known)| *known == kind).map_or("service", |(name, _)| name)
}

/// The image of a kind whose software is public.
pub(super) fn image(kind: Option<ServiceKind>) -> Option<&'static Row<Image>> {
    match kind {
        Some(ServiceKind::Ca) => Some(&defaults::CA_IMAGE),
        Some(ServiceKind::Explorer) => Some(&defaults::EXPLORER_IMAGE),
        _ => None,
    }
}

/// The database that a kind owns even if nobody says so.
pub(super) fn database(kind: Option<ServiceKind>) -> Option<&'static Row<DatabaseEngine>> {
    match kind {
        Some(ServiceKind::Explorer) => Some(&defaults::EXPLORER_DATABASE),
        Some(ServiceKind::DataSync) => Some(&defaults::DATA_SYNC_DATABASE),
        _ => None,
    }
}

/// Why a second copy of a kind would do harm.
pub(super) fn only_once(kind: Option<ServiceKind>) -> Option<&'static str> {
    match kind? {
        ServiceKind::Ca => Some("its signing key and its register stand on one volume"),
        ServiceKind::Daemon => Some("two pruners of one chaincode conflict with each other"),
        ServiceKind::Explorer | ServiceKind::DataSync => Some("a second copy would write every block again"),
        ServiceKind::Dapp => None,
    }
}

/// Whether a kind works on channels.
pub(super) fn works_on_channels(kind: Option<ServiceKind>) -> bool {
    kind.is_some_and(|kind| kind != ServiceKind::Ca)
}

/// Options that were written and that this kind of service does not have.
pub(super) fn foreign_options(
    kind: Option<ServiceKind>,
    name: &Traced<Label>,
    written: &blueprint::Service,
) -> Vec<(&'static str, Origin)> {
    use ServiceKind::{Ca, Daemon, DataSync};
    let at = |origin: Option<Origin>| origin.unwrap_or(name.origin);
    let first = |list: &[Traced<Label>]| list.first().map(|one| one.origin);
    let (ca, daemon) = (kind == Some(Ca), kind == Some(Daemon));
    let keeps_volume = ca || !written.storage.is_empty();
    let authority = written.authority.as_ref();
    let pruning = written.pruning.as_ref();
    let exposure = written.exposure.as_ref().and_then(|exposure| exposure.to.map(|to| to.origin));
    let options = [
        ("authority", !ca && authority.is_some(), at(authority.and_then(authority_origin))),
        ("pruning", !daemon && pruning.is_some(), at(pruning.and_then(pruning_origin))),
        ("mode", kind != Some(DataSync) && written.mode.is_some(), at(written.mode.map(|mode| mode.origin))),
        (
            "channels",
            !works_on_channels(kind) && written.channels.is_some(),
            at(written.channels.as_ref().and_then(|channels| channels.first()).map(|channel| channel.origin)),
        ),
        ("backup", !keeps_volume && written.backup.is_some(), at(written.backup.as_ref().and_then(backup_origin))),
        ("ports", ca && !written.ports.is_empty(), at(written.ports.keys().next().map(|port| port.origin))),
        ("probe", ca && written.probe.is_some(), name.origin),
        (
            "storage",
            (ca || daemon) && !written.storage.is_empty(),
            at(written.storage.keys().next().map(|one| one.origin)),
        ),
        ("reads", (ca || daemon) && !written.reads.is_empty(), at(first(&written.reads))),
        ("calls", (ca || daemon) && !written.calls.is_empty(), at(first(&written.calls))),
        ("database", daemon && written.database.is_some(), name.origin),
        ("exposure", daemon && written.exposure.is_some(), at(exposure)),
    ];
    options.into_iter().filter(|(_, foreign, _)| *foreign).map(|(option, _, origin)| (option, origin)).collect()
}

fn authority_origin(authority: &blueprint::Authority) -> Option<Origin> {
    authority.role.map(|role| role.origin).or_else(|| authority.parent.as_ref().map(|parent| parent.origin))
}

fn pruning_origin(pruning: &blueprint::Pruning) -> Option<Origin> {
    let interval = pruning.interval.as_ref().map(|interval| interval.origin);
    interval.or(pruning.page_size.map(|size| size.origin)).or(pruning.streams.map(|streams| streams.origin))
}

fn backup_origin(backup: &blueprint::Backup) -> Option<Origin> {
    backup.schedule.as_ref().map(|one| one.origin).or_else(|| backup.keep.as_ref().map(|one| one.origin))
}
