#!/usr/bin/env python3
"""Writes Core/Schema/SchemaText.generated.swift, the shapes of the API types that the server offers, as one text, and
Core/Schema/DescriptionText.generated.swift, what each type and field is for in the words of the Kubernetes API documentation
(Copyright The Kubernetes Authors, Apache License 2.0), for `kubectl explain`.

    make-schema.py DEFINITIONS DESCRIPTORS

DEFINITIONS is `_definitions.json` of the PyPI package kubernetes-validate (field names, types, merge keys of Kubernetes 1.36);
DESCRIPTORS is a folder of protobuf file descriptors of the same types (field numbers), one file each, as kubectl carries them
gzip-compressed. The grammars of the texts stand in Schema.swift and Descriptions.swift.
"""
import json, pathlib, re, sys

GROUPS = ("core.v1 apps.v1 batch.v1 rbac.v1 authentication.v1 authorization.v1 coordination.v1 discovery.v1 events.v1 apiextensions.v1 "
          "autoscaling.v1 autoscaling.v2 policy.v1 scheduling.v1 networking.v1 storage.v1 node.v1 certificates.v1 flowcontrol.v1 "
          "admissionregistration.v1 apiregistration.v1 resource.v1 meta.v1").split()

# Go writes these structs also when they are empty: they are values there, not pointers.
STRUCTS = set("""metadata spec status template jobTemplate strategy updateStrategy resources loadBalancer state lastState nodeInfo daemonEndpoints
kubeletEndpoint involvedObject source roleRef regarding backend names namePath scope securityContext0 target""".split())
NOT_STRUCTS = {"core.v1.PersistentVolumeClaimTemplate.status", "core.v1.VolumeMount.status", "core.v1.VolumeResourceRequirements.status",
               "apiextensions.v1.CustomResourceDefinitionVersion.scope", "core.v1.EphemeralVolumeSource.template", "meta.v1.Status.status",
               "events.v1.Event.regarding0", "core.v1.ReplicationControllerSpec.template", "core.v1.PodStatus.resources", "core.v1.ContainerStatus.resources",
               "core.v1.PodSpec.resources", "discovery.v1.Endpoint.target", "policy.v1.PodDisruptionBudgetStatus.status"}
# Scalars that are values, not pointers: false and 0 are not written.
VALUES = set("""hostNetwork hostPID hostIPC readOnly stdin stdinOnce tty unschedulable publishNotReadyAddresses paused hostPort nodePort
initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold minReadySeconds observedGeneration count generation
currentReplicas updatedReplicas readyReplicas availableReplicas fullyLabeledReplicas unavailableReplicas numberUnavailable numberAvailable
updatedNumberScheduled globalDefault active succeeded failed exitCode0 signal wideScope allowed denied preferred deprecated
x-kubernetes-embedded-resource x-kubernetes-int-or-string nullable exclusiveMaximum exclusiveMinimum uniqueItems authenticated priority0 remainingItemCount0
weight0 healthCheckNodePort""".split())
POINTERS = {"apps.v1.ControllerRevision.revision", "core.v1.HostPathVolumeSource.type", "core.v1.GRPCAction.service", "discovery.v1.EndpointPort.name",
            "core.v1.PersistentVolumeClaimSpec.storageClassName"}
ALWAYS = {  # written also when empty although no schema calls them required
    "core.v1.Event": ["firstTimestamp", "lastTimestamp", "eventTime", "reportingComponent", "reportingInstance"],
    "events.v1.Event": ["eventTime", "deprecatedSource", "deprecatedFirstTimestamp", "deprecatedLastTimestamp"],
    "core.v1.PodCondition": ["lastProbeTime", "lastTransitionTime"], "core.v1.NodeCondition": ["lastHeartbeatTime", "lastTransitionTime"],
    "batch.v1.JobCondition": ["lastProbeTime", "lastTransitionTime"], "apps.v1.DeploymentCondition": ["lastUpdateTime", "lastTransitionTime"],
    "apps.v1.DaemonSetCondition": ["lastTransitionTime"], "apps.v1.ReplicaSetCondition": ["lastTransitionTime"], "apps.v1.StatefulSetCondition": ["lastTransitionTime"],
    "core.v1.ContainerStateRunning": ["startedAt"], "core.v1.ContainerStateTerminated": ["startedAt", "finishedAt"], "apps.v1.StatefulSetSpec": ["serviceName"],
    "apps.v1.StatefulSetStatus": ["availableReplicas"], "authentication.v1.SelfSubjectReviewStatus": ["userInfo"], "authentication.v1.TokenReviewStatus": ["user"],
    "apiextensions.v1.CustomResourceDefinitionStatus": ["conditions", "acceptedNames", "storedVersions"], "meta.v1.Condition": ["lastTransitionTime"],
    "apiextensions.v1.CustomResourceDefinitionSpec": ["names"], "rbac.v1.ClusterRole": ["rules"], "rbac.v1.Role": ["rules"],
    "authentication.v1.TokenRequestStatus": ["expirationTimestamp"], "authentication.v1.TokenRequestSpec": ["audiences", "expirationSeconds", "boundObjectRef"],
    "discovery.v1.Endpoint": ["conditions"],
    "policy.v1.PodDisruptionBudgetStatus": ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"],
    "autoscaling.v2.HorizontalPodAutoscalerStatus": ["desiredReplicas", "currentMetrics"],
}
SCALARS = {("string", None): "s", ("string", "byte"): "y", ("string", "date-time"): "T", ("integer", "int32"): "i", ("integer", "int64"): "l",
           ("boolean", None): "b", ("number", "double"): "f", ("string", "int-or-string"): "X"}
