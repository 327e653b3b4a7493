"""Garbage collection and the end of namespaces: the `Garbage collector` and `Namespaces` specs of Kubernetes' conformance."""
from conformance import *

kube = Kube()
home = kube.namespace("garbage")
apps = "/apis/apps/v1/namespaces/garbage"


def rc(name, replicas=3):
    return {"metadata": {"name": name}, "spec": {"replicas": replicas, "selector": {"rc": name}, "template": {"metadata": {"labels": {"rc": name}}, "spec": {"terminationGracePeriodSeconds": 0, "containers": [container()]}}}}


def owner(obj, api="v1", kind="Pod", **more):
    return {"apiVersion": api, "kind": kind, "name": obj["metadata"]["name"], "uid": obj["metadata"]["uid"], **more}


def pods(label):
    return kube.items(f"{home}/pods", labelSelector=label)


kube.post(f"{home}/replicationcontrollers", rc("background"))
eventually("a controller has its pods", lambda: len(pods("rc=background")) == 3)
kube.delete(f"{home}/replicationcontrollers/background", {"propagationPolicy": "Background"})
claim("deleted in the background the owner is gone at once", kube.is_gone(f"{home}/replicationcontrollers/background"))
eventually("and its pods after it", lambda: not pods("rc=background"))

for name, body in (("orphan", {"propagationPolicy": "Orphan"}), ("orphans", {"orphanDependents": True}), ("default", None)):
    kube.post(f"{home}/replicationcontrollers", rc(name))
    eventually("a controller has its pods", lambda: len(pods(f"rc={name}")) == 3)
    kube.delete(f"{home}/replicationcontrollers/{name}", body)
    eventually(f"{name}: the owner is gone", lambda: kube.is_gone(f"{home}/replicationcontrollers/{name}"))
    claim(f"{name}: its pods stay and are nobody's", len(pods(f"rc={name}")) == 3 and not any(p["metadata"].get("ownerReferences") for p in pods(f"rc={name}")))
kube.delete(f"{home}/pods", {"gracePeriodSeconds": 0})

kube.post(f"{home}/replicationcontrollers", rc("foreground"))
eventually("a controller has its pods", lambda: len(pods("rc=foreground")) == 3)
for p in pods("rc=foreground"):
    kube.patch(f"{home}/pods/{p['metadata']['name']}", {"metadata": {"finalizers": ["example.com/stay"]}})
kube.delete(f"{home}/replicationcontrollers/foreground", {"propagationPolicy": "Foreground"})
eventually("deleted in the foreground the pods go first", lambda: all(p["metadata"].get("deletionTimestamp") for p in pods("rc=foreground")))
still = kube.get(f"{home}/replicationcontrollers/foreground")
claim("and the owner waits for them", still["metadata"]["finalizers"] == ["foregroundDeletion"] and still["metadata"]["deletionTimestamp"])
for p in pods("rc=foreground"):
    kube.patch(f"{home}/pods/{p['metadata']['name']}", {"metadata": {"finalizers": None}})
eventually("until they are gone", lambda: kube.is_gone(f"{home}/replicationcontrollers/foreground") and not pods("rc=foreground"))

for name, body in (("deploy-background", {"propagationPolicy": "Background"}), ("deploy-orphan", {"propagationPolicy": "Orphan"})):
    kube.post(f"{apps}/deployments", workload(name, {"d": name}, replicas=2))
    eventually("a deployment has its set", lambda: len(kube.items(f"{apps}/replicasets", labelSelector=f"d={name}")) == 1)
    kube.delete(f"{apps}/deployments/{name}", body)
    eventually(f"{name} is gone", lambda: kube.is_gone(f"{apps}/deployments/{name}"))
    if "orphan" in name:
        claim("an orphaned set stays, and is nobody's", [s["metadata"].get("ownerReferences") for s in kube.items(f"{apps}/replicasets", labelSelector=f"d={name}")] == [None])
        kube.delete(f"{apps}/replicasets", {"propagationPolicy": "Background"})
    else:
        eventually("its set and pods go with it", lambda: not kube.items(f"{apps}/replicasets", labelSelector=f"d={name}") and not pods(f"d={name}"))

# Two owners, one of which goes.
one, two = (kube.post(f"{home}/replicationcontrollers", rc(n, 0)) for n in ("going", "staying"))
both = [owner(one, kind="ReplicationController", blockOwnerDeletion=True), owner(two, kind="ReplicationController")]
for n in range(3):
    kube.post(f"{home}/configmaps", {"metadata": {"name": f"shared-{n}", "ownerReferences": both}})
kube.post(f"{home}/configmaps", {"metadata": {"name": "single", "ownerReferences": both[:1]}})
kube.delete(f"{home}/replicationcontrollers/going", {"propagationPolicy": "Foreground"})
eventually("an owner that waits is not waited for by those who have another", lambda: kube.is_gone(f"{home}/replicationcontrollers/going"))
shared = [kube.get(f"{home}/configmaps/shared-{n}") for n in range(3)]
claim("who has another owner stays, and is free of the first", all([r["uid"] for r in s["metadata"]["ownerReferences"]] == [two["metadata"]["uid"]] for s in shared), shared)
claim("who has none goes", kube.is_gone(f"{home}/configmaps/single"))

