"""Blueprints made at random along the published schema: every field may be there, with an example or a number in range.

The schema says what is well formed, not what fits together. What must fit (names that refer to each other, addresses
that must differ) is drawn from the names of the blueprint at hand; what akcgen still refuses is thrown away by whoever
asks for blueprints.
"""

import json
import random

from lib import environment

SCHEMA = environment.ROOT / "schemas/blueprint.schema.json"

# Fields that lean on files beside the blueprint or on another organization's clusters, findings and Kubernetes' own
# schemas: no value for them makes sense by chance.
LEFT_OUT = frozenset(
    {"accept", "card", "certificateAuthorities", "consortium", "existing", "kind", "patches", "without", "within"}
)
LIKELIHOOD = 0.35  # of a field that may be left out
ORGANIZATIONS = ["north", "south-bank", "org3", "e", "a-rather-long-organization"]
CHANNELS = ["trade", "settlement.v2", "c-1"]
CHAINCODES = ["asset", "loyalty_points", "Clearing-2"]
SERVICES = ["orders", "user-management", "api2", "payments-api", "x", "reports", "portal-back-end", "tokens", "audit"]
GROUPS = ["access-control", "application-api", "back-office"]
BLOCKCHAIN_KINDS = ["ca", "daemon", "dapp", "explorer", "data-sync"]
IMAGES = ["akachain/service:1.2.3", "example/a/b:2025-01-01", f"example/pinned@sha256:{'ab12' * 16}"]
# What means something for a service of each kind, beside what `authority`, `pruning` and `mode` are to one alone.
ALL_SERVICES = frozenset(
    {"arguments", "autoscaling", "backup", "calls", "command", "configuration", "database", "exposure", "files"}
    | {"image", "ports", "probe", "replicas", "resources", "secrets", "sharedFiles", "storage"}
)
MEANING = {
    "ca": frozenset({"authority", "resources", "backup"}),
    "daemon": frozenset({"image", "resources", "configuration", "secrets", "pruning", "files"}),
    "dapp": frozenset({"image", "resources", "configuration", "secrets", "autoscaling", "replicas", "files"}),
    "explorer": frozenset({"resources", "exposure"}),
    "data-sync": frozenset({"image", "resources", "configuration", "secrets", "mode"}),
}
NODES = {"general": {"instanceType": "m6i.4xlarge", "minimum": 6, "maximum": 40}}
AMOUNTS = ["1Gi", "20Gi", "100Gi"]
MEMORY = ["128Mi", "256Mi", "512Mi"]
TEXTS = ["info", "on", "1e3", "a: b # c", "{{ .Values.x }}", "$(HOME) $$", "two\nlines\n", "", " 'quoted' \"twice\" "]
# Its form is all that is looked at.
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIEADCCAuigAwIBAgIQ\n-----END CERTIFICATE-----\n"
ROOT = {"role": "root", "subject": {"country": "VN"}}
REGIONS = ["ap-southeast-1", "eu-central-1", "us-east-1"]


