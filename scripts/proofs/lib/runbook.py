"""The commands that an organization's README gives for one of its clusters, as they stand there."""

import re

from lib.bundle import Cluster
from lib.errors import Broken

INDENT = "    "


class Runbook:
    """The README.md of an organization, read for one cluster in one environment."""

    def __init__(self, cluster: Cluster):
        self.folder = cluster.bundle / cluster.organization  # where the README says that its commands are run
        self._file = self.folder / "README.md"
        self._commands = _commands(self._file.read_text())
        prelude = self.command("apply", "-f", f"{cluster.cluster}/prelude/{cluster.environment}/")
        self.context = re.sub(r".* --context (\S+) .*", r"\1", prelude)

    def command(self, *words: str) -> str:
        """The one command with all these words in it, wherever they stand."""
        found = {command for command in self._commands if set(words) <= set(command.split())}
        if len(found) != 1:
            raise Broken(f"{self._file}: {len(found)} commands with {' '.join(words)}, not one")
        return found.pop()


def _commands(text: str) -> list[str]:
    """The indented lines, those that end in a pipe joined to the next; each without what waits for it."""
    lines = [line.strip().removesuffix(" &&") for line in text.splitlines() if line.startswith(INDENT)]
    return "\n".join(lines).replace("|\n", "| ").splitlines()
