"""The base of every settings model: frozen, camelCase in YAML, no unknown keys."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Section(BaseModel):
    """One section of a stack file. A field's docstring becomes its documentation and JSON Schema text."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        use_attribute_docstrings=True,
        strict=True,
        allow_inf_nan=False,
    )
