"""The objects of a cluster as Kustomize and Helm make them, and how sets of objects differ."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml

from lib import environment
from lib.bundle import Cluster, identity
from lib.errors import Broken

# Labels that Helm's own conventions ask for and no other form has; never on pod templates or selectors.
HELM_LABELS = ("helm.sh/chart", "app.kubernetes.io/managed-by")
HOOK = "helm.sh/hook"

Identity = tuple[str, str, str | None, str]
Objects = dict[Identity, dict]


def kustomization(cluster: Cluster) -> Path:
    return cluster.bundle / cluster.organization / cluster.cluster / "kustomize/overlays" / cluster.environment


def chart(cluster: Cluster) -> Path:
    """The one chart of a cluster."""
    folder = cluster.bundle / cluster.organization / cluster.cluster / "helm"
    charts = [file.parent for file in folder.glob("*/Chart.yaml")]
    if len(charts) != 1:
        raise Broken(f"{folder.relative_to(cluster.bundle)}: {len(charts)} charts, not one")
    return charts[0]


def values(cluster: Cluster) -> Path:
    return chart(cluster) / f"values-{cluster.environment}.yaml"


def run(program: str | Path, *arguments: str | Path) -> subprocess.CompletedProcess:
    """Runs kubectl or helm, or a program by its path."""
    path = environment.tool("clients") / program
    return subprocess.run([path, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def objects(texts: str, source: str) -> Objects:
    """The objects of a YAML stream. Two that are the same one end the program: one would hide the other."""
    found: Objects = {}
    for value in yaml.load_all(texts, yaml.CSafeLoader):
        if value is None:
            continue
        if identity(value) in found:
            raise Broken(f"{source}: {named(identity(value))} stands in it twice")
        found[identity(value)] = value
    return found


def manifests(cluster: Cluster) -> Objects:
    return {document.identity: document.value for document in cluster.manifests}


def kustomized(cluster: Cluster, *command: str | Path) -> tuple[Objects, str]:
    """What `kubectl kustomize`, or another command, makes of the overlay, or why it does not."""
    answer = run(*(command or ("kubectl", "kustomize")), kustomization(cluster))
    # Kustomize only warns of a field that will go.
    trouble = answer.stderr.strip()
    return ({}, trouble or "no reason") if answer.returncode else (objects(answer.stdout, "kustomize"), trouble)


def templated(cluster: Cluster, *arguments: str) -> tuple[Objects, str]:
    """What `helm template` makes of the chart but for its hooks, or why it does not."""
    folder = chart(cluster)
    answer = run("helm", "template", folder.name, folder, "--values", values(cluster), *arguments)
    if answer.returncode:
        return {}, answer.stderr.strip() or "no reason"
    found = objects(answer.stdout, "helm template")
    return {key: value for key, value in found.items() if not is_hook(value)}, ""


def is_hook(value: dict) -> bool:
    return HOOK in (value["metadata"].get("annotations") or {})


def without_helm_labels(value: dict) -> dict:
    """The object without the labels of Helm's conventions, which every object of a chart must bear."""
    labels = value["metadata"].get("labels") or {}
    missing = [label for label in HELM_LABELS if label not in labels]
    if missing:
        raise Broken(f"{named(identity(value))}: the chart gives it no label {missing[0]}")
    kept = {key: text for key, text in labels.items() if key not in HELM_LABELS}
    metadata = {key: part for key, part in value["metadata"].items() if key != "labels"}
    return {**value, "metadata": {**metadata, **({"labels": kept} if kept else {})}}


def named(key: Identity) -> str:
    _, kind, namespace, name = key
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def differences(left: Objects, right: Objects) -> list[str]:
    """`Kind namespace/name: path: this, not that`, one for each place."""
    found = [f"{named(key)}: is missing" for key in left.keys() - right.keys()]
    found += [f"{named(key)}: is there, and no manifest has it" for key in right.keys() - left.keys()]
    for key in left.keys() & right.keys():
        for path, one, other in places(left[key], right[key]):
            found.append(f"{named(key)}: {path}: {short(other)}, not {short(one)}")
    return sorted(found)


def places(left, right, path: str = "") -> Iterator[tuple[str, object, object]]:
    """The paths (JSON pointers) at which two values differ, with what stands there; None where nothing does."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            step = str(key).replace("~", "~0").replace("/", "~1")
            yield from places(left.get(key), right.get(key), f"{path}/{step}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for at, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from places(one, other, f"{path}/{at}")
    elif type(left) is not type(right) or left != right:
        yield path, left, right


def short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 90 else text[:87] + "…"
