//! Stage 6, for administrators: what they make identities and channels with. One folder an organization and environment, of
//! scripts that are the same for all and of data that they read: Bash, and Fabric's own programs.

mod channels;
mod cryptogen;
mod identities;
mod shell;
#[cfg(test)]
mod tests;

use include_dir::{Dir, include_dir};

use crate::base::{Object, Origin, SerError, to_tree};
use crate::bind::{OrganizationPlan, Plan};
use crate::fabric::command_line::CommandLine;
use crate::package::BundleFile;
use crate::resolve::Organization;
use crate::text::lines::Lines;

use identities::Identities;
use shell::Script;

static SCRIPTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/texts/fabric");

/// What an organization's administrators have in one environment: path below the output folder to file. Nothing where it has
/// no part in Fabric's network.
///
/// # Errors
/// Only where a value has no form in YAML or JSON, which is a fault of akcgen.
pub fn administer(
    plan: &Plan,
    organization: &OrganizationPlan,
    traced: bool,
) -> Result<Vec<(String, BundleFile)>, SerError> {
    let desk = Desk { plan, organization, own: plan.consortium.organization(organization.graph.organization), traced };
    let identities = Identities::of(&desk);
    if identities.rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut files = vec![
        ("identities.txt".to_owned(), identities.file(traced)),
        ("organization.sh".to_owned(), desk.organization_file()),
        ("core.yaml".to_owned(), command_line(traced)?),
    ];
    files.extend(SCRIPTS.files().map(|file| {
        let name = file.path().to_string_lossy().into_owned();
        let mut lines = Lines::new(traced);
        lines
            .lines(file.contents_utf8().unwrap_or_default(), Origin::Rule("a script that is the same in every bundle"));
        (name, lines.into())
    }));
    files.extend(cryptogen::files(&desk, &identities)?);
    files.extend(channels::files(&desk)?);
    let folder = format!("{}/fabric/{}", desk.own.name.value, plan.consortium.environment.value);
    Ok(files.into_iter().map(|(path, file)| (format!("{folder}/{path}"), file)).collect())
}

/// One organization in one environment, as its administrators see it.
struct Desk<'a> {
    plan: &'a Plan,
    organization: &'a OrganizationPlan,
    own: &'a Organization,
    traced: bool,
}

impl Desk<'_> {
    /// What the scripts must know of the organization.
    fn organization_file(&self) -> BundleFile {
        let graph = &self.organization.graph;
        let consortium = &self.plan.consortium;
        let mut script = Script::new("What the scripts beside this know of the organization.", self.traced);
        script.text("organization", &self.own.name.value, self.own.name.origin);
        script.text("environment", &consortium.environment.value, consortium.environment.origin);
        script.text("msp_id", &self.own.msp_id.value, self.own.msp_id.origin);
        script.text("domain", &self.own.domain.value, self.own.domain.origin);
        let intermediate = consortium.is_issued_by_an_intermediate(graph.organization);
        let consensus = &consortium.ordering.consensus;
        script.text("consensus", consensus.value.as_str(), consensus.origin);
        script.text("intermediate", if intermediate { "yes" } else { "no" }, self.own.name.origin);
        script.finish()
    }
}

/// core.yaml for the `peer` command.
fn command_line(traced: bool) -> Result<BundleFile, SerError> {
    let tree = to_tree(&CommandLine::default())?;
    let object = Object::new(tree, Origin::Rule("the `peer` command reads core.yaml, too"));
    Ok(BundleFile::of("What the `peer` command reads; the scripts give it the rest.", [&object], traced))
}
