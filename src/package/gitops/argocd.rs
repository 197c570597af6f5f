//! Argo CD: an ApplicationSet a cluster and branch, which makes an Application an environment. Steps are waves of one sync.

use crate::base::Tree;
use crate::base::bounded::label;
use crate::parse::blueprint::GitopsTool;
use crate::resolve::Gitops;

use super::steps::{STEPS, steps};
use super::{Place, Site, checks, folder, gitops_of, nodes, object, of_kind, organization_labels, text};
use crate::package::kustomize::{labelled, patch_all};
use crate::package::{BundleFile, Lowered};
use crate::render::ArgoCdView;

/// Argo CD's own namespace, as its installation has it.
const NAMESPACE: &str = "argocd";
const VERSION: &str = "argoproj.io/v1alpha1";
/// The most letters of a label's value.
const LONGEST: usize = 63;
const WAVE: &str = "argocd.argoproj.io/sync-wave";

pub(super) fn files(environments: &[Lowered], sites: &[Site], traced: bool) -> Vec<(String, BundleFile)> {
    let branches = Branch::all(environments);
    branches.iter().flat_map(|branch| branch.files(sites, traced)).collect()
}

/// The files that Argo CD is given by hand.
pub fn roots(environments: &[Lowered]) -> Vec<ArgoCdView> {
    let view = |branch: &Branch| ArgoCdView {
        file: format!("{}/gitops.yaml", branch.folder()),
        branch: branch.gitops.branch.value.to_string(),
    };
    Branch::all(environments).iter().map(view).collect()
}

/// One branch of one repository, which alone decides what is applied from it: if files spoke of environments of other
/// branches, whoever may write to one could change what the others' environments are.
struct Branch<'a> {
    gitops: &'a Gitops,
    /// Where its files stand below `gitops/argocd`, and what their names end in: the first of its environments, but
    /// nothing where it is the only one.
    part: Option<&'a str>,
}

