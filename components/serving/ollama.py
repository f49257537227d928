"""A model served by Ollama."""

from dataclasses import dataclass

import pulumi

from catalog.images import AWS_CLI, OLLAMA, Image
from components.serving.args import ModelServerArgs
from components.serving.flags import s3_copy_command
from components.serving.model_server import ModelServer
from components.serving.network_policy import HTTPS, POD_IDENTITY_AGENT
from components.serving.ollama_store import OllamaStore, OllamaStoreArgs
from components.serving.s3_access import S3Access
from components.serving.workload import CACHE_PATH, Engine, Fetch, Port, Trigger

_PORT = 11434
_MODELS = f"{CACHE_PATH}/models"


@dataclass(frozen=True, kw_only=True)
class OllamaServerArgs(ModelServerArgs):
    """A model server's args, the model, and how Ollama serves it.

    `source` is a name in Ollama's registry with its tag ("qwen2.5:7b"), or "hf.co/user/repository:quantization".
    Clients call it `served_model_name`. A Job pulls it once, through a volume of `storage_class`, into a bucket
    that the replicas copy it from, as `access` says. `model_gib` is its size.
    A replica works on `num_parallel` requests at once, each with `context_length` tokens, and keeps up to
    `max_queue` waiting; more get status 503. The model stays in memory.
    Ollama measures nothing, so `active_requests` counts what the gateway has open on `route_name`, its HTTPRoute.
    """

    source: str
    served_model_name: str
    access: S3Access
    storage_class: str
    model_gib: int
    context_length: int
    num_parallel: int
    max_queue: int
    active_requests: float
    route_name: str
    image: Image = OLLAMA
    copy_image: Image = AWS_CLI

    def __post_init__(self) -> None:
        """Raise ValueError for a model without a tag, which would be another one tomorrow."""
        super().__post_init__()
        if self.source.rpartition(":")[2] in {self.source, "latest"}:
            raise ValueError(f"source: {self.source!r} pins no model; write its tag, as in qwen2.5:7b")


def environment(args: OllamaServerArgs) -> dict[str, str]:
    """Return Ollama's environment. It listens to the pod's network: NetworkPolicy admits the gateway alone."""
    return {
        "HOME": CACHE_PATH,
        "OLLAMA_CONTEXT_LENGTH": str(args.context_length),
        "OLLAMA_FLASH_ATTENTION": "1",
        "OLLAMA_HOST": f"0.0.0.0:{_PORT}",
        # For good: a model that leaves memory makes the next caller wait for it.
        "OLLAMA_KEEP_ALIVE": "-1",
        "OLLAMA_LOAD_TIMEOUT": f"{args.startup_seconds}s",
        "OLLAMA_MAX_LOADED_MODELS": "1",
        "OLLAMA_MAX_QUEUE": str(args.max_queue),
        "OLLAMA_MODELS": _MODELS,
        "OLLAMA_NO_CLOUD": "1",
        "OLLAMA_NUM_PARALLEL": str(args.num_parallel),
        "OLLAMA_SCHED_SPREAD": "1" if args.gpus > 1 else "0",
    }


def ollama_engine(args: OllamaServerArgs, store_url: pulumi.Input[str]) -> Engine:
    """Return Ollama as an engine, with the model copied from `store_url` before it starts.

    Its paths answer before a model is in memory, so loading it is what startup waits for.
    """
    fetch_environment = {"HOME": "/tmp", "AWS_REGION": args.access.region}  # noqa: S108  a volume of the pod's own
    return Engine(
        kind="ollama",
        image=args.image,
        command=("ollama", "serve"),
        environment=environment(args),
        ports=(Port(name="http", number=_PORT),),
        ready_path="/api/version",
        live_path="/api/version",
        metrics_port=None,
        triggers=(_active(args),),
        egress=(HTTPS, POD_IDENTITY_AGENT),
        fetch=Fetch(
            image=args.copy_image, command=s3_copy_command(store_url, _MODELS), environment=fetch_environment
        ),
        load=("ollama", "run", args.served_model_name, ""),
        drains=False,
    )


def _active(args: OllamaServerArgs) -> Trigger:
    """Return the gateway's count of open requests. Envoy Gateway names a cluster after its route's rule."""
    clusters = pulumi.Output.concat("httproute/", args.namespace, "/", args.route_name, "/rule/.*")
    return Trigger(
        name="active-requests",
        metric="envoy_cluster_upstream_rq_active",
        threshold=args.active_requests,
        selector=pulumi.Output.concat('envoy_cluster_name=~"', clusters, '"'),
    )


class OllamaServer(ModelServer):
    """One model on Ollama, with everything around it: see ModelServer, whose args are not repeated here.

    Ollama asks nobody for a key: whoever reaches it may use it. Only the gateway does.

        server = OllamaServer("qwen-small", OllamaServerArgs(
            source="qwen2.5:7b",
            served_model_name="qwen-small",
            access=S3Access(region="us-east-1", cluster_name=cluster.name),
            storage_class="gp3",
            model_gib=5,
            context_length=8192,
            num_parallel=4,
            max_queue=64,
            active_requests=8,
            route_name="qwen-small-route",
            ...
        ))
    """

    def __init__(self, name: str, args: OllamaServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:OllamaServer", name, None, opts)
        store = OllamaStore(f"{name}-store", _store_args(name, args), pulumi.ResourceOptions(parent=self))
        outputs = self._serve(name, args, ollama_engine(args, store.url), after=[store])
        self.register_outputs(outputs)


def _store_args(name: str, args: OllamaServerArgs) -> OllamaStoreArgs:
    return OllamaStoreArgs(
        provider=args.provider,
        namespace=args.namespace,
        source=args.source,
        alias=args.served_model_name,
        model_gib=args.model_gib,
        storage_class=args.storage_class,
        reader=name,
        access=args.access,
        image=args.image,
        copy_image=args.copy_image,
        timeout_seconds=args.startup_seconds,
        labels=args.labels,
        depends_on=args.depends_on,
    )
