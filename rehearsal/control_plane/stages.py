"""What KWOK does to fake nodes, pods and volumes, as its Stage objects.

A pod is Ready at once. With the annotation ``rehearsal/ready-after-seconds`` it runs, unready, for that
many seconds first: a model that loads; a node with it boots so long. Claims get volumes, because no storage
driver runs here.
"""

from collections.abc import Sequence
from typing import Any

READY_AFTER_SECONDS = "rehearsal/ready-after-seconds"
"""The annotation of a pod or node that becomes Ready only after so many seconds."""

Stage = dict[str, Any]

_DELETED = ".metadata.deletionTimestamp"
_PHASE = ".status.phase"
_READY = '.status.conditions.[] | select(.type == "Ready") | .status'
_OWNERS = ".metadata.ownerReferences.[].kind"
_LOADS = f'.metadata.annotations["{READY_AFTER_SECONDS}"]'
_PROVISIONER = '.metadata.annotations["volume.kubernetes.io/storage-provisioner"]'

_NODE_READY = """
conditions:
{{ range NodeConditions }}
- {type: {{ .type }}, status: {{ .status | Quote }}, reason: {{ .reason }}, message: {{ .message | Quote }},
   lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ $.metadata.creationTimestamp | Quote }}}
{{ end }}
addresses:
- {type: InternalIP, address: {{ NodeIP | Quote }}}
- {type: Hostname, address: {{ NodeName | Quote }}}
nodeInfo:
  architecture: {{ index .metadata.labels "kubernetes.io/arch" | default "amd64" }}
  operatingSystem: linux
  osImage: {{ "KWOK" | Quote }}
  kernelVersion: "kwok-{{ Version }}"
  kubeletVersion: "kwok-{{ Version }}"
  containerRuntimeVersion: "kwok-{{ Version }}"
  kubeProxyVersion: ""
  bootID: ""
  machineID: ""
  systemUUID: ""
phase: Running
"""

_NODE_BOOTING = """
conditions:
- {type: Ready, status: "False", reason: KubeletNotReady, message: booting, lastTransitionTime: {{ Now | Quote }}}
"""

# READY stands for "true" or "false"; the pod template is written once for both.
_POD_STATE = """
conditions:
{{ range $type := list "Initialized" "Ready" "ContainersReady" }}
- type: {{ $type }}
  status: {{ if eq $type "Initialized" }}"True"{{ else }}"{{ if READY }}True{{ else }}False{{ end }}"{{ end }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ Now | Quote }}}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", restartCount: 0,
   ready: READY, started: READY, state: {running: {startedAt: {{ Now | Quote }}}}}
{{ end }}
"""

_POD_STARTED = """
initContainerStatuses:
{{ range .spec.initContainers }}
{{ $sidecar := eq (default "" .restartPolicy) "Always" }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  restartCount: 0
  ready: true
  started: {{ $sidecar }}
  state:
  {{ if $sidecar }}
    running: {startedAt: {{ Now | Quote }}}
  {{ else }}
    terminated: {exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}
  {{ end }}
{{ end }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
{{ $host := default false .spec.hostNetwork }}
{{ with PodIPsWith .spec.nodeName $host .metadata.uid .metadata.name .metadata.namespace }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
phase: Running
startTime: {{ Now | Quote }}
"""

_POD_SUCCEEDED = """
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  restartCount: 0
  ready: false
  started: false
  state:
    terminated: {exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}
{{ end }}
phase: Succeeded
"""

# hostPath keeps the attach controller out of it: nothing is ever mounted. Always Delete, whatever the
# class says, so that a rehearsal leaves no volume behind.
_VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
spec:
  accessModes: {{ .spec.accessModes | toJson }}
  capacity: {{ .spec.resources.requests | toJson }}
  persistentVolumeReclaimPolicy: Delete
  storageClassName: {{ .spec.storageClassName | Quote }}
  volumeMode: {{ .spec.volumeMode | Quote }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    namespace: {{ .metadata.namespace | Quote }}
    name: {{ .metadata.name | Quote }}
    uid: {{ .metadata.uid | Quote }}
  hostPath: {path: "/nowhere/pvc-{{ .metadata.uid }}"}
"""


def stages() -> list[Stage]:
    """Return every Stage, for KWOK's configuration file."""
    return [*_node_stages(), *_pod_stages(), *_volume_stages()]


def _node_stages() -> list[Stage]:
    ready = [_not_in(_READY, "True"), _absent(_LOADS)]
    # Without a condition the node would not be tainted, and pods would start on it while it boots.
    new = [_match(_READY, "NotIn", "True", "False"), _present(_LOADS)]
    booted = _stage("node-booted", "Node", [_in(_READY, "False"), _present(_LOADS)], [_status(_NODE_READY)])
    _delay(booted)
    return [
        _stage("node-ready", "Node", ready, [_status(_NODE_READY)]),
        _stage("node-booting", "Node", new, [_status(_NODE_BOOTING)]),
        booted,
    ]


def _pod_stages() -> list[Stage]:
    pending = [_absent(_DELETED), _in(_PHASE, "Pending"), _not_in(_READY, "True")]
    running = [_absent(_DELETED), _in(_PHASE, "Running")]
    loading = _state(ready=False) + _POD_STARTED
    loaded = _stage(
        "pod-loaded", "Pod", [*running, _in(_READY, "False"), _present(_LOADS)], [_status(_state(ready=True))]
    )
    _delay(loaded)
    return [
        _stage("pod-ready", "Pod", [*pending, _absent(_LOADS)], [_status(_state(ready=True) + _POD_STARTED)]),
        _stage("pod-loading", "Pod", [*pending, _present(_LOADS)], [_status(loading)]),
        loaded,
        _stage("pod-succeeded", "Pod", [*running, _in(_OWNERS, "Job")], [_status(_POD_SUCCEEDED)]),
        _stage("pod-deleted", "Pod", [_present(_DELETED)], [{"delete": True}]),
    ]


def _volume_stages() -> list[Stage]:
    claimed = [_absent(_DELETED), _present(_PROVISIONER), _absent(".spec.volumeName")]
    released = [_absent(_DELETED), _in(_PHASE, "Released")]
    return [
        _stage("claim-bound", "PersistentVolumeClaim", claimed, [{"apply": {"template": _VOLUME}}]),
        _stage("volume-deleted", "PersistentVolume", released, [{"delete": True}]),
    ]


def _delay(stage: Stage) -> None:
    """Let a stage wait for as long as the annotation says."""
    stage["spec"]["delay"] = {"durationFrom": {"jq": {"expression": f'{_LOADS} + "s"'}}}


def _state(*, ready: bool) -> str:
    return _POD_STATE.replace("READY", str(ready).lower())


def _stage(name: str, kind: str, selector: Sequence[Stage], steps: Sequence[Stage]) -> Stage:
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": kind},
            "selector": {"matchExpressions": list(selector)},
            "steps": list(steps),
        },
    }


def _status(template: str) -> Stage:
    # Strategic, so that conditions other than these (PodScheduled) stay.
    return {"patch": {"root": "status", "subresource": "status", "type": "strategic", "template": template}}


def _match(key: str, operator: str, *values: str) -> Stage:
    return {"jq": {"key": key, "operator": operator} | ({"values": list(values)} if values else {})}


def _in(key: str, value: str) -> Stage:
    return _match(key, "In", value)


def _not_in(key: str, value: str) -> Stage:
    return _match(key, "NotIn", value)


def _present(key: str) -> Stage:
    return _match(key, "Exists")


def _absent(key: str) -> Stage:
    return _match(key, "DoesNotExist")
