"""Controllers: the specs of Kubernetes' conformance for ReplicaSets, Deployments, StatefulSets, DaemonSets, Jobs, disruption budgets, volumes and endpoints."""
from conformance import *

kube = Kube()
home = kube.namespace("workloads")
apps, batch = "/apis/apps/v1/namespaces/workloads", "/apis/batch/v1/namespaces/workloads"


def pods(label):
    return kube.items(f"{home}/pods", labelSelector=label)


def controller(obj):
    return next((r["name"] for r in obj["metadata"].get("ownerReferences", []) if r.get("controller")), None)


# Adoption and release.
for path, kind, manifest in ((f"{home}/replicationcontrollers", "rc", {"metadata": {"name": "adopts-rc"}, "spec": {"replicas": 1, "selector": {"name": "rc"}, "template": {"metadata": {"labels": {"name": "rc"}}, "spec": {"containers": [container()]}}}}),
                             (f"{apps}/replicasets", "rs", workload("adopts-rs", {"name": "rs"}, replicas=1))):
    kube.post(f"{home}/pods", pod(f"first-{kind}", {"name": kind}))
    kube.post(path, manifest)
    eventually(f"{kind}: a pod that matches is taken up", lambda: controller(kube.get(f"{home}/pods/first-{kind}")) == f"adopts-{kind}")
    claim(f"{kind}: and no other is made", len(pods(f"name={kind}")) == 1)
    kube.patch(f"{home}/pods/first-{kind}", {"metadata": {"labels": {"name": "other"}}})
    eventually(f"{kind}: a pod that no longer matches is let go", lambda: controller(kube.get(f"{home}/pods/first-{kind}")) is None)
    eventually(f"{kind}: and another made", lambda: len(pods(f"name={kind}")) == 1)
    kube.delete(f"{path}/adopts-{kind}", {"propagationPolicy": "Background"})

# The life of a set: scale, patch, watch, status.
kube.post(f"{apps}/replicasets", workload("set", {"s": "set"}, replicas=2))
eventually("a set is available", lambda: kube.get(f"{apps}/replicasets/set")["status"].get("availableReplicas") == 2)
scale = kube.get(f"{apps}/replicasets/set/scale")
claim("its scale says what it wants and has", scale["spec"]["replicas"] == 2 and scale["status"] == {"replicas": 2, "selector": "s=set"}, scale)
scale["spec"]["replicas"] = 4
claim("an update of the scale", kube.put(f"{apps}/replicasets/set/scale", scale)["spec"]["replicas"] == 4)
eventually("is carried out", lambda: kube.get(f"{apps}/replicasets/set")["status"].get("readyReplicas") == 4)
kube.patch(f"{apps}/replicasets/set/scale", {"spec": {"replicas": 1}})
eventually("and so is a patch of it", lambda: kube.get(f"{apps}/replicasets/set")["status"].get("replicas") == 1)
kube.delete(f"{apps}/replicasets", {"propagationPolicy": "Background"}, labelSelector="s=set")

