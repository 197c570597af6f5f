"""Containers as Docker starts them, by Linux' own means: each in namespaces of its own, on a small root of its own,
with the files, variables, user and command that its Compose service declares, and without any privilege.
"""

import os
import shlex
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from lib import environment
from lib.boot import kernel
from lib.boot.service import Service
from lib.errors import Broken
from lib.network import Namespace

# What of the machine every image has: its libraries, shells and certificates.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("alternatives", "ca-certificates", "java-17-openjdk", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ssl")
DEVICES = ("full", "null", "random", "tty", "urandom", "zero")
OPTIONS_OF_USERS = ("uid", "gid")
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


@dataclass(frozen=True)
class Surroundings:
    """Where a container stands."""

    host_root: Path  # the folder that is the root of its host
    staging: Path  # an empty folder, on which its own root is mounted before it becomes the root
    namespace: Namespace
    hosts: str  # the text of /etc/hosts
    log: Path


def start(service: Service, where: Surroundings) -> subprocess.Popen:
    """Starts the container. What it says goes to the log."""

    def prepare() -> None:
        kernel.unshare(kernel.NEW_MOUNTS | kernel.NEW_HOST_NAME | kernel.NEW_IPC)
        socket.sethostname(service.name)
        _make_root(service, where)
        if service.declared.get("init"):
            _become_init()
        _become_user(service)

    if not service.command:
        raise Broken(f"{service.project}: {service.name}: its image has no command that is known, and it declares none")
    return _start(service, where, prepare, None)


def run(service: Service, where: Surroundings, process: int, command: list[str]) -> subprocess.Popen:
    """Starts a command in a running container, as `docker exec` does, by the number of the container's process."""

    def prepare() -> None:
        kernel.enter(process, ("ipc", "uts", "mnt"))
        os.chdir("/")
        _become_user(service)

    return _start(service, where, prepare, (process, command))


def _start(service: Service, where: Surroundings, prepare, inside: tuple[int, list[str]] | None) -> subprocess.Popen:
    process, command = inside or (None, service.command)
    output = where.log.open("ab") if inside is None else subprocess.DEVNULL
    try:
        with where.namespace.inside(), kernel.processes_of(process):
            return subprocess.Popen(
                command,
                env=service.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=prepare,
            )
    except (OSError, subprocess.SubprocessError) as reason:
        raise Broken(f"{service.project}: {service.name}: {shlex.join(command)}: {reason}") from reason
    finally:
        if inside is None:
            output.close()


def _become_user(service: Service) -> None:
    kernel.forgo_privileges(*service.user)
    kernel.die_with_parent()  # which a change of the user would undo


def _make_root(service: Service, where: Surroundings) -> None:
    root = str(where.staging)
    kernel.mount("root", root, "tmpfs", kernel.NO_DEVICES | kernel.NO_SETUID, "mode=0755")
    for path in SYSTEM:
        if Path(path).is_symlink():
            Path(root + path).symlink_to(Path(path).readlink())
        elif Path(path).is_dir():
            kernel.bind(path, root + path, read_only=True)
    _make_settings(service, where, root)
    _make_devices(root)
    Path(root, "proc").mkdir()
    kernel.mount("proc", f"{root}/proc", "proc", kernel.NO_DEVICES | kernel.NO_SETUID | kernel.NO_EXECUTION)
    # The machine's own programs there are no image's.
    kernel.mount("local", f"{root}/usr/local", "tmpfs", kernel.NO_DEVICES | kernel.NO_SETUID, "mode=0755")
    for target, source in service.image.files.items():
        kernel.bind(str(source), root + target, read_only=True)
    for row in service.declared.get("tmpfs") or []:
        _make_scratch(row, root)
    for row in service.declared.get("volumes") or []:
        if row["type"] != "bind":
            raise Broken(f"{service.name}: {row['target']}: this proof does not know volumes of type {row['type']}")
        kernel.bind(_source(service, row, where), root + row["target"], row.get("read_only", False))
    if service.declared.get("read_only"):
        kernel.seal(root, with_all_below=False)
    kernel.pivot(root)


def _source(service: Service, row: dict, where: Surroundings) -> str:
    """What of the host is bound: its file, or a copy that an older program can read."""
    source, older = f"{where.host_root}{row['source']}", service.image.older
    if older is None or older.file != row["target"]:
        return source
    value = yaml.load(Path(source).read_text(), yaml.CSafeLoader)
    older.change(value)
    copy = Path(f"{where.log}.{Path(source).name}")
    copy.write_text(yaml.safe_dump(value, sort_keys=False))
    return str(copy)


def _make_settings(service: Service, where: Surroundings, root: str) -> None:
    user, group = service.user
    texts = {
        "passwd": f"root:x:0:0::/:/bin/sh\nuser:x:{user}:{group}::/:/bin/sh\n",
        "group": f"root:x:0:\nuser:x:{group}:\n",
        "hosts": where.hosts,
        "hostname": f"{service.name}\n",
        "nsswitch.conf": "hosts: files\n",
        "resolv.conf": "",
    }
    Path(root, "etc").mkdir()
    for name, text in texts.items():
        Path(root, "etc", name).write_text(text)
    for name in SETTINGS:
        if Path("/etc", name).exists():
            kernel.bind(f"/etc/{name}", f"{root}/etc/{name}", read_only=True)


def _make_devices(root: str) -> None:
    Path(root, "dev/shm").mkdir(parents=True)
    for name in DEVICES:
        kernel.bind(f"/dev/{name}", f"{root}/dev/{name}", read_only=False)
    for name, place in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        Path(root, "dev", name).symlink_to(f"/proc/self/fd{place}")
    kernel.mount("shm", f"{root}/dev/shm", "tmpfs", kernel.NO_DEVICES | kernel.NO_SETUID, "mode=1777,size=64m")


def _make_scratch(row: str, root: str) -> None:
    """A row of `tmpfs`: PATH:OPTIONS. Docker lets nothing be executed there unless `exec` is among them."""
    path, _, text = row.partition(":")
    options = [option for option in text.split(",") if option]
    flags = kernel.NO_DEVICES | kernel.NO_SETUID | (0 if "exec" in options else kernel.NO_EXECUTION)
    kept = [
        option
        for option in options
        if "=" in option and (environment.has_users() or option.partition("=")[0] not in OPTIONS_OF_USERS)
    ]
    Path(root + path).mkdir(parents=True, exist_ok=True)
    kernel.mount("scratch", root + path, "tmpfs", flags, ",".join(kept))


def _become_init() -> None:
    """Goes on as the first process' only child. The first process passes on signals, buries whoever dies and ends with
    the child, as the small init does that Docker puts before a program with `init: true`."""
    child = os.fork()
    if child == 0:
        return
    # Whoever started the container waits until nobody holds this any more.
    os.closerange(3, 1024)
    for number in SIGNALS:
        signal.signal(number, lambda number, _: os.kill(child, number))
    while True:
        died, status = os.wait()
        if died == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)
