"""A cluster to record, and what several test files ask of it."""

import json
from typing import Any

import pulumi

from components.cluster import Cluster, ClusterArgs
from tests.components.answers import ACCOUNT
from tests.components.recorder import Recording

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ENTRY = "aws:eks/accessEntry:AccessEntry"
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/deployer"


def cluster(opts: pulumi.ResourceOptions | None = None, **changes: Any) -> Cluster:
    given: dict[str, Any] = {
        "name": "inference",
        "private_subnet_ids": ["subnet-private-a", "subnet-private-b"],
        "intra_subnet_ids": ["subnet-intra-a", "subnet-intra-b"],
        "admin_principal_arns": [DEPLOYER],
        "system_instance_type": "m7i.xlarge",
        "tags": {"team": "ml"},
    }
    return Cluster("c", ClusterArgs(**{**given, **changes}), opts)


def role_policies(recording: Recording, role: str) -> set[str]:
    attachments = recording.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    return {a.inputs["policyArn"].rpartition("/")[2] for a in attachments if a.inputs["role"] == role}


def trusted(recording: Recording, role: str) -> tuple[str, list[str]]:
    policy = json.loads(recording.one("aws:iam/role:Role", role).inputs["assumeRolePolicy"])
    (statement,) = policy["Statement"]
    return statement["Principal"]["Service"], statement["Action"]
