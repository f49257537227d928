"""ElastiCache."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.spec import ResourceSpec, Template
from rehearsal.cloud.tables.network import SUBNET

SUBNET_GROUP = "aws:elasticache/subnetGroup:SubnetGroup"
PARAMETER_GROUP = "aws:elasticache/parameterGroup:ParameterGroup"
USER = "aws:elasticache/user:User"
USER_GROUP = "aws:elasticache/userGroup:UserGroup"
_ARN = "arn:{partition}:elasticache:{region}:{account}:"
_PORT = 6379
# The longest replication group id that AWS takes.
_GROUP_ID_LIMIT = 40


def _lower(name: str, inputs: Mapping[str, Any]) -> str:
    del inputs
    return name.lower()


def _host(role: str) -> Template:
    """Return the template of an address: ``master.id.hash…`` with TLS, else ``id.hash.ng.0001…``."""

    def render(form: Mapping[str, Any]) -> str:
        if form["clusterEnabled"]:
            return ""
        name, end = form["replicationGroupId"], f"{form['region']}.cache.amazonaws.com"
        if form.get("transitEncryptionEnabled"):
            return f"{role}.{name}.{form['hex6']}.{end}"
        return f"{name}{'-ro' if role == 'replica' else ''}.{form['hex6']}.ng.0001.{end}"

    return render


def _sharded(form: Mapping[str, Any]) -> bool:
    return int(form.get("numNodeGroups") or 1) > 1 or form.get("clusterMode") == "enabled"


def _configuration_host(form: Mapping[str, Any]) -> str:
    if not form["clusterEnabled"]:
        return ""
    return "clustercfg.{replicationGroupId}.{hex6}.{region}.cache.amazonaws.com".format_map(form)


def _members(form: Mapping[str, Any]) -> list[str]:
    count = int(form.get("numCacheClusters") or 1)
    return [f"{form['replicationGroupId']}-{number:03}" for number in range(1, count + 1)]


def _subnets_vpc(form: Mapping[str, Any]) -> str | None:
    subnet = form["find"](form["subnetIds"][0], SUBNET)
    return subnet.outputs["vpcId"] if subnet else None


def _endpoint(kind: str) -> Template:
    return [{"address": "{name}" + kind + "-{hex6}.serverless.{region}.cache.amazonaws.com", "port": _PORT}]


SPECS: Mapping[str, ResourceSpec] = {
    SUBNET_GROUP: ResourceSpec(
        id="{name}",
        arn=_ARN + "subnetgroup:{name}",
        outputs={"vpcId": _subnets_vpc},
        defaults={"description": "Managed by Pulumi"},
        replace_on=("name",),
        named_by="name",
        namer=_lower,
        name_limit=255,
        unique=("name",),
        duplicate="CacheSubnetGroupAlreadyExists",
        missing="CacheSubnetGroupNotFoundFault",
    ),
    PARAMETER_GROUP: ResourceSpec(
        id="{name}",
        arn=_ARN + "parametergroup:{name}",
        outputs={"parameters": []},
        defaults={"description": "Managed by Pulumi"},
        replace_on=("description", "family", "name"),
        named_by="name",
        namer=_lower,
        name_limit=255,
        unique=("name",),
        duplicate="CacheParameterGroupAlreadyExists",
        missing="CacheParameterGroupNotFound",
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": ResourceSpec(
        id="{replicationGroupId}",
        arn=_ARN + "replicationgroup:{replicationGroupId}",
        outputs={
            "autoMinorVersionUpgrade": True,
            "clusterEnabled": _sharded,
            "configurationEndpointAddress": _configuration_host,
            "engineVersion": "",
            "engineVersionActual": "{engineVersion}",
            "maintenanceWindow": "sun:05:00-sun:06:00",
            "memberClusters": _members,
            "numCacheClusters": 1,
            "parameterGroupName": "default.{engine}",
            "primaryEndpointAddress": _host("master"),
            "readerEndpointAddress": _host("replica"),
            "snapshotWindow": "07:00-08:00",
        },
        renewed=("memberClusters",),
        defaults={
            "automaticFailoverEnabled": False,
            "engine": "redis",
            "multiAzEnabled": False,
            "port": _PORT,
        },
        references={"subnetGroupName": SUBNET_GROUP, "parameterGroupName": PARAMETER_GROUP},
        secrets=("authToken",),
        replace_on=(
            "atRestEncryptionEnabled",
            "dataTieringEnabled",
            "kmsKeyId",
            "networkType",
            "port",
            "replicationGroupId",
            "snapshotArns",
            "snapshotName",
            "subnetGroupName",
        ),
        named_by="replicationGroupId",
        namer=_lower,
        name_limit=_GROUP_ID_LIMIT,
        unique=("replicationGroupId",),
        duplicate="ReplicationGroupAlreadyExists",
    ),
    USER: ResourceSpec(
        id="{userId}",
        arn=_ARN + "user:{userId}",
        secrets=("passwords", "authenticationMode"),
        replace_on=("userId", "userName"),
        unique=("userId",),
        duplicate="UserAlreadyExists",
        missing="UserNotFound",
    ),
    USER_GROUP: ResourceSpec(
        id="{userGroupId}",
        arn=_ARN + "usergroup:{userGroupId}",
        references={"userIds": USER},
        replace_on=("userGroupId",),
        unique=("userGroupId",),
        duplicate="UserGroupAlreadyExists",
        missing="UserGroupNotFoundFault",
    ),
    "aws:elasticache/serverlessCache:ServerlessCache": ResourceSpec(
        id="{name}",
        arn=_ARN + "serverlesscache:{name}",
        outputs={
            "createTime": "{now}",
            "dailySnapshotTime": "07:00",
            "endpoints": _endpoint(""),
            "fullEngineVersion": "",
            "majorEngineVersion": "",
            "readerEndpoints": _endpoint("-ro"),
            "securityGroupIds": [],
            "status": "available",
            "subnetIds": [],
        },
        references={"userGroupId": USER_GROUP},
        replace_on=("kmsKeyId", "name", "networkType", "snapshotArnsToRestores", "subnetIds"),
        named_by="name",
        namer=_lower,
        name_limit=_GROUP_ID_LIMIT,
        unique=("name",),
        duplicate="ServerlessCacheAlreadyExistsFault",
    ),
}
