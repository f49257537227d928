"""Every component there is, found by importing all of `components/`, so that none can be forgotten."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import get_origin

import pulumi

import components
from components.data.postgres_base import Postgres
from components.data.rabbitmq_base import RabbitMq
from components.data.redis_base import RedisCache
from components.serving import ModelServer

BASES = frozenset({ModelServer, Postgres, RabbitMq, RedisCache})
"""What several components share; nobody makes one."""

Component = type[pulumi.ComponentResource]


def all_components() -> list[Component]:
    """Return every component of the repository but the bases, by name."""
    for module in pkgutil.walk_packages(components.__path__, f"{components.__name__}."):
        importlib.import_module(module.name)
    ours = {cls for cls in _heirs(pulumi.ComponentResource) if cls.__module__.startswith("components.")}
    return sorted(ours - BASES, key=lambda cls: cls.__name__)


def _heirs(cls: Component) -> Iterator[Component]:
    for heir in cls.__subclasses__():
        yield heir
        yield from _heirs(heir)


def own_bases(cls: Component) -> list[Component]:
    """Return the component and what it inherits from in this repository."""
    return [base for base in cls.__mro__ if base.__module__.startswith("components.")]


def typed_outputs(cls: Component) -> frozenset[str]:
    """Return the names of the attributes that the class declares as `pulumi.Output`."""
    declared = [inspect.get_annotations(base).items() for base in own_bases(cls)]
    return frozenset(name for items in declared for name, kind in items if get_origin(kind) is pulumi.Output)
