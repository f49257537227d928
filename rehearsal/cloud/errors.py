"""The refusals of AWS, by the codes its services use for the same three cases."""

from dataclasses import dataclass


class CloudError(Exception):
    """What AWS would have answered: its error code, then one line that says what and why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Codes:
    """One service's codes: something named does not exist, exists already, is still in use."""

    missing: str
    duplicate: str
    in_use: str


_DEFAULT = Codes("ResourceNotFoundException", "ResourceAlreadyExistsException", "ResourceInUseException")

_BY_SERVICE = {
    "ec2": Codes("InvalidParameterValue", "AlreadyExists", "DependencyViolation"),
    "vpc": Codes("InvalidParameterValue", "InvalidPermission.Duplicate", "DependencyViolation"),
    "iam": Codes("NoSuchEntity", "EntityAlreadyExists", "DeleteConflict"),
    "eks": Codes("ResourceNotFoundException", "ResourceInUseException", "ResourceInUseException"),
    "kms": Codes("NotFoundException", "AlreadyExistsException", "DependencyViolation"),
    "sqs": Codes("AWS.SimpleQueueService.NonExistentQueue", "QueueAlreadyExists", "DependencyViolation"),
    "s3": Codes("NoSuchBucket", "BucketAlreadyOwnedByYou", "BucketNotEmpty"),
    "ecr": Codes(
        "RepositoryNotFoundException", "RepositoryAlreadyExistsException", "RepositoryNotEmptyException"
    ),
    "efs": Codes("FileSystemNotFound", "FileSystemAlreadyExists", "FileSystemInUse"),
    "secretsmanager": Codes("ResourceNotFoundException", "ResourceExistsException", "DependencyViolation"),
    "ssm": Codes("ParameterNotFound", "ParameterAlreadyExists", "DependencyViolation"),
    "wafv2": Codes("WAFNonexistentItemException", "WAFDuplicateItemException", "WAFAssociatedItemException"),
    "route53": Codes("NoSuchHostedZone", "InvalidChangeBatch", "HostedZoneNotEmpty"),
    "mq": Codes("NotFoundException", "ConflictException", "ConflictException"),
}


def codes(token: str) -> Codes:
    """Return the codes of the service that the type token ``aws:service/kind:Kind`` names."""
    return _BY_SERVICE.get(service_of(token), _DEFAULT)


def service_of(token: str) -> str:
    """Return ``ec2`` for ``aws:ec2/vpc:Vpc``."""
    return token.split(":")[1].split("/", maxsplit=1)[0]
