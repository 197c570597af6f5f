"""Linux' calls for namespaces and mounts that Python does not have."""

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lib import environment
from lib.errors import Broken

LIBC = ctypes.CDLL(None, use_errno=True)
# linux/sched.h
NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC, NEW_PROCESSES = 0x20000, 0x4000000, 0x8000000, 0x20000000
# linux/mount.h
READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXECUTION, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
DETACH = 2
# linux/fcntl.h
AT_CURRENT_FOLDER, AT_RECURSIVE = -100, 0x8000
PIVOT_ROOT, MOUNT_SETATTR = 155, 442  # numbers of calls that the C library has no name for, of x86-64
# linux/prctl.h
DIE_WITH_PARENT, DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES = 1, 24, 38
LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")


def call(name: str, *arguments: object) -> None:
    if getattr(LIBC, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}{arguments}: {os.strerror(code)}")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    kind_bytes = kind.encode() if kind else None
    call("mount", source.encode(), target.encode(), kind_bytes, ctypes.c_ulong(flags), options.encode() or None)


class _Attributes(ctypes.Structure):
    """struct mount_attr"""

    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user_namespace")]


def seal(target: str, with_all_below: bool = True) -> None:
    """Makes a mount read-only, without touching its other properties, some of which are locked."""
    attributes = _Attributes(set=READ_ONLY)
    call(
        "syscall", MOUNT_SETATTR, AT_CURRENT_FOLDER, target.encode(), AT_RECURSIVE if with_all_below else 0,
        ctypes.byref(attributes),
        ctypes.sizeof(attributes),
    )  # fmt: skip


def bind(source: str, target: str, read_only: bool) -> None:
    """Shows a file or folder at a second place, which is made."""
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    else:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).touch()
    mount(source, target, None, BIND | RECURSIVE)
    if read_only:
        seal(target)


def pivot(folder: str) -> None:
    """Makes a mount the root of the namespace. What was mounted before is gone."""
    os.chdir(folder)
    call("syscall", PIVOT_ROOT, b".", b".")
    call("umount2", b".", DETACH)
    os.chdir("/")


def unshare(flags: int) -> None:
    call("unshare", flags)


def enter(process: int, names: tuple[str, ...]) -> None:
    """Goes into namespaces of a process. Its namespace of processes is entered by children alone."""
    files = [os.open(f"/proc/{process}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in names]
    for file in files:
        call("setns", file, 0)
        os.close(file)


@contextmanager
def processes_of(process: int | None) -> Iterator[None]:
    """What is started until the block ends stands in the namespace of processes of a process, or in a new one."""
    home = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if process is None:
            unshare(NEW_PROCESSES)
        else:
            enter(process, ("pid",))
        yield
    except FileNotFoundError as reason:
        if process is not None and not Path(f"/proc/{process}").exists():
            raise Broken(f"process {process} has ended") from reason
        raise
    finally:
        call("setns", home, NEW_PROCESSES)
        os.close(home)


def die_with_parent() -> None:
    call("prctl", DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def forgo_privileges(user: int, group: int) -> None:
    """Becomes a user without any capability, for good. Where no other user can be had, the user stays."""
    for capability in range(int(LAST_CAPABILITY.read_text()) + 1):
        call("prctl", DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
    if environment.has_users():
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
