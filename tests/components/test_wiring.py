"""Every setting reaches the resource it is about: a stack in which nearly all differ from the defaults."""

from components.edge.model_route import TRITON_PATHS, VLLM_PATHS
from components.wiring import _CAPACITY  # pyright: ignore[reportPrivateUsage]  its completeness is the test
from settings.fields import Capacity
from tests.components.answers import ACCOUNT
from tests.components.objects import NODE_POOL, RELEASE, SCALED_OBJECT, leaves, pod, public, servers, spec
from tests.components.other import ADMIN, TOKEN, other


def test_cluster_settings_reach_the_cluster() -> None:
    cluster = other().one("aws:eks/cluster:Cluster").inputs
    nodes = other().one("aws:eks/nodeGroup:NodeGroup").inputs
    admins = {one.inputs["principalArn"] for one in other().of_type("aws:eks/accessEntry:AccessEntry")}

    assert (cluster["name"], cluster["version"], cluster["deletionProtection"]) == ("other", "1.35", False)
    assert cluster["vpcConfig"]["publicAccessCidrs"] == ["192.0.2.0/24"]
    assert (nodes["instanceTypes"], nodes["scalingConfig"]["desiredSize"]) == (["m7i.2xlarge"], 5)
    assert {ADMIN, f"arn:aws:iam::{ACCOUNT}:role/deployer"} <= admins
    assert other().one("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.8.0.0/16"
    assert len(other().of_type("aws:ec2/natGateway:NatGateway")) == 3


def test_a_pools_order_of_preference_becomes_a_ladder_of_node_pools() -> None:
    ladder = {one.inputs["metadata"]["name"]: spec(one) for one in other().of_type(NODE_POOL)}
    first, last = (ladder[name] for name in ("l4-reserved-on-demand", "l4-spot"))
    wanted = {one["key"]: one["values"] for one in first["template"]["spec"]["requirements"]}

    assert first["weight"] > last["weight"]
    assert wanted["karpenter.sh/capacity-type"] == ["reserved", "on-demand"]
    assert wanted["topology.kubernetes.io/zone"] == ["eu-west-1b"]
    assert wanted["node.kubernetes.io/instance-type"] == ["g6.2xlarge"]
    assert first["limits"] == {"nvidia.com/gpu": "9"}
    assert first["disruption"]["consolidateAfter"] == "120s"
    assert first["template"]["spec"]["expireAfter"] == "100h"
    assert first["template"]["spec"]["terminationGracePeriod"] == "30m"


def test_reservations_are_chosen_by_id() -> None:
    node_class = spec(other().one("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"))

    assert node_class["capacityReservationSelectorTerms"] == [{"id": "cr-0123456789abcdef0"}]


def test_every_kind_of_capacity_has_its_name_in_karpenter() -> None:
    assert set(_CAPACITY) == set(Capacity)
    assert len(set(_CAPACITY.values())) == len(Capacity)


def test_a_models_settings_reach_its_command_and_its_scaler() -> None:
    (server,) = servers(other().one("kubernetes:apps/v1:Deployment", "chat-deployment"))
    scaler = spec(other().one(SCALED_OBJECT, "chat-scaled-object"))

    assert {
        "meta-llama/Llama-3.1-8B-Instruct",
        "--served-model-name=chat",
        "--max-model-len=4096",
        "--max-num-seqs=7",
        "--gpu-memory-utilization=0.88",
    } <= set(server["command"])
    assert (scaler["minReplicaCount"], scaler["maxReplicaCount"]) == (2, 3)
    assert (scaler["pollingInterval"], scaler["cooldownPeriod"], scaler["fallback"]["replicas"]) == (
        20,
        200,
        2,
    )
    assert [trigger["metadata"].get("threshold") for trigger in scaler["triggers"]] == [
        # 75% of 7.
        "5.25",
        "9",
        "0.7",
        "6",
        "900",
        None,
    ]


def test_a_models_triggers_reach_its_scaler() -> None:
    scaler = spec(other().one(SCALED_OBJECT, "chat-scaled-object"))
    gauge, query, clock = (trigger["metadata"] for trigger in scaler["triggers"][3:])

    assert gauge["query"] == 'sum(vllm:num_requests_running{job="inference/chat"}) or vector(0)'
    assert gauge["activationThreshold"] == "1"
    assert query["query"] == "sum(tokens_per_second) or vector(0)"
    assert clock == {
        "timezone": "Europe/Dublin",
        "start": "0 8 * * 1-5",
        "end": "30 18 * * 1-5",
        "desiredReplicas": "3",
    }
    assert len({trigger["name"] for trigger in scaler["triggers"]}) == 6


def test_a_queue_reaches_the_scaler_and_its_password_the_authentication() -> None:
    scaler = spec(other().one(SCALED_OBJECT, "vision-scaled-object"))
    trigger = scaler["triggers"][1]
    (authentication,) = other().of_type("kubernetes:keda.sh/v1alpha1:TriggerAuthentication")
    secret = other().one("kubernetes:core/v1:Secret", "rabbitmq-connection")
    wanted = spec(authentication)["secretTargetRef"]

    assert trigger["authenticationRef"] == {"name": authentication.inputs["metadata"]["name"]}
    metadata = trigger["metadata"]
    assert (metadata["queueName"], metadata["value"], metadata["vhostName"]) == ("images", "7", "vision")
    assert {one["name"] for one in wanted} == {secret.inputs["metadata"]["name"]}
    assert {one["key"] for one in wanted} <= set(secret.inputs["stringData"])
    assert secret.inputs["metadata"]["namespace"] == authentication.inputs["metadata"]["namespace"]
    assert (scaler["minReplicaCount"], scaler["fallback"]["replicas"]) == (0, 1)


def test_how_fast_replicas_change_is_as_set() -> None:
    scaler = spec(other().one(SCALED_OBJECT, "chat-scaled-object"))

    assert scaler["advanced"]["horizontalPodAutoscalerConfig"]["behavior"] == {
        "scaleUp": {
            "stabilizationWindowSeconds": 10,
            "selectPolicy": "Max",
            "policies": [
                {"type": "Percent", "value": 80, "periodSeconds": 30},
                {"type": "Pods", "value": 3, "periodSeconds": 30},
            ],
        },
        "scaleDown": {
            "stabilizationWindowSeconds": 600,
            "selectPolicy": "Max",
            "policies": [{"type": "Percent", "value": 15, "periodSeconds": 90}],
        },
    }


def test_a_repositorys_settings_reach_its_server() -> None:
    triton = other().one("kubernetes:apps/v1:Deployment", "vision-deployment")
    scaler = spec(other().one(SCALED_OBJECT, "vision-scaled-object"))
    fetch = pod(triton)["spec"]["initContainers"][0]

    assert "s3://acme-models/vision" in fetch["command"]
    assert {"name": "AWS_REGION", "value": "eu-west-1"} in fetch["env"]
    assert "--load-model=detector" in pod(triton)["spec"]["containers"][0]["command"]
    assert scaler["triggers"][0]["metadata"]["threshold"] == "33"


def test_each_engine_lets_only_its_own_paths_through() -> None:
    routes = other().of_type("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
    paths = {
        m["path"]["value"] for one in routes for rule in spec(one)["rules"] for m in rule.get("matches", [])
    }

    assert paths == {f"/talk{path}" for path in VLLM_PATHS} | {f"/vision{path}" for path in TRITON_PATHS}


def test_the_token_is_in_one_secret_and_nowhere_else() -> None:
    secret = other().one("kubernetes:core/v1:Secret", "chat-secrets")
    plain = [one.name for one in other().resources for _, text in leaves(public(one)) if TOKEN in str(text)]

    assert secret.inputs["stringData"]["HF_TOKEN"] == TOKEN
    assert "stringData" in secret.secret_inputs
    assert plain == []


def test_managed_data_are_made_as_asked_for() -> None:
    postgres = other().one("aws:rds/instance:Instance").inputs
    redis = other().one("aws:elasticache/replicationGroup:ReplicationGroup").inputs

    assert (postgres["instanceClass"], postgres["allocatedStorage"]) == ("db.r7g.large", 33)
    assert (postgres["multiAz"], postgres["deletionProtection"]) == (False, False)
    assert (redis["nodeType"], redis["numCacheClusters"]) == ("cache.r7g.large", 3)
    assert {one.name for one in other().resources if one.protect} == set()
    broker = other().one("aws:mq/broker:Broker").inputs
    assert (broker["hostInstanceType"], broker["deploymentMode"]) == ("mq.m7g.xlarge", "SINGLE_INSTANCE")
    assert set(other().exports()["data"]) == {"postgres", "rabbitmq", "redis"}


def test_edge_settings_reach_the_gateway() -> None:
    client = spec(other().one("kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy"))
    backend = spec(other().one("kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy"))
    issuer = spec(other().one("kubernetes:cert-manager.io/v1:ClusterIssuer"))

    assert client["timeout"]["http"] == {"requestReceivedTimeout": "111s", "streamIdleTimeout": "222s"}
    assert backend["requestBuffer"] == {"limit": "11Mi"}
    assert issuer["acme"]["email"] == "other@example.com"
    assert other().exports()["url"] == "https://other.example.com"


def test_without_keys_the_gateway_asks_for_none() -> None:
    assert other().of_type("kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy") == []
    assert other().exports()["api_keys"] in ({}, [])


def test_monitoring_settings_reach_prometheus() -> None:
    prometheus = other().one(RELEASE, "monitoring-release").inputs["values"]["prometheus"]["prometheusSpec"]
    claim = prometheus["storageSpec"]["volumeClaimTemplate"]["spec"]

    assert prometheus["retention"] == "3d"
    assert claim["resources"]["requests"]["storage"] == "44Gi"
