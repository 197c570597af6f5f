//! What a chart may know of its environments: their names, and facts that the blueprint decides, each under a key of
//! `files/environments/<environment>.yaml`. Where a text or a list of an object differs between environments by nothing
//! else, the template names the fact.

use std::collections::BTreeMap;

use crate::base::Tree;
use crate::bind::{End, Network};
use crate::expand::engine_name;
use crate::text::yaml;

use super::super::Lowered;
use super::node::Piece;

/// The place of a fact in [`Facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FactIx(pub usize);

/// What environments differ by.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub environments: Vec<&'a str>,
    facts: Vec<Fact>,
    /// By environment: the texts to be found in others, the longest first.
    needles: Vec<Vec<(String, Piece)>>,
    /// By environment: the lists, by their first row.
    lists: Vec<BTreeMap<String, Vec<FactIx>>>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq)]
struct Fact {
    /// The keys that lead to it.
    path: Vec<String>,
    /// By environment.
    values: Vec<FactValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum FactValue {
    Text(String),
    List(Vec<String>),
}

impl<'a> Facts<'a> {
    /// The facts of an organization in its environments.
    pub fn of(lowered: &[&'a Lowered]) -> Facts<'a> {
        let mut facts = Facts::new(lowered.iter().map(|one| one.environment()).collect());
        let domain = |one: &&Lowered| one.resolved().domain.value.to_string();
        facts.text(&["domain"], lowered.iter().map(domain).collect());
        let networks: Vec<&Network> = lowered.iter().map(|one| &one.organization.network).collect();
        let list =
            |of: &dyn Fn(&Network) -> Vec<String>| networks.iter().map(|network| of(network)).collect::<Vec<_>>();
        facts.list("publicBalancers", list(&|network| network.public_balancers.clone()));
        facts.list("privateBalancers", list(&|network| network.private_balancers.clone()));
        for (name, values) in data_networks(&networks) {
            facts.list(&name, values);
        }
        facts
    }

    /// Environments without facts.
    pub fn new(environments: Vec<&'a str>) -> Facts<'a> {
        let needles = match environments.len() {
            // One environment alone differs from none.
            0 | 1 => vec![Vec::new(); environments.len()],
            _ => environments.iter().map(|name| vec![((*name).to_owned(), Piece::Environment)]).collect(),
        };
        let lists = vec![BTreeMap::new(); environments.len()];
        Facts { environments, facts: Vec::new(), needles, lists }
    }

    /// A text that may stand in others, whole or with hyphens in place of its dots. None where it is the same everywhere.
    pub fn text(&mut self, path: &[&str], values: Vec<String>) -> Option<FactIx> {
        let at = self.plain(path, values.clone())?;
        for (needles, value) in self.needles.iter_mut().zip(values) {
            let with_hyphens = value.replace('.', "-");
            if with_hyphens != value {
                needles.push((with_hyphens, Piece::Fact { at, hyphens: true }));
            }
            needles.push((value, Piece::Fact { at, hyphens: false }));
            needles.sort_by_key(|(needle, _)| std::cmp::Reverse(needle.len()));
        }
        Some(at)
    }

    /// A text that only those name who know it. None where it is the same everywhere.
    pub fn plain(&mut self, path: &[&str], values: Vec<String>) -> Option<FactIx> {
        self.add(path, values.into_iter().map(FactValue::Text).collect())
    }

    /// A list whose rows may stand in other lists one after the other, known below `networks`.
    pub fn list(&mut self, name: &str, values: Vec<Vec<String>>) {
        if values.iter().any(Vec::is_empty) {
            return;
        }
        let first_rows: Vec<String> = values.iter().filter_map(|rows| rows.first().cloned()).collect();
        let Some(at) = self.add(&["networks", name], values.into_iter().map(FactValue::List).collect()) else { return };
        for (lists, first) in self.lists.iter_mut().zip(first_rows) {
            lists.entry(first).or_default().push(at);
        }
    }

    fn add(&mut self, path: &[&str], values: Vec<FactValue>) -> Option<FactIx> {
        let differs = values.iter().any(|value| Some(value) != values.first());
        let known = self.facts.iter().any(|fact| fact.values == values);
        if !differs || known {
            return None;
        }
        self.facts.push(Fact { path: path.iter().map(|key| (*key).to_owned()).collect(), values });
        Some(FactIx(self.facts.len() - 1))
    }

    /// How a template names a fact.
    pub fn name(&self, at: FactIx) -> String {
        self.facts.get(at.0).map(|fact| format!("$environment.{}", fact.path.join("."))).unwrap_or_default()
    }

    /// The rows of a list in an environment; none of a text.
    pub fn rows(&self, at: FactIx, environment: usize) -> &[String] {
        match self.facts.get(at.0).and_then(|fact| fact.values.get(environment)) {
            Some(FactValue::List(rows)) => rows,
            Some(FactValue::Text(_)) | None => &[],
        }
    }

    /// The lists whose first row in an environment is this text.
    pub fn starting(&self, text: &str, environment: usize) -> &[FactIx] {
        self.lists.get(environment).and_then(|lists| lists.get(text)).map_or(&[], Vec::as_slice)
    }

    /// Whether there is any text to be found in others.
    pub fn has_texts(&self) -> bool {
        self.needles.iter().any(|needles| !needles.is_empty())
    }

    /// Whether there is any list.
    pub fn has_lists(&self) -> bool {
        self.lists.iter().any(|lists| !lists.is_empty())
    }

    /// Whether a row of any list needs quotes in any environment.
    pub fn quoted_rows(&self) -> bool {
        let lists = self.facts.iter().flat_map(|fact| &fact.values).filter_map(|value| match value {
            FactValue::List(rows) => Some(rows),
            FactValue::Text(_) => None,
        });
        lists.flatten().any(|row| !yaml::is_plain(row))
    }

    /// A string in an environment as pieces, the facts in it named; the environment's name only where `named`, since it
    /// may stand there by chance.
    pub fn pieces(&self, text: &str, environment: usize, named: bool) -> Vec<Piece> {
        let needles = self.needles.get(environment).map_or(&[][..], Vec::as_slice);
        let usable = |(needle, piece): &&(String, Piece)| {
            (named || *piece != Piece::Environment) && text.contains(needle.as_str())
        };
        let needles: Vec<&(String, Piece)> = needles.iter().filter(usable).collect();
        let (mut pieces, mut copied, mut at) = (Vec::new(), 0, 0);
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let stands = |(needle, _): &&&(String, Piece)| {
                rest.starts_with(needle.as_str()) && stands_alone(text, at, at + needle.len())
            };
            match needles.iter().find(stands) {
                Some((needle, piece)) => {
                    pieces.extend(text.get(copied..at).filter(|text| !text.is_empty()).map(literal));
                    pieces.push(piece.clone());
                    at += needle.len();
                    copied = at;
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        pieces.extend(text.get(copied..).filter(|text| !text.is_empty()).map(literal));
        pieces
    }

    /// Some facts as the file of an environment has them.
    pub fn tree(&self, environment: usize, wanted: impl Fn(FactIx) -> bool) -> Tree {
        let mut tree = Tree::Map(Vec::new());
        for (at, fact) in self.facts.iter().enumerate().filter(|(at, _)| wanted(FactIx(*at))) {
            let value = match fact.values.get(environment) {
                Some(FactValue::Text(text)) => Tree::from(text.clone()),
                Some(FactValue::List(rows)) => Tree::seq(rows.clone()),
                None => unreachable!("fact {at} has a value for every environment"),
            };
            tree.set(&fact.path.iter().cloned().collect(), value);
        }
        tree
    }
}

fn literal(text: &str) -> Piece {
    Piece::Text(text.to_owned())
}

/// Whether what stands from `start` to `end` is no part of a longer word.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    !word(text.get(..start).and_then(|before| before.chars().next_back()))
        && !word(text.get(end..).and_then(|after| after.chars().next()))
}

/// Where databases and Redis answer, by a name for each place.
fn data_networks(networks: &[&Network]) -> Vec<(String, Vec<Vec<String>>)> {
    let mut places: BTreeMap<Vec<Vec<String>>, Vec<String>> = BTreeMap::new();
    let mut place = |name: &str, of: &dyn Fn(&Network) -> Option<&End>| {
        let ranges = |network: &&Network| match of(network) {
            Some(End::Ranges { ranges, .. }) => ranges.clone(),
            _ => Vec::new(),
        };
        places.entry(networks.iter().map(ranges).collect()).or_default().push(name.to_owned());
    };
    let engines =
        networks.iter().flat_map(|network| network.databases.keys()).collect::<std::collections::BTreeSet<_>>();
    for engine in engines {
        place(engine_name(*engine), &|network| network.databases.get(engine));
    }
    place("redis", &|network| network.streams.as_ref());
    let named = places.into_iter().map(|(values, names)| match names.as_slice() {
        [name] => (name.clone(), values),
        _ => ("databases".to_owned(), values),
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn facts() -> Facts<'static> {
        let mut facts = Facts::new(vec!["production", "staging"]);
        let both = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        facts.text(&["domain"], both(["a.example", "staging.a.example"])).unwrap();
        assert_eq!(facts.plain(&["same"], both(["1", "1"])), None);
        facts.list("public", vec![vec!["10.0.0.0/24".into(), "10.0.1.0/24".into()], vec!["10.9.0.0/24".into()]]);
        facts
    }

    fn told(pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Environment => "<E>".to_owned(),
            Piece::Fact { hyphens: true, .. } => "<D->".to_owned(),
            _ => "<D>".to_owned(),
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn the_longest_fact_is_found_where_it_stands_alone() {
        let facts = facts();
        let production = |text| told(&facts.pieces(text, 0, true));
        let staging = |text| told(&facts.pieces(text, 1, true));
        assert_eq!(production("peer0.a.example:7051"), "peer0.<D>:7051");
        assert_eq!(staging("peer0.staging.a.example:7051"), "peer0.<D>:7051");
        assert_eq!(staging("x-staging-y-staging-a-example"), "x-<E>-y-<D->");
        assert_eq!(
            production("preproduction production2 aa.example a.examples"),
            "preproduction production2 aa.example a.examples"
        );
        assert_eq!(production(""), "");
        assert_eq!(told(&facts.pieces("production.a.example", 0, false)), "production.<D>");
    }

    #[test]
    fn one_environment_has_no_facts() {
        let mut facts = Facts::new(vec!["production"]);
        assert_eq!(facts.text(&["domain"], vec!["a.example".to_owned()]), None);
        assert_eq!(told(&facts.pieces("production.a.example", 0, true)), "production.a.example");
    }

    #[test]
    fn a_file_holds_the_facts_that_are_wanted() {
        let facts = facts();
        let all = facts.tree(1, |_| true).to_json().to_string();
        assert_eq!(all, r#"{"domain":"staging.a.example","networks":{"public":["10.9.0.0/24"]}}"#);
        assert_eq!(facts.tree(0, |at| at == FactIx(0)).to_json().to_string(), r#"{"domain":"a.example"}"#);
        assert_eq!(facts.starting("10.0.0.0/24", 0), [FactIx(1)]);
        assert_eq!(facts.rows(FactIx(1), 0).len(), 2);
    }
}
