"""A simulated cluster: real controllers and scheduler, nodes of the declared pools, autoscaler, volume provisioner."""

import time
from collections import Counter

from lib import bundle as bundles
from lib.autoscaler import ZONE, node_labels, nodes_to_add
from lib.control_plane import ControlPlane
from lib.errors import Broken
from lib.programs import wait_for
from lib.state import State, called, label, unschedulable

POOL = "akcgen.io/pool"
TICK = 0.1  # seconds between two looks
CONSIDERED_QUIET = 1  # seconds without a change, where the scheduler has refused every node to every pod that waits
GROWTH_QUIET = 3  # seconds without a change after which the scheduler is taken to have tried
REFUSED_QUIET = 6  # the same, where the scheduler has refused every node there is to every pod that waits
VERDICT_QUIET = 20  # seconds without a change after which nothing more is expected of any program
LIMIT = 600  # seconds until a cluster that never comes to rest counts as broken
NO_PROVISIONER = "kubernetes.io/no-provisioner"


class Simulation:
    def __init__(self, plane: ControlPlane, cluster: bundles.Cluster):
        self.plane = plane
        self.cluster = cluster
        self.pools = cluster.node_pools
        self._made: Counter = Counter()  # nodes ever made, by pool: no name is used twice

    def boot(self) -> None:
        """The nodes that each pool holds at least, ready before anything is applied.

        Otherwise the scheduler would spread the first pods over the zones that happen to be there, and their volumes
        would keep them in those.
        """
        for pool in self.pools:
            for _ in range(pool["minimum"]):
                self.add_node(pool)
        wait_for("the first nodes", lambda: self.look().nodes_ready(), self.plane.programs.check)

    def add_node(self, pool: dict) -> None:
        self._made[pool["name"]] += 1
        name = f"{pool['name']}-{self._made[pool['name']]}"
        amounts = {"cpu": f"{pool['cpuMillis']}m", "memory": f"{pool['memoryMib']}Mi", "pods": str(pool["pods"])}
        labels = {**node_labels(pool), "kubernetes.io/hostname": name, POOL: pool["name"]}
        node = {
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels},
            "status": {"capacity": amounts, "allocatable": amounts},
        }  # fmt: skip
        answer = self.plane.api.create(node)
        if not answer.good:
            raise Broken(f"node {name}: {answer.message}")

    def counts(self, state: State) -> dict[str, int]:
        """Nodes by pool that take pods: those being drained are on their way out."""
        count = Counter(label(node, POOL) for node in state.nodes if not node["spec"].get("unschedulable"))
        return {pool["name"]: count[pool["name"]] for pool in self.pools}

    def look(self) -> State:
        """The present state, after volumes were made for claims whose pod has found a node."""
        self.plane.programs.check()
        state = State.of(self.plane.api)
        made = {
            (volume["spec"]["claimRef"]["namespace"], volume["spec"]["claimRef"]["name"])
            for volume in state.volumes
            if "claimRef" in volume["spec"]
        }
        classes = {value["metadata"]["name"]: value for value in state.classes}
        for claim in state.claims:
            key = (claim["metadata"]["namespace"], claim["metadata"]["name"])
            storage_class = classes.get(claim["spec"].get("storageClassName", ""))
            if claim["status"].get("phase") == "Pending" and key not in made and storage_class:
                self._provision(state, claim, storage_class)
        return state

    def _provision(self, state: State, claim: dict, storage_class: dict) -> None:
        """Stands in for the CSI driver's provisioner: a volume in the zone of the node that the scheduler selected."""
        node = claim["metadata"].get("annotations", {}).get("volume.kubernetes.io/selected-node")
        waits = storage_class.get("volumeBindingMode") == "WaitForFirstConsumer"
        if storage_class["provisioner"] == NO_PROVISIONER or (waits and not node):
            return
        name = f"pvc-{claim['metadata']['uid']}"
        spec = {
            "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
            "accessModes": claim["spec"]["accessModes"],
            "storageClassName": storage_class["metadata"]["name"],
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            # A provisioner that is no CSI driver may have a name that none can have.
            "csi": {"driver": storage_class["provisioner"].replace("/", "."), "volumeHandle": name},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                **{key: claim["metadata"][key] for key in ("namespace", "name", "uid")},
            },
        }
        zone = state.zone_of_node(node) if node else None
        if zone:
            spec["nodeAffinity"] = {
                "required": {
                    "nodeSelectorTerms": [{"matchExpressions": [{"key": ZONE, "operator": "In", "values": [zone]}]}]
                }
            }
        answer = self.plane.api.create(
            {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec}
        )
        if not answer.good:
            raise Broken(f"volume for claim {called(claim)}: {answer.message}")

    def grow(self, state: State, quiet: float) -> bool:
        """Adds the nodes that pods without a place need. True if any was added."""
        waiting = _waiting(state)
        tried = quiet > GROWTH_QUIET or (quiet > CONSIDERED_QUIET and _considered(state))
        if not waiting or not state.nodes_ready() or not tried:
            return False
        added = nodes_to_add([(pod, state.zones_of_claims(pod)) for pod in waiting], self.pools, self.counts(state))
        for pool in added:
            self.add_node(pool)
        return bool(added)

    def settle(self) -> list[str]:
        """Waits until everything runs, adding nodes where pods need them.

        Returns what does not run when nothing changes any more.
        """
        watch = Stillness()
        while True:
            state = self.look()
            shortcomings = state.shortcomings()
            if not shortcomings:
                return []
            quiet = watch.seconds(state)
            if self.grow(state, quiet):
                watch.reset()
            elif quiet > (REFUSED_QUIET if _considered(state) else VERDICT_QUIET):
                return shortcomings
            time.sleep(TICK)


class Stillness:
    """For how long a cluster has not changed."""

    def __init__(self):
        self._start = time.monotonic()
        self.reset()

    def reset(self) -> None:
        self._last, self._since = None, time.monotonic()

    def seconds(self, state: State) -> float:
        now = time.monotonic()
        if now - self._start > LIMIT:
            raise Broken(f"the cluster did not come to rest within {LIMIT} s")
        if state.signature != self._last:
            self._last, self._since = state.signature, now
        return now - self._since


def _waiting(state: State) -> list[dict]:
    return [pod for pod in state.pods if unschedulable(pod) is not None]


def _considered(state: State) -> bool:
    """Whether pods wait, and the scheduler has looked at every node for each of them: `0/6 nodes are available: …`."""
    messages = [unschedulable(pod) for pod in _waiting(state)]
    return bool(messages) and all(message.startswith(f"0/{len(state.nodes)} nodes") for message in messages)
