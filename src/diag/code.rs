//! The one table of diagnostic codes.
//!
//! Ranges: 01xx text, shape, and what the language refuses · 02xx names and domain rules · 03xx target data · 04xx findings of bind ·
//! 05xx command line, lock and files · 09xx bugs of akcgen.
//! A code never changes its meaning and is never used again for another. Each has its long form in `docs/errors/`, without
//! which the crate does not compile, and a broken input in `blueprints/broken/`.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::Severity;

/// A kind of diagnostic. Compares and orders by its number.
#[derive(Clone, Copy)]
pub struct Code {
    id: &'static str,
    severity: Severity,
    title: &'static str,
    explanation: &'static str,
}

impl Code {
    /// The name that people look up: `AKC0101`.
    pub fn id(self) -> &'static str {
        self.id
    }

    /// How much diagnostics of this code weigh.
    pub fn severity(self) -> Severity {
        self.severity
    }

    /// Whether it is accepted where the blueprint says so with a reason: a warning, and an error that somebody may have to
    /// live with.
    pub fn is_acceptable(self) -> bool {
        self.severity == Severity::Warning || self == MAJORITY_TOGETHER
    }

    /// What the code is about, a short phrase in lower case.
    pub fn title(self) -> &'static str {
        self.title
    }

    /// The long form in Markdown: what it means, a broken example, how to mend it. `docs/errors/<code>.md`.
    pub fn explanation(self) -> &'static str {
        self.explanation
    }

    /// Every code, by number.
    pub fn all() -> &'static [Code] {
        ALL
    }

    /// The code with this name; capital letters or not, `AKC` may be missing.
    pub fn parse(text: &str) -> Option<Code> {
        let upper = text.trim().to_ascii_uppercase();
        let digits = upper.strip_prefix("AKC").unwrap_or(&upper);
        ALL.iter().copied().find(|code| code.id.strip_prefix("AKC") == Some(digits))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(other.id)
    }
}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

