"""A placeholder takes exactly the place of one replica, and gives it up to any pod at once."""

from typing import Any

from tests.components.objects import DEPLOYMENT, NAMESPACE, NODE_POOL, pod, spec
from tests.components.recorder import Recorded
from tests.golden.stacks import recorded

CLASS = "kubernetes:scheduling.k8s.io/v1:PriorityClass"


def _placeholders(server: str) -> Recorded:
    return recorded("sharing").one(DEPLOYMENT, f"headroom-{server}")


def _pod(server: str) -> dict[str, Any]:
    return pod(_placeholders(server))["spec"]


def test_a_placeholder_fits_where_one_replica_does_and_nowhere_else() -> None:
    for server in ("sliced", "single", "turning", "siding"):
        replica = pod(recorded("sharing").one(DEPLOYMENT, f"{server}-deployment"))["spec"]
        place = _pod(server)
        assert place["containers"][0]["resources"] == replica["containers"][0]["resources"]
        assert place["nodeSelector"] == replica["nodeSelector"]
        assert place["tolerations"] == replica["tolerations"]
        assert spec(_placeholders(server))["replicas"] == 1


def test_every_pod_comes_before_a_placeholder_and_a_placeholder_before_none() -> None:
    priority = recorded("sharing").one(CLASS).inputs

    assert priority["value"] < 0
    assert priority["preemptionPolicy"] == "Never"
    assert not priority.get("globalDefault")
    assert _pod("sliced")["priorityClassName"] == priority["metadata"]["name"]
    # A replica that is waiting for the place does not wait for the placeholder to finish.
    assert _pod("sliced")["terminationGracePeriodSeconds"] == 0


def test_placeholders_are_not_taken_for_replicas() -> None:
    labels = pod(_placeholders("sliced"))["metadata"]["labels"]
    services = [spec(one)["selector"] for one in recorded("sharing").of_type("kubernetes:core/v1:Service")]

    assert services
    assert not any(selector.items() <= labels.items() for selector in services)


def test_an_update_does_not_wait_for_them_and_a_pool_outlives_them() -> None:
    place = _placeholders("sliced")

    assert place.inputs["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"
    assert all(recorded("sharing").depends(place, pool) for pool in recorded("sharing").of_type(NODE_POOL))
    assert any(recorded("sharing").depends(place, space) for space in recorded("sharing").of_type(NAMESPACE))


def test_a_stack_without_a_buffer_has_no_placeholders() -> None:
    assert recorded("dev").of_type(CLASS) == []
