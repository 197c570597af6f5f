"""What is broken in a bundle to show that a network that does not boot is refused, with the component named."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from lib import environment, site
from lib.boot.consortium import IDENTITIES, Input
from lib.proof import Breakage, NothingToBreak


def rewrite(file: Path, pattern: str, by: str) -> None:
    text, number = re.subn(pattern, by, file.read_text(), count=1, flags=re.MULTILINE)
    if not number:
        raise NothingToBreak(f"{file.name} holds no {pattern}")
    file.write_text(text)


def _file(folder: Path, organization: str, pattern: str) -> Path:
    """A file of an organization's site."""
    given = Input(folder)
    (where,) = (where for where in given.sites if where.organization == organization)
    found = sorted(where.folder.glob(pattern))
    if not found:
        raise NothingToBreak(f"{where} has no {pattern}")
    return found[0]


def in_core(pattern: str, by: str) -> Callable[[Path], None]:
    return lambda folder: rewrite(_file(folder, "pilots", "hosts/*/projects/*/files/peer0/*_core.yaml"), pattern, by)


def in_orderer(pattern: str, by: str) -> Callable[[Path], None]:
    return lambda folder: rewrite(
        _file(folder, "pilots", "hosts/*/projects/*/files/orderer0/*_orderer.yaml"), pattern, by
    )


def other_chaincode(folder: Path) -> None:
    file = _file(folder, "pilots", "hosts/p1/projects/*/compose.yaml")
    rewrite(file, r"(CHAINCODE_ID: .*:)[0-9a-f]{64}", rf"\g<1>{'0' * 64}")


def other_certificate(folder: Path) -> None:
    """The TLS certificate of another node, which is valid for that one's names."""
    secrets = folder / IDENTITIES / "pilots/secrets/blockchain"
    for key in ("tls.crt", "tls.key"):
        shutil.copy(secrets / "orderer0-tls" / key, secrets / "peer0-tls" / key)


def shut_out(folder: Path) -> None:
    """Another machine than the administrator's may dial the port of the orderer's administration."""
    address = Input(folder).administrator_address("pilots")
    network = re.escape(address.rpartition(".")[0])
    for file in Input(folder).bundle.glob("pilots/site/*/hosts/*/nftables/akcgen.nft"):
        file.write_text(re.sub(rf"\b{network}\.[0-9]+(/[0-9]+)?", "192.0.2.77/32", file.read_text()))


def unreadable(folder: Path) -> None:
    """A key that only root may read, for a program that is not root."""
    file = _file(folder, "pilots", "hosts/p2/host.yml")

    def alter(plan: dict) -> None:
        for row in plan["host_secrets"]:
            if row["path"].endswith("orderer0-tls.tls.key"):
                row.update(owner=0, group=0)

    site.change(file, alter)


ALL = [
    Breakage(
        "a peer of another organization's name",
        in_core("localMspId: PilotsMSP", "localMspId: HarbourMSP"),
        ("component peer0 on pilots/", "etc_hyperledger_fabric_core.yaml:1`"),
    ),
    Breakage(
        "an orderer that nobody reaches",
        in_orderer('ListenAddress: "?0.0.0.0"?$', "ListenAddress: 127.0.0.1"),
        ("component orderer0 on pilots/", "etc_hyperledger_fabric_orderer.yaml:1`"),
    ),
    Breakage(
        "a ledger on a folder that is read-only",
        in_core("fileSystemPath: .*", "fileSystemPath: /var/elsewhere"),
        ("component peer0 on pilots/", "ends with", "read-only file system"),
    ),
    Breakage("an administrator whom the firewall does not know", shut_out, ("component orderer0 on pilots/",)),
    Breakage(
        "a TLS certificate without the name that is dialled",
        other_certificate,
        ("component peer0 on pilots/", "bad certificate"),
    ),
    Breakage("a chaincode server of another package", other_chaincode, ("component arrivals-asset-peer0 on pilots/",)),
]
if environment.has_users():
    ALL.append(
        Breakage(
            "a key that its program may not read",
            unreadable,
            ("component orderer0 on pilots/", "ends with", "permission denied"),
        )
    )
