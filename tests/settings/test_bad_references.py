"""What each section allows, and all of them together do not, gets exactly one line too."""

import pytest

from tests.settings.stacks import Change, bad, changed, drop, problems, put

WRONG_TOGETHER = [
    bad(
        put("cluster.kubernetesVersion", "1.34"),
        'cluster.kubernetesVersion: "1.34" is not supported. Use one of 1.35, 1.36.',
    ),
    bad(
        put("cluster.systemNodes", {"instanceType": "g6.xlarge"}),
        "cluster.systemNodes.instanceType: g6.xlarge is not in the catalogue of CPU instances.",
        "Did you mean m6i.xlarge? Known: m7i.large, m7i.xlarge, m7i.2xlarge, m7i.4xlarge, m6i.large, m6i.xlarge,",
        "m6i.2xlarge, m6i.4xlarge.",
    ),
    bad(
        put("models.0.rollout", {"maxSurge": 0, "maxUnavailable": 0}),
        "models[0].rollout: maxSurge and maxUnavailable are both 0. Set one of them to 1: no update could begin.",
    ),
    bad(
        put("gpuPools.0.reservedGpus", 4),
        "gpuPools[0].reservedGpus: 4 GPUs are reserved, and capacity does not list `reserved`.",
        "List it, or leave this out.",
    ),
    bad(
        put("cluster.network.zones.1", "us-east-2b"),
        "cluster.network.zones[1]: us-east-2b is not in us-east-1, which aws:region names.",
        "Use zones like us-east-1a, or change aws:region.",
    ),
    bad(
        put("cluster.network.zones.1", "us-east-10b"),
        'cluster.network.zones[1]: "us-east-10b" is not an availability zone, like us-east-1a.',
        "Expected: Availability zones, for example us-east-1a. Two for development, three for production.",
    ),
    bad(
        put("cluster.endpoint", {"publicAccessCidrs": ["198.51.100.0/24", "0.0.0.0/0"]}),
        "cluster.endpoint.publicAccessCidrs[1]: 0.0.0.0/0 lets the whole internet in.",
        "List the ranges that need it, for example your office's.",
    ),
    bad(
        put("cluster.endpoint", {"publicAccessCidrs": ["198.51.100.256/24"]}),
        "cluster.endpoint.publicAccessCidrs[0]: 198.51.100.256/24 is not an IPv4 range.",
        "Write it like 198.51.100.0/24.",
    ),
    bad(
        put("cluster.admins", ["alice"]),
        'cluster.admins[0]: "alice" is no ARN of a principal.',
        "Write one like arn:aws:iam::123456789012:role/name.",
    ),
    bad(
        put("gpuPools.0.instanceTypes", ["g6.xlarge", "g6.2xlrge"]),
        "gpuPools[0].instanceTypes: g6.2xlrge is not in the catalogue of GPU instances.",
        "Did you mean g6.2xlarge? Known: g6.xlarge, g6.2xlarge, g6.4xlarge, g6.8xlarge, g6.12xlarge,",
        "g6.16xlarge, g6.24xlarge, g6.48xlarge.",
    ),
    bad(
        put("gpuPools.0.instanceTypes", ["g6.xlarge", "g5.xlarge"]),
        "gpuPools[0].instanceTypes: mixes GPUs (a10g with 22.4 GiB, l4 with 22.4 GiB).",
        "Karpenter packs before it compares prices: make one pool for each GPU.",
    ),
    bad(
        put("gpuPools.2", {"name": "a100", "instanceTypes": ["p4d.24xlarge", "p4de.24xlarge"], "maxGpus": 8}),
        "gpuPools[2].instanceTypes: mixes GPUs (a100 with 40.0 GiB, a100 with 80.0 GiB).",
        "Karpenter packs before it compares prices: make one pool for each GPU.",
    ),
    bad(
        put("gpuPools.0.zones", ["us-east-1c"]),
        "gpuPools[0].zones: us-east-1c is not a zone of the network. Use some of us-east-1a, us-east-1b.",
    ),
    bad(
        put("gpuPools.0.capacity", ["reserved", "onDemand"]),
        "gpuPools[0].capacity: reserved capacity and reservations belong together:",
        "list ids in capacityReservations or set capacityReservationTags, and `reserved` in capacity, or neither.",
    ),
    bad(
        put("data", {"redis": {"mode": "inCluster", "replicas": 1}}),
        "data.redis.replicas: 1 needs the managed service.",
        "The chart's replicas do not take over; set mode: managed, or replicas: 0.",
    ),
    bad(
        put("gpuPools.0.capacityReservations", ["cr-0123456789abcdef0"]),
        "gpuPools[0].capacity: reserved capacity and reservations belong together:",
        "list ids in capacityReservations or set capacityReservationTags, and `reserved` in capacity, or neither.",
    ),
    bad(
        put("gpuPools.0.capacity", ["spot", "spot"]),
        "gpuPools[0].capacity: spot appears 2 times. Name each kind once.",
    ),
    bad(
        put("placement", {"instanceFamilies": ["g6", "g66"]}),
        "placement.instanceFamilies: g66 is not in the catalogue of GPU instances. Did you mean g6? Known: g4dn, g5,",
        "g5g, g6, g6e, g7, g7e, gr6, p3dn, p4d, p4de, p5, p5e, p5en, p6-b200, p6-b300.",
    ),
    bad(
        put("placement", {"instanceTypes": ["g5g.xlage"]}),
        "placement.instanceTypes: g5g.xlage is not in the catalogue of GPU instances. Did you mean g5g.xlarge?",
        "Known: g5g.xlarge, g5g.2xlarge, g5g.4xlarge, g5g.8xlarge, g5g.16xlarge, g5g.metal.",
    ),
    bad(
        put("placement", {"zones": ["us-east-1c"]}),
        "placement.zones: us-east-1c is not a zone of the network. Use some of us-east-1a, us-east-1b.",
    ),
    bad(
        put("placement", {"unavailable": {"us-east-1c": ["g6.xlarge"]}}),
        "placement.unavailable: us-east-1c is not a zone of the network. Use some of us-east-1a, us-east-1b.",
    ),
    bad(
        put("placement", {"unavailable": {"us-east-1a": ["t3.large"]}}),
        "placement.unavailable.us-east-1a: t3.large is not in the catalogue of GPU instances. Known: g4dn, g5,",
        "g5g, g6, g6e, g7, g7e, gr6, p3dn, p4d, p4de, p5, p5e, p5en, p6-b200, p6-b300.",
    ),
    bad(
        put("placement", {"capacity": ["spot", "spot"]}),
        "placement.capacity: spot appears 2 times. Name each kind once.",
    ),
    bad(
        put("placement", {"capacity": ["reserved", "onDemand"]}),
        "placement.capacity: a reservation is for one instance type, and the plan would choose.",
        "Write the pool in gpuPools, with its capacityReservations.",
    ),
    bad(
        put("models.0.replicas.expected", 5),
        "models[0].replicas.expected: 5 is not between min and max. Set it to 1 to 4.",
    ),
    bad(
        drop("models.0.gpu"),
        "models[0].pool: is missing, and 2 pools have 1 x GPU. Name one of small, large.",
    ),
    bad(
        put("gpuPools.1.name", "small"),
        "gpuPools[1].name: small is the name of gpuPools[0] already. Give each its own.",
    ),
    bad(
        put("models.0.gpu.type", "l40"),
        "models[0].gpu.type: l40 is not in the catalogue. Did you mean l40s? Known: a100, a10g, b200, b300, h100,",
        "h200, l4, l40s, rtx-pro-4500, rtx-pro-server-6000, t4, t4g, v100.",
    ),
    bad(
        put("models.1.pool", "largest"),
        "models[1].pool: largest is not a pool. Did you mean large? Known: small, large.",
    ),
    bad(
        put("models.1.pool", "small"),
        "models[1].gpu: 2 x l40s on one node: pool small has no instance for it.",
        "Add an instance type with 2 x l40s to a pool, or change gpu.",
    ),
    bad(
        put("models.0.gpu.count", 4),
        "models[0].gpu: 4 x l4 on one node: no pool has an instance for it.",
        "Add an instance type with 4 x l4 to a pool, or change gpu.",
    ),
    bad(
        put("tritonRepositories.0.replicas", {"min": 3, "max": 2}),
        "tritonRepositories[0].replicas.min: 3 is above replicas.max (2).",
        "Lower it to 2, or raise replicas.max to 3.",
    ),
    bad(
        put("models.0.replicas.min", 5),
        "models[0].replicas.min: 5 is above replicas.max (4). Lower it to 4, or raise replicas.max to 5.",
    ),
    bad(
        put("models.1.gpu.count", 3),
        "models[1].gpu.count: 3 does not divide the model's 32 attention and 8 KV heads. Use one of 1, 2, 4, 8.",
    ),
    bad(
        put("models.1.name", "chat"),
        "models[1].name: chat is the name of models[0] already. Give each its own.",
    ),
    bad(
        put("tritonRepositories.0.name", "chat"),
        "tritonRepositories[0].name: chat is the name of models[0] already. Give each its own.",
    ),
    bad(
        put("models.1.route", "chat"),
        "models[1].route: chat is the route of models[0] already. Give each its own.",
    ),
    bad(
        put("tritonRepositories.0.route", "llama"),
        "tritonRepositories[0].route: llama is the route of models[1] already. Give each its own.",
    ),
    bad(
        put("models.0.maxModelLen", 65_536),
        "models[0].maxModelLen: 65536 tokens are beyond the model's 32768. Set it to 32768 or less.",
    ),
    bad(
        put("models.0.source", "acme/unheard-of"),
        "models[0].source: acme/unheard-of is not in the catalogue.",
        "Set configFile to its config.json, and weightsGib or indexFile.",
    ),
    bad(
        drop("hfToken"),
        "models[1].source: meta-llama/Llama-3.1-8B-Instruct is gated and hfToken is missing.",
        "Run `pulumi config set --secret hfToken`.",
    ),
    bad(
        put("hfToken", "hf_abcdef"),
        "hfToken: stands in plain text. Set it with `pulumi config set --secret hfToken`,",
        "and replace the one that leaked.",
    ),
    bad(
        put("tags.aws:owner", "me"),
        'tags: "aws:owner" is no key that AWS accepts.',
        "Use 1 to 128 letters, digits, spaces and _.:/=+-@, without aws: in front.",
    ),
    bad(
        put("tags.team", "a;b"),
        'tags.team: "a;b" is no value that AWS accepts. Use up to 256 letters, digits, spaces and _.:/=+-@.',
    ),
]


@pytest.mark.parametrize(("change", "line"), WRONG_TOGETHER)
def test_one_mistake_gets_its_one_line(change: Change, line: str) -> None:
    assert problems(changed(change)) == (line,)


def test_the_stack_that_is_spoiled_is_valid() -> None:
    assert problems(changed()) == ()
