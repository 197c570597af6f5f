use serde::Serialize;

/// The `BCCSP` section: keys in files. Published images lack PKCS#11 (Fabric 2.5, docs/source/hsm.md). The key store is
/// the MSP's own.
#[derive(Debug, Serialize)]
pub struct Bccsp {
    #[serde(rename = "Default")]
    default: &'static str,
    #[serde(rename = "SW")]
    software: Software,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Software {
    hash: &'static str,
    security: u32,
}

impl Bccsp {
    pub(super) fn software() -> Bccsp {
        Bccsp { default: "SW", software: Software { hash: "SHA2", security: 256 } }
    }
}

/// The same as Fabric CA writes it, with a key store in the server's home.
#[derive(Debug, Serialize)]
pub struct Lower {
    default: &'static str,
    sw: LowerSoftware,
}

#[derive(Debug, Serialize)]
struct LowerSoftware {
    hash: &'static str,
    security: u32,
    filekeystore: KeyStore,
}

#[derive(Debug, Serialize)]
struct KeyStore {
    keystore: &'static str,
}

impl Lower {
    pub(super) fn software() -> Lower {
        let filekeystore = KeyStore { keystore: "msp/keystore" };
        Lower { default: "SW", sw: LowerSoftware { hash: "SHA2", security: 256, filekeystore } }
    }
}
