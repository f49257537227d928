"""CloudWatch, EventBridge, SQS and SNS."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.spec import Namer, ResourceSpec

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
RULE = "aws:cloudwatch/eventRule:EventRule"
QUEUE = "aws:sqs/queue:Queue"


def _fifo_name(kind: str) -> Namer:
    def name(plain: str, inputs: Mapping[str, Any]) -> str:
        return f"{plain}.fifo" if inputs.get(kind) else plain

    return name


SPECS: Mapping[str, ResourceSpec] = {
    LOG_GROUP: ResourceSpec(
        id="{name}",
        arn="arn:{partition}:logs:{region}:{account}:log-group:{name}",
        outputs={"logGroupClass": "STANDARD"},
        defaults={"deletionProtectionEnabled": False, "retentionInDays": 0, "skipDestroy": False},
        protected_by="deletionProtectionEnabled",
        replace_on=("logGroupClass", "name", "namePrefix"),
        named_by="name",
        name_limit=512,
        unique=("name",),
    ),
    RULE: ResourceSpec(
        id="{name}",
        arn="arn:{partition}:events:{region}:{account}:rule/{name}",
        defaults={"eventBusName": "default", "forceDestroy": False, "state": "ENABLED"},
        replace_on=("eventBusName", "name", "namePrefix"),
        named_by="name",
        name_limit=64,
        unique=("name", "eventBusName"),
    ),
    "aws:cloudwatch/eventTarget:EventTarget": ResourceSpec(
        id="{rule}-{targetId}",
        tagged=False,
        outputs={"targetId": "terraform-{hex12}"},
        defaults={"eventBusName": "default", "forceDestroy": False},
        references={"rule": RULE},
        replace_on=("eventBusName", "rule", "targetId"),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ResourceSpec(
        id="{name}",
        arn="arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        replace_on=("name",),
        named_by="name",
        name_limit=255,
        unique=("name",),
    ),
    QUEUE: ResourceSpec(
        id="https://sqs.{region}.amazonaws.com/{account}/{name}",
        arn="arn:{partition}:sqs:{region}:{account}:{name}",
        outputs={
            "url": "{id}",
            "deduplicationScope": "",
            "fifoThroughputLimit": "",
            "kmsDataKeyReusePeriodSeconds": 300,
            "policy": "",
            "redriveAllowPolicy": "",
            "redrivePolicy": "",
            "sqsManagedSseEnabled": True,
        },
        defaults={
            "contentBasedDeduplication": False,
            "delaySeconds": 0,
            "fifoQueue": False,
            "maxMessageSize": 262144,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        },
        replace_on=("fifoQueue", "name", "namePrefix"),
        named_by="name",
        namer=_fifo_name("fifoQueue"),
        name_limit=80,
        unique=("name",),
    ),
    "aws:sqs/queuePolicy:QueuePolicy": ResourceSpec(
        id="{queueUrl}",
        tagged=False,
        documents={"policy": 262144},
        references={"queueUrl": QUEUE},
        replace_on=("queueUrl",),
    ),
    "aws:sns/topic:Topic": ResourceSpec(
        id="{arn}",
        arn="arn:{partition}:sns:{region}:{account}:{name}",
        outputs={"beginningArchiveTime": "", "owner": "{account}", "policy": "", "signatureVersion": 0},
        defaults={"contentBasedDeduplication": False, "fifoTopic": False},
        replace_on=("fifoTopic", "name", "namePrefix"),
        named_by="name",
        namer=_fifo_name("fifoTopic"),
        name_limit=256,
    ),
}
