"""What the containers of a host publish, the bridges that they stand on, and what Docker does for both."""

import ipaddress
from dataclasses import dataclass, field

from lib.site import Host

FREE = "172.31.{number}.0/24"  # subnets that Docker would choose itself


@dataclass(frozen=True)
class Port:
    """One published port of a container."""

    project: str
    service: str
    address: str  # of the host; empty for all of them
    port: int
    inner: int
    protocol: str


def of(host: Host) -> list[Port]:
    return [
        _port(project, name, entry)
        for project in host.projects
        for name, service in host.services(project).items()
        for entry in service.get("ports", [])
    ]


def _port(project: str, service: str, entry: dict | str) -> Port:
    """An entry of `ports` in the long or the short form of Compose."""
    if isinstance(entry, dict):
        return Port(
            project, service, entry.get("host_ip", ""), int(entry["published"]), int(entry["target"]),
            entry.get("protocol", "tcp"),
        )  # fmt: skip
    place, _, protocol = entry.partition("/")
    address, published, inner = (["", *place.split(":")] if place.count(":") == 1 else place.split(":"))[-3:]
    return Port(project, service, address, int(published), int(inner), protocol or "tcp")


@dataclass(frozen=True)
class Bridge:
    """A network of containers, and the address of each service on it."""

    card: str
    subnet: ipaddress.IPv4Network
    is_internal: bool  # does not lead out of the host
    is_apart: bool  # its containers do not reach one another
    services: dict[tuple[str, str], str] = field(default_factory=dict)  # by project and service

    @property
    def gateway(self) -> str:
        return str(self.subnet[1])

    @property
    def prefix(self) -> int:
        return self.subnet.prefixlen

    def add(self, project: str, service: str) -> None:
        self.services[(project, service)] = str(self.subnet[2 + len(self.services)])


def bridges(host: Host) -> list[Bridge]:
    """The bridges of a host's projects that lead out of it."""
    return [bridge for bridge in networks(host).values() if not bridge.is_internal]


def networks(host: Host) -> dict[str, Bridge]:
    """The bridges of a host's projects by name. One that is external is another project's under the same name."""
    found: dict[str, Bridge] = {}
    for project in host.projects:
        document = host.read_compose(project)
        for key, network in (document.get("networks") or {"default": None}).items():
            name = name_of(project, key, network)
            if name not in found:
                found[name] = _bridge(len(found) + 1, network or {})
            for service, entry in document["services"].items():
                if key in (entry.get("networks") or ["default"]):
                    found[name].add(project, service)
    return found


def name_of(project: str, key: str, network: dict | None) -> str:
    """The name of a network on its host, by which another project knows it."""
    return (network or {}).get("name", f"{project}_{key}")


def _bridge(number: int, network: dict) -> Bridge:
    subnets = [row["subnet"] for row in network.get("ipam", {}).get("config", []) if "subnet" in row]
    subnet = ipaddress.ip_network(subnets[0] if subnets else FREE.format(number=number))
    options = network.get("driver_opts", {})
    return Bridge(
        options.get("com.docker.network.bridge.name", f"br-{number:012x}"),
        subnet,
        network.get("internal", False),
        options.get("com.docker.network.bridge.enable_icc") == "false",
    )


def translation(host: Host, found: list[Bridge], uplink: str) -> str:
    """Docker's own rules: what arrives for a published port goes to the container, and what containers send leaves the
    host under its address. What they send to their own host is docker-proxy's."""
    rules = ""
    for port in of(host):
        place = f"ip daddr {port.address}" if port.address not in ("", "0.0.0.0") else "fib daddr type local"
        bridge = next(bridge for bridge in found if (port.project, port.service) in bridge.services)
        container = bridge.services[(port.project, port.service)]
        rules += f'    iifname "{uplink}" {place} {port.protocol} dport {port.port} dnat to {container}:{port.inner}\n'
    chain = "  chain {name} {{\n    type nat hook {name} priority {priority}\n{rules}  }}\n"
    incoming = chain.format(name="prerouting", priority="dstnat", rules=rules)
    leaving = "".join(f'    ip saddr {bridge.subnet} oifname "{uplink}" masquerade\n' for bridge in found)
    outgoing = chain.format(name="postrouting", priority="srcnat", rules=leaving)
    return f"table ip nat {{\n{incoming}{outgoing}}}\n"