# Deployments.
deployments = f"{apps}/deployments"
kube.post(f"{apps}/replicasets", dict(workload("before", {"pod": "d"}, replicas=1), metadata={"name": "before", "labels": {"pod": "d"}, "annotations": {"deployment.kubernetes.io/revision": "3546343826724305832"}}))
eventually("a set by itself", lambda: kube.get(f"{apps}/replicasets/before")["status"].get("readyReplicas") == 1)
kube.post(deployments, workload("d", {"pod": "d"}, {"containers": [container(image="registry.example/app:2")]}, replicas=1))
eventually("a deployment takes up the set that matches", lambda: controller(kube.get(f"{apps}/replicasets/before")) == "d")
eventually("and replaces its pods", lambda: kube.get(f"{apps}/replicasets/before")["status"].get("replicas", 0) == 0 and kube.get(f"{deployments}/d")["status"].get("updatedReplicas") == 1)
claim("its revision follows the one that was there", kube.get(f"{deployments}/d")["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3546343826724305833")
kube.patch(f"{deployments}/d", {"spec": {"revisionHistoryLimit": 0}})
eventually("old sets go when no history is wanted", lambda: kube.is_gone(f"{apps}/replicasets/before"))
kube.patch(f"{deployments}/d", {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}, "revisionHistoryLimit": 5}})
kube.patch(f"{deployments}/d", {"spec": {"template": {"spec": {"containers": [container(image="registry.example/app:3")]}}}})
eventually("made anew, all pods are of the new image", lambda: [p["spec"]["containers"][0]["image"] for p in pods("pod=d")] == ["registry.example/app:3"])
old = [s for s in kube.items(f"{apps}/replicasets", labelSelector="pod=d") if s["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":2")][0]
kube.patch(f"{deployments}/d", {"spec": {"template": {"spec": {"containers": [container(image="registry.example/app:2")]}}}})
eventually("rolled back, the old set is used again", lambda: kube.get(f"{apps}/replicasets/{old['metadata']['name']}")["status"].get("readyReplicas") == 1)
claim("as the newest revision", kube.get(f"{deployments}/d")["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3546343826724305835", kube.get(f"{deployments}/d")["metadata"])
eventually("a deployment says that it is available and done", lambda: condition(kube.get(f"{deployments}/d"), "Available") == condition(kube.get(f"{deployments}/d"), "Progressing") == "True")
kube.patch(f"{deployments}/d/status", {"status": {"conditions": [{"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": "Set"}]}})
kube.patch(f"{deployments}/d/scale", {"spec": {"replicas": 3}})
eventually("a deployment is scaled", lambda: kube.get(f"{deployments}/d")["status"].get("readyReplicas") == 3)
kube.delete(f"{deployments}/d", {"propagationPolicy": "Foreground"})
eventually("and goes with all it has", lambda: kube.is_gone(f"{deployments}/d") and not pods("pod=d"))

# StatefulSets.
sets = f"{apps}/statefulsets"
kube.post(f"{home}/services", {"metadata": {"name": "state"}, "spec": {"clusterIP": "None", "selector": {"st": "a"}, "ports": [{"port": 80, "name": "http"}]}})
for n in range(3):
    kube.post("/api/v1/persistentvolumes", {"metadata": {"name": f"workloads-{n}"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "by-hand", "capacity": {"storage": "1Gi"}, "hostPath": {"path": f"/tmp/{n}"}}})
claims = [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "by-hand", "resources": {"requests": {"storage": "1Mi"}}}}]
kube.post(sets, workload("state", {"st": "a"}, replicas=3, serviceName="state", volumeClaimTemplates=claims))
eventually("members come in order", lambda: kube.get(f"{sets}/state")["status"].get("readyReplicas") == 3)
members = sorted(pods("st=a"), key=lambda p: p["metadata"]["name"])
claim("with names that stay", [p["metadata"]["name"] for p in members] == ["state-0", "state-1", "state-2"] and [p["metadata"]["labels"]["apps.kubernetes.io/pod-index"] for p in members] == ["0", "1", "2"])
claim("each after the one before it", all(a["metadata"]["creationTimestamp"] <= b["metadata"]["creationTimestamp"] and int(a["metadata"]["resourceVersion"]) < int(b["metadata"]["resourceVersion"]) for a, b in zip(members, members[1:])))
claim("and a claim of its own", kube.names(f"{home}/persistentvolumeclaims") == ["data-state-0", "data-state-1", "data-state-2"] and members[0]["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"] == "data-state-0")
eventually("which is bound", lambda: {c["status"]["phase"] for c in kube.items(f"{home}/persistentvolumeclaims")} == {"Bound"})
first = kube.get(f"{sets}/state")["status"]["currentRevision"]
claim("the revision is kept", kube.get(f"{apps}/controllerrevisions/{first}")["revision"] == 1)
kube.patch(f"{sets}/state", {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 2}}, "template": {"spec": {"containers": [container(image="registry.example/app:2")]}}}})


