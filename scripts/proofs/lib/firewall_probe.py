"""A host with its rules between a network of clients and its containers, and attempts to get through."""

import errno
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lib import environment, host_flows, published
from lib.errors import Broken
from lib.network import Namespace
from lib.programs import wait_for
from lib.site import Host

NUMBERS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP, "vrrp": 112}
# Notes what arrives at the host before any rule, and what is left of it after all of them: as it was sent.
NOTES = """
table inet notes {
  set arrived { typeof ip saddr . ip daddr . meta l4proto . th dport; flags dynamic; size 65535; }
  set passed { typeof ip saddr . ip daddr . meta l4proto . th dport; flags dynamic; size 65535; }
  set arrived_portless { typeof ip saddr . ip daddr . meta l4proto; flags dynamic; size 65535; }
  set passed_portless { typeof ip saddr . ip daddr . meta l4proto; flags dynamic; size 65535; }
  chain first {
    type filter hook prerouting priority -400
    meta l4proto { tcp, udp } add @arrived { ip saddr . ip daddr . meta l4proto . th dport }
    meta l4proto 112 add @arrived_portless { ip saddr . ip daddr . meta l4proto }
  }
  chain input {
    type filter hook input priority 2000
    meta l4proto { tcp, udp } add @passed { ip saddr . ip daddr . meta l4proto . th dport }
    meta l4proto 112 add @passed_portless { ip saddr . ip daddr . meta l4proto }
  }
  chain forward {
    type filter hook forward priority 2000
    meta l4proto tcp add @passed { ip saddr . ct original ip daddr . meta l4proto . ct original proto-dst }
    meta l4proto udp add @passed { ip saddr . ct original ip daddr . meta l4proto . ct original proto-dst }
  }
}
"""
FORGET = "".join(
    f"flush set inet notes {name}\n" for name in ("arrived", "passed", "arrived_portless", "passed_portless")
)


