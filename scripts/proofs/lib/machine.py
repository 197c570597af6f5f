"""What programs find under /etc of the machine, while a proof stands in a namespace of mounts of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lib.site import Site

SECRET = frozenset({"gshadow", "gshadow-", "private", "shadow", "shadow-", "ssh", "sudoers", "sudoers.d"})


@contextmanager
def as_balancer(site: Site, texts: dict) -> Iterator[None]:
    """Until the block ends, /etc is that of a balancer: with HAProxy's user and the certificates of its web hosts."""
    with tempfile.TemporaryDirectory(prefix="akcgen-etc-") as folder:
        etc = Path(folder, "etc")
        shutil.copytree("/etc", etc, symlinks=True, ignore=_left_out)
        for name, line in (
            ("passwd", "haproxy:x:998:998::/nonexistent:/usr/sbin/nologin\n"),
            ("group", "haproxy:x:998:\n"),
        ):
            (etc / name).write_text(Path("/etc", name).read_text() + line)
        for host in site.hosts:
            for row in host.plan["host_secrets"]:
                if not row["project"]:
                    file = Path(f"{folder}{row['path']}")
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(texts[row["secret"]][row["key"]])
        subprocess.run(["mount", "--bind", etc, "/etc"], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "/etc"], check=True)


def _left_out(folder: str, names: list[str]) -> set[str]:
    """What this user may not read is of no use to the programs of the proof either, and secrets of the machine stay."""

    def readable(path: Path) -> bool:
        return path.is_symlink() or os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0))

    return {name for name in names if name in SECRET or not readable(Path(folder, name))}
