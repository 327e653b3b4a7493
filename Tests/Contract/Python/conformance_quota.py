"""Resource quotas and limit ranges: the `ResourceQuota` and `LimitRange` specs of Kubernetes' conformance."""
from conformance import *

kube = Kube()
home = kube.namespace("quotas")


def refused(path, body, *words):
    answer = kube.ask("POST", path, body)
    text = answer.json["message"]
    assert answer.status == 403 and answer.json["reason"] == "Forbidden" and all(w in text for w in words), (answer.status, text)
    return True


def quota(name, hard, space=home, **spec):
    kube.post(f"{space}/resourcequotas", {"metadata": {"name": name}, "spec": {"hard": hard, **spec}})
    eventually(f"the status of {name} says what is bounded", lambda: status(name, space).get("hard") == hard, lambda: status(name, space))


def status(name, space=home):
    return kube.get(f"{space}/resourcequotas/{name}").get("status", {})


def used(name, space=home, **amounts):
    amounts = {k.replace("__", "."): v for k, v in amounts.items()}
    eventually(f"{name} has used {amounts}", lambda: amounts.items() <= status(name, space)["used"].items(), lambda: status(name, space))


def sized(name, requests=None, limits=None, labels=None, **spec):
    return pod(name, labels, containers=[container(resources={k: v for k, v in (("requests", requests), ("limits", limits)) if v})], **spec)


# Services, claims, maps, secrets, sets and pods, each counted as it comes and goes.
hard = {"services": "3", "services.nodeports": "1", "services.loadbalancers": "1", "persistentvolumeclaims": "2", "requests.storage": "3Gi", "configmaps": "3", "secrets": "2", "replicationcontrollers": "2",
        "count/replicasets.apps": "2", "pods": "3", "cpu": "1", "memory": "500Mi", "requests.ephemeral-storage": "50Gi", "requests.example.com/dongle": "3", "resourcequotas": "4",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1", "gold.storageclass.storage.k8s.io/requests.storage": "2Gi", "count/widgets.example.com": "1"}
quota("all", hard)
used("all", services="0", configmaps="1", secrets="0", pods="0", cpu="0", resourcequotas="1")
claim("a new namespace has one map, which counts", kube.names(f"{home}/configmaps") == ["kube-root-ca.crt"])

kube.post(f"{home}/services", {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}})
kube.post(f"{home}/services", {"metadata": {"name": "b"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}})
claim("a port of the nodes too many", refused(f"{home}/services", {"metadata": {"name": "c"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}, "exceeded quota: all", "requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1"))
used("all", services="2", services__nodeports="1", services__loadbalancers="0")
kube.post(f"{home}/services", {"metadata": {"name": "c"}, "spec": {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False, "ports": [{"port": 80}]}})
used("all", services="3", services__loadbalancers="1", services__nodeports="1")
for name in "abc":
    kube.delete(f"{home}/services/{name}")
used("all", services="0", services__nodeports="0", services__loadbalancers="0")

kube.post(f"{home}/configmaps", {"metadata": {"name": "one"}})
kube.post(f"{home}/secrets", {"metadata": {"name": "one"}})
kube.post(f"{home}/replicationcontrollers", {"metadata": {"name": "rc"}, "spec": {"replicas": 0, "selector": {"a": "b"}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container()]}}}})
kube.post("/apis/apps/v1/namespaces/quotas/replicasets", workload("rs", {"a": "b"}, replicas=0))
used("all", configmaps="2", secrets="1", replicationcontrollers="1", **{"count/replicasets__apps": "1"})
for path in (f"{home}/configmaps/one", f"{home}/secrets/one", f"{home}/replicationcontrollers/rc", "/apis/apps/v1/namespaces/quotas/replicasets/rs"):
    kube.delete(path)
used("all", configmaps="1", secrets="0", replicationcontrollers="0", **{"count/replicasets__apps": "0"})


