//! What channels are made from: configtx.yaml of each, and the public certificates of every organization in the folders
//! that it names. All of it is made of cards and channels alone, so that every member has the same.

use crate::base::{Object, Origin, SerError, Step, TreePath, quantity, to_tree};
use crate::fabric::configtx::{self, Batch, ConfigtxYaml, Consenter, Identity, OrderingOrganization, Settings};
use crate::fabric::msp::{self, MspConfig};
use crate::parse::blueprint::Consensus;
use crate::resolve::{self, Card, Channel, Consortium, OrgIx};
use crate::text::lines::Lines;

use super::BundleFile;

/// The folder of all organizations' certificates, beside that of the channels.
const ORGANIZATIONS: &str = "organizations";
/// The way from a channel's folder to the one above [`ORGANIZATIONS`].
const FROM_CHANNEL: &str = "../..";
/// The same from the folder of the system channel, which lies in that of the scripts of the organization that orders.
const FROM_SYSTEM_CHANNEL: &str = "../../../..";

/// The files of one environment, below its folder.
///
/// # Errors
/// Only where a value has no form in YAML, which is a fault of akcgen.
pub(super) fn channels(
    consortium: &Consortium,
    cards: &[Card],
    traced: bool,
) -> Result<Vec<(String, BundleFile)>, SerError> {
    let mut files = Vec::new();
    // With Kafka a channel has no orderers of its own, so that nothing here names one.
    for channel in &consortium.channels {
        let settings = settings(consortium, channel, cards);
        let object = traced_channel(channel, ConfigtxYaml::channel(&settings))?;
        let comment = format!(
            "The channel {}: configtxgen -configPath . -profile {} -channelID {0} -outputBlock {0}.block",
            channel.name.value,
            configtx::CHANNEL
        );
        files.push((
            format!("channels/{}/configtx.yaml", channel.name.value),
            BundleFile::of(&comment, &[object], traced),
        ));
    }
    for (at, card) in cards.iter().enumerate().filter(|(at, _)| consortium.has_a_part(OrgIx(*at))) {
        let origin = consortium.organization(OrgIx(at)).name.origin;
        files.extend(certificates(consortium, card, origin, traced)?);
    }
    Ok(files)
}

/// What configtx.yaml of a channel is made of.
fn settings(consortium: &Consortium, channel: &Channel, cards: &[Card]) -> Settings {
    let card = |at: OrgIx| &cards[at.0];
    let member = |member: &resolve::Member| {
        let card = card(member.organization.value);
        configtx::Member {
            identity: identity(card, FROM_CHANNEL),
            anchors: member.anchor_peers(card).map(|peer| (peer.host.to_string(), peer.port)).collect(),
        }
    };
    let ordering = |&(at, count): &(OrgIx, u32)| OrderingOrganization {
        identity: identity(card(at), FROM_CHANNEL),
        consenters: consenters(card(at)).take(count as usize).collect(),
    };
    Settings {
        consortium: consortium.name.value.to_string(),
        consensus: consortium.ordering.consensus.value,
        orderers: channel.orderers.iter().map(ordering).collect(),
        brokers: Vec::new(),
        batch: batch(&channel.batch),
        members: channel.members.iter().map(member).collect(),
        administration: channel.policies.administration.value.clone(),
        endorsement: channel.policies.endorsement.value.clone(),
        lifecycle: channel.policies.lifecycle.value.clone(),
    }
}

fn batch(batch: &resolve::Batch) -> Batch {
    Batch {
        timeout: quantity::milliseconds(&batch.timeout.value).unwrap_or_default(),
        messages: batch.messages.value,
        absolute: quantity::bytes(&batch.absolute_bytes.value).unwrap_or_default(),
        preferred: quantity::bytes(&batch.preferred_bytes.value).unwrap_or_default(),
    }
}

/// configtx.yaml of the system channel, through which Kafka's channels are created: its members are those of all of them.
/// `brokers` are host and port of each.
///
/// # Errors
/// Only where a value has no form in YAML, which is a fault of akcgen.
pub fn system_channel(consortium: &Consortium, cards: &[Card], brokers: Vec<String>) -> Result<Object, SerError> {
    let way = format!("{FROM_SYSTEM_CHANNEL}/consortium/{}", consortium.environment.value);
    let members = consortium.indices().filter(|at| consortium.channels_of(*at).next().is_some());
    let member = |at: OrgIx| configtx::Member { identity: identity(&cards[at.0], &way), anchors: Vec::new() };
    let ordering = |group: &resolve::OrdererGroup| OrderingOrganization {
        identity: identity(&cards[group.organization.0], &way),
        consenters: consenters(&cards[group.organization.0]).collect(),
    };
    let ordered = &consortium.ordering;
    let settings = Settings {
        consortium: consortium.name.value.to_string(),
        consensus: ordered.consensus.value,
        orderers: ordered.groups.iter().map(ordering).collect(),
        brokers,
        batch: batch(&ordered.batch),
        members: members.map(member).collect(),
        administration: configtx::Rule::Majority,
        endorsement: configtx::Rule::Majority,
        lifecycle: configtx::Rule::Majority,
    };
    Ok(Object::new(to_tree(&ConfigtxYaml::system_channel(&settings))?, ordered.consensus.origin))
}

