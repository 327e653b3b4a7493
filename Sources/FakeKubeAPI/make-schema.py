#!/usr/bin/env python3
"""Writes Core/Schema/SchemaText.generated.swift, the shapes of the API types that the server offers, as one text, and
Core/Schema/DescriptionText.generated.swift, what each type and field is for in the words of the Kubernetes API documentation
(Copyright The Kubernetes Authors, Apache License 2.0), for `kubectl explain`.

    make-schema.py DEFINITIONS KUBECTL

DEFINITIONS is `_definitions.json` of the PyPI package kubernetes-validate (field names, types, merge keys of Kubernetes 1.36);
KUBECTL is a kubectl program for 64-bit Linux, of 1.33, whose Go structs tell the protobuf numbers, what is a pointer and what is written
although empty. The grammars of the texts stand in Schema.swift and Descriptions.swift.
"""
import json, pathlib, re, sys

import go_structs

GROUPS = ("core.v1 apps.v1 batch.v1 rbac.v1 authentication.v1 authorization.v1 coordination.v1 discovery.v1 events.v1 apiextensions.v1 "
          "autoscaling.v1 autoscaling.v2 policy.v1 scheduling.v1 networking.v1 storage.v1 node.v1 certificates.v1 flowcontrol.v1 "
          "admissionregistration.v1 apiregistration.v1 resource.v1 meta.v1").split()

# Types under which an older program knows those of a newer group version.
OLDER = {"resource.v1.": "resource.v1beta2.", "storage.v1.VolumeAttributesClass": "storage.v1beta1.VolumeAttributesClass", "admissionregistration.v1.": "admissionregistration.v1alpha1."}

# Protobuf numbers of what kubectl does not know: types of the servers beside it, and fields that came later.
NUMBERS = {
    "apiextensions.v1.CustomResourceColumnDefinition": "name=1 type=2 format=3 description=4 priority=5 jsonPath=6",
    "apiextensions.v1.CustomResourceConversion": "strategy=1 webhook=2",
    "apiextensions.v1.CustomResourceDefinition": "metadata=1 spec=2 status=3",
    "apiextensions.v1.CustomResourceDefinitionCondition": "type=1 status=2 lastTransitionTime=3 reason=4 message=5",
    "apiextensions.v1.CustomResourceDefinitionNames": "plural=1 singular=2 shortNames=3 kind=4 listKind=5 categories=6",
    "apiextensions.v1.CustomResourceDefinitionSpec": "group=1 names=3 scope=4 versions=7 conversion=9 preserveUnknownFields=10",
    "apiextensions.v1.CustomResourceDefinitionStatus": "conditions=1 acceptedNames=2 storedVersions=3",
    "apiextensions.v1.CustomResourceDefinitionVersion": "name=1 served=2 storage=3 schema=4 subresources=5 additionalPrinterColumns=6 deprecated=7 deprecationWarning=8 selectableFields=9",
    "apiextensions.v1.CustomResourceSubresourceScale": "specReplicasPath=1 statusReplicasPath=2 labelSelectorPath=3",
    "apiextensions.v1.CustomResourceSubresources": "status=1 scale=2",
    "apiextensions.v1.CustomResourceValidation": "openAPIV3Schema=1",
    "apiextensions.v1.ExternalDocumentation": "description=1 url=2",
    "apiextensions.v1.JSONSchemaProps": """id=1 $schema=2 $ref=3 description=4 type=5 format=6 title=7 default=8 maximum=9 exclusiveMaximum=10 minimum=11
        exclusiveMinimum=12 maxLength=13 minLength=14 pattern=15 maxItems=16 minItems=17 uniqueItems=18 multipleOf=19 enum=20 maxProperties=21 minProperties=22
        required=23 items=24 allOf=25 oneOf=26 anyOf=27 not=28 properties=29 additionalProperties=30 patternProperties=31 dependencies=32 additionalItems=33
        definitions=34 externalDocs=35 example=36 nullable=37 x-kubernetes-preserve-unknown-fields=38 x-kubernetes-embedded-resource=39
        x-kubernetes-int-or-string=40 x-kubernetes-list-map-keys=41 x-kubernetes-list-type=42 x-kubernetes-map-type=43 x-kubernetes-validations=44""",
    "apiextensions.v1.SelectableField": "jsonPath=1",
    "apiextensions.v1.ServiceReference": "namespace=1 name=2 path=3 port=4",
    "apiextensions.v1.ValidationRule": "rule=1 message=2 messageExpression=3 reason=4 fieldPath=5 optionalOldSelf=6",
    "apiextensions.v1.WebhookClientConfig": "service=1 caBundle=2 url=3",
    "apiextensions.v1.WebhookConversion": "clientConfig=2 conversionReviewVersions=3",
    "apiregistration.v1.APIService": "metadata=1 spec=2 status=3",
    "apiregistration.v1.APIServiceCondition": "type=1 status=2 lastTransitionTime=3 reason=4 message=5",
    "apiregistration.v1.APIServiceSpec": "service=1 group=2 version=3 insecureSkipTLSVerify=4 caBundle=5 groupPriorityMinimum=7 versionPriority=8",
    "apiregistration.v1.APIServiceStatus": "conditions=1",
    "apiregistration.v1.ServiceReference": "namespace=1 name=2 port=3",
    "core.v1.Container": "restartPolicyRules=25",
    "core.v1.ContainerExtendedResourceRequest": "containerName=1 resourceName=2 requestName=3",
    "core.v1.ContainerRestartRule": "action=1 exitCodes=2",
    "core.v1.ContainerRestartRuleOnExitCodes": "operator=1 values=2",
    "core.v1.EnvVarSource": "fileKeyRef=5",
    "core.v1.EphemeralContainer": "restartPolicyRules=1.25",
    "core.v1.FileKeySelector": "volumeName=1 path=2 key=3 optional=4",
    "core.v1.NodeStatus": "declaredFeatures=14",
    "core.v1.PodCertificateProjection": "signerName=1 keyType=2 maxExpirationSeconds=3 credentialBundlePath=4 keyPath=5 certificateChainPath=6 userAnnotations=7",
    "core.v1.PodExtendedResourceClaimStatus": "requestMappings=1 resourceClaimName=2",
    "core.v1.PodSpec": "hostnameOverride=41",
    "core.v1.PodStatus": "extendedResourceClaimStatus=18 allocatedResources=19 resources=20",
    "core.v1.VolumeProjection": "podCertificate=6",
    "resource.v1.AllocatedDeviceStatus": "shareID=7",
    "resource.v1.AllocationResult": "allocationTimestamp=5",
    "resource.v1.CapacityRequestPolicy": "default=1 validValues=3 validRange=4",
    "resource.v1.CapacityRequestPolicyRange": "min=1 max=2 step=3",
    "resource.v1.CapacityRequirements": "requests=1",
    "resource.v1.Device": "bindsToNode=9 bindingConditions=10 bindingFailureConditions=11 allowMultipleAllocations=12",
    "resource.v1.DeviceCapacity": "requestPolicy=2",
    "resource.v1.DeviceClassSpec": "extendedResourceName=4",
    "resource.v1.DeviceConstraint": "distinctAttribute=3",
    "resource.v1.DeviceRequestAllocationResult": "bindingConditions=7 bindingFailureConditions=8 shareID=9 consumedCapacity=10",
    "resource.v1.DeviceSubRequest": "capacity=7",
    "resource.v1.ExactDeviceRequest": "capacity=7",
    "storage.v1.CSIDriverSpec": "serviceAccountTokenInSecrets=10",
}

