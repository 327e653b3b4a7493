"""CustomResourceDefinitions: the `CustomResourceDefinition`, `CustomResourceFieldSelectors`, `CustomResourcePublishOpenAPI` and aggregated discovery specs of Kubernetes'
conformance."""
from conformance import *

kube = Kube()
home = kube.namespace("definitions")
crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
ANY = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
SCHEMA = {"type": "object", "description": "Foo CRD for Testing", "properties": {
    "spec": {"type": "object", "description": "Specification of Foo", "properties": {"bars": {"type": "array", "description": "List of Bars and their specs.", "items": {
        "type": "object", "required": ["name"], "properties": {"name": {"type": "string", "description": "Name of Bar."}, "age": {"type": "string", "description": "Age of Bar."},
                                                              "bazs": {"type": "array", "items": {"type": "string"}}}}}}},
    "status": {"type": "object", "properties": {"bars": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}}}}}


def definition(plural, kind, group="d.example.com", versions=None, labels=None, **spec):
    return {"metadata": {"name": f"{plural}.{group}", "labels": labels or {}}, "spec": {"group": group, "scope": "Namespaced", "names": {"plural": plural, "kind": kind, "singular": kind.lower(), "listKind": kind + "List"},
                                                                                     "versions": versions or [version("v1")], **spec}}


def version(name, schema=ANY, served=True, storage=True, **more):
    return {"name": name, "served": served, "storage": storage, "schema": {"openAPIV3Schema": schema}, **more}


def custom(kind, name, api="d.example.com/v1", **fields):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **fields}


def establish(body):
    kube.post(crds, body)
    eventually(f"{body['metadata']['name']} is established", lambda: condition(kube.get(f"{crds}/{body['metadata']['name']}"), "Established") == "True")


# Definitions as objects.
claim("definitions are in the discovery documents", any(g["name"] == "apiextensions.k8s.io" for g in kube.get("/apis")["groups"]) and any(r["name"] == "customresourcedefinitions" for r in kube.get("/apis/apiextensions.k8s.io/v1")["resources"]))
for n in range(4):
    establish(definition(f"many{n}", f"Many{n}", labels={"set": "many"}))
claim("definitions are listed", len(kube.names(crds, labelSelector="set=many")) == 4)
kube.delete(crds, labelSelector="set=many")
eventually("and go together", lambda: kube.names(crds, labelSelector="set=many") == [])
claim("with what they served", kube.ask("GET", "/apis/d.example.com/v1").status == 404)
establish(definition("foos", "Foo"))
status = kube.get(f"{crds}/foos.d.example.com/status")
claim("a definition's status is read", condition(status, "Established") == "True" and status["status"]["storedVersions"] == ["v1"])
status["status"]["conditions"].append({"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": "Set"})
claim("updated", condition(kube.put(f"{crds}/foos.d.example.com/status", status), "StatusUpdate") == "True")
patched = kube.patch(f"{crds}/foos.d.example.com/status", {"status": {"conditions": [{"type": "StatusPatched", "status": "True", "reason": "E2E", "message": "Set"}]}})
claim("and patched", condition(patched, "StatusPatched") == "True")
eventually("what the server says of itself comes back", lambda: condition(kube.get(f"{crds}/foos.d.example.com"), "Established") == "True")
foos = "/apis/d.example.com/v1/namespaces/definitions/foos"
start = kube.get(foos)["metadata"]["resourceVersion"]
for name in ("name1", "name2"):
    kube.post(foos, custom("Foo", name))
    kube.patch(f"{foos}/{name}", {"metadata": {"annotations": {"a": "b"}}})
    kube.delete(f"{foos}/{name}")
events = kube.watch(foos, start, lambda e: e["type"] == "DELETED" and e["object"]["metadata"]["name"] == "name2")
claim("custom objects are watched", [e["type"] for e in events] == ["ADDED", "MODIFIED", "DELETED"] * 2)
kube.post(foos, custom("Foo", "held"))
kube.patch(f"{foos}/held", {"metadata": {"finalizers": ["example.com/hold"]}})
kube.delete(f"{crds}/foos.d.example.com")
claim("a definition waits for its objects", kube.get(f"{crds}/foos.d.example.com")["metadata"]["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"] and condition(kube.get(f"{crds}/foos.d.example.com"), "Terminating") == "True")
kube.patch(f"{foos}/held", {"metadata": {"finalizers": None}})
eventually("and goes after them", lambda: kube.is_gone(f"{crds}/foos.d.example.com"))

