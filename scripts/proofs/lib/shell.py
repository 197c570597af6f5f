"""kubectl and helm, as an operator runs them, against a control plane of a proof."""

import json
import subprocess
from pathlib import Path

from lib import environment
from lib.control_plane import ControlPlane

SHOWN = 1200  # characters of what a command that failed said


class Shell:
    """Runs command lines, to which the control plane has the name that their `--context` or `--kube-context` gives."""

    def __init__(self, plane: ControlPlane, context: str):
        config = json.loads(plane.kubeconfig.read_text())
        config["contexts"].append({"name": context, "context": config["contexts"][0]["context"]})
        # No context is the current one: a command that forgets its own finds no server.
        del config["current-context"]
        kubeconfig = plane.folder / f"kubeconfig-{context}"
        kubeconfig.write_text(json.dumps(config))
        self._environment = {
            "KUBECONFIG": str(kubeconfig),
            "PATH": f"{environment.tool('clients')}:/usr/bin:/bin",
            "HOME": str(plane.folder),
            "LC_ALL": "C.UTF-8",
            **{name: str(plane.folder / "helm") for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")},
        }

    def start(self, command: str, folder: Path) -> subprocess.Popen:
        """The command with all that it says in `stdout`."""
        return subprocess.Popen(**self._call(command, folder), stderr=subprocess.STDOUT)

    def refusal(self, command: str, folder: Path) -> str | None:
        """What the command says if it fails: of what is wrong, else at all; the beginning of it."""
        done = subprocess.run(**self._call(command, folder), stderr=subprocess.PIPE)
        said = done.stderr.strip() or done.stdout.strip()
        return f"{command}: {said[:SHOWN]}" if done.returncode else None

    def _call(self, command: str, folder: Path) -> dict:
        return {
            "args": ["bash", "-o", "pipefail", "-c", command],
            "cwd": folder,
            "env": self._environment,
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "text": True,
        }
