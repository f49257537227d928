"""The Cluster component: what an EKS cluster needs before anything of ours can run on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from catalog import eks
from components.cluster import addons, control_plane
from components.cluster.access import Door, admit_admins, admit_nodes, kubeconfig
from components.cluster.nodes import SystemNodes, launch_template, system_node_group
from components.cluster.storage import storage_classes
from components.iam import EC2, ServiceRole, managed_policies, service_role
from components.network import DISCOVERY_TAG
from components.tags import named


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """The cluster's name and version, where it stands, who may enter, and its system nodes.

    `intra_subnet_ids` take the control plane's network interfaces, `private_subnet_ids` the nodes.
    `public_endpoint_cidrs` empty means a private endpoint only. `admin_principal_arns` must include whoever
    runs Pulumi, who could not create Kubernetes objects otherwise; sessions of a role are taken as the role.
    `addon_versions` pins EKS add-ons by name; the others get the default version of the Kubernetes minor.
    """

    name: str
    private_subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    intra_subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    admin_principal_arns: Sequence[pulumi.Input[str]]
    system_instance_type: str
    kubernetes_version: str = eks.DEFAULT_MINOR
    system_node_count: int = 3
    public_endpoint_cidrs: Sequence[str] = ()
    deletion_protection: bool = True
    addon_versions: Mapping[str, str] = field(default_factory=dict[str, str])
    partition: str = "aws"
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Raise ValueError for a cluster that EKS, Karpenter or Pulumi could not work with."""
        if self.kubernetes_version not in eks.SUPPORTED_MINORS:
            known = " or ".join(eks.SUPPORTED_MINORS)
            raise ValueError(f"kubernetes_version: {self.kubernetes_version} is not supported. Use {known}")
        if not self.admin_principal_arns:
            raise ValueError("admin_principal_arns: none given. Name at least the principal that runs Pulumi")
        if self.system_node_count < 2:  # noqa: PLR2004  Karpenter's two replicas must not share a node
            raise ValueError(f"system_node_count: {self.system_node_count} is too few. Use 2 or more")


