"""What the whole platform promises in every stack: what goes before what, who may delete it, and no secrets.

What a resource waits for is what outlives it: Pulumi destroys in the opposite order.
"""

import re

import pytest

from tests.components.answers import PASSWORD
from tests.components.objects import (
    DEPLOYMENT,
    NAMESPACE,
    NODE_POOL,
    PROVIDER,
    RELEASE,
    leaves,
    name_of,
    namespace_of,
    objects,
    pod,
    public,
    spec,
)
from tests.components.recorder import Recorded, Recording
from tests.golden.stacks import recorded, stack_values

NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
HTTP_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

# The release that brings the CRDs of an API group, and the one whose controller runs its finalizers.
CRDS = {
    "cert-manager.io": "ingress-certificates-cert-manager",
    "gateway.envoyproxy.io": "ingress-envoy-gateway",
    "gateway.networking.k8s.io": "ingress-envoy-gateway",
    "karpenter.k8s.aws": "karpenter-crds",
    "karpenter.sh": "karpenter-crds",
    "autoscaling.k8s.io": "vertical-pod-autoscaler-release",
    "keda.sh": "keda-release",
    "leaderworkerset.x-k8s.io": "multi-node-leader-worker-set",
    "monitoring.coreos.com": "monitoring-release",
    "postgresql.cnpg.io": "postgres-operator",
}
BUILT_IN = {"apps", "batch", "core", "helm.sh", "networking.k8s.io", "policy", "storage.k8s.io"}
# Names that AWS has once in an account and region; all others get a random end from Pulumi.
PHYSICAL_NAMES = {"name", "identifier", "replicationGroupId", "finalSnapshotIdentifier"}
# Fields whose value is a secret itself, and not the name of one.
SECRET_FIELDS = re.compile(r"(?i)(^|\.)(password|authToken|token|api-?key|HF_TOKEN)$")


def release(platform: Recording, name: str) -> Recorded:
    return platform.one(RELEASE, name)


def api_group(resource: Recorded) -> str:
    """Return the API group of a custom resource, empty for one of Kubernetes' own."""
    group = resource.type.split(":")[1].partition("/")[0]
    return "" if group in BUILT_IN else group


def test_node_pools_go_before_karpenter_its_crds_and_the_nodes_it_runs_on(platform: Recording) -> None:
    outlives = [
        release(platform, "karpenter-controller"),
        release(platform, "karpenter-crds"),
        platform.one(POD_IDENTITY, "karpenter-identity"),
        platform.one(NODE_GROUP),
    ]

    assert platform.of_type(NODE_POOL)
    for pool in platform.of_type(NODE_POOL):
        assert [one.name for one in outlives if not platform.depends(pool, one)] == []


def test_a_node_pool_goes_before_its_node_class_and_both_before_the_queue(platform: Recording) -> None:
    classes = {name_of(one): one for one in platform.of_type(NODE_CLASS)}

    for pool in platform.of_type(NODE_POOL):
        used = classes[spec(pool)["template"]["spec"]["nodeClassRef"]["name"]]
        assert platform.depends(pool, used)
        assert platform.depends(used, platform.one("aws:sqs/queue:Queue"))


def test_custom_resources_go_before_what_knows_their_kind(platform: Recording) -> None:
    custom = [(one, api_group(one)) for one in objects(platform) if api_group(one)]

    assert {group for _, group in custom} >= {"karpenter.sh", "keda.sh", "gateway.networking.k8s.io"}
    assert [
        one.name for one, group in custom if not platform.depends(one, release(platform, CRDS[group]))
    ] == []


def test_charts_with_a_service_monitor_wait_for_its_crd(platform: Recording) -> None:
    monitored = [
        one
        for one in platform.of_type(RELEASE)
        if any(re.search(r"(service|pod)Monitor\.enabled$", path) and on for path, on in leaves(one.inputs))
    ]
    monitoring = release(platform, "monitoring-release")

    assert {one.name for one in monitored} >= {"karpenter-controller", "gpu-runtime-dcgm-exporter"}
    assert [one.name for one in monitored if not platform.depends(one, monitoring)] == []


def test_routes_go_before_the_gateway_and_its_policies(platform: Recording) -> None:
    outlives = [
        one for one in platform.resources if one.name.startswith("ingress-") and one.name.endswith("policy")
    ]
    outlives.append(platform.one("kubernetes:gateway.networking.k8s.io/v1:Gateway"))
    routes = platform.of_type(HTTP_ROUTE)

    assert len(outlives) == 4
    assert len(routes) > 1
    assert [r.name for r in routes if not all(platform.depends(r, one) for one in outlives)] == []


def test_servers_go_before_the_pool_they_run_in(platform: Recording) -> None:
    pools = platform.of_type(NODE_POOL)

    for server in platform.of_type(DEPLOYMENT):
        wanted = pod(server)["spec"]["nodeSelector"].items()
        hosts = [pool for pool in pools if wanted <= spec(pool)["template"]["metadata"]["labels"].items()]
        assert hosts, f"{server.name} selects no pool"
        assert all(platform.depends(server, pool) for pool in hosts)


