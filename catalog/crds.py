"""CustomResourceDefinitions that the rehearsal's API server serves, each out of a Go module: nothing is vendored.

Every file was found in its module on 2026-11-23. A row's `source` names what set its version.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CrdSource:
    """CustomResourceDefinitions as plain YAML inside a Go module; `globs` are relative to its root."""

    name: str
    module: str
    version: str
    globs: tuple[str, ...]
    source: str


CRD_SOURCES = (
    # The AWS module's copies of the NodePool and NodeClaim CRDs are the ones EKS gets: they refuse
    # karpenter.k8s.aws labels that do not exist, which the core module's let through.
    CrdSource(
        name="karpenter",
        module="github.com/aws/karpenter-provider-aws",
        version="v1.14.1",
        globs=("pkg/apis/crds/*.yaml",),
        source="catalog/charts/nodes.py, 2026-11-23",
    ),
    CrdSource(
        name="karpenter-kwok",
        module="sigs.k8s.io/karpenter",
        version="v1.14.0",
        globs=("kwok/apis/crds/*.yaml",),
        source="the karpenter row above, 2026-11-23",
    ),
    CrdSource(
        name="keda",
        module="github.com/kedacore/keda/v2",
        version="v2.21.0",
        globs=("config/crd/bases/*.yaml",),
        source="the newest release, 2026-11-23",
    ),
    CrdSource(
        name="leader-worker-set",
        module="sigs.k8s.io/lws",
        version="v0.9.0",
        globs=("charts/lws/crds/leaderworkerset.x-k8s.io_*.yaml",),
        source="the newest that the Go module proxy serves; the chart is 0.10.0, 2026-11-24",
    ),
    CrdSource(
        name="vertical-pod-autoscaler",
        module="k8s.io/autoscaler/vertical-pod-autoscaler",
        version="v1.8.1",
        globs=("deploy/vpa-v1-crd-gen.yaml",),
        source="the newest release, 2026-11-24",
    ),
    CrdSource(
        name="gateway-api",
        module="sigs.k8s.io/gateway-api",
        version="v1.6.1",
        # The same folder holds an admission policy.
        globs=("config/crd/standard/gateway.networking.k8s.io_[!v]*.yaml",),
        source="what Envoy Gateway v1.9.1 is built against; v1.7.0 asks for Go 1.27, 2026-11-23",
    ),
    CrdSource(
        name="envoy-gateway",
        module="github.com/envoyproxy/gateway",
        version="v1.9.1",
        # The chart's templates folder holds the same with template directives in them.
        globs=("charts/gateway-helm/charts/crds/crds/generated/*.yaml",),
        source="the newest release, 2026-11-23",
    ),
    CrdSource(
        name="cert-manager",
        module="github.com/cert-manager/cert-manager",
        version="v1.21.2",
        globs=("deploy/crds/*.yaml",),
        source="the newest release, 2026-11-23",
    ),
    CrdSource(
        name="cloudnative-pg",
        module="github.com/cloudnative-pg/cloudnative-pg",
        version="v1.30.0",
        globs=("config/crd/bases/*.yaml",),
        source="the newest release, 2026-11-23",
    ),
    CrdSource(
        name="prometheus-operator",
        module="github.com/prometheus-operator/prometheus-operator",
        version="v0.93.1",
        globs=("example/prometheus-operator-crd/*.yaml",),
        source="the operator of kube-prometheus-stack 88, 2026-11-23",
    ),
)
