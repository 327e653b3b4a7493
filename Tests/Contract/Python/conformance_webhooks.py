"""Admission webhooks: the `AdmissionWebhook` specs of Kubernetes' conformance, against a stand-in for the webhook that they deploy."""
from conformance import *
from webhook_stand_in import Authority, StandIn, patch

kube = Kube()
home = kube.namespace("webhooks", watched="yes")
kube.namespace("exempted", skip="yes")
maps = f"{home}/configmaps"
admission = "/apis/admissionregistration.k8s.io/v1"
validating, mutating = f"{admission}/validatingwebhookconfigurations", f"{admission}/mutatingwebhookconfigurations"
crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def judge(request):
    data = ((request.get("object") or request.get("oldObject") or {}).get("data")) or {}
    if data.get("webhook-e2e-test") == "webhook-disallow":
        return {"allowed": False, "status": {"reason": "the configmap contains unwanted key and value"}}
    return {"allowed": True, "warnings": ["looked at"]}


def refuse(request):
    return {"allowed": False, "status": {"message": "this webhook denies all requests", "code": 403}}


def hang(request):
    server.released.wait(30)
    return {"allowed": True}


def stage(number, needs):
    def hook(request):
        data = request["object"].get("data") or {}
        if data.get(needs) != "yes" or f"mutation-stage-{number}" in data:
            return {"allowed": True}
        return patch({"op": "add", "path": f"/data/mutation-stage-{number}", "value": "yes"})
    return hook


def add_container(request):
    return patch({"op": "add", "path": "/spec/initContainers", "value": [{"name": "added", "image": "registry.example/init:1", "resources": {}}]})


authority = Authority("IP:127.0.0.1", "DNS:hook.webhooks.svc")
server = StandIn(authority, judge=judge, refuse=refuse, hang=hang, broken=lambda _: 500, first=stage(1, "mutation-start"), second=stage(2, "mutation-stage-1"), pods=add_container, allow=lambda _: {"allowed": True})


def webhook(path, resources=("configmaps",), operations=("CREATE", "UPDATE"), groups=("",), bundle=None, name=None, **more):
    return {"name": f"{name or path}.example.com", "clientConfig": {"url": f"https://127.0.0.1:{server.port}/{path}", "caBundle": bundle or authority.bundle()}, "admissionReviewVersions": ["v1", "v1beta1"], "sideEffects": "None", "timeoutSeconds": 10,
            "rules": [{"apiGroups": list(groups), "apiVersions": ["*"], "resources": list(resources), "operations": list(operations)}], "namespaceSelector": {"matchLabels": {"watched": "yes"}}, **more}


def configure(kind, name, *hooks):
    return kube.post(kind, {"metadata": {"name": name, "labels": {"set": "e2e"}}, "webhooks": list(hooks)})


def config_map(name, data=None, **labels):
    return {"metadata": {"name": name, "labels": labels}, "data": data or {}}


unwanted = {"webhook-e2e-test": "webhook-disallow"}

