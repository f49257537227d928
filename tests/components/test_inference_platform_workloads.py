"""What runs on the platform, in every stack: guarded, reachable, measured, and never impossible to move."""

import re
from typing import Any

import pytest

from catalog.charts import CHARTS
from tests.components.objects import (
    DEPLOYMENT,
    JOB,
    LEADER_WORKER_SET,
    NAMESPACE,
    POD_MONITOR,
    RELEASE,
    SCALED_OBJECT,
    SERVICE,
    STATEFUL_SET,
    leaves,
    name_of,
    namespace_of,
    objects,
    pod,
    selects,
    servers,
    spec,
)
from tests.components.recorder import Recorded, Recording

GPU = "nvidia.com/gpu"
HTTP_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ENFORCED = "pod-security.kubernetes.io/enforce"
# Seconds that an engine takes to end requests in flight where no option says so: TGI's launcher waits 90.
OWN_TIME = {"tgi": 90, "ollama": 0}
# A tag that names a version (some digits), or a digest.
PINNED = re.compile(r"^[^\s:@]+(:[\w.-]*\d+\.\d+[\w.-]*|@sha256:[0-9a-f]{64})$")


def deployments(platform: Recording) -> list[Recorded]:
    """Return all servers: Deployments, and LeaderWorkerSets where replicas span nodes."""
    found = [*platform.of_type(DEPLOYMENT), *platform.of_type(LEADER_WORKER_SET)]
    assert found
    return sorted(found, key=lambda one: one.name)


def label(server: Recorded) -> str:
    """Return the engine of a server."""
    return pod(server)["metadata"]["labels"]["app.kubernetes.io/name"]


def peers(rule: dict[str, Any]) -> bool:
    """Say whether a rule names pods, and not addresses."""
    return all("podSelector" in one for one in rule["to"])


def chosen(platform: Recording, by: Recorded) -> list[Recorded]:
    """Return the workloads that an object with a selector chooses, in its own namespace."""
    choice = spec(by).get("podSelector") or spec(by)["selector"]
    labels = choice.get("matchLabels", choice)
    there = [*deployments(platform), *platform.of_type(JOB), *platform.of_type(STATEFUL_SET)]
    near = [one for one in there if namespace_of(one) == namespace_of(by)]
    return [one for one in near if selects(labels, one)]


def test_gpu_requests_equal_their_limits(platform: Recording) -> None:
    for server in deployments(platform):
        sizes = pod(server)["spec"]["containers"][0]["resources"]
        assert int(sizes["limits"][GPU]) >= 1
        assert sizes["requests"][GPU] == sizes["limits"][GPU]
        assert sizes["requests"]["memory"] == sizes["limits"]["memory"]


def test_namespaces_say_how_far_their_pods_may_go(platform: Recording) -> None:
    levels = {name_of(one): one.inputs["metadata"]["labels"][ENFORCED] for one in platform.of_type(NAMESPACE)}
    privileged = {name for name, level in levels.items() if level == "privileged"}

    assert set(levels.values()) <= {"restricted", "baseline", "privileged"}
    # The device plugin, the exporters of GPUs and nodes: they read the host itself.
    assert privileged - {"efa-runtime"} == {"gpu-runtime", "monitoring"}


