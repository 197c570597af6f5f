"""Puts a bundle's cluster into a control plane as its operator would, and says what is refused."""

from lib import bundle as bundles
from lib.control_plane import ControlPlane


class Installation:
    """What was said to each object of one cluster."""

    def __init__(self, plane: ControlPlane, cluster: bundles.Cluster):
        self._plane = plane
        self._cluster = cluster
        self.refusals: list[str] = []
        self.warnings: list[tuple[bundles.Document, str]] = []

    def run(self) -> "Installation":
        """Definitions, prelude, manifests and checks, each in the order of files, as kubectl takes them."""
        self._plane.define({document.group for document in self._cluster.documents} & bundles.CUSTOM_GROUPS)
        namespaces_of_others(self._plane, self._cluster)
        for document in self._cluster.documents + self._cluster.checks:
            answer = self._plane.api.apply(document.value, document.text)
            self.warnings += [(document, warning) for warning in answer.warnings]
            if not answer.good:
                self.refusals.append(f"{document}: {answer.message}")
        return self


def namespaces_of_others(plane: ControlPlane, cluster: bundles.Cluster) -> None:
    """Where Velero is the cluster's own, so is its namespace."""
    for namespace in sorted({document.namespace for document in cluster.documents if document.group == "velero.io"}):
        plane.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})


def service_accounts(plane: ControlPlane, cluster: bundles.Cluster) -> None:
    """Each namespace's `default` account, which a controller makes in a cluster with controllers."""
    for namespace in sorted({document.namespace for document in cluster.documents if document.namespace}):
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": namespace},
        }
        plane.api.create(account)
