//! Stage 6, for people: runbooks and the like from text templates.
//!
//! Templates see the documented views of [`view`], never the plan. A template that fails is a fault of akcgen, not of
//! the blueprint.

mod chart;
mod fabric;
pub mod graph;
mod view;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

pub use chart::*;
pub use fabric::*;
pub use view::*;

const BUNDLE: &str = include_str!("../../texts/bundle.md");
const ORGANIZATION: &str = include_str!("../../texts/organization.md");
/// Parts of an organization's runbook: its servers, its identities, its channels.
const PARTS: [(&str, &str); 3] = [
    ("texts/site.md", include_str!("../../texts/site.md")),
    ("texts/identities.md", include_str!("../../texts/identities.md")),
    ("texts/channels.md", include_str!("../../texts/channels.md")),
];

/// A text template of akcgen's own that failed.
#[derive(Debug)]
pub struct TemplateFault(pub String);

/// The `README.md` of a whole bundle.
pub fn bundle(view: &BundleView) -> Result<String, TemplateFault> {
    text("texts/bundle.md", BUNDLE, view)
}

/// The runbook of one organization, over all environments.
pub fn organization(view: &RunbookView) -> Result<String, TemplateFault> {
    text("texts/organization.md", ORGANIZATION, view)
}

/// Renders a text with delimiters that neither Helm, Bash nor Jinja's own users need.
fn text(name: &str, template: &str, view: &impl Serialize) -> Result<String, TemplateFault> {
    let fault = |error: minijinja::Error| TemplateFault(format!("{name}: {error:#}"));
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .block_delimiters("<%", "%>")
        .variable_delimiters("<$", "$>")
        .comment_delimiters("<#", "#>")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .map_err(fault)?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, part) in PARTS {
        environment.add_template(name, part).map_err(fault)?;
    }
    environment.add_filter("helm_literal", |text: &str| helm_literal(text).into_owned());
    environment.render_named_str(name, template, Value::from(Serde(view))).map_err(fault)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn head() -> OrganizationView {
        OrganizationView { name: "buyer".into(), title: "Buyer".into(), target_title: "Amazon EKS".into() }
    }

    #[test]
    fn a_bundle_lists_its_organizations() {
        let view = BundleView {
            consortium: "minimal".into(),
            environments: vec!["production".into()],
            organizations: vec![head()],
        };
        let text = bundle(&view).unwrap();
        assert!(text.contains("| Buyer (`buyer`) | Amazon EKS | [buyer/README.md](buyer/README.md) |\n\n"), "{text}");
        assert!(text.ends_with("production.\n"));
        let title = "Buy | Sell".to_owned();
        let view = BundleView { organizations: vec![OrganizationView { title, ..head() }], ..view };
        assert!(bundle(&view).unwrap().contains("| Buy \\| Sell (`buyer`) |"), "a cell stays one");
    }

    #[test]
    fn a_runbook_names_what_is_not_bound_yet() {
        let unbound = UnboundView { name: "kmsKeyArn".into(), description: "the key of all volumes".into() };
        let environment = EnvironmentView {
            name: "production".into(),
            flux: false,
            clusters: vec![],
            operated: false,
            site: None,
            fabric: None,
            unbound: vec![unbound],
            hosts: vec![],
            entry_manuals: vec![],
        };
        let view = RunbookView {
            consortium: "minimal".into(),
            organization: head(),
            mirrored: false,
            environments: vec![environment],
            argocd: vec![],
        };
        let text = organization(&view).unwrap();
        assert!(text.starts_with("# Buyer: runbook\n"), "{text}");
        assert!(text.contains("| `kmsKeyArn` | the key of all volumes |\n"));
        assert!(text.contains("bindings/buyer.production.yaml"));
    }

    #[test]
    fn a_name_that_a_view_lacks_is_a_fault() {
        assert!(text("broken", "<$ nobody $>", &head()).is_err());
    }
}
