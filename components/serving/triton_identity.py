"""The IAM policies by which a Triton server reads its own models from S3, and nothing else."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A model repository on S3. `prefix` has no slash at either end and may be empty."""

    bucket: str
    prefix: str

    def key(self, model: str) -> str:
        """Return the key prefix of a model's folder."""
        return "/".join(part for part in (self.prefix, model) if part)


def parse(url: str) -> Repository:
    """Return the repository of an `s3://bucket/prefix` URL. Raises ValueError for any other."""
    found = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", url)
    if not found:
        raise ValueError(f"model_repository: {url!r} is no S3 URL; write it as s3://bucket/prefix")
    return Repository(bucket=found.group(1), prefix=(found.group(2) or "").strip("/"))


def read_policy(repository: Repository, models: Sequence[str], *, partition: str) -> str:
    """Return what the role allows: listing the repository, and reading the objects of the named models."""
    bucket = f"arn:{partition}:s3:::{repository.bucket}"
    listed = f"{repository.prefix}/*" if repository.prefix else "*"
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "ListRepository",
                    "Effect": "Allow",
                    "Action": "s3:ListBucket",
                    "Resource": bucket,
                    "Condition": {"StringLike": {"s3:prefix": listed}},
                },
                {
                    "Sid": "ReadModels",
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "Resource": [f"{bucket}/{repository.key(model)}/*" for model in models],
                },
            ],
        }
    )
