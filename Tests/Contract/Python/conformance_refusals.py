"""Policies of jobs, names of definitions, addresses of services, what may be granted, and the words of refusals and warnings."""
from conformance import *

kube = Kube()
name = "policies"
home = kube.namespace(name)
jobs = f"/apis/batch/v1/namespaces/{name}/jobs"
rights = "/apis/rbac.authorization.k8s.io/v1"


# Jobs: nobody runs these pods but the group itself.
def job(job_name, **spec):
    template = {"spec": {"restartPolicy": "Never", "schedulerName": "nobody", "containers": [container()]}}
    return kube.post(jobs, {"metadata": {"name": job_name}, "spec": {"template": template, **spec}})


def pods(job_name):
    return kube.items(f"{home}/pods", labelSelector=f"job-name={job_name}")


def index(pod):
    return pod["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"]


def end(pod, phase, code=0, conditions=()):
    ended = {"name": pod["spec"]["containers"][0]["name"], "image": "i", "imageID": "", "ready": False, "restartCount": 0, "state": {"terminated": {"exitCode": code}}}
    kube.patch(f"{home}/pods/{pod['metadata']['name']}/status", {"status": {"phase": phase, "conditions": list(conditions), "containerStatuses": [ended]}})


def verdict(job_name):
    """Reasons of the conditions that hold, by their types."""
    return {c["type"]: c["reason"] for c in kube.get(f"{jobs}/{job_name}")["status"].get("conditions", []) if c["status"] == "True"}


policy = {"rules": [
    {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}},
    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]},
]}
job("given-up", podFailurePolicy=policy, backoffLimit=3)
eventually("a job with a policy has its pod", lambda: len(pods("given-up")) == 1)
end(pods("given-up")[0], "Failed", 42)
eventually("an exit code that its policy names ends a job", lambda: verdict("given-up") == {"FailureTarget": "PodFailurePolicy", "Failed": "PodFailurePolicy"})

made = job("disturbed", podFailurePolicy=policy, backoffLimit=0)
claim("a condition of a policy holds unless it says otherwise", made["spec"]["podFailurePolicy"]["rules"][1]["onPodConditions"][0]["status"] == "True", made)
eventually("the job has its pod", lambda: len(pods("disturbed")) == 1)
end(pods("disturbed")[0], "Failed", 1, [{"type": "DisruptionTarget", "status": "True"}])
eventually("a pod that was disturbed is replaced and does not count", lambda: len(pods("disturbed")) == 2 and not verdict("disturbed"))

job("by-index", completionMode="Indexed", completions=3, parallelism=3, backoffLimitPerIndex=0)
eventually("an indexed job has a pod of each index", lambda: sorted(map(index, pods("by-index"))) == ["0", "1", "2"])
for worker in pods("by-index"):
    end(worker, *(("Failed", 1) if index(worker) == "1" else ("Succeeded", 0)))
eventually("a failed index fails its job when the others are done", lambda: verdict("by-index").get("Failed") == "FailedIndexes")
status = kube.get(f"{jobs}/by-index")["status"]
claim("the job tells which were done and which failed", status["completedIndexes"] == "0,2" and status["failedIndexes"] == "1", status)

job("led", completionMode="Indexed", completions=3, parallelism=3, successPolicy={"rules": [{"succeededIndexes": "0"}]})
eventually("a job with a policy of success has its pods", lambda: len(pods("led")) == 3)
end(next(pod for pod in pods("led") if index(pod) == "0"), "Succeeded")
eventually("it is complete when its policy says so", lambda: verdict("led") == {"SuccessCriteriaMet": "SuccessPolicy", "Complete": "SuccessPolicy"})
eventually("and takes the rest of its pods away", lambda: [index(pod) for pod in pods("led")] == ["0"])

refusal = kube.ask("POST", jobs, {"metadata": {"name": "wrong"}, "spec": {"successPolicy": {"rules": []}, "template": {"spec": {"restartPolicy": "OnFailure", "containers": [container()]}}, "podFailurePolicy": {"rules": []}}})
claim("policies have their conditions", refusal.status == 422 and {"spec.template.spec.restartPolicy", "spec.successPolicy"} <= {c["field"] for c in refusal.json["details"]["causes"]}, refusal.json)

