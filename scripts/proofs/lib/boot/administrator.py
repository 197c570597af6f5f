"""The machine of an organization's administrator, on the wire of the hosts: it runs the bundle's own scripts."""

import itertools
import os
import shutil
import subprocess
from pathlib import Path

from lib.boot import kernel
from lib.boot.machines import Wire
from lib.boot.names import written
from lib.boot.supervisor import Supervisor
from lib.errors import Broken
from lib.network import Namespace

PATIENCE = "2"  # how often a connection is asked for again that nobody answers: seven seconds


class Refused(Exception):
    """A program of the administrator's that failed, with all that it said."""

    def __init__(self, what: str, said: str):
        super().__init__(what)
        self.what, self.said = what, said


class Administrator:
    """One organization's."""

    def __init__(self, organization: str, programs: Path, identities: Path, folder: Path, supervisor: Supervisor):
        """`programs` is the folder of Fabric's; what scripts add to the identities is added to a copy in `folder`."""
        self.organization, self._folder, self._supervisor = organization, folder, supervisor
        self._namespace = Namespace()
        (folder / "home").mkdir(parents=True)
        (folder / "resolv.conf").touch()
        self.identities = folder / "identities"
        shutil.copytree(identities, self.identities)
        self._variables = {
            "PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder / "home"),
            "LC_ALL": "C.UTF-8",
            "IDENTITIES": str(self.identities),
        }

    def connect(self, wire: Wire, address: str, names: dict[str, str]) -> None:
        wire.connect(self._namespace, "eth0", address)
        self._namespace.parameter("tcp_syn_retries", PATIENCE)
        (self._folder / "hosts").write_text(written({"localhost": "127.0.0.1", **names}))

    def run(self, command: list[str], limit: float, cwd: Path, variables: dict[str, str] | None = None) -> str:
        """What a program says on its standard output. One that fails raises `Refused` with that and its complaints."""
        said, complaints = self._folder / "said", self._folder / "complaints"
        with said.open("wb") as output, complaints.open("wb") as errors, self._namespace.inside():
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=self._variables | (variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=self._see_names,
            )
        what = f"{self.organization}: {' '.join(_without_options(command))}"
        try:
            status = self._supervisor.run(process, what, limit)
        except Broken as reason:
            raise Refused(str(reason), complaints.read_text(errors="replace")) from reason
        text = said.read_text(errors="replace")
        if status != 0:
            raise Refused(f"{what}: ended with {status}", complaints.read_text(errors="replace") + text)
        return text

    def _see_names(self) -> None:
        kernel.die_with_parent()
        kernel.unshare(kernel.NEW_MOUNTS)
        for name in ("hosts", "resolv.conf"):
            kernel.mount(str(self._folder / name), os.path.realpath(f"/etc/{name}"), None, kernel.BIND)


def _without_options(command: list[str]) -> list[str]:
    """What a command line does, without the files and addresses of all those who take part."""
    return [Path(part).name for part in itertools.takewhile(lambda part: not part.startswith("-"), command)]
