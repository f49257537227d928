"""The RabbitMQ that a queue scenario plays on: a real server in the place of the stack's."""

import base64
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from rehearsal.control_plane import Api
from rehearsal.rabbitmq import RabbitMq
from rehearsal.stage import Stage
from settings.scaling import RabbitmqTrigger

_HTTP_PORT = 80
_AUTHENTICATIONS = "/apis/keda.sh/v1alpha1/namespaces/{namespace}/triggerauthentications/{name}-rabbitmq"


@contextmanager
def broker(
    stage: Stage, tree: Path, namespace: str, server: str, trigger: RabbitmqTrigger
) -> Generator[RabbitMq]:
    """Run RabbitMQ with the user and password that KEDA is given, where KEDA looks for it, with the trigger's queue."""
    known = _credentials(stage.plane.api, namespace, server)
    place = urlsplit(known["host"])
    rabbit = RabbitMq(
        tree=tree,
        folder=stage.plane.folder,
        user=known["username"],
        password=known["password"],
        vhost=trigger.vhost,
    )
    with rabbit:
        rabbit.declare(trigger.queue)
        service, _, space = (place.hostname or "").removesuffix(".svc").partition(".")
        stage.proxy.route(service, space, place.port or _HTTP_PORT, rabbit.management_port)
        yield rabbit


def _credentials(api: Api, namespace: str, server: str) -> dict[str, str]:
    """Return what the server's TriggerAuthentication hands to KEDA, by parameter."""
    found = api.get(_AUTHENTICATIONS.format(namespace=namespace, name=server))
    return {one["parameter"]: _value(api, namespace, one) for one in found["spec"]["secretTargetRef"]}


def _value(api: Api, namespace: str, reference: dict[str, str]) -> str:
    secret = api.get(f"/api/v1/namespaces/{namespace}/secrets/{reference['name']}")
    return base64.b64decode(secret["data"][reference["key"]]).decode()
