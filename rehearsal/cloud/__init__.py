"""A simulated AWS account: ids, ARNs, outputs and look-ups that hang together, and AWS's refusals."""

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.errors import CloudError
from rehearsal.cloud.nodes import LocalCluster, NodeGroupSpec, Taint
from rehearsal.cloud.records import Record
from rehearsal.cloud.world import Scope

__all__ = ["Cloud", "CloudError", "LocalCluster", "NodeGroupSpec", "Record", "Scope", "Taint"]
