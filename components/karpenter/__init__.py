"""Karpenter: its rights, its interruption queue, its charts."""

from components.karpenter.karpenter import Karpenter, KarpenterArgs

__all__ = ["Karpenter", "KarpenterArgs"]
