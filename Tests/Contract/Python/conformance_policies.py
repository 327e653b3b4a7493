"""Expressions: the `CustomResourceValidationRules`, `CRDValidationRatcheting` and `ValidatingAdmissionPolicy` specs of Kubernetes' conformance."""
from conformance import *

kube = Kube()
home = kube.namespace("policies", watched="yes")
crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
admission = "/apis/admissionregistration.k8s.io/v1"
policies, bindings = f"{admission}/validatingadmissionpolicies", f"{admission}/validatingadmissionpolicybindings"
deployments = "/apis/apps/v1/namespaces/policies/deployments"


def definition(plural, kind, schema):
    return {"metadata": {"name": f"{plural}.p.example.com"}, "spec": {"group": "p.example.com", "scope": "Namespaced", "names": {"plural": plural, "kind": kind, "singular": kind.lower(), "listKind": kind + "List"},
                                                                      "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]}}


def establish(plural, kind, spec, status=None):
    properties = {"spec": spec, **({"status": status} if status else {})}
    kube.post(crds, definition(plural, kind, {"type": "object", "properties": properties}))
    eventually(f"{plural} is established", lambda: condition(kube.get(f"{crds}/{plural}.p.example.com"), "Established") == "True")
    return f"/apis/p.example.com/v1/namespaces/policies/{plural}", lambda name, **fields: {"apiVersion": "p.example.com/v1", "kind": kind, "metadata": {"name": name}, **fields}


# Rules of schemas.
NUMBERS = {"type": "object", "x-kubernetes-validations": [{"rule": "self.x + self.y > 0"}], "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}}
HEALTH = {"type": "object", "x-kubernetes-validations": [{"rule": "self.health == 'ok' || self.health == 'unhealthy'"}], "properties": {"health": {"type": "string"}}}
sums, item = establish("sums", "Sum", NUMBERS, HEALTH)
claim("an object that keeps the rules is made", kube.ask("POST", sums, item("good", spec={"x": 1, "y": 0})).status == 201)
refusal = kube.ask("POST", sums, item("bad", spec={"x": 0, "y": 0}))
claim("one that breaks them is refused", refusal.status == 422 and "failed rule: self.x + self.y > 0" in refusal.json["message"], refusal.json)
claim("at the field", refusal.json["details"]["causes"] == [{"reason": "FieldValueInvalid", "message": 'Invalid value: "object": failed rule: self.x + self.y > 0', "field": "spec"}], refusal.json)


def refused(rule, properties=None, **more):
    spec = {"type": "object", "x-kubernetes-validations": [{"rule": rule, **more}], "properties": properties or {"x": {"type": "integer"}}}
    answer = kube.ask("POST", crds, definition("wrongs", "Wrong", {"type": "object", "properties": {"spec": spec}}))
    return answer.json["message"] if answer.status == 422 else answer.status


claim("a rule that names what is not there is refused with its definition", "undefined field 'z'" in refused("self.z == 100"))
claim("and one that cannot be read", "syntax error" in refused("self = 42").lower())
claim("and one that is no yes or no", "must evaluate to a bool" in refused("self.x"))
claim("with its place", "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule" in refused("self.z == 100"))
claim("a change in a list without keys has nothing before it", "oldSelf cannot be used on the uncorrelatable portion" in refused("true", {"l": {"type": "array", "items": {"type": "integer", "x-kubernetes-validations": [{"rule": "self > oldSelf"}]}}}))
long = {"type": "array", "maxItems": 10000, "items": {"type": "integer"}, "x-kubernetes-validations": [{"rule": "self.all(a, self.all(b, self.exists(c, a == b)))"}]}
costly, heavy = establish("costlies", "Costly", {"type": "object", "properties": {"list": long}})
refusal = kube.ask("POST", costly, heavy("much", spec={"list": [1] * 1500}))
claim("what costs too much is refused", refusal.status == 422 and "call cost exceeds limit" in refusal.json["message"], refusal.json)
frozen, thing = establish("frozens", "Frozen", {"type": "object", "properties": {"num": {"type": "integer", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "is frozen"}]}}})
kube.post(frozen, thing("f", spec={"num": 1}))
refusal = kube.ask("PATCH", f"{frozen}/f", {"spec": {"num": 2}}, kind=MERGE)
claim("a change that a rule forbids is refused", refusal.status == 422 and "is frozen" in refusal.json["message"], refusal.json)
claim("no change is none", kube.patch(f"{frozen}/f", {"metadata": {"labels": {"a": "b"}}})["metadata"]["labels"] == {"a": "b"})
loose = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
ratchets, old = establish("ratchets", "Ratchet", loose)
kube.post(ratchets, old("r", spec={"a": "long", "b": "x"}))
strict = json.loads(json.dumps(loose))
strict["properties"]["a"]["x-kubernetes-validations"] = [{"rule": "size(self) < 3"}]
kube.patch(f"{crds}/ratchets.p.example.com", {"spec": {"versions": definition("ratchets", "Ratchet", {"type": "object", "properties": {"spec": strict}})["spec"]["versions"]}})
kept = kube.ask("PATCH", f"{ratchets}/r", {"spec": {"b": "y"}}, kind=MERGE)
claim("what an update leaves alone is not refused", kept.status == 200, kept.json)
claim("but warned of", "failed rule: size(self) < 3" in kept.headers.get("Warning", ""), kept.headers)
claim("what it touches is", kube.ask("PATCH", f"{ratchets}/r", {"spec": {"a": "still long"}}, kind=MERGE).status == 422)


# Policies.
def policy(name, *validations, groups=("apps",), resources=("deployments",), **spec):
    match = {"namespaceSelector": {"matchLabels": {"watched": "yes"}}, "resourceRules": [{"apiGroups": list(groups), "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": list(resources)}]}
    return {"metadata": {"name": name}, "spec": {"matchConstraints": match, "validations": list(validations), **spec}}


def binding(name, policy, actions=("Deny",), **spec):
    return {"metadata": {"name": name}, "spec": {"policyName": policy, "validationActions": list(actions), "matchResources": {"namespaceSelector": {"matchLabels": {"watched": "yes"}}}, **spec}}


def deployment(name, replicas):
    return workload(name, {"app": "nginx"}, replicas=replicas)


kube.post(policies, policy("replicas.example.com", {"expression": "object.spec.replicas > 1", "messageExpression": "'wants replicas > 1, got ' + string(object.spec.replicas)"}))
claim("a policy alone does nothing", kube.ask("POST", deployments, deployment("before", 1)).status == 201)
kube.post(bindings, binding("replicas-binding.example.com", "replicas.example.com"))
refusal = kube.ask("POST", deployments, deployment("marker", 1))
claim("a bound policy denies", refusal.status == 422 and refusal.json["reason"] == "Invalid", refusal.json)
claim("in its words", refusal.json["message"] == "deployments.apps \"marker\" is forbidden: ValidatingAdmissionPolicy 'replicas.example.com' with binding 'replicas-binding.example.com' denied request: wants replicas > 1, got 1", refusal.json)
claim("what it allows is made", kube.ask("POST", deployments, deployment("replicated", 2)).status == 201)
claim("another kind is not meant", kube.ask("POST", "/apis/apps/v1/namespaces/policies/replicasets", workload("single", {"app": "one"}, replicas=1)).status == 201)
claim("nor is another namespace", kube.ask("POST", "/apis/apps/v1/namespaces/default/deployments", deployment("elsewhere", 1)).status == 201)
claim("an update is judged", kube.ask("PATCH", f"{deployments}/replicated", {"spec": {"replicas": 1}}, kind=MERGE).status == 422)
kube.patch(f"{bindings}/replicas-binding.example.com", {"spec": {"validationActions": ["Warn"]}})
warned = kube.ask("POST", deployments, deployment("warned", 1))
claim("a binding may only warn", warned.status == 201 and "Validation failed for ValidatingAdmissionPolicy 'replicas.example.com' with binding 'replicas-binding.example.com': wants replicas > 1, got 1" in warned.headers.get("Warning", ""), warned.headers)
kube.delete(f"{bindings}/replicas-binding.example.com")
claim("without its binding it is silent", "Warning" not in kube.ask("POST", deployments, deployment("silent", 1)).headers)
kube.delete(f"{policies}/replicas.example.com")

# Types.
kube.post(policies, policy("correct.example.com", {"expression": "object.spec.replicas > 1"}))
status = lambda name: kube.get(f"{policies}/{name}").get("status", {})
eventually("types are checked", lambda: status("correct.example.com").get("typeChecking") is not None and status("correct.example.com")["observedGeneration"] == 1)
claim("what fits has no warnings", not status("correct.example.com")["typeChecking"].get("expressionWarnings"))
kube.post(policies, policy("confused.example.com", {"expression": "object.spec.replicas > '1'", "messageExpression": "'wants replicas > 1, got ' + object.spec.replicas"}))
eventually("confused types are found", lambda: len((status("confused.example.com").get("typeChecking") or {}).get("expressionWarnings", [])) == 2)
first, second = status("confused.example.com")["typeChecking"]["expressionWarnings"]
claim("in the expression", first["fieldRef"] == "spec.validations[0].expression" and "found no matching overload for '_>_' applied to '(int, string)'" in first["warning"], first)
claim("and in its message", second["fieldRef"] == "spec.validations[0].messageExpression" and "found no matching overload for '_+_' applied to '(string, int)'" in second["warning"], second)
kube.post(policies, policy("custom.example.com", {"expression": "object.spec.x == 'text'"}, {"expression": "object.spec.nope == 1"}, groups=["p.example.com"], resources=["sums"]))
eventually("custom resources have types too", lambda: len((status("custom.example.com").get("typeChecking") or {}).get("expressionWarnings", [])) == 2)
warnings = [w["warning"] for w in status("custom.example.com")["typeChecking"]["expressionWarnings"]]
claim("of their schemas", "p.example.com/v1, Kind=Sum" in warnings[0] and "'(int, string)'" in warnings[0] and "undefined field 'nope'" in warnings[1], warnings)
for name in ("correct", "confused", "custom"):
    kube.delete(f"{policies}/{name}.example.com")

# Variables, params, conditions.
kube.post(policies, policy("variables.example.com", {"expression": "variables.replicas > 1", "messageExpression": "'wants replicas > 1, got ' + string(variables.replicas)"}, {"expression": "variables.oddReplicas || variables.replicas > 100", "message": "odd, please"},
                           variables=[{"name": "replicas", "expression": "object.spec.replicas"}, {"name": "oddReplicas", "expression": "variables.replicas % 2 == 1"}]))
kube.post(bindings, binding("variables", "variables.example.com"))
said = lambda name, replicas: kube.ask("POST", deployments, deployment(name, replicas)).json.get("message", "").partition("denied request: ")[2]
claim("variables are named", said("v1", 1) == "wants replicas > 1, got 1")
claim("and built upon", said("v2", 2) == "odd, please" and said("v3", 3) == "")
kube.delete(f"{bindings}/variables")
for name, most in (("low", "2"), ("high", "9")):
    kube.post(f"{home}/configmaps", {"metadata": {"name": name}, "data": {"max": most}})
kube.post(policies, policy("params.example.com", {"expression": "object.spec.replicas <= int(params.data.max)", "messageExpression": "'at most ' + params.data.max"}, paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
                           matchConditions=[{"name": "not-spared", "expression": "object.metadata.name != 'spared'"}]))
kube.post(bindings, binding("params", "params.example.com", paramRef={"name": "low", "parameterNotFoundAction": "Deny"}))
claim("params are read", said("p5", 5) == "at most 2")
kube.patch(f"{bindings}/params", {"spec": {"paramRef": {"name": "high"}}})
claim("as the binding names them", said("p5", 5) == "")
claim("conditions spare", said("spared", 50) == "")
kube.delete(f"{home}/configmaps/high")
claim("missing params deny", said("p6", 6) == "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction")
kube.patch(f"{bindings}/params", {"spec": {"paramRef": {"parameterNotFoundAction": "Allow"}}})
claim("or allow", said("p6", 6) == "")
refusal = kube.ask("POST", policies, policy("broken.example.com", {"expression": "object.spec.replicas >"}))
claim("a policy that cannot be read is refused", refusal.status == 422 and "spec.validations[0].expression: Invalid value" in refusal.json["message"] and "compilation failed" in refusal.json["message"], refusal.json)

# As objects.
made = kube.post(policies, policy("api.example.com", {"expression": "true"}))
claim("a policy has a generation", made["metadata"]["generation"] == 1 and made["spec"]["failurePolicy"] == "Fail")
start = made["metadata"]["resourceVersion"]
claim("changes of its spec count it up", kube.patch(f"{policies}/api.example.com", {"spec": {"failurePolicy": "Ignore"}})["metadata"]["generation"] == 2)
patched = kube.patch(f"{policies}/api.example.com/status", {"status": {"conditions": [{"type": "PolicyReady", "status": "True", "reason": "E2E", "message": "Set", "lastTransitionTime": "2024-01-01T00:00:00Z"}]}})
claim("its status is its own to write", condition(patched, "PolicyReady") == "True" and patched["metadata"]["generation"] == 2)
events = kube.watch(policies, start, lambda e: e["object"]["metadata"]["generation"] == 2)
claim("it is watched", events[-1]["type"] == "MODIFIED")
kube.delete(policies)
kube.delete(bindings)
eventually("all policies go", lambda: kube.names(policies) == [] and kube.names(bindings) == [])
