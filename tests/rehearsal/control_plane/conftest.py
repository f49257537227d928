import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.control_plane import ControlPlane
from rehearsal.toolchain import Toolchain, ensure

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return ensure("1.36", root=ROOT)


@pytest.fixture(scope="session")
def control_plane(toolchain: Toolchain) -> Iterator[ControlPlane]:
    # One for each worker of xdist; they run side by side.
    with ControlPlane.start(toolchain, name=f"test-{os.getpid()}", root=ROOT, crds=toolchain.crds) as plane:
        yield plane
