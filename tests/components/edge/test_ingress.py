"""The way in: TLS, keys that no request passes without, bodies and silences that have a limit."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.edge.certificates import Issuer
from components.edge.ingress import Ingress, IngressArgs
from components.edge.specs import Limits
from tests.components.answers import PASSWORD
from tests.components.recorder import Recording, record

GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
CLASS = "kubernetes:gateway.networking.k8s.io/v1:GatewayClass"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
PROXY = "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy"
CLIENT = "kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy"
BACKEND = "kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy"
SECURITY = "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy"
SECRET = "kubernetes:core/v1:Secret"
RELEASE = "kubernetes:helm.sh/v3:Release"


def _ingress(**changes: Any) -> Recording:
    def program() -> None:
        args: dict[str, Any] = {
            "provider": k8s.Provider("provider", kubeconfig="{}"),
            "hostname": "models.example.com",
            "issuer": Issuer.LETSENCRYPT_PROD,
        }
        Ingress("front", IngressArgs(**{**args, **changes}))

    return record(program)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return _ingress(api_clients=("team-a", "team-b"))


def test_the_gateway_serves_tls_with_a_certificate_from_the_issuer(recording: Recording) -> None:
    gateway = recording.one(GATEWAY).inputs
    https = {listener["name"]: listener for listener in gateway["spec"]["listeners"]}["https"]

    assert gateway["metadata"]["annotations"] == {"cert-manager.io/cluster-issuer": "letsencrypt-prod"}
    assert https["hostname"] == "models.example.com"
    assert https["tls"]["certificateRefs"] == [{"kind": "Secret", "name": "front-tls"}]
    assert recording.one(CLIENT).inputs["spec"]["tls"]["minVersion"] == "1.2"


def test_only_labelled_namespaces_bring_routes_and_none_to_the_plain_listener(recording: Recording) -> None:
    listeners = {each["name"]: each for each in recording.one(GATEWAY).inputs["spec"]["listeners"]}
    access = listeners["https"]["allowedRoutes"]["namespaces"]

    assert access["from"] == "Selector"
    assert access["selector"]["matchLabels"] == {"inference-platform/gateway-access": "true"}
    assert listeners["http"]["allowedRoutes"]["namespaces"] == {"from": "Same"}


def test_plain_http_is_sent_to_https(recording: Recording) -> None:
    spec = recording.one(ROUTE).inputs["spec"]
    redirect = spec["rules"][0]["filters"][0]["requestRedirect"]

    assert spec["parentRefs"] == [{"name": "front", "sectionName": "http"}]
    assert (redirect["scheme"], redirect["statusCode"]) == ("https", 301)


def test_every_request_over_tls_needs_one_of_the_clients_keys(recording: Recording) -> None:
    policy = recording.one(SECURITY).inputs["spec"]
    keys = recording.one(SECRET).inputs

    assert [target["sectionName"] for target in policy["targetRefs"]] == ["https"]
    assert policy["apiKeyAuth"]["credentialRefs"] == [{"kind": "Secret", "name": keys["metadata"]["name"]}]
    assert keys["stringData"] == {"team-a": PASSWORD, "team-b": PASSWORD}
    assert policy["apiKeyAuth"]["sanitize"] is True
    assert policy["apiKeyAuth"]["extractFrom"][0] == {"headers": ["authorization"]}


def test_there_is_no_moment_when_the_gateway_is_open(recording: Recording) -> None:
    gateway = recording.one(GATEWAY)

    for kind in (SECURITY, CLIENT, BACKEND, CLASS, PROXY):
        assert recording.depends(gateway, recording.one(kind)), kind


def test_crds_come_first_then_cert_manager_then_the_gateway(recording: Recording) -> None:
    envoy = recording.one(RELEASE, "front-envoy-gateway")
    cert_manager = recording.one(RELEASE, "front-certificates-cert-manager")

    assert recording.depends(cert_manager, envoy)
    assert recording.depends(recording.one(GATEWAY), cert_manager)


def test_bodies_are_bounded_and_streams_are_bounded_by_silence_only() -> None:
    run = _ingress(limits=Limits(max_body_mib=20, read_seconds=120, send_seconds=60))
    backend = run.one(BACKEND).inputs["spec"]
    client = run.one(CLIENT).inputs["spec"]["timeout"]["http"]

    assert backend["requestBuffer"] == {"limit": "20Mi"}
    assert backend["timeout"]["http"] == {"requestTimeout": "0s", "streamIdleTimeout": "120s"}
    assert client == {"requestReceivedTimeout": "60s", "streamIdleTimeout": "120s"}
    assert run.one(PROXY).inputs["spec"]["shutdown"] == {"drainTimeout": "120s"}


def test_the_load_balancer_is_a_tagged_nlb_inside_or_outside() -> None:
    def annotations(**changes: Any) -> dict[str, str]:
        spec = _ingress(**changes).one(PROXY).inputs["spec"]
        return spec["provider"]["kubernetes"]["envoyService"]["annotations"]

    prefix = "service.beta.kubernetes.io/aws-load-balancer"
    outside, inside = annotations(), annotations(internal=True, tags={"team": "ml", "env": "dev"})

    assert outside[f"{prefix}-type"] == "nlb"
    assert f"{prefix}-internal" not in outside
    assert inside[f"{prefix}-internal"] == "true"
    assert inside[f"{prefix}-additional-resource-tags"] == "env=dev,team=ml"


def test_without_keys_there_is_no_policy_and_no_secret() -> None:
    run = _ingress(require_api_key=False)
    component = run.one("inference-platform:index:Ingress")

    assert run.of_type(SECURITY) == []
    assert run.of_type(SECRET) == []
    assert run.registered_outputs[component.urn]["api_keys"] == {}


def test_outputs_give_the_keys_as_secrets(recording: Recording) -> None:
    component = recording.one("inference-platform:index:Ingress")

    assert recording.registered_outputs[component.urn] == {
        "gateway_name": "front",
        "gateway_namespace": "envoy-gateway-system",
        "hostname": "models.example.com",
        "url": "https://models.example.com",
        "api_keys": {"team-a": PASSWORD, "team-b": PASSWORD},
    }
    assert recording.secret_outputs[component.urn] == {"api_keys"}
    for resource in recording.resources:
        leaked = {k for k, v in resource.inputs.items() if PASSWORD in str(v)} - resource.secret_inputs
        assert not leaked, resource.name


def test_keys_that_nobody_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="api_clients is empty"):
        _ingress(api_clients=())