macro_rules! codes {
    ($(($name:ident, $id:literal, $severity:ident, $title:literal),)*) => {
        $(
            #[doc = concat!($id, ": ", $title)]
            pub const $name: Code = Code {
                id: $id,
                severity: Severity::$severity,
                title: $title,
                explanation: include_str!(concat!("../../docs/errors/", $id, ".md")),
            };
        )*
        const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    (SYNTAX, "AKC0101", Error, "the text is not YAML"),
    (NOT_TEXT, "AKC0102", Error, "the file is not plain UTF-8 text"),
    (TOO_LARGE, "AKC0103", Error, "the input is larger than any real one"),
    (TOO_DEEP, "AKC0104", Error, "the input is nested deeper than any real one"),
    (DUPLICATE_KEY, "AKC0105", Error, "a key is written twice"),
    (REFUSED_YAML, "AKC0106", Error, "a feature of YAML that blueprints do without"),
    (AMBIGUOUS_SCALAR, "AKC0107", Error, "a value that YAML readers disagree about"),
    (SEVERAL_DOCUMENTS, "AKC0108", Error, "more than one document in a file"),
    (BAD_KEY, "AKC0109", Error, "a key that is not text"),
    (UNKNOWN_KEY, "AKC0110", Error, "unknown key"),
    (MISSING_KEY, "AKC0111", Error, "missing key"),
    (WRONG_TYPE, "AKC0112", Error, "a value of the wrong type"),
    (NOT_A_CHOICE, "AKC0113", Error, "a value that is none of the choices"),
    (BAD_FORMAT, "AKC0114", Error, "a text of the wrong form"),
    (OUT_OF_RANGE, "AKC0115", Error, "a value out of range"),
    (MISFIT, "AKC0116", Error, "a value that does not fit"),
    (DUPLICATE_ITEM, "AKC0117", Error, "an item is listed twice"),
    (NOTHING_TO_REMOVE, "AKC0118", Error, "nothing there to take away"),
    (BAD_SCHEMA, "AKC0119", Error, "a schema that is none"),
    (DESCRIBED_TWICE, "AKC0120", Error, "an organization is described in two files"),
    (PATH_OUTSIDE, "AKC0121", Error, "a path leads out of the blueprint's folder"),
    (UNKNOWN_ENVIRONMENT, "AKC0122", Error, "no such environment"),
    (NUL, "AKC0123", Error, "a NUL character in a text"),
    (TLS_SWITCH, "AKC0181", Error, "TLS switched in a blueprint"),
    (SOLO, "AKC0182", Error, "the consensus `solo`"),
    (OLD_FABRIC, "AKC0183", Error, "a Fabric that is no longer supported"),
    (STATE_FLAG, "AKC0184", Error, "a flag that says what is new or gone"),
    (HOOKS, "AKC0185", Error, "hooks in a blueprint"),
    (CHAINCODE_SOURCE, "AKC0186", Error, "a chaincode by folder or repository"),
    (DOCKER_SOCKET, "AKC0187", Error, "the socket of the container engine"),
    (NODE_PORT, "AKC0188", Error, "a port of a node"),
    (NAME_OVERRIDE, "AKC0189", Error, "a certificate's name overridden"),
    (EPHEMERAL, "AKC0190", Error, "a ledger that is not kept"),
    (SECRET_LITERAL, "AKC0191", Error, "a secret in plain text"),
    (UNKNOWN_ORGANIZATION, "AKC0201", Error, "no such organization"),
    (UNKNOWN_CHANNEL, "AKC0202", Error, "no such channel"),
    (UNKNOWN_SERVICE, "AKC0203", Error, "no such service"),
    (UNKNOWN_SECRET, "AKC0204", Error, "no such secret"),
    (UNKNOWN_VPN, "AKC0205", Error, "no such VPN"),
    (UNKNOWN_FRONTEND, "AKC0206", Error, "no such front end"),
    (UNKNOWN_PORT, "AKC0208", Error, "no such port"),
    (NOTHING_TO_READ, "AKC0209", Error, "a service without a database is read"),
    (POLICY_SYNTAX, "AKC0210", Error, "a policy that cannot be read"),
    (POLICY_ROLE, "AKC0211", Error, "a role that Fabric does not know"),
    (POLICY_UNKNOWN_MSP, "AKC0212", Error, "a policy names an MSP that nobody has"),
    (POLICY_OUTSIDER, "AKC0213", Error, "a policy names an organization that is no member"),
    (NOT_A_MEMBER, "AKC0214", Error, "an organization that is no member of the channel"),
    (INCOMPLETE, "AKC0215", Error, "something without a default is missing"),
    (DUPLICATE_MSP, "AKC0220", Error, "two organizations have one MSP id"),
    (DUPLICATE_DOMAIN, "AKC0221", Error, "two organizations share a domain"),
    (DUPLICATE_SERVICE, "AKC0222", Error, "two services of one organization have one name"),
    (RESERVED_NAME, "AKC0223", Error, "a name that akcgen uses itself"),
    (AMBIGUOUS_NAME, "AKC0224", Error, "a system has the name of a service"),
    (NAMES_COLLIDE, "AKC0225", Error, "two names become one in Kubernetes"),
    (HOST_TAKEN, "AKC0226", Error, "two things answer under one host name or path"),
    (HOST_OUTSIDE, "AKC0227", Error, "a host name outside the organization's domain"),
    (SCHEMA_TAKEN, "AKC0228", Error, "a database schema that is taken or reserved"),
    (SCHEMA_NAME, "AKC0229", Error, "a schema's name that is too long"),
    (BESIDE_CARD, "AKC0230", Error, "an organization with a card and a description"),
    (CARD_WITHOUT_ENVIRONMENT, "AKC0231", Error, "a card without a section for an environment"),
    (CARD_CONTRADICTED, "AKC0232", Error, "a card and the blueprint disagree"),
    (WITHIN, "AKC0233", Error, "an organization lives where it cannot"),
    (PRIVATE_KEY, "AKC0234", Error, "a private key beside the blueprint"),
    (NOT_A_CERTIFICATE, "AKC0235", Error, "a file that holds no certificates"),
    (AUTHORITY, "AKC0236", Error, "certificate authorities that do not fit together"),
    (TAG, "AKC0237", Error, "a tag that cannot be set"),
    (SINGLE_PEER, "AKC0240", Warning, "a member with a single peer"),
    (FRAGILE_ORDERING, "AKC0241", Warning, "an ordering service that survives no loss"),
    (WASTED_ORDERER, "AKC0242", Warning, "an orderer that adds no safety"),
    (TOO_MANY_CHANNELS, "AKC0243", Warning, "more channels than an orderer should serve"),
    (PUBLIC_ADMINISTRATION, "AKC0244", Warning, "an administration tool that the whole internet may reach"),
    (UNUSED_ACCEPTANCE, "AKC0245", Warning, "an acceptance that accepts nothing"),
    (IDLE_SERVICE, "AKC0246", Warning, "a service that has nothing to do"),
    (UNUSED_DECLARATION, "AKC0247", Warning, "something declared that nothing uses"),
    (MIXED_RELEASES, "AKC0248", Warning, "members of a channel run different Fabric releases"),
    (PRUNING_WITHOUT_COUCHDB, "AKC0249", Warning, "a pruner whose peers have no CouchDB"),
    (SMALL_ORDERER_VOLUME, "AKC0250", Warning, "an orderer's volume that its channels fill"),
    (NEAR_NAME, "AKC0251", Warning, "a new name beside a nearly equal one"),
    (KAFKA_RELEASE, "AKC0255", Error, "a consensus that the Fabric release does not have"),
    (TOO_FEW_BFT, "AKC0256", Error, "too few orderers for BFT"),
    (KAFKA_NUMBERS, "AKC0257", Error, "Kafka numbers that do not survive one loss"),
    (KAFKA_ONLY, "AKC0258", Error, "brokers without Kafka"),
    (ORDERER_GROUPS, "AKC0259", Error, "several ordering services"),
    (BATCH_SIZE, "AKC0260", Error, "block limits that do not fit together"),
    (EXPLORER_RELEASE, "AKC0261", Error, "Explorer with a Fabric that it does not know"),
    (OUT_OF_COUNT, "AKC0265", Error, "more peers or orderers than there are"),
    (BAD_ANCHOR, "AKC0266", Error, "an anchor peer that is none"),
    (STATE_DATABASES, "AKC0267", Error, "a channel with two kinds of state databases"),
    (MEMBER_WITHOUT_PEERS, "AKC0268", Error, "a member without peers"),
    (NO_ORDERERS, "AKC0269", Error, "a channel without orderers"),
    (COLLECTION, "AKC0270", Error, "a private data collection that cannot work"),
    (SYSTEM_CHAINCODE, "AKC0271", Error, "a chaincode with the name of a system chaincode"),
    (NO_DAEMON, "AKC0272", Error, "a pruner without a daemon"),
    (KIND, "AKC0275", Error, "a service of a known kind in the wrong place"),
    (FOREIGN_OPTION, "AKC0276", Error, "an option that has no effect here"),
    (CALL_NOT_ALLOWED, "AKC0277", Error, "a call that the called service does not allow"),
    (NOT_SCALABLE, "AKC0278", Error, "several copies of what may run only once"),
    (SCALE_RANGE, "AKC0279", Error, "a range that cannot be scaled in"),
    (LIMIT_BELOW_REQUEST, "AKC0280", Error, "a limit below what is asked for"),
    (QUANTITY, "AKC0281", Error, "an amount that no platform has"),
    (SCHEDULE, "AKC0282", Error, "a schedule that never comes"),
    (PRIVILEGED_PORT, "AKC0283", Error, "a port below 1024"),
    (PORT_TAKEN, "AKC0284", Error, "two listeners on one port"),
    (IMAGE_TAG, "AKC0285", Error, "an image that can change"),
    (MOUNT, "AKC0286", Error, "files or volumes that cannot be mounted there"),
    (VARIABLE_TWICE, "AKC0287", Error, "a variable with two values"),
    (DATABASE_ENGINE, "AKC0288", Error, "a database engine that the service does not know"),
    (GONE_IMAGE, "AKC0289", Warning, "an image that its publisher has taken away"),
    (ADDRESS, "AKC0290", Error, "an address that is none"),
    (RANGES_OVERLAP, "AKC0291", Error, "two address ranges overlap"),
    (UNREACHABLE_SYSTEM, "AKC0292", Error, "a system that cannot be reached this way"),
    (NOT_ACCEPTABLE, "AKC0293", Error, "something that cannot be accepted"),
    (NAMES_TOO_LONG, "AKC0294", Error, "names that are too long together"),
    (NOT_HTTP, "AKC0295", Error, "a port of the web that does not speak HTTP"),
    (LOCAL_DOMAIN, "AKC0296", Error, "a domain that only one cluster knows"),
    (POD_SHARED, "AKC0297", Error, "services in one pod that want different things"),
    (TARGET_SHAPE, "AKC0301", Error, "a target's file has a fault"),
    (TARGET_FILE, "AKC0302", Error, "a target's file is missing"),
    (TARGET_NAME, "AKC0303", Error, "an expression of a target uses a name that is not there"),
    (TARGET_SCHEMA, "AKC0304", Error, "a target's parameters have no usable schema"),
    (TARGET_TWICE, "AKC0305", Error, "two targets have one name"),
    (TARGET_VALUE, "AKC0306", Error, "an expression of a target has no usable value"),
    (TARGET_REFINES_NOTHING, "AKC0307", Error, "a target refines one that is not there"),
    (TARGET_REFINES_ITSELF, "AKC0308", Error, "a target refines itself"),
    (UNKNOWN_TARGET, "AKC0401", Error, "no such target"),
    (UNKNOWN_BINDING, "AKC0402", Error, "a binding that the target does not know"),
    (BAD_BINDING, "AKC0403", Error, "a binding that cannot be what it is for"),
    (BAD_ALLOCATION, "AKC0404", Error, "allocations that contradict each other"),
    (UNALLOCATED, "AKC0405", Warning, "numbers that nobody has written down"),
    (NEED_NOT_MET, "AKC0407", Error, "a need that the target does not meet"),
    (NO_BACKUP, "AKC0408", Warning, "volumes that nobody backs up"),
    (UNUSED_ROW, "AKC0409", Warning, "a row of the allocations that nothing takes"),
    (NETWORK_OVERLAP, "AKC0410", Error, "two networks share addresses"),
    (ZONES_REFUSED, "AKC0411", Error, "fewer zones than the platform takes"),
    (TOO_FEW_ZONES, "AKC0412", Warning, "a majority that one failure takes away"),
    (UNKNOWN_ZONE, "AKC0413", Error, "a pool in a zone where the organization is not"),
    (UNKNOWN_NODE_TYPE, "AKC0414", Error, "a type of nodes that the target does not know"),
    (POOL_BOUNDS, "AKC0415", Error, "a pool with bounds that do not fit together"),
    (NO_ROOM, "AKC0416", Error, "pods without a node"),
    (NO_ROOM_TO_SCALE, "AKC0417", Warning, "services that cannot scale to their maximum"),
    (SUBNET_TOO_SMALL, "AKC0418", Error, "a subnet with too few addresses"),
    (KUBERNETES_VERSION, "AKC0420", Error, "a version of Kubernetes that cannot be used"),
    (KUBERNETES_ENDING, "AKC0421", Warning, "a version of Kubernetes whose support ends soon"),
    (CLUSTER_NAME_TAKEN, "AKC0422", Error, "two clusters of one name"),
    (NAME_TOO_LONG, "AKC0423", Error, "a name that is too long for the platform"),
    (NO_HOST, "AKC0424", Error, "a workload without a host"),
    (MAJORITY_TOGETHER, "AKC0425", Error, "a majority that one host or room takes away"),
    (SERVER_TWICE, "AKC0426", Error, "one host for two"),
    (PLATFORM_RULE, "AKC0430", Error, "something that the platform does not allow"),
    (PLATFORM_ADVICE, "AKC0431", Warning, "something that the platform advises against"),
    (UNFIT_PATCH, "AKC0440", Error, "a patch that does not fit"),
    (UNBOUND, "AKC0441", Error, "a binding has no value"),
    (UNUSED_BINDINGS, "AKC0442", Warning, "a file of bindings that nothing reads"),
    (ONE_MIRROR, "AKC0443", Error, "two images of one name at a mirror"),
    (UNREADABLE, "AKC0501", Error, "a file cannot be read"),
    (NOT_WRITTEN, "AKC0502", Error, "a file cannot be written"),
    (IN_USE, "AKC0503", Error, "another akcgen is writing into the folder"),
    (NOT_REPLACEABLE, "AKC0504", Error, "a folder that cannot be replaced by a bundle"),
    (BROKEN_LOCK, "AKC0505", Error, "the lock cannot be read"),
    (EDITED, "AKC0506", Error, "a generated file was changed"),
    (IN_THE_WAY, "AKC0507", Error, "something that akcgen did not write stands where a file belongs"),
    (MISSING_FILE, "AKC0508", Error, "a file of the bundle is missing"),
    (STALE_FILE, "AKC0509", Error, "a file of the bundle is not what the blueprint gives"),
    (ORPHANED_FILE, "AKC0510", Error, "a generated file that the bundle no longer contains"),
    (UNLISTED_FILE, "AKC0511", Warning, "a file among generated ones that the lock does not list"),
    (UNKNOWN_ARGUMENT, "AKC0512", Error, "an argument that names nothing"),
    (BUG, "AKC0901", Error, "a bug of akcgen"),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_sorted_and_well_formed() {
        assert!(ALL.windows(2).all(|pair| pair[0].id < pair[1].id), "the table is sorted and has no number twice");
        for code in ALL {
            let digits = code.id.strip_prefix("AKC").unwrap_or_default();
            assert!(digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
            assert!(matches!(&digits[..2], "01" | "02" | "03" | "04" | "05" | "09"), "{code} lies in no known range");
            assert!(!code.title.is_empty() && !code.title.ends_with('.'), "{code}");
            let heading = format!("# {code}: {}\n", code.title);
            assert!(code.explanation.starts_with(&heading), "docs/errors/{code}.md starts with {heading}");
            let told = ["\n## For example\n", "\n## How to mend it\n"];
            assert!(told.iter().all(|part| code.explanation.contains(part)), "docs/errors/{code}.md has {told:?}");
        }
    }

    #[test]
    fn names_are_found() {
        assert_eq!(Code::parse("AKC0101"), Some(SYNTAX));
        assert_eq!(Code::parse(" akc0101"), Some(SYNTAX));
        assert_eq!(Code::parse("0101"), Some(SYNTAX));
        assert_eq!(Code::parse("AKC9999"), None);
        assert_eq!(Code::parse(""), None);
    }
}
