"""What is known of an open model: its weights, its layers, and what each layer keeps in the KV cache."""

from dataclasses import dataclass
from enum import StrEnum


class Attention(StrEnum):
    """How a layer remembers the tokens before."""

    FULL = "full"
    SLIDING = "sliding"
    CHUNKED = "chunked"
    LATENT = "latent"
    """Multi-head latent attention (MLA): one compressed vector a token, the same on every GPU."""
    STATE = "state"
    """Linear attention or Mamba: a state of one size, however long the text."""


class Quantization(StrEnum):
    """What the weights are stored in; `NONE` is 16 bit."""

    NONE = "none"
    FP8 = "fp8"
    INT8 = "int8"
    AWQ = "awq"
    GPTQ = "gptq"
    INT4 = "int4"
    INT4_EXPERTS = "int4-experts"
    """Experts in 4 bit, all else in 16; so are MXFP4 checkpoints."""
    MXFP4 = "mxfp4"
    NVFP4 = "nvfp4"
    BNB = "bnb"


@dataclass(frozen=True, kw_only=True)
class State:
    """The state of one linear layer, in elements over all GPUs: of the convolution and of the recurrence.

    `recurrent_bytes` is the size of one element of the recurrence, 4 for float32.
    """

    conv_elements: int
    recurrent_elements: int
    recurrent_bytes: int


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Layers of one kind: `count` in the model, of which `shared` read the cache of an earlier layer.

    Dimensions are elements of one KV head; a latent layer has one head. `window` is tokens, of a sliding
    window or a chunk. `index_bytes` is what a sparse layer's indexer adds to each token, `up_parameters` the
    projection from a latent vector to keys and values.
    """

    attention: Attention
    count: int
    shared: int = 0
    kv_heads: int = 1
    key_dim: int = 0
    value_dim: int = 0
    window: int = 0
    index_bytes: int = 0
    up_parameters: int = 0
    state: State | None = None

    @property
    def grouped(self) -> bool:
        """Whether keys and values have heads that GPUs can share out."""
        return self.attention not in (Attention.LATENT, Attention.STATE)

    @property
    def caches(self) -> int:
        """How many of the layers have a cache of their own."""
        return self.count - self.shared


@dataclass(frozen=True, kw_only=True)
class Experts:
    """The experts of a mixture: `intermediate` is one expert's, `shared_intermediate` of those all tokens pass."""

    layers: int
    count: int
    per_token: int
    intermediate: int
    shared_intermediate: int = 0


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Parameters by what happens to them: quantised and divided among GPUs, or not.

    `embedding` and `head` stay in 16 bit (`head` is 0 where the two are tied), `replicated` stands on every GPU,
    `keys_values` on several where there are more GPUs than KV heads, `unused` (multi-token prediction) is on
    disk and not loaded.
    """

    embedding: int
    head: int
    body: int
    experts: int
    keys_values: int
    replicated: int
    vision: int
    unused: int

    @property
    def text(self) -> int:
        """Parameters of the language model, as its makers count them."""
        return self.embedding + self.head + self.body + self.experts + self.keys_values + self.replicated


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """The shape of a model, from its `config.json`.

    `intermediate` is the widest feed-forward layer of those without experts, 0 where all have them.
    `item_tokens` is what one image may take where it has to be processed at once, else 0; `encoder_bytes` what the
    vision tower takes while it looks at the largest one. `kv_cache_dtype` is
    what the checkpoint asks for, `auto` or `fp8`.
    """

    kind: str
    layers: tuple[Layers, ...]
    hidden: int
    intermediate: int
    vocab: int
    heads: int
    kv_heads: int
    max_context: int
    parameters: Parameters
    experts: Experts | None = None
    quantization: Quantization = Quantization.NONE
    kv_cache_dtype: str = "auto"
    item_tokens: int = 0
    encoder_bytes: int = 0

    @property
    def layer_count(self) -> int:
        """Layers of the model, of all kinds."""
        return sum(kind.count for kind in self.layers)


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model: `weight_bytes` on disk, attention heads, and the longest context in tokens.

    `gated` models need a Hugging Face token whose owner accepted the licence. `exact` tells whether the bytes
    are published, or follow from the number of parameters and nothing else; `source` says from where.
    """

    name: str
    weight_bytes: int
    architecture: Architecture
    max_context: int
    source: str
    exact: bool = True
    gated: bool = False

    def __hash__(self) -> int:
        # Results are cached by model: hashing the whole architecture each time would cost more than they do.
        return hash((self.name, self.weight_bytes))

    @property
    def heads(self) -> int:
        """Attention heads."""
        return self.architecture.heads

    @property
    def kv_heads(self) -> int:
        """Key and value heads, of the layers that have the most."""
        return self.architecture.kv_heads

    def divides(self, count: int) -> bool:
        """Whether `count` GPUs can share the heads: evenly, each KV head on one GPU or on equally many."""
        if count < 1 or self.heads % count:
            return False
        grouped = (kind for kind in self.architecture.layers if kind.grouped)
        return all(kind.kv_heads % count == 0 or count % kind.kv_heads == 0 for kind in grouped)
