"""Plain JSON requests to one Kubernetes API server."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from kubernetes.client import ApiClient, Configuration
from kubernetes.config import load_kube_config
from urllib3 import Retry

Json = dict[str, Any]
T = TypeVar("T")
R = TypeVar("R")

FIELD_MANAGER = "rehearsal"
"""Who the API server sees as the owner of what the rehearsal itself applies."""

_WORKERS = 16
_TIMEOUT_SECONDS = 120.0
_NOT_FOUND = 404
# A server that has just been given CRDs answers so for a while; every request here can be repeated.
_PATIENCE = Retry(
    total=8,
    backoff_factor=0.25,
    backoff_max=4,
    status_forcelist=(429, 500, 503, 504),
    allowed_methods=None,
    raise_on_status=False,
)
# The server asks to come back: a new CRD's storage is not open yet, say.
_BUSY = 429
_BUSY_SECONDS = 0.2
_FIRST_ERROR = 400


class ApiError(Exception):
    """The API server refused a request. ``status`` is the HTTP status; the text is the server's own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """One API server, by kubeconfig. Objects are JSON trees. Safe to use from several threads."""

    def __init__(self, kubeconfig: Path) -> None:
        configuration = Configuration()
        load_kube_config(str(kubeconfig), client_configuration=configuration)
        # The server is on loopback; a proxy in the user's environment cannot reach it.
        configuration.proxy = None
        configuration.connection_pool_maxsize = _WORKERS
        self._host: str = configuration.host
        self._pool = ApiClient(configuration).rest_client.pool_manager
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="rehearsal-api")

    def get(self, path: str, accept: str = "application/json", **query: str) -> Json:
        """Return the object or list at ``path``; ApiError where the server refuses."""
        return self._request("GET", path, query, {"Accept": accept})

    def find(self, path: str) -> Json | None:
        """Return the object at ``path``, or None where there is none."""
        try:
            return self.get(path)
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def items(self, path: str, **query: str) -> list[Json]:
        """Return the items of the list at ``path``."""
        return self.get(path, **query)["items"] or []

    def apply(self, path: str, body: Json | str) -> Json:
        """Server-side apply ``body`` at ``path`` (its own path, name included), taking over its fields.

        A string is YAML, sent as it is.
        """
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        return self._request("PATCH", path, query, {"Content-Type": "application/apply-patch+yaml"}, body)

    def merge(self, path: str, body: Json) -> Json:
        """Merge ``body`` into the object at ``path``."""
        return self._request("PATCH", path, {}, {"Content-Type": "application/merge-patch+json"}, body)

    def delete(self, path: str, **options: Any) -> None:
        """Delete the object at ``path`` with these DeleteOptions; a missing one is fine."""
        try:
            self._request("DELETE", path, {}, {"Content-Type": "application/json"}, options or None)
        except ApiError as error:
            if error.status != _NOT_FOUND:
                raise

    def each(self, function: Callable[[T], R], arguments: Iterable[T]) -> list[R]:
        """Call ``function`` with each argument, several at a time, and return the results in order."""
        return list(self._workers.map(function, arguments))

    def close(self) -> None:
        """Close the connections."""
        self._workers.shutdown(cancel_futures=True)
        self._pool.clear()

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: Json | str | None = None,
    ) -> Json:
        url = f"{self._host}{path}" + (f"?{urlencode(query)}" if query else "")
        data = json.dumps(body) if isinstance(body, dict) else body
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while True:
            answer = self._pool.request(
                method, url, headers=dict(headers), body=data, timeout=_TIMEOUT_SECONDS, retries=False
            )
            if answer.status != _BUSY or time.monotonic() > deadline:
                break
            time.sleep(_BUSY_SECONDS)
        if answer.status >= _FIRST_ERROR:
            raise ApiError(answer.status, f"{method} {path}: {_reason(answer.data)}")
        return json.loads(answer.data)


def _reason(data: bytes) -> str:
    """Return the message of a Status object, or the start of whatever else was answered."""
    try:
        return str(json.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        return data[:500].decode(errors="replace")
