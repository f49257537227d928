"""What texts must look like, each with the words that say so in errors and in the documentation."""

from typing import Final

NAME: Final = r"^[a-z]([a-z0-9-]*[a-z0-9])?$"
ZONE: Final = r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$"
CIDR: Final = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"
MIG_PROFILE: Final = r"^[1-9]g\.[1-9][0-9]*gb$"
RESERVATION: Final = r"^cr-[0-9a-f]{8,17}$"
ROUTE: Final = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"
HUB_SOURCE: Final = r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"
# Ollama: a tag is needed, so that it is the same model tomorrow.
OLLAMA_SOURCE: Final = r"^([a-z0-9_.-]+/|hf\.co/[A-Za-z0-9_.-]+/)?[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+$"
SOURCE: Final = rf"({HUB_SOURCE}|{OLLAMA_SOURCE})"
LOAD_FROM: Final = (
    r"^(hub|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_./-]*)?"
    r"|pvc://[a-z0-9]([a-z0-9-]*[a-z0-9])?(/[A-Za-z0-9_./-]*)?)$"
)
REPOSITORY: Final = (
    r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|pvc://[a-z0-9]([a-z0-9-]*[a-z0-9])?)(/[A-Za-z0-9_./-]*)?$"
)
MODEL_FILE: Final = r"^[A-Za-z0-9_.-][A-Za-z0-9_./-]*$"
TRITON_MODEL: Final = r"^[A-Za-z0-9_.-]+$"
HOSTNAME: Final = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
QUEUE: Final = r"^[A-Za-z0-9_.:-]+$"
VHOST: Final = r"^[A-Za-z0-9_./-]+$"
CRON: Final = r"^[A-Za-z0-9*/,? -]+$"
TIME_ZONE: Final = r"^[A-Za-z0-9_+/-]+$"
DURATION: Final = r"^([1-9][0-9]{0,3}h)?([1-9][0-9]{0,3}m)?([1-9][0-9]{0,3}s)?$"
EMAIL: Final = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"

WORDS: Final = {
    NAME: "lower-case letters, digits and hyphens, a letter first",
    ZONE: "an availability zone, like us-east-1a",
    CIDR: "an IPv4 range, like 10.0.0.0/16",
    MIG_PROFILE: "a MIG profile, like 3g.40gb",
    RESERVATION: "the id of a capacity reservation, like cr-0123456789abcdef0",
    ROUTE: "lower-case letters, digits, hyphens and dots",
    SOURCE: "a Hugging Face repository, like Qwen/Qwen2.5-7B-Instruct, or for Ollama a name and tag, like qwen2.5:7b",
    OLLAMA_SOURCE: "a name and tag of Ollama's registry, like qwen2.5:7b, or hf.co/user/repository:Q4_K_M",
    HUB_SOURCE: "a Hugging Face repository, like Qwen/Qwen2.5-7B-Instruct",
    LOAD_FROM: "hub, an S3 address like s3://bucket/prefix, or a claim like pvc://claim/path",
    REPOSITORY: "an S3 address, like s3://bucket/prefix, or a claim, like pvc://claim/path",
    MODEL_FILE: "a path beside Pulumi.yaml, like models/mine/config.json",
    TRITON_MODEL: "letters, digits, dots, hyphens and underscores",
    HOSTNAME: "a hostname in lower case, like api.example.com",
    QUEUE: "letters, digits and _.:-",
    VHOST: "letters, digits and _./-",
    CRON: "five fields of numbers, names and */,-, like 0 8 * * 1-5",
    TIME_ZONE: "a time zone, like Asia/Shanghai",
    DURATION: "a duration, like 8m or 1h30m",
    EMAIL: "an e-mail address",
}
"""For each pattern, the end of the sentence: this value is not ..."""
