"""What may reach a host: the rows of a site's flows.json, whose format scripts/proofs/firewall describes."""

import ipaddress
import json
import re
from dataclasses import dataclass

from lib import published
from lib.errors import Broken
from lib.flow_plan import ELSEWHERE
from lib.site import Host

PORTLESS = ("vrrp",)
BIND = re.compile(r"^\s*bind\s+([0-9.]+):([0-9]+)\b", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """One flow at the host that enforces it."""

    chain: str
    networks: tuple[ipaddress.IPv4Network, ...]
    address: str
    port: int | None  # as it arrives; none for protocols without ports
    inner: int | None  # of the container
    protocol: str
    what: str

    def holds(self, source: str, address: str, port: int | None, protocol: str) -> bool:
        return (
            (self.address, self.port, self.protocol) == (address, port, protocol)
            and any(ipaddress.ip_address(source) in network for network in self.networks)
        )  # fmt: skip


def of(host: Host) -> list[Row]:
    """The rows that the host enforces."""
    return [_row(host, row) for row in _flows(host) if row["host"] == host.name]


def called(host: Host) -> list[tuple[str, int]]:
    """Addresses and ports of other hosts that what runs on this one may call."""
    own = set(addresses(host, of(host)))
    here = ipaddress.ip_address(host.address)
    others = [_row(host, row) for row in _flows(host) if row["host"] != host.name and row["protocol"] == "tcp"]
    return sorted(
        {
            (row.address, row.port)
            for row in others
            if row.address not in own and any(here in network for network in row.networks)
        }
    )


def _flows(host: Host) -> list[dict]:
    file = host.site.folder / "flows.json"
    if not file.is_file():
        raise Broken(f"{file} is not there")
    return json.loads(file.read_text())["flows"]


def _row(host: Host, row: dict) -> Row:
    if row["chain"] not in ("input", "forward") or row["protocol"] not in ("tcp", "udp", *PORTLESS):
        raise Broken(f"{host}: {row}: no chain or protocol that this proof knows")
    networks = tuple(_network(host, end) for end in row["from"])
    return Row(
        row["chain"], networks, row["to"], row.get("port"), row.get("inner"), row["protocol"], row.get("what", "")
    )


def _network(host: Host, end: str) -> ipaddress.IPv4Network:
    """A range, or the address of a host of the site."""
    named = {other.name: other.address for other in host.site.hosts}
    return ipaddress.IPv4Network(named.get(end, end))


def listeners(host: Host, rows: list[Row]) -> list[tuple[str, int]]:
    """Addresses and ports that the site opens on the host: containers', the load balancer's and those of rows."""
    found = {(row.address, row.port) for row in rows}
    found |= {(port.address or host.address, port.port) for port in published.of(host)}
    file = host.folder / "haproxy/haproxy.cfg"
    for address, port in BIND.findall(file.read_text() if file.is_file() else ""):
        found.add((address, int(port)))
    return sorted(found)


def addresses(host: Host, rows: list[Row]) -> list[str]:
    """Where the host can be reached."""
    return sorted({host.address, *(address for address, _ in listeners(host, rows))})


def sources(host: Host, rows: list[Row]) -> list[str]:
    """Who might try: the first and the last address of every range, their neighbours, every other host, and strangers.

    The host's own addresses and those of its containers are none of them: nobody else has them.
    """
    found = {ipaddress.ip_address(address) for address in ELSEWHERE}
    found |= {ipaddress.ip_address(other.address) for other in host.site.hosts}
    for row in rows:
        for network in row.networks:
            first, last = int(network[0]), int(network[-1])
            found |= {ipaddress.ip_address(number % 2**32) for number in (first - 1, first, last, last + 1)}
    own = set(addresses(host, rows))
    inner = [bridge.subnet for bridge in published.bridges(host)]
    found = {address for address in found if not any(address in subnet for subnet in inner)}
    return [str(address) for address in sorted(found) if _is_sender(address) and str(address) not in own]


def _is_sender(address: ipaddress.IPv4Address) -> bool:
    """Whether a packet can come from it."""
    return not (address.is_multicast or address.is_loopback or address.packed[0] in (0, *range(240, 256)))
