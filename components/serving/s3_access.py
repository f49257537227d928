"""How a server's pods read their own folders of a bucket and nothing else: a URL, a policy, and a role."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.iam import POD_IDENTITY, service_role


@dataclass(frozen=True, kw_only=True)
class S3Access:
    """Where a role's pods run, and in which `region` they use S3. `partition` is "aws" or "aws-cn"."""

    region: str
    cluster_name: pulumi.Input[str]
    partition: str = "aws"
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of a bucket. `prefix` has no slash at either end and may be empty."""

    bucket: str
    prefix: str

    def key(self, name: str) -> str:
        """Return the key prefix of something in it."""
        return "/".join(part for part in (self.prefix, name) if part)


def parse(url: str, setting: str) -> Folder:
    """Return the folder of an `s3://bucket/prefix` URL. Raises ValueError for any other."""
    found = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", url)
    if not found:
        raise ValueError(f"{setting}: {url!r} is no S3 URL; write it as s3://bucket/prefix")
    return Folder(bucket=found.group(1), prefix=(found.group(2) or "").strip("/"))


def policy(folder: Folder, names: Sequence[str], *, partition: str, writes: bool = False) -> str:
    """Return what lists a folder and reads (and `writes`) the named things in it. No names means all of it."""
    bucket = f"arn:{partition}:s3:::{folder.bucket}"
    # With and without the slash: clients ask either way.
    listed = [folder.prefix, f"{folder.prefix}/*"] if folder.prefix else ["*"]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "ListRepository",
                    "Effect": "Allow",
                    "Action": "s3:ListBucket",
                    "Resource": bucket,
                    "Condition": {"StringLike": {"s3:prefix": listed}},
                },
                {
                    "Sid": "ReadModels",
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:PutObject"] if writes else "s3:GetObject",
                    "Resource": [f"{bucket}/{folder.key(name)}/*" for name in names]
                    or [f"{bucket}/{folder.key('*')}"],
                },
            ],
        }
    )


@dataclass(frozen=True, kw_only=True)
class Account:
    """A service account."""

    namespace: pulumi.Input[str]
    name: str


def pod_role(
    name: str,
    access: S3Access,
    account: Account,
    allowed: pulumi.Input[str],
    child: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Make the role of the pods with this service account, which may do what the policy `allowed` says.

    Returns what must be there before a pod is admitted: its credentials are injected then.
    """
    role = service_role(f"{name}-role", POD_IDENTITY, {}, access.tags, child).role
    granted = aws.iam.RolePolicy(f"{name}-read-models", role=role.name, policy=allowed, opts=child)
    association = aws.eks.PodIdentityAssociation(
        f"{name}-pod-identity",
        cluster_name=access.cluster_name,
        namespace=account.namespace,
        service_account=account.name,
        role_arn=role.arn,
        tags=access.tags,
        opts=child,
    )
    return [granted, association]