# Refusals.
made = configure(validating, "deny", webhook("judge"), webhook("broken", name="open", failurePolicy="Ignore"))
claim("a configuration has a generation and its defaults", made["metadata"]["generation"] == 1 and made["webhooks"][0]["failurePolicy"] == "Fail" and made["webhooks"][0]["matchPolicy"] == "Equivalent")
refusal = kube.ask("POST", maps, config_map("disallowed", unwanted))
claim("a webhook refuses", refusal.status == 403 and refusal.json["message"] == 'configmaps "disallowed" is forbidden: admission webhook "judge.example.com" denied the request: the configmap contains unwanted key and value', refusal.json)
allowed = kube.ask("POST", maps, config_map("allowed", {"admit": "this"}))
claim("and lets pass, with its warnings; one that fails open does not matter", allowed.status == 201 and "looked at" in allowed.headers.get("Warning", ""), allowed.json)
claim("it is asked of updates by PUT", kube.ask("PUT", f"{maps}/allowed", config_map("allowed", unwanted)).status == 403)
claim("and by PATCH", kube.ask("PATCH", f"{maps}/allowed", {"data": unwanted}, kind=MERGE).status == 403)
claim("not of namespaces that are not meant", kube.ask("POST", "/api/v1/namespaces/exempted/configmaps", config_map("disallowed", unwanted)).status == 201)
name, request = next(s for s in server.seen if s[0] == "judge")
claim("the review says what is done", request["operation"] == "CREATE" and request["namespace"] == "webhooks" and request["name"] == "disallowed" and request["oldObject"] is None and request["object"]["data"] == unwanted and request["dryRun"] is False, request)
claim("to what, and by whom", request["kind"] == {"group": "", "version": "v1", "kind": "ConfigMap"} and request["requestResource"] == {"group": "", "version": "v1", "resource": "configmaps"} and request["userInfo"]["username"] and "system:masters" in request["userInfo"]["groups"], request)
kube.ask("POST", maps, config_map("dry", {"a": "b"}), dryRun="All")
claim("dry runs are told", server.seen[-1][1]["dryRun"] is True or server.seen[-2][1]["dryRun"] is True)
kube.patch(f"{validating}/deny", {"webhooks": [webhook("judge", operations=["CREATE"])]})
claim("rules are changed", kube.ask("PATCH", f"{maps}/allowed", {"data": unwanted}, kind=MERGE).status == 200)
kube.patch(f"{validating}/deny", {"webhooks": [webhook("judge", operations=["DELETE"])]})
refusal = kube.ask("DELETE", f"{maps}/allowed")
claim("deletions are judged", refusal.status == 403, refusal.json)
kube.delete(f"{validating}/deny")
claim("without the configuration nothing is asked", kube.ask("DELETE", f"{maps}/allowed").status == 200)

# Custom resources.
kube.post(crds, {"metadata": {"name": "things.w.example.com"}, "spec": {"group": "w.example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing", "singular": "thing", "listKind": "ThingList"},
                                                                        "versions": [{"name": v, "served": True, "storage": v == "v1", "schema": {"openAPIV3Schema": {"type": "object", "properties": {"data": {"type": "object", "additionalProperties": {"type": "string"}}}}}} for v in ("v1", "v2")]}})
eventually("things are established", lambda: condition(kube.get(f"{crds}/things.w.example.com"), "Established") == "True")
things = "/apis/w.example.com/v1/namespaces/webhooks/things"
thing = lambda name, data, version="v1": {"apiVersion": f"w.example.com/{version}", "kind": "Thing", "metadata": {"name": name}, "data": data}
configure(validating, "things", webhook("judge", resources=["things"], groups=["w.example.com"]))
claim("custom resources are refused", kube.ask("POST", things, thing("t", unwanted)).status == 403)
kube.delete(f"{validating}/things")
configure(mutating, "things", webhook("first", resources=["things"], groups=["w.example.com"], rules=[{"apiGroups": ["w.example.com"], "apiVersions": ["v1"], "resources": ["things"], "operations": ["CREATE"]}]), webhook("second", resources=["things"], groups=["w.example.com"]))
claim("and changed", kube.post(things, thing("t", {"mutation-start": "yes"}))["data"] == {"mutation-start": "yes", "mutation-stage-1": "yes", "mutation-stage-2": "yes"})
other = kube.post(things.replace("/v1/", "/v2/"), thing("u", {"mutation-start": "yes"}, "v2"))
claim("a rule for one version takes the others", other["data"]["mutation-stage-1"] == "yes" and other["apiVersion"] == "w.example.com/v2", other)
kube.delete(f"{mutating}/things")
kube.delete(f"{crds}/things.w.example.com")

# Changes.
configure(mutating, "maps", webhook("first"), webhook("second"))
claim("webhooks change one after the other", kube.post(maps, config_map("mutated", {"mutation-start": "yes"}))["data"] == {"mutation-start": "yes", "mutation-stage-1": "yes", "mutation-stage-2": "yes"})
kube.put(f"{mutating}/maps", {"metadata": {"name": "maps", "labels": {"set": "e2e"}}, "webhooks": [webhook("second", reinvocationPolicy="IfNeeded"), webhook("first")]})
claim("one that asks for it sees what others made", kube.post(maps, config_map("again", {"mutation-start": "yes"}))["data"] == {"mutation-start": "yes", "mutation-stage-1": "yes", "mutation-stage-2": "yes"})
claim("and sees it once more only", [s[0] for s in server.seen[-3:]] == ["second", "first", "second"], [s[0] for s in server.seen[-4:]])
kube.delete(mutating, labelSelector="set=e2e")
claim("collections of configurations go", kube.names(mutating) == [])
claim("and nothing is changed any more", kube.post(maps, config_map("plain", {"mutation-start": "yes"}))["data"] == {"mutation-start": "yes"})
configure(mutating, "pods", webhook("pods", resources=["pods"], operations=["CREATE"]))
made = kube.post(f"{home}/pods", pod("changed"))
claim("defaults come after changes", made["spec"]["initContainers"][0]["name"] == "added" and made["spec"]["initContainers"][0]["terminationMessagePolicy"] == "File", made["spec"])
kube.delete(f"{mutating}/pods")