# Defaults.
defaulted = {"type": "object", "properties": {"a": {"type": "string", "default": "A"}, "b": {"type": "string"}}}
establish(definition("defaults", "Default", versions=[version("v1", defaulted)]))
defaults = "/apis/d.example.com/v1/namespaces/definitions/defaults"
claim("defaults are put into requests", kube.post(defaults, custom("Default", "one"))["a"] == "A")
older = kube.post(defaults, custom("Default", "null", a=None))
claim("also for what may not be null", older["a"] == "A")
with_b = json.loads(json.dumps(defaulted))
with_b["properties"]["b"]["default"] = "B"
kube.patch(f"{crds}/defaults.d.example.com", {"spec": {"versions": [version("v1", with_b)]}})
eventually("and into what is read from the store", lambda: kube.get(f"{defaults}/one").get("b") == "B")
claim("in lists", all(i["b"] == "B" for i in kube.items(defaults)))
without_a = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string", "default": "B"}}}
kube.patch(f"{crds}/defaults.d.example.com", {"spec": {"versions": [version("v1", without_a)]}})
eventually("a default that is no longer there changes nothing that is kept", lambda: kube.get(f"{defaults}/one")["a"] == "A" and "a" not in kube.post(defaults, custom("Default", "x"), dryRun="All"))

# Fields to select by.
columns = [{"name": "Host", "type": "string", "jsonPath": ".host"}]
chosen = {"type": "object", "properties": {"host": {"type": "string"}, "port": {"type": "string"}}}
establish(definition("shirts", "Shirt", versions=[version("v1", chosen, selectableFields=[{"jsonPath": ".host"}, {"jsonPath": ".port"}], additionalPrinterColumns=columns)]))
shirts = "/apis/d.example.com/v1/namespaces/definitions/shirts"
for name, host, port in (("a", "host1", "80"), ("b", "host1", "8080"), ("c", "host2", "80")):
    kube.post(shirts, custom("Shirt", name, host=host, port=port))
claim("custom objects are selected by the fields that are named", kube.names(shirts, fieldSelector="host=host1") == ["a", "b"] and kube.names(shirts, fieldSelector="host=host1,port=80") == ["a"])
claim("by no other", kube.ask("GET", shirts + "?fieldSelector=size%3D1").status == 400)
since = kube.get(shirts)["metadata"]["resourceVersion"]
kube.patch(f"{shirts}/c", {"host": "host1"})
kube.patch(f"{shirts}/a", {"host": "host2"})
events = kube.watch(shirts, since, lambda e: e["type"] == "DELETED", fieldSelector="host=host1")
claim("and watched by them", [(e["type"], e["object"]["metadata"]["name"]) for e in events] == [("ADDED", "c"), ("DELETED", "a")])
kube.delete(shirts, fieldSelector="host=host2")
claim("and deleted by them", kube.names(shirts) == ["b", "c"])

# Subresources.
scaled = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"replicas": {"type": "integer"}, "other": {"type": "string"}}}, "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "selector": {"type": "string"}}}}}
establish(definition("scales", "Scaled", versions=[version("v1", scaled, subresources={"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector"}})]))
scales = "/apis/d.example.com/v1/namespaces/definitions/scales"
made = kube.post(scales, custom("Scaled", "s", spec={"replicas": 1}, status={"replicas": 9}))
claim("a status is not taken from a creation", "status" not in made and made["metadata"]["generation"] == 1)
claim("it is its own to write", kube.patch(f"{scales}/s/status", {"status": {"replicas": 3, "selector": "a=b"}, "spec": {"replicas": 7}})["spec"] == {"replicas": 1})
claim("a scale reads both", kube.get(f"{scales}/s/scale")["status"] == {"replicas": 3, "selector": "a=b"})
kube.patch(f"{scales}/s/scale", {"spec": {"replicas": 5}})
kept = kube.get(f"{scales}/s")
claim("and writes the one", kept["spec"]["replicas"] == 5 and kept["metadata"]["generation"] == 2)

