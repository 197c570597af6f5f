//! Flux: a file for the Flux that runs in each cluster. Steps are Kustomizations, each of which depends on the one before;
//! Flux applies one only when all of those, at the same commit, are well.

use crate::base::{Object, Tree};
use crate::parse::blueprint::GitopsTool;

use super::steps::{STEPS, Step, steps};
use super::{Place, Site, checks, object, of_kind, text};
use crate::package::BundleFile;
use crate::package::kustomize::{left_out, patch_all};

/// Flux' own namespace, as its installation has it.
const NAMESPACE: &str = "flux-system";
const KUSTOMIZATION: (&str, &str, &str) = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization", NAMESPACE);
const REPOSITORY: (&str, &str, &str) = ("source.toolkit.fluxcd.io/v1", "GitRepository", NAMESPACE);

pub(super) fn files(site: &Site, traced: bool) -> Vec<(String, BundleFile)> {
    site.places_of(GitopsTool::Flux).into_iter().map(|place| file(site, place, traced)).collect()
}

fn file(site: &Site, place: &Place, traced: bool) -> (String, BundleFile) {
    let folder = format!("gitops/flux/{}/{}", site.cluster.as_str(), place.environment);
    let parts = parts(site, place);
    let before = [None].into_iter().chain(parts.iter().map(|part| Some(part.name.as_str())));
    let own = Part { waits: false, ..Part::of("gitops", folder.clone()) };
    let mut objects = vec![repository(site, place), kustomization(site, place, &own, None)];
    objects.extend(parts.iter().zip(before).map(|(part, before)| kustomization(site, place, part, before)));
    let comment = format!(
        "Has the Flux of the cluster {} apply all of it, and keep what stands in this folder.\n\
         Applied once by hand. Each Kustomization waits until all of the one before is well.",
        place.cluster.name
    );
    (format!("{}/{folder}/flux.yaml", site.organization), BundleFile::of(&comment, &objects, traced))
}

/// Where Flux finds the bundle.
fn repository(site: &Site, place: &Place) -> Object {
    let beside = site.path(place, &format!("{}/prelude/*/*/", site.cluster.as_str()));
    let secret = place.gitops.secret.as_ref();
    let spec = [
        ("url", text(&place.gitops.repository)),
        ("ref", Tree::map([("branch", text(&place.gitops.branch))])),
        ("interval", "5m".into()),
        // Flux would take every YAML file below the prelude's folder for objects.
        ("ignore", format!("# Values of charts and what tools read: no objects.\n/{beside}\n").into()),
    ];
    let spec = spec.into_iter().chain(secret.map(|secret| ("secretRef", Tree::map([("name", text(secret))]))));
    let mut object = object(REPOSITORY, site.name(), site.labels(), Tree::map(spec), place.gitops);
    object.origins.add("spec/ref/branch", place.gitops.branch.origin);
    object.origins.add("spec/ignore", place.gitops.path.origin);
    if let Some(secret) = secret {
        object.origins.add("spec/secretRef", secret.origin);
    }
    object
}

/// What one Kustomization applies.
struct Part {
    name: String,
    /// Below the organization's folder.
    path: String,
    interval: &'static str,
    /// Whether it is done only when all of it is well.
    waits: bool,
    /// Whether what cannot be changed is made anew.
    replaces: bool,
    patches: Vec<Tree>,
}

impl Part {
    fn of(name: &str, path: String) -> Part {
        Part { name: name.to_owned(), path, interval: "10m", waits: true, replaces: false, patches: Vec::new() }
    }
}

/// What is applied one after the other.
fn parts(site: &Site, place: &Place) -> Vec<Part> {
    let (cluster, environment) = (site.cluster.as_str(), place.environment);
    let prelude = place.prelude.then(|| Part::of("prelude", format!("{cluster}/prelude/{environment}")));
    let step = |step: Step| {
        let path = format!("{cluster}/kustomize/overlays/{environment}");
        Part { patches: step.others.iter().map(|other| left_out(other)).collect(), ..Part::of(&step.name, path) }
    };
    let steps = if site.overlays { steps(&place.nodes) } else { Vec::new() };
    let checks = (!place.checks.is_empty()).then(|| Part {
        interval: "1h",
        replaces: true,
        patches: vec![asked_again()],
        ..Part::of("checks", format!("{}/{environment}", checks::folder(site)))
    });
    prelude.into_iter().chain(steps.into_iter().map(step)).chain(checks).collect()
}

/// A check that has ended goes after ten minutes: Flux makes it anew with the next commit, and every hour.
fn asked_again() -> Tree {
    patch_all(of_kind("Job"), "metadata:\n  name: all\nspec:\n  ttlSecondsAfterFinished: 600\n")
}

/// It takes away what its path no longer has, and all of it when it goes itself; claims and namespaces say that they stay.
fn kustomization(site: &Site, place: &Place, part: &Part, before: Option<&str>) -> Object {
    let full = |name: &str| format!("{}-{name}", site.name());
    let after = before.map(|name| ("dependsOn", Tree::seq([Tree::map([("name", full(name))])])));
    let spec = [
        ("sourceRef", Tree::map([("kind", REPOSITORY.1.to_owned()), ("name", site.name())])),
        ("path", format!("./{}", site.path(place, &part.path)).into()),
        ("interval", part.interval.into()),
        ("retryInterval", "1m".into()),
        ("timeout", "15m".into()),
        ("wait", part.waits.into()),
        ("prune", true.into()),
    ];
    let force = part.replaces.then(|| ("force", Tree::from(true)));
    let patches = (!part.patches.is_empty()).then(|| ("patches", Tree::Seq(part.patches.clone())));
    let spec = Tree::map(after.into_iter().chain(spec).chain(force).chain(patches));
    let mut object = object(KUSTOMIZATION, full(&part.name), site.labels(), spec, place.gitops);
    object.origins.add("spec/path", place.gitops.path.origin);
    object.origins.add("spec/patches", STEPS);
    object.origins.add("spec/dependsOn", STEPS);
    object
}
