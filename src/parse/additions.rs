//! What an environment adds to the blueprint, and an organization to what all of them have: meant as something new, or a
//! slip of the pen for what is there?

use serde_json::Value as Json;

use super::schema::{alternative, property};
use crate::diag::{Diagnostic, Diagnostics, code, shown, suggest};
use crate::source::{Entry, Node, Value};

/// Records organizations that only the environment has and that it does not introduce as such, and names near to those
/// that it would otherwise have changed.
pub(super) fn check(base: &Node, overlay: &Node, schema: &Json, diagnostics: &mut Diagnostics) {
    let refused = strangers(base, overlay);
    let without = overlay.get("without");
    let mut slips = Slips { schema, place: "environment", defaults: base.get("defaults"), found: Vec::new() };
    slips.map(&[base], overlay, without, schema, &mut Vec::new());
    let told = |one: &Diagnostic| refused.iter().any(|other| other.span == one.span);
    slips.found.retain(|one| !told(one));
    diagnostics.extend(slips.found);
    diagnostics.extend(refused);
}

/// Records names of an organization near to those that it would otherwise have changed of what all organizations have.
pub(super) fn check_organizations(root: &Node, schema: &Json, diagnostics: &mut Diagnostics) {
    let Some(defaults) = root.get("defaults") else { return };
    let mut slips = Slips { schema, place: "organization", defaults: None, found: Vec::new() };
    let all = alternative(schema, schema, "object").and_then(|object| property(object, "organizations"));
    let all = all.and_then(|all| alternative(schema, all, "object"));
    for entry in organizations(root) {
        if let Some(own) = all.and_then(|all| property(all, &entry.key)) {
            slips.map(&[defaults], &entry.value, None, own, &mut vec!["organizations", &entry.key]);
        }
    }
    diagnostics.extend(slips.found);
}

fn organizations(tree: &Node) -> &[Entry] {
    tree.get("organizations").map_or(&[], Node::entries)
}

/// An organization of one environment alone says itself what it is; less than that are changes to one that is missing.
fn strangers(base: &Node, overlay: &Node) -> Vec<Diagnostic> {
    let known: Vec<&str> = organizations(base).iter().map(|entry| entry.key.as_str()).collect();
    let has = |entry: &Entry, key: &str| entry.value.get(key).is_some();
    let is_introduced =
        |entry: &Entry| has(entry, "card") || (has(entry, "domain") && (has(entry, "target") || has(entry, "within")));
    let strange = organizations(overlay).iter().filter(|entry| !known.contains(&entry.key.as_str()));
    let tell = |entry: &Entry| {
        let message = format!("there is no organization {} to change", shown(&entry.key));
        Diagnostic::new(code::UNKNOWN_ORGANIZATION, message)
            .at(entry.key_span, "only in this environment")
            .nearest(&entry.key, "organizations", known.iter().copied())
            .help("one that is in this environment alone says what it is: a `card`, or its `domain` with `target` or `within`")
    };
    strange.filter(|entry| !is_introduced(entry)).map(tell).collect()
}

/// Looks for names that a place adds beside nearly equal ones that it neither changes nor takes away.
struct Slips<'a> {
    schema: &'a Json,
    /// The place in a word.
    place: &'static str,
    defaults: Option<&'a Node>,
    found: Vec<Diagnostic>,
}

impl<'a> Slips<'a> {
    /// `bases` are what stands at this place already: in the blueprint, and in what it gives all organizations.
    fn map(
        &mut self,
        bases: &[&'a Node],
        overlay: &'a Node,
        without: Option<&'a Node>,
        schema: &'a Json,
        path: &mut Vec<&'a str>,
    ) {
        let Value::Map(entries) = &overlay.value else { return };
        let Some(object) = alternative(self.schema, schema, "object") else { return };
        if schema.get("x-merge").is_some_and(|how| how == "replace") {
            return;
        }
        for entry in entries {
            let Some(schema) = property(object, &entry.key) else { continue };
            let mut below: Vec<&Node> = bases.iter().filter_map(|base| base.get(&entry.key)).collect();
            let is_name = object.get("properties").is_none_or(|all| all.get(&entry.key).is_none());
            if below.is_empty() && is_name {
                self.found.extend(slip(self.place, bases, overlay, without, entry));
            }
            path.push(&entry.key);
            if let ["organizations", _] = path.as_slice() {
                below.extend(self.defaults);
            }
            let without = without.and_then(|without| without.get(&entry.key));
            self.map(&below, &entry.value, without, schema, path);
            path.pop();
        }
    }
}

fn slip(place: &str, bases: &[&Node], overlay: &Node, without: Option<&Node>, added: &Entry) -> Option<Diagnostic> {
    let removed = |name: &str| {
        let names = without.map_or(&[][..], Node::items).iter().chain(without).filter_map(Node::as_str);
        names.into_iter().any(|removed| removed == name)
    };
    let left = |name: &&str| overlay.get(name).is_none() && !removed(name);
    let names = bases.iter().flat_map(|base| base.entries()).map(|entry| entry.key.as_str()).filter(left);
    let meant = suggest::slip(&added.key, names)?;
    let message = format!("{} is new in this {place}, beside {}", shown(&added.key), shown(meant));
    let warning = Diagnostic::new(code::NEAR_NAME, message)
        .at(added.key_span, format!("only in this {place}"))
        .help("if it is meant to be another one, accept this with the reason")
        .suggest(added.key_span, meant);
    Some(warning)
}
