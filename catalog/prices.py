"""On-demand list prices of what is not an EC2 instance: US dollars an hour, us-east-1.

Source, where nothing else is said: the AWS pricing pages of each service as commonly published; they change
seldom, are not fetched here, and were last checked by hand 2026-11.
"""

from collections.abc import Mapping

HOURS_A_MONTH = 730

EKS_CONTROL_PLANE = 0.10
NAT_GATEWAY = 0.045
NETWORK_LOAD_BALANCER = 0.0225
INTERFACE_ENDPOINT_PER_ZONE = 0.01
GP3_GIB_HOUR = 0.08 / HOURS_A_MONTH
"""0.08 dollars a GiB a month."""
GP3_IOPS_HOUR = 0.005 / HOURS_A_MONTH
"""Each IOPS above 3,000."""
GP3_MIBPS_HOUR = 0.04 / HOURS_A_MONTH
"""Each MiB/s above 125."""

NAT_PER_GB = 0.045
"""Each GB that passes a NAT gateway."""
PER_GB = "NAT gateways add $0.045 a GB (weights and images too), endpoints $0.01; load balancers count LCUs"

RDS_GIB_HOUR = 0.115 / HOURS_A_MONTH
"""gp3 of RDS for PostgreSQL, 0.115 dollars a GB a month (usage.ai, RDS pricing of June 2026, citing AWS)."""

RDS: Mapping[str, float] = {"db.m7g.large": 0.168, "db.m7g.xlarge": 0.337, "db.m7g.2xlarge": 0.674}
"""RDS for PostgreSQL, one instance: the fallback table of an infrastructure calculator, "us-east-1, April 2026".

hashicorp/terraform-provider-aws has the same for MySQL in us-west-2 (2024-02). ElastiCache and Amazon MQ: public
tables do not agree (0.10 to 0.18 for cache.m7g.large), so none is taken.
"""
