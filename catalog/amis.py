"""Pinned machine images of GPU nodes, as Karpenter AMI aliases.

An alias picks the variant for the instance: on a type with a GPU, `al2023` gives the NVIDIA variant with
driver 580, the container toolkit and fabric manager. It has no device plugin, so GpuRuntime installs one.
`bottlerocket` brings its own, which must not have another beside it.
Source: amazon-eks-ami releases, v20260724 (built for Kubernetes 1.30 to 1.36), seen 2026-08;
bottlerocket-os/bottlerocket#4946 (changelog of 1.66.0, 2026-09); Karpenter v1.14.1, pkg/providers/amifamily.
"""

from collections.abc import Mapping

AL2023 = "al2023@v20260724"
BOTTLEROCKET = "bottlerocket@v1.66.0"

BOTTLEROCKET_GPUS: Mapping[tuple[str, int], str] = {
    ("a100", 40960): "a100.40gb",
    ("a100", 81920): "a100.80gb",
    ("h100", 81920): "h100.80gb",
    ("h200", 144384): "h200.141gb",
    ("b200", 183359): "b200.180gb",
    ("b300", 275040): "b300.269gb",
    ("rtx-pro-server-6000", 98304): "rtxpro6000.96gb",
}
"""How Bottlerocket's MIG settings name a GPU, by its name and memory (MiB) in the catalogue of instances.

Source: bottlerocket-core-kit, sources/nvidia-migmanager (main.rs and README.md), seen 2026-11.
"""

TOO_NEW = {"g7": "needs driver 595, and the pinned AMI has 580"}
"""Instance families that the AMI's driver does not support, and why.

Source: awslabs/amazon-eks-ami, doc/usage/g7-ami.md, 2026-07-23.
"""