# Failures.
configure(validating, "closed", webhook("broken"))
refusal = kube.ask("POST", maps, config_map("closed"))
claim("one that fails closed refuses all", refusal.status == 500 and refusal.json["message"] == 'Internal error occurred: failed calling webhook "broken.example.com": failed to call webhook: an error on the server ("broken") has prevented the request from succeeding', refusal.json)
kube.delete(f"{validating}/closed")
configure(validating, "stranger", webhook("allow", bundle=Authority("IP:127.0.0.1").bundle()))
refusal = kube.ask("POST", maps, config_map("stranger"))
claim("a webhook that nobody vouches for is not believed", refusal.status == 500 and "certificate" in refusal.json["message"].lower(), refusal.json)
kube.delete(f"{validating}/stranger")
configure(validating, "slow", webhook("hang", timeoutSeconds=1))
began = time.monotonic()
refusal = kube.ask("POST", maps, config_map("slow"))
claim("a webhook has its time", refusal.status == 500 and "/hang?timeout=1s" in refusal.json["message"] and refusal.json["message"].endswith("context deadline exceeded"), refusal.json)
claim("and no more", time.monotonic() - began < 10)
kube.patch(f"{validating}/slow", {"webhooks": [webhook("hang", timeoutSeconds=1, failurePolicy="Ignore")]})
claim("one that is late and fails open does not matter", kube.ask("POST", maps, config_map("slow")).status == 201)
kube.delete(f"{validating}/slow")

# Selections.
configure(validating, "conditions", webhook("refuse", matchConditions=[{"name": "not-spared", "expression": "object.metadata.name != 'spared'"}, {"name": "not-labelled", "expression": "!has(object.metadata.labels) || !('spared' in object.metadata.labels)"}]))
claim("conditions spare", kube.ask("POST", maps, config_map("spared")).status == 201 and kube.ask("POST", maps, config_map("other", spared="yes")).status == 201)
claim("and only spare", kube.ask("POST", maps, config_map("third")).status == 403)
kube.delete(f"{validating}/conditions")
refusal = kube.ask("POST", validating, {"metadata": {"name": "wrong"}, "webhooks": [webhook("refuse", matchConditions=[{"name": "bad", "expression": "object.metadata.name !="}])]})
claim("a condition that cannot be read is refused", refusal.status == 422 and "webhooks[0].matchConditions[0].expression" in refusal.json["message"] and "compilation failed" in refusal.json["message"], refusal.json)
for kind in (validating, mutating):
    configure(kind, "greedy", webhook("refuse", groups=["*"], resources=["*/*"], operations=["*"], namespaceSelector={}))
    made = configure(kind, "victim", webhook("refuse", resources=["nothing"]))
    claim("configurations are beyond webhooks", "labels" in made["metadata"] and kube.ask("DELETE", f"{kind}/victim").status == 200)
    claim("and can be taken away", kube.ask("DELETE", f"{kind}/greedy").status == 200)

# By way of a Service.
service = webhook("refuse", name="service")
service["clientConfig"] = {"service": {"namespace": "webhooks", "name": "hook", "path": "/refuse", "port": server.port}, "caBundle": authority.bundle()}
configure(validating, "service", service)
refusal = kube.ask("POST", maps, config_map("by-service"))
claim("a Service that is not there is told", refusal.status == 500 and 'service "hook" not found' in refusal.json["message"], refusal.json)
kube.post(f"{home}/services", {"metadata": {"name": "hook"}, "spec": {"type": "ExternalName", "externalName": "localhost"}})
refusal = kube.ask("POST", maps, config_map("by-service"))
claim("one that is there leads to its webhook, by its name", refusal.status == 403 and "this webhook denies all requests" in refusal.json["message"], refusal.json)
kube.delete(validating)
server.close()
