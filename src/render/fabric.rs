//! What people read of identities and channels.

use serde::Serialize;

use crate::bind::{OrganizationPlan, Plan};
use crate::parse::blueprint::Consensus;
use crate::resolve::{Channel, OrgIx};

/// An organization's part in Fabric's network.
#[derive(Debug, Serialize)]
pub struct FabricView {
    /// The folder of the scripts, below the organization's.
    pub folder: String,
    /// The name of the folder of its identities, outside of the bundle.
    pub identities: String,
    /// Whether cryptogen can make them: it makes no intermediate authority.
    pub cryptogen: bool,
    /// Whether channels are created through a system channel.
    pub kafka: bool,
    /// Whether the organization makes the genesis block of the system channel.
    pub system_channel: bool,
    /// Whether any orderer's administration is dialled by a way that kubectl opens.
    pub through_kubectl: bool,
    pub channels: Vec<ChannelView>,
}

/// A channel as an organization has a part in it.
#[derive(Debug, Serialize)]
pub struct ChannelView {
    pub name: String,
    /// Whether the organization makes its genesis block.
    pub founder: bool,
    /// The one that does, where that is another.
    pub founded_by: String,
    /// Whether its orderers serve it.
    pub orders: bool,
    /// Whether it has peers there.
    pub joins: bool,
    pub chaincodes: Vec<String>,
}

impl FabricView {
    /// None where the organization has no part in any channel.
    pub fn of(plan: &Plan, organization: &OrganizationPlan) -> Option<FabricView> {
        let at = organization.graph.organization;
        let channels = plan.consortium.channels.iter().filter_map(|channel| ChannelView::of(plan, channel, at));
        let channels: Vec<ChannelView> = channels.collect();
        let environment = &plan.consortium.environment.value;
        let kafka = plan.consortium.ordering.consensus.value == Consensus::Kafka;
        (!channels.is_empty()).then(|| FabricView {
            folder: format!("fabric/{environment}"),
            identities: format!("{}.{environment}.identities", plan.consortium.organization(at).name.value),
            cryptogen: !plan.consortium.is_issued_by_an_intermediate(at),
            kafka,
            system_channel: plan.consortium.ordering.kafka.as_ref().is_some_and(|kafka| kafka.organization == at),
            through_kubectl: !kafka && organization.site.is_none() && channels.iter().any(|channel| channel.orders),
            channels,
        })
    }
}

impl ChannelView {
    fn of(plan: &Plan, channel: &Channel, at: OrgIx) -> Option<ChannelView> {
        let member = channel.member(at);
        let orders = channel.orderers_of(at) > 0;
        let founder = channel.founder(plan.consortium.ordering.consensus.value);
        (orders || member.is_some()).then(|| ChannelView {
            name: channel.name.value.to_string(),
            founder: founder == Some(at),
            founded_by: founder.map(|at| plan.consortium.organization(at).title.to_string()).unwrap_or_default(),
            orders,
            joins: member.is_some_and(|member| member.peers > 0),
            chaincodes: channel.chaincodes.iter().map(|one| one.name.value.to_string()).collect(),
        })
    }
}
