"""Model servers: one file an engine, and what they share."""

from components.autoscaling.policy import ScalingPolicy
from components.autoscaling.triggers import CronTrigger, PrometheusTrigger, RabbitmqTrigger
from components.serving.args import Cache, ModelServerArgs, NvmeCache, PvcCache, ScalingArgs
from components.serving.flags import Lora, TgiOptions, VllmOptions
from components.serving.model_server import ModelServer
from components.serving.ollama import OllamaServer, OllamaServerArgs
from components.serving.ollama_store import OllamaStore, OllamaStoreArgs
from components.serving.s3_access import S3Access
from components.serving.tgi import TgiServer, TgiServerArgs
from components.serving.triton import TritonServer, TritonServerArgs
from components.serving.vllm import VllmServer, VllmServerArgs

__all__ = [
    "Cache",
    "CronTrigger",
    "Lora",
    "ModelServer",
    "ModelServerArgs",
    "NvmeCache",
    "OllamaServer",
    "OllamaServerArgs",
    "OllamaStore",
    "OllamaStoreArgs",
    "PrometheusTrigger",
    "PvcCache",
    "RabbitmqTrigger",
    "S3Access",
    "ScalingArgs",
    "ScalingPolicy",
    "TgiOptions",
    "TgiServer",
    "TgiServerArgs",
    "TritonServer",
    "TritonServerArgs",
    "VllmOptions",
    "VllmServer",
    "VllmServerArgs",
]
