"""Transactions, queries and heights of a channel, as clients of its members see them."""

import base64
import json
import re
import time
from dataclasses import dataclass

from lib import site
from lib.boot.administrator import Refused
from lib.boot.consortium import Consortium
from lib.errors import Broken

COMMITTED_WITHIN = 10  # seconds for one attempt; whoever is refused tries again
SETTLED_WITHIN = 60  # seconds


class Lost(Exception):
    """What must not have happened, with the words of whoever noticed."""

    def __init__(self, what: str, said: str = ""):
        super().__init__(what)
        self.what, self.said = what, said


@dataclass(frozen=True)
class Member:
    """An organization in a channel."""

    name: str
    msp: str
    peers: list[str]


class Channel:
    """One channel with one of its chaincodes."""

    def __init__(self, consortium: Consortium, name: str, chaincode: str):
        self.consortium, self.name, self.chaincode = consortium, name, chaincode
        row = consortium.given.channels[name]
        self.orderers = row["orderers"]
        self.largest = quantity(row["batch"]["absoluteBytes"])  # bytes of a transaction that is ordered
        self.collections = list(row["chaincodes"][chaincode].get("collections") or {})
        self.members = [Member(member, one["mspId"], one["peers"]) for member, one in row["members"].items()]
        endpoints = site.read(consortium.given.bundle / "consortium" / consortium.given.environment / "endpoints.yaml")
        self._owners = {
            f"{node['host']}:{node['port']}": organization
            for organization, one in endpoints.items()
            for node in one.get("orderers", [])
        }

    @property
    def peers(self) -> list[str]:
        return [peer for member in self.members for peer in member.peers]

    def invoke(self, call: list[str], orderer: str, transient: dict[str, str] | None = None) -> None:
        """One transaction of the first member, endorsed by a peer of each. Returns when all those have the block;
        `Refused` says why it was not written."""
        first = self.members[0]
        endorsers = [peer for member in self.members for peer in self.consortium.running(member.peers)[:1]]
        places = [
            part
            for peer in endorsers
            for part in ("--peerAddresses", peer, "--tlsRootCertFiles", self._tls_root(self._member(peer).name))
        ]
        command = [
            "peer", "chaincode", "invoke", "--channelID", self.name, "--name", self.chaincode, "--ctor",
            json.dumps({"Args": call}), "--orderer", orderer, "--tls", "--cafile",
            self._tls_root(self._owners[orderer]), *places, "--waitForEvent", "--waitForEventTimeout",
            f"{COMMITTED_WITHIN}s",
        ]  # fmt: skip
        if transient:
            encoded = {key: base64.b64encode(value.encode()).decode() for key, value in transient.items()}
            command += ["--transient", json.dumps(encoded)]
        self._run(first, endorsers[0], command)

    def query(self, call: list[str], peer: str) -> str:
        command = ["peer", "chaincode", "query", "--channelID", self.name, "--name", self.chaincode]
        return self._run(self._member(peer), peer, [*command, "--ctor", json.dumps({"Args": call})]).strip()

    def put_at_last(self, key: str, value: str, limit: float) -> float:
        """Tries until it is written, at one running orderer after the other, and gives the seconds that it took."""
        start, attempt = time.monotonic(), 0
        while True:
            orderers = self.consortium.running(self.orderers)
            try:
                self.invoke(["put", key, value], orderers[attempt % len(orderers)])
            except Refused:
                if time.monotonic() - start > limit:
                    raise
                attempt += 1
            else:
                return time.monotonic() - start

    def leader(self) -> str | None:
        """The orderer that its own metrics call the leader of the channel."""
        return next((orderer for orderer in self.consortium.running(self.orderers) if self._leads(orderer)), None)

    def _leads(self, orderer: str) -> bool:
        text = self.consortium.metrics(self.consortium.at(orderer), 8443)
        return re.search(rf'^consensus_\w+_is_leader{{channel="{self.name}"}} 1$', text, re.MULTILINE) is not None

    def settled(self, limit: float = SETTLED_WITHIN) -> int:
        """Waits until all running peers and orderers have the same height, and gives it."""
        heights: dict[str, float] = {}

        def equal() -> bool:
            heights.update(self.heights())
            return len(set(heights.values())) == 1

        try:
            self.consortium.supervisor.wait_for(f"{self.name}: equal heights", equal, limit)
        except Broken as reason:
            highest = max(heights.values())
            behind = [f"{node} has {int(height)}" for node, height in heights.items() if height < highest]
            raise Lost(f"{self.name}: {int(highest)} blocks, and after {limit} s {', '.join(behind)}") from reason
        return int(next(iter(heights.values())))

    def heights(self) -> dict[str, float]:
        """By endpoint, how many blocks each running node says that it has; less than none if it does not answer."""
        ports = {**dict.fromkeys(self.peers, 9443), **dict.fromkeys(self.orderers, 8443)}
        pattern = re.compile(rf'^ledger_blockchain_height{{channel="{self.name}"}} (.+)$', re.MULTILINE)
        found = {}
        for endpoint in self.consortium.running(ports):
            match = pattern.search(self.consortium.metrics(self.consortium.at(endpoint), ports[endpoint]))
            found[endpoint] = float(match[1]) if match else -1 - len(found)
        return found

    def tips(self) -> dict[str, tuple[int, str]]:
        """By peer, the number of its blocks and the sum of the last one, as it tells its administrator."""
        found = {}
        for peer in self.consortium.running(self.peers):
            said = self._run(self._member(peer), peer, ["peer", "channel", "getinfo", "--channelID", self.name])
            row = json.loads(said.partition("Blockchain info: ")[2])
            found[peer] = (row["height"], row["currentBlockHash"])
        return found

    def _member(self, peer: str) -> Member:
        return next(member for member in self.members if peer in member.peers)

    def _tls_root(self, organization: str) -> str:
        return str(self.consortium.given.msp(organization) / "tlscacerts/ca.pem")

    def _run(self, member: Member, peer: str, command: list[str]) -> str:
        administrator = self.consortium.administrators[member.name]
        variables = {
            "FABRIC_CFG_PATH": str(self.consortium.given.scripts(member.name)),
            "FABRIC_LOGGING_SPEC": "warn",
            "CORE_PEER_LOCALMSPID": member.msp,
            "CORE_PEER_MSPCONFIGPATH": str(administrator.identities / "admin/msp"),
            "CORE_PEER_ADDRESS": peer,
            "CORE_PEER_TLS_ENABLED": "true",
            "CORE_PEER_TLS_ROOTCERT_FILE": self._tls_root(member.name),
        }
        return administrator.run(command, COMMITTED_WITHIN + 10, self.consortium.given.bundle, variables)


def quantity(text: str) -> int:
    """A number of bytes as the bundle writes it: 10Mi."""
    number, unit = re.fullmatch(r"([0-9]+)([KM]i|)", str(text)).groups()
    return int(number) * {"": 1, "Ki": 2**10, "Mi": 2**20}[unit]