# A circle.
made = [kube.post(f"{home}/pods", pod(f"circle-{n}", terminationGracePeriodSeconds=0)) for n in range(3)]
for n in range(3):
    kube.patch(f"{home}/pods/circle-{n}", {"metadata": {"ownerReferences": [owner(made[n - 1], controller=True, blockOwnerDeletion=True)]}})
kube.delete(f"{home}/pods/circle-0", {"propagationPolicy": "Foreground"})
eventually("a circle does not hold itself", lambda: not [n for n in kube.names(f"{home}/pods") if n.startswith("circle")], lambda: [(p["metadata"]["name"], p["metadata"].get("finalizers")) for p in kube.items(f"{home}/pods")])

kube.post(f"{home}/configmaps", {"metadata": {"name": "lost", "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "never", "uid": "00000000-0000-4000-8000-000000000000"}]}})
eventually("what names an owner that never was goes", lambda: kube.is_gone(f"{home}/configmaps/lost"))

# Custom resources own and are owned.
kube.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {"metadata": {"name": "owners.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "owners", "kind": "Owner"}, "versions": [
    {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}]}})
customs = "/apis/example.com/v1/namespaces/garbage/owners"
for policy in ("Background", "Orphan"):
    root = kube.post(customs, {"apiVersion": "example.com/v1", "kind": "Owner", "metadata": {"name": policy.lower()}})
    kube.post(customs, {"apiVersion": "example.com/v1", "kind": "Owner", "metadata": {"name": f"below-{policy.lower()}", "ownerReferences": [owner(root, "example.com/v1", "Owner")]}})
    kube.delete(f"{customs}/{policy.lower()}", {"propagationPolicy": policy})
    eventually(f"a custom owner goes: {policy}", lambda: kube.is_gone(f"{customs}/{policy.lower()}"))
eventually("what it owned goes or stays as was asked", lambda: kube.names(customs) == ["below-orphan"])

# Namespaces.
space = kube.namespace("ending")
claim("a namespace has its name as a label", kube.get(space)["metadata"]["labels"]["kubernetes.io/metadata.name"] == "ending")
kube.post(f"{space}/pods", pod("p"))
kube.patch(f"{space}/pods/p", {"metadata": {"finalizers": ["example.com/stay"]}})
kube.post(f"{space}/services", {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}})
kube.delete(space)
claim("a namespace that goes says so", kube.get(space)["status"]["phase"] == "Terminating")
refusal = kube.ask("POST", f"{space}/configmaps", {"metadata": {"name": "late"}})
claim("and takes in nothing new", refusal.status == 403 and "being terminated" in refusal.json["message"])
eventually("what it has goes", lambda: not kube.names(f"{space}/services"))
conditions = {c["type"]: c["status"] for c in kube.get(space)["status"].get("conditions", [])}
claim("it says what it waits for", conditions.get("NamespaceFinalizersRemaining") == "True" and conditions.get("NamespaceContentRemaining") == "True" and conditions.get("NamespaceDeletionDiscoveryFailure") == "False", conditions)
kube.patch(f"{space}/pods/p", {"metadata": {"finalizers": None}})
eventually("and it goes when that is gone", lambda: kube.is_gone(space))
space = kube.namespace("ending")
claim("a namespace of the same name is empty", not kube.names(f"{space}/pods") and not kube.names(f"{space}/services"))
patched = kube.patch(space, {"metadata": {"labels": {"testLabel": "testValue"}}})
claim("a namespace is patched", patched["metadata"]["labels"]["testLabel"] == "testValue")
kube.patch(f"{space}/status", {"metadata": {"annotations": {"e2e-patched": "yes"}}, "status": {"conditions": [{"type": "StatusPatched", "status": "True", "reason": "E2E", "message": "m"}]}})
claim("and its status", condition(kube.get(f"{space}/status"), "StatusPatched") == "True")
full = kube.get(space)
full["spec"]["finalizers"] = full["spec"].get("finalizers", []) + ["e2e.example.com/fake"]
claim("a finalizer is put on through finalize", "e2e.example.com/fake" in kube.put(f"{space}/finalize", full)["spec"]["finalizers"])
full = kube.get(space)
full["spec"]["finalizers"].remove("e2e.example.com/fake")
claim("and off again", kube.put(f"{space}/finalize", full)["spec"]["finalizers"] == ["kubernetes"])
for n in range(10):
    kube.namespace(f"many-{n}", many="yes")
for n in range(10):
    kube.delete(f"/api/v1/namespaces/many-{n}")
eventually("many namespaces go in good time", lambda: not kube.names("/api/v1/namespaces", labelSelector="many"))
space = kube.namespace("furnished")
eventually("a namespace has the authority's certificate", lambda: "ca.crt" in kube.ask("GET", f"{space}/configmaps/kube-root-ca.crt").json.get("data", {}))
kube.delete(f"{space}/configmaps/kube-root-ca.crt")
eventually("it comes back when it is taken away", lambda: not kube.is_gone(f"{space}/configmaps/kube-root-ca.crt"))
kube.patch(f"{space}/configmaps/kube-root-ca.crt", {"data": {"ca.crt": "wrong"}})
eventually("and is put right", lambda: kube.get(f"{space}/configmaps/kube-root-ca.crt")["data"]["ca.crt"] != "wrong")
before = kube.get(f"{space}/serviceaccounts/default")["metadata"]["uid"]
kube.delete(f"{space}/serviceaccounts/default")
eventually("so does the account", lambda: kube.ask("GET", f"{space}/serviceaccounts/default").json.get("metadata", {}).get("uid") not in (None, before))
