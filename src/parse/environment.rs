//! One environment of a blueprint: changes merged, names taken away, defaults underneath, decoded.

use std::collections::{BTreeMap, BTreeSet};

use super::Parsed;
use super::additions;
use super::blueprint::Blueprint;
use super::merge::{merge, remove};
use crate::base::{Origin, Sources};
use crate::diag::{Diagnostic, Diagnostics, code, shown};
use crate::source::{Entry, Node, Value, decode};

/// Keys of an environment that are no changes to the blueprint.
const NO_CHANGES: [&str; 2] = ["domains", "without"];

pub(super) fn blueprint(
    parsed: &Parsed,
    name: &str,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Blueprint> {
    let schema = parsed.shape.schema();
    let overlay = overlay(parsed, name, diagnostics)?;
    let without = overlay.get("without").cloned().unwrap_or(Node::new(Value::Null, overlay.span));
    // Organizations lose what defaults give them too, and defaults depend on the channels that are left.
    let (from_organizations, from_the_rest) = split(without, "organizations");

    additions::check_organizations(&parsed.root, schema, diagnostics);
    additions::check(&changes(&parsed.root, &["environments"]), &overlay, schema, diagnostics);
    let mut tree = merge(&changes(&parsed.root, &["environments"]), &changes(&overlay, &NO_CHANGES), schema);
    diagnostics.extend(remove(&mut tree, &from_the_rest));
    only_cards(&tree, diagnostics);
    let members = members(parsed, &tree, name);
    let (defaults, mut tree) = (below(&tree, &members), changes(&tree, &["defaults"]));
    tree = merge(&defaults, &tree, schema);
    diagnostics.extend(remove(&mut tree, &from_organizations));
    if let Some(pattern) = overlay.get("domains").and_then(Node::as_str) {
        rename(&mut tree, &overlay, pattern);
    }
    parsed.shape.check(&tree, sources, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    // Whatever is kept as a tree, patches and parameters, has one order, however it was written.
    sort(&mut tree);
    let mut parameters = take_parameters(&mut tree, &parsed.targets);
    let mut blueprint: Blueprint = decode(&tree).map_err(|error| diagnostics.push(error.diagnostic())).ok()?;
    for (name, organization) in &mut blueprint.organizations {
        organization.parameters = parameters.remove(name.value.as_str()).unwrap_or_default();
    }
    from_consortium_card(parsed, name, &mut blueprint, diagnostics);
    Some(blueprint)
}

/// The changes of an environment; nothing for the one environment of a blueprint that has none.
fn overlay(parsed: &Parsed, name: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
    let known = parsed.environments();
    let written = parsed.root.get("environments").and_then(|all| all.get(name));
    if written.is_none() && !known.iter().any(|one| one.value.as_str() == name) {
        let names = known.iter().map(|one| one.value.as_str());
        let unknown = Diagnostic::new(code::UNKNOWN_ENVIRONMENT, format!("there is no environment {}", shown(name)));
        diagnostics.push(unknown.nearest(name, "environments", names));
        return None;
    }
    Some(written.cloned().unwrap_or(Node::new(Value::Map(Vec::new()), parsed.root.span)))
}

/// A map without some of its keys.
fn changes(node: &Node, without: &[&str]) -> Node {
    let kept = node.entries().iter().filter(|entry| !without.contains(&entry.key.as_str()));
    Node::new(Value::Map(kept.cloned().collect()), node.span)
}

/// A map of one key alone, and the rest; what is no map is the rest.
fn split(node: Node, key: &str) -> (Node, Node) {
    if !matches!(node.value, Value::Map(_) | Value::Null) {
        return (Node::new(Value::Map(Vec::new()), node.span), node);
    }
    let (one, rest) = node.entries().iter().cloned().partition(|entry| entry.key == key);
    (Node::new(Value::Map(one), node.span), Node::new(Value::Map(rest), node.span))
}

fn organizations(tree: &Node) -> &[Entry] {
    tree.get("organizations").map_or(&[], Node::entries)
}

/// The members of all channels, also of those that the consortium's card tells.
fn members(parsed: &Parsed, tree: &Node, environment: &str) -> BTreeSet<String> {
    let channels = tree.get("channels").map_or(&[][..], Node::entries).iter();
    let written = channels.flat_map(|channel| channel.value.get("members").map_or(&[][..], Node::items));
    let written = written.filter_map(Node::as_str).map(str::to_owned);
    let section = parsed.files.consortium_in(environment).into_iter();
    let told = section.flat_map(|section| section.channels.values()).flat_map(|channel| &channel.members);
    written.chain(told.map(|member| member.value.to_string())).collect()
}

/// The defaults as a tree of all organizations described here, for the organizations to be merged over.
fn below(tree: &Node, members: &BTreeSet<String>) -> Node {
    let Some(defaults) = tree.get("defaults") else { return Node::new(Value::Map(Vec::new()), tree.span) };
    let described = organizations(tree).iter().filter(|entry| entry.value.get("card").is_none());
    let entries = described.map(|entry| {
        let lodger = entry.value.get("within").is_some();
        let value = for_one(defaults, lodger, members.contains(&entry.key));
        Entry { value: Node::new(value.value, entry.value.span), ..entry.clone() }
    });
    let all = Node::new(Value::Map(entries.collect()), defaults.span);
    let key = Entry { key: "organizations".to_owned(), key_span: defaults.span, value: all };
    Node::new(Value::Map(vec![key]), tree.span)
}

/// What of the defaults holds for an organization: one within another's clusters takes their target and nodes; one in no
/// channel has no peers unless it says so itself.
fn for_one(defaults: &Node, lodger: bool, member: bool) -> Node {
    let mut node = if lodger { changes(defaults, &["target"]) } else { defaults.clone() };
    for cluster in ["blockchain", "application"] {
        let Some(cluster) = node.get_mut(cluster) else { continue };
        if lodger {
            *cluster = changes(cluster, &["nodePools"]);
        }
        if let (false, Some(peers)) = (member, cluster.get_mut("peers")) {
            *peers = changes(peers, &["count"]);
        }
    }
    node
}

/// A card says everything about an organization: nothing else may stand beside it.
fn only_cards(tree: &Node, diagnostics: &mut Diagnostics) {
    for organization in organizations(tree) {
        let Some(card) = organization.value.entry("card") else { continue };
        let others =
            organization.value.entries().iter().filter(|entry| !matches!(entry.key.as_str(), "card" | "accept"));
        for other in others {
            diagnostics.push(
                Diagnostic::new(
                    code::BESIDE_CARD,
                    format!("{} cannot stand beside the card of {}", shown(&other.key), shown(&organization.key)),
                )
                .at(other.key_span, "written here")
                .related(card.key_span, "the card")
                .help(
                    "somebody else runs this organization, and its card says all that others need: take \
                    this away, or the card",
                ),
            );
        }
    }
}

/// Gives every organization described here its domain in this environment, and to hosts below the domain theirs. What
/// the environment itself writes stays as it is.
fn rename(tree: &mut Node, overlay: &Node, pattern: &str) {
    let Some(Node { value: Value::Map(all), .. }) = tree.get_mut("organizations") else { return };
    for organization in all {
        let own =
            overlay.get("organizations").and_then(|all| all.get(&organization.key)).and_then(|one| one.get("domain"));
        let written = organization.value.get("domain").and_then(Node::as_str).map(str::to_owned);
        let (None, Some(old)) = (own, written) else { continue };
        let new = pattern.replace("{domain}", &old);
        for cluster in ["blockchain", "application", "frontends"] {
            if let Some(part) = organization.value.get_mut(cluster) {
                rehost(part, &old, &new);
            }
        }
        if let Some(domain) = organization.value.get_mut("domain") {
            domain.value = Value::Str(new);
        }
    }
}

/// Every `host` below the old domain moves below the new one.
fn rehost(node: &mut Node, old: &str, new: &str) {
    match &mut node.value {
        Value::Map(entries) => {
            for entry in entries {
                match &mut entry.value.value {
                    Value::Str(host) if entry.key == "host" && !below_domain(host, new) => {
                        if let Some(name) = host.strip_suffix(old).filter(|name| name.ends_with('.')) {
                            *host = format!("{name}{new}");
                        }
                    }
                    _ => rehost(&mut entry.value, old, new),
                }
            }
        }
        Value::Seq(items) => items.iter_mut().for_each(|item| rehost(item, old, new)),
        _ => {}
    }
}

fn below_domain(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|name| name.ends_with('.'))
}

/// Sorts every map by its keys.
fn sort(node: &mut Node) {
    match &mut node.value {
        Value::Map(entries) => {
            entries.sort_by(|one, other| one.key.cmp(&other.key));
            entries.iter_mut().for_each(|entry| sort(&mut entry.value));
        }
        Value::Seq(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}

/// Takes out the blocks that stand under targets' names, by organization.
fn take_parameters(tree: &mut Node, targets: &[String]) -> BTreeMap<String, BTreeMap<String, Node>> {
    let mut taken = BTreeMap::new();
    if let Some(Node { value: Value::Map(all), .. }) = tree.get_mut("organizations") {
        for organization in all {
            let Value::Map(entries) = &mut organization.value.value else { continue };
            let (blocks, rest) =
                std::mem::take(entries).into_iter().partition::<Vec<Entry>, _>(|entry| targets.contains(&entry.key));
            *entries = rest;
            let blocks = blocks.into_iter().map(|block| (block.key, block.value)).collect();
            taken.insert(organization.key.clone(), blocks);
        }
    }
    taken
}

/// A member that builds alone takes the ordering service and the channels from the consortium's card.
fn from_consortium_card(parsed: &Parsed, name: &str, blueprint: &mut Blueprint, diagnostics: &mut Diagnostics) {
    let (Some(path), Some(card)) = (&blueprint.consortium, &parsed.files.consortium) else { return };
    let Some(named) = path.origin.span() else { return };
    let contradiction = |message: String, origin: Origin| {
        let diagnostic = Diagnostic::new(code::CARD_CONTRADICTED, message);
        let diagnostic = match origin.span() {
            Some(span) => diagnostic.at(span, "here").related(named, "the consortium's card"),
            None => diagnostic.at(named, "the consortium's card"),
        };
        diagnostic.help("the consortium's card says what all members share: take away what it says too")
    };
    if card.name.value != blueprint.name.value {
        let message = format!("the consortium's card is that of `{}`", card.name.value);
        diagnostics.push(contradiction(message, blueprint.name.origin));
    }
    let both = [("ordering", blueprint.ordering.is_some()), ("channels", !blueprint.channels.is_empty())];
    for (what, _) in both.iter().filter(|(_, written)| *written) {
        let key = parsed.root.entry(what).map_or(named, |entry| entry.key_span);
        diagnostics
            .push(contradiction(format!("`{what}` stands here and in the consortium's card"), Origin::Source(key)));
    }
    match parsed.files.consortium_in(name) {
        Some(section) => {
            blueprint.ordering = Some(section.ordering.clone());
            blueprint.channels = section.channels.clone();
            blueprint.fabric = blueprint.fabric.or(Some(section.fabric));
        }
        None => {
            let known: Vec<&str> = card.environments.keys().map(|known| known.value.as_str()).collect();
            diagnostics.push(
                Diagnostic::new(
                    code::CARD_WITHOUT_ENVIRONMENT,
                    format!("the consortium's card has no section {}", shown(name)),
                )
                .at(named, "read from here")
                .help(format!("it has: {}", known.join(", ")))
                .help("ask the operator for a card that has it: `akcgen card --consortium`"),
            );
        }
    }
}
