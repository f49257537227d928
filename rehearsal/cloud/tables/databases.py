"""RDS and Amazon MQ."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.forms import linked
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables.network import SUBNET

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETER_GROUP = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
_PORTS = {"postgres": 5432, "aurora-postgresql": 5432, "oracle": 1521, "sqlserver": 1433}
_MYSQL_PORT = 3306
_HOST = "{hex12}.{region}.rds.amazonaws.com"


def _port(form: Mapping[str, Any]) -> int:
    return _PORTS.get(str(form.get("engine")).split("-ee")[0].split("-se")[0], _MYSQL_PORT)


def _managed_password(form: Mapping[str, Any]) -> list[dict[str, str]]:
    if not form.get("manageMasterUserPassword"):
        return []
    arn = "arn:{partition}:secretsmanager:{region}:{account}:secret:rds!{uuid}-{hex6}".format_map(form)
    return [{"kmsKeyId": "alias/aws/secretsmanager", "secretArn": arn, "secretStatus": "active"}]


def _broker_instances(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    host = "{id}-1.mq.{region}.on.aws".format_map(form)
    scheme, port = ("amqps", 5671) if str(form["engineType"]).lower() == "rabbitmq" else ("amqp+ssl", 5671)
    return [
        {
            "consoleUrl": f"https://{host}",
            "endpoints": [f"{scheme}://{host}:{port}"],
            "ipAddress": form["private_ip"],
        }
    ]


def _first_vpc(form: Mapping[str, Any]) -> str | None:
    subnet = form["find"](form["subnetIds"][0], SUBNET)
    return subnet.outputs["vpcId"] if subnet else None


def _group(kind: str) -> ResourceSpec:
    return ResourceSpec(
        id="{name}",
        arn="arn:{partition}:rds:{region}:{account}:" + kind + ":{name}",
        outputs={"parameters": []},
        defaults={"description": "Managed by Pulumi"},
        replace_on=("description", "family", "name", "namePrefix"),
        named_by="name",
        name_limit=255,
        unique=("name",),
        duplicate="DBParameterGroupAlreadyExists",
        missing="DBParameterGroupNotFound",
    )


SPECS: Mapping[str, ResourceSpec] = {
    SUBNET_GROUP: ResourceSpec(
        id="{name}",
        arn="arn:{partition}:rds:{region}:{account}:subgrp:{name}",
        outputs={"supportedNetworkTypes": ["IPV4"], "vpcId": _first_vpc},
        defaults={"description": "Managed by Pulumi"},
        replace_on=("name", "namePrefix"),
        named_by="name",
        name_limit=255,
        unique=("name",),
        duplicate="DBSubnetGroupAlreadyExists",
        missing="DBSubnetGroupNotFoundFault",
    ),
    PARAMETER_GROUP: _group("pg"),
    CLUSTER_PARAMETER_GROUP: _group("cluster-pg"),
    INSTANCE: ResourceSpec(
        id="db-{upper26}",
        arn="arn:{partition}:rds:{region}:{account}:db:{identifier}",
        outputs={
            "address": "{identifier}." + _HOST,
            "allocatedStorage": 20,
            "availabilityZone": "{region}a",
            "backupRetentionPeriod": 0,
            "backupWindow": "07:00-07:30",
            "caCertIdentifier": "rds-ca-rsa2048-g1",
            "endpoint": "{address}:{port}",
            "engineVersion": "",
            "engineVersionActual": "{engineVersion}",
            "hostedZoneId": "Z2R2ITUGPM61AM",
            "identifier": "tf-{hex12}",
            "kmsKeyId": "",
            "latestRestorableTime": "",
            "listenerEndpoints": [],
            "maintenanceWindow": "sun:05:00-sun:05:30",
            "masterUserSecrets": _managed_password,
            "multiAz": False,
            "parameterGroupName": "default.{engine}",
            "port": _port,
            "replicas": [],
            "resourceId": "{id}",
            "status": "available",
            "storageType": "gp3",
            "upgradeRolloutOrder": "second",
        },
        defaults={
            "autoMinorVersionUpgrade": True,
            "copyTagsToSnapshot": False,
            "deleteAutomatedBackups": True,
            "deletionProtection": False,
            "monitoringInterval": 0,
            "publiclyAccessible": False,
            "skipFinalSnapshot": False,
        },
        references={"dbSubnetGroupName": SUBNET_GROUP, "parameterGroupName": PARAMETER_GROUP},
        protected_by="deletionProtection",
        secrets=("password",),
        replace_on=(
            "availabilityZone",
            "characterSetName",
            "dbName",
            "engine",
            "kmsKeyId",
            "snapshotIdentifier",
            "storageEncrypted",
            "timezone",
            "username",
        ),
        unique=("identifier",),
        duplicate="DBInstanceAlreadyExists",
        missing="DBInstanceNotFound",
    ),
    CLUSTER: ResourceSpec(
        id="{clusterIdentifier}",
        arn="arn:{partition}:rds:{region}:{account}:cluster:{clusterIdentifier}",
        outputs={
            "availabilityZones": [],
            "caCertificateValidTill": "",
            "clusterIdentifier": "tf-{hex12}",
            "clusterMembers": [],
            "clusterResourceId": "cluster-{upper26}",
            "endpoint": "{clusterIdentifier}.cluster-" + _HOST,
            "engineVersion": "",
            "engineVersionActual": "{engineVersion}",
            "hostedZoneId": "Z2R2ITUGPM61AM",
            "kmsKeyId": "",
            "masterUserSecrets": _managed_password,
            "port": _port,
            "readerEndpoint": "{clusterIdentifier}.cluster-ro-" + _HOST,
            "upgradeRolloutOrder": "second",
        },
        defaults={"deletionProtection": False, "engineMode": "provisioned", "skipFinalSnapshot": False},
        references={
            "dbSubnetGroupName": SUBNET_GROUP,
            "dbClusterParameterGroupName": CLUSTER_PARAMETER_GROUP,
        },
        protected_by="deletionProtection",
        secrets=("masterPassword",),
        replace_on=(
            "availabilityZones",
            "clusterIdentifier",
            "databaseName",
            "dbSubnetGroupName",
            "engine",
            "engineMode",
            "kmsKeyId",
            "masterUsername",
            "snapshotIdentifier",
            "storageEncrypted",
        ),
        unique=("clusterIdentifier",),
        duplicate="DBClusterAlreadyExistsFault",
        missing="DBClusterNotFoundFault",
    ),
    "aws:rds/clusterInstance:ClusterInstance": ResourceSpec(
        id="{identifier}",
        arn="arn:{partition}:rds:{region}:{account}:db:{identifier}",
        outputs={
            "dbiResourceId": "db-{upper26}",
            "endpoint": "{identifier}." + _HOST,
            "engineVersion": linked(CLUSTER, "clusterIdentifier", "engineVersion"),
            "engineVersionActual": "{engineVersion}",
            "identifier": "tf-{hex12}",
            "kmsKeyId": linked(CLUSTER, "clusterIdentifier", "kmsKeyId"),
            "networkType": "IPV4",
            "port": linked(CLUSTER, "clusterIdentifier", "port"),
            "storageEncrypted": linked(CLUSTER, "clusterIdentifier", "storageEncrypted"),
            "writer": True,
        },
        defaults={"autoMinorVersionUpgrade": True, "promotionTier": 0},
        references={"clusterIdentifier": CLUSTER, "dbSubnetGroupName": SUBNET_GROUP},
        replace_on=("availabilityZone", "clusterIdentifier", "dbSubnetGroupName", "engine", "identifier"),
        unique=("identifier",),
        duplicate="DBInstanceAlreadyExists",
    ),
    "aws:mq/broker:Broker": ResourceSpec(
        id="b-{uuid}",
        arn="arn:{partition}:mq:{region}:{account}:broker:{brokerName}:{id}",
        outputs={
            "authenticationStrategy": "simple",
            "instances": _broker_instances,
            "pendingDataReplicationMode": "",
            "securityGroups": [],
            "sharedResources": [],
            "subnetIds": [],
        },
        defaults={"deploymentMode": "SINGLE_INSTANCE", "publiclyAccessible": False},
        replace_on=(
            "brokerName",
            "deploymentMode",
            "encryptionOptions",
            "engineType",
            "publiclyAccessible",
            "storageType",
            "subnetIds",
        ),
        named_by="brokerName",
        name_limit=50,
        unique=("brokerName",),
    ),
}
