"""Model servers: one file an engine, and what they share."""

from components.serving.args import Cache, ModelServerArgs, NvmeCache, PvcCache, ScalingArgs, ScalingPolicy
from components.serving.flags import VllmOptions
from components.serving.model_server import ModelServer
from components.serving.triggers import CronTrigger, PrometheusTrigger, RabbitmqTrigger
from components.serving.triton import TritonServer, TritonServerArgs
from components.serving.vllm import VllmServer, VllmServerArgs

__all__ = [
    "Cache",
    "CronTrigger",
    "ModelServer",
    "ModelServerArgs",
    "NvmeCache",
    "PrometheusTrigger",
    "PvcCache",
    "RabbitmqTrigger",
    "ScalingArgs",
    "ScalingPolicy",
    "TritonServer",
    "TritonServerArgs",
    "VllmOptions",
    "VllmServer",
    "VllmServerArgs",
]
