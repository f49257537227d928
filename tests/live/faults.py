"""Faults to plant in a program, each as a wrapper around the user's own."""

import uuid
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

Program = Callable[[], None]
Plant = Callable[[k8s.Provider], None]

_NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
_SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"


def changed(program: Program, token: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Program:
    """Return `program` with the spec of every resource of type `token` put through `change`."""

    def transform(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != token:
            return None
        props = dict(args.props)
        props["spec"] = pulumi.Output.from_input(props["spec"]).apply(change)
        return pulumi.ResourceTransformationResult(props=props, opts=args.opts)

    def run() -> None:
        pulumi.runtime.register_stack_transformation(transform)
        program()

    return run


def nowhere_to_go(program: Program) -> Program:
    """Every NodePool wants a zone that EC2 does not offer its instance types in."""
    zone = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["us-east-1z"]}

    def change(spec: dict[str, Any]) -> dict[str, Any]:
        template = spec["template"]
        node = {**template["spec"], "requirements": [*template["spec"]["requirements"], zone]}
        return {**spec, "template": {**template, "spec": node}}

    return changed(program, _NODE_POOL, change)


def limited(program: Program, gpus: int) -> Program:
    """No NodePool may hold more than `gpus` GPUs."""
    return changed(program, _NODE_POOL, lambda spec: {**spec, "limits": {"nvidia.com/gpu": gpus}})


def misspelt_trigger(program: Program) -> Program:
    """Every trigger has a parameter that KEDA does not know, which its CRD lets through."""

    def change(spec: dict[str, Any]) -> dict[str, Any]:
        wrong = {"treshold": "5"}
        triggers = [{**one, "metadata": {**one["metadata"], **wrong}} for one in spec["triggers"]]
        return {**spec, "triggers": triggers}

    return changed(program, _SCALED_OBJECT, change)


def with_more(program: Program, *more: Plant) -> Program:
    """Return `program` followed by what `more` makes with the program's own Kubernetes provider."""
    providers: list[k8s.Provider] = []

    def catch(args: pulumi.ResourceTransformationArgs) -> None:
        if isinstance(args.resource, k8s.Provider):
            providers.append(args.resource)

    def run() -> None:
        providers.clear()
        pulumi.runtime.register_stack_transformation(catch)
        program()
        for plant in more:
            plant(providers[0])

    return run


def alone(plant: Plant, kubeconfig: Callable[[], str]) -> Program:
    """Return a program that makes what `plant` does and nothing else."""

    def run() -> None:
        config = pulumi.Output.secret(kubeconfig())
        plant(k8s.Provider("alone", kubeconfig=config, cluster_identifier="alone"))

    return run


def service_without_pods(provider: k8s.Provider) -> None:
    """A Service whose selector has a typing error."""
    k8s.core.v1.Service(
        "lonely",
        metadata={"name": "lonely", "namespace": "default"},
        spec={"selector": {"app": "no-such-pod"}, "ports": [{"port": 80}]},
        opts=pulumi.ResourceOptions(provider=provider),
    )


def new_each_time(provider: k8s.Provider) -> None:
    """A ConfigMap whose content is made up anew by every run."""
    k8s.core.v1.ConfigMap(
        "restless",
        metadata={"name": "restless", "namespace": "default"},
        data={"run": uuid.uuid4().hex},
        opts=pulumi.ResourceOptions(provider=provider),
    )


def unknown_field(provider: k8s.Provider) -> None:
    """A ScaledObject with a field its CRD does not know."""
    k8s.apiextensions.CustomResource(
        "misspelt",
        api_version="keda.sh/v1alpha1",
        kind="ScaledObject",
        metadata={"name": "misspelt", "namespace": "default"},
        spec={"scaleTargetRef": {"name": "x"}, "maxReplicasCount": 3, "triggers": []},
        opts=pulumi.ResourceOptions(provider=provider),
    )


def rejected(provider: k8s.Provider) -> None:
    """A Service that the API server refuses: its port is out of range."""
    k8s.core.v1.Service(
        "refused",
        metadata={"name": "refused", "namespace": "default"},
        spec={"ports": [{"port": 99999}]},
        opts=pulumi.ResourceOptions(provider=provider),
    )
