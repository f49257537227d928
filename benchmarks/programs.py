"""What is measured: the dev stack with more models, the same without waits, and resources that do nothing."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from settings.loader import PROJECT

Program = Callable[[], None]

_MODELS = f"{PROJECT}:models"
_POOLS = f"{PROJECT}:gpuPools"
_RELEASE = "kubernetes:helm.sh/v3:Release"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_SKIP_AWAIT = "pulumi.com/skipAwait"


def with_models(config: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Return `config` with `count` models, copies of its first one, and room for them in its pools."""
    model = config[_MODELS][0]
    models = [{**model, "name": f"{model['name']}-{number}"} for number in range(count)]
    pools = [{**pool, "maxGpus": pool["maxGpus"] * count} for pool in config.get(_POOLS, [])]
    return {**config, _MODELS: models, _POOLS: pools}


def no_ops(count: int) -> Program:
    """Return a program of `count` resources that need nothing and no time: the stack is one more."""

    def run() -> None:
        for number in range(count - 1):
            random.RandomId(f"no-op-{number}", byte_length=8)

    return run


def unawaited(program: Program) -> Program:
    """Return `program` with nothing in it that waits for pods: what is left is the engine's own time."""

    def run() -> None:
        pulumi.runtime.register_stack_transformation(_skip_waits)
        program()

    return run


def _skip_waits(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    props = dict(args.props)
    if args.type_ == _RELEASE:
        props["skip_await"] = True
    elif args.type_ == _DEPLOYMENT:
        props["metadata"] = _marked(args.props["metadata"])
    else:
        return None
    return pulumi.ResourceTransformationResult(props=props, opts=args.opts)


def _marked(metadata: Any) -> ObjectMetaArgs:
    marked: ObjectMetaArgs = copy.copy(metadata)
    annotations = pulumi.Output.from_input(marked.annotations or {})
    marked.annotations = annotations.apply(_with_mark)
    return marked


def _with_mark(annotations: Mapping[str, pulumi.Input[str]] | None) -> dict[str, pulumi.Input[str]]:
    return {**(annotations or {}), _SKIP_AWAIT: "true"}
