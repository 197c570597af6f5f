"""The services of a project, as Docker Compose itself reads them."""

import re
from dataclasses import dataclass
from functools import cached_property

from lib.boot import images
from lib.errors import Broken

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "ns": 1e-9}
# What this proof does as it is declared, or what has no meaning here, with the reason.
OBEYED = frozenset(
    {
        "command", "depends_on", "entrypoint", "environment", "extra_hosts", "healthcheck", "image", "init", "networks",
        "ports", "read_only", "restart", "stop_grace_period", "tmpfs", "user", "volumes", "cap_drop", "security_opt",
    }
)  # fmt: skip
WITHOUT_MEANING = {
    "cpus": "limits need control groups, which are root's",
    "cpu_shares": "limits need control groups, which are root's",
    "mem_limit": "limits need control groups, which are root's",
    "mem_reservation": "limits need control groups, which are root's",
    "pids_limit": "limits need control groups, which are root's",
    "labels": "nobody asks for them",
    "logging": "logs are files of the proof",
    "pull_policy": "no image is pulled",
    "profiles": "what has one is not started",
}


@dataclass(frozen=True)
class Health:
    """How a container is asked whether it is well. Times are in seconds."""

    command: list[str]
    interval: float
    timeout: float
    retries: int
    start_period: float


@dataclass(frozen=True)
class Service:
    """One service of a project on a host."""

    project: str
    name: str
    declared: dict

    def __post_init__(self):
        unknown = self.declared.keys() - OBEYED - WITHOUT_MEANING.keys()
        if unknown:
            raise Broken(f"{self.project}: {self.name}: this proof does not know {', '.join(sorted(unknown))}")

    @cached_property
    def image(self) -> images.Image:
        return images.of(self.declared["image"])

    @property
    def command(self) -> list[str]:
        """What is started: the image's own where the service does not say."""
        entrypoint = self.declared.get("entrypoint")
        command = self.declared.get("command") or []
        return (self.image.entrypoint if entrypoint is None else entrypoint) + command

    @property
    def environment(self) -> dict[str, str]:
        variables = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/"}
        given = {key: value or "" for key, value in (self.declared.get("environment") or {}).items()}
        return variables | given

    @property
    def user(self) -> tuple[int, int]:
        user, _, group = str(self.declared.get("user", "0:0")).partition(":")
        return int(user), int(group or 0)

    @property
    def aliases(self) -> dict[str, list[str]]:
        """By network, the names that the service has there beside its own."""
        networks = self.declared.get("networks") or {"default": None}
        return {name: (network or {}).get("aliases") or [] for name, network in networks.items()}

    @property
    def hosts(self) -> list[tuple[str, str]]:
        """Names with their addresses, of `extra_hosts`."""
        return [tuple(re.split("[=:]", row, maxsplit=1)) for row in self.declared.get("extra_hosts") or []]

    @property
    def restarts(self) -> bool:
        policy = self.declared.get("restart", "no")
        if policy not in ("no", "unless-stopped"):
            raise Broken(f"{self.project}: {self.name}: this proof does not know the restart policy {policy}")
        return policy == "unless-stopped"

    @property
    def grace(self) -> float:
        return seconds(self.declared.get("stop_grace_period", "10s"))

    @property
    def waits_for(self) -> list[str]:
        """The services that must be healthy before this one starts."""
        return [
            name
            for name, row in (self.declared.get("depends_on") or {}).items()
            if row["condition"] == "service_healthy"
        ]

    @property
    def health(self) -> Health | None:
        row = self.declared.get("healthcheck")
        if row is None:
            return None
        form, *command = row["test"]
        if form != "CMD":
            raise Broken(f"{self.project}: {self.name}: this proof does not know checks of health by {form}")
        return Health(
            command, seconds(row["interval"]), seconds(row["timeout"]), row["retries"], seconds(row["start_period"])
        )

    @property
    def configuration(self) -> list[str]:
        """Where files that this service is given stand on its host, those that say most first."""
        files = [row["source"] for row in self.declared.get("volumes") or [] if "/files/" in row["source"]]
        return sorted(files, key=lambda file: ("_hyperledger_fabric" not in file, file))


def seconds(duration: str) -> float:
    """A duration as Go writes it: 1m30s."""
    parts = re.findall(r"([0-9.]+)(h|ms|us|ns|m|s)", duration)
    if "".join(f"{number}{unit}" for number, unit in parts) != duration:
        raise Broken(f"{duration} is no duration")
    return sum(float(number) * UNITS[unit] for number, unit in parts)


def services(project: str, read: dict) -> list[Service]:
    """The services that are started with the project: without those of a profile, which are run by name."""
    return [
        Service(project, name, _unescaped(declared))
        for name, declared in sorted(read["services"].items())
        if not declared.get("profiles")
    ]


def _unescaped(value: object) -> object:
    """Compose writes a dollar twice, so that it could read its own answer."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    if isinstance(value, dict):
        return {key: _unescaped(item) for key, item in value.items()}
    return value
