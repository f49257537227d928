"""The API server through the official client: its connections and authentication, JSON in and out."""

import json
import time
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config import ConfigException, load_kube_config_from_dict
from urllib3.exceptions import HTTPError

from rehearsal.providers.contract import ProviderError

Tree = dict[str, Any]

# One connection for each request the engine can have under way, so that none waits for another.
_CONNECTIONS = 64
_REQUEST_SECONDS = 60.0
# The server says "not now" with these while it starts, or while a new kind becomes ready.
_BUSY = (429, 503)
_BUSY_TRIES = 10
_BUSY_PAUSE_SECONDS = 0.3


class ApiError(ProviderError):
    """An answer of the API server that is no success; ``status`` is its HTTP code."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: HTTP status and JSON body."""

    status: int
    body: Tree


def parse_kubeconfig(kubeconfig: Any) -> Tree:
    """Return the kubeconfig as a tree; it may be JSON or YAML text, or a tree already.

    Raises ProviderError when it is neither, or holds no cluster.
    """
    try:
        tree = yaml.safe_load(kubeconfig) if isinstance(kubeconfig, str) else kubeconfig
    except yaml.YAMLError:
        # The text may hold a key: say nothing of what stands in it.
        raise ProviderError("kubernetes: the kubeconfig is neither JSON nor YAML") from None
    if not isinstance(tree, dict) or "clusters" not in tree:
        raise ProviderError("kubernetes: the kubeconfig holds no clusters")
    return cast(Tree, tree)


def current_context(kubeconfig: Tree) -> Tree:
    """Return the context (cluster, user, namespace) that the kubeconfig uses; empty if none."""
    wanted = kubeconfig.get("current-context")
    contexts = cast(list[Tree], kubeconfig.get("contexts") or [])
    return next((c.get("context") or {} for c in contexts if c.get("name") == wanted), {})


class Client:
    """Requests to one API server; safe for many threads."""

    def __init__(self, kubeconfig: Tree) -> None:
        configuration = Configuration()
        configuration.connection_pool_maxsize = _CONNECTIONS
        try:
            load_kube_config_from_dict(kubeconfig, client_configuration=configuration, persist_config=False)
        except ConfigException as error:
            raise ProviderError(f"kubernetes: the kubeconfig cannot be used: {error}") from None
        if _wants_plugin(kubeconfig) and not (configuration.api_key or configuration.cert_file):
            raise ProviderError(
                "kubernetes: the kubeconfig's credential plugin gave no token and no certificate;"
                f" is `{_plugin(kubeconfig)}` on PATH?"
            )
        self._api = ApiClient(configuration)
        self.server = str(configuration.host)

    def get(self, path: str, **query: str) -> Tree:
        """GET ``path``; raises ApiError, also for 404."""
        return self.request("GET", path, query=query).body

    def find(self, path: str) -> Tree | None:
        """GET ``path``, or None where there is nothing."""
        try:
            return self.get(path)
        except ApiError as error:
            if error.status == 404:  # noqa: PLR2004 - HTTP's own number
                return None
            raise

    def request(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Reply:
        """Send one request; raises ApiError for any answer that is no success."""
        target = f"{path}?{urlencode(query)}" if query else path
        reply = self._send(method, target, body, content_type)
        for _ in range(_BUSY_TRIES):
            if reply.status not in _BUSY:
                break
            time.sleep(_BUSY_PAUSE_SECONDS)
            reply = self._send(method, target, body, content_type)
        if not 200 <= reply.status < 300:  # noqa: PLR2004 - HTTP's own numbers
            raise ApiError(
                reply.status,
                str(reply.body.get("reason", "")),
                str(reply.body.get("message") or f"HTTP {reply.status}"),
            )
        return reply

    def close(self) -> None:
        """Drop the connections."""
        self._api.close()

    def _send(self, method: str, target: str, body: Any, content_type: str) -> Reply:
        url, headers = self._authenticated(target)
        headers |= {"Content-Type": content_type, "Accept": "application/json"}
        try:
            response = self._api.call_api(
                method,
                url,
                header_params=headers,
                # The client serialises plain JSON only; an apply patch goes as text (JSON is YAML).
                body=body if content_type == "application/json" else json.dumps(body),
                _request_timeout=_REQUEST_SECONDS,
            )
            data = response.read()
        except HTTPError as error:
            raise ApiError(0, "Unreachable", f"{self.server} does not answer: {error}") from None
        return Reply(response.status, _body(data))

    def _authenticated(self, target: str) -> tuple[str, dict[str, str]]:
        _, url, headers, _, _ = self._api.param_serialize("GET", target, auth_settings=["BearerToken"])
        return url, headers or {}


def _body(data: bytes | None) -> Tree:
    try:
        tree = json.loads(data or b"{}")
    except ValueError:
        # The server answers some failures in plain text.
        return {"message": (data or b"").decode(errors="replace").strip()}
    return cast(Tree, tree) if isinstance(tree, dict) else {}


def _user(kubeconfig: Tree) -> Tree:
    name = current_context(kubeconfig).get("user")
    users = cast(list[Tree], kubeconfig.get("users") or [])
    return next((u.get("user") or {} for u in users if u.get("name") == name), {})


def _wants_plugin(kubeconfig: Tree) -> bool:
    return bool(_user(kubeconfig).get("exec"))


def _plugin(kubeconfig: Tree) -> str:
    return str(_user(kubeconfig).get("exec", {}).get("command", ""))
