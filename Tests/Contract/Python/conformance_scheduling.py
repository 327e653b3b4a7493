"""Scheduling and nodes: the `SchedulerPredicates`, `SchedulerPreemption`, `NoExecuteTaintManager`, `RuntimeClass` and `PriorityClass` specs of Kubernetes' conformance."""
from conformance import *

kube = Kube()
home = kube.namespace("scheduling")
pods = f"{home}/pods"
nodes = kube.names("/api/v1/nodes")
DONGLE = "example.com/dongle"


def node(name):
    return f"/api/v1/nodes/{name}"


def sized(name, amounts, labels=None, **spec):
    return pod(name, labels, containers=[container(resources={"requests": amounts, "limits": amounts})], terminationGracePeriodSeconds=0, **spec)


def placed(name):
    return kube.get(f"{pods}/{name}")["spec"].get("nodeName")


def unschedulable(name, words):
    return next((words in c["message"] for c in kube.get(f"{pods}/{name}")["status"].get("conditions", []) if c["type"] == "PodScheduled" and c["status"] == "False" and c["reason"] == "Unschedulable"), False)


def runs(name):
    eventually(f"{name} runs", lambda: kube.get(f"{pods}/{name}")["status"]["phase"] == "Running", lambda: kube.get(f"{pods}/{name}")["status"])


# What fits and what does not.
for name in nodes:
    kube.patch(f"{node(name)}/status", {"status": {"capacity": {DONGLE: "2"}, "allocatable": {DONGLE: "2"}}})
for n in range(len(nodes)):
    kube.post(pods, sized(f"filler-{n}", {DONGLE: "2"}))
    runs(f"filler-{n}")
claim("each filler has a node of its own", sorted(placed(f"filler-{n}") for n in range(len(nodes))) == sorted(nodes))
kube.post(pods, sized("one-more", {DONGLE: "1"}))
eventually("one more has no room", lambda: unschedulable("one-more", f"0/{len(nodes)} nodes are available: {len(nodes)} Insufficient {DONGLE}."), lambda: kube.get(f"{pods}/one-more")["status"])
kube.delete(f"{pods}/filler-0", {"gracePeriodSeconds": 0})
runs("one-more")
kube.delete(pods, {"gracePeriodSeconds": 0})

# Selectors and affinity.
kube.post(pods, pod("picky", nodeSelector={"chosen": "yes"}))
eventually("no node has the label", lambda: unschedulable("picky", "didn't match Pod's node affinity/selector"))
kube.patch(node(nodes[1]), {"metadata": {"labels": {"chosen": "yes"}}})
runs("picky")
claim("until one has", placed("picky") == nodes[1])
wanted = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "chosen", "operator": "In", "values": ["no", "yes"]}]}]}}}
kube.post(pods, pod("drawn", affinity=wanted))
runs("drawn")
byname = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [nodes[2]]}]}]}}}
kube.post(pods, pod("named", affinity=byname))
runs("named")
claim("affinity draws to labels and names", (placed("drawn"), placed("named")) == (nodes[1], nodes[2]))

# Ports of the node.
here = {"nodeSelector": {"chosen": "yes"}, "terminationGracePeriodSeconds": 0}


def listening(name, **port):
    return pod(name, containers=[container(ports=[{"containerPort": 80, "hostPort": 54323, **port}])], **here)


kube.post(pods, listening("all"))
runs("all")
kube.post(pods, listening("all-again"))
eventually("a port is taken once", lambda: unschedulable("all-again", "didn't have free ports"))
kube.post(pods, listening("datagrams", protocol="UDP"))
runs("datagrams")
kube.delete(f"{pods}/all-again", {"gracePeriodSeconds": 0})
kube.delete(f"{pods}/all", {"gracePeriodSeconds": 0})
eventually("the port is free", lambda: kube.is_gone(f"{pods}/all"))
for name, address in (("first", "127.0.0.1"), ("second", "127.0.0.2")):
    kube.post(pods, listening(name, hostIP=address))
    runs(name)
kube.post(pods, listening("third", hostIP="127.0.0.1"))
eventually("an address is taken once", lambda: unschedulable("third", "didn't have free ports"))
kube.delete(pods, {"gracePeriodSeconds": 0})

# Gates.
kube.post(pods, pod("gated", schedulingGates=[{"name": "example.com/gate"}]))
kube.post(pods, pod("free"))
runs("free")
claim("a gate keeps a pod from being scheduled", placed("gated") is None)
kube.patch(f"{pods}/gated", {"spec": {"schedulingGates": None}})
runs("gated")
kube.delete(pods, {"gracePeriodSeconds": 0})

# Priorities.
for name, value in (("low", 1), ("medium", 100), ("high", 1000)):
    kube.post("/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": name}, "value": value})
