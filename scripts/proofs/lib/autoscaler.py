"""Which nodes the Cluster Autoscaler would add for pods that find no place: first fit over pools with room to grow."""

from dataclasses import dataclass, field

UNITS = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
ZONE = "topology.kubernetes.io/zone"


def quantity(text: str | int | float) -> float:
    """A Kubernetes quantity in its base unit: cores, bytes."""
    text = str(text)
    for unit, factor in sorted(UNITS.items(), key=lambda entry: -len(entry[0])):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return float(text)


def requests(pod: dict) -> tuple[float, float]:
    """Cores and bytes that the scheduler reserves for a pod, counted as Kubernetes does."""

    def of(container: dict, resource: str) -> float:
        return quantity(container.get("resources", {}).get("requests", {}).get(resource, 0))

    def reserved(resource: str) -> float:
        spec = pod["spec"]
        running = sum(of(container, resource) for container in spec["containers"])
        sidecars = highest = 0.0
        for container in spec.get("initContainers", []):
            if container.get("restartPolicy") == "Always":
                sidecars += of(container, resource)
                highest = max(highest, sidecars)
            else:
                highest = max(highest, sidecars + of(container, resource))
        return max(running + sidecars, highest) + quantity(spec.get("overhead", {}).get(resource, 0))

    return reserved("cpu"), reserved("memory")


def node_labels(pool: dict) -> dict[str, str]:
    """What the platform's own node of a pool carries; a node's hostname comes on top."""
    return {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node.kubernetes.io/instance-type": pool["instanceType"],
        **({ZONE: pool["zone"]} if pool["zone"] else {}),
        **pool.get("labels", {}),
    }


def admits(pool: dict, pod: dict, zones: set[str] | None) -> bool:
    """Whether a new, empty node of the pool could take the pod; `zones` are those of its volumes."""
    labels = node_labels(pool)
    cpu, memory = requests(pod)
    if (
        cpu > pool["cpuMillis"] / 1000
        or memory > pool["memoryMib"] * 2**20
        or (zones is not None and pool["zone"] not in zones)
    ):
        return False
    if any(labels.get(key) != value for key, value in (pod["spec"].get("nodeSelector") or {}).items()):
        return False
    required = (
        pod["spec"].get("affinity", {}).get("nodeAffinity", {}).get("requiredDuringSchedulingIgnoredDuringExecution")
    )
    return not required or any(
        all(_holds(expression, labels) for expression in term.get("matchExpressions", []))
        for term in required["nodeSelectorTerms"]
    )


def _holds(expression: dict, labels: dict[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", [])
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return True  # Gt and Lt: the scheduler itself decides


@dataclass
class _Bin:
    pool: dict
    pods: list = field(default_factory=list)

    def takes(self, pod: dict) -> bool:
        taken = [requests(other) for other in [*self.pods, pod]]
        cpu, memory = (sum(column) for column in zip(*taken, strict=True))
        return (
            cpu <= self.pool["cpuMillis"] / 1000
            and memory <= self.pool["memoryMib"] * 2**20
            and len(taken) <= self.pool["pods"]
        )


def nodes_to_add(pending: list[tuple[dict, set[str] | None]], pools: list[dict], counts: dict[str, int]) -> list[dict]:
    """The pools that get a new node each, so that pending pods (each with its volumes' zones) may find a place.

    A pool never grows over its maximum. Among pools that could take a pod, the one that is emptiest grows first.
    """
    bins: list[_Bin] = []
    counts = dict(counts)
    for pod, zones in sorted(pending, key=lambda entry: requests(entry[0]), reverse=True):
        fitting = next((one for one in bins if admits(one.pool, pod, zones) and one.takes(pod)), None)
        if fitting is None:
            growing = [pool for pool in pools if counts[pool["name"]] < pool["maximum"] and admits(pool, pod, zones)]
            if not growing:
                continue
            pool = min(growing, key=lambda pool: (counts[pool["name"]] / pool["maximum"], pool["name"]))
            counts[pool["name"]] += 1
            fitting = _Bin(pool)
            bins.append(fitting)
        fitting.pods.append(pod)
    return [one.pool for one in bins]
