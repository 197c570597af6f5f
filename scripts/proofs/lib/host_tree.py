"""The files and folders that a host must have once its site was laid down, worked out without Ansible."""

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import jinja2

from lib.site import Host

ROLES = Path("roles")
FIREWALL = "/etc/akcgen/firewall"
UNITS = "/etc/systemd/system"
PROGRAMS = "/usr/local/lib/akcgen"


@dataclass
class Tree:
    """Absolute paths with their modes, and what files hold."""

    folders: dict[str, int] = field(default_factory=dict)
    files: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    owners: dict[str, tuple[int, int]] = field(default_factory=dict)  # user and group, where they are not root

    def differences(self, root: Path) -> list[str]:
        """Where a folder on disk is not this tree. What leads to the first folder of the tree may be there, too."""
        faults = []
        found = {f"/{path.relative_to(root)}": path for path in sorted(root.rglob("*"))}
        for path, mode in self.folders.items():
            if path not in found or not found[path].is_dir():
                faults.append(f"{path}: there is no such folder")
            elif found[path].stat().st_mode & 0o7777 != mode:
                faults.append(f"{path}: has mode {found[path].stat().st_mode & 0o7777:04o}, not {mode:04o}")
        for path, (mode, content) in self.files.items():
            if path not in found or not found[path].is_file():
                faults.append(f"{path}: there is no such file")
            elif found[path].stat().st_mode & 0o7777 != mode:
                faults.append(f"{path}: has mode {found[path].stat().st_mode & 0o7777:04o}, not {mode:04o}")
            elif found[path].read_bytes() != content:
                faults.append(f"{path}: does not hold what it must")
        for path in found.keys() - self.folders.keys() - self.files.keys():
            if not found[path].is_dir():
                faults.append(f"{path}: nothing names this file")
            elif any(str(parent) in self.folders for parent in PurePosixPath(path).parents):
                faults.append(f"{path}: nothing names this folder, its owner and its mode")
        return sorted(faults)

    def write(self, root: Path) -> None:
        """Puts the tree below a folder. Modes stay out: who proves must read everything."""
        for path in self.folders:
            Path(f"{root}{path}").mkdir(parents=True, exist_ok=True)
        for path, (_, content) in self.files.items():
            file = Path(f"{root}{path}")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def own(self, root: Path, there_are_users: bool) -> None:
        """Gives what was written its modes and, where there are other users, its owners."""
        for path, mode in [*self.folders.items(), *((path, mode) for path, (mode, _) in self.files.items())]:
            Path(f"{root}{path}").chmod(mode)
        for path, (user, group) in self.owners.items() if there_are_users else ():
            os.chown(f"{root}{path}", user, group)


def of(host: Host, vault: dict) -> Tree:
    """What the host must have, from host.yml and the files beside it."""
    tree = Tree()
    for row in host.plan["host_directories"]:
        tree.folders[row["path"]] = int(row["mode"], 8)
        tree.owners[row["path"]] = (row["owner"], row["group"])
    for row in host.plan["host_files"]:
        _add(tree, row, (host.folder / row["src"]).read_bytes())
    for row in host.plan["host_secrets"]:
        _add(tree, row, vault[row["secret"]][row["key"]].encode())
    for row in host.plan["host_templates"]:
        _add(tree, row, render((host.folder / row["src"]).read_text(), vault).encode())
    for row in host.plan["host_units"]:
        tree.files[f"{UNITS}/{row['name']}"] = (0o644, (host.folder / "units" / row["name"]).read_bytes())
    _of_roles(host, tree)
    return tree


def _add(tree: Tree, row: dict, content: bytes) -> None:
    """Adds the file of a row of host.yml; one that is no text with the base64 from which it is made."""
    mode, path = int(row["mode"], 8), row["path"]
    if "encoding" in row:
        tree.files[f"{path}.base64"] = (mode, content)
        content = base64.b64decode(content)
    tree.files[path] = (mode, content)
    tree.owners[path] = (row["owner"], row["group"])


def _of_roles(host: Host, tree: Tree) -> None:
    """What the roles put on the host beside what host.yml lists."""
    site = host.site.folder
    if host.owns_firewall:
        tree.folders[FIREWALL] = 0o700
        tree.files[f"{FIREWALL}/akcgen.nft"] = (0o600, (host.folder / "nftables/akcgen.nft").read_bytes())
        unit = site / ROLES / "firewall/files/akcgen-firewall.service"
        tree.files[f"{UNITS}/akcgen-firewall.service"] = (0o644, unit.read_bytes())
        names = (host.folder / "names").read_text().rstrip("\n")
        block = f"# BEGIN akcgen {host.site.name}\n{names}\n# END akcgen {host.site.name}\n"
        tree.files["/etc/hosts"] = (0o644, block.encode())
    tree.folders[PROGRAMS] = 0o755
    tree.files[f"{PROGRAMS}/backup"] = (0o755, (site / ROLES / "backup/files/backup").read_bytes())
    if host.plan["host_balancer"]:
        tree.files["/etc/haproxy/haproxy.cfg"] = (0o644, (host.folder / "haproxy/haproxy.cfg").read_bytes())
    if host.plan["host_keepalived"]:
        configuration = (host.folder / "keepalived/keepalived.conf").read_bytes()
        tree.files["/etc/keepalived/keepalived.conf"] = (0o640, configuration)
        parameters = site / ROLES / "balancer/files/60-akcgen-balancer.conf"
        tree.files["/etc/sysctl.d/60-akcgen-balancer.conf"] = (0o644, parameters.read_bytes())
    tree.files[f"/etc/akcgen/{host.site.name}.json"] = (0o600, _record(host))


def _record(host: Host) -> bytes:
    """What the role `leftovers` notes for the run after."""
    rows = [row for part in ("host_files", "host_secrets", "host_templates") for row in host.plan[part]]
    services = {"haproxy.service": host.plan["host_balancer"], "keepalived.service": host.plan["host_keepalived"]}
    record = {
        "projects": host.plan["host_projects"],
        "units": [row["name"] for row in host.plan["host_units"]],
        "services": [name for name, wanted in services.items() if wanted],
        "files": [row["path"] for row in rows] + [f"{row['path']}.base64" for row in rows if "encoding" in row],
    }
    return (json.dumps(record, indent=4, sort_keys=True) + "\n").encode()


def render(template: str, vault: dict) -> str:
    """A template of variables, as Ansible renders it."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True, autoescape=False
    )
    environment.filters["b64encode"] = lambda text: base64.b64encode(text.encode()).decode()
    return environment.from_string(template).render(vault_secrets=vault)
