"""Looks for secrets in plain text, in the state file and in what the rehearsal prints."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# How Pulumi marks a secret in a deployment. Source: pulumi/sdk, resource.SigKey and resource.SecretSig.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the mark of a secret, not one
_RANDOM = "random:index/"
_KUBERNETES_SECRET = "kubernetes:core/v1:Secret"  # noqa: S105  a type, not a secret
# Shorter ones, such as a user's name or a port, stand in plain text elsewhere by right.
_SHORTEST = 12


def materials(deployment: Mapping[str, Any], stand_ins: Mapping[str, str]) -> dict[str, str]:
    """Return what must never be seen, by where it comes from.

    These are what a random provider drew, what stands in Kubernetes Secrets, and the stack's own secrets;
    all else that is secret, such as a database's URI, is made of them. `deployment` is decrypted.
    """
    found = dict(stand_ins)
    for resource in deployment.get("resources", ()):
        if resource["type"].startswith(_RANDOM) or resource["type"] == _KUBERNETES_SECRET:
            name = resource["urn"].rpartition("::")[2]
            texts = [text for text in _secret_texts(resource.get("outputs", {})) if len(text) >= _SHORTEST]
            found |= {f"{name} #{number}": text for number, text in enumerate(texts, start=1)}
    return found


def leaks(text: str, secrets: Mapping[str, str]) -> list[str]:
    """Return where the secrets come from that stand in `text`, plain or in base64."""
    return sorted(
        source for source, secret in secrets.items() if any(form in text for form in _forms(secret))
    )


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield base64.b64encode(secret.encode()).decode()
    # As it stands inside a JSON string.
    yield json.dumps(secret)[1:-1]


def _secret_texts(tree: Any) -> Iterator[str]:
    """Every text inside a part that is marked as secret."""
    if isinstance(tree, Mapping):
        if tree.get(_SIGNATURE) == _SECRET:
            yield from _texts(json.loads(tree["plaintext"]))
        else:
            for part in tree.values():
                yield from _secret_texts(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _secret_texts(part)


def _texts(tree: Any) -> Iterable[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for part in tree.values():
            yield from _texts(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _texts(part)