def test_every_object_uses_the_clusters_provider_and_goes_before_its_nodes(platform: Recording) -> None:
    provider = platform.one(PROVIDER)
    stands = [platform.one(NODE_GROUP), *platform.of_type("aws:eks/addon:Addon")]
    stands += platform.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")

    assert {one.provider.rpartition("::")[0] for one in objects(platform)} == {provider.urn}
    assert [one.name for one in stands if not platform.depends(provider, one)] == []


def test_objects_go_before_their_namespace(platform: Recording) -> None:
    spaces = {name_of(one): one for one in platform.of_type(NAMESPACE)}
    inside = [(one, namespace_of(one)) for one in objects(platform) if namespace_of(one)]
    ours = [(one, spaces[space]) for one, space in inside if space in spaces]

    assert {space for _, space in inside} - set(spaces) == {"kube-system"}
    assert [one.name for one, space in ours if not platform.depends(one, space)] == []


def test_the_cluster_goes_before_the_roads_its_nodes_need(platform: Recording) -> None:
    roads = [*platform.of_type("aws:ec2/natGateway:NatGateway"), *platform.of_type("aws:ec2/route:Route")]

    assert [one.name for one in roads if not platform.depends(platform.one(NODE_GROUP), one)] == []


def test_the_provider_keeps_its_identity_and_its_kubeconfig_to_itself(
    stack: str, platform: Recording
) -> None:
    provider = platform.one(PROVIDER)

    assert provider.inputs["clusterIdentifier"] == stack_values(stack)["inference-platform:cluster"]["name"]
    assert "kubeconfig" in provider.secret_inputs


@pytest.mark.parametrize(
    ("name", "protected"),
    [("dev", set[str]()), ("prod", {"postgres-instance", "redis-group", "qdrant-release"})],
)
def test_only_the_data_of_production_are_protected(name: str, protected: set[str]) -> None:
    assert {one.name for one in recorded(name).resources if one.protect} == protected


def test_names_in_aws_hold_the_clusters_name(stack: str, platform: Recording) -> None:
    """Two stacks may share an account; a fixed name would be taken when the second one asks for it."""
    cluster = stack_values(stack)["inference-platform:cluster"]["name"]
    made = [one for one in platform.resources if one.type.startswith("aws:")]
    names = [(one.name, one.inputs[key]) for one in made for key in PHYSICAL_NAMES & one.inputs.keys()]

    assert len(names) > 4
    assert [(name, given) for name, given in names if cluster not in given] == []


def test_the_outputs_that_hold_secrets_are_secret(platform: Recording) -> None:
    (urn,) = [urn for urn in platform.registered_outputs if "::pulumi:pulumi:Stack::" in urn]

    assert platform.secret_outputs[urn] == {"api_keys", "data", "grafana_password", "kubeconfig"}
    assert PASSWORD not in str(
        {k: v for k, v in platform.exports().items() if k not in platform.secret_outputs[urn]}
    )


def test_no_secret_is_in_plain_text(platform: Recording) -> None:
    seen = [
        (one.name, path)
        for one in platform.resources
        for path, text in leaves(public(one))
        if PASSWORD in str(text)
    ]

    assert seen == []


def test_no_password_is_a_constant(platform: Recording) -> None:
    """The recorder answers every random password with one text, so whatever else stands there was written down."""
    found = [
        (one, *leaf)
        for one in platform.resources
        for leaf in leaves(one.inputs)
        if SECRET_FIELDS.search(leaf[0])
    ]
    secrets = [
        (one, path, text)
        for one, path, text in found
        if one.type != "random:index/randomPassword:RandomPassword"
    ]
    constant = [
        f"{one.name} {path}" for one, path, text in secrets if isinstance(text, str) and PASSWORD not in text
    ]

    assert len(secrets) > 5
    assert constant == []


def test_versions_are_pinned(platform: Recording) -> None:
    loose = [
        f"{one.name} {path}"
        for one in platform.resources
        for path, text in leaves(one.inputs)
        if "latest" in str(text)
    ]
    charts = [
        one
        for one in platform.of_type(RELEASE)
        if not re.fullmatch(r"v?\d+\.\d+\.\d+", one.inputs["version"])
    ]

    assert loose == []
    assert charts == []


def test_what_the_cluster_makes_in_aws_has_the_stacks_tags(stack: str, platform: Recording) -> None:
    tags = stack_values(stack)["inference-platform:tags"]
    proxy = spec(platform.one("kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy"))
    notes = dict(leaves(proxy["provider"]["kubernetes"]["envoyService"]["annotations"]))
    balancer = next(text for key, text in notes.items() if key.endswith("additional-resource-tags"))

    assert tags
    assert all(spec(node_class)["tags"] == tags for node_class in platform.of_type(NODE_CLASS))
    assert dict(pair.split("=") for pair in balancer.split(",")) == tags
