"""A model repository served by NVIDIA Triton Inference Server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from catalog.images import AWS_CLI, TRITON, Image
from catalog.metrics import TRITON_PENDING
from components.serving import s3_access
from components.serving.args import ModelServerArgs
from components.serving.flags import s3_copy_command, triton_command
from components.serving.model_server import ModelServer
from components.serving.network_policy import HTTPS, POD_IDENTITY_AGENT
from components.serving.s3_access import S3Access
from components.serving.sources import MODELS_PATH, parse_claim
from components.serving.workload import CACHE_PATH, Claim, Engine, Fetch, Port, Trigger

_LOCAL_PATH = f"{CACHE_PATH}/models"


@dataclass(frozen=True, kw_only=True)
class TritonServerArgs(ModelServerArgs):
    """A model server's args, and the models to serve.

    `model_repository` is an `s3://bucket/prefix` URL, read by a role of the server's own as `access` says, or
    `pvc://claim/path` in a claim that is there already. `models` are folders in it. `ensembles` are folders
    too, by name, each with the models of its steps: loading an ensemble loads them.
    Each replica should carry at most `pending_requests` requests that wait for a model.
    """

    model_repository: str
    models: Sequence[str] = ()
    ensembles: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    access: S3Access | None = None
    image: Image = TRITON
    fetch_image: Image = AWS_CLI
    pending_requests: float = 10

    def __post_init__(self) -> None:
        """Raise ValueError for an URL of neither kind, no access to S3, or a server without models."""
        super().__post_init__()
        if not self.loaded:
            raise ValueError("models: explicit model control loads nothing by itself; name at least one")
        if self.in_claim:
            parse_claim(self.model_repository, "model_repository")
            return
        s3_access.parse(self.model_repository, "model_repository")
        if self.access is None:
            raise ValueError("access: is missing; a repository on S3 is read by a role of the server's own")

    @property
    def in_claim(self) -> bool:
        """Whether the repository is in a PersistentVolumeClaim."""
        return self.model_repository.startswith("pvc:")

    @property
    def loaded(self) -> tuple[str, ...]:
        """What Triton is told to load: a step needs no telling, only its folder."""
        return (*self.models, *self.ensembles)

    @property
    def folders(self) -> tuple[str, ...]:
        """All folders of the repository that the server needs, each once."""
        steps = (step for steps in self.ensembles.values() for step in steps)
        return tuple(dict.fromkeys((*self.loaded, *steps)))


def triton_engine(args: TritonServerArgs) -> Engine:
    """Return Triton as an engine. With strict readiness it is ready while each of its models is, steps too."""
    region = {"AWS_REGION": args.access.region} if args.access else {}
    found = parse_claim(args.model_repository, "model_repository") if args.in_claim else None
    repository = found.path if found else _LOCAL_PATH
    return Engine(
        kind="triton",
        image=args.image,
        command=triton_command(repository, args.loaded, exit_seconds=args.shutdown_seconds),
        environment={"HOME": CACHE_PATH, **region},
        ports=(
            Port(name="http", number=8000),
            Port(name="grpc", number=8001, app_protocol="kubernetes.io/h2c"),
            Port(name="metrics", number=8002, public=False),
        ),
        ready_path="/v2/health/ready",
        live_path="/v2/health/live",
        metrics_port="metrics",
        triggers=(_pending(args),),
        egress=() if found else (HTTPS, POD_IDENTITY_AGENT),
        fetch=None if found else _fetch(args, region),
        claim=Claim(name=found.name, path=MODELS_PATH) if found else None,
    )


def _pending(args: TritonServerArgs) -> Trigger:
    return Trigger(name="pending-requests", metric=TRITON_PENDING, threshold=args.pending_requests)


def _fetch(args: TritonServerArgs, region: Mapping[str, str]) -> Fetch:
    """Return the AWS CLI's container, which copies the models; Triton then serves the local copy.

    Triton can read S3 itself, but with an AWS SDK of its own (1.11.60 when last seen) older than the first
    that knows Pod Identity (1.11.263).
    """
    return Fetch(
        image=args.fetch_image,
        command=s3_copy_command(args.model_repository.rstrip("/"), _LOCAL_PATH, args.folders),
        environment={"HOME": "/tmp", **region},  # noqa: S108  a volume of the pod's own
    )


class TritonServer(ModelServer):
    """Models of a repository on S3 or in a claim, with everything around them.

    For S3 it has a role that may read just them. The server's args are ModelServer's; these are its own:

        server = TritonServer("vision", TritonServerArgs(
            model_repository="s3://acme-models/triton",
            models=["resnet50"],
            ensembles={"pipeline": ["tokenizer", "detector"]},
            access=S3Access(region="us-east-1", cluster_name=cluster.name),
            ...
        ))
    """

    def __init__(self, name: str, args: TritonServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:TritonServer", name, None, opts)
        needs: Sequence[pulumi.Resource] = ()
        if args.access and not args.in_claim:
            folder = s3_access.parse(args.model_repository, "model_repository")
            account = s3_access.Account(namespace=args.namespace, name=name)
            policy = s3_access.policy(folder, args.folders, partition=args.access.partition)
            child = pulumi.ResourceOptions(parent=self)
            needs = s3_access.pod_role(name, args.access, account, policy, child)
        self.register_outputs(self._serve(name, args, triton_engine(args), after=needs))
