"""The programs of each image, found on this machine: there is no Docker here, and no image can be had."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lib import environment
from lib.errors import Broken

PROGRAMS, CONFIGURATION = "/usr/local/bin", "/etc/hyperledger/fabric"
FABRIC = ("configtxgen", "configtxlator", "cryptogen", "discover", "orderer", "osnadmin", "peer")


@dataclass(frozen=True)
class Older:
    """What must be otherwise in a file of configuration for a program that is older than the release it is made for."""

    file: str
    what: str
    change: Callable[[dict], None]


@dataclass(frozen=True)
class Image:
    """What a container of an image holds beside the machine's own /usr."""

    files: dict[str, Path]  # where something stands in the container, and where it is taken from
    entrypoint: list[str] = field(default_factory=list)
    older: Older | None = None


def fabric(of_line: str) -> Path:
    """The folder of Fabric's programs of a release line. FABRIC_BIN names another for all of them."""
    given = os.environ.get("FABRIC_BIN")
    return Path(given).resolve() if given else environment.tool(f"fabric-{of_line}")


def of(name: str) -> Image:
    """What stands for an image: by the last part of its name, and the line of its release."""
    match = re.fullmatch(r"(?:.*/)?([^/:@]+)(?::([^@]+))?(?:@.*)?", name)
    repository, tag = match.groups() if match else (name, None)
    if repository not in TABLE:
        raise Broken(f"{name}: no program on this machine stands for this image; known are {', '.join(TABLE)}")
    return TABLE[repository](tag or "")


def line(tag: str) -> str:
    """The release line whose programs stand for a tag of Fabric's images."""
    return "3.0" if tag.startswith("3.") else "2.5"


def _is_older(tag: str) -> bool:
    """Whether only a state on the way to the release can be had."""
    return line(tag) == "3.0" and "FABRIC_BIN" not in os.environ


def _older_peer(core: dict) -> None:
    handlers = core["peer"]["handlers"]
    handlers["authFilters"] = [row for row in handlers["authFilters"] if row["name"] != "TimeWindowCheck"]


def _older_orderer(orderer: dict) -> None:
    general = orderer["General"]
    for part, key in ((general, "Backoff"), (general, "Throttling"), (general["Cluster"], "ReplicationPolicy")):
        part.pop(key, None)
    # Later orderers find out by the channel; this one knows a single kind, and no network of Raft is booted with it.
    orderer["Consensus"]["Type"] = "BFT"


OLDER_PEER = Older(f"{CONFIGURATION}/core.yaml", "without the filter TimeWindowCheck", _older_peer)
OLDER_ORDERER = Older(
    f"{CONFIGURATION}/orderer.yaml",
    "without Backoff, Throttling and Cluster.ReplicationPolicy; with Consensus.Type BFT",
    _older_orderer,
)


def _peer(tag: str) -> Image:
    builder = environment.tool("chaincode") / "ccaas_builder"
    return Image(
        {f"{PROGRAMS}/peer": fabric(line(tag)) / "peer", "/opt/hyperledger/ccaas_builder": builder},
        ["peer", "node", "start"],
        OLDER_PEER if _is_older(tag) else None,
    )


def _orderer(tag: str) -> Image:
    program = {f"{PROGRAMS}/orderer": fabric(line(tag)) / "orderer"}
    return Image(program, ["orderer"], OLDER_ORDERER if _is_older(tag) else None)


def _fabric_ca(_: str) -> Image:
    folder = environment.tool("fabric-ca")
    files = {f"{PROGRAMS}/{name}": folder / name for name in ("fabric-ca-server", "fabric-ca-client")}
    return Image(files, ["fabric-ca-server", "start"])


def _asset(_: str) -> Image:
    return Image({f"{PROGRAMS}/asset": environment.tool("chaincode") / "asset"}, ["asset"])


def _couchdb(_: str) -> Image:
    """A stand-in: of CouchDB itself nothing can be had."""
    return Image({"/opt/standin": environment.tool("couchdb-standin")}, ["node", "/opt/standin/server.js"])


def _kafka(_: str) -> Image:
    return Image({"/opt/kafka": environment.tool("kafka")})


def _zookeeper(_: str) -> Image:
    return Image({"/opt/zookeeper": environment.tool("kafka")}, ["/opt/zookeeper/bin/zookeeper-start.sh"])


TABLE = {
    "fabric-peer": _peer,
    "fabric-orderer": _orderer,
    "fabric-ca": _fabric_ca,
    "asset": _asset,
    "couchdb": _couchdb,
    "kafka": _kafka,
    "zookeeper": _zookeeper,
}