def images():
    return {p["metadata"]["name"]: p["spec"]["containers"][0]["image"][-1] for p in pods("st=a")}


eventually("with a partition only those above it are new", lambda: images() == {"state-0": "1", "state-1": "1", "state-2": "2"} and kube.get(f"{sets}/state")["status"].get("readyReplicas") == 3, images)
kube.delete(f"{home}/pods/state-0", {"gracePeriodSeconds": 0})
eventually("one below that is deleted comes back as it was", lambda: images() == {"state-0": "1", "state-1": "1", "state-2": "2"}, images)
status = kube.get(f"{sets}/state")["status"]
claim("the status tells both revisions", status["currentRevision"] == first != status["updateRevision"] and status["updatedReplicas"] == 1, status)
kube.patch(f"{sets}/state", {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}})
eventually("without it all are new", lambda: set(images().values()) == {"2"}, images)
eventually("and the update is what there is", lambda: (lambda s: s["currentRevision"] == s["updateRevision"] != first)(kube.get(f"{sets}/state")["status"]))
kube.patch(f"{sets}/state", {"spec": {"template": {"spec": {"containers": [container()]}}}})
eventually("rolled back the first revision is the newest", lambda: kube.get(f"{sets}/state")["status"]["currentRevision"] == first and kube.get(f"{apps}/controllerrevisions/{first}")["revision"] == 3)
kube.patch(f"{sets}/state/scale", {"spec": {"replicas": 1}})
eventually("scaled down the highest go", lambda: list(images()) == ["state-0"])
claim("and their claims stay", len(kube.names(f"{home}/persistentvolumeclaims")) == 3)
kube.delete(f"{sets}/state", {"propagationPolicy": "Background"})
eventually("deleted it takes its pods along", lambda: not pods("st=a"))
kube.delete(f"{home}/persistentvolumeclaims/data-state-0")
eventually("a claim that nobody uses goes", lambda: kube.is_gone(f"{home}/persistentvolumeclaims/data-state-0"))
eventually("and its volume is released", lambda: sorted(v["status"]["phase"] for v in kube.items("/api/v1/persistentvolumes") if v["metadata"]["name"].startswith("workloads-")) == ["Bound", "Bound", "Released"])
kube.post(sets, workload("burst", {"st": "b"}, replicas=3, serviceName="state", podManagementPolicy="Parallel"))
eventually("in parallel all come at once", lambda: kube.get(f"{sets}/burst")["status"].get("readyReplicas") == 3)
kube.delete(f"{sets}/burst", {"propagationPolicy": "Foreground"})

# DaemonSets.
daemons = f"{apps}/daemonsets"
nodes = kube.names("/api/v1/nodes")
kube.post(daemons, workload("agent", {"ds": "a"}))
eventually("a daemon runs on each node", lambda: kube.get(f"{daemons}/agent")["status"].get("numberAvailable") == len(nodes))
victim = pods("ds=a")[0]
kube.patch(f"{home}/pods/{victim['metadata']['name']}/status", {"status": {"phase": "Failed"}})
eventually("one that fails is made anew", lambda: kube.is_gone(f"{home}/pods/{victim['metadata']['name']}") and kube.get(f"{daemons}/agent")["status"]["numberReady"] == len(nodes))
kube.patch(f"{daemons}/agent", {"spec": {"template": {"spec": {"containers": [container(image="registry.example/app:2")]}}}})
eventually("a new template replaces them node by node", lambda: {p["spec"]["containers"][0]["image"] for p in pods("ds=a")} == {"registry.example/app:2"} and kube.get(f"{daemons}/agent")["status"].get("updatedNumberScheduled") == len(nodes))
revisions = [r for r in kube.items(f"{apps}/controllerrevisions", labelSelector="ds=a")]
claim("each template is a revision", sorted(r["revision"] for r in revisions) == [1, 2] and all(controller(r) == "agent" for r in revisions))
newest = max(revisions, key=lambda r: r["revision"])
claim("that its pods name", {p["metadata"]["labels"]["controller-revision-hash"] for p in pods("ds=a")} == {newest["metadata"]["labels"]["controller-revision-hash"]})
kube.patch(f"{apps}/controllerrevisions/{newest['metadata']['name']}", {"metadata": {"labels": {"patched": "yes"}}})
claim("a revision is patched and found", kube.names(f"{apps}/controllerrevisions", labelSelector="patched=yes") == [newest["metadata"]["name"]])
kube.patch(f"{daemons}/agent", {"spec": {"template": {"spec": {"nodeSelector": {"daemon": "yes"}}}}})
eventually("where no node is meant none runs", lambda: not pods("ds=a") and kube.get(f"{daemons}/agent")["status"]["desiredNumberScheduled"] == 0)
kube.patch(f"/api/v1/nodes/{nodes[0]}", {"metadata": {"labels": {"daemon": "yes"}}})
eventually("and one where one is", lambda: [p["spec"]["nodeName"] for p in pods("ds=a")] == [nodes[0]])
kube.patch(f"/api/v1/nodes/{nodes[0]}", {"metadata": {"labels": {"daemon": None}}})
eventually("until it is no longer", lambda: not pods("ds=a"))
kube.delete(daemons, {"propagationPolicy": "Background"}, labelSelector="ds=a")

