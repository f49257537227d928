"""kwokctl's configuration of one control plane."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from rehearsal.control_plane.ports import LOOPBACK, free_ports
from rehearsal.control_plane.stages import stages
from rehearsal.toolchain import Toolchain

# Charts bring webhooks with no pods behind them here; they would keep namespaces from being deleted.
_ADMISSION_OFF = "ValidatingAdmissionWebhook,MutatingAdmissionWebhook"
# 200 pods Running in 11.9 s instead of 34.2 s with the defaults (20 and 30 requests a second).
_FAST = {"kube-api-qps": "300", "kube-api-burst": "600"}
# There is one of each, so nobody need be elected; a busy machine would miss the deadlines and end them.
_ALONE = {"leader-elect": "false"}
# No heartbeats: a NodePool's foreground deletion takes the leases of its nodes first, and KWOK does nothing
# for the pods of a node without one, so that a drain took 50 s. Then no node may be found silent, either.
_NO_LEASE = {"node-lease-duration-seconds": "0"}
_NEVER_SILENT = {"node-monitor-grace-period": "24h"}

FLAGS: Mapping[str, Mapping[str, str]] = {
    # The data is thrown away, so it need not survive a power cut.
    "etcd": {"unsafe-no-fsync": "true"},
    "kube-apiserver": {"disable-admission-plugins": _ADMISSION_OFF},
    "kube-controller-manager": {
        "horizontal-pod-autoscaler-sync-period": "2s",
        **_NEVER_SILENT,
        **_ALONE,
        **_FAST,
    },
    "kube-scheduler": {**_ALONE, **_FAST},
    "kwok-controller": _NO_LEASE,
}
"""Flags of each component beyond kwokctl's own."""

CERTIFICATE_NAMES = ("keda-metrics-apiserver.kube-system.svc",)
"""Names that the run's one certificate is made for beyond localhost: those of aggregated API servers."""

PORTS = (
    "kubeApiserverPort",
    "etcdPort",
    "etcdPeerPort",
    "kubeControllerManagerPort",
    "kubeSchedulerPort",
    "kwokControllerPort",
)
"""kwokctl's names of the ports that a control plane listens on."""


def render(
    toolchain: Toolchain, ports: Sequence[int] | None = None, flags: Mapping[str, Mapping[str, str]] = FLAGS
) -> str:
    """Return the file for ``kwokctl create cluster --config``; ``ports`` in the order of PORTS."""
    chosen = free_ports(len(PORTS)) if ports is None else ports
    documents = [_cluster(toolchain, dict(zip(PORTS, chosen, strict=True)), flags), *stages()]
    return yaml.safe_dump_all(documents, sort_keys=False)


def _cluster(
    toolchain: Toolchain, ports: Mapping[str, int], flags: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    return {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokctlConfiguration",
        "options": {
            "runtime": "binary",
            "bindAddress": LOOPBACK,
            "kubeApiserverCertSANs": list(CERTIFICATE_NAMES),
            **_binaries(toolchain),
            **ports,
        },
        "componentsPatches": [
            {
                "name": name,
                # Behind kwokctl's own flags, and of one that is given twice the last one holds. `override` would
                # drop every flag that kwokctl does not give by itself (v0.8.0, `applyComponentArgsOverride`).
                "extraArgs": [{"key": key, "value": value} for key, value in own.items()],
            }
            for name, own in flags.items()
        ],
    }


def _binaries(toolchain: Toolchain) -> dict[str, str]:
    paths = {
        "etcdBinary": toolchain.etcd,
        "kubeApiserverBinary": toolchain.kube_apiserver,
        "kubeControllerManagerBinary": toolchain.kube_controller_manager,
        "kubeSchedulerBinary": toolchain.kube_scheduler,
        "kwokControllerBinary": toolchain.kwok,
        "kubectlBinary": toolchain.kubectl,
    }
    # kwokctl runs its components from a folder of its own, where a relative path leads nowhere.
    return {option: str(path.absolute()) for option, path in paths.items()}
