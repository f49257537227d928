"""A model served by Hugging Face's Text Generation Inference. It is in maintenance mode: docs/engines.md."""

from dataclasses import dataclass, field

import pulumi

from catalog.images import TGI, Image
from catalog.metrics import TGI_WAITING
from components import credentials
from components.serving.args import ModelServerArgs
from components.serving.flags import TgiOptions, tgi_command
from components.serving.model_server import ModelServer
from components.serving.network_policy import HTTPS
from components.serving.workload import CACHE_PATH, Engine, Port, Trigger

_PORT = 8000


@dataclass(frozen=True, kw_only=True)
class TgiServerArgs(ModelServerArgs):
    """A model server's args, TGI's options, and when to add a replica.

    Each replica should carry at most `waiting_requests` queued requests. `hf_token` is a secret, needed for
    gated models only.
    """

    options: TgiOptions
    image: Image = TGI
    hf_token: pulumi.Input[str] | None = field(default=None, repr=False)
    waiting_requests: float = 5

    def __post_init__(self) -> None:
        """Raise ValueError when a replica has too few GPUs, or what ModelServerArgs refuses."""
        super().__post_init__()
        if self.options.num_shard > self.gpus:
            raise ValueError(
                f"num_shard: {self.options.num_shard} needs as many GPUs; "
                f"a replica has {self.gpus}. Set gpus to {self.options.num_shard}"
            )


def environment() -> dict[str, str]:
    """Return TGI's public environment: every cache on the cache volume, no telemetry.

    The user has no passwd entry in the image, and torch asks for a name.
    """
    return {
        "HOME": CACHE_PATH,
        "HF_HOME": f"{CACHE_PATH}/huggingface",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HUGGINGFACE_HUB_CACHE": f"{CACHE_PATH}/huggingface/hub",
        "TORCHINDUCTOR_CACHE_DIR": f"{CACHE_PATH}/torchinductor",
        "TRITON_CACHE_DIR": f"{CACHE_PATH}/triton",
        "USER": "tgi",
    }


def tgi_engine(args: TgiServerArgs, api_key: pulumi.Input[str]) -> Engine:
    """Return TGI as an engine. `/health` asks the model itself, so it is also the liveness probe."""
    token = {} if args.hf_token is None else {"HF_TOKEN": args.hf_token}
    return Engine(
        kind="tgi",
        image=args.image,
        command=tgi_command(args.options, port=_PORT),
        environment=environment(),
        secrets={**token, "API_KEY": api_key},
        ports=(Port(name="http", number=_PORT),),
        ready_path="/health",
        live_path="/health",
        metrics_port="http",
        triggers=(Trigger(name="waiting-requests", metric=TGI_WAITING, threshold=args.waiting_requests),),
        egress=(HTTPS,),
    )


class TgiServer(ModelServer):
    """One model on TGI, with everything around it: see ModelServer, whose args are not repeated here.

    server = TgiServer("llama-legacy", TgiServerArgs(
        options=TgiOptions(
            source="meta-llama/Llama-3.1-8B-Instruct",
            num_shard=1,
            max_total_tokens=8192,
            max_batch_size=32,
            max_concurrent_requests=288,
            memory_fraction=0.9,
        ),
        ...
    ))
    """

    api_key: pulumi.Output[str]
    """The key that the server itself asks for, for the gateway; a secret."""

    def __init__(self, name: str, args: TgiServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:TgiServer", name, None, opts)
        self.api_key = credentials.password(f"{name}-api-key", pulumi.ResourceOptions(parent=self))
        outputs = self._serve(name, args, tgi_engine(args, self.api_key))
        self.register_outputs({**outputs, "api_key": self.api_key})
