"""S3, ECR, EFS, Secrets Manager and SSM's parameters."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.forms import linked
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables.network import SUBNET

BUCKET = "aws:s3/bucket:Bucket"
REPOSITORY = "aws:ecr/repository:Repository"
FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a resource type
_OWNER = "expectedBucketOwner"
_OF_BUCKET = {"bucket": BUCKET}


def _lower(name: str, inputs: Mapping[str, Any]) -> str:
    del inputs
    return name.lower()


def _bucket_part(*replace_on: str, **more: Any) -> ResourceSpec:
    """Return the spec of one of the settings that hang on a bucket."""
    replaced = ("bucket", *replace_on)
    return ResourceSpec(id="{bucket}", tagged=False, references=_OF_BUCKET, replace_on=replaced, **more)


def _name_tag(form: Mapping[str, Any]) -> str:
    tags: Mapping[str, str] = form.get("tags") or {}
    return tags.get("Name", "")


def _parameter_arn(form: Mapping[str, Any]) -> str:
    path = str(form["name"]).removeprefix("/")
    return f"arn:{{partition}}:ssm:{{region}}:{{account}}:parameter/{path}".format_map(form)


SPECS: Mapping[str, ResourceSpec] = {
    BUCKET: ResourceSpec(
        id="{bucket}",
        arn="arn:{partition}:s3:::{bucket}",
        outputs={
            "bucketDomainName": "{bucket}.s3.amazonaws.com",
            "bucketRegion": "{region}",
            "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
            "hostedZoneId": "Z3AQBSTGFYJSTF",
            "websiteDomain": "",
            "websiteEndpoint": "",
            "objectLockEnabled": False,
            "policy": "",
            "requestPayer": "BucketOwner",
        },
        defaults={"forceDestroy": False},
        replace_on=("bucket", "bucketPrefix", "objectLockEnabled"),
        named_by="bucket",
        namer=_lower,
        name_limit=63,
        unique=("bucket",),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _bucket_part(_OWNER),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _bucket_part(),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _bucket_part(),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _bucket_part(
        _OWNER
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _bucket_part(_OWNER),
    "aws:s3/bucketLogging:BucketLogging": _bucket_part(_OWNER),
    "aws:s3/bucketPolicy:BucketPolicy": _bucket_part(documents={"policy": 20480}),
    REPOSITORY: ResourceSpec(
        id="{name}",
        arn="arn:{partition}:ecr:{region}:{account}:repository/{name}",
        outputs={
            "registryId": "{account}",
            "repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
        },
        defaults={"imageTagMutability": "MUTABLE"},
        replace_on=("encryptionConfigurations", "name"),
        named_by="name",
        namer=_lower,
        name_limit=256,
        unique=("name",),
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ResourceSpec(
        id="{repository}",
        tagged=False,
        outputs={"registryId": "{account}"},
        references={"repository": REPOSITORY},
        replace_on=("repository",),
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": ResourceSpec(
        id="{ecrRepositoryPrefix}",
        tagged=False,
        outputs={"registryId": "{account}"},
        replace_on=("ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRepositoryPrefix"),
        unique=("ecrRepositoryPrefix",),
    ),
    FILE_SYSTEM: ResourceSpec(
        id="fs-{hex17}",
        arn="arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id}",
        outputs={
            "availabilityZoneId": "",
            "creationToken": "terraform-{hex17}",
            "dnsName": "{id}.efs.{region}.amazonaws.com",
            "encrypted": False,
            "name": _name_tag,
            "numberOfMountTargets": 0,
            "ownerId": "{account}",
            "performanceMode": "generalPurpose",
            "sizeInBytes": [],
        },
        defaults={"throughputMode": "bursting"},
        replace_on=("availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode"),
        unique=("creationToken",),
    ),
    "aws:efs/mountTarget:MountTarget": ResourceSpec(
        id="fsmt-{hex17}",
        tagged=False,
        outputs={
            "availabilityZoneId": linked(SUBNET, "subnetId", "availabilityZoneId"),
            "availabilityZoneName": linked(SUBNET, "subnetId", "availabilityZone"),
            "dnsName": "{fileSystemId}.efs.{region}.amazonaws.com",
            "fileSystemArn": linked(FILE_SYSTEM, "fileSystemId", "arn"),
            "ipAddress": "{private_ip}",
            "mountTargetDnsName": "{availabilityZoneName}.{dnsName}",
            "networkInterfaceId": "eni-{hex17}",
            "ownerId": "{account}",
        },
        replace_on=("fileSystemId", "ipAddress", "subnetId"),
        unique=("fileSystemId", "subnetId"),
        duplicate="MountTargetConflict",
    ),
    SECRET: ResourceSpec(
        id="{arn}",
        arn="arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{hex6}",
        outputs={"policy": "", "replicas": []},
        defaults={"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": 30},
        documents={"policy": 20480},
        replace_on=("name", "namePrefix", "type"),
        named_by="name",
        name_limit=512,
        unique=("name",),
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": ResourceSpec(
        id="{secretId}|{versionId}",
        arn="{secretId}",
        tagged=False,
        outputs={
            "hasSecretStringWo": False,
            "secretArn": "{secretId}",
            "versionId": "{uuid}",
            "versionStages": ["AWSCURRENT"],
        },
        references={"secretId": SECRET},
        secrets=("secretBinary", "secretString"),
        replace_on=("secretBinary", "secretId", "secretString"),
    ),
    "aws:ssm/parameter:Parameter": ResourceSpec(
        id="{name}",
        arn=_parameter_arn,
        outputs={
            "hasValueWo": False,
            "version": lambda form: form["updates"] + 1,
            "dataType": "text",
            "tier": "Standard",
        },
        renewed=("version",),
        secrets=("value",),
        replace_on=("name", "dataType"),
        named_by="name",
        name_limit=2048,
        unique=("name",),
    ),
}
