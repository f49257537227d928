"""Claims that a stack expects to be there already: in a rehearsal nobody else makes them."""

from collections.abc import Sequence

from automation import Event, Step, StepState
from components.cluster.storage import DEFAULT
from components.inference_platform import MODELS_NAMESPACE
from components.serving.sources import parse_claim
from rehearsal.control_plane import Api
from settings import Settings

_NAMESPACE = ("kubernetes:core/v1:Namespace", "models-namespace")
_CLAIM = "pvc:"
_SPEC = {
    "accessModes": ["ReadWriteMany"],
    "storageClassName": DEFAULT,
    "resources": {"requests": {"storage": "1Gi"}},
}


def expected_claims(settings: Settings) -> tuple[str, ...]:
    """Return the claims that models and repositories are read from, each once."""
    places = [model.load_from for model in settings.models]
    places += [repository.repository for repository in settings.triton_repositories]
    names = (parse_claim(place, "claim").name for place in places if place.startswith(_CLAIM))
    return tuple(dict.fromkeys(names))


class ClaimsAreThere:
    """A listener that makes the claims as soon as there is a namespace for them; they go with it."""

    def __init__(self, api: Api, claims: Sequence[str]) -> None:
        self._api = api
        self._claims = claims

    def __call__(self, event: Event) -> None:
        """Follow one event."""
        if not isinstance(event, Step) or event.state != StepState.DONE or event.operation != "create":
            return
        if (event.type, event.name) != _NAMESPACE:
            return
        for name in self._claims:
            path = f"/api/v1/namespaces/{MODELS_NAMESPACE}/persistentvolumeclaims/{name}"
            claim = {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name, "namespace": MODELS_NAMESPACE},
                "spec": _SPEC,
            }
            self._api.apply(path, claim)
