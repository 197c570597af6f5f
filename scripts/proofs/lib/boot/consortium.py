"""All sites of a bundle on one wire, with the machines of their administrators."""

import base64
import ipaddress
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lib import site, vault
from lib.boot import images
from lib.boot.administrator import Administrator
from lib.boot.machines import Machine, Wire
from lib.boot.names import published_names
from lib.boot.supervisor import Container, Supervisor
from lib.errors import Broken
from lib.programs import Programs
from lib.site import Site

BLUEPRINT = "blueprint.yaml"
BUNDLE, IDENTITIES = "bundle", "identities"
LISTENS_WITHIN = 30  # seconds
AT_A_LEADER_ALONE = {("zookeeper", 2888)}  # components and ports at which the others do not listen
HEALTHY_WITHIN = 120  # seconds
ANSWERS_WITHIN = 5  # seconds
SCRIPT_ENDS_WITHIN = 60  # seconds


@dataclass(frozen=True)
class Input:
    """What `build_network` of scripts/lib.sh writes: a blueprint, its bundle, the identities of each organization."""

    folder: Path

    @property
    def bundle(self) -> Path:
        return self.folder / BUNDLE

    @cached_property
    def sites(self) -> list[Site]:
        return site.sites(self.bundle)

    @property
    def environment(self) -> str:
        (environment,) = {where.environment for where in self.sites}
        return environment

    def identities(self, organization: str) -> Path:
        return self.folder / IDENTITIES / organization

    @cached_property
    def channels(self) -> dict:
        return site.read(self.bundle / "consortium" / self.environment / "channels.yaml")

    def msp(self, organization: str) -> Path:
        """The public part of an organization's MSP."""
        return self.bundle / "consortium" / self.environment / "organizations" / organization / "msp"

    def scripts(self, organization: str) -> Path:
        """What an organization's administrator runs; also the configuration of Fabric's command line."""
        return self.bundle / organization / "fabric" / self.environment

    @property
    def consensus(self) -> str:
        return site.read(self.folder / BLUEPRINT)["ordering"]["consensus"]

    def makes_genesis_block(self, organization: str, channel: str) -> bool:
        said = (self.scripts(organization) / "channels" / channel / "channel.sh").read_text()
        return "makes_genesis_block=yes\n" in said

    def administrator_address(self, organization: str) -> str:
        """The first address of the first range of its administrators."""
        blueprint = site.read(self.folder / BLUEPRINT)
        ranges = blueprint["organizations"][organization]["plain"]["administrators"]
        return str(ipaddress.ip_network(ranges[0])[1])

    def vault(self, where: Site) -> dict[str, dict[str, str]]:
        """What the organization's vault holds: its identities, and passwords."""
        required = site.read(where.folder / "secrets.required.yaml")["vault_secrets"] or {}
        folder, as_base64 = self.identities(where.organization) / "secrets", vault.encoded(where)
        return {
            secret: {key: _text(folder / secret / key, (secret, key) in as_base64) for key in keys or {}}
            for secret, keys in required.items()
        }


def _text(file: Path, as_base64: bool) -> str:
    """What a file of the identities holds, or a password where there is none."""
    if not file.is_file():
        return f"{file.parent.name}-{file.name}"
    return base64.b64encode(file.read_bytes()).decode() if as_base64 else file.read_text()


class Consortium:
    """The running network. Close it: it holds programs."""

    def __init__(self, given: Input, folder: Path):
        self.given = given
        self.names = published_names(given.sites)
        self.programs = Programs(folder)
        wire = Wire()
        self.machines = [
            Machine(host, given.vault(where), wire, folder / "hosts" / where.organization / host.name, self.names)
            for where in given.sites
            for host in where.hosts
        ]
        self.containers = [one for machine in self.machines for one in machine.containers]
        self.supervisor = Supervisor(self.containers)
        self.administrators = {where.organization: self._administrator(where, wire, folder) for where in given.sites}

    def _administrator(self, where: Site, wire: Wire, folder: Path) -> Administrator:
        organization = where.organization
        found = Administrator(
            organization,
            images.fabric(self._line(organization)),
            self.given.identities(organization),
            folder / "administrators" / organization,
            self.supervisor,
        )
        found.connect(wire, self.given.administrator_address(organization), self.names)
        return found

    def _line(self, organization: str) -> str:
        """The release line of Fabric that an organization runs."""
        tags = [
            one.service.declared["image"].rpartition(":")[2]
            for one in self.containers
            if one.host.startswith(f"{organization}/") and one.component in ("peer", "orderer")
        ]
        return images.line(tags[0])

    def start(self) -> float:
        """Starts everything, and gives the seconds until all of it is well."""
        for machine in self.machines:
            command = machine.proxy()
            if command:
                with machine.namespace.inside():
                    self.programs.start(f"proxy-{machine.name.replace('/', '-')}", *command)
        self.supervisor.start(self.containers)
        for machine in self.machines:
            for port in machine.ports:
                one = self._named(machine, port.service)
                if (one.component, port.inner) in AT_A_LEADER_ALONE:
                    continue
                self.supervisor.wait_for(
                    f"{one}: somebody listens at port {port.inner}, which it publishes",
                    lambda one=one, port=port: one.where.namespace.has_listener(port.inner),
                    LISTENS_WITHIN,
                )
        return self.supervisor.await_health(self.containers, HEALTHY_WITHIN)

    def close(self) -> None:
        for one in self.containers:
            one.kill()
        self.programs.end()

    def script(self, organization: str, name: str, *arguments: str) -> str:
        """Runs a script of the organization's on its administrator's machine."""
        file = self.given.scripts(organization) / name
        if not file.is_file():
            raise Broken(f"{file} is not there")
        return self.administrators[organization].run(
            ["bash", str(file), *arguments], SCRIPT_ENDS_WITHIN, self.given.bundle
        )

    def at(self, endpoint: str) -> Container:
        """The container behind a name or address and a port that others dial."""
        found = self.behind(endpoint)
        if found is None:
            raise Broken(f"{endpoint}: no container stands behind it")
        return found

    def behind(self, endpoint: str) -> Container | None:
        return next((one for one in self.containers if endpoint in self.endpoints(one)), None)

    def endpoints(self, one: Container) -> list[str]:
        """The names and addresses with ports at which others reach a container."""
        (machine,) = (machine for machine in self.machines if one in machine.containers)
        found = []
        for port in machine.ports:
            if (port.project, port.service) == (one.service.project, one.name):
                address = port.address or machine.host.address
                names = [name for name, other in self.names.items() if other == address]
                found += [f"{name}:{port.port}" for name in [*names, address]]
        return found

    @staticmethod
    def _named(machine: Machine, service: str) -> Container:
        return next(one for one in machine.containers if one.name == service)

    def metrics(self, one: Container, port: int) -> str:
        """What a container says of itself at the port of its operations, asked from within; nothing if it is silent."""
        with one.where.namespace.inside():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=ANSWERS_WITHIN) as answer:
                    return answer.read().decode()
            except OSError:
                return ""

    def running(self, endpoints: Iterable[str]) -> list[str]:
        return [endpoint for endpoint in endpoints if self.at(endpoint).is_running]
