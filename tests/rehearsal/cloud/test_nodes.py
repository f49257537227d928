import pytest

from rehearsal.cloud import CloudError, Taint
from tests.rehearsal.cloud import support
from tests.rehearsal.cloud.support import REGION, Account


def test_the_clusters_endpoint_is_the_local_api_server(account: Account) -> None:
    outputs = account.eks().outputs
    assert outputs["endpoint"] == account.cluster.endpoint
    assert outputs["certificateAuthority"] == {"data": account.cluster.ca_data}
    assert outputs["identities"][0]["oidcs"][0]["issuer"].startswith(
        f"https://oidc.eks.{REGION}.amazonaws.com/id/"
    )
    assert outputs["status"] == "ACTIVE"


def test_a_node_group_makes_the_nodes_it_describes(account: Account) -> None:
    account.node_group(
        account.eks(),
        diskSize=50,
        labels={"role": "system"},
        taints=[{"key": "dedicated", "value": "system", "effect": "NO_SCHEDULE"}],
    )
    group = account.cluster.groups["system"]
    assert (group.cluster, group.instance_type, group.size, group.disk_gib) == ("prod", "m7i.large", 2, 50)
    assert group.zones == (f"{REGION}a", f"{REGION}b")
    assert group.taints == (Taint("dedicated", "system", "NoSchedule"),)
    assert group.labels["role"] == "system"
    assert group.labels["eks.amazonaws.com/nodegroup"] == "system"


def test_a_launch_template_gives_the_disk(account: Account) -> None:
    disk = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": 200}}
    template = account.make("aws:ec2/launchTemplate:LaunchTemplate", blockDeviceMappings=[disk])
    account.node_group(account.eks(), launchTemplate={"id": template.id, "version": "1"})
    assert account.cluster.groups["system"].disk_gib == 200


def test_growing_adds_and_shrinking_makes_afresh(account: Account) -> None:
    group = account.node_group(account.eks())
    account.change(group, scalingConfig={"minSize": 1, "desiredSize": 3, "maxSize": 4})
    assert account.cluster.removals == []
    assert group.nodes == ["system-0", "system-1", "system-2"]
    account.change(group, scalingConfig={"minSize": 1, "desiredSize": 1, "maxSize": 4})
    assert account.cluster.removals == ["system"]
    assert group.nodes == ["system-0"]


def test_an_update_of_the_limits_alone_leaves_the_nodes(account: Account) -> None:
    group = account.node_group(account.eks())
    account.cluster.broken = True
    account.change(group, scalingConfig={"minSize": 1, "desiredSize": 2, "maxSize": 9})
    assert group.outputs["scalingConfig"]["maxSize"] == 9


def test_deleting_the_group_removes_its_nodes(account: Account) -> None:
    group = account.node_group(account.eks())
    account.drop(group)
    assert account.cluster.groups == {}


def test_a_group_without_nodes_does_not_exist(account: Account) -> None:
    cluster = account.eks()
    account.cluster.broken = True
    with pytest.raises(RuntimeError, match="no API server"):
        account.node_group(cluster)
    assert [one for one in account.cloud.resources if one.token == support.NODE_GROUP] == []


def test_a_desired_size_outside_its_limits_is_refused(account: Account) -> None:
    sizes = {"minSize": 1, "desiredSize": 5, "maxSize": 4}
    with pytest.raises(CloudError, match="InvalidParameterException: scalingConfig: desiredSize 5"):
        account.node_group(account.eks(), scalingConfig=sizes)


def test_eks_leaves_a_log_group_behind_that_the_stack_did_not_make(account: Account) -> None:
    cluster = account.eks(enabledClusterLogTypes=["api"])
    account.drop(cluster)
    left = [record.id for record in account.cloud.leftovers() if not record.urn]
    assert "/aws/eks/prod/cluster" in left


def test_a_log_group_of_the_stack_is_used(account: Account) -> None:
    account.make(support.LOG_GROUP, name="/aws/eks/prod/cluster")
    account.eks(enabledClusterLogTypes=["api"])
    groups = [record for record in account.cloud.resources if record.token == support.LOG_GROUP]
    assert len(groups) == 1