class Cluster(pulumi.ComponentResource):
    """An EKS cluster that works: nodes, network, DNS, storage, identity for pods, and a provider to use it.

    Whatever uses `provider` is created when all of this stands, and is gone before any of it is destroyed.

        cluster = Cluster("cluster", ClusterArgs(
            name="inference",
            private_subnet_ids=network.private_subnet_ids,
            intra_subnet_ids=network.intra_subnet_ids,
            admin_principal_arns=["arn:aws:iam::123456789012:role/deployer"],
            system_instance_type="m7i.xlarge",
        ))
        Namespace("models", opts=ResourceOptions(provider=cluster.provider))
    """

    name: pulumi.Output[str]
    """Name of the EKS cluster."""
    endpoint: pulumi.Output[str]
    """URL of the Kubernetes API server."""
    cluster_security_group_id: pulumi.Output[str]
    """The security group that EKS made for the control plane and all nodes."""
    node_role_arn: pulumi.Output[str]
    """ARN of the IAM role for nodes that Karpenter starts; it may join the cluster."""
    node_role_name: pulumi.Output[str]
    """Name of that role, as an EC2NodeClass wants it."""
    kubeconfig: pulumi.Output[str]
    """Kubeconfig (JSON, secret) that gets its tokens from the AWS CLI."""
    provider: k8s.Provider
    """Kubernetes provider for everything in the cluster."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:Cluster", name, None, opts)
        self._prefix = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        cluster = self._control_plane()
        tag = self._discovery_tag(cluster)
        karpenter_nodes = self._node_role("node-role")
        access = self._access(cluster, karpenter_nodes)
        working = self._nodes_and_addons(cluster)

        self.name = cluster.name
        self.endpoint = cluster.endpoint
        self.cluster_security_group_id = _security_group_id(cluster)
        self.node_role_arn = karpenter_nodes.role.arn
        self.node_role_name = karpenter_nodes.role.name
        self.kubeconfig = self._kubeconfig(cluster)
        self.provider = self._kubernetes([tag, *access, *karpenter_nodes.attachments, *working])
        storage_classes(name, pulumi.ResourceOptions(parent=self, provider=self.provider))
        self.register_outputs(
            {
                "name": self.name,
                "endpoint": self.endpoint,
                "cluster_security_group_id": self.cluster_security_group_id,
                "node_role_arn": self.node_role_arn,
                "node_role_name": self.node_role_name,
                "kubeconfig": self.kubeconfig,
            }
        )

    def _control_plane(self) -> aws.eks.Cluster:
        args = self._args
        plane = control_plane.ControlPlane(
            cluster_name=args.name,
            kubernetes_version=args.kubernetes_version,
            subnet_ids=args.intra_subnet_ids,
            public_endpoint_cidrs=args.public_endpoint_cidrs,
            deletion_protection=args.deletion_protection,
            partition=args.partition,
            tags=args.tags,
        )
        return control_plane.create(self._prefix, plane, self._child)

    def _discovery_tag(self, cluster: aws.eks.Cluster) -> aws.ec2.Tag:
        # EKS makes this group, so only a tag of it can be declared. Karpenter's nodes get the group by it.
        return aws.ec2.Tag(
            f"{self._prefix}-discovery-tag",
            resource_id=_security_group_id(cluster),
            key=DISCOVERY_TAG,
            value=self._args.name,
            opts=self._child,
        )

    def _access(self, cluster: aws.eks.Cluster, nodes: ServiceRole) -> list[pulumi.Resource]:
        door = Door(cluster_name=cluster.name, partition=self._args.partition, tags=self._args.tags)
        admins = admit_admins(f"{self._prefix}-admin", door, self._args.admin_principal_arns, self._child)
        return [*admins, admit_nodes(f"{self._prefix}-node-entry", door, nodes.role.arn, self._child)]

    def _node_role(self, role: str) -> ServiceRole:
        return service_role(
            f"{self._prefix}-{role}",
            EC2,
            managed_policies(self._args.partition, eks.NODE_POLICIES),
            named(self._args.tags, f"{self._args.name}-{role}"),
            self._child,
        )

    def _nodes_and_addons(self, cluster: aws.eks.Cluster) -> list[pulumi.Resource]:
        """Make the add-ons that nodes need, the nodes, then the add-ons that need nodes."""
        args = self._args
        home = addons.AddonHome(
            cluster_name=cluster.name, partition=args.partition, versions=args.addon_versions, tags=args.tags
        )
        first = addons.install(self._prefix, home, before_nodes=True, child=self._child)
        # EKS itself gives a managed node group's role its access entry, so this role is not Karpenter's.
        role = self._node_role("system-role")
        nodes = SystemNodes(
            cluster_name=cluster.name,
            kubernetes_version=args.kubernetes_version,
            role_arn=role.role.arn,
            subnet_ids=args.private_subnet_ids,
            instance_type=args.system_instance_type,
            count=args.system_node_count,
            tags=args.tags,
        )
        template = launch_template(f"{self._prefix}-system-template", args.tags, self._child)
        opts = pulumi.ResourceOptions(parent=self, depends_on=[*first, *role.attachments])
        group = system_node_group(f"{self._prefix}-system", nodes, template, opts)
        rest = addons.install(self._prefix, home, before_nodes=False, child=self._child, depends_on=[group])
        return [*first, group, *rest]

    def _kubeconfig(self, cluster: aws.eks.Cluster) -> pulumi.Output[str]:
        authority = pulumi.Output.format("{0}", cluster.certificate_authority.data)
        config = kubeconfig(self._args.name, cluster.endpoint, authority, cluster.region)
        return pulumi.Output.secret(pulumi.Output.json_dumps(config))

    def _kubernetes(self, depends_on: Sequence[pulumi.Resource]) -> k8s.Provider:
        return k8s.Provider(
            f"{self._prefix}-kubernetes",
            kubeconfig=self.kubeconfig,
            # Known from the start: without it, a kubeconfig that becomes unknown plans all objects anew.
            cluster_identifier=self._args.name,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(depends_on)),
        )


def _security_group_id(cluster: aws.eks.Cluster) -> pulumi.Output[str]:
    return pulumi.Output.format("{0}", cluster.vpc_config.cluster_security_group_id)
