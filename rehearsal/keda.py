"""KEDA itself: its operator, and the adapter through which the HPA controller asks it for metrics."""

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from rehearsal.control_plane.api import Json
from rehearsal.control_plane.configuration import CERTIFICATE_NAMES
from rehearsal.control_plane.plane import ControlPlane
from rehearsal.control_plane.ports import LOOPBACK, free_ports
from rehearsal.processes import Process, ProcessError, clean_environment, listens

_GROUP = "external.metrics.k8s.io"
_VERSION = "v1beta1"
_API_SERVICE = f"/apis/apiregistration.k8s.io/v1/apiservices/{_VERSION}.{_GROUP}"
# The aggregator asks for a certificate of this Service's name.
_SERVICE, _NAMESPACE = CERTIFICATE_NAMES[0].split(".")[:2]
_SERVICE_PATH = f"/api/v1/namespaces/{_NAMESPACE}/services/{_SERVICE}"
_KEDA_NAMESPACE = "keda"
_POLL_SECONDS = 0.1


@dataclass(kw_only=True)
class Keda:
    """KEDA against `plane`. What its triggers name in the cluster is asked for through `proxy`, an URL.

    It needs its CRDs served first. `stop` leaves its objects alone, as removing the chart does: a ScaledObject
    that is removed later keeps its finalizer.
    """

    operator: Path
    adapter: Path
    plane: ControlPlane
    proxy: str
    _processes: list[Process] = field(default_factory=list[Process], init=False, repr=False)

    def start(self, timeout_seconds: float = 60.0) -> Self:
        """Start KEDA and wait until its metrics are served; ProcessError where not. Safe to call twice."""
        if self.running:
            return self
        certificates = self._certificates()
        health, metrics, secure = free_ports(3)
        self._start(self._operator(certificates, health, metrics), timeout_seconds)
        try:
            self._start(self._adapter(certificates, secure, metrics), timeout_seconds)
            self._lead(secure, timeout_seconds)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End KEDA: first what leads to it, so that no namespace waits for it. Safe to call twice."""
        if not self._processes:
            return
        self.plane.api.delete(_API_SERVICE)
        self.plane.api.delete(_SERVICE_PATH)
        while self._processes:
            self._processes.pop().stop()

    @property
    def running(self) -> bool:
        """Whether all of KEDA runs."""
        return bool(self._processes) and all(process.pid is not None for process in self._processes)

    @property
    def pids(self) -> tuple[int, ...]:
        """The pids of what runs."""
        return tuple(process.pid for process in self._processes if process.pid is not None)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, process: Process, timeout_seconds: float) -> None:
        self._processes.append(process.start(timeout_seconds))

    def _certificates(self) -> Path:
        """Lay the run's one certificate out under the names that KEDA looks for."""
        folder = self.plane.folder / "keda"
        folder.mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(self.plane.ca_certificate, folder / "ca.crt")
        shutil.copyfile(self.plane.client_certificate, folder / "tls.crt")
        shutil.copyfile(self.plane.client_key, folder / "tls.key")
        return folder

    def _operator(self, certificates: Path, health: int, metrics: int) -> Process:
        settings = {
            "KUBECONFIG": str(self.plane.kubeconfig),
            "POD_NAMESPACE": _KEDA_NAMESPACE,
            "KEDA_CLUSTER_OBJECT_NAMESPACE": _KEDA_NAMESPACE,
            "WATCH_NAMESPACE": "",
            # As the chart's values have it: a misspelt trigger parameter shows.
            "KEDA_CHECK_UNEXPECTED_SCALERS_PARAMS": "enabled",
            # Go asks a proxy for every host that is not on loopback.
            "HTTP_PROXY": self.proxy,
            "HTTPS_PROXY": self.proxy,
        }
        flags = {
            "cert-dir": certificates,
            "ca-dir": certificates,
            "metrics-bind-address": "0",
            "health-probe-bind-address": f"{LOOPBACK}:{health}",
            "metrics-service-bind-address": f"{LOOPBACK}:{metrics}",
            "kube-api-qps": "300",
            "kube-api-burst": "600",
            # A line for an error, not fifty.
            "zap-stacktrace-level": "panic",
        }
        return Process(
            name="keda-operator",
            command=[self.operator.absolute(), *(f"--{flag}={value}" for flag, value in flags.items())],
            folder=self.plane.folder,
            environment=clean_environment(settings),
            ready=f"http://{LOOPBACK}:{health}/readyz",
        )

    def _adapter(self, certificates: Path, secure: int, metrics: int) -> Process:
        cluster = self.plane.kubeconfig
        flags = {
            "lister-kubeconfig": cluster,
            "authentication-kubeconfig": cluster,
            "authorization-kubeconfig": cluster,
            # Who the API server asks for shows by its own certificate: that of the administrator.
            "authentication-skip-lookup": "true",
            "client-ca-file": certificates / "ca.crt",
            "bind-address": LOOPBACK,
            "secure-port": secure,
            "cert-dir": certificates,
            "tls-cert-file": certificates / "tls.crt",
            "tls-private-key-file": certificates / "tls.key",
            "metrics-service-address": f"localhost:{metrics}",
        }
        process = Process(
            name="keda-adapter",
            command=[self.adapter.absolute(), *(f"--{flag}={value}" for flag, value in flags.items())],
            folder=self.plane.folder,
            environment=clean_environment({"KUBECONFIG": str(cluster), "WATCH_NAMESPACE": ""}),
        )
        process.ready = lambda: listens(process, secure)
        return process

    def _lead(self, port: int, timeout_seconds: float) -> None:
        """Lead the API server to the adapter, and wait until it finds it."""
        api = self.plane.api
        api.apply(_SERVICE_PATH, _service(port))
        api.apply(_API_SERVICE, _api_service(port, self.plane.ca_data))
        deadline = time.monotonic() + timeout_seconds
        while not _available(api.get(_API_SERVICE)):
            if time.monotonic() > deadline:
                raise ProcessError(f"the API server found no KEDA adapter in {timeout_seconds:g} s.")
            time.sleep(_POLL_SECONDS)


def _available(service: Json) -> bool:
    conditions = service.get("status", {}).get("conditions") or []
    return any(row["type"] == "Available" and row["status"] == "True" for row in conditions)


def _service(port: int) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": _SERVICE, "namespace": _NAMESPACE},
        "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]},
    }


def _api_service(port: int, ca_data: str) -> Json:
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"{_VERSION}.{_GROUP}"},
        "spec": {
            "group": _GROUP,
            "version": _VERSION,
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "service": {"name": _SERVICE, "namespace": _NAMESPACE, "port": port},
            "caBundle": ca_data,
        },
    }
