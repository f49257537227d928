"""Elastic Fabric Adapter: how nodes exchange tensors without TCP, and which instance types have it.

Source of the counts: Karpenter's instance-type reference (aws/karpenter-provider-aws, 2026-08-21), made from EC2
DescribeInstanceTypes. A type that is not listed has none.
"""

from collections.abc import Mapping

EFA_RESOURCE = "vpc.amazonaws.com/efa"
"""What AWS's device plugin calls one interface (aws-efa-k8s-device-plugin)."""

EFA_INTERFACES: Mapping[str, int] = {
    "g4dn.8xlarge": 1,
    "g4dn.12xlarge": 1,
    "g4dn.16xlarge": 1,
    "g4dn.metal": 1,
    "g5.8xlarge": 1,
    "g5.12xlarge": 1,
    "g5.16xlarge": 1,
    "g5.24xlarge": 1,
    "g5.48xlarge": 1,
    "g6.8xlarge": 1,
    "g6.12xlarge": 1,
    "g6.16xlarge": 1,
    "g6.24xlarge": 1,
    "g6.48xlarge": 1,
    "g6e.8xlarge": 1,
    "g6e.12xlarge": 1,
    "g6e.16xlarge": 1,
    "g6e.24xlarge": 2,
    "g6e.48xlarge": 4,
    "g7.8xlarge": 1,
    "g7.12xlarge": 1,
    "g7.24xlarge": 1,
    "g7.48xlarge": 2,
    "g7e.8xlarge": 1,
    "g7e.12xlarge": 1,
    "g7e.24xlarge": 2,
    "g7e.48xlarge": 4,
    "gr6.8xlarge": 1,
    "p4d.24xlarge": 4,
    "p4de.24xlarge": 4,
    "p5.4xlarge": 1,
    "p5.48xlarge": 32,
    "p5e.48xlarge": 32,
    "p5en.48xlarge": 16,
    "p6-b200.48xlarge": 8,
    "p6-b300.48xlarge": 16,
}
