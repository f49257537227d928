"""Where Ollama's replicas get their model: a bucket that a Job fills, once for each model."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes.batch.v1 import Job, JobSpecArgs
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicySpecArgs

from catalog.images import Image
from components.serving import ollama_pull, s3_access
from components.serving.network_policy import HTTPS, POD_IDENTITY_AGENT, dns, to
from components.serving.s3_access import Folder, S3Access

# A node for the Job, its images, and the copy to the bucket.
_SLACK_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class OllamaStoreArgs:
    """What to pull and who reads it. `source` becomes known as `alias` besides; `model_gib` is its size.

    `reader` is the service account of the server in `namespace`. The Job has `timeout_seconds` and some.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    source: str
    alias: str
    model_gib: int
    storage_class: str
    reader: str
    access: S3Access
    image: Image
    copy_image: Image
    timeout_seconds: int
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    depends_on: Sequence[pulumi.Resource] = ()


class OllamaStore(pulumi.ComponentResource):
    """A private bucket with one model in it, the Job that pulls it, and roles to write and to read it.

    What starts after the store starts with a complete model. Another model goes to another folder, so that
    replicas of both can start while one replaces the other.

        store = OllamaStore("qwen-store", OllamaStoreArgs(
            provider=cluster.provider,
            namespace="inference",
            source="qwen2.5:7b",
            alias="qwen",
            model_gib=5,
            storage_class="gp3",
            reader="qwen",
            access=S3Access(region="us-east-1", cluster_name=cluster.name),
            image=OLLAMA,
            copy_image=AWS_CLI,
            timeout_seconds=900,
        ))
    """

    url: pulumi.Output[str]
    """The model's folder, as an `s3://` URL."""

    def __init__(self, name: str, args: OllamaStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:OllamaStore", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._object = pulumi.ResourceOptions(
            parent=self, provider=args.provider, depends_on=list(args.depends_on)
        )
        bucket, closed = self._bucket()
        digest = hashlib.sha256(f"{args.source} {args.alias}".encode()).hexdigest()[:10]
        self.url = pulumi.Output.concat("s3://", bucket.id, "/", digest)
        self._reads(bucket)
        self._job(digest, [closed, *self._writes(bucket), *self._guards()])
        self.register_outputs({"url": self.url})

    def _bucket(self) -> tuple[aws.s3.Bucket, aws.s3.BucketPublicAccessBlock]:
        # Everything in it can be pulled again, so it may go with all it holds.
        bucket = aws.s3.Bucket(
            f"{self._name}-bucket", force_destroy=True, tags=self._args.access.tags, opts=self._child
        )
        closed = aws.s3.BucketPublicAccessBlock(
            f"{self._name}-bucket-access",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        return bucket, closed

    def _reads(self, bucket: aws.s3.Bucket) -> None:
        """Let the server's pods read the bucket."""
        self._role("reader", self._args.reader, bucket, writes=False)

    def _writes(self, bucket: aws.s3.Bucket) -> list[pulumi.Resource]:
        """Let the Job's pods write it, and return what must be there before they start."""
        account = ServiceAccount(
            f"{self._name}-service-account",
            metadata=self._metadata(self._name),
            automount_service_account_token=False,
            opts=self._object,
        )
        return [account, *self._role("writer", self._name, bucket, writes=True)]

    def _role(self, role: str, account: str, bucket: aws.s3.Bucket, *, writes: bool) -> list[pulumi.Resource]:
        access = self._args.access

        def policy(named: str) -> str:
            folder = Folder(bucket=named, prefix="")
            return s3_access.policy(folder, (), partition=access.partition, writes=writes)

        allowed = bucket.id.apply(policy)
        place = s3_access.Account(namespace=self._args.namespace, name=account)
        return s3_access.pod_role(f"{self._name}-{role}", access, place, allowed, self._child)

    def _guards(self) -> list[pulumi.Resource]:
        """Let the Job out to the registry and to S3, and nobody in."""
        policy = NetworkPolicy(
            f"{self._name}-network-policy",
            metadata=self._metadata(self._name),
            spec=NetworkPolicySpecArgs(
                pod_selector=LabelSelectorArgs(match_labels=self._selector),
                policy_types=["Ingress", "Egress"],
                egress=[dns(), to(HTTPS), to(POD_IDENTITY_AGENT)],
            ),
            opts=self._object,
        )
        return [policy]

    def _job(self, digest: str, needs: Sequence[pulumi.Resource]) -> None:
        args = self._args
        patience = f"{args.timeout_seconds + _SLACK_SECONDS}s"
        waits = pulumi.ResourceOptions(
            depends_on=list(needs), custom_timeouts=pulumi.CustomTimeouts(create=patience)
        )
        pull = ollama_pull.Pull(
            source=args.source,
            alias=args.alias,
            target=self.url,
            region=args.access.region,
            image=args.image,
            copy_image=args.copy_image,
            storage_class=args.storage_class,
            size_gib=args.model_gib,
        )
        Job(
            f"{self._name}-pull",
            # A Job's pods never change, so another model is another Job.
            metadata=self._metadata(f"{self._name}-{digest}"),
            spec=JobSpecArgs(
                backoff_limit=4,
                active_deadline_seconds=args.timeout_seconds + _SLACK_SECONDS,
                template=ollama_pull.template(pull, self._name, self._labels),
            ),
            opts=pulumi.ResourceOptions.merge(self._object, waits),
        )

    @property
    def _selector(self) -> dict[str, str]:
        return {"app.kubernetes.io/name": "ollama-pull", "app.kubernetes.io/instance": self._name}

    @property
    def _labels(self) -> dict[str, str]:
        return {**self._args.labels, **self._selector, "app.kubernetes.io/part-of": "inference-platform"}

    def _metadata(self, name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=self._args.namespace, labels=self._labels)
