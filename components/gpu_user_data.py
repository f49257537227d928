"""What a GPU node is told at boot, as EC2NodeClass user data. Pure functions.

AL2023: a MIME document that Karpenter puts its own NodeConfig behind. Its shell part runs in cloud-init, before
`nodeadm-run` starts the kubelet. Bottlerocket: TOML that Karpenter merges its settings into.
Sources: Karpenter v1.14.1 (pkg/providers/amifamily/bootstrap); amazon-eks-ami templates/al2023/runtime
(nodeadm-run.service: after cloud-final.service; nvidia-kmod-load.service); NVIDIA's MIG user guide; Bottlerocket
1.66 `settings.kubelet-device-plugins.nvidia`.
"""

import json
from collections.abc import Sequence

from components.gpu_sharing import Cut, MigCut, Sharing

_BOUNDARY = "//"
_NODE_CONFIG = "application/node.eks.aws"
_SHELL = 'text/x-shellscript; charset="us-ascii"'

# nodeadm parses this document; the gate turns on SOCI parallel pull and unpack of images.
_FAST_IMAGE_PULL = """apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  featureGates:
    FastImagePull: true
"""

# Slices do not outlive a reboot, and Ampere takes MIG mode up only with one (Hopper and later do at once).
# systemd sets STATE_DIRECTORY, where the script notes that it has rebooted: once is enough.
MIG_CUT = r"""#!/bin/bash
set -euo pipefail
slices="$1"
rebooted="$STATE_DIRECTORY/rebooted"
modes() { nvidia-smi --query-gpu=mig.mode.current --format=csv,noheader | sort -u; }
for _ in $(seq 60); do nvidia-smi -L && break; sleep 5; done
[ "$(modes)" = Enabled ] || nvidia-smi -mig 1 || true
if [ "$(modes)" != Enabled ]; then
  [ ! -e "$rebooted" ] || { echo "MIG mode is still off after a reboot" >&2; exit 1; }
  touch "$rebooted"
  systemctl reboot
  sleep infinity
fi
nvidia-smi mig -dci || true
nvidia-smi mig -dgi || true
nvidia-smi mig -cgi "$slices" -C
"""
"""The script that cuts the GPUs of an AL2023 node; its argument lists the slices of one GPU."""

# A node that could not be cut never starts its kubelet: Karpenter ends a node that does not register within 15
# minutes, where pods would wait for ever on one that never has their slices.
_INSTALL_MIG_CUT = """#!/bin/bash
set -euo pipefail
cat > /usr/local/sbin/mig-cut <<'SCRIPT'
{script}SCRIPT
chmod 755 /usr/local/sbin/mig-cut
cat > /etc/systemd/system/mig-cut.service <<'UNIT'
[Unit]
Description=Cut every GPU into MIG slices
[Service]
Type=oneshot
RemainAfterExit=yes
StateDirectory=mig-cut
TimeoutStartSec=15min
ExecStart=/usr/local/sbin/mig-cut {slices}
[Install]
WantedBy=multi-user.target
UNIT
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/50-mig-cut.conf <<'UNIT'
[Unit]
Requires=mig-cut.service
After=mig-cut.service
UNIT
systemctl daemon-reload
systemctl enable mig-cut.service
systemctl start mig-cut.service
"""


def al2023(cut: Cut | None, *, fast_image_pull: bool) -> str | None:
    """Return the user data of an AL2023 node; None where there is nothing to tell it.

    Sharing needs nothing at boot: the device plugin that runs on the node does it.
    """
    parts: list[tuple[str, str]] = []
    if isinstance(cut, MigCut):
        slices = ",".join([cut.profile] * cut.per_gpu)
        install = _INSTALL_MIG_CUT.replace("{script}", MIG_CUT).replace("{slices}", slices)
        parts.append((_SHELL, install))
    if fast_image_pull:
        parts.append((_NODE_CONFIG, _FAST_IMAGE_PULL))
    return _mime(parts) if parts else None


def bottlerocket(cut: Cut | None, gpu_key: str | None) -> str | None:
    """Return the user data of a Bottlerocket node, whose own device plugin cuts; None for whole GPUs.

    `gpu_key` is Bottlerocket's name of the GPU, needed for MIG.
    """
    if cut is None:
        return None
    if isinstance(cut, MigCut):
        lines = [
            "[settings.kubelet-device-plugins.nvidia]",
            'device-partitioning-strategy = "mig"',
            "[settings.kubelet-device-plugins.nvidia.mig.profile]",
            f"{json.dumps(gpu_key)} = {json.dumps(cut.profile)}",
        ]
        return "\n".join(lines) + "\n"
    kind = str(cut.strategy)
    lines = [
        "[settings.kubelet-device-plugins.nvidia]",
        f"device-sharing-strategy = {json.dumps(kind)}",
        f"[settings.kubelet-device-plugins.nvidia.{kind}]",
        f"replicas = {cut.per_gpu}",
        "rename-by-default = true",
    ]
    # MPS has no such setting: the device plugin refuses a second share of it in any case.
    if cut.strategy == Sharing.TIME_SLICING:
        lines.append("fail-requests-greater-than-one = true")
    return "\n".join(lines) + "\n"


def _mime(parts: Sequence[tuple[str, str]]) -> str:
    head = f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{_BOUNDARY}"\n\n'
    body = "".join(f"--{_BOUNDARY}\nContent-Type: {kind}\n\n{content}\n" for kind, content in parts)
    return f"{head}{body}--{_BOUNDARY}--\n"
