"""Programs that a proof starts and always ends."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from lib.errors import Broken

START_LIMIT = 180  # seconds until a program that does not answer counts as broken


def wait_for(
    what: str, condition: Callable[[], bool], alive: Callable[[], None] = lambda: None, limit: float = START_LIMIT
) -> None:
    """Returns as soon as the condition holds. `alive` raises when waiting has become pointless."""
    end = time.monotonic() + limit
    while not condition():
        alive()
        if time.monotonic() > end:
            raise Broken(f"{what}: not within {limit} s")
        time.sleep(0.05)


class Programs:
    """Programs that run until the block ends, each with a log in the folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._running: list[tuple[str, subprocess.Popen]] = []

    def start(self, name: str, program: Path, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [program, *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._running.append((name, process))

    def check(self) -> None:
        for name, process in self._running:
            if process.poll() is not None:
                raise Broken(f"{name} ended with {process.returncode}:\n{self.log_end(name)}")

    def log_end(self, name: str) -> str:
        return "\n".join((self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-15:])

    def end(self) -> None:
        """Kills them: what they hold is thrown away, and an API server takes ten seconds to say goodbye."""
        for _, process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()


def _die_with_parent() -> None:
    """Linux ends the child when the proof is killed without a chance to clean up."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
