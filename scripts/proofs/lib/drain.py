"""Drains one zone of a simulated cluster through the eviction API, as an upgrade of its nodes does."""

import time

from lib.errors import Broken
from lib.simulation import GROWTH_QUIET, TICK, VERDICT_QUIET, Simulation, Stillness
from lib.state import State, called, finished, ready


class Drain:
    """Two halves. First the zone's nodes take no new pods and have no successors: whatever the disruption budgets let
    go, goes, and every quorum must hold. Then successors come, as in an upgrade, and the zone must become empty.
    """

    def __init__(self, simulation: Simulation):
        self._simulation = simulation
        self._state = simulation.look()
        self._quorums = {component: len(members) for component, members in self._state.quorums().items()}
        self.zone = self._fullest_zone()
        self.faults: list[str] = []
        self._refused: dict[str, str] = {}
        self._old = [
            node["metadata"]["name"]
            for node in self._state.nodes
            if self._state.zone_of_node(node["metadata"]["name"]) == self.zone
        ]

    def run(self) -> list[str]:
        for name in self._old:
            self._change_node(name, {"spec": {"unschedulable": True}})
        self._evict(successors=False, patience=GROWTH_QUIET)
        self._evict(successors=True, patience=VERDICT_QUIET)
        left = self._left(self._simulation.look())
        for pod in left:
            reason = self._refused.get(called(pod))
            self._report(f"Pod {called(pod)}: cannot leave its node when zone {self.zone} is upgraded: {reason}")
        if not left:
            for name in self._old:
                self._simulation.plane.api.request("DELETE", f"/api/v1/nodes/{name}")
            self.faults += [f"after zone {self.zone} was drained: {fault}" for fault in self._simulation.settle()]
        return self.faults

    def _fullest_zone(self) -> str | None:
        """The zone whose loss hurts most: with the most members of one quorum, then with the most pods. None where the
        nodes stand in no zones.
        """
        state = self._state
        pods = state.pods_by_zone()

        def members(zone: str | None) -> int:
            counts = [
                sum(state.zone_of_node(pod["spec"].get("nodeName", "")) == zone for pod in group)
                for group in state.quorums().values()
            ]
            return max(counts, default=0)

        zones = sorted(zone for zone in pods if zone) or [None]
        return max(zones, key=lambda zone: (members(zone), pods[zone]))

    def _evict(self, successors: bool, patience: float) -> None:
        """Asks for every pod of the zone until none is left or nothing changes any more."""
        watch = Stillness()
        while True:
            state = self._simulation.look()
            self._check(state)
            left = self._left(state)
            if not left:
                return
            for pod in left:
                self._ask(pod)
            quiet = watch.seconds(state)
            if successors and self._simulation.grow(state, quiet):
                watch.reset()
            elif quiet > patience:
                return
            time.sleep(TICK)

    def _left(self, state: State) -> list[dict]:
        return [pod for pod in state.pods if pod["spec"].get("nodeName") in self._old and not finished(pod)]

    def _ask(self, pod: dict) -> None:
        if "deletionTimestamp" in pod["metadata"]:
            return
        metadata = {key: pod["metadata"][key] for key in ("namespace", "name")}
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/eviction"
        answer = self._simulation.plane.api.request(
            "POST", path, {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        )
        if answer.status == 429:  # a disruption budget says: not now
            causes = [cause["message"] for cause in answer.value.get("details", {}).get("causes", [])]
            self._refused[called(pod)] = " ".join([answer.message, *causes])
        elif not answer.good and answer.status != 404:
            raise Broken(f"eviction of {called(pod)}: {answer.message}")

    def _check(self, state: State) -> None:
        members = state.quorums()
        for component, size in self._quorums.items():
            running = sum(ready(pod) for pod in members.get(component, []))
            lost = size - running
            # One or two members can lose none: there is no majority to keep, and akcgen warns of that itself.
            if size >= 3 and (lost > 1 if component == "kafka" else running * 2 <= size):
                self._report(
                    f"{component}: {running} of {size} run while zone {self.zone} is drained: the quorum is lost"
                )
        for budget in state.budgets:
            status = budget.get("status", {})
            if status.get("currentHealthy", 0) < status.get("desiredHealthy", 0):
                counts = f"{status['currentHealthy']} of {status['desiredHealthy']} healthy pods"
                self._report(f"PodDisruptionBudget {called(budget)}: {counts} while zone {self.zone} is drained")

    def _report(self, fault: str) -> None:
        if fault not in self.faults:
            self.faults.append(fault)

    def _change_node(self, name: str, patch: dict) -> None:
        answer = self._simulation.plane.api.merge(f"/api/v1/nodes/{name}", patch)
        if not answer.good:
            raise Broken(f"node {name}: {answer.message}")