# Jobs.
jobs = f"{batch}/jobs"
work = {"template": {"spec": {"restartPolicy": "Never", "containers": [container()]}}}
kube.post(jobs, {"metadata": {"name": "indexed"}, "spec": dict(work, completions=4, parallelism=2, completionMode="Indexed")})
eventually("an indexed job completes", lambda: condition(kube.get(f"{jobs}/indexed"), "Complete") == "True")
done = kube.get(f"{jobs}/indexed")["status"]
workers = pods("job-name=indexed")
claim("each index once", done["completedIndexes"] == "0-3" and done["succeeded"] == 4 and sorted(p["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"] for p in workers) == list("0123"), done)
claim("each with a name of its own", {p["spec"]["hostname"] for p in workers} == {f"indexed-{n}" for n in range(4)})
kube.post(jobs, {"metadata": {"name": "suspended"}, "spec": dict(work, suspend=True)})
eventually("a suspended job says so", lambda: condition(kube.get(f"{jobs}/suspended"), "Suspended") == "True" and not pods("job-name=suspended"))
kube.patch(f"{jobs}/suspended", {"spec": {"suspend": False}})
eventually("and goes on when it may", lambda: condition(kube.get(f"{jobs}/suspended"), "Complete") == "True" and condition(kube.get(f"{jobs}/suspended"), "Suspended") == "False")
kube.post(jobs, {"metadata": {"name": "late"}, "spec": {"activeDeadlineSeconds": 1, "template": {"spec": {"restartPolicy": "Never", "schedulerName": "nobody", "containers": [container()]}}}})
eventually("a job beyond its time fails", lambda: condition(kube.get(f"{jobs}/late"), "Failed") == "True")
claim("and says why", [c["reason"] for c in kube.get(f"{jobs}/late")["status"]["conditions"] if c["type"] == "Failed"] == ["DeadlineExceeded"])
kube.post(jobs, {"metadata": {"name": "fails"}, "spec": {"backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never", "schedulerName": "nobody", "containers": [container()]}}}})
eventually("a job has its pod", lambda: len(pods("job-name=fails")) == 1)
kube.patch(f"{home}/pods/{pods('job-name=fails')[0]['metadata']['name']}/status", {"status": {"phase": "Failed"}})
eventually("a job that may not fail again has failed", lambda: [c["reason"] for c in kube.get(f"{jobs}/fails")["status"].get("conditions", []) if c["type"] == "Failed"] == ["BackoffLimitExceeded"])
kube.post(jobs, {"metadata": {"name": "keeper"}, "spec": {"parallelism": 2, "completions": 4, "template": {"spec": {"restartPolicy": "Never", "schedulerName": "nobody", "containers": [container()]}}}})
eventually("a job has as many pods as it may have at once", lambda: len(pods("job-name=keeper")) == 2)
taken = pods("job-name=keeper")[0]["metadata"]["name"]
kube.patch(f"{home}/pods/{taken}", {"metadata": {"ownerReferences": None}})
eventually("a job takes back a pod that has lost it", lambda: controller(kube.get(f"{home}/pods/{taken}")) == "keeper")
kube.patch(f"{home}/pods/{taken}", {"metadata": {"labels": dict.fromkeys(kube.get(f"{home}/pods/{taken}")["metadata"]["labels"])}})
eventually("and lets go of one that is no longer its own", lambda: controller(kube.get(f"{home}/pods/{taken}")) is None)
kube.delete(f"{jobs}/keeper", {"propagationPolicy": "Foreground"})
eventually("a job goes with its pods", lambda: kube.is_gone(f"{jobs}/keeper") and not pods("job-name=keeper"))
kube.delete(jobs, {"propagationPolicy": "Background"})
kube.delete(f"{home}/pods", {"gracePeriodSeconds": 0})

