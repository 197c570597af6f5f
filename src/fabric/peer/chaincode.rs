use serde::Serialize;

use crate::fabric::{environment, paths};
use crate::parse::blueprint::FabricRelease;

/// `chaincode`: a service of its own, never run by the peer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chaincode {
    external_builders: Vec<ExternalBuilder>,
    install_timeout: &'static str,
    startuptimeout: &'static str,
    executetimeout: &'static str,
    mode: &'static str,
    keepalive: u32,
    system: System,
    logging: Logging,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime_params: Option<RuntimeParameters>,
}

/// The builder that takes chaincode as a service; the only one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalBuilder {
    name: &'static str,
    path: &'static str,
    propagate_environment: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct System {
    #[serde(rename = "_lifecycle")]
    lifecycle: &'static str,
    cscc: &'static str,
    lscc: &'static str,
    qscc: &'static str,
}

#[derive(Debug, Serialize)]
struct Logging {
    level: &'static str,
    shim: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuntimeParameters {
    use_write_batch: bool,
    max_size_write_batch: u32,
    use_get_multiple_keys: bool,
    max_size_get_multiple_keys: u32,
}

impl Chaincode {
    pub(super) fn new(release: FabricRelease) -> Self {
        let batches = RuntimeParameters {
            use_write_batch: true,
            max_size_write_batch: 1000,
            use_get_multiple_keys: true,
            max_size_get_multiple_keys: 1000,
        };
        Chaincode {
            external_builders: vec![ExternalBuilder {
                name: "ccaas_builder",
                path: paths::CCAAS_BUILDER,
                propagate_environment: vec![environment::CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG.name()],
            }],
            install_timeout: "300s",
            startuptimeout: "300s",
            executetimeout: "30s",
            mode: "net",
            keepalive: 0,
            system: System { lifecycle: "enable", cscc: "enable", lscc: "enable", qscc: "enable" },
            logging: Logging { level: "info", shim: "warning" },
            runtime_params: (release >= FabricRelease::V3_1).then_some(batches),
        }
    }
}
