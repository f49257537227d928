"""Which kinds the API server knows: asked once, and again when a kind is missing."""

import threading
import time
from dataclasses import dataclass

from rehearsal.providers.kubernetes.client import ApiError, Client, Tree

# A missing kind may appear any moment (its CRD is being installed); asking more often helps nobody.
_ASK_AGAIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind the server serves, and where."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.api_version.rpartition("/")[0]

    def path(self, namespace: str = "", name: str = "") -> str:
        """Return the path of the collection (of all namespaces without one), or of one object."""
        root = f"/apis/{self.api_version}" if self.group else f"/api/{self.api_version}"
        scope = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{scope}/{self.plural}" + (f"/{name}" if name else "")


class Discovery:
    """Finds kinds; safe for many threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, str], Resource] = {}
        self._asked: dict[str, float] = {}

    def find(self, api_version: str, kind: str) -> Resource | None:
        """Return the kind, or None while the server does not know it. Raises ApiError."""
        found = self._kinds.get((api_version, kind))
        if found is None:
            with self._lock:
                self._ask(api_version)
            found = self._kinds.get((api_version, kind))
        return found

    def forget(self, api_version: str) -> None:
        """Ask anew for this group version: its CRDs changed."""
        with self._lock:
            self._asked.pop(api_version, None)
            for key in [key for key in self._kinds if key[0] == api_version]:
                del self._kinds[key]

    def _ask(self, api_version: str) -> None:
        asked = self._asked.get(api_version)
        if asked is not None and time.monotonic() - asked < _ASK_AGAIN_SECONDS:
            return
        self._asked[api_version] = time.monotonic()
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        for entry in self._served(root):
            if "/" not in entry["name"]:  # a name with a slash is a subresource
                resource = Resource(api_version, entry["kind"], entry["name"], entry["namespaced"])
                self._kinds[api_version, entry["kind"]] = resource

    def _served(self, root: str) -> list[Tree]:
        try:
            return self._client.get(root).get("resources") or []
        except ApiError as error:
            if error.status == 404:  # noqa: PLR2004 - HTTP's own number
                return []
            raise