class Maker:
    """One blueprint."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)
        self._schema = json.loads(SCHEMA.read_text())
        self._organizations = self._some(ORGANIZATIONS, 1, 4)
        self._consensus = self._one(["raft", "raft", "kafka", "bft"])
        self._state_database = self._one(["couchdb", "leveldb"])
        self._kinds: dict[str, list[str]] = {}
        self._free: list[str] = []
        self._number = 0

    def blueprint(self) -> dict:
        made = {"blueprint": "v1", "name": self._one(["random", "r-2"])}
        if self._consensus == "bft":
            made["fabric"] = "3.1"
        made["organizations"] = {name: self._organization(name) for name in self._organizations}
        made["ordering"] = self._ordering()
        made["channels"] = {name: self._channel() for name in self._some(CHANNELS, 1, 2)}
        made["environments"] = self._environments(made)
        return made

    def _organization(self, name: str) -> dict:
        groups, names = self._some(GROUPS, 0, 3), self._some(SERVICES, 4, len(SERVICES))
        self._free = names
        known = [kind for kind in BLOCKCHAIN_KINDS if kind != "explorer" or self._consensus != "bft"]
        if self._state_database == "leveldb":
            known.remove("daemon")  # it asks the peers' databases
        kinds = self._kinds[name] = self._some(known, 0, len(known))
        schema = self._definition("Organization")
        made = self._object(schema, ("organizations", name))
        made.update(domain=f"{name}.example", target="eks", eks=self._eks())
        made["frontends"] = {"portal": ["203.0.113.0/24"], "mobile": ["0.0.0.0/0"]}
        made["secrets"] = {"key-one": "the first", "key-two": "the second"}
        made["vpn"] = {"head-office": {"gateway": "198.51.100.7", "ranges": ["10.9.0.0/16"]}}
        made["systems"] = {"erp": {"address": "10.9.0.8", "port": 443, "through": "head-office"}}
        peers = {**self._object(self._definition("Peers")["anyOf"][0], ("peers",)), "database": self._state_database}
        if self._state_database == "leveldb":
            peers = {key: value for key, value in peers.items() if key not in ("databaseStorage", "databaseResources")}
        made["blockchain"] = {"peers": peers, "services": {kind: self._service(name, kind) for kind in kinds}}
        made["blockchain"]["nodePools"] = NODES
        if groups:
            made["application"] = {"groups": {group: self._group(name) for group in groups}, "nodePools": NODES}
        return made

    def _group(self, organization: str) -> dict:
        taken = [self._free.pop() for _ in range(min(len(self._free), self._random.randint(1, 3)))]
        services = {service: self._service(organization, None) for service in taken}
        packing = self._one(["together", "apart"])
        # One copy of a pod at most may own a volume, and a pod has one number of copies.
        if packing == "together":
            for service in services.values():
                service.pop("replicas", None)
                service.pop("autoscaling", None)
        return {"packing": packing, "services": services}

    def _service(self, organization: str, kind: str | None) -> dict:
        made = self._object(self._definition("Service"), ("service",))
        meaning = MEANING.get(kind, ALL_SERVICES)
        made = {key: value for key, value in made.items() if key in meaning}
        if kind not in ("ca", "explorer"):
            made["image"] = self._one(IMAGES)
        if kind == "dapp":
            made["exposure"] = "organization"
        if "calls" in made:
            made["calls"] = self._some(["erp", *(["dapp"] if "dapp" in self._kinds[organization] else [])], 0, 2)
        if "storage" in made or "replicas" in made:
            made.pop("autoscaling", None)
        if "storage" in made:
            made.pop("replicas", None)
        else:
            made.pop("backup", None)
        self._number += 1
        if kind is None:
            made["ports"] = {
                "http": 8000 + self._number,
                **({"grpc": 9000 + self._number} if made.get("ports") else {}),
            }
        return made

    def _eks(self) -> dict:
        made = self._object(self._definition("eks"), ("eks",))
        self._number += 1
        for key in ("zones", "dnsZone", "kubernetes"):
            made.pop(key, None)
        return {
            **made,
            "account": f"{100_000_000_000 + self._number}",
            "region": self._one(REGIONS),
            "cidr": f"10.{16 + self._number}.0.0/16",
            "serviceCidr": "172.20.0.0/16",
        }

    def _ordering(self) -> dict:
        orderers = 4 if self._consensus == "bft" else self._one([3, 5])
        made: dict = {"consensus": self._consensus, "orderers": {self._organizations[0]: orderers}}
        if self._consensus == "kafka":
            made.update(brokers=self._one([4, 5]), zookeepers=self._one([3, 5]))
        return made

    def _channel(self) -> dict:
        members = self._some(self._organizations, 1, len(self._organizations))
        made = self._object(self._definition("Channel"), ("channel",))
        made["members"] = members
        for key in ("peers", "anchors", "orderers"):
            made.pop(key, None)
        chaincodes = {}
        for name in self._some(CHAINCODES, 1, 2):
            one = self._object(self._definition("Chaincode"), ("chaincode",))
            one.update(version="1.0", image=self._one(IMAGES))
            one.pop("collections", None)
            one.pop("pruner", None)
            pruners = [member for member in members if "daemon" in self._kinds[member]]
            if pruners:
                one["pruner"] = self._one(pruners)
            chaincodes[name] = one
        made["chaincodes"] = chaincodes
        return made

    def _environments(self, made: dict) -> dict:
        environments: dict = {"production": {}}
        for name in self._some(["staging", "a-test"], 0, 2):
            organizations = {
                organization: {
                    "eks": {"account": self._eks()["account"], "cidr": self._eks()["cidr"]},
                    **self._changes(made["organizations"][organization]),
                }
                for organization in self._organizations
            }
            environments[name] = {"domains": f"{name}.{{domain}}", "organizations": organizations}
            if self._chance(0.5):
                environments[name]["without"] = self._without(made)
        return environments

    def _changes(self, organization: dict) -> dict:
        """What an environment changes of the services that an organization has."""
        changes: dict = {}
        for group, body in organization.get("application", {}).get("groups", {}).items():
            for service in body["services"]:
                if self._chance(0.5):
                    changed = self._object(self._definition("ServiceChanges"), ("service",))
                    kept = {key: changed[key] for key in ("image", "resources", "configuration") if key in changed}
                    groups = changes.setdefault("application", {}).setdefault("groups", {})
                    groups.setdefault(group, {}).setdefault("services", {})[service] = kept
        if self._chance(0.5):
            changes["blockchain"] = {"peers": self._random.randint(1, 4)}
        return changes

    def _without(self, made: dict) -> dict:
        organization = self._one(self._organizations)
        groups = made["organizations"][organization].get("application", {}).get("groups", {})
        long = [(name, list(body["services"])) for name, body in groups.items() if len(body["services"]) > 1]
        if not long:
            return {}
        group, services = self._one(long)
        gone = {"application": {"groups": {group: {"services": [self._one(services)]}}}}
        return {"organizations": {organization: gone}}

    # The walk along the schema.

    def _definition(self, name: str) -> dict:
        return self._schema["$defs"][name]

    def _object(self, schema: dict, path: tuple) -> dict:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        return {
            key: self._any(one, (*path, key))
            for key, one in properties.items()
            if key not in LEFT_OUT and (key in required or self._chance(LIKELIHOOD))
        }

    def _any(self, schema: dict, path: tuple):
        drawn = self._drawn(path)
        if drawn is not None:
            return drawn()
        if "$ref" in schema:
            return self._any(self._definition(schema["$ref"].rpartition("/")[2]), path)
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._any(self._one(schema[key]), path)
        if "enum" in schema:
            return self._one(schema["enum"])
        if schema.get("properties"):
            return self._object(schema, path)
        kinds = schema.get("type", [])
        if "integer" in kinds and "minimum" in schema:
            return self._random.randint(schema["minimum"], min(schema["minimum"] + 5, schema.get("maximum", 100)))
        if "boolean" in kinds:
            return self._chance(0.5)
        return self._one(schema["examples"]) if "examples" in schema else "text"

    def _drawn(self, path: tuple):
        """How a field that refers to others, or whose examples seldom fit, gets its value."""
        own = {
            "calls": lambda: ["erp"],
            "reads": lambda: [],
            "database": lambda: self._one(["postgresql", "mysql"]),
            "image": lambda: self._one(IMAGES),
            "secrets": lambda: {"SECRET_ONE": self._one(["key-one", "key-two"])},
            "exposure": lambda: self._one(["none", "cluster", "organization", ["portal"], ["portal", "mobile"]]),
            "configuration": lambda: {"LOG_LEVEL": self._one(TEXTS), "SWITCH": self._chance(0.5), "N": 12},
            "files": lambda: {"/etc/service/a.conf": self._one(TEXTS), "/etc/service/b.json": '{"a": 1}\n'},
            "resources": lambda: {"cpu": self._one(["100m", "250m"]), "memory": self._one(MEMORY)},
            "databaseResources": lambda: {"cpu": "100m", "memory": "256Mi"},
            "storage": lambda: self._one(AMOUNTS) if "peers" in path else {"data": {"size": "20Gi", "path": "/data"}},
            "databaseStorage": lambda: self._one(AMOUNTS),
            "autoscaling": lambda: {"minimum": 2, "maximum": self._random.randint(3, 8)},
            "authority": lambda: CERTIFICATE if "kubernetes" in path else ROOT,
            "registry": lambda: self._one(["harbor.example/mirror", "registry.example:5000/a/b"]),
            "gitops": lambda: {
                "repository": self._one(["https://git.example/a/bundle.git", "ssh://git@git.example:2222/bundle"]),
                "branch": self._one(["main", "release/1.0"]),
                "path": self._one([".", "dist", "bundles/a"]),
                **self._one([{"secret": "bundle-key"}, {"tool": "argocd"}, {"tool": "flux", "secret": "bundle-key"}]),
            },
            "nodePools": lambda: NODES,
            "policies": lambda: {"endorsement": self._one(["any", "majority", "all"])},
            "endorsement": lambda: self._one(["any", "majority", "all"]),
            "addresses": lambda: ["198.51.100.128/25"],
            "mspId": lambda: f"Msp{self._random.randint(1, 10**6)}",
            "count": lambda: self._random.randint(1, 4),
            "fabric": lambda: "3.1" if self._consensus == "bft" else "2.5",
        }
        return own.get(path[-1])

    def _one(self, choices: list):
        return self._random.choice(choices)

    def _some(self, choices: list, least: int, most: int) -> list:
        return self._random.sample(choices, self._random.randint(least, min(most, len(choices))))

    def _chance(self, likelihood: float) -> bool:
        return self._random.random() < likelihood
