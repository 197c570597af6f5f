//! Who may do what in a channel.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Settings;

/// A policy over the organizations of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    Any,
    Majority,
    All,
    /// Fabric's own expression over members of organizations.
    Expression(String),
}

impl Rule {
    /// The rule over the peers of these organizations, as an expression.
    pub fn over_peers(&self, msp_ids: &[&str]) -> String {
        let each: Vec<String> = msp_ids.iter().map(|msp_id| format!("'{msp_id}.peer'")).collect();
        let enough = match self {
            Rule::Any => 1,
            Rule::Majority => msp_ids.len() / 2 + 1,
            Rule::All => msp_ids.len(),
            Rule::Expression(expression) => return expression.clone(),
        };
        format!("OutOf({enough}, {})", each.join(", "))
    }
}

/// The policies of a group, by name.
pub(super) type Policies = BTreeMap<&'static str, Policy>;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Policy {
    #[serde(rename = "Type")]
    kind: &'static str,
    rule: String,
}

impl Policy {
    /// What the policies of a name in the groups below decide together.
    fn meta(rule: &Rule, below: &str) -> Policy {
        let quantity = match rule {
            Rule::Any => "ANY",
            Rule::Majority => "MAJORITY",
            Rule::All => "ALL",
            Rule::Expression(expression) => return Policy::signature(expression.clone()),
        };
        Policy { kind: "ImplicitMeta", rule: format!("{quantity} {below}") }
    }

    fn signature(rule: String) -> Policy {
        Policy { kind: "Signature", rule }
    }

    /// Any of the roles in an organization.
    fn roles(msp_id: &str, roles: &[&str]) -> Policy {
        let each: Vec<String> = roles.iter().map(|role| format!("'{msp_id}.{role}'")).collect();
        Policy::signature(format!("OR({})", each.join(", ")))
    }
}

const ADMINS: &str = "Admins";
const READERS: &str = "Readers";
const WRITERS: &str = "Writers";
const ENDORSEMENT: &str = "Endorsement";

fn usual(administration: &Rule) -> Policies {
    BTreeMap::from([
        (ADMINS, Policy::meta(administration, ADMINS)),
        (READERS, Policy::meta(&Rule::Any, READERS)),
        (WRITERS, Policy::meta(&Rule::Any, WRITERS)),
    ])
}

/// Those of the channel itself.
pub(super) fn of_channel(administration: &Rule) -> Policies {
    usual(administration)
}

/// Those of the ordering service. With BFT configtxgen makes `BlockValidation` of the consenters itself.
pub(super) fn of_ordering() -> Policies {
    let mut policies = usual(&Rule::Majority);
    policies.insert("BlockValidation", Policy::meta(&Rule::Any, WRITERS));
    policies
}

/// Those of the members together.
pub(super) fn of_application(settings: &Settings) -> Policies {
    let mut policies = usual(&settings.administration);
    policies.insert("LifecycleEndorsement", Policy::meta(&settings.lifecycle, ENDORSEMENT));
    policies.insert(ENDORSEMENT, Policy::meta(&settings.endorsement, ENDORSEMENT));
    policies
}

/// Those of an organization that orders: a block is valid by an orderer's signature, not by that of any client.
pub(super) fn of_orderers(msp_id: &str) -> Policies {
    BTreeMap::from([
        (ADMINS, Policy::roles(msp_id, &["admin"])),
        (READERS, Policy::roles(msp_id, &["member"])),
        (WRITERS, Policy::roles(msp_id, &["admin", "orderer"])),
    ])
}

/// Those of a member.
pub(super) fn of_member(msp_id: &str) -> Policies {
    BTreeMap::from([
        (ADMINS, Policy::roles(msp_id, &["admin"])),
        (ENDORSEMENT, Policy::roles(msp_id, &["peer"])),
        (READERS, Policy::roles(msp_id, &["admin", "peer", "client"])),
        (WRITERS, Policy::roles(msp_id, &["admin", "client"])),
    ])
}
