"""The pod that pulls a model from Ollama's registry and copies it to a bucket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    EnvVarArgs,
    EphemeralVolumeSourceArgs,
    PersistentVolumeClaimTemplateArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ResourceRequirementsArgs,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from catalog.images import Image
from components.serving.args import PvcCache
from components.serving.flags import s3_copy_command
from components.serving.hardening import container_security, pod_security
from components.serving.storage import claim_spec

_PATH = "/store"
_MODELS = f"{_PATH}/models"
_EXTRA_GIB = 10
# Pulling needs a server, so there is one for as long as it takes, on the pod's loopback.
_SCRIPT = """
ollama serve & server=$!
until ollama list >/dev/null 2>&1; do sleep 1; done
ollama pull "$1"
ollama cp "$1" "$2"
kill "$server"
"""


@dataclass(frozen=True, kw_only=True)
class Pull:
    """What is pulled, by which names, and where it goes: `target` is an `s3://` URL in `region`."""

    source: str
    alias: str
    target: pulumi.Input[str]
    region: str
    image: Image
    copy_image: Image
    storage_class: str
    size_gib: int


def template(pull: Pull, account: str, labels: Mapping[str, str]) -> PodTemplateSpecArgs:
    """Return the Job's pod, with `account`: first the pull, then the copy. It needs no GPU."""
    environment = {"HOME": _PATH, "OLLAMA_HOST": "127.0.0.1:11434", "OLLAMA_MODELS": _MODELS}
    command = ("/bin/sh", "-euc", _SCRIPT, "pull", pull.source, pull.alias)
    copy = s3_copy_command(_MODELS, pull.target)
    volume = PvcCache(storage_class=pull.storage_class, size_gib=pull.size_gib + _EXTRA_GIB)
    claim = PersistentVolumeClaimTemplateArgs(spec=claim_spec(volume))
    return PodTemplateSpecArgs(
        metadata=ObjectMetaArgs(labels=labels),
        spec=PodSpecArgs(
            restart_policy="OnFailure",
            service_account_name=account,
            automount_service_account_token=False,
            enable_service_links=False,
            security_context=pod_security(pull.image),
            init_containers=[_container("pull", pull.image, command, environment)],
            containers=[
                _container("copy", pull.copy_image, copy, {"HOME": _PATH, "AWS_REGION": pull.region})
            ],
            volumes=[
                VolumeArgs(name="store", ephemeral=EphemeralVolumeSourceArgs(volume_claim_template=claim))
            ],
        ),
    )


def _container(
    name: str, image: Image, command: Sequence[pulumi.Input[str]], environment: Mapping[str, str]
) -> ContainerArgs:
    sizes = {"cpu": "500m", "memory": "1Gi"}
    return ContainerArgs(
        name=name,
        image=image.reference,
        command=list(command),
        env=[EnvVarArgs(name=key, value=value) for key, value in environment.items()],
        resources=ResourceRequirementsArgs(requests=sizes, limits={"memory": sizes["memory"]}),
        security_context=container_security(),
        volume_mounts=[VolumeMountArgs(name="store", mount_path=_PATH)],
    )
