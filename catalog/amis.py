"""Pinned machine images of GPU nodes, as Karpenter AMI aliases.

An alias picks the variant for the instance: on a type with a GPU, `al2023` gives the NVIDIA variant with
driver 580, the container toolkit and fabric manager. It has no device plugin, so GpuRuntime installs one.
Source: amazon-eks-ami releases, v20260724 (built for Kubernetes 1.30 to 1.36), seen 2026-08.
"""

AL2023 = "al2023@v20260724"

TOO_NEW = {"g7": "needs driver 595, and the pinned AMI has 580"}
"""Instance families that the AMI's driver does not support, and why.

Source: awslabs/amazon-eks-ami, doc/usage/g7-ami.md, 2026-07-23.
"""
