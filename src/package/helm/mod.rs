//! Helm: a chart for each cluster over all environments, in which an operator may change by values what concerns the
//! cluster alone.
//!
//! A chart is made from the union of the environments' objects: each object's versions are merged into one tree
//! (`merge`), of which the lift table makes values (`lift`), and which is written with actions in it (`print`).

mod align;
mod chart;
mod config;
#[cfg(test)]
mod evaluate;
mod facts;
mod labels;
mod lift;
mod merge;
#[cfg(test)]
mod merge_tests;
mod node;
mod path;
mod print;
mod template;
mod tests;
mod values;
mod variations;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::base::{Object, Origin, Tree};
use crate::expand::EntryKind;
use crate::render::{self, ChartView, TemplateFault};
use crate::text::json;

use super::names::{camel_case, unique};
use super::{BundleFile, Lowered, Union, Versions, from_key};
use crate::text::lines::Lines;
use chart::Chart;
use config::config_files;
use facts::{FactIx, Facts};
use labels::Labels;
use lift::{Group, Hosts};
use node::ValuePath;
use template::{Source, Template, group, identity, runner, tree_file};
use values::Heading;

/// Keys of the values that belong to no workload.
const RESERVED: [&str; 3] = ["environment", "global", "hosts"];

const DECIDED: Origin = Origin::Rule("what the blueprint decides for each environment, and no value changes");

/// The charts of an organization: path below the output folder to file.
///
/// # Errors
/// Only where a text template fails, which is a fault of akcgen.
pub fn helm(
    environments: &[Lowered],
    unions: &[Union],
    traced: bool,
) -> Result<Vec<(String, BundleFile)>, TemplateFault> {
    let charts: Result<Vec<_>, _> = unions.par_iter().map(|union| cluster(environments, union, traced)).collect();
    Ok(charts?.into_iter().flatten().collect())
}

/// The chart of a cluster and what stands beside it.
fn cluster(environments: &[Lowered], union: &Union, traced: bool) -> Result<Vec<(String, BundleFile)>, TemplateFault> {
    let lowered: Vec<&Lowered> =
        environments.iter().filter(|one| union.environments.contains(&one.environment())).collect();
    let plans =
        lowered.iter().filter_map(|one| one.organization.clusters.iter().find(|plan| plan.cluster == union.cluster));
    let organization = lowered.first().map(|one| one.name()).unwrap_or_default();
    let name = render::chart_name(organization, union.cluster);
    let folder = format!("{organization}/{}/helm", union.cluster.as_str());
    let chart = Chart { name, cluster: union.cluster, plans: plans.collect(), lowered, traced };
    let made = Made::of(&chart, union);
    let lifts = || values::lifts(&made.lifted, &union.environments, traced);
    let (lifts, files) = rayon::join(lifts, || made.files(&chart));
    let templates = made.templates.into_iter().map(Template::named);
    let files = files?.into_iter().chain(templates);
    let files = files.map(|(path, file)| (format!("{folder}/{}/{path}", chart.name), file));
    Ok(files.chain([(format!("{folder}/lifts.json"), lifts)]).collect())
}

/// A chart whose templates are made.
struct Made<'a> {
    environments: Vec<&'a str>,
    facts: Facts<'a>,
    labels: Labels,
    lifted: Vec<lift::Lifted>,
    headings: Vec<Heading>,
    templates: Vec<Template>,
    config: BTreeMap<String, (String, Origin)>,
    tests: Vec<String>,
}

