"""A GPU is cut one way, and replicas ask for what their pool gives; anything else is one line."""

import pytest

from settings.references import pools_for
from tests.settings.stacks import Change, bad, changed, problems, put, settings

H100 = {"name": "h100", "instanceTypes": ["p5.48xlarge"], "maxGpus": 8}


def pool(**keys: object) -> Change:
    return put("gpuPools.2", {**H100, **keys})


def model(**gpu: object) -> Change:
    return put("models.0.gpu", {"type": "h100", **gpu})


WRONG = [
    bad(
        pool(mig="1g.10gb", instanceTypes=["g5.xlarge"]),
        "gpuPools[2].mig: 1g.10gb needs MIG, which a10g lacks. Use sharing instead,",
    ),
    bad(
        pool(mig="3g.20gb"),
        "gpuPools[2].mig: h100 has no profile 3g.20gb. Did you mean 3g.40gb?",
    ),
    bad(
        pool(mig="3g.40gb", sharing={"replicas": 2}),
        "gpuPools[2].sharing: cannot be set beside mig (3g.40gb). Keep one:",
    ),
    bad(
        pool(mig="3g.40gb", operatingSystem="bottlerocket"),
        "gpuPools[2].migStrategy: mixed is not what Bottlerocket's own device plugin does.",
        "Set migStrategy: single, or operatingSystem: al2023.",
    ),
    bad(pool(sharing={"replicas": 1}), "gpuPools[2].sharing.replicas: 1 is below the least, 2."),
]

WRONG_TOGETHER = [
    (
        pool(mig="3g.40gb"),
        *bad(
            model(mig="3g.40gb", share=0.5),
            "models[0].gpu.share: cannot be set beside mig (3g.40gb). Keep one of them.",
        ),
    ),
    (
        pool(sharing={"replicas": 4}),
        *bad(
            model(share=0.3),
            "models[0].gpu.share: 0.3 is not 1/n. A GPU is shared by a whole number of pods: use 0.33,",
        ),
    ),
    (
        pool(sharing={"replicas": 4}),
        *bad(
            model(share=0.25, count=2),
            "models[0].gpu.count: 2 shares do not add up to a larger GPU. Set count: 1, or take whole GPUs:",
        ),
    ),
    (
        pool(mig="3g.40gb"),
        *bad(
            model(mig="3g.40gb", count=2),
            "models[0].gpu.count: 2 slices do not add up to a larger GPU.",
        ),
    ),
    (
        pool(mig="3g.40gb"),
        *bad(
            model(mig="1g.10gb"),
            "models[0].gpu: wants slices of 1g.10gb; pool h100 has slices of 3g.40gb.",
            "Change gpu to mig: 3g.40gb, or gpuPools[2] to mig: 1g.10gb.",
        ),
    ),
    (
        pool(sharing={"replicas": 4}),
        *bad(
            model(share=0.5),
            "models[0].gpu: wants 0.5 of a GPU; pool h100 has 4 pods on each GPU.",
            "Change gpu to share: 0.25, or gpuPools[2] to sharing: {replicas: 2}.",
        ),
    ),
    (
        pool(mig="3g.40gb"),
        *bad(model(), "models[0].gpu: wants whole GPUs; pool h100 has slices of 3g.40gb."),
    ),
    (
        pool(),
        *bad(
            model(share=0.25),
            "models[0].gpu: wants 0.25 of a GPU; pool h100 has whole GPUs.",
            "Change gpu to neither mig nor share, or gpuPools[2] to sharing: {replicas: 4}.",
        ),
    ),
]


@pytest.mark.parametrize(("change", "line"), WRONG)
def test_a_pool_that_cannot_be_cut_so_is_one_line(change: Change, line: str) -> None:
    assert line in "\n".join(problems(changed(change)))
    assert len(problems(changed(change))) == 1


@pytest.mark.parametrize(("pool_change", "model_change", "line"), WRONG_TOGETHER)
def test_a_replica_that_asks_for_another_cut_is_one_line(
    pool_change: Change, model_change: Change, line: str
) -> None:
    (found,) = problems(changed(pool_change, model_change))
    assert found.startswith(line)


@pytest.mark.parametrize(
    ("gpu", "chosen"),
    [
        ({}, "h100"),
        ({"mig": "3g.40gb"}, "sliced"),
        ({"share": 0.25}, "shared"),
        # Two decimals are what people write for a third.
        ({"share": 0.33}, "thirds"),
        ({"share": 1}, "h100"),
    ],
)
def test_of_pools_with_one_gpu_a_replica_finds_the_one_cut_as_it_asks(
    gpu: dict[str, object], chosen: str
) -> None:
    ways = {
        "h100": {},
        "sliced": {"mig": "3g.40gb"},
        "shared": {"sharing": {"replicas": 4}},
        "thirds": {"sharing": {"replicas": 3, "strategy": "mps"}},
    }
    pools = [
        put(f"gpuPools.{place}", {**H100, "name": name, **keys})
        for place, (name, keys) in enumerate(ways.items(), start=2)
    ]
    stack = settings(*pools, model(**gpu))

    (found,) = pools_for(stack.models[0], stack.gpu_pools)
    assert found.name == chosen
