"""The KV cache as vLLM lays it out: pages, groups of layers, and the pages one sequence needs."""

import math
from dataclasses import dataclass
from functools import lru_cache

from catalog.models import Architecture, Attention, Layers, State
from planning.fit.engine import Engine

_BLOCK = 16
_LATENT_BLOCK = 64
_WIDE = 2
# A token of DeepSeek's sparse attention in 8 bit: 512 values, 16 scales and 64 positions in 16 bit.
_SPARSE_FP8_BYTES = 656
# A group is as large as the kind with the fewest layers, unless the others have hardly more.
_NEAR = 1.5


@dataclass(frozen=True, kw_only=True)
class Group:
    """Layers that share page tables: `groups` of them alike, `block` tokens a page.

    `reach` is the tokens a sequence keeps beyond those of one step: None for all, 0 for a state. `extra` is
    pages more: a window begins inside a page, and a state has `extra` pages and no others.
    """

    groups: int
    block: int
    reach: int | None
    extra: int

    def pages(self, length: int, batch_tokens: int) -> int:
        """Return the pages of one sequence of `length` tokens, over all groups of the kind."""
        if self.reach is None:
            return self.groups * -(-length // self.block)
        if self.reach == 0:
            return self.groups * self.extra
        return self.groups * (-(-min(self.reach + batch_tokens, length) // self.block) + self.extra)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The cache of one GPU: pages of `page_bytes`, each for one layer of every group at once."""

    page_bytes: float
    groups: tuple[Group, ...]

    def pages(self, length: int, batch_tokens: int) -> int:
        """Return the pages of one sequence."""
        return sum(group.pages(length, batch_tokens) for group in self.groups)

    def needed(self, length: int, batch_tokens: int) -> float:
        """Return the bytes of one sequence."""
        return self.pages(length, batch_tokens) * self.page_bytes

    @property
    def tokens_per_page(self) -> float:
        """Tokens a page holds when every group grows alike, as older versions count them."""
        return min(group.block for group in self.groups) / sum(group.groups for group in self.groups)


@dataclass(frozen=True, kw_only=True)
class _Spec:
    """One kind of layer on one GPU: bytes of a token, or of a whole state."""

    layers: Layers
    count: int
    token_bytes: float
    state_bytes: float = 0.0


@lru_cache(maxsize=4096)
def pool_of(
    shape: Architecture, tensor_parallel: int, pipeline_parallel: int, kv_cache_dtype: str, engine: Engine
) -> Pool:
    """Return the layout of the cache on each GPU."""
    specs = [
        _spec(
            kind, shape, tensor_parallel, math.ceil(kind.caches / pipeline_parallel), (kv_cache_dtype, engine)
        )
        for kind in shape.layers
        if kind.caches
    ]
    if any(spec.state_bytes for spec in specs):
        return _with_states(specs, engine)
    windows = [spec for spec in specs if _window(spec.layers, engine)]
    if len(windows) == len(specs) == 1:
        return Pool(page_bytes=_page(specs, _BLOCK), groups=(_group(specs[0], 1, _BLOCK, engine),))
    if not windows:
        return Pool(
            page_bytes=_page(specs, _BLOCK), groups=(Group(groups=1, block=_BLOCK, reach=None, extra=0),)
        )
    return _grouped(specs, _BLOCK * max(spec.token_bytes for spec in specs), engine)


def _spec(
    kind: Layers, shape: Architecture, tensor_parallel: int, count: int, stored: tuple[str, Engine]
) -> _Spec:
    """Bytes of one kind of layer on one of `tensor_parallel` GPUs."""
    asked, engine = stored
    dtype = shape.kv_cache_dtype if asked == "auto" else asked
    size = 1 if dtype.startswith("fp8") else _WIDE
    if kind.state is not None:
        return _Spec(
            layers=kind, count=count, token_bytes=0, state_bytes=_state_bytes(kind.state, tensor_parallel)
        )
    if kind.attention is Attention.LATENT:
        narrow = kind.index_bytes and (size == 1 or (dtype == "auto" and engine.sparse_fp8))
        vector = _SPARSE_FP8_BYTES if narrow else _aligned(kind.key_dim * size, engine.latent_align)
        return _Spec(layers=kind, count=count, token_bytes=vector + kind.index_bytes)
    heads = max(1, kind.kv_heads // tensor_parallel)
    return _Spec(layers=kind, count=count, token_bytes=heads * (kind.key_dim + kind.value_dim) * size)


def _aligned(size: int, to: int) -> int:
    return -(-size // to) * to


def _state_bytes(state: State, tensor_parallel: int) -> float:
    whole = state.conv_elements * _WIDE + state.recurrent_elements * state.recurrent_bytes
    return whole / tensor_parallel


def _window(kind: Layers, engine: Engine) -> bool:
    """Whether the version frees what a layer no longer looks at."""
    if kind.attention is Attention.SLIDING:
        return engine.hybrid
    return kind.attention is Attention.CHUNKED and engine.chunked_hybrid


def _page(specs: list[_Spec], block: int) -> float:
    """Bytes of one page for all layers."""
    return block * sum(spec.count * spec.token_bytes for spec in specs)


def _with_states(specs: list[_Spec], engine: Engine) -> Pool:
    """States and tokens share pages: a page of tokens grows until a state fits it."""
    token_bytes = max(spec.token_bytes for spec in specs)
    state_bytes = max(spec.state_bytes for spec in specs)
    latent = any(spec.layers.attention is Attention.LATENT for spec in specs)
    step = _LATENT_BLOCK if latent else _BLOCK
    block = step * max(1, math.ceil(state_bytes / (step * token_bytes)))
    return _grouped(specs, block * token_bytes, engine)


def _grouped(specs: list[_Spec], page: float, engine: Engine) -> Pool:
    """Split kinds into groups of equally many layers; the last of a kind is filled with padding."""
    counts = [spec.count for spec in specs]
    size = max(counts) if max(counts) < min(counts) * _NEAR else min(counts)
    groups = tuple(_group(spec, math.ceil(spec.count / size), _block(spec, page), engine) for spec in specs)
    return Pool(page_bytes=page * size, groups=groups)


def _block(spec: _Spec, page: float) -> int:
    """Tokens of a layer that one page holds."""
    return max(1, int(page // spec.token_bytes)) if spec.token_bytes else _BLOCK * 2**40


def _group(spec: _Spec, groups: int, block: int, engine: Engine) -> Group:
    kind = spec.layers
    if kind.attention is Attention.STATE:
        return Group(groups=groups, block=block, reach=0, extra=engine.state_pages)
    if not _window(kind, engine):
        return Group(groups=groups, block=block, reach=None, extra=0)
    if kind.attention is Attention.SLIDING:
        return Group(groups=groups, block=block, reach=max(1, kind.window - 1), extra=1)
    return Group(groups=groups, block=block, reach=kind.window, extra=0)
