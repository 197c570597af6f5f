"""The hosts of a bundle's sites on one wire: each a network namespace with its address, its bridges, Docker's
translation of published ports, and the bundle's own firewall.
"""

import sys
from pathlib import Path

from lib import compose, environment, host_tree, published
from lib.boot.container import Surroundings
from lib.boot.names import hosts_file
from lib.boot.service import Service, services
from lib.boot.supervisor import Container
from lib.errors import Broken
from lib.network import Namespace
from lib.site import Host

NFT = environment.tool("servers") / "programs/nft"
BRIDGE = ("type", "bridge", "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0")


class Wire:
    """What connects all machines. No packet leaves it."""

    def __init__(self):
        self._namespace = Namespace()
        self._namespace.ip("link", "add", "name", "wire", *BRIDGE)
        self._namespace.ip("link", "set", "wire", "up")
        self._number = 0

    def connect(self, machine: Namespace, card: str, address: str) -> None:
        """Gives a machine its network card; everybody else is reached without a router."""
        self._number += 1
        port = f"port{self._number}"
        self._namespace.cable(port, machine, card)
        self._namespace.ip("link", "set", port, "master", "wire")
        machine.ip_batch([f"address add {address}/32 dev {card}", f"route add default dev {card}"])


class Machine:
    """One host, laid down in a folder that is its root."""

    def __init__(self, host: Host, vault: dict, wire: Wire, folder: Path, names: dict[str, str]):
        self.host, self.names = host, names
        self.root = folder / "root"
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self.staging = folder / "staging"
        self.staging.mkdir()
        self.namespace = Namespace()
        self._cables = 0
        self.bridges = published.networks(host)
        self.ports = published.of(host)
        self._lay_down(vault)
        self._connect(wire)
        self._protect()
        self.containers = [
            self._container(service, read) for read in self._projects() for service in services(read["name"], read)
        ]

    @property
    def name(self) -> str:
        return f"{self.host.site.organization}/{self.host.name}"

    def _lay_down(self, vault: dict) -> None:
        tree = host_tree.of(self.host, vault)
        self.root.mkdir()
        tree.write(self.root)
        tree.own(self.root, environment.has_users())
        compose.install(self.root)

    def _projects(self) -> list[dict]:
        found = []
        for project in self.host.plan["host_projects"]:
            read, complaints = compose.configuration(self.root, project)
            if complaints:
                raise Broken(f"{self.host}: {project['name']}: {complaints[0]}")
            found.append(read)
        return found

    def _connect(self, wire: Wire) -> None:
        wire.connect(self.namespace, self.host.uplink, self.host.address)
        self.namespace.parameter("ip_forward", "1")
        for bridge in self.bridges.values():
            self.namespace.ip("link", "add", "name", bridge.card, *BRIDGE)
            self.namespace.ip("address", "add", f"{bridge.gateway}/{bridge.prefix}", "dev", bridge.card)
            self.namespace.ip("link", "set", bridge.card, "up")

    def _protect(self) -> None:
        outward = [bridge for bridge in self.bridges.values() if not bridge.is_internal]
        translation = published.translation(self.host, outward, self.host.uplink)
        self.namespace.run(NFT, "-f", "-", given=translation)
        if self.host.owns_firewall:
            self.namespace.run(NFT, "-f", self.root / host_tree.FIREWALL.lstrip("/") / "akcgen.nft")

    def proxy(self) -> list[str]:
        """The command of what Docker puts before published ports for the host and its own containers, if any."""
        rows = [
            (port.address or "0.0.0.0", port.port, self._address(port.project, port.service), port.inner)
            for port in self.ports
        ]
        arguments = [str(part) for row in rows for part in row]
        return [sys.executable, "-B", str(Path(__file__).with_name("docker_proxy.py")), *arguments] if rows else []

    def _address(self, project: str, service: str) -> str:
        """Where the host reaches a service: on the bridge that leads out."""
        return next(
            bridge.services[(project, service)]
            for bridge in self.bridges.values()
            if not bridge.is_internal and (project, service) in bridge.services
        )

    def _container(self, service: Service, read: dict) -> Container:
        namespace = Namespace()
        bridges = [self._bridge(service.project, network, read) for network in service.aliases]
        for number, bridge in enumerate(bridges):
            self._plug(namespace, f"eth{number}", bridge, bridge.services[(service.project, service.name)])
        gateway = next((bridge.gateway for bridge in bridges if not bridge.is_internal), None)
        if gateway:
            namespace.ip("route", "add", "default", "via", gateway)
        hosts = hosts_file(service, self._neighbours(service, read), self.names)
        log = self.logs / f"{service.project}.{service.name}"
        where = Surroundings(self.root, self.staging, namespace, hosts, log)
        return Container(self.name, service, where, self._configuration(service))

    def _plug(self, container: Namespace, card: str, bridge: published.Bridge, address: str) -> None:
        self._cables += 1
        port = f"veth{self._cables}"
        self.namespace.cable(port, container, card)
        lines = [f"link set {port} master {bridge.card}"]
        lines += [f"link set {port} type bridge_slave isolated on"] if bridge.is_apart else []
        self.namespace.ip_batch(lines)
        container.ip("address", "add", f"{address}/{bridge.prefix}", "dev", card)

    def _bridge(self, project: str, network: str, read: dict) -> published.Bridge:
        return self.bridges[published.name_of(project, network, read["networks"][network])]

    def _neighbours(self, service: Service, read: dict) -> dict[str, str]:
        """The names that Docker's own name server gives to those who share a network with the service."""
        found = {}
        for network in service.aliases:
            bridge = self._bridge(service.project, network, read)
            for (project, name), address in bridge.services.items():
                found[name] = address
                entry = self.host.services(project)[name].get("networks") or {}
                aliases = (entry.get(network) or {}).get("aliases", []) if isinstance(entry, dict) else []
                found |= dict.fromkeys(aliases, address)
        return found

    def _configuration(self, service: Service) -> list[Path]:
        """The files of the bundle that say what a service does."""
        sources = {row["path"]: row["src"] for row in self.host.plan["host_files"]}
        given = [self.host.folder / sources[path] for path in service.configuration if path in sources]
        return [*given, self.host.compose_file(service.project)]
