"""The pinned outside tools that scripts/oracles installs."""

import ctypes
import functools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ALONE = "AKCGEN_PROOF_ALONE"
NEW_USERS = 0x10000000  # CLONE_NEWUSER
USERS = 65536


@functools.cache
def tool(name: str) -> Path:
    """The folder of an installed tool. Ends the program with what to do if it is not there."""
    answer = subprocess.run([ROOT / "scripts/oracles", "path", name], stdout=subprocess.PIPE, text=True)
    if answer.returncode != 0:
        sys.exit(2)
    return Path(answer.stdout.strip())


def alone(with_all_it_starts: bool = False) -> None:
    """Runs the program on, from its start, in namespaces of its own, without a network: what it starts is root there
    and reaches nothing. Call it after `inside`.

    `with_all_it_starts` makes it the first process of a namespace of processes, too, so that Linux ends with it
    whatever it started, however it ends. Run by root, it has the users of the machine there.
    """
    mark = "1" if with_all_it_starts else str(os.getpid())
    if os.environ.get(ALONE) == mark == str(os.getpid()):
        return
    sys.stdout.flush()
    # Without --fork `unshare` stays the same process, by whose number the program knows that it is there already.
    os.environ[ALONE] = mark
    options = ["--mount", "--net"]
    options += ["--pid", "--fork", "--kill-child", "--mount-proc"] if with_all_it_starts else []
    if with_all_it_starts and has_users():
        _become_root_of_users()
    else:
        options += ["--user", "--map-root-user"]
    os.execvp("unshare", ["unshare", *options, sys.executable, "-B", *sys.argv])


def has_users() -> bool:
    """Whether the program can become other users than its own: only root can, where there are others."""
    return os.geteuid() == 0 and int(Path("/proc/self/uid_map").read_text().split()[2]) > 1


def _become_root_of_users() -> None:
    """Enters a namespace of users that has all users of the machine, each as itself."""
    ready, answered = os.pipe(), os.pipe()
    helper = os.fork()
    if helper == 0:  # whoever stays outside may say which users there are
        os.read(ready[0], 1)
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{os.getppid()}/{name}").write_text(f"0 0 {USERS}\n")
        os.write(answered[1], b".")
        os._exit(0)
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_USERS) != 0:
        sys.exit(f"no new namespace of users: {os.strerror(ctypes.get_errno())}")
    os.write(ready[1], b".")
    os.close(answered[1])
    if not os.read(answered[0], 1):
        sys.exit("no users in the new namespace of users")
    os.waitpid(helper, 0)


def inside(name: str) -> None:
    """Runs the program on, from its start, in one of the pinned Python environments. Call it before other imports."""
    environment = tool(name)
    if Path(sys.prefix) != environment:
        sys.stdout.flush()
        python = str(environment / "bin/python")
        os.execv(python, [python, "-B", *sys.argv])
