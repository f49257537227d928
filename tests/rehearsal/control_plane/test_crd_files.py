from pathlib import Path

import pytest

from rehearsal.control_plane.crds import CrdError, _read  # pyright: ignore[reportPrivateUsage] - the pure half
from rehearsal.control_plane.seed import Seed
from tests.rehearsal.control_plane.test_configuration import TOOLCHAIN

CRD = """# made by a generator
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    name: not-this
  name: {name}
spec:
  names:
    kind: Thing
"""


def test_every_crd_of_a_file_is_found_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text("---\n" + CRD.format(name="a.example.com") + "---\n" + CRD.format(name='"b.example.com"'))
    assert [name for name, _ in _read(path)] == ["a.example.com", "b.example.com"]


def test_other_objects_in_a_file_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "mixed.yaml"
    path.write_text("kind: Namespace\nmetadata:\n  name: x\n---\n" + CRD.format(name="a.example.com"))
    assert [name for name, _ in _read(path)] == ["a.example.com"]


def test_a_file_without_a_crd_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    path.write_text("kind: Namespace\n")
    with pytest.raises(CrdError, match=r"none\.yaml"):
        _read(path)


def test_a_seed_is_planted_only_for_the_same_crds(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(CRD.format(name="a.example.com"))
    seed = Seed(tmp_path, TOOLCHAIN, [path])
    assert not seed.plant(tmp_path / "one" / "etcd")
    (seed.path / "member").mkdir(parents=True)
    assert seed.plant(tmp_path / "two" / "etcd")
    assert (tmp_path / "two" / "etcd" / "member").is_dir()
    path.write_text(CRD.format(name="b.example.com"))
    assert not Seed(tmp_path, TOOLCHAIN, [path]).plant(tmp_path / "three" / "etcd")
