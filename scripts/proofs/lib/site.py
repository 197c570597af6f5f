"""The Ansible site of an organization on hosts, as the proofs read it: <organization>/site/<environment>/."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from lib import proof
from lib.errors import Broken

UPLINK = "eth0"  # where nothing says how a host's network card is called


@dataclass(frozen=True)
class Site:
    """The site of one organization in one environment."""

    bundle: Path
    organization: str
    environment: str

    def __str__(self) -> str:
        return f"{self.organization}/site/{self.environment}"

    @property
    def folder(self) -> Path:
        return self.bundle / self.organization / "site" / self.environment

    @cached_property
    def inventory(self) -> dict:
        return read(self.folder / "inventory/hosts.yml")

    @cached_property
    def hosts(self) -> list["Host"]:
        return [Host(self, name) for name in sorted(self.inventory["all"]["hosts"])]

    @property
    def name(self) -> str:
        return read(self.folder / "group_vars/all/main.yml")["site_name"]


@dataclass(frozen=True)
class Host:
    """One host of a site."""

    site: Site
    name: str

    def __str__(self) -> str:
        return f"{self.site}/hosts/{self.name}"

    @property
    def folder(self) -> Path:
        return self.site.folder / "hosts" / self.name

    @cached_property
    def plan(self) -> dict:
        """host.yml: what the roles lay down, and where."""
        return read(self.folder / "host.yml")

    @property
    def address(self) -> str:
        return self.site.inventory["all"]["hosts"][self.name]["ansible_host"]

    @property
    def uplink(self) -> str:
        """The host's network card as its keepalived knows it."""
        file = self.folder / "keepalived/keepalived.conf"
        words = file.read_text().split() if file.is_file() else []
        return words[words.index("interface") + 1] if "interface" in words else UPLINK

    @property
    def owns_firewall(self) -> bool:
        """Whether its names and rules are this site's, not those of the organization whose hosts they are."""
        return self.plan.get("host_firewall", True)

    @property
    def projects(self) -> list[str]:
        return [project["name"] for project in self.plan["host_projects"]]

    def compose_file(self, project: str) -> Path:
        return self.folder / "projects" / project / "compose.yaml"

    def read_compose(self, project: str) -> dict:
        return read(self.compose_file(project))

    def services(self, project: str) -> dict:
        return self.read_compose(project)["services"]


def read(file: Path) -> dict:
    """A YAML file of the site, which must be there."""
    if not file.is_file():
        raise Broken(f"{file} is not there")
    return yaml.load(file.read_text(), yaml.CSafeLoader)


def sites(bundle: Path) -> list[Site]:
    """Every site in the bundle, sorted. A bundle without any ends the program: there would be nothing to check."""
    found = [
        Site(bundle, folder.parent.parent.name, folder.name)
        for folder in sorted(bundle.glob("*/site/*"))
        if folder.is_dir()
    ]
    if not found:
        raise Broken(f"{bundle}: there is no <organization>/site/<environment> in it")
    return found


def hosts(bundle: Path) -> list[Host]:
    """Every host of every site."""
    return [host for site in sites(bundle) for host in site.hosts]


def only_one_host(bundle: Path, fits: Callable[[Host], bool] = lambda _: True) -> Host:
    """Leaves one host in a copy, the one with the fewest files that fits, so that a costly proof refuses it soon."""
    fitting = [host for host in hosts(bundle) if fits(host)]
    if not fitting:
        raise proof.NothingToBreak("no host has what is to be broken")
    kept = min(fitting, key=lambda host: len(host.plan["host_files"]))
    for site in sites(bundle):
        if site != kept.site:
            shutil.rmtree(site.folder)
    groups = kept.site.inventory["all"]["children"]
    for group in groups.values():
        group["hosts"] = {name: None for name in group.get("hosts") or {} if name == kept.name}
    inventory = {"hosts": {kept.name: kept.site.inventory["all"]["hosts"][kept.name]}, "children": groups}
    write(kept.site.folder / "inventory/hosts.yml", {"all": inventory})
    return Host(Site(kept.site.bundle, kept.site.organization, kept.site.environment), kept.name)


def change(file: Path, alter: Callable[[dict], None]) -> None:
    """Rewrites a YAML file of a copy."""
    value = read(file)
    alter(value)
    write(file, value)


def write(file: Path, value: dict) -> None:
    file.write_text(yaml.safe_dump(value, sort_keys=False))