# Addresses.
addresses = "/apis/networking.k8s.io/v1/ipaddresses"
service = kube.post(f"{home}/services", {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}})
address = service["spec"]["clusterIP"]
held = kube.get(f"{addresses}/{address}")
claim("an address of a service is an object", held["spec"]["parentRef"] == {"resource": "services", "namespace": name, "name": "s"}, held)
claim("which says who manages it", held["metadata"]["labels"] == {"ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"}, held)
refusal = kube.ask("PATCH", f"{home}/services/s", {"spec": {"clusterIP": "10.96.0.77"}}, kind=MERGE)
claim("a service keeps its address", refusal.status == 422 and [c["field"] for c in refusal.json["details"]["causes"]] == ["spec.clusterIPs[0]"], refusal.json)
kube.delete(f"{home}/services/s")
claim("the address goes with its service", kube.is_gone(f"{addresses}/{address}"))

# Definitions: a name belongs to one of them.
definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def definition(plural, stored="v1"):
    names = {"plural": plural, "singular": plural[:-1], "kind": "Widget", "listKind": f"{plural.title()}List"}
    schema = {"openAPIV3Schema": {"type": "object"}}
    versions = [{"name": v, "served": True, "storage": v == stored, "schema": schema} for v in ("v1", "v2")]
    return {"metadata": {"name": f"{plural}.policies.example.com"}, "spec": {"group": "policies.example.com", "scope": "Namespaced", "names": names, "versions": versions}}


def conditions(plural):
    return {c["type"]: (c["status"], c["reason"]) for c in kube.get(f"{definitions}/{plural}.policies.example.com")["status"].get("conditions", [])}


kube.post(definitions, definition("firsts"))
eventually("a definition has its names", lambda: conditions("firsts").get("Established") == ("True", "InitialNamesAccepted"))
kube.post(definitions, definition("seconds"))
eventually("a kind that is taken is refused", lambda: conditions("seconds") == {"NamesAccepted": ("False", "KindConflict"), "Established": ("False", "NotAccepted")})
claim("what is not established is not served", kube.ask("GET", "/apis/policies.example.com/v1/seconds").status == 404)
kube.patch(f"{definitions}/firsts.policies.example.com", {"spec": definition("firsts", "v2")["spec"]})
claim("every version that was ever stored is remembered", kube.get(f"{definitions}/firsts.policies.example.com")["status"]["storedVersions"] == ["v1", "v2"])
kube.delete(f"{definitions}/firsts.policies.example.com")
eventually("a name that is free again goes to who waits for it", lambda: conditions("seconds").get("Established") == ("True", "InitialNamesAccepted"))
kube.delete(f"{definitions}/seconds.policies.example.com")

# Grants.
rule = {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": ["create", "update", "get"]}
subject = [{"kind": "ServiceAccount", "name": "default", "namespace": name}]
roles, bindings = f"{rights}/namespaces/{name}/roles", f"{rights}/namespaces/{name}/rolebindings"
kube.post(roles, {"metadata": {"name": "granter"}, "rules": [rule]})
kube.post(bindings, {"metadata": {"name": "granter"}, "subjects": subject, "roleRef": {"kind": "Role", "name": "granter", "apiGroup": "rbac.authorization.k8s.io"}})
granter = Kube(token=kube.post(f"{home}/serviceaccounts/default/token", {"spec": {}})["status"]["token"])
readers = {"metadata": {"name": "readers"}, "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]}
refusal = granter.ask("POST", roles, readers)
claim("nobody makes a role of more than they hold", refusal.status == 403 and '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}' in refusal.json["message"], refusal.json)
claim("what they hold they may give", granter.ask("POST", roles, {"metadata": {"name": "same"}, "rules": [rule]}).status == 201)
kube.post(roles, readers)
binding = {"metadata": {"name": "readers"}, "subjects": subject, "roleRef": {"kind": "Role", "name": "readers", "apiGroup": "rbac.authorization.k8s.io"}}
claim("nor do they bind themselves to one", granter.ask("POST", bindings, binding).status == 403)
kube.patch(f"{roles}/granter", {"rules": [rule, {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "resourceNames": ["readers"], "verbs": ["bind"]}]})
claim("unless they may bind it", granter.ask("POST", bindings, binding).status == 201)
kube.patch(f"{roles}/granter", {"rules": [rule, {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["escalate"]}]})
claim("or may escalate", granter.ask("POST", roles, {"metadata": {"name": "more"}, "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["delete"]}]}).status == 201)

clusterroles = f"{rights}/clusterroles"
for part, verb in (("one", "get"), ("two", "list")):
    kube.post(clusterroles, {"metadata": {"name": f"part-{part}", "labels": {"part-of": "whole"}}, "rules": [{"apiGroups": ["example.com"], "resources": ["things"], "verbs": [verb]}]})
kube.post(clusterroles, {"metadata": {"name": "whole"}, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"part-of": "whole"}}]}, "rules": []})
eventually("a role is put together of others", lambda: [r["verbs"] for r in kube.get(f"{clusterroles}/whole")["rules"] or []] == [["get"], ["list"]])
kube.delete(f"{clusterroles}/part-one")
eventually("and follows them", lambda: [r["verbs"] for r in kube.get(f"{clusterroles}/whole")["rules"] or []] == [["list"]])


# Warnings: said, and the object is made all the same.
def warnings(answer):
    return [line.split(" - ", 1)[1].strip('"').replace('\\"', '"') for line in answer.headers.getlist("Warning")]


twice = kube.ask("POST", f"{home}/pods", pod("twice", schedulerName="nobody", containers=[container(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}])]))
claim("a variable that is given twice is warned of", twice.status == 201 and any('spec.containers[0].env[1]: hides previous definition of "A"' in w for w in warnings(twice)), warnings(twice))
old = kube.ask("POST", f"{home}/endpoints", {"metadata": {"name": "old"}})
claim("so is a kind that is going away", old.status == 201 and any("v1 Endpoints is deprecated in v1.33+" in w for w in warnings(old)), warnings(old))