SPECIAL = {"meta.v1.Time": "T", "meta.v1.MicroTime": "U", "meta.v1.FieldsV1": "J", "apiextensions.v1.JSON": "J", "io.k8s.apimachinery.pkg.runtime.RawExtension": "J",
           "io.k8s.apimachinery.pkg.api.resource.Quantity": "Q", "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "X",
           "apiextensions.v1.JSONSchemaPropsOrArray": "J", "apiextensions.v1.JSONSchemaPropsOrBool": "J", "apiextensions.v1.JSONSchemaPropsOrStringArray": "J"}


def short(name):
    name = name.removeprefix("#/$defs/")
    for old, new in (("io.k8s.api.", ""), ("io.k8s.apimachinery.pkg.apis.", ""), ("io.k8s.apiextensions-apiserver.pkg.apis.", ""),
                     ("io.k8s.kube-aggregator.pkg.apis.", "")):
        name = new + name.removeprefix(old) if name.startswith(old) else name
    return name


def one_line(text):
    return text.strip().replace("\\", "\\\\").replace("\n", "\\n")


def shape(schema):
    if "$ref" in schema:
        return SPECIAL.get(short(schema["$ref"]), short(schema["$ref"]))
    kinds = schema.get("type", "object")
    kind = [k for k in ([kinds] if isinstance(kinds, str) else kinds) if k != "null"][0]
    if kind == "array":
        return "[]" + shape(schema["items"])
    if kind == "object":
        return "{}" + shape(schema["additionalProperties"]) if "additionalProperties" in schema else "J"
    return SCALARS.get((kind, schema.get("format"))) or SCALARS[kind, None]


def varint(data, at):
    value = scale = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << scale
        scale += 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            sys.exit("unexpected wire type in a descriptor")
        yield tag >> 3, value


def numbers(folder):
    """{(short type name, field name): number} of all messages."""
    found = {}
    for file in sorted(pathlib.Path(folder).iterdir()):
        parts = list(fields(file.read_bytes()))
        package = [value.decode() for number, value in parts if number == 2][0]
        package = package.removeprefix("k8s.io.api.").removeprefix("k8s.io.apimachinery.pkg.apis.")
        for message in (value for number, value in parts if number == 4):
            inner = list(fields(message))
            name = [value.decode() for number, value in inner if number == 1][0]
            for field in (dict(fields(value)) for number, value in inner if number == 2):
                found[f"{package}.{name}", field[1].decode()] = field[3]
    return found


def main():
    definitions = {short(k): v for k, v in json.loads(pathlib.Path(sys.argv[1]).read_text())["$defs"].items()}
    protobuf = numbers(sys.argv[2])
    lines, texts = [], []
    for name in sorted(definitions):
        if ".".join(name.split(".")[:2]) not in GROUPS or name in SPECIAL or name.endswith("List") and "items" in definitions[name].get("properties", {}):
            continue
        if "properties" not in definitions[name]:
            continue
        lines.append(f"T {name}")
        texts.append(f"T {name} " + one_line(definitions[name].get("description", "")))
        required = set(definitions[name].get("required", ()))
        for field, schema in sorted(definitions[name]["properties"].items()):
            if schema.get("description"):
                texts.append(f"{field} " + one_line(schema["description"]))
            if field in ("apiVersion", "kind") and "metadata" in definitions[name]["properties"]:
                continue
            kind, flags, path = shape(schema), "", f"{name}.{field}"
            is_struct = not re.match(r"\[\]|\{\}|[a-zA-Z]$", kind) and field in STRUCTS and path not in NOT_STRUCTS
            if field in required or is_struct or field in ALWAYS.get(name, ()):
                flags += "!"
            elif kind in "ilbf" and field not in VALUES or path in POINTERS:
                flags += "?"
            strategy = schema.get("x-kubernetes-patch-strategy", "")
            if "merge" in strategy:
                flags += "m" + (schema.get("x-kubernetes-patch-merge-key", "")) + ";"
            if "retainKeys" in strategy:
                flags += "r"
            if schema.get("x-kubernetes-list-type") == "map":
                flags += "k" + ",".join(schema["x-kubernetes-list-map-keys"]) + ";"
            elif schema.get("x-kubernetes-list-type") == "set":
                flags += "u"
            if schema.get("x-kubernetes-map-type") == "atomic" or definitions.get(kind, {}).get("x-kubernetes-map-type") == "atomic":
                flags += "a"
            lines.append(f"{field} {protobuf.get((name, field), 0)} {kind} {flags}".rstrip())
    target = pathlib.Path(__file__).parent / "Core/Schema/SchemaText.generated.swift"
    target.write_text("// Made by make-schema.py; never edited.\n\n/// The shapes of all API types, in the grammar of `Schema`.\n"
                      "let schemaText: StaticString = #\"\"\"\n" + "\n".join(lines) + "\n\"\"\"#\n")
    target = pathlib.Path(__file__).parent / "Core/Schema/DescriptionText.generated.swift"
    target.write_text("// Made by make-schema.py; never edited. Texts: Copyright The Kubernetes Authors, Apache License 2.0.\n\n"
                      "/// What types and fields are for, in the grammar of `Descriptions`.\n"
                      "let descriptionText: StaticString = #\"\"\"\n" + "\n".join(texts) + "\n\"\"\"#\n")
    print(len(lines), "shapes,", len(texts), "descriptions")


if __name__ == "__main__":
    main()