fn identity(card: &Card, way: &str) -> Identity {
    let folder = format!("{way}/{ORGANIZATIONS}/{}/msp", card.organization);
    Identity { msp_id: card.msp_id.to_string(), folder }
}

fn consenters(card: &Card) -> impl Iterator<Item = Consenter> {
    let organization = card.organization.as_str();
    card.orderers.iter().map(move |node| {
        let folder = format!("{FROM_CHANNEL}/{}", orderer_folder(organization, &node.name));
        Consenter {
            host: node.host.to_string(),
            port: node.port,
            id: configtx::consenter_id(organization, &node.name),
            tls_certificate: format!("{folder}/{TLS}"),
            certificate: format!("{folder}/{SIGNS}"),
        }
    })
}

fn orderer_folder(organization: &str, orderer: &str) -> String {
    format!("{ORGANIZATIONS}/{organization}/orderers/{orderer}")
}

/// The file of an orderer's TLS certificate, and of the one that it signs with.
const TLS: &str = "tls.crt";
const SIGNS: &str = "sign.crt";

/// configtx.yaml with the lines of the blueprint that caused its parts.
fn traced_channel(channel: &Channel, file: ConfigtxYaml) -> Result<Object, SerError> {
    let mut object = Object::new(to_tree(&file)?, channel.name.origin);
    let at = TreePath::from("Profiles").join(configtx::CHANNEL);
    let mut add = |path: &[&'static str], origin: Origin| {
        object.origins.add(path.iter().fold(at.clone(), |path, step| path.join(*step)), origin);
    };
    let (batch, policies) = (&channel.batch, &channel.policies);
    add(&["Orderer", "BatchTimeout"], batch.timeout.origin);
    add(&["Orderer", "BatchSize", "MaxMessageCount"], batch.messages.origin);
    add(&["Orderer", "BatchSize", "AbsoluteMaxBytes"], batch.absolute_bytes.origin);
    add(&["Orderer", "BatchSize", "PreferredMaxBytes"], batch.preferred_bytes.origin);
    add(&["Policies", "Admins"], policies.administration.origin);
    add(&["Application", "Policies", "Admins"], policies.administration.origin);
    add(&["Application", "Policies", "Endorsement"], policies.endorsement.origin);
    add(&["Application", "Policies", "LifecycleEndorsement"], policies.lifecycle.origin);
    for (index, member) in (0..).zip(&channel.members) {
        let organizations = at.clone().join("Application").join("Organizations");
        object.origins.add(organizations.join(Step::Index(index)), member.organization.origin);
    }
    Ok(object)
}

/// The folder of an organization's MSP, and its orderers' certificates.
fn certificates(
    consortium: &Consortium,
    card: &Card,
    origin: Origin,
    traced: bool,
) -> Result<Vec<(String, BundleFile)>, SerError> {
    let organization = card.organization.as_str();
    let folder = format!("{ORGANIZATIONS}/{organization}");
    let config = Object::new(to_tree(&MspConfig::default())?, Origin::Rule(msp::UNITS));
    let comment = format!("How {} tells clients, peers, administrators and orderers apart.", card.msp_id);
    let mut files = vec![(format!("{folder}/msp/config.yaml"), BundleFile::of(&comment, &[config], traced))];
    let mut add = |path: String, what: &str, pem: Option<&String>| {
        let mut lines = Lines::new(traced);
        match pem {
            Some(pem) => lines.lines(pem, origin),
            // No certificate: whatever reads it refuses it.
            None => lines.line(format_args!("not bound yet: the {what} of {organization}"), origin),
        }
        files.push((path, lines.into()));
    };
    let known = &card.certificates;
    let key = |key: &str| format!("{folder}/msp/{}", msp::place(key).unwrap_or_default());
    add(key("cacert.pem"), "root certificate", known.ca.as_ref());
    // Whether there is one, others learn from the card alone.
    if known.intermediate_ca.is_some() {
        add(key("intermediatecert.pem"), "intermediate certificate", known.intermediate_ca.as_ref());
    }
    add(key("tlscacert.pem"), "root certificate for TLS", known.tls_ca.as_ref());
    let consensus = consortium.ordering.consensus.value;
    for node in card.orderers.iter().filter(|_| consensus != Consensus::Kafka) {
        let folder = orderer_folder(organization, &node.name);
        add(format!("{folder}/{TLS}"), &format!("TLS certificate of {}", node.name), node.tls_certificate.as_ref());
        if consensus == Consensus::Bft {
            add(format!("{folder}/{SIGNS}"), &format!("certificate of {}", node.name), node.certificate.as_ref());
        }
    }
    Ok(files)
}
