"""The Gateway API objects of the way in, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

GATEWAY_API = "gateway.networking.k8s.io/v1"
ENVOY_API = "gateway.envoyproxy.io/v1alpha1"
_CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
GATEWAY_ACCESS = {"inference-platform/gateway-access": "true"}
"""Label of the namespaces whose routes the Gateway takes."""

_OWNER = "gateway.envoyproxy.io/owning-gateway-name"
_ZONE = "topology.kubernetes.io/zone"
_SERVICE = "service.beta.kubernetes.io/aws-load-balancer"
# A model server answers over HTTP/1.1, one connection a request, and streams for minutes; Envoy's own bound
# of 1024 would turn callers away while replicas have room.
_MAX_CONNECTIONS = 16384
# Half a GiB of Envoy, and room for a dozen bodies of 50 MiB at once.
_PROXY_RESOURCES = {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"memory": "1536Mi"}}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a request may cost. Seconds of silence, not of the whole answer: a stream may run for hours.

    `max_body_mib` bounds a request body in MiB; a larger one gets status 413. Envoy counts it by taking the
    request in before it passes it on, which costs it that much memory; answers are never held back. So a
    request without an end (WebSocket, gRPC stream) cannot pass.
    `read_seconds` is how long a model may be silent, `send_seconds` how long a caller may take to send.
    """

    max_body_mib: int = 50
    read_seconds: int = 300
    send_seconds: int = 300


def listener(name: str, section: str) -> dict[str, Any]:
    """Return a policy's reference to one listener of the Gateway `name`."""
    return {"group": GATEWAY_API.partition("/")[0], "kind": "Gateway", "name": name, "sectionName": section}


def proxy(name: str, replicas: int, drain_seconds: int, annotations: Mapping[str, str]) -> dict[str, Any]:
    """Return the EnvoyProxy of the Gateway `name`: its pods, and the Service that AWS gives a load balancer.

    A pod that stops lets running streams go on for `drain_seconds`.
    """
    spread = {
        "maxSkew": 1,
        "topologyKey": _ZONE,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {_OWNER: name}},
    }
    service = {
        "type": "LoadBalancer",
        # Only nodes with a proxy answer the load balancer, and the caller's address is kept.
        "externalTrafficPolicy": "Local",
        "annotations": dict(annotations),
    }
    kubernetes: dict[str, Any] = {
        "envoyDeployment": {
            "replicas": replicas,
            "container": {"resources": _PROXY_RESOURCES},
            "pod": {"topologySpreadConstraints": [spread]},
        },
        "envoyService": service,
    }
    if replicas > 1:
        kubernetes["envoyPDB"] = {"maxUnavailable": 1}
    return {
        "provider": {"type": "Kubernetes", "kubernetes": kubernetes},
        "shutdown": {"drainTimeout": f"{drain_seconds}s"},
    }


def load_balancer(*, internal: bool, tags: Mapping[str, str]) -> dict[str, str]:
    """Return the annotations that make the Service an AWS Network Load Balancer.

    EKS itself (its cloud controller manager) reads them; no AWS Load Balancer Controller is needed. An NLB
    forgets a connection after 350 s of silence, later than the limits here.
    """
    annotations = {
        f"{_SERVICE}-type": "nlb",
        f"{_SERVICE}-cross-zone-load-balancing-enabled": "true",
    }
    if internal:
        annotations[f"{_SERVICE}-internal"] = "true"
    if tags:
        pairs = ",".join(f"{key}={value}" for key, value in sorted(tags.items()))
        annotations[f"{_SERVICE}-additional-resource-tags"] = pairs
    return annotations


def gateway_class(name: str, namespace: pulumi.Input[str]) -> dict[str, Any]:
    """Return the GatewayClass whose proxies are as the EnvoyProxy `name` says."""
    group = ENVOY_API.partition("/")[0]
    return {
        "controllerName": _CONTROLLER,
        "parametersRef": {"group": group, "kind": "EnvoyProxy", "name": name, "namespace": namespace},
    }


def gateway(class_name: str, hostname: str, certificate: str) -> dict[str, Any]:
    """Return the Gateway: HTTPS for routes of the namespaces with GATEWAY_ACCESS, HTTP for its own.

    HTTP answers Let's Encrypt and sends everyone else to HTTPS.
    """
    secret = {"kind": "Secret", "name": certificate}
    access = {"from": "Selector", "selector": {"matchLabels": GATEWAY_ACCESS}}
    return {
        "gatewayClassName": class_name,
        "listeners": [
            {
                "name": "http",
                "protocol": "HTTP",
                "port": 80,
                "hostname": hostname,
                "allowedRoutes": {"namespaces": {"from": "Same"}},
            },
            {
                "name": "https",
                "protocol": "HTTPS",
                "port": 443,
                "hostname": hostname,
                "tls": {"mode": "Terminate", "certificateRefs": [secret]},
                "allowedRoutes": {"namespaces": access, "kinds": [{"kind": "HTTPRoute"}]},
            },
        ],
    }


def redirect(name: str, hostname: str) -> dict[str, Any]:
    """Return the HTTPRoute that sends HTTP to HTTPS. A challenge's route is more specific, and wins."""
    to_https = {
        "type": "RequestRedirect",
        "requestRedirect": {"scheme": "https", "port": 443, "statusCode": 301},
    }
    return {
        "parentRefs": [{"name": name, "sectionName": "http"}],
        "hostnames": [hostname],
        "rules": [{"filters": [to_https]}],
    }


def proxy_monitor(name: str) -> dict[str, Any]:
    """Return the PodMonitor of the Gateway's proxies: what Ollama, which measures nothing, is scaled by."""
    return {
        "selector": {"matchLabels": {_OWNER: name}},
        "podMetricsEndpoints": [{"port": "metrics", "path": "/stats/prometheus", "interval": "15s"}],
    }


def client_policy(name: str, limits: Limits) -> dict[str, Any]:
    """Return the ClientTrafficPolicy: how callers speak to Envoy."""
    return {
        "targetRefs": [listener(name, "https")],
        "tls": {"minVersion": "1.2"},
        "timeout": {
            "http": {
                "requestReceivedTimeout": f"{limits.send_seconds}s",
                "streamIdleTimeout": f"{limits.read_seconds}s",
            }
        },
    }


def backend_policy(name: str, limits: Limits) -> dict[str, Any]:
    """Return the BackendTrafficPolicy: how Envoy speaks to models."""
    return {
        "targetRefs": [listener(name, "https")],
        "requestBuffer": {"limit": f"{limits.max_body_mib}Mi"},
        "timeout": {"http": {"requestTimeout": "0s", "streamIdleTimeout": f"{limits.read_seconds}s"}},
        "circuitBreaker": {
            "maxConnections": _MAX_CONNECTIONS,
            "maxParallelRequests": _MAX_CONNECTIONS,
            "maxPendingRequests": _MAX_CONNECTIONS,
        },
    }


def key_policy(name: str, keys: pulumi.Input[str]) -> dict[str, Any]:
    """Return the SecurityPolicy: no request passes without a key of the Secret `keys`.

    The key comes as `Authorization: Bearer KEY`, as OpenAI's clients send it (Envoy takes the word off), or
    as `x-api-key`. The model never sees it, but the client's name in `x-client-id`.
    """
    return {
        "targetRefs": [listener(name, "https")],
        "apiKeyAuth": {
            "credentialRefs": [{"kind": "Secret", "name": keys}],
            "extractFrom": [{"headers": ["authorization"]}, {"headers": ["x-api-key"]}],
            "forwardClientIDHeader": "x-client-id",
            "sanitize": True,
        },
    }
