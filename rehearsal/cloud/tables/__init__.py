"""The resource types that the simulated cloud serves, a module for each area of AWS."""

from collections.abc import Mapping

from rehearsal.cloud.errors import CloudError
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables import (
    caches,
    databases,
    edge,
    endpoints,
    events,
    firewalls,
    identity,
    kubernetes,
    network,
    storage,
)

SPECS: Mapping[str, ResourceSpec] = {
    **network.SPECS,
    **firewalls.SPECS,
    **endpoints.SPECS,
    **identity.SPECS,
    **kubernetes.SPECS,
    **events.SPECS,
    **storage.SPECS,
    **databases.SPECS,
    **caches.SPECS,
    **edge.SPECS,
}


def spec_for(token: str) -> ResourceSpec:
    """Return the row of a type token; raise CloudError where the tables have none."""
    if token not in SPECS:
        raise CloudError(
            "NotSimulated",
            f"the simulated cloud does not know {token}; add a row for it to rehearsal/cloud/tables/",
        )
    return SPECS[token]
