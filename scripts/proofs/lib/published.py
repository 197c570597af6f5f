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
    """A network of containers that leads out of the host, and the address of each service on it."""

    card: str
    subnet: ipaddress.IPv4Network
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
    """The bridges of a host's projects. One that is external is another project's under the same name."""
    found: dict[str, Bridge] = {}
    for project in host.projects:
        document = host.read_compose(project)
        networks = {key: network or {} for key, network in (document.get("networks") or {"default": {}}).items()}
        open_ones = {key: network for key, network in networks.items() if not network.get("internal")}
        for key, network in open_ones.items():
            name = network.get("name", f"{project}_{key}")
            if name not in found:
                number = len(found) + 1
                subnets = [row["subnet"] for row in network.get("ipam", {}).get("config", []) if "subnet" in row]
                subnet = ipaddress.ip_network(subnets[0] if subnets else FREE.format(number=number))
                options = network.get("driver_opts", {})
                card = options.get("com.docker.network.bridge.name", f"br-{number:012x}")
                found[name] = Bridge(card, subnet)
            for service, entry in document["services"].items():
                if key in (entry.get("networks") or ["default"]):
                    found[name].add(project, service)
    return list(found.values())


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
