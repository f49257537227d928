import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.instances import instances
from rehearsal.control_plane import ControlPlane, NodeGroup
from rehearsal.toolchain import Toolchain, ensure

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return ensure("1.36", root=ROOT)


@pytest.fixture(scope="session")
def control_plane(toolchain: Toolchain) -> Iterator[ControlPlane]:
    instance = instances()["m7i.2xlarge"]
    with ControlPlane.start(toolchain, name=f"providers-{os.getpid()}", root=ROOT) as plane:
        plane.nodes.add(
            NodeGroup(name="system", instance=instance, count=2, zones=("us-east-1a", "us-east-1b"))
        )
        plane.apply_crds(path for path in toolchain.crds if "cloudnative-pg" in str(path))
        yield plane
