"""What the plan allows in one cluster: flows.json, whose format scripts/proofs/flows describes."""

import dataclasses
import ipaddress

from lib import bundle as bundles
from lib.traffic import Outside, Pod, Question

# Addresses that some policy could let through by mistake: the internet's, a private network's, the node's own services.
ELSEWHERE = ("1.1.1.1", "10.255.255.254", "169.254.169.254", "172.31.255.254", "192.168.255.254")


class Plan:
    """The part of flows.json that concerns one cluster."""

    def __init__(self, cluster: bundles.Cluster):
        self._place = {"organization": cluster.organization, "cluster": cluster.cluster}
        self.flows = [
            flow for flow in cluster.flows["flows"] if any(self._is_here(flow[end]) for end in ("from", "to"))
        ]
        self.ranges = sorted(
            {flow[end]["cidr"] for flow in self.flows for end in ("from", "to") if "cidr" in flow[end]}
        )
        self._networks = {cidr: ipaddress.ip_network(cidr) for cidr in self.ranges}
        self._free = self._free_addresses()
        isolated = {document.namespace for document in cluster.manifests if document.kind == "NetworkPolicy"}
        self.entries = [entry for entry in cluster.flows["pods"] if self._is_here(entry)]
        self.pods = [
            Pod(
                entry["namespace"], entry["workload"], next(self._free), tuple(sorted(entry["labels"].items())),
                tuple(sorted(entry["namespaceLabels"].items())), entry["namespace"] in isolated,
            )
            for entry in self.entries
        ]  # fmt: skip
        self._rows = {
            (self._key(flow["from"]), self._key(flow["to"]), flow["port"], flow["protocol"]) for flow in self.flows
        }

    def _is_here(self, end: dict) -> bool:
        return self._place.items() <= end.items()

    @staticmethod
    def _key(end: dict) -> tuple:
        return ("range", end["cidr"]) if "cidr" in end else ("pod", end["namespace"], end["workload"])

    def _free_addresses(self):
        """Addresses for the pods that stand in none of the plan's ranges but those that hold every address."""
        narrow = [network for network in self._networks.values() if network.prefixlen]
        return (
            str(address)
            for address in ipaddress.ip_network("100.64.0.0/10").hosts()
            if not any(address in network for network in narrow)
        )

    def strangers(self) -> list[str]:
        """Ends that name no pod of this cluster."""
        known = {("pod", pod.namespace, pod.workload) for pod in self.pods}
        return [
            f"flow {flow}: {flow[end]} is no pod of this cluster"
            for flow in self.flows
            for end in ("from", "to")
            if "cidr" not in flow[end] and not (self._is_here(flow[end]) and self._key(flow[end]) in known)
        ]

    def twin(self, pod: Pod) -> Pod:
        """Another pod of the same workload."""
        return dataclasses.replace(pod, address=next(self._free))

    def outside(self) -> list[Outside]:
        """For each range its first and last address and the neighbours of both, and addresses elsewhere."""
        found = set(ELSEWHERE)
        for network in self._networks.values():
            first, last = network[0], network[-1]
            found |= {str(first), str(last)}
            found |= {str(address) for address in self._neighbours(first, last)}
        return [
            Outside(address)
            for address in sorted(
                found, key=lambda address: (ipaddress.ip_address(address).version, ipaddress.ip_address(address))
            )
        ]

    @staticmethod
    def _neighbours(first, last):
        if int(first) > 0:
            yield first - 1
        if int(last) < 2**last.max_prefixlen - 1:
            yield last + 1

    def _names(self, end: Pod | Outside) -> list[tuple]:
        """Every way in which a flow can name an end."""
        address = ipaddress.ip_address(end.address)
        names = [
            ("range", cidr)
            for cidr, network in self._networks.items()
            if address.version == network.version and address in network
        ]
        return names + ([("pod", end.namespace, end.workload)] if isinstance(end, Pod) else [])

    def allows(self, question: Question) -> bool:
        """Both ends enforce: the source lets out what a flow from it names, the destination what a flow to it names."""
        source, destination = self._names(question.source), self._names(question.destination)
        out = self._any([source[-1]], destination, question) if _isolated(question.source) else True
        into = self._any(source, [destination[-1]], question) if _isolated(question.destination) else True
        return out and into

    def _any(self, sources: list[tuple], destinations: list[tuple], question: Question) -> bool:
        return any(
            (source, destination, question.port, question.protocol) in self._rows
            for source in sources
            for destination in destinations
        )


def _isolated(end: Pod | Outside) -> bool:
    return isinstance(end, Pod) and end.isolated
