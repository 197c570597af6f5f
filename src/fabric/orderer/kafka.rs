use serde::Serialize;

use crate::fabric::paths;

/// How the orderer uses Kafka; which brokers, the system channel says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Kafka {
    retry: Retry,
    topic: Topic,
    verbose: bool,
    #[serde(rename = "TLS")]
    tls: KafkaTls,
    /// The newest protocol that Fabric's client speaks; unset it is 0.10.2.0, whose records brokers must convert.
    version: &'static str,
}

impl Kafka {
    pub(super) fn new(replication: u32) -> Kafka {
        let file = |file| KafkaFile { file };
        Kafka {
            retry: Retry::default(),
            topic: Topic { replication_factor: replication },
            verbose: false,
            tls: KafkaTls {
                enabled: true,
                private_key: file(paths::TLS_KEY),
                certificate: file(paths::TLS_CERTIFICATE),
                root_cas: file(paths::TLS_AUTHORITY),
            },
            version: "1.0.0",
        }
    }
}

/// A bare value would be read as PEM text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct KafkaTls {
    enabled: bool,
    private_key: KafkaFile,
    certificate: KafkaFile,
    #[serde(rename = "RootCAs")]
    root_cas: KafkaFile,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct KafkaFile {
    file: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Topic {
    replication_factor: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Retry {
    short_interval: &'static str,
    short_total: &'static str,
    long_interval: &'static str,
    long_total: &'static str,
    network_timeouts: NetworkTimeouts,
    metadata: Attempts,
    producer: Attempts,
    consumer: Pause,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkTimeouts {
    dial_timeout: &'static str,
    read_timeout: &'static str,
    write_timeout: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attempts {
    retry_backoff: &'static str,
    retry_max: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pause {
    retry_backoff: &'static str,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            short_interval: "5s",
            short_total: "10m",
            long_interval: "5m",
            long_total: "12h",
            network_timeouts: NetworkTimeouts { dial_timeout: "10s", read_timeout: "10s", write_timeout: "10s" },
            metadata: Attempts { retry_backoff: "250ms", retry_max: 3 },
            producer: Attempts { retry_backoff: "100ms", retry_max: 3 },
            consumer: Pause { retry_backoff: "2s" },
        }
    }
}
