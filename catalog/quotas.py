"""EC2 quotas on vCPUs: which instance family counts against which.

Source: AWS General Reference, "Amazon EC2 endpoints and quotas", and the EC2 User Guide, "On-Demand Instance
quotas" and "Spot Instance quotas", read 2026-11. New accounts have 0 of each. Reserved capacity counts as on demand
(EC2 User Guide, "Capacity Reservation limits").
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Quota:
    """One quota: its name and code in Service Quotas, and the instance families (as a pattern) it counts."""

    key: str
    name: str
    code: str
    spot: bool
    families: str


QUOTAS = (
    Quota(
        key="onDemandG",
        name="Running On-Demand G and VT instances",
        code="L-DB2E81BA",
        spot=False,
        families=r"(g|gr|vt)[0-9].*",
    ),
    Quota(
        key="onDemandP",
        name="Running On-Demand P instances",
        code="L-417A185B",
        spot=False,
        families=r"p[0-9].*",
    ),
    Quota(
        key="spotG",
        name="All G and VT Spot Instance Requests",
        code="L-3819A6DF",
        spot=True,
        families=r"(g|gr|vt)[0-9].*",
    ),
    Quota(
        key="spotP4",
        name="All P4, P3 and P2 Spot Instance Requests",
        code="L-7212CCBC",
        spot=True,
        families=r"p[2-4].*",
    ),
    # No published text names the spot quota of P6; it is counted here, as the newer of the two.
    Quota(
        key="spotP5",
        name="All P5 Spot Instance Requests",
        code="L-C4BD4855",
        spot=True,
        families=r"p[5-9].*",
    ),
)


def quota_of(instance_type: str, *, spot: bool) -> Quota | None:
    """Return the quota that an instance type counts against; None for a family without GPUs."""
    family = instance_type.split(".", maxsplit=1)[0]
    return next((one for one in QUOTAS if one.spot == spot and re.fullmatch(one.families, family)), None)
