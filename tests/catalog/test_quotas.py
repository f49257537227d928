"""Every instance type with GPUs counts against one quota on demand and one on spot."""

import pytest

from catalog.instances import instances
from catalog.quotas import QUOTAS, quota_of

GPU_TYPES = [name for name, one in instances().items() if one.gpu]


@pytest.mark.parametrize("spot", [False, True])
def test_every_gpu_instance_has_a_quota_of_its_class(spot: bool) -> None:  # noqa: FBT001  a parameter of the test
    for name in GPU_TYPES:
        quota = quota_of(name, spot=spot)
        assert quota is not None
        assert quota.spot == spot
        assert quota.key.removeprefix("spot" if spot else "onDemand")[0] == name[0].upper()


def test_p4_and_p5_have_spot_quotas_of_their_own() -> None:
    codes = {name: quota_of(name, spot=True) for name in ("p4d.24xlarge", "p5.48xlarge")}

    assert {name: quota and quota.code for name, quota in codes.items()} == {
        "p4d.24xlarge": "L-7212CCBC",
        "p5.48xlarge": "L-C4BD4855",
    }


def test_instances_without_gpus_count_against_none_of_these() -> None:
    assert quota_of("m7i.xlarge", spot=False) is None
    assert len({quota.code for quota in QUOTAS}) == len(QUOTAS)
