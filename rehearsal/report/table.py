"""A table of the report: every way of telling shows the same ones."""

from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the report: its title, column names, and rows of text."""

    title: str
    columns: Row
    rows: Sequence[Row]
