"""On-demand list prices of what is not an EC2 instance: US dollars an hour, us-east-1.

Source: the AWS pricing pages of each service as commonly published; they change seldom, are not fetched here,
and were last checked by hand 2026-11. Data processed by NAT, load balancers and endpoints comes on top.
"""

EKS_CONTROL_PLANE = 0.10
NAT_GATEWAY = 0.045
NETWORK_LOAD_BALANCER = 0.0225
INTERFACE_ENDPOINT_PER_ZONE = 0.01
GP3_GIB_HOUR = 0.08 / 730
"""0.08 dollars a GiB a month, at 730 hours a month."""
