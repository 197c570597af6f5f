//! Backups: a timer and a service of systemd for each workload that is backed up. What takes one is a script of the role
//! `backup`, the same on every host: it stops the workload, writes its folders into an archive and starts it again.

use super::HostFile;
use super::calendar;
use super::laid::{Laid, ROOT, Unit};
use super::model::{Copy, Model, Project};
use super::mounts;
use crate::base::Origin;
use crate::base::quantity::seconds;
use crate::expand::{Component, WorkloadId};
use crate::resolve::Backup;
use crate::text::lines::{GENERATED, HEAD, Lines};

/// The script that takes a backup.
const SCRIPT: &str = "/usr/local/lib/akcgen/backup";
/// Minutes between the backups of two nodes of one kind.
const APART: u32 = 15;
const SECONDS_OF_DAY: u64 = 24 * 60 * 60;

const HOW: Origin = Origin::Rule("a backup is of a workload at rest, and one of a kind rests at a time");

/// Lays down the units of a copy's backups.
pub(super) fn units(model: &Model, project: &Project, copy: &Copy, laid: &mut Laid) {
    let (Some(backup), Some(folder)) = (&copy.workload.backup, &model.site.backups) else { return };
    if copy.workload.volumes.is_empty() {
        return;
    }
    let target = format!("{}/{}/{}", folder.value, project.name, copy.name());
    laid.directory(&folder.value, &target, ROOT, "0700");
    let name = format!("akcgen-backup-{}-{}", project.name, copy.name());
    let service = service(model, project, copy, backup, &target, laid.traced);
    let timer = timer(model, copy, backup, laid.traced);
    for (kind, lines, enabled) in [("service", service, false), ("timer", timer, true)] {
        let name = format!("{name}.{kind}");
        laid.add(HostFile::lines(format!("{}/units/{name}", laid.folder), lines));
        laid.units.push(Unit { name, enabled, backup: !enabled });
    }
}

fn head(what: &str, copy: &Copy, traced: bool) -> Lines {
    let mut lines = Lines::new(traced);
    lines.line(format_args!("# {what} {}.", copy.name()), HEAD);
    lines.line(format_args!("# {GENERATED}"), HEAD);
    lines
}

fn service(model: &Model, project: &Project, copy: &Copy, backup: &Backup, target: &str, traced: bool) -> Lines {
    let mut lines = head("The backup of", copy, traced);
    let days = seconds(&backup.keep.value).unwrap_or(0).div_ceil(SECONDS_OF_DAY).max(1);
    let siblings: String =
        siblings(model, copy.id).iter().map(|(address, port)| format!(" --unless-well {address}:{port}")).collect();
    let (configuration, data) = (mounts::project_folder(project), mounts::data_folder(model, project, copy));
    let command = format!("{SCRIPT}{siblings} {configuration} {data} {target} {days} {}", copy.services.join(" "));
    lines.lines("[Unit]", HOW);
    lines.line(format_args!("Description=Backup of {} of {}", copy.name(), project.name), copy.workload.origin);
    lines.lines("After=docker.service\nRequires=docker.service\n\n[Service]\nType=oneshot", HOW);
    lines.line(format_args!("ExecStart={command}"), backup.keep.origin);
    lines.lines("Nice=10\nIOSchedulingClass=idle", HOW);
    lines
}

fn timer(model: &Model, copy: &Copy, backup: &Backup, traced: bool) -> Lines {
    let mut lines = head("The times of backups of", copy, traced);
    lines.lines("[Unit]", HOW);
    lines.line(format_args!("Description=Backups of {}", copy.name()), copy.workload.origin);
    lines.lines("\n[Timer]", HOW);
    let before = alike(model, copy.id).filter(|other| *other < copy.id).count();
    let later = u32::try_from(before).unwrap_or(0) * APART;
    for expression in calendar::expressions(&backup.schedule.value, later) {
        lines.line(format_args!("OnCalendar={expression}"), backup.schedule.origin);
    }
    lines.lines("AccuracySec=1s\nPersistent=true\n\n[Install]\nWantedBy=timers.target", HOW);
    lines
}

/// The other nodes of a node's kind: they must not rest together.
fn alike<'a>(model: &'a Model, id: WorkloadId) -> impl Iterator<Item = WorkloadId> + use<'a> {
    let workloads = &model.organization.graph.workloads;
    let component = workloads.get(id.0).map(|workload| workload.component);
    let all = workloads.iter().enumerate();
    all.filter(move |(at, workload)| {
        *at != id.0 && Some(workload.component) == component && Component::NODES.contains(&workload.component)
    })
    .map(|(at, _)| WorkloadId(at))
}

/// Where the other nodes of a node's kind are asked whether they are well.
fn siblings(model: &Model, id: WorkloadId) -> Vec<(std::net::Ipv4Addr, u16)> {
    let answers = |other: WorkloadId| {
        let port = *model.placement(other)?.published.values().next()?;
        Some((model.site.hosts_of(other).next()?.address, port))
    };
    alike(model, id).filter_map(answers).collect()
}
