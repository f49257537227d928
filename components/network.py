"""The VPC: subnets over several zones, ways out, and private ways to AWS's own services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.flow_logs import FlowLogs, FlowLogsArgs
from components.tags import named
from components.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from planning.network import Subnet, plan_subnets

DISCOVERY_TAG = "karpenter.sh/discovery"
"""Karpenter finds subnets and security groups by this tag, whose value is the cluster's name."""

_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """The VPC's address range (CIDR), its zones, and the names that controllers look for.

    `nat_per_zone` gives each zone its own NAT gateway; otherwise the first zone's serves all, which is
    cheaper and fails with that zone.
    """

    cidr: str
    zones: Sequence[str]
    nat_per_zone: bool
    cluster_name: str
    region: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class _Table:
    """A route table, and its route to the world if it has one."""

    table: aws.ec2.RouteTable
    route: aws.ec2.Route | None


class Network(pulumi.ComponentResource):
    """A VPC with public, private and intra subnets in every zone.

    Subnet ids come from the route table associations: who uses them waits for the routes, and goes first when
    all is destroyed. Raises planning.network.NetworkPlanError for a range that cannot hold the zones.

        network = Network("net", NetworkArgs(
            cidr="10.0.0.0/16",
            zones=["us-east-1a", "us-east-1b"],
            nat_per_zone=False,
            cluster_name="inference",
            region="us-east-1",
            tags={"team": "ml"},
        ))
    """

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""
    public_subnet_ids: pulumi.Output[list[str]]
    """Subnets with a public way in and out, in the order of the zones: load balancers."""
    private_subnet_ids: pulumi.Output[list[str]]
    """Subnets whose way out is a NAT gateway: nodes and pods."""
    intra_subnet_ids: pulumi.Output[list[str]]
    """Subnets with no way out: the control plane's network interfaces, endpoints, databases."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:Network", name, None, opts)
        plan = plan_subnets(args.cidr, args.zones)
        self._prefix = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        vpc = self._vpc()
        public = self._public(vpc, plan.public)
        private, private_tables = self._private(vpc, plan.private, self._nat_gateways(public))
        intra_table = self._table(vpc, "intra")
        intra = self._subnets(vpc, "intra", plan.intra, {}, dict.fromkeys(args.zones, intra_table))
        self._endpoints(vpc, [*private_tables, intra_table], list(intra.values()))
        self._flow_logs(vpc)

        self.vpc_id = vpc.id
        self.public_subnet_ids = pulumi.Output.all(*public.values())
        self.private_subnet_ids = pulumi.Output.all(*private.values())
        self.intra_subnet_ids = pulumi.Output.all(*intra.values())
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
                "intra_subnet_ids": self.intra_subnet_ids,
            }
        )

    def _tags(self, role: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        return named(self._args.tags, f"{self._args.cluster_name}-{role}", extra)

    def _vpc(self) -> aws.ec2.Vpc:
        vpc = aws.ec2.Vpc(
            f"{self._prefix}-vpc",
            cidr_block=self._args.cidr,
            # Private names of endpoints, and of the API server, resolve only with both.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self._tags("vpc"),
            opts=self._child,
        )
        # Adopted without rules: whatever is started without a security group reaches nothing.
        aws.ec2.DefaultSecurityGroup(
            f"{self._prefix}-default-sg",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=self._tags("default-closed"),
            opts=self._child,
        )
        return vpc

    def _public(self, vpc: aws.ec2.Vpc, subnets: Sequence[Subnet]) -> dict[str, pulumi.Output[str]]:
        gateway = aws.ec2.InternetGateway(
            f"{self._prefix}-igw", vpc_id=vpc.id, tags=self._tags("igw"), opts=self._child
        )
        table = self._table(vpc, "public", gateway_id=gateway.id)
        tags = {"kubernetes.io/role/elb": "1"}
        return self._subnets(vpc, "public", subnets, tags, dict.fromkeys(self._args.zones, table))

    def _nat_gateways(self, public: Mapping[str, pulumi.Output[str]]) -> dict[str, aws.ec2.NatGateway]:
        """Return the NAT gateway that serves each zone."""
        zones = self._args.zones
        homes = zones if self._args.nat_per_zone else zones[:1]
        made = {zone: self._nat_gateway(zone, public[zone]) for zone in homes}
        return {zone: made.get(zone, made[zones[0]]) for zone in zones}

    def _nat_gateway(self, zone: str, subnet_id: pulumi.Input[str]) -> aws.ec2.NatGateway:
        address = aws.ec2.Eip(
            f"{self._prefix}-nat-ip-{zone}", domain="vpc", tags=self._tags(f"nat-{zone}"), opts=self._child
        )
        return aws.ec2.NatGateway(
            f"{self._prefix}-nat-{zone}",
            allocation_id=address.id,
            subnet_id=subnet_id,
            tags=self._tags(f"nat-{zone}"),
            opts=self._child,
        )

    def _private(
        self, vpc: aws.ec2.Vpc, subnets: Sequence[Subnet], nat: Mapping[str, aws.ec2.NatGateway]
    ) -> tuple[dict[str, pulumi.Output[str]], list[_Table]]:
        # A table a zone in either case, so that going to a NAT gateway a zone changes routes, not tables.
        tables = {
            zone: self._table(vpc, f"private-{zone}", nat_gateway_id=nat[zone].id)
            for zone in self._args.zones
        }
        tags = {"kubernetes.io/role/internal-elb": "1", DISCOVERY_TAG: self._args.cluster_name}
        return self._subnets(vpc, "private", subnets, tags, tables), list(tables.values())

    def _table(
        self,
        vpc: aws.ec2.Vpc,
        role: str,
        *,
        gateway_id: pulumi.Input[str] | None = None,
        nat_gateway_id: pulumi.Input[str] | None = None,
    ) -> _Table:
        table = aws.ec2.RouteTable(
            f"{self._prefix}-{role}-routes", vpc_id=vpc.id, tags=self._tags(role), opts=self._child
        )
        if gateway_id is None and nat_gateway_id is None:
            return _Table(table, None)
        route = aws.ec2.Route(
            f"{self._prefix}-{role}-out",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            gateway_id=gateway_id,
            nat_gateway_id=nat_gateway_id,
            opts=self._child,
        )
        return _Table(table, route)

    def _subnets(
        self,
        vpc: aws.ec2.Vpc,
        kind: str,
        subnets: Sequence[Subnet],
        tags: Mapping[str, str],
        tables: Mapping[str, _Table],
    ) -> dict[str, pulumi.Output[str]]:
        """Make the subnets of a kind with their route tables; return their ids by zone."""
        return {subnet.zone: self._subnet(vpc, kind, subnet, tags, tables[subnet.zone]) for subnet in subnets}

    def _subnet(
        self, vpc: aws.ec2.Vpc, kind: str, subnet: Subnet, tags: Mapping[str, str], table: _Table
    ) -> pulumi.Output[str]:
        made = aws.ec2.Subnet(
            f"{self._prefix}-{kind}-{subnet.zone}",
            vpc_id=vpc.id,
            availability_zone=subnet.zone,
            cidr_block=subnet.cidr,
            tags=self._tags(f"{kind}-{subnet.zone}", tags),
            opts=self._child,
        )
        association = aws.ec2.RouteTableAssociation(
            f"{self._prefix}-{kind}-{subnet.zone}-routes",
            subnet_id=made.id,
            route_table_id=table.table.id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[table.route] if table.route else None),
        )
        return pulumi.Output.format("{0}", association.subnet_id)

    def _endpoints(
        self, vpc: aws.ec2.Vpc, tables: Sequence[_Table], subnet_ids: Sequence[pulumi.Input[str]]
    ) -> None:
        args = VpcEndpointsArgs(
            vpc_id=vpc.id,
            vpc_cidr=self._args.cidr,
            region=self._args.region,
            route_table_ids=[table.table.id for table in tables],
            subnet_ids=subnet_ids,
            tags=self._args.tags,
        )
        VpcEndpoints(f"{self._prefix}-endpoints", args, self._child)

    def _flow_logs(self, vpc: aws.ec2.Vpc) -> None:
        args = FlowLogsArgs(
            vpc_id=vpc.id,
            vpc_arn=vpc.arn,
            log_group_name=f"/aws/vpc/{self._args.cluster_name}/flow-logs",
            tags=self._args.tags,
        )
        FlowLogs(f"{self._prefix}-flow-logs", args, self._child)
