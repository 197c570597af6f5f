"""The pinned outside tools that scripts/oracles installs."""

import functools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ALONE = "AKCGEN_PROOF_ALONE"


@functools.cache
def tool(name: str) -> Path:
    """The folder of an installed tool. Ends the program with what to do if it is not there."""
    answer = subprocess.run([ROOT / "scripts/oracles", "path", name], stdout=subprocess.PIPE, text=True)
    if answer.returncode != 0:
        sys.exit(2)
    return Path(answer.stdout.strip())


def alone() -> None:
    """Runs the program on, from its start, in namespaces of its own, without a network: what it starts is root there
    and reaches nothing. Call it after `inside`."""
    if os.environ.get(ALONE) != str(os.getpid()):
        sys.stdout.flush()
        # `unshare` stays the same process, by whose number the program knows that it is there already.
        os.environ[ALONE] = str(os.getpid())
        python = [sys.executable, "-B", *sys.argv]
        os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--mount", "--net", *python])


def inside(name: str) -> None:
    """Runs the program on, from its start, in one of the pinned Python environments. Call it before other imports."""
    environment = tool(name)
    if Path(sys.prefix) != environment:
        sys.stdout.flush()
        python = str(environment / "bin/python")
        os.execv(python, [python, "-B", *sys.argv])
