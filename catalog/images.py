"""Container images the platform runs itself, at pinned tags. Charts pin their own images.

`user` and `group` are the ids of the unprivileged user that the image's vendor documents.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Image:
    """One container image. `user` and `group` are numeric ids to run as; `source` says where both stand."""

    repository: str
    tag: str
    user: int
    group: int
    source: str

    @property
    def reference(self) -> str:
        """Return the image as a pod names it, `repository:tag`."""
        return f"{self.repository}:{self.tag}"


# UID 2000 with GID 0 has a passwd entry: torch asks for the user's name at import and fails without one.
VLLM = Image(
    repository="vllm/vllm-openai",
    tag="v0.33.0",
    user=2000,
    group=0,
    source="PyPI vllm 0.33.0, 2026-11; vllm-project/vllm#40275 (non-root user in the image)",
)

TRITON = Image(
    repository="nvcr.io/nvidia/tritonserver",
    tag="26.07-py3",
    user=1000,
    group=1000,
    source="triton-inference-server/server@2026-08-19:README.md (2.71.0 = NGC 26.07); user triton-server",
)

# The image runs as root and names no other user; any works, as it writes only where its caches are told to be.
TGI = Image(
    repository="ghcr.io/huggingface/text-generation-inference",
    tag="3.3.7",
    user=2000,
    group=2000,
    source="huggingface/text-generation-inference@2026-01-08: the last release, in maintenance mode (README)",
)

# The same: root without need. Everything it writes lies under HOME and OLLAMA_MODELS.
OLLAMA = Image(
    repository="ollama/ollama",
    tag="0.32.15",
    user=2000,
    group=2000,
    source="ollama/ollama@2026-08-21: v0.32.15, the newest stable; its image's tags have no v",
)

# Any user works: the client writes only under HOME.
AWS_CLI = Image(
    repository="public.ecr.aws/aws-cli/aws-cli",
    tag="2.36.15",
    user=1000,
    group=1000,
    source="Amazon ECR Public, seen 2026-08; EKS Pod Identity needs 2.15.0 or later (EKS user guide)",
)

RABBITMQ = Image(
    repository="docker.io/library/rabbitmq",
    tag="4.3.4-management",
    user=999,
    group=999,
    source="default image of rabbitmq/cluster-operator v2.22.3, 2026-08, which runs it as this user",
)

# Holds a place and does nothing.
PAUSE = Image(
    repository="registry.k8s.io/pause",
    tag="3.10.2",
    user=65535,
    group=65535,
    source="kubernetes v1.36.4: cmd/kubeadm/app/constants (PauseVersion), build/pause/Dockerfile (USER)",
)
