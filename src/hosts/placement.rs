//! Why everything stands where it does, for people and for tools.

use std::fmt::Write;

use super::HostFile;
use super::model::{Copy, Host, Model};
use crate::base::{Origin, Tree};
use crate::bind::room;
use crate::place::{Reason, Room};
use crate::text::json;
use crate::text::lines::{GENERATED, HEAD, Lines};

const WHY: Origin = Origin::Rule("akcgen itself places, and says why");

/// placement.md and placement.json.
pub(super) fn files(model: &Model, traced: bool) -> [HostFile; 2] {
    let mut people = Lines::new(traced);
    people.lines(&head(model), HEAD);
    for host in &model.hosts {
        people.lines(&heading(host), host.plan.origin);
        for (_, copy) in host.copies() {
            people.line(line(model, host, copy), copy.workload.origin);
        }
    }
    let mut tools = Lines::new(traced);
    let hosts = model.hosts.iter().map(|host| tree(model, host));
    tools.lines(&json::document(&Tree::map([("hosts", Tree::seq(hosts))])), WHY);
    [HostFile::lines("placement.md".to_owned(), people), HostFile::lines("placement.json".to_owned(), tools)]
}

fn head(model: &Model) -> String {
    format!(
        "# Where everything of {} stands\n\n<!-- {GENERATED} -->\n\n\
         Nodes of one kind and copies of one workload never share a host, and stand in different rooms and racks as far as\n\
         there are any. Of the hosts that are left the one with the most room is taken. What keeps data stays where the\n\
         allocations have it.\n",
        model.bridge()
    )
}

fn heading(host: &Host) -> String {
    let plan = host.plan;
    let stands = if plan.domains.is_empty() { String::new() } else { format!(" in {}", plan.domains.join(", ")) };
    let (whole, left) = (plan.room(), left(host));
    let of = |left: u64, whole: u64, unit: &str| format!("{left} of {whole}{unit}");
    format!(
        "\n## {}\n\n{}{stands}. Left: {}, {}, {}.\n\n\
         | workload | component | CPU | memory | disk | why here |\n| --- | --- | --- | --- | --- | --- |\n",
        plan.name,
        plan.address,
        of(left.cpu, whole.cpu, "m of CPU"),
        of(left.memory, whole.memory, " MiB of memory"),
        of(left.disk, whole.disk, " MiB of disk"),
    )
}

fn line(model: &Model, host: &Host, copy: &Copy) -> String {
    let Room { cpu, memory, disk } = room(copy.workload);
    let (name, component) = (&copy.workload.name, copy.workload.component.as_str());
    let mut line = format!("| {name} | {component} | {cpu}m | {memory} MiB | {disk} MiB |");
    // Writing into a String does not fail.
    let _ = write!(line, " {} |", why(model, host, copy));
    line
}

/// Why a copy stands on a host.
fn why(model: &Model, host: &Host, copy: &Copy) -> String {
    let placement = model.placement(copy.id);
    let reason = placement.and_then(|placement| {
        let at = placement.hosts.iter().position(|place| *place == host.at)?;
        placement.reasons.get(at)
    });
    match reason {
        Some(Reason::Kept) => "the allocations keep it here".to_owned(),
        Some(Reason::Chosen { among, siblings }) => {
            let hosts = if *among == 1 {
                "the only host with room".to_owned()
            } else {
                format!("best of {among} hosts with room")
            };
            let others = match siblings {
                0 => "none of its kind in the same room".to_owned(),
                1 => "one of its kind in the same room".to_owned(),
                _ => format!("{siblings} of its kind in the same room"),
            };
            format!("{hosts}, {others}")
        }
        None => String::new(),
    }
}

fn left(host: &Host) -> Room {
    let taken = host.copies().map(|(_, copy)| room(copy.workload)).fold(Room::default(), |sum, one| sum.plus(&one));
    host.plan.room().less(&taken)
}

fn number(number: u64) -> Tree {
    Tree::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn amounts(room: &Room) -> [(&'static str, Tree); 3] {
    [("cpuMillis", number(room.cpu)), ("memoryMiB", number(room.memory)), ("diskMiB", number(room.disk))]
}

fn tree(model: &Model, host: &Host) -> Tree {
    let holds = host.copies().map(|(project, copy)| {
        let named = [
            ("workload", Tree::from(copy.workload.name.clone())),
            ("namespace", Tree::from(copy.workload.namespace.clone())),
            ("component", Tree::from(copy.workload.component.as_str())),
            ("project", Tree::from(project.name.clone())),
            ("service", Tree::from(copy.name().to_owned())),
            ("why", Tree::from(why(model, host, copy))),
        ];
        Tree::map(named.into_iter().chain(amounts(&room(copy.workload))))
    });
    Tree::map([
        ("host", Tree::from(host.plan.name.clone())),
        ("address", Tree::from(host.plan.address.to_string())),
        ("domains", Tree::seq(host.plan.domains.iter().cloned())),
        ("has", Tree::map(amounts(&host.plan.room()))),
        ("left", Tree::map(amounts(&left(host)))),
        ("holds", Tree::seq(holds)),
    ])
}
