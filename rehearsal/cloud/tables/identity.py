"""IAM and KMS."""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.forms import linked
from rehearsal.cloud.spec import ResourceSpec

ROLE = "aws:iam/role:Role"
KEY = "aws:kms/key:Key"


def _key_policy(form: Mapping[str, Any]) -> str:
    """Return the policy KMS gives a key that has none: the account may do everything."""
    root = f"arn:{form['partition']}:iam::{form['account']}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _alias_name(name: str, inputs: Mapping[str, Any]) -> str:
    del inputs
    return f"alias/{name}"


def _service_role_name(form: Mapping[str, Any]) -> str:
    service = str(form["awsServiceName"]).split(".", maxsplit=1)[0]
    return f"AWSServiceRoleFor{service.title()}"


SPECS: Mapping[str, ResourceSpec] = {
    ROLE: ResourceSpec(
        id="{name}",
        arn="arn:{partition}:iam::{account}:role{path}{name}",
        regional=False,
        outputs={
            "createDate": "{now}",
            "uniqueId": "AROA{upper17}",
            "inlinePolicies": [],
            "managedPolicyArns": [],
        },
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        documents={"assumeRolePolicy": 2048},
        replace_on=("name", "namePrefix", "path"),
        named_by="name",
        name_limit=64,
        unique=("name",),
    ),
    "aws:iam/policy:Policy": ResourceSpec(
        id="{arn}",
        arn="arn:{partition}:iam::{account}:policy{path}{name}",
        regional=False,
        outputs={"attachmentCount": 0, "policyId": "ANPA{upper17}"},
        defaults={"path": "/"},
        documents={"policy": 6144},
        replace_on=("description", "name", "namePrefix", "path"),
        named_by="name",
        name_limit=128,
        unique=("name",),
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ResourceSpec(
        id="{role}/{policyArn}",
        regional=False,
        tagged=False,
        references={"role": ROLE},
        replace_on=("policyArn", "role"),
    ),
    "aws:iam/rolePolicy:RolePolicy": ResourceSpec(
        id="{role}:{name}",
        regional=False,
        tagged=False,
        documents={"policy": 10240},
        references={"role": ROLE},
        replace_on=("name", "namePrefix", "role"),
        named_by="name",
        name_limit=128,
    ),
    "aws:iam/instanceProfile:InstanceProfile": ResourceSpec(
        id="{name}",
        arn="arn:{partition}:iam::{account}:instance-profile{path}{name}",
        regional=False,
        outputs={"createDate": "{now}", "uniqueId": "AIPA{upper17}"},
        defaults={"path": "/"},
        references={"role": ROLE},
        replace_on=("name", "namePrefix", "path"),
        named_by="name",
        name_limit=128,
        unique=("name",),
    ),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": ResourceSpec(
        id="{arn}",
        arn="arn:{partition}:iam::{account}:role{path}{name}",
        regional=False,
        outputs={
            "createDate": "{now}",
            "name": _service_role_name,
            "path": "/aws-service-role/{awsServiceName}/",
            "uniqueId": "AROA{upper17}",
        },
        replace_on=("awsServiceName", "customSuffix"),
        unique=("awsServiceName", "customSuffix"),
        duplicate="InvalidInput",
    ),
    KEY: ResourceSpec(
        id="{uuid}",
        arn="arn:{partition}:kms:{region}:{account}:key/{id}",
        outputs={"keyId": "{id}", "multiRegion": False, "policy": _key_policy, "rotationPeriodInDays": 365},
        defaults={
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "enableKeyRotation": False,
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
        documents={"policy": 32768},
        replace_on=("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"),
    ),
    "aws:kms/alias:Alias": ResourceSpec(
        id="{name}",
        arn="arn:{partition}:kms:{region}:{account}:{name}",
        tagged=False,
        outputs={"targetKeyArn": linked(KEY, "targetKeyId", "arn")},
        references={"targetKeyId": KEY},
        replace_on=("name", "namePrefix"),
        named_by="name",
        namer=_alias_name,
        name_limit=256,
        unique=("name",),
    ),
}