impl<'a> Made<'a> {
    fn of(chart: &Chart<'a>, union: &Union<'a>) -> Made<'a> {
        let facts = Facts::of(&chart.lowered);
        let labels = Labels::of(&chart.lowered, chart.cluster.as_str());
        let stems: Vec<&str> = union.files.iter().map(|file| file.path.trim_end_matches(".yaml")).collect();
        // No name of a workload or namespace has an underscore, so that no two folders meet.
        let folders: Vec<String> = stems.iter().map(|stem| stem.replace('.', "_")).collect();
        let (by_folder, config) = config_files(&union.files, &folders, &union.environments);
        let mut taken: BTreeSet<String> = RESERVED.map(str::to_owned).into();
        let (mut sources, mut headings) = (Vec::new(), vec![hosts_heading()]);
        let mut images: BTreeMap<String, ValuePath> = BTreeMap::new();
        for ((file, stem), folder) in union.files.iter().zip(stems).zip(folders) {
            let objects = one_job_each(&file.objects);
            let group =
                group(&objects, camel_case(stem)).map(|group| Group { key: unique(&mut taken, &group.key), ..group });
            let labels = labels.with(identity(&objects));
            if let (Some(group), Some(workload)) = (&group, &labels.workload) {
                headings.push(heading(group, &objects, &workload.component));
                images.entry(workload.component.clone()).or_insert_with(|| image(group));
            }
            sources.push(Source {
                chart: &chart.name,
                facts: &facts,
                traced: chart.traced,
                stem: stem.to_owned(),
                comment: from_key(file.cause),
                labels,
                objects,
                group,
                config: by_folder.get(&folder),
                folder,
                image: None,
            });
        }
        let test_objects = test_objects(chart, union);
        let (tests, told) = test_sources(chart, &test_objects, &facts, &labels, &images);
        sources.extend(tests);
        let hosts = Hosts::of(&union.files, dialled(&chart.lowered));
        let mut templates: Vec<Template> =
            sources.par_iter().enumerate().map(|(place, source)| source.template(&hosts, place)).collect();
        let lifted = lift::joined(templates.iter_mut().map(|template| std::mem::take(&mut template.lifted)));
        drop(sources);
        let environments = union.environments.clone();
        Made { environments, facts, labels, lifted, headings, templates, config, tests: told }
    }

    /// The files of the chart beside its templates, by path.
    fn files(&self, chart: &Chart) -> Result<Vec<(String, BundleFile)>, TemplateFault> {
        let branches = values::branches(&self.lifted);
        let wanted: BTreeSet<FactIx> = self.templates.iter().flat_map(|template| template.facts.clone()).collect();
        let view = chart.view(&self.labels, &branches, &self.headings, self.tests.clone(), !wanted.is_empty());
        let (texts, values) = rayon::join(|| texts(chart, &view), || self.values(chart, &branches));
        let mut files = texts?;
        files.extend(values);
        for Template { stem, folder, variations, .. } in &self.templates {
            for (at, environment) in self.environments.iter().enumerate() {
                let Some(tree) = variations.tree(at) else { continue };
                let comment = format!("What the blueprint decides for {stem} in {environment}.");
                let file = tree_file(&comment, &tree, DECIDED, chart.traced);
                files.push((format!("files/environments/{environment}/{folder}.yaml"), file));
            }
        }
        for (at, environment) in self.environments.iter().enumerate().filter(|_| !wanted.is_empty()) {
            let tree = self.facts.tree(at, |fact| wanted.contains(&fact));
            let comment = format!("What the blueprint decides for the environment {environment}.");
            files.push((
                format!("files/environments/{environment}.yaml"),
                tree_file(&comment, &tree, DECIDED, chart.traced),
            ));
        }
        if self.templates.iter().any(|template| tests::runs_script(&template.stem)) {
            let path = tests::NODES_FILE.to_owned();
            files.push((path, chart.text(Ok(tests::NODES.to_owned()))?));
        }
        for (path, (text, origin)) in &self.config {
            let mut lines = Vec::new();
            if chart.traced {
                lines = vec![*origin; text.lines().count()];
            }
            files.push((format!("files/{path}"), BundleFile { text: text.clone(), lines }));
        }
        Ok(files)
    }

    fn values(&self, chart: &Chart, branches: &[values::Branch]) -> Vec<(String, BundleFile)> {
        let (environments, traced) = (&self.environments, chart.traced);
        let head = format!(
            "# The values of {}: what an operator may change without the blueprint.\n\
             # Generated by akcgen. Do not edit: put changes into a file of your own behind values-<environment>.yaml.\n\
             # Defaults are those of {}; `environment` is set by values-<environment>.yaml.",
            chart.name,
            environments.first().copied().unwrap_or_default(),
        );
        let defaults = values::defaults(&head, branches, &self.headings, environments, traced);
        let title = format!("Values of {}", chart.name);
        let schema = values::schema(&title, branches, &self.headings, environments);
        let mut definition = Lines::new(traced);
        definition.lines(&json::document(&schema), SCHEMA);
        let mut files =
            vec![("values.yaml".to_owned(), defaults.into()), ("values.schema.json".to_owned(), definition.into())];
        for (at, environment) in environments.iter().enumerate() {
            let head = format!(
                "# What {environment} has otherwise than values.yaml.\n\
                 # Generated by akcgen. Do not edit: put changes into a file of your own behind this one."
            );
            let lines = values::differences(&head, branches, environments, at, traced);
            files.push((format!("values-{environment}.yaml"), lines.into()));
        }
        files
    }
}

/// What people read of a chart, and what its templates share.
fn texts(chart: &Chart, view: &ChartView) -> Result<Vec<(String, BundleFile)>, TemplateFault> {
    Ok(vec![
        (".helmignore".to_owned(), chart.text(Ok(render::HELMIGNORE.to_owned()))?),
        ("Chart.yaml".to_owned(), chart.metadata()),
        ("README.md".to_owned(), chart.text(render::chart_readme(view))?),
        ("templates/NOTES.txt".to_owned(), chart.text(render::chart_notes(view))?),
        ("templates/_helpers.tpl".to_owned(), chart.text(render::chart_helpers(view))?),
    ])
}

