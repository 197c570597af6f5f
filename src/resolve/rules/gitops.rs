//! What Argo CD and Flux can fetch.

use super::Scene;
use crate::diag::{Diagnostics, code};
use crate::parse::blueprint::GitopsTool;
use crate::resolve::Gitops;
use crate::resolve::problem::{Also, problem};

const SSH: &str = "ssh://";

fn described<'a>(scene: &'a Scene) -> impl Iterator<Item = (&'a str, &'a Gitops)> {
    scene.consortium.described().filter_map(|(_, organization, description)| {
        Some((organization.name.value.as_str(), description.gitops.as_ref()?))
    })
}

/// Flux is told which Secret holds the credentials of a repository, and fetches none by SSH without (source-controller,
/// "Git Repositories", "Secret reference"). Argo CD looks for them by the repository's URL.
pub(super) fn credentials(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (name, gitops) in described(scene) {
        let (flux, repository) = (gitops.is_for(GitopsTool::Flux), &gitops.repository);
        match &gitops.secret {
            Some(secret) if !flux => {
                let message = format!("`secret` has no meaning for Argo CD, which applies `{name}`");
                let idle = problem(code::FOREIGN_OPTION, secret.origin, message, "nothing reads it");
                let idle = gitops.tool.as_ref().map_or(idle.clone(), |tool| idle.also(tool.origin, "the tool"));
                diagnostics.push(idle.about(name).help(
                    "take it away: Argo CD is given the credentials of a repository by its URL. What the others share \
                     belongs to those that Flux applies",
                ));
            }
            None if flux && repository.value.starts_with(SSH) => {
                let message = format!("Flux cannot fetch the repository of `{name}` by SSH without a key");
                let keyless = problem(code::INCOMPLETE, repository.origin, message, "needs a key");
                diagnostics.push(keyless.about(name).help(
                    "name the Secret of its namespace that holds it, such as `secret: bundle-repository`, or write \
                     `tool: argocd` where Flux applies nothing",
                ));
            }
            _ => {}
        }
    }
}

/// A name that is one branch to git and to both tools (`git check-ref-format`): no part ends in `.lock`, and neither
/// `HEAD` nor a whole reference, which one tool would take for itself and the other for a branch below `refs/heads`.
pub(super) fn branches(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (name, Gitops { branch, .. }) in described(scene) {
        let text = branch.value.as_str();
        let help = if let Some(rest) = text.strip_prefix("refs/") {
            let own = rest.strip_prefix("heads/").unwrap_or("main");
            format!("write the branch alone, such as `{own}`")
        } else if text == "HEAD" || text.split('/').any(|part| part.ends_with(".lock")) {
            "git allows no branch of this name".to_owned()
        } else {
            continue;
        };
        let message = format!("`{text}` cannot be `branch`");
        diagnostics.push(problem(code::BAD_FORMAT, branch.origin, message, "no branch").about(name).help(help));
    }
}
