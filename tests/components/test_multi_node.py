"""What replicas on several nodes need is there where there are any, and nowhere else."""

import pytest

from catalog.charts import EFA_DEVICE_PLUGIN, LEADER_WORKER_SET
from catalog.efa import EFA_INTERFACES
from catalog.instances import instances
from components.multi_node import efa_values, leader_worker_set_values
from tests.components.objects import LEADER_WORKER_SET as GROUP
from tests.components.recorder import Recording


def test_it_is_installed_only_for_replicas_that_span_nodes(platform: Recording) -> None:
    groups = platform.of_type(GROUP)
    operators = platform.of_type("inference-platform:index:MultiNode")

    assert len(operators) == (1 if groups else 0)
    assert all(platform.depends(group, one) for group in groups for one in platform.children_of(operators[0]))


def test_the_operators_pods_have_requests_and_stand_by() -> None:
    values = leader_worker_set_values(2)
    (workload,) = LEADER_WORKER_SET.workloads

    assert values[workload.replicas_path] == 2
    assert values[workload.resources_path]["requests"].keys() == {"cpu", "memory"}


def test_the_network_plugin_is_on_gpu_nodes_with_the_network_and_no_others() -> None:
    values = efa_values()

    assert values["supportedInstanceLabels"] == {
        "keys": ["node.kubernetes.io/instance-type"],
        "values": list(EFA_INTERFACES),
    }
    assert values["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert values["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert values["resources"]["requests"]


@pytest.mark.parametrize("name", EFA_INTERFACES)
def test_what_has_the_network_is_in_the_catalogue_and_has_gpus(name: str) -> None:
    assert instances()[name].gpus >= 1
    assert EFA_INTERFACES[name] >= 1


def test_charts_are_pinned() -> None:
    assert all(chart.version for chart in (LEADER_WORKER_SET, EFA_DEVICE_PLUGIN))