# Disruption budgets.
budgets = "/apis/policy/v1/namespaces/workloads/poddisruptionbudgets"
kube.post(f"{apps}/replicasets", workload("kept", {"b": "kept"}, replicas=3))
eventually("three pods are ready", lambda: kube.get(f"{apps}/replicasets/kept")["status"].get("readyReplicas") == 3)
kube.post(budgets, {"metadata": {"name": "least"}, "spec": {"minAvailable": 2, "selector": {"matchLabels": {"b": "kept"}}}})
eventually("a budget counts them", lambda: kube.get(f"{budgets}/least")["status"].get("disruptionsAllowed") == 1, lambda: kube.get(f"{budgets}/least")["status"])
status = kube.get(f"{budgets}/least")["status"]
claim("and says what it found", (status["currentHealthy"], status["desiredHealthy"], status["expectedPods"], status["observedGeneration"], condition({"status": status}, "DisruptionAllowed")) == (3, 2, 3, 1, "True"), status)


def evict(name):
    return kube.ask("POST", f"{home}/pods/{name}/eviction", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}})


kube.patch(f"{budgets}/least", {"spec": {"minAvailable": "100%"}})
eventually("a budget of all allows nothing", lambda: kube.get(f"{budgets}/least")["status"]["disruptionsAllowed"] == 0 and kube.get(f"{budgets}/least")["status"]["observedGeneration"] == 2)
refusal = evict(pods("b=kept")[0]["metadata"]["name"])
claim("and an eviction is put off", refusal.status == 429 and refusal.json["details"]["causes"][0]["reason"] == "DisruptionBudget", refusal.json)
kube.patch(f"{budgets}/least", {"spec": {"minAvailable": None, "maxUnavailable": 1}})
eventually("one that allows one", lambda: kube.get(f"{budgets}/least")["status"]["disruptionsAllowed"] == 1 and kube.get(f"{budgets}/least")["status"]["observedGeneration"] == 3)
victim = pods("b=kept")[0]["metadata"]["name"]
claim("lets one go", evict(victim).status == 201)
eventually("and another is made", lambda: kube.is_gone(f"{home}/pods/{victim}") and kube.get(f"{apps}/replicasets/kept")["status"].get("readyReplicas") == 3)
kube.delete(budgets)

