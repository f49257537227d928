"""cert-manager: which issuer signs, and where its challenge is answered."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.edge.certificates import Certificates, CertificatesArgs, Issuer
from tests.components.recorder import Recording, record

ISSUER = "kubernetes:cert-manager.io/v1:ClusterIssuer"
RELEASE = "kubernetes:helm.sh/v3:Release"


def _certificates(issuer: Issuer, **changes: Any) -> Recording:
    def program() -> None:
        args = CertificatesArgs(
            provider=k8s.Provider("provider", kubeconfig="{}"),
            issuer=issuer,
            gateway_name="front",
            gateway_namespace="edge",
            **changes,
        )
        Certificates("certs", args)

    return record(program)


@pytest.mark.parametrize(
    ("issuer", "host"),
    [
        (Issuer.LETSENCRYPT_PROD, "https://acme-v02.api.letsencrypt.org/"),
        (Issuer.LETSENCRYPT_STAGING, "https://acme-staging-v02.api.letsencrypt.org/"),
    ],
)
def test_lets_encrypt_is_answered_on_the_plain_listener(issuer: Issuer, host: str) -> None:
    made = _certificates(issuer).one(ISSUER).inputs
    solver = made["spec"]["acme"]["solvers"][0]["http01"]["gatewayHTTPRoute"]

    assert made["metadata"]["name"] == issuer
    assert made["spec"]["acme"]["server"].startswith(host)
    assert solver["parentRefs"] == [{"name": "front", "namespace": "edge", "sectionName": "http"}]
    assert "email" not in made["spec"]["acme"]


def test_an_address_is_given_when_there_is_one() -> None:
    made = _certificates(Issuer.LETSENCRYPT_PROD, acme_email="ops@example.com").one(ISSUER).inputs

    assert made["spec"]["acme"]["email"] == "ops@example.com"


def test_self_signed_asks_nobody() -> None:
    assert _certificates(Issuer.SELF_SIGNED).one(ISSUER).inputs["spec"] == {"selfSigned": {}}


def test_the_chart_comes_first_with_its_crds_and_the_gateway_api() -> None:
    recording = _certificates(Issuer.LETSENCRYPT_PROD)
    release = recording.one(RELEASE)

    assert recording.depends(recording.one(ISSUER), release)
    assert release.inputs["values"]["crds"] == {"enabled": True}
    assert release.inputs["values"]["config"]["gatewayAPI"] == {"enabled": True}
    assert release.inputs["values"]["global"]["leaderElection"]["namespace"] == release.inputs["namespace"]