# Refusals: each at its place, in its order.
def places(path, body):
    answer = kube.ask("POST", path, body)
    assert answer.status == 422, answer.json
    return [cause["field"] for cause in answer.json["details"]["causes"]]


wrong = pod("wrong", restartPolicy="Sometimes", dnsPolicy="Never", containers=[container(ports=[{"containerPort": 0}], resources={"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}, imagePullPolicy="Now")])
fields = places(f"{home}/pods", wrong)
claim("all that is wrong with a pod is told together", fields == [
    "spec.containers[0].ports[0].containerPort", "spec.containers[0].imagePullPolicy", "spec.containers[0].resources.requests", "spec.restartPolicy", "spec.dnsPolicy"], fields)
fields = places(f"{home}/configmaps", {"metadata": {"name": "Wrong_", "labels": {"-a": "b"}, "annotations": {"a b": "c"}, "finalizers": ["nameless"]}})
claim("so is what is wrong with metadata", fields == ["metadata.name", "metadata.labels", "metadata.annotations", "metadata.finalizers[0]"], fields)
kube.post(f"/apis/apps/v1/namespaces/{name}/deployments", workload("d", {"a": "b"}, replicas=0))
refusal = kube.ask("PATCH", f"/apis/apps/v1/namespaces/{name}/deployments/d/status", {"status": {"replicas": 1, "readyReplicas": 2, "availableReplicas": -1}}, kind=MERGE)
claim("and with a status", refusal.status == 422 and [c["field"] for c in refusal.json["details"]["causes"]] == ["status.availableReplicas", "status.readyReplicas"], refusal.json)

# Field selectors of kinds that have their own.
claim("events can be selected by what they are about", kube.items(f"/apis/events.k8s.io/v1/namespaces/{name}/events", fieldSelector="regarding.kind=Nothing") == [])
claim("requests of certificates by who signs", kube.items("/apis/certificates.k8s.io/v1/certificatesigningrequests", fieldSelector="spec.signerName=example.com/none") == [])
claim("jobs by no field that is not theirs", 'field label "status.failed" not supported for batchv1.Job' in kube.ask("GET", jobs, fieldSelector="status.failed=1").json["message"])

# One class of priority for pods that name none.
classes = "/apis/scheduling.k8s.io/v1/priorityclasses"
kube.post(classes, {"metadata": {"name": "usual"}, "value": 1, "globalDefault": True})
refusal = kube.ask("POST", classes, {"metadata": {"name": "second"}, "value": 2, "globalDefault": True})
claim("one class of priority is the usual one", refusal.status == 403 and "PriorityClass usual is already marked as default" in refusal.json["message"], refusal.json)
kube.delete(f"{classes}/usual")