def test_servers_keep_to_the_restricted_standard(platform: Recording) -> None:
    for server in deployments(platform):
        inside = pod(server)["spec"]
        assert inside["securityContext"]["runAsNonRoot"] is True
        assert inside["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert inside["automountServiceAccountToken"] is False
        for container in servers(server):
            held = container["securityContext"]
            assert held["allowPrivilegeEscalation"] is False
            assert held["readOnlyRootFilesystem"] is True
            assert held["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("kind", [SERVICE, BUDGET, NETWORK_POLICY])
def test_every_server_has_one_of_each_and_it_chooses_that_server_only(platform: Recording, kind: str) -> None:
    found = [chosen(platform, one) for one in platform.of_type(kind)]
    choices = [choice for choice in found if [one.type for one in choice] not in ([JOB], [STATEFUL_SET])]

    assert sorted(one.name for choice in choices for one in choice) == [
        one.name for one in deployments(platform)
    ]
    assert all(len(choice) == 1 for choice in choices)


def test_every_server_is_measured_on_a_port_it_has(platform: Recording) -> None:
    measured: list[str] = []
    for monitor in platform.of_type(POD_MONITOR):
        for server in chosen(platform, monitor):
            ports = {port["name"] for one in servers(server) for port in one.get("ports") or []}
            assert {end["port"] for end in spec(monitor)["podMetricsEndpoints"]} <= ports
            measured += [server.name] if server.type != STATEFUL_SET else []

    # Ollama measures nothing: the gateway, which is measured too, counts its requests.
    assert sorted(measured) == [one.name for one in deployments(platform) if "ollama" not in label(one)]


def test_services_send_requests_to_ports_the_pods_have(platform: Recording) -> None:
    for service in platform.of_type(SERVICE):
        (server,) = chosen(platform, service)
        ports = {port["name"] for one in servers(server) for port in one.get("ports") or []}
        assert {port["targetPort"] for port in spec(service)["ports"]} <= ports


def test_routes_send_requests_to_services_there_are(platform: Recording) -> None:
    there = {
        (namespace_of(one), name_of(one), port["port"])
        for one in platform.of_type(SERVICE)
        for port in spec(one)["ports"]
    }
    routed = {
        (namespace_of(route), backend["name"], backend["port"])
        for route in platform.of_type(HTTP_ROUTE)
        for rule in spec(route)["rules"]
        for backend in rule.get("backendRefs", [])
    }

    assert len(routed) == len(deployments(platform))
    assert len({backend[:2] for backend in routed}) == len(deployments(platform))
    assert routed <= there


def target(scaler: Recorded) -> dict[str, str]:
    return spec(scaler)["scaleTargetRef"]


def test_every_server_is_scaled_between_its_own_bounds(platform: Recording) -> None:
    scalers = platform.of_type(SCALED_OBJECT)
    scaled = sorted((target(one)["kind"], target(one)["name"]) for one in scalers)

    assert scaled == sorted((one.inputs["kind"], name_of(one)) for one in deployments(platform))
    for one in scalers:
        # From zero replicas only a queue or the clock brings a server back.
        woken = {"rabbitmq", "cron"} & {trigger["type"] for trigger in spec(one)["triggers"]}
        assert (0 if woken else 1) <= spec(one)["minReplicaCount"] <= spec(one)["maxReplicaCount"]
    # KEDA owns the number of replicas: a Deployment that named one would set it back at each update.
    assert all("replicas" not in spec(one) for one in deployments(platform))


def test_network_policies_close_both_ways(platform: Recording) -> None:
    for policy in platform.of_type(NETWORK_POLICY):
        assert set(spec(policy)["policyTypes"]) == {"Ingress", "Egress"}
        assert all(rule["from"] for rule in spec(policy).get("ingress", []))
        # Pods of one replica on several nodes choose their ports themselves.
        assert all(rule["to"] and (rule.get("ports") or peers(rule)) for rule in spec(policy)["egress"])


def test_images_are_pinned(platform: Recording) -> None:
    found = [(one, *leaf) for one in objects(platform) for leaf in leaves(one.inputs)]
    images = [text for _, path, text in found if re.search(r"(^|\.)(image|imageName)$", path)]

    assert len(images) >= len(deployments(platform))
    assert [image for image in images if not PINNED.match(image)] == []


@pytest.mark.parametrize(
    ("image", "pinned"),
    [
        ("vllm/vllm-openai:v0.33.0", True),
        ("registry.example.com/vllm@sha256:" + "0" * 64, True),
        ("vllm/vllm-openai", False),
        ("vllm/vllm-openai:latest", False),
        ("vllm/vllm-openai:v1", False),
    ],
)
def test_only_a_full_version_is_pinned(image: str, *, pinned: bool) -> None:
    assert bool(PINNED.match(image)) is pinned


def _replicas(release: Recorded) -> list[int]:
    """Return how many replicas the values give each workload of the chart, where they say so."""
    (chart,) = [chart for chart in CHARTS if chart.name == release.inputs["chart"]]
    values = dict(leaves(release.inputs["values"]))
    given = [values.get(workload.replicas_path) for workload in chart.workloads if workload.replicas_path]
    return [int(count) for count in given if count is not None]


def test_no_disruption_budget_blocks_every_eviction(platform: Recording) -> None:
    allowed = [spec(one)["maxUnavailable"] for one in platform.of_type(BUDGET)]

    assert allowed
    assert all(number >= 1 for number in allowed)
    for release in platform.of_type(RELEASE):
        kept = [value for path, value in leaves(release.inputs["values"]) if path.endswith(".minAvailable")]
        assert all(number < count for number in kept for count in _replicas(release)), release.name


def test_a_stopping_server_is_given_the_time_it_asks_for(platform: Recording) -> None:
    for server in deployments(platform):
        inside = pod(server)["spec"]
        (container,) = inside["containers"]
        pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        flags = " ".join(container["command"])
        asked = re.search(r"--(?:shutdown-timeout|exit-timeout-secs)=(\d+)", flags)
        needs = int(asked[1]) if asked else OWN_TIME[label(server)]
        assert inside["terminationGracePeriodSeconds"] > pause + needs
        assert needs or pause >= 60, f"{server.name} would abort requests in flight"


def test_secrets_and_config_maps_that_pods_read_are_there(platform: Recording) -> None:
    kinds = ("ConfigMap", "Secret", "ServiceAccount")
    there = {
        (kind, namespace_of(one), name_of(one))
        for kind in kinds
        for one in platform.of_type(f"kubernetes:core/v1:{kind}")
    }

    for server in deployments(platform):
        space = namespace_of(server)
        read = {("ServiceAccount", space, pod(server)["spec"]["serviceAccountName"])}
        for path, text in leaves(servers(server)):
            if found := re.search(r"(configMap|secret)(?:Ref|KeyRef)\.name$", path):
                read.add((found[1][0].upper() + found[1][1:], space, text))
        assert read <= there
        assert any(kind == "ConfigMap" for kind, _, _ in read)
