"""A stack that sets every key to something other than its default, and its graph."""

from functools import cache
from typing import Any

from tests.components.answers import ACCOUNT
from tests.components.recorder import Recording
from tests.golden.stacks import record_program

TOKEN = "hf_an-example"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admins"
OTHER: dict[str, Any] = {
    "aws:region": "eu-west-1",
    "inference-platform:hfToken": TOKEN,
    "inference-platform:cluster": {
        "name": "other",
        "kubernetesVersion": "1.35",
        "network": {
            "cidr": "10.8.0.0/16",
            "zones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
            "natGateways": "perZone",
        },
        "endpoint": {"publicAccessCidrs": ["192.0.2.0/24"]},
        "admins": [ADMIN],
        "systemNodes": {"instanceType": "m7i.2xlarge", "count": 5},
        "deletionProtection": False,
    },
    "inference-platform:gpuPools": [
        {
            "name": "l4",
            "instanceTypes": ["g6.2xlarge"],
            "capacity": ["reserved", "onDemand", "spot"],
            "capacityReservations": ["cr-0123456789abcdef0"],
            "zones": ["eu-west-1b"],
            "reservedGpus": 2,
            "maxGpus": 9,
            "disruption": {
                "consolidateAfterSeconds": 120,
                "expireAfterHours": 100,
                "terminationGraceMinutes": 30,
            },
        }
    ],
    "inference-platform:models": [
        {
            "name": "chat",
            "source": "meta-llama/Llama-3.1-8B-Instruct",
            "gpu": {"type": "l4"},
            "maxModelLen": 4096,
            "concurrency": 7,
            "gpuMemoryUtilization": 0.88,
            "replicas": {"min": 2, "max": 3},
            "scaling": {
                "waitingRequests": 9,
                "kvCacheUsage": 0.7,
                "pollingSeconds": 20,
                "cooldownSeconds": 200,
                "scaleUp": {"percent": 80, "pods": 3, "periodSeconds": 30, "stabilizationSeconds": 10},
                "scaleDown": {"percent": 15, "periodSeconds": 90, "stabilizationSeconds": 600},
                "triggers": [
                    {
                        "type": "prometheus",
                        "metric": "vllm:num_requests_running",
                        "threshold": 6,
                        "activationThreshold": 1,
                    },
                    {"type": "prometheus", "query": "tokens_per_second", "threshold": 900},
                    {
                        "type": "cron",
                        "timezone": "Europe/Dublin",
                        "start": "0 8 * * 1-5",
                        "end": "30 18 * * 1-5",
                        "desiredReplicas": 3,
                    },
                ],
            },
            "rollout": {"maxSurge": 2, "maxUnavailable": 1},
            "readyWithin": "30m",
            "route": "talk",
        }
    ],
    "inference-platform:tritonRepositories": [
        {
            "name": "vision",
            "repository": "s3://acme-models/vision",
            "models": ["detector"],
            "gpu": {"type": "l4"},
            "replicas": {"min": 0, "max": 2},
            "scaling": {
                "pendingRequests": 33,
                "triggers": [{"type": "rabbitmq", "queue": "images", "messages": 7, "vhost": "vision"}],
            },
        }
    ],
    "inference-platform:data": {
        "postgres": {"mode": "managed", "sizeGib": 33, "instanceClass": "db.r7g.large"},
        "redis": {"mode": "managed", "nodeType": "cache.r7g.large", "replicas": 2},
        "rabbitmq": {"mode": "managed", "replicas": 1, "instanceType": "mq.m7g.xlarge"},
        "protect": False,
    },
    "inference-platform:edge": {
        "hostname": "other.example.com",
        "tlsIssuer": "letsencrypt-prod",
        "email": "other@example.com",
        "maxBodyMib": 11,
        "readTimeoutSeconds": 222,
        "sendTimeoutSeconds": 111,
        "requireApiKey": False,
    },
    "inference-platform:monitoring": {"retentionDays": 3, "sizeGib": 44},
    "inference-platform:tags": {"team": "other"},
}


@cache
def other() -> Recording:
    return record_program(OTHER, stack="other", secrets=["inference-platform:hfToken"])
