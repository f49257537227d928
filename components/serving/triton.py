"""A model repository served by NVIDIA Triton Inference Server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from catalog.images import AWS_CLI, TRITON, Image
from catalog.metrics import TRITON_PENDING
from components.iam import POD_IDENTITY, service_role
from components.serving import triton_identity
from components.serving.args import ModelServerArgs
from components.serving.flags import s3_copy_command, triton_command
from components.serving.model_server import ModelServer
from components.serving.network_policy import HTTPS, POD_IDENTITY_AGENT
from components.serving.workload import CACHE_PATH, Engine, Fetch, Port, Trigger

_MODELS_PATH = f"{CACHE_PATH}/models"


@dataclass(frozen=True, kw_only=True)
class TritonServerArgs(ModelServerArgs):
    """A model server's args, and the models to serve.

    `model_repository` is an `s3://bucket/prefix` URL in `region`; `models` are folders in it. Each replica
    should carry at most `pending_requests` requests that wait for a model. The server's role is associated
    with its service account in `namespace` of the cluster `cluster_name`; `partition` is "aws" or "aws-cn".
    """

    model_repository: str
    models: Sequence[str]
    region: str
    cluster_name: pulumi.Input[str]
    partition: str = "aws"
    image: Image = TRITON
    fetch_image: Image = AWS_CLI
    pending_requests: float = 10
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Raise ValueError for an URL that is not of S3 or a server without models."""
        super().__post_init__()
        triton_identity.parse(self.model_repository)
        if not self.models:
            raise ValueError("models: explicit model control loads nothing by itself; name at least one")


def triton_engine(args: TritonServerArgs) -> Engine:
    """Return Triton as an engine. The AWS CLI copies the models, then Triton serves the local copy.

    Triton can read S3 itself, but with an AWS SDK of its own (1.11.60 when last seen) older than the first
    that knows Pod Identity (1.11.263).
    """
    aws_environment = {"HOME": "/tmp", "AWS_REGION": args.region}  # noqa: S108  a volume of the pod's own
    copy = s3_copy_command(args.model_repository.rstrip("/"), _MODELS_PATH, args.models)
    return Engine(
        kind="triton",
        image=args.image,
        command=triton_command(_MODELS_PATH, args.models, exit_seconds=args.shutdown_seconds),
        environment={"HOME": CACHE_PATH, "AWS_REGION": args.region},
        ports=(
            Port(name="http", number=8000),
            Port(name="grpc", number=8001, app_protocol="kubernetes.io/h2c"),
            Port(name="metrics", number=8002, public=False),
        ),
        ready_path="/v2/health/ready",
        live_path="/v2/health/live",
        metrics_port="metrics",
        triggers=(
            Trigger(
                name="pending-requests",
                metric=TRITON_PENDING,
                threshold=args.pending_requests,
            ),
        ),
        egress=(HTTPS, POD_IDENTITY_AGENT),
        fetch=Fetch(image=args.fetch_image, command=copy, environment=aws_environment),
    )


class TritonServer(ModelServer):
    """Models of a repository on S3, with everything around them, and a role that may read just them.

    The server's args are ModelServer's; these are its own:

        server = TritonServer("vision", TritonServerArgs(
            model_repository="s3://acme-models/triton",
            models=["resnet50", "detector", "ensemble"],
            region="us-east-1",
            cluster_name=cluster.name,
            ...
        ))
    """

    role_arn: pulumi.Output[str]
    """The IAM role of the server's pods."""

    def __init__(self, name: str, args: TritonServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:TritonServer", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = service_role(f"{name}-role", POD_IDENTITY, {}, args.tags, child).role
        self.role_arn = role.arn
        policy = self._read_policy(name, args, role, child)
        association = self._association(name, args, role, child)
        # Credentials are injected when a pod is admitted, so they must be there before it.
        outputs = self._serve(name, args, triton_engine(args), after=[policy, association])
        self.register_outputs({**outputs, "role_arn": self.role_arn})

    def _read_policy(
        self, name: str, args: TritonServerArgs, role: aws.iam.Role, child: pulumi.ResourceOptions
    ) -> aws.iam.RolePolicy:
        repository = triton_identity.parse(args.model_repository)
        return aws.iam.RolePolicy(
            f"{name}-read-models",
            role=role.name,
            policy=triton_identity.read_policy(repository, args.models, partition=args.partition),
            opts=child,
        )

    def _association(
        self, name: str, args: TritonServerArgs, role: aws.iam.Role, child: pulumi.ResourceOptions
    ) -> aws.eks.PodIdentityAssociation:
        return aws.eks.PodIdentityAssociation(
            f"{name}-pod-identity",
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=name,
            role_arn=role.arn,
            tags=args.tags,
            opts=child,
        )
