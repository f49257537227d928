"""What pulumi-aws says of its resource types: the measure of the tables."""

import importlib


def outputs_of(token: str) -> frozenset[str]:
    """Return the wire names of everything a resource of the type shows."""
    return _names(_class_of(token))


def inputs_of(token: str) -> frozenset[str]:
    """Return the wire names of what a program may set."""
    cls = _class_of(token)
    module = importlib.import_module(cls.__module__)
    # Where a nested input type has the plain name, the resource's own is called InitArgs.
    args = getattr(module, f"{cls.__name__}InitArgs", None) or getattr(module, f"{cls.__name__}Args")
    return _names(args)


def _class_of(token: str) -> type:
    _, path, name = token.split(":")
    return getattr(importlib.import_module(f"pulumi_aws.{path.split('/')[0]}"), name)


def _names(cls: type) -> frozenset[str]:
    declared = {name: value for name, value in vars(cls).items() if isinstance(value, property)}
    return frozenset(getattr(value.fget, "_pulumi_name", name) for name, value in declared.items())
