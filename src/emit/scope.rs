//! Which part of a bundle a build covers.

use std::collections::BTreeSet;

/// The part of a bundle that a build covers: only there are files that it no longer contains orphans. A dimension
/// without a set is covered whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub organizations: Option<BTreeSet<String>>,
    pub environments: Option<BTreeSet<String>>,
    pub forms: Option<BTreeSet<String>>,
}

impl Scope {
    /// The whole bundle.
    pub fn whole() -> Scope {
        Scope::default()
    }

    /// Whether a path of the bundle belongs to the part that was built. What several organizations or environments share,
    /// such as a README, belongs to no part of them; what all forms share, such as the prelude, to each.
    pub fn covers(&self, path: &str) -> bool {
        let place = Place::of(path);
        let within = |set: &Option<BTreeSet<String>>, name: Option<&str>, shared: bool| {
            set.as_ref().is_none_or(|set| name.map_or(shared, |name| set.contains(name)))
        };
        within(&self.organizations, place.organization, false)
            && within(&self.environments, place.environment, false)
            && within(&self.forms, place.form, true)
    }
}

/// Where a file belongs, by the layout of bundles (`package`).
#[derive(Debug, Default, PartialEq, Eq)]
struct Place<'a> {
    organization: Option<&'a str>,
    form: Option<&'a str>,
    environment: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Place<'a> {
        let parts: Vec<&str> = path.split('/').collect();
        let (organization, form, environment) = match parts.as_slice() {
            ["consortium", environment, _, ..] => (None, None, Some(*environment)),
            [organization, "infra", environment, _, ..] => (Some(*organization), None, Some(*environment)),
            [organization, "site", environment, _, ..] => (Some(*organization), None, Some(*environment)),
            // It applies the overlays of every environment.
            [organization, "gitops", _, ..] => (Some(*organization), Some("kustomize"), None),
            [organization, _, "prelude", environment, _, ..] => (Some(*organization), None, Some(*environment)),
            [organization, _, "manifests", environment, _, ..] => {
                (Some(*organization), Some("manifests"), Some(*environment))
            }
            // What one environment has in them makes sense beside what all share alone.
            [organization, _, form @ ("kustomize" | "helm"), _, ..] => (Some(*organization), Some(*form), None),
            [organization, _, ..] => (Some(*organization), None, None),
            _ => (None, None, None),
        };
        Place { organization, form, environment }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str) -> Option<BTreeSet<String>> {
        Some([name.to_owned()].into())
    }

    const PATHS: [&str; 10] = [
        "README.md",
        "consortium/production/configtx.yaml",
        "buyer/README.md",
        "buyer/infra/production/network.yaml",
        "buyer/blockchain/prelude/production/namespaces.yaml",
        "buyer/blockchain/manifests/staging/peer0.yaml",
        "buyer/blockchain/kustomize/overlays/staging/kustomization.yaml",
        "buyer/blockchain/helm/buyer-blockchain/Chart.yaml",
        "seller/blockchain/manifests/production/peer0.yaml",
        "seller/gitops/flux/blockchain/production/flux.yaml",
    ];

    fn covered(scope: &Scope) -> Vec<usize> {
        (0..PATHS.len()).filter(|at| scope.covers(PATHS[*at])).collect()
    }

    #[test]
    fn each_dimension_narrows() {
        assert_eq!(covered(&Scope::whole()), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(covered(&Scope { organizations: set("buyer"), ..Scope::whole() }), [2, 3, 4, 5, 6, 7]);
        assert_eq!(covered(&Scope { environments: set("production"), ..Scope::whole() }), [1, 3, 4, 8]);
        assert_eq!(covered(&Scope { forms: set("kustomize"), ..Scope::whole() }), [0, 1, 2, 3, 4, 6, 9]);
        assert_eq!(covered(&Scope { environments: set("staging"), ..Scope::whole() }), [5]);
        let one = Scope { organizations: set("buyer"), environments: set("staging"), forms: set("manifests") };
        assert_eq!(covered(&one), [5]);
    }
}
