"""What the mocked engine answers: outputs a real provider would compute, and look-ups."""

from collections.abc import Mapping
from typing import Any

import pulumi

ACCOUNT = "123456789012"
REGION = "us-east-1"
PASSWORD = "recorded-password"

# Invokes by token. A token that is not here fails the program, as an unknown call should.
CALLS: Mapping[str, Mapping[str, Any]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "accountId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:role/deployer",
        "id": ACCOUNT,
        "userId": "AROAEXAMPLE",
    },
    "aws:iam/getSessionContext:getSessionContext": {
        "arn": f"arn:aws:iam::{ACCOUNT}:role/deployer",
        "id": f"arn:aws:iam::{ACCOUNT}:role/deployer",
        "issuerArn": f"arn:aws:iam::{ACCOUNT}:role/deployer",
        "issuerId": "AROAEXAMPLE",
        "issuerName": "deployer",
        "sessionName": "",
    },
    "aws:index/getRegion:getRegion": {"region": REGION, "id": REGION, "name": REGION},
    "aws:index/getPartition:getPartition": {
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "id": "aws",
    },
}


def outputs(token: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs of a resource: its inputs, and what its provider would add."""
    if token.startswith("kubernetes:"):
        return {**inputs, **_kubernetes(name, inputs)}
    if token.startswith("random:"):
        return {**inputs, **_random()}
    return {**_aws(token, name, inputs), **inputs, **_computed(token, name, inputs)}


def _kubernetes(name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "uid": f"{name}-uid", **inputs.get("metadata", {})}
    return {"metadata": metadata, "status": {"namespace": inputs.get("namespace", "default"), "name": name}}


def _random() -> dict[str, Any]:
    return {
        "result": pulumi.Output.secret(PASSWORD),
        "bcryptHash": pulumi.Output.secret("bcrypt"),
        "hex": "0123456789abcdef",
    }


def _aws(token: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Give the name, ARN and region that nearly every AWS resource has."""
    service, _, kind = token.removeprefix("aws:").partition("/")
    given = inputs.get("name", name)
    region = "" if service == "iam" else REGION
    arn = f"arn:aws:{service}:{region}:{ACCOUNT}:{kind.partition(':')[0]}/{given}"
    return {"name": given, "arn": arn, "region": REGION}


def _computed(token: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Give what components read from particular types."""
    answers: dict[str, dict[str, Any]] = {
        "aws:ec2/vpc:Vpc": {"defaultSecurityGroupId": f"{name}-default-sg"},
        "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1, "defaultVersion": 1},
        "aws:sqs/queue:Queue": {"url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"},
        "aws:eks/cluster:Cluster": {
            "endpoint": f"https://{name}.eks.example.com",
            "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
            "vpcConfig": {**inputs.get("vpcConfig", {}), "clusterSecurityGroupId": f"{name}-cluster-sg"},
        },
        "aws:rds/instance:Instance": {"address": f"{name}.rds.example.com", "port": 5432},
        "aws:mq/broker:Broker": {
            "instances": [
                {
                    "consoleUrl": f"https://{name}.mq.example.com",
                    "endpoints": [f"amqps://{name}.mq.example.com:5671"],
                    "ipAddress": "10.0.0.9",
                }
            ]
        },
        "aws:elasticache/replicationGroup:ReplicationGroup": {
            "primaryEndpointAddress": f"{name}.cache.example.com",
        },
    }
    return answers.get(token, {})
