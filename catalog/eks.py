"""Facts about EKS: Kubernetes versions, add-ons, and the managed policies its parts need.

Versions as of 2026-11: EKS calendar and endoflife.date. 1.34 leaves standard support on 2026-12-02, 1.35 on
2027-03-27; 1.36 is the newest. Karpenter 1.14 supports all of them.

Add-on versions: none is pinned here. EKS gives a new add-on the default version of the cluster's minor, which
AWS tests against it, and never changes it by itself. Each minor has its own list, so a version that stands
here would break the next upgrade; ClusterArgs.addon_versions pins one for a stack that needs it.
"""

from dataclasses import dataclass

SUPPORTED_MINORS = ("1.35", "1.36")
DEFAULT_MINOR = "1.36"

CONTROL_PLANE_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


@dataclass(frozen=True, kw_only=True)
class Addon:
    """An EKS add-on. `before_nodes`: nodes need it to become ready; the others need nodes to run on."""

    name: str
    before_nodes: bool


VPC_CNI = Addon(name="vpc-cni", before_nodes=True)
EBS_CSI = Addon(name="aws-ebs-csi-driver", before_nodes=False)

ADDONS = (
    VPC_CNI,
    Addon(name="kube-proxy", before_nodes=True),
    Addon(name="eks-pod-identity-agent", before_nodes=True),
    Addon(name="coredns", before_nodes=False),
    # A community add-on: without it no HPA on CPU and no VPA gets a number.
    Addon(name="metrics-server", before_nodes=False),
    EBS_CSI,
)

EBS_CSI_SERVICE_ACCOUNT = "ebs-csi-controller-sa"

# AWS managed policies, by the part that needs them. Source: EKS user guide; aws-ebs-csi-driver
# docs/install.md (2026-08) for the V2 policy, whose ARN has no service-role path; Karpenter v1.14
# reference/cloudformation.md for nodes.
CONTROL_PLANE_POLICIES = ("AmazonEKSClusterPolicy",)
EBS_CSI_POLICIES = ("AmazonEBSCSIDriverPolicyV2",)
NODE_POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonSSMManagedInstanceCore",
)

ADMIN_ACCESS_POLICY = "AmazonEKSClusterAdminPolicy"
"""The EKS access policy (not an IAM policy) that equals Kubernetes' cluster-admin."""