# Versions.
two = [version("v1", ANY, storage=False), version("v2", ANY)]
establish(definition("versions", "Versioned", versions=two))
kube.post("/apis/d.example.com/v1/namespaces/definitions/versions", custom("Versioned", "v", field=1))
claim("an object is served in all versions", kube.get("/apis/d.example.com/v2/namespaces/definitions/versions/v")["apiVersion"] == "d.example.com/v2")
claim("and applied in each", kube.patch("/apis/d.example.com/v2/namespaces/definitions/versions/v", custom("Versioned", "v", "d.example.com/v2", more=2), kind=APPLY, fieldManager="m")["more"] == 2)
two[0]["served"] = False
kube.patch(f"{crds}/versions.d.example.com", {"spec": {"versions": two}})
eventually("a version that is no longer served is not found", lambda: kube.ask("GET", "/apis/d.example.com/v1/namespaces/definitions/versions/v").status == 404 and kube.get("/apis/d.example.com/v2/namespaces/definitions/versions/v")["field"] == 1)
claim("nor discovered", "versions" not in [r["name"] for r in kube.get("/apis/d.example.com/v1")["resources"]] and "versions" in [r["name"] for r in kube.get("/apis/d.example.com/v2")["resources"]])
aggregated = kube.must("GET", "/apis", accept="application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
found = [r["resource"] for g in aggregated["items"] if g["metadata"]["name"] == "d.example.com" for v in g["versions"] if v["version"] == "v2" for r in v["resources"]]
claim("the aggregated discovery has it too", "versions" in found, found)

# Published schemas.
establish(definition("published", "Published", versions=[version("v1", SCHEMA)]))


def document(group="d.example.com", v="v1"):
    return kube.get(f"/openapi/v3/apis/{group}/{v}")["components"]["schemas"]


name = "com.example.d.v1.Published"
eventually("a schema is published", lambda: name in document())
schema = document()[name]
claim("as it is", schema["description"] == "Foo CRD for Testing" and schema["properties"]["spec"]["properties"]["bars"]["items"]["required"] == ["name"] and schema["x-kubernetes-group-version-kind"] == [{"group": "d.example.com", "version": "v1", "kind": "Published"}])
claim("with what every object has", {"apiVersion", "kind", "metadata"} <= set(schema["properties"]))
older = kube.get("/openapi/v2")["definitions"]
claim("also in the old document", name in older and older[name]["properties"]["spec"]["description"] == "Specification of Foo")
claim("what preserves all publishes so", document()["com.example.d.v1.Scaled"]["properties"]["spec"]["properties"]["replicas"]["type"] == "integer" and "com.example.d.v2.Versioned" in document(v="v2"))
claim("what is not served is not published", "com.example.d.v1.Versioned" not in document())
kube.patch(f"{crds}/published.d.example.com", {"spec": {"versions": [version("v1", SCHEMA, storage=False, served=False), version("v4", SCHEMA)]}})
eventually("a renamed version is published under its new name", lambda: "com.example.d.v4.Published" in document(v="v4") and name not in document())
published = "/apis/d.example.com/v4/namespaces/definitions/published"
refusal = kube.ask("POST", published, custom("Published", "p", "d.example.com/v4", spec={"bars": [{"age": "10"}]}))
claim("what is required is missed", refusal.status == 422 and "spec.bars[0].name: Required value" in refusal.json["message"], refusal.json)
refusal = kube.ask("POST", published, custom("Published", "p", "d.example.com/v4", spec={"bars": [{"name": "n", "extra": 1}]}), fieldValidation="Strict")
claim("what is unknown is refused", refusal.status == 400 and 'unknown field "spec.bars[0].extra"' in refusal.json["message"], refusal.json)
refusal = kube.ask("POST", crds, definition("wrong", "Wrong", versions=[version("v1", {"type": "object", "properties": {"a": {}}})]))
claim("a schema without structure is refused", refusal.status == 422 and "properties[a].type: Required value" in refusal.json["message"], refusal.json)
kube.delete(crds)
eventually("all definitions go", lambda: kube.names(crds) == [])