# Left out when empty since 1.34; and what defaults fill before anybody sees it empty.
OMITTED = {"meta.v1.ObjectMeta.creationTimestamp", "core.v1.ServicePort.targetPort"}

# What Go does with fields of types that kubectl does not know.

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


def numbers(type_name, field, known):
    """Where protobuf keeps a field: `2`, or `1.4` for the fourth of a struct that JSON shows inline. "0" when nothing tells."""
    if field in known:
        return known[field].path
    return dict(entry.split("=") for entry in NUMBERS.get(type_name, "").split()).get(field, "0")


def main():
    definitions = {short(k): v for k, v in json.loads(pathlib.Path(sys.argv[1]).read_text())["$defs"].items()}
    structs = go_structs.fields(sys.argv[2])
    lines, texts = [], []
    for name in sorted(definitions):
        if ".".join(name.split(".")[:2]) not in GROUPS or name in SPECIAL or name.endswith("List") and "items" in definitions[name].get("properties", {}):
            continue
        if "properties" not in definitions[name]:
            continue
        lines.append(f"T {name}")
        texts.append(f"T {name} " + one_line(definitions[name].get("description", "")))
        required = set(definitions[name].get("required", ()))
        older = next((new + name.removeprefix(old) for old, new in OLDER.items() if name.startswith(old)), name)
        known = structs.get(name) or structs.get(older) or {}
        for field, schema in sorted(definitions[name]["properties"].items()):
            if schema.get("description"):
                texts.append(f"{field} " + one_line(schema["description"]))
            if field in ("apiVersion", "kind") and "metadata" in definitions[name]["properties"]:
                continue
            kind, flags, path = shape(schema), "", f"{name}.{field}"
            is_struct = not re.match(r"\[\]|\{\}|[a-zA-Z]$", kind) and field in STRUCTS and path not in NOT_STRUCTS
            is_always = field in required or is_struct or field in ALWAYS.get(name, ())
            is_pointer = kind in "ilbf" and field not in VALUES and not is_always
            if field in known:
                is_pointer = known[field].is_pointer
                if name in structs and path not in OMITTED:
                    is_always = known[field].is_always_written
            if is_always:
                flags += "!"
            if is_pointer and (kind in "silbf" or is_always):
                flags += "?"
            if field in required:
                flags += "q"
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
            lines.append(f"{field} {numbers(name, field, known)} {kind} {flags}".rstrip())
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
