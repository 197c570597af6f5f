"""Network namespaces of a proof that stands in one of its own: cables between them, and programs and sockets in them.

A socket belongs to the namespace in which it was made, wherever the program is afterwards.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lib import environment
from lib.errors import Broken

NEW_NETWORK = 0x40000000  # CLONE_NEWNET
IP = environment.tool("servers") / "programs/ip"
# In /proc/net/tcp: the state of a socket that listens, and the addresses 127.0.0.1 and ::1.
LISTENING, LOOPBACKS = "0A", ("0100007F", "00000000000000000000000001000000")
LIBC = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace, which is there until it is closed."""

    def __init__(self):
        home = _current()
        _call(LIBC.unshare(NEW_NETWORK), "a new network namespace")
        self._file = _current()
        _enter(home)
        os.close(home)
        self.ip("link", "set", "lo", "up")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The program itself, and what it starts, stand in the namespace until the block ends."""
        home = _current()
        _enter(self._file)
        try:
            yield
        finally:
            _enter(home)
            os.close(home)

    def run(self, *command: str | Path, given: str | None = None) -> str:
        with self.inside():
            answer = subprocess.run(command, input=given, capture_output=True, text=True)
        if answer.returncode != 0:
            raise Broken(f"{' '.join(map(str, command))}: {answer.stderr.strip()}\n{given or ''}")
        return answer.stdout

    def ip(self, *arguments: str) -> None:
        self.run(IP, *arguments)

    def ip_batch(self, lines: list[str]) -> None:
        self.run(IP, "-batch", "-", given="".join(f"{line}\n" for line in lines))

    def parameter(self, name: str, value: str) -> None:
        """Sets a parameter of the kernel's IPv4 in the namespace."""
        with self.inside():
            Path("/proc/sys/net/ipv4", name).write_text(value)

    def has_listener(self, port: int) -> bool:
        """Whether a program listens at a TCP port of an address that others than the namespace itself can reach."""
        with self.inside():
            rows = [
                row.split()
                for name in ("tcp", "tcp6")
                for row in Path("/proc/thread-self/net", name).read_text().splitlines()[1:]
            ]
        found = [row[1].split(":") for row in rows if row[3] == LISTENING]
        return any(int(number, 16) == port and address not in LOOPBACKS for address, number in found)

    def cable(self, card: str, other: "Namespace", other_card: str) -> None:
        """Connects a new network card with a new one of another namespace. Both are up."""
        path = f"/proc/{os.getpid()}/fd/{other._file}"
        self.ip("link", "add", "name", card, "type", "veth", "peer", "name", other_card, "netns", path)
        self.ip("link", "set", card, "up")
        other.ip("link", "set", other_card, "up")

    def close(self) -> None:
        os.close(self._file)


def _current() -> int:
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _enter(file: int) -> None:
    _call(LIBC.setns(file, NEW_NETWORK), "entering a network namespace")


def _call(status: int, what: str) -> None:
    if status != 0:
        raise Broken(f"{what}: {os.strerror(ctypes.get_errno())}")