impl<'a> Branch<'a> {
    /// The branches that Argo CD applies, in the order of environments.
    fn all(environments: &'a [Lowered]) -> Vec<Branch<'a>> {
        let mut branches: Vec<Branch> = Vec::new();
        for environment in environments {
            let Some(gitops) = gitops_of(environment).filter(|gitops| gitops.is_for(GitopsTool::ArgoCd)) else {
                continue;
            };
            if !branches.iter().any(|branch| branch.decides(gitops)) {
                branches.push(Branch { gitops, part: Some(environment.environment()) });
            }
        }
        if let [only] = &mut branches[..] {
            only.part = None;
        }
        branches
    }

    /// Whether it is from it that this is applied.
    fn decides(&self, other: &Gitops) -> bool {
        let Gitops { repository, branch, path, .. } = self.gitops;
        let same = (&repository.value, &branch.value, &path.value);
        same == (&other.repository.value, &other.branch.value, &other.path.value)
    }

    /// Its folder, below the organization's.
    fn folder(&self) -> String {
        self.part.map_or_else(|| "gitops/argocd".to_owned(), |part| format!("gitops/argocd/{part}"))
    }

    /// A name of its own. Argo CD labels what an ApplicationSet makes with the set's.
    fn named(&self, name: String) -> String {
        self.part.map_or_else(|| name.clone(), |part| label(&format!("{name}-{part}"), LONGEST))
    }

    fn files(&self, sites: &[Site], traced: bool) -> Vec<(String, BundleFile)> {
        let own = sites.iter().map(|site| {
            let mut places = site.places_of(GitopsTool::ArgoCd);
            places.retain(|place| self.decides(place.gitops));
            (site, places)
        });
        let own: Vec<(&Site, Vec<&Place>)> = own.filter(|(_, places)| !places.is_empty()).collect();
        let root = own.first().map(|(site, _)| root(site, self, traced));
        let sets = own.iter().map(|(site, places)| application_set(site, self, places, traced));
        root.into_iter().chain(sets).collect()
    }
}

/// The Application that keeps what stands in the folder, itself among it.
fn root(site: &Site, branch: &Branch, traced: bool) -> (String, BundleFile) {
    let (consortium, organization, gitops) = (site.consortium, site.organization, branch.gitops);
    let source = Tree::map([
        ("repoURL", text(&gitops.repository)),
        ("targetRevision", text(&gitops.branch)),
        ("path", format!("{}/{}", folder(gitops, organization), branch.folder()).into()),
    ]);
    let destination = [("server", "https://kubernetes.default.svc"), ("namespace", NAMESPACE)];
    let spec = Tree::map([
        ("project", Tree::from("default")),
        ("destination", Tree::map(destination)),
        ("source", source),
        ("syncPolicy", Tree::map([automated(), ("syncOptions", Tree::seq(["ServerSideApply=true"]))])),
    ]);
    let labels = Tree::map(organization_labels(consortium, organization));
    let kind = (VERSION, "Application", NAMESPACE);
    let mut object = object(kind, branch.named(format!("{organization}-gitops")), labels, spec, gitops);
    object.origins.add("spec/source/targetRevision", gitops.branch.origin);
    object.origins.add("spec/source/path", gitops.path.origin);
    let which = branch.part.map_or_else(String::new, |_| format!(" that the branch {} decides", gitops.branch.value));
    let comment = format!(
        "Has Argo CD keep what stands in this folder, and so all clusters of {organization}{which}. Applied once by hand."
    );
    (format!("{organization}/{}/gitops.yaml", branch.folder()), BundleFile::of(&comment, &[object], traced))
}

/// What makes an Application an environment.
fn application_set(site: &Site, branch: &Branch, places: &[&Place], traced: bool) -> (String, BundleFile) {
    let elements = places.iter().map(|place| element(site, place)).collect::<Vec<_>>();
    let spec = Tree::map([
        ("goTemplate", Tree::from(true)),
        ("goTemplateOptions", Tree::seq(["missingkey=error"])),
        ("generators", Tree::seq([Tree::map([("list", Tree::map([("elements", elements)]))])])),
        // Whoever deletes the set or an Application of it keeps all that they applied.
        ("syncPolicy", Tree::map([("preserveResourcesOnDeletion", true)])),
        ("template", template(site, places)),
    ]);
    let (cluster, organization) = (site.cluster.as_str(), site.organization);
    let mut object =
        object((VERSION, "ApplicationSet", NAMESPACE), branch.named(site.name()), site.labels(), spec, branch.gitops);
    object.origins.add("spec/template/spec/sources/1/kustomize", STEPS);
    for (at, Place { gitops, .. }) in places.iter().enumerate() {
        let rows = [
            ("repository", gitops.repository.origin),
            ("branch", gitops.branch.origin),
            ("folder", gitops.path.origin),
        ];
        for (key, origin) in rows {
            object.origins.add(format!("spec/generators/0/list/elements/{at}/{key}"), origin);
        }
    }
    let names: Vec<&str> = places.iter().map(|place| place.cluster.name.as_str()).collect();
    let comment = format!(
        "Has Argo CD apply the {cluster} cluster of {organization} in each environment. It must know the repository by its URL,\n\
         and each cluster by its name: {}.\n\
         Waves: 0 is the prelude; 1 what workloads share, and the certificate authority; then every node that keeps a quorum\n\
         or a ledger by itself; the last is everything else. The checks run when all of it is well.",
        names.join(", ")
    );
    (format!("{organization}/{}/{cluster}.yaml", branch.folder()), BundleFile::of(&comment, &[object], traced))
}

/// What the template says of an environment.
fn element(site: &Site, place: &Place) -> Tree {
    Tree::map([
        ("environment", Tree::from(place.environment.to_owned())),
        ("cluster", place.cluster.name.clone().into()),
        ("repository", text(&place.gitops.repository)),
        ("branch", text(&place.gitops.branch)),
        ("folder", folder(place.gitops, site.organization).into()),
    ])
}

fn template(site: &Site, places: &[&Place]) -> Tree {
    let metadata = Tree::map([
        // Not the cluster's name: organizations may share one.
        ("name", Tree::from(format!("{}-{{{{.environment}}}}", site.name()))),
        ("labels", site.labels()),
        // What differs is what a server-side apply would change.
        ("annotations", Tree::map([("argocd.argoproj.io/compare-options", "ServerSideDiff=true")])),
    ]);
    let cluster = site.cluster.as_str();
    let overlays = || source(&format!("{cluster}/kustomize/overlays"), Some(waves(&nodes(places))));
    let checks = || source(&checks::folder(site), Some(hooks()));
    let sources = [source(&format!("{cluster}/prelude"), None)];
    let sources = sources.into_iter().chain(site.overlays.then(overlays)).chain(site.is_checked().then(checks));
    let spec = Tree::map([
        ("project", Tree::from("default")),
        ("destination", Tree::map([("name", "{{.cluster}}")])),
        ("sources", Tree::seq(sources)),
        ("syncPolicy", sync_policy()),
    ]);
    Tree::map([("metadata", metadata), ("spec", spec)])
}

/// A folder in which each environment has its own.
fn source(folder: &str, patches: Option<Tree>) -> Tree {
    let own = [
        ("repoURL", Tree::from("{{.repository}}")),
        ("targetRevision", "{{.branch}}".into()),
        ("path", format!("{{{{.folder}}}}/{folder}/{{{{.environment}}}}").into()),
    ];
    let patches = patches.map(|patches| ("kustomize", Tree::map([("patches", patches)])));
    Tree::map(own.into_iter().chain(patches))
}

/// Patches that give each object its wave. The prelude, which bears none, is the first, 0; of several patches of an
/// object the last holds.
fn waves(nodes: &[&str]) -> Tree {
    let steps = steps(nodes);
    let wave = |target: Tree, number: usize| annotation_patch(target, &[(WAVE, &number.to_string())]);
    let all = wave(of_kind(".*"), steps.len());
    let each = steps.iter().enumerate().filter_map(|(at, step)| Some(wave(labelled(step.own.as_deref()?), at + 1)));
    Tree::seq([all].into_iter().chain(each))
}

/// Patches that have checks run once all waves are done. A check's Job stays until the next, so that its log can be
/// read; what lets it ask goes when all have succeeded.
fn hooks() -> Tree {
    let hook = ("argocd.argoproj.io/hook", "PostSync");
    let deleted = |when| ("argocd.argoproj.io/hook-delete-policy", when);
    Tree::seq([
        annotation_patch(of_kind("Job"), &[hook, deleted("BeforeHookCreation")]),
        annotation_patch(
            of_kind("NetworkPolicy|Service"),
            &[hook, deleted("BeforeHookCreation,HookSucceeded"), (WAVE, "-1")],
        ),
    ])
}

/// A patch that annotates all objects that fit a target.
fn annotation_patch(target: Tree, annotations: &[(&str, &str)]) -> Tree {
    let rows: String = annotations.iter().map(|(key, value)| format!("    {key}: \"{value}\"\n")).collect();
    patch_all(target, &format!("metadata:\n  name: all\n  annotations:\n{rows}"))
}

/// Namespaces are not made by the way: the prelude has them with their labels.
fn sync_policy() -> Tree {
    let backoff = [("duration", Tree::from("30s")), ("factor", 2.into()), ("maxDuration", "10m".into())];
    let retry = Tree::map([("limit", Tree::from(5)), ("backoff", Tree::map(backoff))]);
    let options = [
        "CreateNamespace=false",
        "FailOnSharedResource=true",
        "PruneLast=true",
        "ServerSideApply=true",
        // The prelude comes before the controllers that define the rest's kinds.
        "SkipDryRunOnMissingResource=true",
    ];
    Tree::map([automated(), ("syncOptions", Tree::seq(options)), ("retry", retry)])
}

fn automated() -> (&'static str, Tree) {
    ("automated", Tree::map([("prune", true), ("selfHeal", true)]))
}