const SCHEMA: Origin =
    Origin::Rule("what the templates know, so that Helm refuses every other key and every wrong type");

/// The names of peers, orderers and services that other clusters dial, in all environments.
fn dialled(environments: &[&Lowered]) -> BTreeSet<String> {
    let entries = environments.iter().flat_map(|one| &one.organization.graph.entries);
    let dialled = entries.filter(|entry| !matches!(entry.kind, EntryKind::Web { .. }));
    dialled.map(|entry| entry.host.clone()).collect()
}

fn hosts_heading() -> Heading {
    let comment = "are the names by which browsers reach what runs here; DNS records and certificates must know them.";
    Heading { key: "hosts".to_owned(), comment: comment.to_owned(), component: "hosts".to_owned() }
}

/// What introduces a workload's values.
fn heading(group: &Group, objects: &[Versions], component: &str) -> Heading {
    let object = runner(objects).map(Versions::first);
    let kind = object.and_then(|object| object.kind()).unwrap_or_default();
    let namespace = object.and_then(|object| object.namespace()).unwrap_or_default();
    let comment = format!("is the {kind} {} in {namespace}.", group.runner);
    Heading { key: group.key.clone(), comment, component: component.to_owned() }
}

/// The values of the image of a workload's first container.
fn image(group: &Group) -> ValuePath {
    let container = group.containers.first().and_then(|(_, key)| key.clone());
    let nested = container.into_iter().flat_map(|key| ["containers".to_owned(), key]);
    ValuePath([group.key.clone()].into_iter().chain(nested).chain(["image".to_owned()]).collect())
}

/// Objects in which a job that has another name in each environment, since its name tells its content, is one.
fn one_job_each<'a>(objects: &[Versions<'a>]) -> Vec<Versions<'a>> {
    let mut merged: Vec<Versions<'a>> = Vec::with_capacity(objects.len());
    for versions in objects {
        let known = merged.iter_mut().find(|known| job(known).is_some() && job(known) == job(versions));
        let apart =
            |known: &Versions| known.0.iter().zip(&versions.0).all(|(one, other)| one.is_none() || other.is_none());
        match known.filter(|known| apart(known)) {
            Some(known) => {
                for (known, version) in known.0.iter_mut().zip(&versions.0) {
                    *known = known.or(*version);
                }
            }
            None => merged.push(versions.clone()),
        }
    }
    merged
}

/// The namespace and name of a job without what tells its content.
fn job<'a>(versions: &Versions<'a>) -> Option<(Option<&'a str>, &'a str)> {
    let object = versions.first();
    let (name, _) = object.name().filter(|_| object.kind() == Some("Job"))?.rsplit_once('-')?;
    Some((object.namespace(), name))
}

/// What `helm test` runs, in each environment by its name.
fn test_objects(chart: &Chart, union: &Union) -> Vec<BTreeMap<&'static str, Vec<Object>>> {
    let clusters = chart.lowered.iter().zip(&chart.plans).filter_map(|(one, plan)| {
        let objects = one.clusters.iter().find(|objects| objects.cluster == union.cluster)?;
        Some(tests::tests(objects, &render::release_namespace(plan)))
    });
    clusters.collect()
}

/// The templates of what `helm test` runs, and what they ask, as people read it.
fn test_sources<'c, 'a>(
    chart: &'c Chart,
    made: &'a [BTreeMap<&str, Vec<Object>>],
    facts: &'c Facts<'a>,
    labels: &Labels,
    images: &BTreeMap<String, ValuePath>,
) -> (Vec<Source<'c, 'a>>, Vec<String>) {
    let names: BTreeSet<&str> = made.iter().flat_map(|tests| tests.keys().copied()).collect();
    let source = |name: &str| {
        let (told, component) = tests::told(name);
        let lists: Vec<&[Object]> = made.iter().map(|tests| tests.get(name).map_or(&[][..], Vec::as_slice)).collect();
        let objects = super::union::versions(&lists);
        let source = Source {
            chart: &chart.name,
            facts,
            traced: chart.traced,
            stem: format!("tests/{name}"),
            comment: format!("Run by `helm test`: asks {told}."),
            folder: format!("_tests/{name}"),
            labels: labels.with(test_identity(&objects)),
            objects,
            group: None,
            config: None,
            image: component.and_then(|component| images.get(component)).cloned(),
        };
        (source, told)
    };
    names.into_iter().map(source).unzip()
}

fn test_identity(objects: &[Versions]) -> Option<labels::Identity> {
    let labels: &Tree = objects.first()?.first().tree.at(&"metadata/labels".into())?;
    labels::Identity::of(labels)
}
