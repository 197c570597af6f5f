use serde::{Serialize, Serializer};

use super::Settings;

/// `peer.gossip`: how peers find each other and pass private data on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gossip {
    /// Peer lists are separated by blanks: one in brackets ends the peer at its start.
    #[serde(serialize_with = "separated_by_blanks")]
    pub bootstrap: Vec<String>,
    /// With [`Gossip::org_leader`] on too, a peer ends when it joins; with both off, none fetches blocks.
    pub use_leader_election: bool,
    pub org_leader: bool,
    membership_tracker_interval: &'static str,
    endpoint: String,
    pub external_endpoint: String,
    max_block_count_to_store: u32,
    max_propagation_burst_latency: &'static str,
    max_propagation_burst_size: u32,
    propagate_iterations: u32,
    propagate_peer_num: u32,
    pull_interval: &'static str,
    pull_peer_num: u32,
    request_state_info_interval: &'static str,
    publish_state_info_interval: &'static str,
    publish_cert_period: &'static str,
    dial_timeout: &'static str,
    conn_timeout: &'static str,
    recv_buff_size: u32,
    send_buff_size: u32,
    digest_wait_time: &'static str,
    request_wait_time: &'static str,
    response_wait_time: &'static str,
    alive_time_interval: &'static str,
    alive_expiration_timeout: &'static str,
    reconnect_interval: &'static str,
    max_connection_attempts: u32,
    msg_expiration_factor: u32,
    election: Election,
    pvt_data: PrivateData,
    state: State,
}

impl Gossip {
    pub(super) fn new(settings: &Settings) -> Gossip {
        Gossip {
            bootstrap: settings.bootstrap.clone(),
            use_leader_election: false,
            org_leader: true,
            membership_tracker_interval: "5s",
            endpoint: settings.address.clone(),
            external_endpoint: settings.external_address.clone(),
            max_block_count_to_store: 10,
            max_propagation_burst_latency: "10ms",
            max_propagation_burst_size: 10,
            propagate_iterations: 1,
            propagate_peer_num: 3,
            pull_interval: "4s",
            pull_peer_num: 3,
            request_state_info_interval: "4s",
            publish_state_info_interval: "4s",
            publish_cert_period: "10s",
            dial_timeout: "3s",
            conn_timeout: "2s",
            recv_buff_size: 20,
            send_buff_size: 200,
            digest_wait_time: "1s",
            request_wait_time: "1500ms",
            response_wait_time: "2s",
            alive_time_interval: "5s",
            alive_expiration_timeout: "25s",
            reconnect_interval: "25s",
            max_connection_attempts: 120,
            msg_expiration_factor: 20,
            election: Election::default(),
            pvt_data: PrivateData::new(settings.siblings),
            state: State::default(),
        }
    }
}

fn separated_by_blanks<S: Serializer>(addresses: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&addresses.join(" "))
}

/// Not used as long as every peer is a leader; written since an operator may turn the election on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Election {
    startup_grace_period: &'static str,
    membership_sample_interval: &'static str,
    leader_alive_threshold: &'static str,
    leader_election_duration: &'static str,
}

impl Default for Election {
    fn default() -> Self {
        Election {
            startup_grace_period: "15s",
            membership_sample_interval: "1s",
            leader_alive_threshold: "10s",
            leader_election_duration: "5s",
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PrivateData {
    pull_retry_threshold: &'static str,
    /// 1000 before Fabric 3, 20000 since: blocks that private data waits for its transaction.
    transientstore_max_block_retention: u32,
    push_ack_timeout: &'static str,
    btl_pull_margin: u32,
    reconcile_batch_size: u32,
    reconcile_sleep_interval: &'static str,
    reconciliation_enabled: bool,
    skip_pulling_invalid_transactions_during_commit: bool,
    implicit_collection_dissemination_policy: Dissemination,
}

/// How an organization's own collection reaches its other peers: all of them, as far as they answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dissemination {
    required_peer_count: u32,
    max_peer_count: u32,
}

impl PrivateData {
    fn new(peers: u32) -> Self {
        PrivateData {
            pull_retry_threshold: "60s",
            transientstore_max_block_retention: 20_000,
            push_ack_timeout: "3s",
            btl_pull_margin: 10,
            reconcile_batch_size: 10,
            reconcile_sleep_interval: "1m",
            reconciliation_enabled: true,
            skip_pulling_invalid_transactions_during_commit: false,
            implicit_collection_dissemination_policy: Dissemination {
                required_peer_count: 0,
                max_peer_count: peers.saturating_sub(1),
            },
        }
    }
}

/// The transfer of missing blocks between peers: off, since every peer asks the orderers itself. On before Fabric 2.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct State {
    enabled: bool,
    check_interval: &'static str,
    response_timeout: &'static str,
    batch_size: u32,
    block_buffer_size: u32,
    max_retries: u32,
}

impl Default for State {
    fn default() -> Self {
        State {
            enabled: false,
            check_interval: "10s",
            response_timeout: "3s",
            batch_size: 10,
            block_buffer_size: 20,
            max_retries: 3,
        }
    }
}
