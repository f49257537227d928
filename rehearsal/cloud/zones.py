"""The availability zones of a region."""

from collections.abc import Mapping
from typing import Any

# Regions whose zones are not a, b and c (AWS documentation of regions and zones, 2026-08).
_LETTERS = {"us-east-1": "abcdef", "us-west-1": "ac", "us-west-2": "abcd", "ap-northeast-1": "acd"}


def zones_of(region: str) -> tuple[str, ...]:
    """Return the names of the region's zones, in order."""
    return tuple(f"{region}{letter}" for letter in _LETTERS.get(region, "abc"))


def zone_id_of(zone: str) -> str:
    """Return the zone's id, as ``use1-az1`` for ``us-east-1a``; AWS shuffles these for real accounts."""
    region, number = zone[:-1], zones_of(zone[:-1]).index(zone) + 1
    area, *direction, digit = region.split("-")
    return f"{area}{''.join(_short(word) for word in direction)}{digit}-az{number}"


def _short(direction: str) -> str:
    """Return ``nw`` for northwest, ``e`` for east."""
    for first in ("north", "south"):
        if direction.startswith(first) and direction != first:
            return first[0] + direction[len(first)]
    return direction[0]


def default_zone(form: Mapping[str, Any]) -> str:
    """Return the zone AWS would choose: here always the first."""
    return zones_of(form["region"])[0]


def zone_id(form: Mapping[str, Any]) -> str:
    """Return the id of the form's ``availabilityZone``."""
    return zone_id_of(form["availabilityZone"])