# Endpoints.
slices = "/apis/discovery.k8s.io/v1/namespaces/workloads/endpointslices"
kube.post(f"{home}/services", {"metadata": {"name": "kept", "labels": {"l": "v"}}, "spec": {"selector": {"b": "kept"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}})


def addresses(name="kept"):
    found = kube.items(slices, labelSelector=f"kubernetes.io/service-name={name}")
    return sorted(a for s in found for e in s.get("endpoints") or [] if e["conditions"].get("ready") for a in e["addresses"])


eventually("a service has the addresses of its pods", lambda: addresses() == sorted(p["status"]["podIP"] for p in pods("b=kept")), addresses)
found = kube.get(f"{home}/endpoints/kept")
claim("also as endpoints", sorted(a["ip"] for s in found["subsets"] for a in s["addresses"]) == addresses() and found["subsets"][0]["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}], found)
slice_ = kube.items(slices, labelSelector="kubernetes.io/service-name=kept")[0]
claim("a slice is its service's", controller(slice_) == "kept" and slice_["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] == "endpointslice-controller.k8s.io" and slice_["endpoints"][0]["targetRef"]["kind"] == "Pod")
kube.patch(f"{apps}/replicasets/kept/scale", {"spec": {"replicas": 0}})
eventually("no pods, no addresses", lambda: addresses() == [] and not kube.get(f"{home}/endpoints/kept").get("subsets"))
kube.delete(f"{home}/services/kept")
eventually("the service takes both along", lambda: kube.is_gone(f"{home}/endpoints/kept") and not kube.items(slices, labelSelector="kubernetes.io/service-name=kept"))
kube.post(f"{home}/services", {"metadata": {"name": "custom"}, "spec": {"ports": [{"name": "example", "port": 80}]}})
kube.post(f"{home}/endpoints", {"metadata": {"name": "custom"}, "subsets": [{"addresses": [{"ip": "10.1.2.3"}], "ports": [{"name": "example", "port": 80}]}]})
eventually("endpoints by hand are mirrored", lambda: addresses("custom") == ["10.1.2.3"])
kube.put(f"{home}/endpoints/custom", dict(kube.get(f"{home}/endpoints/custom"), subsets=[{"addresses": [{"ip": "10.2.3.4"}], "ports": [{"name": "example", "port": 80}]}]))
eventually("when they change", lambda: addresses("custom") == ["10.2.3.4"])
kube.delete(f"{home}/endpoints/custom")
eventually("and when they go", lambda: not kube.items(slices, labelSelector="kubernetes.io/service-name=custom"))

# A volume and a claim by hand.
kube.post("/api/v1/persistentvolumes", {"metadata": {"name": "by-hand", "labels": {"e2e": "pv"}}, "spec": {"accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Retain", "storageClassName": "lonely", "capacity": {"storage": "1Gi"}, "hostPath": {"path": "/tmp/x"}}})
eventually("a volume is available", lambda: kube.get("/api/v1/persistentvolumes/by-hand")["status"]["phase"] == "Available")
kube.post(f"{home}/persistentvolumeclaims", {"metadata": {"name": "by-hand"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "lonely", "resources": {"requests": {"storage": "1Gi"}}}})
eventually("a claim that it fits is bound to it", lambda: kube.get(f"{home}/persistentvolumeclaims/by-hand")["spec"].get("volumeName") == "by-hand")
volume = kube.get("/api/v1/persistentvolumes/by-hand")
claim("both ways", volume["status"]["phase"] == "Bound" and volume["spec"]["claimRef"]["name"] == "by-hand" and volume["metadata"]["finalizers"] == ["kubernetes.io/pv-protection"])
kube.post(f"{home}/pods", pod("user", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "by-hand"}}], containers=[container(volumeMounts=[{"name": "v", "mountPath": "/v"}])]))
kube.delete(f"{home}/persistentvolumeclaims/by-hand")
claim("a claim in use waits", kube.get(f"{home}/persistentvolumeclaims/by-hand")["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"])
kube.delete(f"{home}/pods/user", {"gracePeriodSeconds": 0})
eventually("until its pod is gone", lambda: kube.is_gone(f"{home}/persistentvolumeclaims/by-hand"))
eventually("then the volume is released", lambda: kube.get("/api/v1/persistentvolumes/by-hand")["status"]["phase"] == "Released")
kube.delete("/api/v1/persistentvolumes/by-hand")
eventually("and may go", lambda: kube.is_gone("/api/v1/persistentvolumes/by-hand"))
