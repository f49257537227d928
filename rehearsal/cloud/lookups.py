"""The functions of pulumi-aws that the simulated cloud answers."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from rehearsal.cloud.errors import CloudError
from rehearsal.cloud.forms import ACCOUNT_ID, CALLER, partition_of
from rehearsal.cloud.tables.kubernetes import CLUSTER
from rehearsal.cloud.world import World
from rehearsal.cloud.zones import zone_id_of, zones_of

Lookup: TypeAlias = Callable[[World, Mapping[str, Any]], dict[str, Any]]


def answer(world: World, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the function ``token``; raise CloudError for one that is not simulated."""
    if token not in LOOKUPS:
        raise CloudError(
            "NotSimulated",
            f"the simulated cloud does not know the function {token}; add it to rehearsal/cloud/lookups.py",
        )
    return LOOKUPS[token](world, args)


def _caller_identity(world: World, args: Mapping[str, Any]) -> dict[str, Any]:
    del args
    arn = f"arn:{partition_of(world.region)}:iam::{ACCOUNT_ID}:{CALLER}"
    return {"accountId": ACCOUNT_ID, "arn": arn, "id": ACCOUNT_ID, "userId": "AIDAREHEARSAL"}


def _session_context(world: World, args: Mapping[str, Any]) -> dict[str, Any]:
    """Who is behind a session; a user, as the rehearsal's caller is, is behind itself."""
    del world
    arn = args["arn"]
    return {"arn": arn, "id": arn, "issuerArn": arn, "issuerId": "", "issuerName": "", "sessionName": ""}


def _partition(world: World, args: Mapping[str, Any]) -> dict[str, Any]:
    del args
    partition = partition_of(world.region)
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    reverse = ".".join(reversed(suffix.split(".")))
    return {"dnsSuffix": suffix, "id": partition, "partition": partition, "reverseDnsPrefix": reverse}


def _region(world: World, args: Mapping[str, Any]) -> dict[str, Any]:
    name = args.get("name") or args.get("region") or world.region
    return {
        "description": name,
        "endpoint": f"ec2.{name}.amazonaws.com",
        "id": name,
        "name": name,
        "region": name,
    }


def _availability_zones(world: World, args: Mapping[str, Any]) -> dict[str, Any]:
    if args.get("filters"):
        raise CloudError("NotSimulated", "getAvailabilityZones: filters are not simulated; leave them out")
    excluded = {*(args.get("excludeNames") or ()), *(args.get("excludeZoneIds") or ())}
    names = [zone for zone in zones_of(world.region) if not {zone, zone_id_of(zone)} & excluded]
    return {
        "groupNames": [world.region],
        "id": world.region,
        "names": names,
        "region": world.region,
        "zoneIds": [zone_id_of(zone) for zone in names],
    }


def _instance_type_offerings(world: World, args: Mapping[str, Any]) -> dict[str, Any]:
    """Answer that every instance type asked for is offered in every place asked for."""
    asked = {each["name"]: each["values"] for each in args.get("filters") or ()}
    place = args.get("locationType") or "region"
    everywhere = zones_of(world.region) if place == "availability-zone" else (world.region,)
    pairs = [
        (kind, where)
        for kind in asked.get("instance-type", ())
        for where in asked.get("location", everywhere)
    ]
    return {
        "id": world.region,
        "instanceTypes": [kind for kind, _ in pairs],
        "locationTypes": [place for _ in pairs],
        "locations": [where for _, where in pairs],
        "region": world.region,
    }


def _ssm_parameter(world: World, args: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a parameter of the stack, or AWS's public ones with an image id of no image."""
    name = args["name"]
    record = world.find(name, "aws:ssm/parameter:Parameter")
    if record:
        outputs = record.outputs
        return {key: outputs[key] for key in ("arn", "name", "type", "value", "version")} | {"id": name}
    if not name.startswith("/aws/service/"):
        raise CloudError("ParameterNotFound", f"the parameter {name} does not exist")
    arn = f"arn:{partition_of(world.region)}:ssm:{world.region}::parameter{name}"
    return {"arn": arn, "id": name, "name": name, "type": "String", "value": "ami-" + "0" * 17, "version": 1}


def _cluster(world: World, args: Mapping[str, Any]) -> dict[str, Any]:
    record = world.find(args["name"], CLUSTER)
    if record is None:
        raise CloudError("ResourceNotFoundException", f"no cluster found for name: {args['name']}")
    return {**record.outputs, "id": record.id}


LOOKUPS: Mapping[str, Lookup] = {
    "aws:iam/getSessionContext:getSessionContext": _session_context,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": _instance_type_offerings,
    "aws:eks/getCluster:getCluster": _cluster,
    "aws:ssm/getParameter:getParameter": _ssm_parameter,
}
