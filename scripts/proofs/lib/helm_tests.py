"""`helm test` where no kubelet runs: its pods are admitted, looked at, and ended as if their commands had succeeded."""

import subprocess
from collections.abc import Callable, Iterator

import yaml

from lib import bundle as bundles
from lib import forms
from lib.control_plane import ControlPlane
from lib.errors import Broken
from lib.programs import wait_for


class HelmTests:
    """The hooks of a release, by `helm get hooks`."""

    def __init__(self, plane: ControlPlane, hooks: str):
        self._plane = plane
        values = [value for value in yaml.load_all(hooks, yaml.CSafeLoader) if value]
        self._pods = [value for value in values if value["kind"] == "Pod"]
        self._others = [value for value in values if value["kind"] != "Pod"]

    def run(self, start: Callable[[], subprocess.Popen]) -> Iterator[str]:
        """What is wrong with the hooks, while and after `start` runs them."""
        faults: list[str] = []
        ended: set[str] = set()
        with start() as helm:
            wait_for("helm test", lambda: self._ended(helm, ended, faults), self._plane.programs.check)
            said = helm.stdout.read().strip()
        yield from faults
        if helm.returncode:
            yield f"helm test: {said}"
        for pod in self._pods:
            if bundles.identity(pod) not in ended:
                yield f"helm test: {named(pod)} was never made"
            elif not self._plane.api.read(pod).good:
                yield f"helm test: {named(pod)} is gone, and its log with it"
        for other in self._others:
            if self._plane.api.read(other).good:
                yield f"helm test: {named(other)} is still there"

    def _ended(self, helm: subprocess.Popen, ended: set, faults: list[str]) -> bool:
        """Ends the pods that wait, and says whether helm itself has ended."""
        over = helm.poll() is not None
        for pod in self._pods:
            key = bundles.identity(pod)
            answer = self._plane.api.read(pod)
            if key not in ended and answer.good:
                ended.add(key)
                faults += self._wrong(answer.value)
                path = f"{self._plane.api.path(pod)}/{pod['metadata']['name']}/status"
                answer = self._plane.api.merge(path, {"status": {"phase": "Succeeded"}})
                if not answer.good:
                    raise Broken(f"{named(pod)}: {answer.message}")
        return over

    def _wrong(self, pod: dict) -> Iterator[str]:
        """What is wrong around a pod at the moment when it would start."""
        namespace, labels = pod["metadata"]["namespace"], pod["metadata"]["labels"]
        core, apps = f"/api/v1/namespaces/{namespace}/", f"/apis/apps/v1/namespaces/{namespace}/"
        for path in (core + "services", apps + "deployments", apps + "statefulsets"):
            for value in self._plane.api.list(path):
                selector = value["spec"].get("selector") or {}
                selector = selector.get("matchLabels", selector)
                if selector and selector.items() <= labels.items():
                    where = f"{path.rpartition('/')[2]} {value['metadata']['name']}"
                    yield f"helm test: {named(pod)} is selected by {where}"
        for other in self._others:
            if other["metadata"]["namespace"] == namespace and not self._plane.api.read(other).good:
                yield f"helm test: {named(pod)} starts before {named(other)}"


def named(value: dict) -> str:
    return forms.named(bundles.identity(value))
