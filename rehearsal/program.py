"""Runs the user's own program in a rehearsal, with the one change that KWOK's nodes ask for."""

import asyncio
import copy
import runpy
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi

from catalog.charts import KARPENTER
from rehearsal.karpenter import kwok_node_class_ref

_NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
_RELEASE = "kubernetes:helm.sh/v3:Release"

NoteValues = Callable[[Mapping[str, Any]], None]
"""Is told the values of Karpenter's chart, whichever provider will install it."""


def user_program(project: Path) -> Callable[[], None]:
    """Return `__main__.py` of `project` as an inline program: what `pulumi up` would run, unchanged."""

    def run() -> None:
        runpy.run_path(str(project / "__main__.py"), run_name="__main__")

    return run


def on_kwok(program: Callable[[], None], karpenter_values: NoteValues) -> Callable[[], Awaitable[None]]:
    """Return `program` with its NodePools buying from KWOK instead of EC2."""

    def run() -> Awaitable[None]:
        made: list[pulumi.Resource] = []

        def note(args: pulumi.ResourceTransformationArgs) -> None:
            made.append(args.resource)
            if args.type_ == _RELEASE and args.props.get("chart") == KARPENTER.name:
                values: Any = args.props["values"]
                karpenter_values(values)

        pulumi.runtime.register_stack_transformation(note)
        pulumi.runtime.register_stack_transformation(_buy_from_kwok)
        program()
        return _registered(made)

    return run


async def _registered(resources: list[pulumi.Resource]) -> None:
    """Wait until every resource is registered, or one has failed, which Pulumi then reports by itself.

    Without this Pulumi's library waits, and it looks at every open output each time one is settled: with a
    hundred models that was half the work of an `up` (pulumi 3.272.0, `runtime.stack.wait_for_rpcs`).
    """
    urns = [asyncio.ensure_future(resource.urn.future()) for resource in resources]
    if urns:
        await asyncio.wait(urns, return_when=asyncio.FIRST_EXCEPTION)


def _buy_from_kwok(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    if args.type_ != _NODE_POOL:
        return None
    props: dict[str, Any] = copy.copy(dict(args.props))
    props["spec"] = pulumi.Output.from_input(props["spec"]).apply(_with_kwok_node_class)
    return pulumi.ResourceTransformationResult(props=props, opts=args.opts)


def _with_kwok_node_class(spec: dict[str, Any]) -> dict[str, Any]:
    template = spec["template"]
    changed = {**template["spec"], "nodeClassRef": kwok_node_class_ref()}
    return {**spec, "template": {**template, "spec": changed}}