def storage(name, amount, **spec):
    return {"metadata": {"name": name}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": amount}}, **spec}}


kube.post(f"{home}/persistentvolumeclaims", storage("gold", "1Gi", storageClassName="gold"))
used("all", persistentvolumeclaims="1", requests__storage="1Gi", **{"gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1", "gold.storageclass.storage.k8s.io/requests.storage": "1Gi"})
claim("a claim too large", refused(f"{home}/persistentvolumeclaims", storage("big", "4Gi"), "requested: requests.storage=4Gi, used: requests.storage=1Gi, limited: requests.storage=3Gi"))
claim("a second of its class", refused(f"{home}/persistentvolumeclaims", storage("gold-2", "1Gi", storageClassName="gold"), "gold.storageclass.storage.k8s.io/persistentvolumeclaims=1"))
kube.delete(f"{home}/persistentvolumeclaims/gold")
used("all", persistentvolumeclaims="0", requests__storage="0")

kube.post(f"{home}/pods", sized("p", {"cpu": "500m", "memory": "252Mi", "ephemeral-storage": "30Gi", "example.com/dongle": "2"}, {"example.com/dongle": "2"}))
used("all", pods="1", cpu="500m", memory="252Mi", **{"requests.ephemeral-storage": "30Gi", "requests.example.com/dongle": "2"})
claim("a pod that fits but for its processors", refused(f"{home}/pods", sized("q", {"cpu": "600m", "memory": "100Mi"}), "exceeded quota: all, requested: cpu=600m, used: cpu=500m, limited: cpu=1"))
claim("a pod that fits but for what only one vendor has", refused(f"{home}/pods", sized("q", {"cpu": "1m", "memory": "1Mi", "example.com/dongle": "2"}, {"example.com/dongle": "2"}), "requests.example.com/dongle=2"))
claim("a pod that does not say what it needs", refused(f"{home}/pods", pod("q"), "failed quota: all: must specify cpu for: main; memory for: main"))
claim("what a pod asks for cannot be changed from outside its rules", kube.ask("PATCH", f"{home}/pods/p", {"spec": {"containers": [{"name": "main", "resources": {"requests": {"cpu": "100m"}}}]}}, kind=STRATEGIC).status == 422)
kube.delete(f"{home}/pods/p", {"gracePeriodSeconds": 0})
used("all", pods="0", cpu="0", memory="0")

# A custom resource counts by its name.
kube.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {"metadata": {"name": "widgets.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget"}, "versions": [
    {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}})
widgets = "/apis/example.com/v1/namespaces/quotas/widgets"
kube.post(widgets, {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "one"}})
used("all", **{"count/widgets.example.com": "1"})
claim("a second custom object", refused(widgets, {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "two"}}, "count/widgets.example.com=1"))
kube.delete(f"{widgets}/one")
used("all", **{"count/widgets.example.com": "0"})
kube.delete(f"{home}/resourcequotas/all")

