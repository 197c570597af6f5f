"""A real Kubernetes control plane on free ports of the loopback interface, gone when the proof ends."""

import base64
import json
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from lib import environment
from lib.api import Api
from lib.errors import Broken
from lib.programs import Programs, wait_for


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def signing_key() -> str:
    """A new P-256 private key in PEM (RFC 5915, without the optional public key), for service account tokens."""
    named_curve = bytes.fromhex("a00a06082a8648ce3d030107")
    # A scalar below 2^255 is below the order of the curve.
    scalar = (secrets.randbits(255) | 1).to_bytes(32, "big")
    content = b"\x02\x01\x01" + b"\x04\x20" + scalar + named_curve
    encoded = base64.encodebytes(b"\x30" + bytes([len(content)]) + content).decode()
    return f"-----BEGIN EC PRIVATE KEY-----\n{encoded}-----END EC PRIVATE KEY-----\n"


class ControlPlane:
    """A cluster without nodes: API server and store; controllers, scheduler and nodes' simulator on request."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.programs = Programs(folder)
        self._token = secrets.token_hex(16)
        self.api: Api
        self.kubeconfig = folder / "kubeconfig"

    def start(self) -> None:
        store, peer, secure = free_ports(3)
        (self.folder / "sa.key").write_text(signing_key())
        (self.folder / "tokens.csv").write_text(f'{self._token},admin,admin,"system:masters"\n')
        self._start_etcd(f"http://127.0.0.1:{store}", f"http://127.0.0.1:{peer}")
        self._start_api_server(f"http://127.0.0.1:{store}", secure)

    def _start_etcd(self, clients: str, peers: str) -> None:
        self.programs.start(
            "etcd",
            environment.tool("etcd") / "etcd",
            f"--data-dir={self.folder}/etcd",
            "--unsafe-no-fsync",
            "--log-level=warn",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
        )

    def _start_api_server(self, store: str, port: int) -> None:
        certificate, key = self.folder / "apiserver.crt", self.folder / "apiserver.key"
        self.programs.start(
            "kube-apiserver",
            environment.tool("kubernetes") / "kube-apiserver",
            f"--etcd-servers={store}",
            f"--cert-dir={self.folder}",
            f"--secure-port={port}",
            "--bind-address=127.0.0.1",
            "--service-cluster-ip-range=172.20.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.folder}/sa.key",
            f"--service-account-signing-key-file={self.folder}/sa.key",
            f"--token-auth-file={self.folder}/tokens.csv",
            "--authorization-mode=RBAC",
            "--allow-privileged=true",  # as managed clusters do: Pod Security alone decides
            "--endpoint-reconciler-type=none",
        )
        wait_for("a certificate", lambda: certificate.exists() and key.exists(), self.programs.check)
        self.api = Api(port, self._token, str(certificate))
        wait_for("the API server", self._ready, self.programs.check)
        user = {"name": "proof", "user": {"token": self._token}}
        server = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(certificate)}
        context = {"name": "proof", "context": {"cluster": "proof", "user": "proof"}}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "users": [user],
            "clusters": [{"name": "proof", "cluster": server}],
            "contexts": [context],
            "current-context": "proof",
        }
        self.kubeconfig.write_text(json.dumps(config))

    def _ready(self) -> bool:
        try:
            return self.api.request("GET", "/readyz").status == 200
        except OSError:
            self.api.close()
            return False

    def define(self, groups: set[str]) -> None:
        """Creates the CustomResourceDefinitions of some API groups and waits until the server serves them.

        Where one would keep fields that it does not describe, it refuses them here: they can only be misspelt.
        """
        names = []
        for file in sorted(environment.tool("crds").rglob("*.yaml")):
            for value in yaml.load_all(file.read_text(), yaml.CSafeLoader):
                if value and value["spec"]["group"] in groups:
                    answer = self.api.create(_strict(value))
                    if not answer.good:
                        raise Broken(f"{file}: {answer.message}")
                    names.append(value["metadata"]["name"])
        path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
        for name in names:
            wait_for(
                f"{name} is served",
                lambda name=name: _established(self.api.request("GET", path + name).value),
                self.programs.check,
            )

    def start_controllers(self) -> None:
        """The controllers, the scheduler, and kwok, which plays every node and its pods."""
        programs = environment.tool("kubernetes")
        self.programs.start(
            "kube-controller-manager",
            programs / "kube-controller-manager",
            f"--kubeconfig={self.kubeconfig}",
            "--leader-elect=false",
            "--secure-port=0",
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            f"--service-account-private-key-file={self.folder}/sa.key",
            f"--root-ca-file={self.folder}/apiserver.crt",
            "--horizontal-pod-autoscaler-sync-period=2s",
            "--pvclaimbinder-sync-period=2s",
        )
        scheduling = {
            "apiVersion": "kubescheduler.config.k8s.io/v1",
            "kind": "KubeSchedulerConfiguration",
            "leaderElection": {"leaderElect": False},
            "clientConnection": {"kubeconfig": str(self.kubeconfig), "qps": 500, "burst": 1000},
            "podInitialBackoffSeconds": 1,
            "podMaxBackoffSeconds": 1,
        }
        config = self.folder / "scheduler.json"
        config.write_text(json.dumps(scheduling))
        self.programs.start("kube-scheduler", programs / "kube-scheduler", f"--config={config}", "--secure-port=0")
        kwok = environment.tool("kwok") / "kwok"
        self.programs.start("kwok", kwok, f"--kubeconfig={self.kubeconfig}", "--manage-all-nodes=true")


def _strict(definition: dict) -> dict:
    """A CustomResourceDefinition that does not keep, as a whole, fields that its schema lacks."""
    for version in definition["spec"]["versions"]:
        version["schema"]["openAPIV3Schema"].pop("x-kubernetes-preserve-unknown-fields", None)
    return definition


def _established(definition: dict) -> bool:
    conditions = definition.get("status", {}).get("conditions") or []
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)


@contextmanager
def control_plane() -> Iterator[ControlPlane]:
    with tempfile.TemporaryDirectory(prefix="akcgen-cluster-") as folder:
        plane = ControlPlane(Path(folder))
        try:
            plane.start()
            yield plane
        finally:
            plane.programs.end()
