"""A bundle on disk, as the proofs read it.

<organization>/<cluster>/{prelude,manifests}/<environment>/*.yaml, and where Argo CD or Flux applies it,
<organization>/gitops/{argocd,flux}/**/*.yaml and <organization>/gitops/checks/<cluster>/<environment>/*.yaml.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import yaml

from lib.errors import Broken

# API groups of the CustomResourceDefinitions that scripts/oracles installs. Every other group is Kubernetes' own.
CUSTOM_GROUPS = frozenset(
    {
        "argoproj.io",
        "elbv2.k8s.aws",
        "external-secrets.io",
        "externaldns.k8s.io",
        "gateway.networking.k8s.io",
        "kustomize.toolkit.fluxcd.io",
        "metallb.io",
        "pksapi.io",
        "postgresql.cnpg.io",
        "pxc.percona.com",
        "snapshot.storage.k8s.io",
        "source.toolkit.fluxcd.io",
        "velero.io",
        "vpcresources.k8s.aws",
    }
)
# Kinds whose pods a controller makes from `spec.template` (a CronJob's stands one level deeper).
WORKLOAD_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


@dataclass(frozen=True)
class Document:
    """One Kubernetes object in a file of the bundle."""

    file: Path  # relative to the bundle
    line: int  # of the document's first line
    text: str  # as it stands in the file
    value: dict

    @property
    def kind(self) -> str:
        return self.value["kind"]

    @property
    def name(self) -> str:
        return self.value["metadata"]["name"]

    @property
    def namespace(self) -> str | None:
        return self.value["metadata"].get("namespace")

    @property
    def group(self) -> str:
        return self.value["apiVersion"].rpartition("/")[0]

    @property
    def identity(self) -> tuple[str, str, str | None, str]:
        return identity(self.value)

    @property
    def pod_template(self) -> dict | None:
        """The template of the pods that a controller makes from it."""
        if self.kind not in WORKLOAD_KINDS:
            return None
        spec = self.value["spec"]
        return (spec["jobTemplate"]["spec"] if self.kind == "CronJob" else spec)["template"]

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.file}:{self.line}: {self.kind} {place}"


def identity(value: dict) -> tuple[str, str, str | None, str]:
    """What makes an object the one that it is."""
    metadata = value["metadata"]
    return value["apiVersion"], value["kind"], metadata.get("namespace"), metadata["name"]


@dataclass(frozen=True)
class Cluster:
    """One cluster of one organization in one environment."""

    bundle: Path
    organization: str
    cluster: str
    environment: str

    def __str__(self) -> str:
        return f"{self.organization}/{self.cluster}/{self.environment}"

    @cached_property
    def prelude(self) -> list[Document]:
        return self._documents("prelude")

    @cached_property
    def manifests(self) -> list[Document]:
        return self._documents("manifests")

    @cached_property
    def checks(self) -> list[Document]:
        """What Argo CD or Flux asks once everything is there."""
        folder = self.bundle / self.organization / "gitops" / "checks" / self.cluster / self.environment
        files = [file for file in sorted(folder.glob("*.yaml")) if file.name != "kustomization.yaml"]
        return [document for file in files for document in documents(self.bundle, file)]

    @property
    def documents(self) -> list[Document]:
        return self.prelude + self.manifests

    @property
    def node_pools_file(self) -> Path:
        return self._plan / "node-pools.json"

    @cached_property
    def node_pools(self) -> list[dict]:
        """The pools; scripts/proofs/simulated-cluster describes the format."""
        return json.loads(self.node_pools_file.read_text())

    @cached_property
    def flows(self) -> dict:
        """The flows and pods of the cluster; scripts/proofs/flows describes the format."""
        return json.loads((self._plan / "flows.json").read_text())

    @property
    def _plan(self) -> Path:
        return self.bundle / self.organization / self.cluster / "prelude" / self.environment / "plan"

    def _documents(self, part: str) -> list[Document]:
        folder = self.bundle / self.organization / self.cluster / part / self.environment
        return [document for file in sorted(folder.glob("*.yaml")) for document in documents(self.bundle, file)]


def documents(bundle: Path, file: Path) -> Iterator[Document]:
    """The objects in one file. A document that is not an object with kind and name ends the program."""
    lines = file.read_text().splitlines(keepends=True)
    starts = [0, *(number for number, line in enumerate(lines) if line.rstrip() == "---" and number), len(lines)]
    for start, end in pairwise(starts):
        text = "".join(lines[start:end])
        value = yaml.load(text, yaml.CSafeLoader)
        if value is None:
            continue
        where = f"{file.relative_to(bundle)}:{start + 1}"
        if not (isinstance(value, dict) and {"apiVersion", "kind", "metadata"} <= value.keys()):
            raise Broken(f"{where}: not a Kubernetes object")
        first = next(number for number in range(start, end) if lines[number].strip() not in ("", "---"))
        yield Document(file.relative_to(bundle), first + 1, text, value)


def gitops(bundle: Path) -> list[Document]:
    """What Argo CD and Flux themselves are given; none where the blueprint names no repository."""
    files = sorted([*bundle.glob("*/gitops/argocd/**/*.yaml"), *bundle.glob("*/gitops/flux/**/*.yaml")])
    return [document for file in files for document in documents(bundle, file)]


def clusters(bundle: Path) -> list[Cluster]:
    """Every cluster in the bundle, sorted. A bundle without any ends the program: there would be nothing to check."""
    found = [
        Cluster(bundle, *folder.relative_to(bundle).parts[:2], folder.name)
        for folder in sorted(bundle.glob("*/*/manifests/*"))
        if folder.is_dir()
    ]
    if not found:
        raise Broken(f"{bundle}: there is no <organization>/<cluster>/manifests/<environment> in it")
    return found


def households(bundle: Path) -> list[tuple[Cluster, list[Cluster]]]:
    """Every cluster that has nodes, with the parts of organizations that live within it, which declare none.

    Files do not say within whose clusters an organization lives, so that only one can be meant.
    """
    found = clusters(bundle)
    hosts: dict[Cluster, list[Cluster]] = {cluster: [] for cluster in found if cluster.node_pools}
    for lodger in (cluster for cluster in found if not cluster.node_pools):
        place = (lodger.cluster, lodger.environment)
        possible = [host for host in hosts if (host.cluster, host.environment) == place]
        if len(possible) != 1:
            raise Broken(f"{lodger}: has no nodes, and {len(possible)} clusters could be its host")
        hosts[possible[0]].append(lodger)
    return list(hosts.items())
