"""A real Kubernetes control plane as plain processes on loopback, made by kwokctl."""

import base64
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import yaml

from rehearsal import watchdog
from rehearsal.control_plane.api import Api
from rehearsal.control_plane.configuration import FLAGS, render
from rehearsal.control_plane.crds import apply_crds
from rehearsal.control_plane.nodes import Nodes
from rehearsal.control_plane.seed import Seed
from rehearsal.processes import Process, ProcessError, Watchdog, clean_environment
from rehearsal.toolchain import Toolchain

COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller")
"""The processes of a control plane, by kwokctl's names."""

_CREATE_SECONDS = 180.0
_RESTARTS = 3
_MIB = 1024 * 1024


class ControlPlaneError(Exception):
    """The control plane could not be started; the text says why and where the logs are."""


class ControlPlane:
    """A running control plane and the folder it keeps everything in.

    Start one with ``ControlPlane.start``, preferably in a ``with`` statement: its processes end with
    it, and also when this process is killed, unless ``keep`` was called.
    """

    def __init__(self, folder: Path, name: str, guard: Watchdog | None = None) -> None:
        self.folder = folder
        self.name = name
        self._guard = guard
        self._home = folder / "kwokctl" / "clusters" / name
        self._data = self._home / "etcd"
        self.kubeconfig = self._home / "kubeconfig.yaml"
        self.ca_certificate = self._home / "pki" / "ca.crt"
        self.client_certificate = self._home / "pki" / "admin.crt"
        self.client_key = self._home / "pki" / "admin.key"

    @classmethod
    def start(
        cls,
        toolchain: Toolchain,
        *,
        name: str,
        root: Path,
        crds: Sequence[Path] = (),
        flags: Mapping[str, Mapping[str, str]] = FLAGS,
    ) -> Self:
        """Start a control plane named ``name`` in ``root/.tools/run/NAME``, and wait until it serves.

        It serves the CRDs in ``crds`` (YAML files). The first start with a set of them takes longer;
        later ones begin with etcd data that was kept in ``root/.tools/seeds``. Its components run with ``flags``.

        What an ended or crashed one of that name left is removed first. Raises ControlPlaneError
        where one of that name runs, or where kwokctl fails; nothing is left running then.
        """
        folder = run_folder(root, name)
        if cls.find(root, name) is not None:
            raise ControlPlaneError(f"{name} is already running in {folder}; end it with: make rehearse-stop")
        _remove(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)  # it will hold the administrator's key
        plane = cls(folder, name, Watchdog(folder))
        try:
            seed = Seed(root.resolve(), toolchain, crds)
            planted = bool(crds) and seed.plant(plane._data)
            _create(toolchain, plane, flags)
            if crds and not planted:
                plane.apply_crds(crds)
                seed.keep(plane.pids()["etcd"], plane._data)
        except BaseException:
            plane._end()
            raise
        return plane

    @classmethod
    def find(cls, root: Path, name: str) -> Self | None:
        """Return the control plane ``name`` if any process of it runs, as after ``keep``."""
        folder = run_folder(root, name)
        running = any(watchdog.recorded(folder)) or watchdog.components(folder)
        return cls(folder, name) if running else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process of the run and remove its folder. Safe to call twice, and after ``keep``."""
        if "api" in vars(self):
            self.api.close()
        self._end()
        _remove(self.folder)

    def keep(self) -> None:
        """Let every process of the run go on after this process ends; ``find`` and ``stop`` end them."""
        if self._guard:
            self._guard.release()
            self._guard = None

    @cached_property
    def api(self) -> Api:
        """Requests to the API server as its administrator."""
        return Api(self.kubeconfig)

    @cached_property
    def nodes(self) -> Nodes:
        """The fake nodes that no Karpenter makes."""
        return Nodes(self.api)

    @property
    def endpoint(self) -> str:
        """The API server's URL, on loopback."""
        return str(yaml.safe_load(self.kubeconfig.read_text())["clusters"][0]["cluster"]["server"])

    @property
    def ca_data(self) -> str:
        """The certificate authority in base64, as a kubeconfig and EKS give it."""
        return base64.b64encode(self.ca_certificate.read_bytes()).decode()

    def pids(self) -> dict[str, int]:
        """Return the pids of the control plane's running components."""
        return {name: process.pid for name, process in watchdog.components(self.folder).items()}

    def missing(self) -> tuple[str, ...]:
        """Return the components that do not run."""
        return tuple(component for component in COMPONENTS if component not in self.pids())

    def memory_mib(self) -> float:
        """Return the resident memory of all the run's processes, Karpenter included, in MiB."""
        total = 0
        for process in [*watchdog.components(self.folder).values(), *watchdog.recorded(self.folder)]:
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total / _MIB

    def apply_crds(self, paths: Iterable[Path]) -> int:
        """Apply the CRDs in these files, wait until they are served, and return how many there are."""
        return apply_crds(self.api, paths)

    def _end(self) -> None:
        watchdog.end_everything(self.folder)
        if self._guard:
            self._guard.close()
            self._guard = None


def run_folder(root: Path, name: str) -> Path:
    """Return the folder of the run ``name`` in the checkout ``root``."""
    return root.resolve() / ".tools" / "run" / name


def _create(toolchain: Toolchain, plane: ControlPlane, flags: Mapping[str, Mapping[str, str]]) -> None:
    folder = plane.folder
    configuration = folder / "kwokctl.yaml"
    configuration.write_text(render(toolchain, flags=flags))
    kubeconfig = folder / "kubeconfig"
    _kwokctl(
        toolchain, plane, "create", "--config", configuration, "--kubeconfig", kubeconfig, "--wait", "60s"
    )
    # On a busy machine a component gives up on an API server that is slow to come; it is started again.
    for _ in range(_RESTARTS):
        if not plane.missing():
            return
        _kwokctl(toolchain, plane, "start", "--wait", "60s")
    if plane.missing():
        raise ControlPlaneError(
            f"{', '.join(plane.missing())} did not stay up; see {plane.kubeconfig.parent / 'logs'}"
        )


def _kwokctl(toolchain: Toolchain, plane: ControlPlane, verb: str, *flags: str | Path) -> None:
    folder = plane.folder
    process = Process(
        name="kwokctl",
        command=[toolchain.kwokctl.absolute(), verb, "cluster", "--name", plane.name, *flags],
        folder=folder,
        environment=clean_environment({"HOME": str(folder), "KWOK_WORKDIR": str(folder / "kwokctl")}),
    )
    try:
        process.start().wait(_CREATE_SECONDS)
    except ProcessError as error:
        raise ControlPlaneError(
            f"{error}\nThe logs are in {folder / 'logs'} and {folder / 'kwokctl'}."
        ) from error


def _remove(folder: Path) -> None:
    watchdog.end_everything(folder)
    shutil.rmtree(folder, ignore_errors=True)
