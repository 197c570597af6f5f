//! Files for the platform's own tools, which make a cluster from them.

use super::context::Context;
use crate::base::{Object, Traced, Tree};
use crate::bind::{InfraContent, InfraFilePlan};
use crate::target::definition::Clusters;
use crate::target::{Fault, Scope, Template};

/// The files of one cluster, without those whose templates leave everything out. Another's cluster is its owner's affair,
/// and of what breaks a rule of the platform no file can be made.
pub(super) fn files(context: &mut Context, clusters: &Clusters, scope: &Scope) -> Vec<InfraFilePlan> {
    let target = context.target;
    let mut files = Vec::new();
    if !context.owns_clusters() || context.diagnostics.has_errors() {
        return files;
    }
    for (name, file) in &clusters.infra {
        let Some(template) = target.template(&file.template.value) else { continue };
        let content = match name.value.rsplit_once('.') {
            Some((_, "json")) => context.object(template, scope).map(InfraContent::Json),
            Some((_, "yaml")) => documents(context, template, scope),
            _ => lines(context, template, scope),
        };
        let (name, summary) = (name.value.to_string(), file.summary.clone());
        files.extend(content.map(|content| InfraFilePlan { name, summary, content }));
    }
    files
}

fn documents(context: &mut Context, template: &Template, scope: &Scope) -> Option<InfraContent> {
    let documents = context.template_documents(template, scope);
    (!documents.is_empty()).then_some(InfraContent::Yaml(documents))
}

fn lines(context: &mut Context, template: &Template, scope: &Scope) -> Option<InfraContent> {
    let items = context.template_documents(template, scope);
    let mut lines = Vec::new();
    for Object { tree, origins } in items {
        match tree {
            Tree::Str(line) if !line.contains(['\n', '\r']) => lines.push(Traced::new(line.to_string(), origins.root)),
            _ => {
                let message = "a text is a list of lines".to_owned();
                context.diagnostics.push(context.target.fault(Fault { span: template.span, message }));
                return None;
            }
        }
    }
    (!lines.is_empty()).then_some(InfraContent::Lines(lines))
}
