"""The frame of every proof: one command line, one report, and broken bundles that each proof must refuse."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lib import bundle as bundles
from lib.errors import Broken

SHOWN = 60  # faults that are printed; more would hide the first ones


@dataclass
class Report:
    """What a proof found. Without faults the bundle holds what the proof asks."""

    checked: str = ""  # what was looked at, with numbers
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Breakage:
    """One thing broken in a copy of a good bundle."""

    what: str
    apply: Callable[[Path], None]
    named: tuple[str, ...]  # what one fault of the proof must contain


class NothingToBreak(Exception):
    """The bundle holds nothing that this breakage could break."""


def main(
    name: str,
    prove: Callable[[Path], Report],
    breakages: list[Breakage],
    afterwards: Callable[[], list[str]] = list,
    parts: Sequence[str] = (".",),
) -> None:
    """Exit 0: nothing to object to. 1: faults. 2: the proof could not be done.

    `afterwards` gives the faults that show only when every bundle was looked at; `parts` are the subfolders that the
    proof reads.
    """
    parser = argparse.ArgumentParser(
        prog=f"scripts/proofs/{name}",
        description=sys.modules["__main__"].__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--broken", action="store_true", help="show that copies with one thing broken are refused")
    parser.add_argument("bundle", type=Path, nargs="+", help="a folder that `akcgen build` wrote")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for bundle in arguments.bundle:
        if not bundle.is_dir():
            parser.error(f"{bundle} is not a folder")
    folders = [bundle.resolve() for bundle in arguments.bundle]
    try:
        if arguments.broken:
            copies = [Copy(folder, parts) for folder in folders]
            # Every one is tried, whatever came of the one before.
            outcomes = [refuses(name, prove, afterwards, one, copies) for one in breakages]
            good = all(outcomes)
        else:
            good = accepts(name, prove, afterwards, folders)
    except Broken as reason:
        print(f"{name}: could not be done: {reason}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0 if good else 1)


def accepts(
    name: str, prove: Callable[[Path], Report], afterwards: Callable[[], list[str]], bundles: list[Path]
) -> bool:
    faults = []
    for bundle in bundles:
        start = time.monotonic()
        report = prove(bundle)
        show(report.faults)
        seconds = f"{time.monotonic() - start:.1f} s"
        print(f"{name}: {bundle.name}: {report.checked}, {len(report.faults)} faults, {seconds}", flush=True)
        faults += report.faults
    late = afterwards()
    show(late)
    return not faults and not late


def show(faults: list[str]) -> None:
    for fault in faults[:SHOWN]:
        print(fault)
    if len(faults) > SHOWN:
        print(f"… and {len(faults) - SHOWN} more")


@dataclass(frozen=True)
class Copy:
    """What to copy of a bundle before it is broken."""

    bundle: Path
    parts: Sequence[str]

    def into(self, folder: Path) -> Path:
        copy = folder / "bundle"
        for part in self.parts:
            shutil.copytree(self.bundle / part, copy / part, dirs_exist_ok=True)
        return copy


def refuses(
    name: str,
    prove: Callable[[Path], Report],
    afterwards: Callable[[], list[str]],
    breakage: Breakage,
    copies: Sequence[Copy],
) -> bool:
    """Whether the proof finds what was broken, and names it, on the first bundle that has what is to be broken."""
    for copy in copies:
        with tempfile.TemporaryDirectory(prefix="akcgen-broken-") as folder:
            bundle = copy.into(Path(folder))
            try:
                breakage.apply(bundle)
            except NothingToBreak as reason:
                print(f"{name}: {breakage.what}: cannot be shown on {copy.bundle.name}: {reason}")
                continue
            return named(name, breakage, prove(bundle).faults + afterwards())
    return False


def named(name: str, breakage: Breakage, faults: list[str]) -> bool:
    """Whether one of the faults says what was broken."""
    fault = next((fault for fault in faults if all(part in fault for part in breakage.named)), None)
    if fault is None:
        said = "\n  ".join(faults[:5]) or "nothing"
        print(f"{name}: {breakage.what}: NOT REFUSED with {' and '.join(breakage.named)}; it said:\n  {said}")
        return False
    print(f"{name}: {breakage.what}: refused, as it must be: {fault[:300]}", flush=True)
    return True


def only_one_cluster(bundle: Path, fits: Callable[[bundles.Cluster], bool] | None = None) -> bundles.Cluster:
    """Leaves one cluster in a copy, the smallest that fits, so that a costly proof refuses it soon."""
    fitting = [cluster for cluster in bundles.clusters(bundle) if fits is None or fits(cluster)]
    if not fitting:
        raise NothingToBreak("no cluster has what is to be broken")
    kept = min(fitting, key=lambda cluster: len(cluster.documents))
    for cluster in bundles.clusters(bundle):
        if cluster != kept:
            for part in ("prelude", "manifests"):
                shutil.rmtree(
                    bundle / cluster.organization / cluster.cluster / part / cluster.environment, ignore_errors=True
                )
    return kept


def change(bundle: Path, document: bundles.Document, alter: Callable[[dict], None]) -> None:
    """Rewrites one document of a copy, its other documents as they were.

    It is known by what it is, not by its line, which an earlier change of the same file has moved.
    """
    file = bundle / document.file
    values = [other.value for other in bundles.documents(bundle, file)]
    (changed,) = (value for value in values if bundles.identity(value) == document.identity)
    alter(changed)
    file.write_text("---\n" + "---\n".join(yaml.safe_dump(value, sort_keys=False) for value in values))


def find(cluster: bundles.Cluster, kind: str, where: Callable[[dict], bool] | None = None) -> bundles.Document:
    """The first document of a kind for which a condition holds."""
    for document in cluster.documents:
        if document.kind == kind and (where is None or where(document.value)):
            return document
    raise NothingToBreak(f"{cluster} has no such {kind}")


def having(kind: str) -> Callable[[bundles.Cluster], bool]:
    """The condition that a cluster has an object of a kind."""
    return lambda cluster: any(document.kind == kind for document in cluster.documents)
