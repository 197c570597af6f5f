"""The projects of a host as Docker Compose itself reads them, in a folder that is the host's root to it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from lib import environment

PROGRAM = "docker-compose"


def install(root: Path) -> None:
    """Puts Compose into the folder, outside of which it sees nothing."""
    program = environment.tool("compose") / PROGRAM
    try:
        os.link(program, root / PROGRAM)
    except OSError:  # another file system
        shutil.copy(program, root / PROGRAM)


def configuration(root: Path, project: dict) -> tuple[dict, list[str]]:
    """The project as Compose understands it, and all that it complains of."""
    compose = [f"/{PROGRAM}", "--project-directory", project["folder"], "--profile", "*"]
    command = ["chroot", root, *compose, "config", "--format", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    complaints = answer.stderr.splitlines()
    if answer.returncode != 0:
        return {}, complaints or [f"Compose ended with {answer.returncode}"]
    return json.loads(answer.stdout), complaints