claim("a priority comes from its class", kube.post(pods, pod("p", priorityClassName="high"))["spec"]["priority"] == 1000)
refusal = kube.ask("POST", pods, pod("q", priorityClassName="high", priority=1))
claim("and from nowhere else", refusal.status == 403 and "must not be provided" in refusal.json["message"], refusal.json)
claim("a class that is not there is refused", "no PriorityClass with name none was found" in kube.ask("POST", pods, pod("q", priorityClassName="none")).json["message"])
for n in range(len(nodes)):
    kube.post(pods, sized(f"victim-{n}", {DONGLE: "2"}, priorityClassName="low" if n == 0 else "medium"))
    runs(f"victim-{n}")
kube.post(pods, sized("never", {DONGLE: "2"}, priorityClassName="high", preemptionPolicy="Never"))
eventually("who does not preempt waits", lambda: unschedulable("never", "Insufficient"))
claim("and nobody goes", all(kube.get(f"{pods}/victim-{n}")["status"]["phase"] == "Running" for n in range(len(nodes))))
kube.delete(f"{pods}/never", {"gracePeriodSeconds": 0})
kube.post(pods, sized("urgent", {DONGLE: "2"}, priorityClassName="high"))
runs("urgent")
left = [n for n in range(len(nodes)) if not kube.is_gone(f"{pods}/victim-{n}")]
claim("one of less importance has made room", len(left) == len(nodes) - 1, left)
kube.delete(pods, {"gracePeriodSeconds": 0})
kube.post("/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "usual"}, "value": 5, "globalDefault": True})
made = kube.post(pods, pod("usual"))
claim("one class is that of who names none", (made["spec"]["priorityClassName"], made["spec"]["priority"]) == ("usual", 5))
for name in ("low", "medium", "high", "usual"):
    kube.delete(f"/apis/scheduling.k8s.io/v1/priorityclasses/{name}")
kube.delete(pods, {"gracePeriodSeconds": 0})

# Taints.
FOREVER = [{"key": "evict", "operator": "Exists", "effect": "NoExecute"}]
AWHILE = [dict(FOREVER[0], tolerationSeconds=1)]
LONG = [dict(FOREVER[0], tolerationSeconds=600)]
for name, tolerations in (("evicted", []), ("bears", FOREVER), ("awhile", AWHILE), ("long", LONG)):
    kube.post(pods, pod(name, tolerations=tolerations, nodeSelector={"chosen": "yes"}, terminationGracePeriodSeconds=0))
    runs(name)
kube.patch(node(nodes[1]), {"spec": {"taints": [{"key": "evict", "value": "yes", "effect": "NoExecute"}]}})
eventually("who does not bear the taint goes", lambda: kube.is_gone(f"{pods}/evicted"))
eventually("who bears it for a while goes then", lambda: kube.is_gone(f"{pods}/awhile"))
kube.post(pods, pod("newcomer", nodeSelector={"chosen": "yes"}))
eventually("nobody else comes", lambda: unschedulable("newcomer", "untolerated taint"))
kube.patch(node(nodes[1]), {"spec": {"taints": None}})
runs("newcomer")
claim("who bears it stays", {"bears", "long"} <= set(kube.names(pods)))
kube.patch(node(nodes[1]), {"metadata": {"labels": {"chosen": None}}})
kube.delete(pods, {"gracePeriodSeconds": 0})

# Runtime classes.
refusal = kube.ask("POST", pods, pod("runtime", runtimeClassName="none"))
claim("a runtime that is not there is refused", refusal.status == 403 and 'RuntimeClass "none" not found' in refusal.json["message"], refusal.json)
kube.post("/apis/node.k8s.io/v1/runtimeclasses", {"metadata": {"name": "boxed"}, "handler": "boxed", "overhead": {"podFixed": {"cpu": "10m", "memory": "1Mi"}}, "scheduling": {"nodeSelector": {"boxed": "yes"}}})
made = kube.post(pods, pod("runtime", runtimeClassName="boxed"))
claim("its overhead is the pod's, and its nodes", made["spec"]["overhead"] == {"cpu": "10m", "memory": "1Mi"} and made["spec"]["nodeSelector"] == {"boxed": "yes"}, made["spec"])
kube.patch(node(nodes[0]), {"metadata": {"labels": {"boxed": "yes"}}})
runs("runtime")
kube.delete("/apis/node.k8s.io/v1/runtimeclasses/boxed")

# Classes that are the default.
kube.post("/apis/storage.k8s.io/v1/storageclasses", {"metadata": {"name": "usual", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}, "provisioner": "example.com/p"})
made = kube.post(f"{home}/persistentvolumeclaims", {"metadata": {"name": "c"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})
claim("a claim gets the class that is the default", made["spec"]["storageClassName"] == "usual")
kube.post("/apis/networking.k8s.io/v1/ingressclasses", {"metadata": {"name": "usual", "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}}, "spec": {"controller": "example.com/c"}})
made = kube.post("/apis/networking.k8s.io/v1/namespaces/scheduling/ingresses", {"metadata": {"name": "i"}, "spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}})
claim("and so does an ingress", made["spec"]["ingressClassName"] == "usual")
kube.delete("/apis/storage.k8s.io/v1/storageclasses/usual")
kube.delete("/apis/networking.k8s.io/v1/ingressclasses/usual")