# Scopes.
quota("terminating", {"pods": "5"}, scopes=["Terminating"])
quota("not-terminating", {"pods": "5"}, scopes=["NotTerminating"])
quota("best-effort", {"pods": "5"}, scopes=["BestEffort"])
quota("not-best-effort", {"pods": "5"}, scopes=["NotBestEffort"])
quota("urgent", {"pods": "1"}, scopeSelector={"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["urgent"]}]})
kube.post(f"{home}/pods", pod("long"))
used("not-terminating", pods="1")
used("best-effort", pods="1")
used("terminating", pods="0")
used("not-best-effort", pods="0")
kube.delete(f"{home}/pods/long", {"gracePeriodSeconds": 0})
kube.post(f"{home}/pods", sized("short", {"cpu": "1m"}, {"cpu": "2m"}, activeDeadlineSeconds=3600))
used("terminating", pods="1")
used("not-best-effort", pods="1")
used("not-terminating", pods="0")
used("best-effort", pods="0")
kube.delete(f"{home}/pods/short", {"gracePeriodSeconds": 0})
kube.post("/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "urgent"}, "value": 1000})
kube.post(f"{home}/pods", pod("urgent-1", priorityClassName="urgent"))
used("urgent", pods="1")
claim("one urgent pod is enough", refused(f"{home}/pods", pod("urgent-2", priorityClassName="urgent"), "exceeded quota: urgent"))
kube.delete(f"{home}/pods/urgent-1", {"gracePeriodSeconds": 0})
used("urgent", pods="0")
kube.delete("/apis/scheduling.k8s.io/v1/priorityclasses/urgent")
refusal = kube.ask("POST", f"{home}/resourcequotas", {"metadata": {"name": "wrong"}, "spec": {"hard": {"pods": "1"}, "scopes": ["BestEffort", "NotBestEffort"]}})
claim("scopes that exclude each other are invalid", refusal.status == 422 and "conflicting scopes" in refusal.json["message"], refusal.json)
refusal = kube.ask("POST", f"{home}/resourcequotas", {"metadata": {"name": "wrong"}, "spec": {"hard": {"pods": "-1"}}})
claim("a quota below nothing is invalid", refusal.status == 422, refusal.json)
refusal = kube.ask("POST", f"{home}/resourcequotas", {"metadata": {"name": "wrong"}, "spec": {"hard": {"cpu": "1"}, "scopes": ["BestEffort"]}})
claim("best effort has no processors to bound", refusal.status == 422 and "unsupported scope" in refusal.json["message"], refusal.json)

# The life of a quota.
kube.delete(f"{home}/resourcequotas")
claim("quotas go together", kube.names(f"{home}/resourcequotas") == [])
quota("life", {"pods": "5", "configmaps": "5"})
kube.patch(f"{home}/resourcequotas/life", {"metadata": {"labels": {"life": "patched"}}, "spec": {"hard": {"pods": "10"}}})
eventually("a quota that is patched bounds by its new numbers", lambda: status("life")["hard"]["pods"] == "10")
claim("and is found by its new label", [q["metadata"]["name"] for q in kube.items("/api/v1/resourcequotas", labelSelector="life=patched")] == ["life"])
kube.patch(f"{home}/resourcequotas/life/status", {"status": {"hard": {"pods": "3"}}})
eventually("a status that somebody else has written is put right", lambda: status("life")["hard"]["pods"] == "10")
kube.put(f"{home}/resourcequotas/life", dict(kube.get(f"{home}/resourcequotas/life"), spec={"hard": {"pods": "2"}}))
eventually("and by an update", lambda: status("life")["hard"] == {"pods": "2"})

# A set that cannot have its pods says so.
for path, manifest in ((f"{home}/replicationcontrollers", {"metadata": {"name": "full"}, "spec": {"replicas": 3, "selector": {"full": "rc"}, "template": {"metadata": {"labels": {"full": "rc"}}, "spec": {"containers": [container()]}}}}),
                       ("/apis/apps/v1/namespaces/quotas/replicasets", workload("full", {"full": "rs"}, replicas=3))):
    kube.post(path, manifest)
    eventually("a set above its quota has a failure", lambda: condition(kube.get(f"{path}/full"), "ReplicaFailure") == "True", lambda: kube.get(f"{path}/full")["status"])
    kube.patch(f"{path}/full/scale", {"spec": {"replicas": 2}})
    eventually("and none when it wants less", lambda: condition(kube.get(f"{path}/full"), "ReplicaFailure") is None, lambda: kube.get(f"{path}/full")["status"])
    kube.delete(f"{path}/full", {"propagationPolicy": "Background"})
    eventually("its pods go", lambda: not kube.names(f"{home}/pods", labelSelector="full"))

# Limit ranges.
space = kube.namespace("limits")
ranges = {"spec": {"limits": [
    {"type": "Container", "min": {"cpu": "50m", "memory": "100Mi"}, "max": {"cpu": "500m", "memory": "500Mi"}, "default": {"cpu": "500m", "memory": "500Mi"}, "defaultRequest": {"cpu": "100m", "memory": "200Mi"}, "maxLimitRequestRatio": {"cpu": "5"}},
    {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "10Gi"}}, {"type": "Pod", "max": {"cpu": "800m"}}]}}
kept = kube.post(f"{space}/limitranges", dict(ranges, metadata={"name": "r", "labels": {"r": "yes"}}))
claim("a limit range is kept as it was given", kept["spec"] == ranges["spec"], kept["spec"])
made = kube.post(f"{space}/pods", pod("plain"))
claim("a pod that says nothing has the defaults", made["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "500m", "memory": "500Mi"}, "requests": {"cpu": "100m", "memory": "200Mi"}}, made["spec"]["containers"][0]["resources"])
claim("and an annotation that says so", made["metadata"]["annotations"]["kubernetes.io/limit-ranger"] == "LimitRanger plugin set: cpu, memory request for container main; cpu, memory limit for container main", made["metadata"])
made = kube.post(f"{space}/pods", sized("partial", {"cpu": "300m", "memory": "150Mi"}, {"cpu": "300m"}))
claim("a pod that says some of it keeps that", made["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "300m", "memory": "500Mi"}, "requests": {"cpu": "300m", "memory": "150Mi"}})
claim("too little", refused(f"{space}/pods", sized("small", {"cpu": "10m", "memory": "50Mi"}, {"cpu": "50m"}), "minimum cpu usage per Container is 50m, but request is 10m", "minimum memory usage per Container is 100Mi, but request is 50Mi"))
claim("too much", refused(f"{space}/pods", sized("large", {"cpu": "500m"}, {"cpu": "600m"}), "maximum cpu usage per Container is 500m, but limit is 600m"))
claim("too far apart", refused(f"{space}/pods", sized("wide", {"cpu": "50m"}, {"cpu": "500m"}), "cpu max limit to request ratio per Container is 5, but provided ratio is 10.000000"))
two = pod("two", containers=[container(resources={"limits": {"cpu": "500m"}}), container(resources={"limits": {"cpu": "500m"}}) | {"name": "other"}])
claim("too much together", refused(f"{space}/pods", two, "maximum cpu usage per Pod is 800m, but limit is 1"))
claim("a claim too small", refused(f"{space}/persistentvolumeclaims", storage("small", "1Mi"), "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi"))
claim("a claim too large", refused(f"{space}/persistentvolumeclaims", storage("large", "50Gi"), "maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 50Gi"))
kube.patch(f"{space}/limitranges/r", {"spec": {"limits": [{"type": "Container", "min": {"cpu": "10m"}}]}})
claim("a range that is changed counts as it is now", kube.post(f"{space}/pods", sized("small", {"cpu": "10m"}, {"cpu": "600m"}))["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "600m"})
made = kube.post(f"{space}/limitranges", {"metadata": {"name": "derived"}, "spec": {"limits": [{"type": "Container", "max": {"cpu": "2"}}]}})
claim("the most is the default when none is given", made["spec"]["limits"][0]["default"] == {"cpu": "2"} and made["spec"]["limits"][0]["defaultRequest"] == {"cpu": "2"}, made["spec"])
claim("ranges are found in all namespaces", {"r", "derived"} <= set(kube.names("/api/v1/limitranges")))
kube.delete(f"{space}/limitranges", labelSelector="r=yes")
claim("and go by their label", kube.names(f"{space}/limitranges") == ["derived"])
refusal = kube.ask("POST", f"{space}/limitranges", {"metadata": {"name": "wrong"}, "spec": {"limits": [{"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}}]}})
claim("a least above the most is invalid", refusal.status == 422, refusal.json)
