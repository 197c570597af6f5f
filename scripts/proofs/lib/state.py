"""What a simulated cluster looks like at one moment."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from lib.api import Api
from lib.autoscaler import ZONE

# Components of which more than half must run; a Kafka cluster may miss one broker.
QUORUM_COMPONENTS = ("orderer", "kafka", "zookeeper")
COMPONENT = "app.kubernetes.io/component"


def label(value: dict, key: str) -> str | None:
    return value["metadata"].get("labels", {}).get(key)


def called(value: dict) -> str:
    return f"{value['metadata']['namespace']}/{value['metadata']['name']}"


def finished(pod: dict) -> bool:
    return pod["status"].get("phase") in ("Succeeded", "Failed")


def ready(pod: dict) -> bool:
    conditions = pod["status"].get("conditions", [])
    return "deletionTimestamp" not in pod["metadata"] and any(
        one["type"] == "Ready" and one["status"] == "True" for one in conditions
    )


def unschedulable(pod: dict) -> str | None:
    """What the scheduler said when it found no node."""
    for condition in pod["status"].get("conditions", []):
        if (
            condition["type"] == "PodScheduled"
            and condition["status"] == "False"
            and condition.get("reason") == "Unschedulable"
        ):
            return condition.get("message", "")
    return None


@dataclass
class State:
    pods: list[dict]
    claims: list[dict]
    volumes: list[dict]
    nodes: list[dict]
    classes: list[dict]
    workloads: list[dict]  # Deployments, StatefulSets, DaemonSets and Jobs, with `kind`
    autoscalers: list[dict]
    budgets: list[dict]

    @classmethod
    def of(cls, api: Api) -> "State":
        apps = "/apis/apps/v1/"
        paths = {
            "Deployment": apps + "deployments",
            "StatefulSet": apps + "statefulsets",
            "DaemonSet": apps + "daemonsets",
            "Job": "/apis/batch/v1/jobs",
        }
        return cls(
            pods=api.list("/api/v1/pods"),
            claims=api.list("/api/v1/persistentvolumeclaims"),
            volumes=api.list("/api/v1/persistentvolumes"),
            nodes=api.list("/api/v1/nodes"),
            classes=api.list("/apis/storage.k8s.io/v1/storageclasses"),
            workloads=[{**value, "kind": kind} for kind, path in paths.items() for value in api.list(path)],
            autoscalers=api.list("/apis/autoscaling/v2/horizontalpodautoscalers"),
            budgets=api.list("/apis/policy/v1/poddisruptionbudgets"),
        )

    @cached_property
    def signature(self) -> frozenset:
        """Changes when anything that matters does, and not with heartbeats."""
        pods = {
            (pod["metadata"]["uid"], pod["spec"].get("nodeName"), pod["status"].get("phase"), ready(pod))
            for pod in self.pods
        }
        claims = {(claim["metadata"]["uid"], claim["status"].get("phase")) for claim in self.claims}
        nodes = {(node["metadata"]["uid"], node["spec"].get("unschedulable", False)) for node in self.nodes}
        workloads = {(called(value), value["kind"], value["spec"].get("replicas")) for value in self.workloads}
        return frozenset(pods | claims | nodes | workloads)

    def nodes_ready(self) -> bool:
        """Whether every node takes pods, or is on its way out."""
        return all(
            ready(node) and (node["spec"].get("unschedulable") or not node["spec"].get("taints")) for node in self.nodes
        )

    def zone_of_node(self, name: str) -> str | None:
        return next((label(node, ZONE) for node in self.nodes if node["metadata"]["name"] == name), None)

    def zones_of_claims(self, pod: dict) -> set[str] | None:
        """The zones to which a pod's volumes tie it; None where they leave it free."""
        names = {
            volume["persistentVolumeClaim"]["claimName"]
            for volume in pod["spec"].get("volumes", [])
            if "persistentVolumeClaim" in volume
        }
        tied: set[str] | None = None
        for volume in self.volumes:
            reference = volume["spec"].get("claimRef", {})
            if reference.get("namespace") == pod["metadata"]["namespace"] and reference.get("name") in names:
                zones = _zones(volume)
                if zones is not None:
                    tied = zones if tied is None else tied & zones
        return tied

    def quorums(self) -> dict[str, list[dict]]:
        """Pods by component, for the components that decide by majority."""
        members: dict[str, list[dict]] = {}
        for pod in self.pods:
            component = label(pod, COMPONENT)
            if component in QUORUM_COMPONENTS and not finished(pod):
                members.setdefault(component, []).append(pod)
        return members

    def shortcomings(self) -> list[str]:
        """What keeps the cluster from being complete; empty when everything runs."""
        found = [
            f"{value['kind']} {called(value)}: {reason}" for value in self.workloads if (reason := _incomplete(value))
        ]
        found += [
            f"HorizontalPodAutoscaler {called(value)}: its target has not reached the minimum yet"
            for value in self.autoscalers
            if not self._at_minimum(value)
        ]
        for pod in self.pods:
            if not finished(pod) and not ready(pod):
                found.append(f"Pod {called(pod)}: {unschedulable(pod) or pod['status'].get('phase', 'not started')}")
        found += [
            f"PersistentVolumeClaim {called(claim)}: stays {claim['status'].get('phase')}"
            for claim in self.claims
            if claim["status"].get("phase") != "Bound"
        ]
        return found

    def _at_minimum(self, autoscaler: dict) -> bool:
        target = self.target_of(autoscaler)
        return target is not None and target["spec"].get("replicas", 1) >= autoscaler["spec"].get("minReplicas", 1)

    def target_of(self, autoscaler: dict) -> dict | None:
        reference, namespace = autoscaler["spec"]["scaleTargetRef"], autoscaler["metadata"]["namespace"]
        wanted = (reference["kind"], f"{namespace}/{reference['name']}")
        return next((value for value in self.workloads if (value["kind"], called(value)) == wanted), None)

    def pods_by_zone(self) -> Counter:
        return Counter(
            self.zone_of_node(pod["spec"]["nodeName"])
            for pod in self.pods
            if "nodeName" in pod["spec"] and not finished(pod)
        )


def _zones(volume: dict) -> set[str] | None:
    terms = volume["spec"].get("nodeAffinity", {}).get("required", {}).get("nodeSelectorTerms", [])
    values = [
        value
        for term in terms
        for expression in term.get("matchExpressions", [])
        if expression["key"] == ZONE
        for value in expression["values"]
    ]
    return set(values) if values else None


def _incomplete(workload: dict) -> str | None:
    spec, status = workload["spec"], workload.get("status", {})
    if status.get("observedGeneration", 0) < workload["metadata"].get("generation", 0) and workload["kind"] != "Job":
        return "its controller has not seen it yet"
    if workload["kind"] == "Job":
        wanted, have, what = spec.get("completions", 1), status.get("succeeded", 0), "completions"
    elif workload["kind"] == "DaemonSet":
        wanted, have, what = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0), "pods"
    else:
        wanted, have, what = spec.get("replicas", 1), status.get("readyReplicas", 0), "pods"
        if status.get("replicas", 0) != wanted or status.get("updatedReplicas", 0) != wanted:
            have = min(have, wanted - 1)
    return None if have >= wanted else f"{have} of {wanted} {what} ready"
