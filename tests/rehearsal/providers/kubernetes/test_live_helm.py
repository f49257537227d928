"""A chart rendered by a real ``helm``, where there is one, into a real API server."""

import shutil
import uuid
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s
import pytest

from rehearsal.control_plane import ControlPlane
from rehearsal.toolchain import Toolchain
from tests.rehearsal.providers.kubernetes import scenes
from tests.rehearsal.providers.kubernetes.engine import Engine

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("helm") is None, reason="helm is no part of the toolchain"),
]

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: toys\nversion: 1.0.0\n",
    "templates/web.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}-web"}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: toys}}
  template:
    metadata: {labels: {app: toys}}
    spec: {containers: [{name: c, image: "toys:1"}]}
""",
    "templates/secret.yaml": """
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Release.Name }}-secret"}
stringData: {token: "{{ .Values.token }}"}
""",
    "templates/extra.yaml": """
{{- if .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
{{- end }}
""",
    "templates/webhook.yaml": """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: "{{ .Release.Name }}-{{ .Release.Namespace }}"}
""",
    "templates/hook.yaml": """
apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {helm.sh/hook: pre-install}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "hook:1"}]}}}
""",
}


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    for name, text in CHART.items():
        path = tmp_path / "toys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "toys"


def test_a_chart_is_rendered_upgraded_and_removed(
    toolchain: Toolchain, control_plane: ControlPlane, chart: Path, tmp_path: Path
) -> None:
    engine = Engine(toolchain.pulumi, tmp_path / "stack")
    space = f"helm-{uuid.uuid4().hex[:8]}"

    def program(replicas: int, *, extra: bool) -> scenes.Program:
        def body(_: str, options: pulumi.ResourceOptions) -> None:
            values = {"replicas": replicas, "token": pulumi.Output.secret(scenes.SECRET), "extra": extra}
            k8s.helm.v3.Release(
                "toys", name="toys", chart=str(chart), namespace=space, values=values, opts=options
            )

        return scenes.in_namespace(control_plane.kubeconfig.read_text(), space, body)

    def names(path: str) -> set[str]:
        return {item["metadata"]["name"] for item in control_plane.api.items(path)}

    engine.up(program(1, extra=True))
    release = engine.releases.rendered["toys"]
    assert release.rendered
    assert "ValidatingWebhookConfiguration" in release.reason
    assert {ref.name for ref in release.objects} == {"toys-web", "toys-secret", "extra"}
    assert names(f"/apis/batch/v1/namespaces/{space}/jobs") == set()

    assert engine.up(program(2, extra=False)) == {"same": 3, "update": 1}
    assert "extra" not in names(f"/api/v1/namespaces/{space}/configmaps")
    (web,) = control_plane.api.items(f"/apis/apps/v1/namespaces/{space}/deployments")
    assert web["status"]["readyReplicas"] == 2
    assert scenes.SECRET not in engine.state_text() + engine.printed

    engine.destroy(program(2, extra=False))
    assert names(f"/apis/apps/v1/namespaces/{space}/deployments") == set()
