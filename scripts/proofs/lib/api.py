"""A small client of the Kubernetes API: enough to apply a bundle as kubectl does and to hear every warning."""

import http.client
import json
import re
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class Answer:
    status: int
    value: dict
    warnings: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.status < 400

    @property
    def message(self) -> str:
        return self.value.get("message", f"HTTP {self.status}")


class Unknown(Exception):
    """The server knows no such kind."""


class Api:
    """One connection to an API server. Not for several threads at once."""

    FIELD_MANAGER = "akcgen-proof"

    def __init__(self, port: int, token: str, certificate: str):
        self._address = ("127.0.0.1", port)
        self._token = token
        self._trust = ssl.create_default_context(cafile=certificate)
        self._connection: http.client.HTTPSConnection | None = None
        self._resources: dict[str, dict[str, dict]] = {}

    def request(
        self,
        method: str,
        path: str,
        body: dict | str | None = None,
        media: str = "application/json",
        user: str | None = None,
        **query: str,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", "Content-Type": media}
        if user is not None:
            # With every right: what then refuses is no lack of one.
            headers |= {"Impersonate-User": user, "Impersonate-Group": "system:masters"}
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        target = path + ("?" + urlencode(query) if query else "")
        encoded = data.encode() if data is not None else None
        try:
            response = self._send(method, target, encoded, headers)
        except (http.client.HTTPException, ConnectionError):
            # The server closed a connection that stood idle: once more on a new one.
            self.close()
            response = self._send(method, target, encoded, headers)
        text = response.read()
        # RFC 9111: `299 - "text"`, with quotes and backslashes escaped.
        heard = [
            re.sub(r"\\(.)", r"\1", text)
            for line in response.headers.get_all("Warning", [])
            for text in re.findall(r'299 \S+ "((?:[^"\\]|\\.)*)"', line)
        ]
        try:
            value = json.loads(text)
        except ValueError:
            value = {"message": text.decode(errors="replace")}
        return Answer(response.status, value if isinstance(value, dict) else {"message": str(value)}, heard)

    def _send(self, method: str, target: str, data: bytes | None, headers: dict) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(*self._address, context=self._trust, timeout=60)
        self._connection.request(method, target, data, headers)
        return self._connection.getresponse()

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def resource(self, api_version: str, kind: str) -> dict:
        """What the server says of a kind: its `name` in paths and whether it is `namespaced`."""
        if kind not in self._resources.get(api_version, {}):
            prefix = "/apis/" if "/" in api_version else "/api/"
            answer = self.request("GET", prefix + api_version)
            listed = answer.value.get("resources", []) if answer.good else []
            self._resources[api_version] = {entry["kind"]: entry for entry in listed if "/" not in entry["name"]}
        try:
            return self._resources[api_version][kind]
        except KeyError:
            raise Unknown(f"the server has no kind {kind} in {api_version}") from None

    def path(self, value: dict) -> str:
        """The path of the collection that an object belongs to."""
        entry = self.resource(value["apiVersion"], value["kind"])
        base = ("/apis/" if "/" in value["apiVersion"] else "/api/") + value["apiVersion"]
        namespace = value["metadata"].get("namespace", "default")
        return f"{base}/namespaces/{namespace}/{entry['name']}" if entry["namespaced"] else f"{base}/{entry['name']}"

    def apply(self, value: dict, text: str) -> Answer:
        """What `kubectl apply --server-side` sends, with the text as it stands in the file: the server reads YAML."""
        try:
            path = self.path(value)
        except Unknown as error:
            return Answer(404, {"message": str(error)})
        query = {"fieldManager": self.FIELD_MANAGER, "fieldValidation": "Strict", "force": "false"}
        return self.request(
            "PATCH", f"{path}/{value['metadata']['name']}", text, "application/apply-patch+yaml", **query
        )

    def create(self, value: dict, user: str | None = None, **query: str) -> Answer:
        """Creates an object, as another user where one is named."""
        return self.request("POST", self.path(value), value, user=user, fieldValidation="Strict", **query)

    def read(self, value: dict) -> Answer:
        """What the server holds of an object."""
        return self.request("GET", f"{self.path(value)}/{value['metadata']['name']}")

    def merge(self, path: str, patch: dict) -> Answer:
        return self.request("PATCH", path, patch, "application/merge-patch+json")

    def list(self, path: str) -> list[dict]:
        answer = self.request("GET", path)
        if not answer.good:
            raise RuntimeError(f"GET {path}: {answer.message}")
        return answer.value["items"]