@dataclass(frozen=True)
class Attempt:
    """A packet to the host that opens a connection."""

    source: str
    address: str
    port: int | None
    protocol: str

    def __str__(self) -> str:
        place = f" {self.port}" if self.port else ""
        return f"{self.source} → {self.address} {self.protocol}{place}"


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt."""

    passed: bool  # no rule refused it
    answered_by: tuple[str, int] | None  # the address and port of what accepted the connection


class Laboratory:
    """The host, ready for attempts. Close it: it holds namespaces and sockets."""

    def __init__(self, host: Host, rows: list[host_flows.Row]):
        self.host, self.rows = host, rows
        self._nft = environment.tool("servers") / "programs/nft"
        self.uplink = host.uplink
        self.outside, self.server, self.containers = Namespace(), Namespace(), []
        self._listeners: list[socket.socket] = []
        self._connect_outside()
        self.bridges = published.bridges(host)
        for bridge in self.bridges:
            self._connect_containers(bridge)
        self.server.run(self._nft, "-f", "-", given=published.translation(host, self.bridges, self.uplink))
        self.server.run(self._nft, "-f", "-", given=NOTES)
        # Load balancers, and docker-proxy, which takes what the host's own containers send to a published port.
        self._listen(self.server, {port for _, port in host_flows.listeners(host, rows)})
        self._listen(self.outside, {port for _, port in host_flows.called(host)})

    def load(self, rules: Path) -> list[str]:
        """Loads the rules, twice: the second time they take the place of the first. Gives the tables that are gone."""
        before = self._tables()
        self.server.run(self._nft, "-f", rules)
        once = self._tables()
        self.server.run(self._nft, "-f", rules)
        return sorted((before | once) - self._tables())

    def _tables(self) -> set[str]:
        return set(self.server.run(self._nft, "list", "tables").splitlines())

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()
        for namespace in (self.outside, self.server, *self.containers):
            namespace.close()

    def _connect_outside(self) -> None:
        self.outside.cable("wire", self.server, self.uplink)
        self.server.parameter("ip_forward", "1")
        for card in ("all", self.uplink):
            self.server.parameter(f"conf/{card}/rp_filter", "0")
        addresses = host_flows.addresses(self.host, self.rows)
        others = {*host_flows.sources(self.host, self.rows), *(address for address, _ in host_flows.called(self.host))}
        self.server.ip_batch([f"address add {address}/32 dev {self.uplink}" for address in addresses])
        self.server.ip("route", "add", "default", "dev", self.uplink)
        self.outside.ip_batch([f"route add {address}/32 dev wire" for address in addresses])
        self.outside.ip_batch([f"address add {address}/32 dev lo" for address in sorted(others)])

    def _connect_containers(self, bridge: published.Bridge) -> None:
        inside = Namespace()
        self.containers.append(inside)
        self.server.ip("link", "add", "name", bridge.card, "type", "bridge")
        self.server.ip("address", "add", f"{bridge.gateway}/{bridge.prefix}", "dev", bridge.card)
        self.server.ip("link", "set", bridge.card, "up")
        card = f"veth{len(self.containers)}"
        self.server.cable(card, inside, "eth0")
        self.server.ip("link", "set", card, "master", bridge.card)
        inside.ip_batch([f"address add {address}/{bridge.prefix} dev eth0" for address in bridge.services.values()])
        inside.ip("route", "add", "default", "via", bridge.gateway)
        self._listen(inside, {port.inner for port in published.of(self.host)})

    def _listen(self, namespace: Namespace, ports: set[int | None]) -> None:
        with namespace.inside():
            for port in sorted(port for port in ports if port):
                listener = socket.create_server(("0.0.0.0", port), backlog=1024)
                listener.setblocking(False)
                self._listeners.append(listener)

    def enter(self, attempts: list[Attempt]) -> list[Outcome]:
        """What comes of attempts from outside that are all under way at once."""
        return self._try(self.outside, attempts, self._accepted)

    def turn_back(self, attempts: list[Attempt], bridge: published.Bridge) -> list[Outcome]:
        """What comes of attempts of containers to reach their own host."""
        return self._try(self.containers[self.bridges.index(bridge)], attempts, self._accepted)

    def leave(self, attempts: list[Attempt], bridge: published.Bridge) -> list[Outcome]:
        """What comes of attempts of containers to reach others than the host."""
        return self._try(self.containers[self.bridges.index(bridge)], attempts, self._connected)

    def _try(self, start: Namespace, attempts: list[Attempt], answers: "Answers") -> list[Outcome]:
        with start.inside():
            sockets = [self._start(attempt) for attempt in attempts]
        try:
            wait_for(f"{self.host}: packets at its network card", lambda: self._noted("arrived") >= set(attempts))
            # A packet that has arrived is through all rules before anybody else's turn comes.
            passed = self._noted("passed")
            pairs = list(zip(sockets, attempts, strict=True))
            answered = answers([sock for sock, attempt in pairs if attempt in passed and attempt.protocol == "tcp"])
            return [Outcome(attempt in passed, answered.get(sock)) for sock, attempt in pairs]
        finally:
            for sock in sockets:
                sock.close()
            self.server.run(self._nft, "-f", "-", given=FORGET)

    def _start(self, attempt: Attempt) -> socket.socket:
        number = NUMBERS[attempt.protocol]
        kind = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}.get(attempt.protocol, socket.SOCK_RAW)
        sock = socket.socket(socket.AF_INET, kind, number)
        sock.setblocking(False)
        sock.bind((attempt.source, 0))
        if kind != socket.SOCK_STREAM:
            sock.sendto(b"akcgen", (attempt.address, attempt.port or 0))
        elif (error := sock.connect_ex((attempt.address, attempt.port))) not in (0, errno.EINPROGRESS):
            raise Broken(f"{attempt}: {errno.errorcode.get(error, error)}")
        return sock

    def _noted(self, which: str) -> set[Attempt]:
        """The attempts in a set of the notes and in its counterpart for protocols without ports."""
        names = {number: name for name, number in NUMBERS.items()}
        found = set()
        for name in (which, f"{which}_portless"):
            answer = json.loads(self.server.run(self._nft, "--json", "--numeric", "list", "set", "inet", "notes", name))
            (entry,) = (item["set"] for item in answer["nftables"] if "set" in item)
            for element in entry.get("elem", []):
                source, address, protocol, *port = element["concat"]
                found.add(Attempt(source, address, port[0] if port else None, names[int(protocol)]))
        return found

    def _accepted(self, waiting: list[socket.socket]) -> dict[socket.socket, tuple[str, int]]:
        """For each connection, who accepted it. One that is refused is accepted by nobody."""
        found: dict[tuple[str, int], tuple[str, int]] = {}

        def settled() -> bool:
            for listener in self._listeners:
                while accepted := _accept(listener):
                    found[accepted.getpeername()] = accepted.getsockname()
                    accepted.close()
            return all(sock.getsockname() in found or _failed(sock) for sock in waiting)

        wait_for(f"{self.host}: answers", settled)
        return {sock: found[sock.getsockname()] for sock in waiting if sock.getsockname() in found}

    def _connected(self, waiting: list[socket.socket]) -> dict[socket.socket, tuple[str, int]]:
        """For each connection whose sender others see under the host's address, with whom it is."""
        wait_for(f"{self.host}: answers", lambda: all(_peer(sock) or _failed(sock) for sock in waiting))
        return {sock: peer for sock in waiting if (peer := _peer(sock))}


Answers = Callable[[list[socket.socket]], dict[socket.socket, tuple[str, int]]]


def _peer(sock: socket.socket) -> tuple[str, int] | None:
    try:
        return sock.getpeername()
    except OSError:
        return None


def _accept(listener: socket.socket) -> socket.socket | None:
    try:
        return listener.accept()[0]
    except BlockingIOError:
        return None


def _failed(sock: socket.socket) -> bool:
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
