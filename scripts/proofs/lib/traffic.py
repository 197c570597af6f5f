"""Asks cyclonus, an evaluator of NetworkPolicies that is not akcgen's, what the policies of a cluster allow."""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lib import environment
from lib.errors import Broken


@dataclass(frozen=True)
class Pod:
    """A pod of the cluster, by its workload."""

    namespace: str
    workload: str
    address: str
    labels: tuple[tuple[str, str], ...]
    namespace_labels: tuple[tuple[str, str], ...]
    isolated: bool  # whether the bundle's policies hold for it; platform pods stand in namespaces of their own

    def __str__(self) -> str:
        return f"{self.namespace}/{self.workload}"

    def peer(self) -> dict:
        return {
            "Internal": {
                "PodLabels": dict(self.labels),
                "NamespaceLabels": dict(self.namespace_labels),
                "Namespace": self.namespace,
            },
            "IP": self.address,
        }


@dataclass(frozen=True)
class Outside:
    """An address outside the cluster."""

    address: str

    def __str__(self) -> str:
        return self.address

    def peer(self) -> dict:
        return {"IP": self.address}


@dataclass(frozen=True)
class Question:
    """Whether a source may open a connection to a port of a destination."""

    source: Pod | Outside
    destination: Pod | Outside
    port: int
    protocol: str
    port_name: str = ""

    def traffic(self) -> dict:
        return {
            "Source": self.source.peer(), "Destination": self.destination.peer(),
            "ResolvedPort": self.port, "ResolvedPortName": self.port_name, "Protocol": self.protocol,
        }  # fmt: skip


def verdicts(policies: list[dict], questions: list[Question]) -> list[bool]:
    """Cyclonus' answers, in the order of the questions, from one call."""
    with tempfile.TemporaryDirectory(prefix="akcgen-traffic-") as folder:
        for number, policy in enumerate(policies):
            file = Path(folder, "policies", f"{number}.yaml")
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(policy))
        traffic = Path(folder, "traffic.json")
        traffic.write_text(json.dumps([question.traffic() for question in questions]))
        command = [
            environment.tool("cyclonus") / "cyclonus",
            "analyze",
            "--mode=query-traffic",
            f"--policy-path={folder}/policies",
            f"--traffic-path={traffic}",
        ]
        answer = subprocess.run(command, capture_output=True, text=True)
    found = re.findall(r"^\| IS ALLOWED\? \| +(TRUE|FALSE) +\|", answer.stdout, re.MULTILINE)
    if answer.returncode != 0 or len(found) != len(questions):
        raise Broken(f"cyclonus answered {len(found)} of {len(questions)} questions:\n{answer.stderr[-2000:]}")
    return [verdict == "TRUE" for verdict in found]
