"""The simulated AWS account of one rehearsal: everything in memory, safe for many threads."""

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import count
from threading import RLock
from typing import Any

from rehearsal.cloud.errors import CloudError, codes, service_of
from rehearsal.cloud.forms import Form
from rehearsal.cloud.lookups import answer
from rehearsal.cloud.nodes import LocalCluster, change_nodes, group_spec, make_nodes
from rehearsal.cloud.records import Key, Record, Store, merged
from rehearsal.cloud.refusals import refuse_deletion, refuse_duplicate, refuse_inputs
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables import spec_for
from rehearsal.cloud.tables.events import LOG_GROUP
from rehearsal.cloud.tables.kubernetes import CLUSTER, NODE_GROUP
from rehearsal.cloud.world import Scope, World


class Cloud:
    """One AWS account, empty at first.

    ``local`` stands behind every EKS cluster. ``existing`` are ids, names and ARNs that the
    account is taken to hold beside the stack: an administrator's role, a hosted zone.
    Methods raise CloudError as AWS would refuse.
    """

    def __init__(self, local: LocalCluster, existing: Collection[str] = ()) -> None:
        self._local = local
        self._existing = frozenset(existing)
        self._store = Store()
        self._serials = count(1)
        self._lock = RLock()

    @property
    def resources(self) -> list[Record]:
        """Everything that lives, in the order of creation."""
        with self._lock:
            return sorted(self._store, key=lambda record: record.serial)

    def leftovers(self) -> list[Record]:
        """Everything that lives, what AWS made by itself included: after a destroy, nothing."""
        return self.resources

    def summary(self) -> dict[str, int]:
        """Return the number of live resources of the stack by service, ``{"ec2": 12, …}``."""
        services = Counter(service_of(record.token) for record in self.resources if record.urn)
        return dict(sorted(services.items()))

    def create(self, scope: Scope, token: str, urn: str, inputs: Mapping[str, Any]) -> Record:
        """Create a resource."""
        spec = spec_for(token)
        with self._lock:
            world = self._world(scope, inputs)
            mentioned = refuse_inputs(world, token, inputs)
            try:
                record = self._record(world, token, inputs, urn=urn, mentioned=mentioned)
            except KeyError as missing:
                raise CloudError("ValidationException", f"{missing.args[0]} is required") from missing
            refuse_duplicate(world, spec, record)
            self._add(world, spec, record)
        if token == NODE_GROUP:
            self._make_nodes(world, record)
        return record

    def read(self, scope: Scope, token: str, resource_id: str) -> Record | None:
        """Return a live resource."""
        with self._lock:
            return self._world(scope, {}).find(resource_id, token)

    def update(self, scope: Scope, token: str, resource_id: str, inputs: Mapping[str, Any]) -> Record:
        """Change a resource in place."""
        spec = spec_for(token)
        with self._lock:
            world = self._world(scope, inputs)
            record = world.find(resource_id, token)
            if record is None:
                raise CloudError(
                    spec.missing or codes(token).missing, f"{token} {resource_id} does not exist"
                )
            before = group_spec(world, record) if token == NODE_GROUP else None
            mentioned = refuse_inputs(world, token, inputs, record)
            self._change(world, spec, record, inputs, mentioned)
        if before:
            change_nodes(self._local, before, group_spec(world, record), record)
        return record

    def delete(self, scope: Scope, token: str, resource_id: str) -> None:
        """Delete a resource; one already gone is a success."""
        spec = spec_for(token)
        with self._lock:
            world = self._world(scope, {})
            record = world.find(resource_id, token)
            if record is None:
                return
            refuse_deletion(world, spec, record)
        if token == NODE_GROUP:
            self._local.remove_nodes(record.outputs["nodeGroupName"])
        with self._lock:
            self._store.remove(record)

    def invoke(self, scope: Scope, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a function of the provider."""
        with self._lock:
            return answer(self._world(scope, args), token, args)

    def _world(self, scope: Scope, inputs: Mapping[str, Any]) -> World:
        return World(self._store, scope.region_of(inputs), self._existing)

    def _context(self, world: World, updates: int = 0) -> dict[str, Any]:
        cluster = {"cluster_ca": self._local.ca_data, "cluster_endpoint": self._local.endpoint}
        return {**world.context(), **cluster, "updates": updates}

    def _record(
        self,
        world: World,
        token: str,
        inputs: Mapping[str, Any],
        *,
        urn: str = "",
        mentioned: frozenset[Key] = frozenset(),
        known: Mapping[str, Any] | None = None,
    ) -> Record:
        """Return a new record; ``known`` are values of its outputs that are settled already."""
        spec = spec_for(token)
        form = Form(spec, inputs, self._context(world), known)
        decided = {name: form.computed(name) for name in spec.outputs}
        arn, place = form.computed("arn"), {"region": world.region} if spec.regional else {}
        own_arn = {"arn": arn} if arn else {}
        return Record(
            token=token,
            id=form.computed("id"),
            arn=arn,
            urn=urn,
            region=world.region if spec.regional else "",
            inputs=dict(inputs),
            computed=merged({**place, **own_arn, **decided}, spec.defaults),
            serial=next(self._serials),
            aliases=_aliases(spec, form),
            targets=mentioned,
        )

    def _add(self, world: World, spec: ResourceSpec, record: Record) -> None:
        self._store.add(record)
        outputs = record.outputs
        vpc = outputs.get("vpcId") or (outputs.get("vpcConfig") or {}).get("vpcId") or record.id
        for path, token in spec.children.items():
            child = self._record(world, token, {"vpcId": vpc}, known={"id": _at(outputs, path)})
            child.owner = record.key
            self._store.add(child)
        if record.token == CLUSTER:
            self._add_log_group(world, record)

    def _add_log_group(self, world: World, cluster: Record) -> None:
        """Make the log group as EKS does where the stack has not: nothing will ever delete it."""
        name = f"/aws/eks/{cluster.id}/cluster"
        if cluster.inputs.get("enabledClusterLogTypes") and not world.find(name, LOG_GROUP):
            self._store.add(self._record(world, LOG_GROUP, {"name": name}))

    def _change(
        self,
        world: World,
        spec: ResourceSpec,
        record: Record,
        inputs: Mapping[str, Any],
        mentioned: frozenset[Key],
    ) -> None:
        kept = {name: value for name, value in record.computed.items() if name not in spec.renewed}
        form = Form(spec, inputs, self._context(world, record.updates + 1), {**kept, "id": record.id})
        aliases = _aliases(spec, form)
        record.inputs, record.targets, record.updates = dict(inputs), mentioned, record.updates + 1
        record.computed.update({name: form.computed(name) for name in spec.renewed})
        self._store.rename(record, aliases)

    def _make_nodes(self, world: World, group: Record) -> None:
        """Make a new group's nodes; without them there is no group."""
        try:
            make_nodes(world, self._local, group)
        except Exception:
            with self._lock:
                self._store.remove(group)
            raise


def _aliases(spec: ResourceSpec, form: Form) -> frozenset[str]:
    """Return the names, beside id and ARN, that other resources may mention this one by."""
    names = {spec.named_by, *(name for name in spec.unique if len(spec.unique) == 1)} - {""}
    values = [form.get(name) for name in names]
    return frozenset(value for value in values if isinstance(value, str))


def _at(tree: Any, path: str) -> Any:
    for name in path.split("."):
        tree = tree[name]
    return tree
