"""Reading and writing in general: the `Watchers`, `Servers with support for API chunking / Table transformation`, `FieldValidation`, `Events`, `ServiceAccounts`,
`server version`, health and node specs of Kubernetes' conformance."""
from conformance import *

kube = Kube()
home = kube.namespace("machinery")
maps = f"{home}/configmaps"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def mapped(name, **labels):
    return {"metadata": {"name": name, "labels": labels}, "data": {}}


def types(events):
    return [(e["type"], e["object"]["metadata"]["name"]) for e in events if e["type"] != "BOOKMARK"]


# Watches.
start = kube.get(maps)["metadata"]["resourceVersion"]
kube.post(maps, mapped("a", watch="a"))
for n in (1, 2):
    kube.patch(f"{maps}/a", {"data": {"mutation": str(n)}})
kube.delete(f"{maps}/a")
kube.post(maps, mapped("b", watch="b"))
kube.delete(f"{maps}/b")
seen = kube.watch(maps, start, lambda e: e["type"] == "DELETED", labelSelector="watch=a")
claim("a watch by label sees what has it", types(seen) == [("ADDED", "a"), ("MODIFIED", "a"), ("MODIFIED", "a"), ("DELETED", "a")], types(seen))
claim("and no other", types(kube.watch(maps, start, lambda e: e["type"] == "DELETED", labelSelector="watch in (b)")) == [("ADDED", "b"), ("DELETED", "b")])
both = kube.watch(maps, start, lambda e: e["type"] == "DELETED" and e["object"]["metadata"]["name"] == "b", labelSelector="watch in (a,b)")
claim("a watch of both sees both", len(types(both)) == 6)
middle = seen[1]["object"]["metadata"]["resourceVersion"]
claim("a watch can start from any version", types(kube.watch(maps, middle, lambda e: e["type"] == "DELETED", labelSelector="watch=a")) == [("MODIFIED", "a"), ("DELETED", "a")])
kube.post(maps, mapped("c", watch="c"))
since = kube.get(maps)["metadata"]["resourceVersion"]
kube.patch(f"{maps}/c", {"metadata": {"labels": {"watch": "changed"}}})
kube.patch(f"{maps}/c", {"data": {"mutation": "1"}})
kube.patch(f"{maps}/c", {"metadata": {"labels": {"watch": "c"}}})
kube.delete(f"{maps}/c")
events = kube.watch(maps, since, lambda e: types([e]) == [("DELETED", "c")] and e["object"].get("data"), labelSelector="watch=c")
claim("an object that leaves a selector is deleted for it, and added when it returns", [t for t, _ in types(events)] == ["DELETED", "ADDED", "DELETED"], types(events))
orders, threads = [None] * 5, []


def follow(n, version):
    orders[n] = [e["object"]["metadata"]["resourceVersion"] for e in kube.watch(maps, version, lambda e: e["object"]["metadata"]["name"] == "last", labelSelector="order=yes")]


version = kube.get(maps)["metadata"]["resourceVersion"]
threads = [threading.Thread(target=follow, args=(n, version)) for n in range(5)]
for thread in threads:
    thread.start()
for n in range(20):
    kube.post(maps, mapped(f"m{n}", order="yes"))
kube.post(maps, mapped("last", order="yes"))
for thread in threads:
    thread.join(WAIT_SECONDS)
claim("all watchers see one order", orders[0] and len(orders[0]) == 21 and all(o == orders[0] for o in orders), orders)
initial = kube.watch(maps, "", lambda e: e["type"] == "BOOKMARK", sendInitialEvents="true", allowWatchBookmarks="true", resourceVersionMatch="NotOlderThan", labelSelector="order=yes")
claim("a list can be streamed", initial[-1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"} and len(initial) == 22)

# Chunks.
templates = f"{home}/podtemplates"
for n in range(40):
    kube.post(templates, {"metadata": {"name": f"template-{n:04}"}, "template": {"spec": {"containers": [container()]}}})
names, token, pages = [], None, 0
while token is None or token:
    page = kube.get(templates, limit=17, **({"continue": token} if token else {}))
    names += [i["metadata"]["name"] for i in page["items"]]
    token, pages = page["metadata"].get("continue", ""), pages + 1
    assert not token or page["metadata"]["remainingItemCount"] == 40 - len(names)
claim("a list comes in pages", names == [f"template-{n:04}" for n in range(40)] and pages == 3)
claim("and not, when no limit is set", len(kube.names(templates)) == 40)

# Tables.
kube.post(f"{home}/pods", pod("table"))
table = kube.must("GET", f"{home}/pods/table", accept=TABLE)
claim("a pod is a row", table["kind"] == "Table" and table["columnDefinitions"][0]["name"] == "Name" and table["rows"][0]["cells"][0] == "table" and len(table["rows"]) == 1)
table = kube.must("GET", templates, accept=TABLE, limit=2)
claim("a page of a table", len(table["rows"]) == 2 and table["metadata"]["continue"] and table["rows"][0]["object"]["kind"] == "PartialObjectMetadata", table["metadata"])
claim("what has no table is not acceptable", kube.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {"spec": {"nonResourceAttributes": {"verb": "get", "path": "/"}}}, accept=TABLE).status == 406)

# Field validation.
deployments = "/apis/apps/v1/namespaces/machinery/deployments"
doubled = '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"fields"},"spec":{"unknown1":"v","replicas":1,"replicas":2,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","unknownNested":true}]}}}}'
refusal = kube.ask("POST", deployments, doubled, fieldValidation="Strict")
claim("strictly, unknown and doubled fields are refused", refusal.status == 400 and all(w in refusal.json["message"] for w in ('unknown field "spec.unknown1"', 'duplicate field "spec.replicas"', 'unknown field "spec.template.spec.containers[0].unknownNested"')), refusal.json)
answer = kube.ask("POST", deployments, doubled, fieldValidation="Warn")
claim("else they are warned of", answer.status == 201 and 'unknown field \\"spec.unknown1\\"' in ",".join(answer.headers.getlist("Warning")), answer.headers)
claim("or passed over", kube.ask("PUT", f"{deployments}/fields", doubled, fieldValidation="Ignore").headers.get("Warning") is None)
refusal = kube.ask("PATCH", f"{deployments}/fields", doubled, kind=APPLY, fieldManager="m", fieldValidation="Strict")
claim("also when they are applied", refusal.status in (400, 500) and "unknown1" in refusal.json["message"] or "replicas" in refusal.json["message"], refusal.json)
refusal = kube.ask("PATCH", f"{deployments}/fields", '{"spec":{"foo":"bar"}}', kind=MERGE, fieldValidation="Strict")
claim("or merged", refusal.status == 422 and 'unknown field "spec.foo"' in refusal.json["message"], refusal.json)
kube.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {"metadata": {"name": "strict.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "strict", "kind": "Strict"}, "versions": [
    {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": {"known": {"type": "string"}, "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}}}]}})
custom = "/apis/example.com/v1/namespaces/machinery/strict"
body = '{"apiVersion":"example.com/v1","kind":"Strict","metadata":{"name":"s","unknownMeta":"x"},"spec":{"known":"a","known":"b","other":1,"any":{"x":1}}}'
refusal = kube.ask("POST", custom, body, fieldValidation="Strict")
claim("custom objects by their schema, with their metadata", refusal.status == 400 and all(w in refusal.json["message"] for w in ('unknown field "spec.other"', 'duplicate field "spec.known"', 'unknown field "metadata.unknownMeta"')), refusal.json)
claim("what the schema leaves open may be anything", kube.post(custom, body, fieldValidation="Ignore")["spec"] == {"known": "b", "any": {"x": 1}})

# Events of both groups are the same events.
old, new = f"{home}/events", "/apis/events.k8s.io/v1/namespaces/machinery/events"
kube.post(new, {"metadata": {"name": "e", "labels": {"ev": "1"}}, "regarding": {"namespace": "machinery", "kind": "Pod", "name": "p"}, "eventTime": "2026-01-01T00:00:00.000001Z", "note": "note", "reason": "Reason", "type": "Normal", "action": "Do",
                "reportingController": "test", "reportingInstance": "i"})
event = kube.get(f"{old}/e")
claim("an event of one group is one of the other", event["message"] == "note" and event["reportingComponent"] == "test" and event["involvedObject"]["name"] == "p", event)
series = {"count": 100, "lastObservedTime": "2026-01-01T00:00:01.000001Z"}
claim("it becomes a series", kube.patch(f"{new}/e", {"series": series}, kind=STRATEGIC)["series"] == series and kube.get(f"{old}/e")["series"] == series)
claim("it is found by what it is about", kube.names(old, fieldSelector="involvedObject.name=p,reason=Reason") == ["e"] and kube.names("/api/v1/events", fieldSelector="type=Normal,involvedObject.kind=Pod,metadata.namespace=machinery") == ["e"])
updated = dict(kube.get(f"{new}/e"), note="other")
claim("it is updated", kube.put(f"{new}/e", updated)["note"] == "other")
kube.delete(new, labelSelector="ev=1")
claim("it goes from both", kube.is_gone(f"{old}/e"))

# Accounts.
accounts = f"{home}/serviceaccounts"
kube.post(accounts, {"metadata": {"name": "robot", "labels": {"sa": "static"}}})
claim("an account is found in all namespaces", kube.names("/api/v1/serviceaccounts", labelSelector="sa=static") == ["robot"])
claim("it is patched", kube.patch(f"{accounts}/robot", {"automountServiceAccountToken": False})["automountServiceAccountToken"] is False)
claim("a pod takes over whether it mounts a token", "volumes" not in kube.post(f"{home}/pods", pod("robot", serviceAccountName="robot"))["spec"])
mounted = kube.post(f"{home}/pods", pod("robot-2", serviceAccountName="robot", automountServiceAccountToken=True))
claim("unless it says so itself", mounted["spec"]["containers"][0]["volumeMounts"][0]["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount")
token = kube.post(f"{accounts}/robot/token", {"spec": {"expirationSeconds": 3600, "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "robot", "uid": kube.get(f"{home}/pods/robot")["metadata"]["uid"]}}})["status"]["token"]
robot = Kube(token)
who = robot.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {})["status"]["userInfo"]
claim("a token is its account", who["username"] == "system:serviceaccount:machinery:robot" and {"system:serviceaccounts", "system:serviceaccounts:machinery", "system:authenticated"} <= set(who["groups"]) and who["extra"]["authentication.kubernetes.io/pod-name"] == ["robot"], who)
review = kube.post("/apis/authentication.k8s.io/v1/tokenreviews", {"spec": {"token": token}})["status"]
claim("as a review says", review["authenticated"] and review["user"]["username"] == who["username"])
claim("without a role it may not", robot.ask("GET", maps).status == 403)
rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/machinery"
kube.post(f"{rbac}/roles", {"metadata": {"name": "reader"}, "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]})
kube.post(f"{rbac}/rolebindings", {"metadata": {"name": "reader"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"}, "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": "machinery"}]})
claim("with one it may what that says", robot.ask("GET", maps).status == 200 and robot.ask("DELETE", f"{maps}/last").status == 403)
sar = kube.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", {"spec": {"user": who["username"], "groups": who["groups"], "resourceAttributes": {"verb": "list", "resource": "configmaps", "namespace": "machinery"}}})
claim("as a review of its access says", sar["status"]["allowed"] is True)
claim("also one of its namespace", kube.post("/apis/authorization.k8s.io/v1/namespaces/machinery/localsubjectaccessreviews", {"spec": {"user": who["username"], "groups": who["groups"], "resourceAttributes": {"verb": "delete", "resource": "configmaps", "namespace": "machinery"}}})["status"]["allowed"] is False)
issuer = kube.get("/.well-known/openid-configuration")
claim("its issuer can be discovered", issuer["issuer"] and issuer["jwks_uri"] and kube.get("/openid/v1/jwks")["keys"])
kube.delete(accounts, labelSelector="sa=static")

# Requests to sign.
csrs = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
pem = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlHK01HWUNBUUF3RERFS01BZ0dBMVVFQXd3QmREQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQUJDOHQKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg=="
kube.post("/apis/rbac.authorization.k8s.io/v1/clusterroles", {"metadata": {"name": "signs"}, "rules": [{"apiGroups": ["certificates.k8s.io"], "resources": ["certificatesigningrequests"], "verbs": ["create"]}]})
kube.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {"metadata": {"name": "signs"}, "roleRef": {"kind": "ClusterRole", "name": "signs", "apiGroup": "rbac.authorization.k8s.io"}, "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "machinery"}]})
asker = Kube(kube.post(f"{accounts}/default/token", {"spec": {}})["status"]["token"])
made = asker.post(csrs, {"metadata": {"name": "asked"}, "spec": {"request": pem, "signerName": "example.com/machinery", "usages": ["client auth"], "username": "somebody-else"}})
claim("who asks for a certificate is the server's to say", made["spec"]["username"] == "system:serviceaccount:machinery:default" and "system:serviceaccounts" in made["spec"]["groups"], made["spec"])
approved = kube.get(f"{csrs}/asked/approval")
approved["status"]["conditions"] = [{"type": "Approved", "status": "True", "reason": "E2E", "message": "m"}]
claim("it is approved", condition(kube.put(f"{csrs}/asked/approval", approved), "Approved") == "True")
signed = kube.patch(f"{csrs}/asked/status", {"status": {"certificate": pem}})
claim("and signed", signed["status"]["certificate"] == pem and condition(signed, "Approved") == "True")
claim("what was asked does not change", kube.patch(f"{csrs}/asked", {"spec": {"signerName": "example.com/other"}})["spec"]["signerName"] == "example.com/machinery")
kube.delete(f"{csrs}/asked")

# Nodes, leases, priorities, pods.
node = kube.names("/api/v1/nodes")[0]
claim("a node's status is patched", condition(kube.patch(f"/api/v1/nodes/{node}/status", {"status": {"conditions": [{"type": "Patched", "status": "True"}]}}, kind=STRATEGIC), "Patched") == "True")
kube.patch(f"/api/v1/nodes/{node}/status", {"status": {"capacity": {"example.com/dongle": "3"}, "allocatable": {"example.com/dongle": "3"}}})
claim("also what it has", kube.get(f"/api/v1/nodes/{node}")["status"]["capacity"]["example.com/dongle"] == "3")
claim("an update cannot change a priority", kube.ask("PATCH", f"/apis/scheduling.k8s.io/v1/priorityclasses/{kube.post('/apis/scheduling.k8s.io/v1/priorityclasses', {'metadata': {'name': 'high'}, 'value': 7})['metadata']['name']}", {"value": 8}, kind=MERGE).status == 422)
claim("but its other parts", kube.patch("/apis/scheduling.k8s.io/v1/priorityclasses/high", {"description": "d"})["description"] == "d")
kube.post(f"{home}/configmaps", {"metadata": {"name": "fixed"}, "immutable": True, "data": {"k": "v"}})
claim("what is immutable does not change", kube.ask("PATCH", f"{maps}/fixed", {"data": {"k": "w"}}, kind=MERGE).status == 422 and kube.patch(f"{maps}/fixed", {"metadata": {"labels": {"a": "b"}}}))
eventually("a pod runs", lambda: kube.get(f"{home}/pods/table")["status"]["phase"] == "Running")
claim("only its image changes", kube.patch(f"{home}/pods/table", {"spec": {"containers": [{"name": "main", "image": "registry.example/app:9"}]}}, kind=STRATEGIC)["spec"]["containers"][0]["image"].endswith(":9") and kube.ask("PATCH", f"{home}/pods/table", {"spec": {"hostname": "h"}}, kind=MERGE).status == 422)
claim("and its deadline, downwards", kube.patch(f"{home}/pods/table", {"spec": {"activeDeadlineSeconds": 100}}) and kube.ask("PATCH", f"{home}/pods/table", {"spec": {"activeDeadlineSeconds": 200}}, kind=MERGE).status == 422)
claim("a pod's quality of service is told", kube.get(f"{home}/pods/table")["status"]["qosClass"] == "BestEffort")
claim("a pod may have ephemeral containers", kube.patch(f"{home}/pods/table/ephemeralcontainers", {"spec": {"ephemeralContainers": [{"name": "debug", "image": "busybox"}]}}, kind=STRATEGIC)["spec"]["ephemeralContainers"][0]["name"] == "debug")
kube.delete(deployments, {"propagationPolicy": "Foreground"})
kube.delete(f"{home}/pods", {"gracePeriodSeconds": 0})
eventually("pods go together", lambda: not kube.names(f"{home}/pods"))

for key in ("configmaps", "secrets"):
    claim(f"{key} have no key without a name", kube.ask("POST", f"{home}/{key}", {"metadata": {"name": "nameless"}, "data": {"": "dmFsdWU="}}).status == 422)
refusal = kube.ask("POST", f"{home}/pods", pod("kernel", securityContext={"sysctls": [{"name": n, "value": "1"} for n in ("foo-", "kernel.shmmax", "safe-and-unsafe", "bar..")]}))
claim("parameters of the kernel have names that can be", refusal.status == 422 and [c["field"] for c in refusal.json["details"]["causes"]] == [f"spec.securityContext.sysctls[{n}].name" for n in (0, 3)], refusal.json)
mounts = [{"name": "v", "mountPath": "/v", "subPath": "/etc"}, {"name": "v", "mountPath": "/w", "subPath": "a/../b"}]
refusal = kube.ask("POST", f"{home}/pods", pod("paths", volumes=[{"name": "v", "configMap": {"name": "c", "items": [{"key": "k", "path": "../k"}]}}], containers=[container(volumeMounts=mounts)]))
claim("paths stay where they are meant to be", refusal.status == 422 and [c["field"] for c in refusal.json["details"]["causes"]] == ["spec.volumes[0].configMap.items[0].path"] + [f"spec.containers[0].volumeMounts{at}" for at in ("[0].name", ".subPath", "[1].name", ".subPath")], refusal.json)

# Services change their type.
services = f"{home}/services"
kube.post(services, {"metadata": {"name": "typed"}, "spec": {"type": "ExternalName", "externalName": "example.com"}})
service = kube.get(f"{services}/typed")
claim("a name elsewhere has no address", not service["spec"].get("clusterIP"))
service["spec"] = {"type": "ClusterIP", "externalName": "", "ports": [{"port": 80, "name": "http", "protocol": "TCP"}]}
service = kube.put(f"{services}/typed", service)
claim("it gets one when it becomes a service", service["spec"]["clusterIP"].startswith("10."))
service["spec"]["type"] = "NodePort"
service = kube.put(f"{services}/typed", service)
claim("and a port of the nodes", 30000 <= service["spec"]["ports"][0]["nodePort"] <= 32767)
claim("which no other gets", kube.ask("POST", services, {"metadata": {"name": "double"}, "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": service["spec"]["ports"][0]["nodePort"]}]}}).status == 422)
claim("nor its address", kube.ask("POST", services, {"metadata": {"name": "double"}, "spec": {"clusterIP": service["spec"]["clusterIP"], "ports": [{"port": 80}]}}).status == 422)
service["spec"].update(type="ExternalName", externalName="other.example.com")
for key in ("clusterIP", "clusterIPs"):
    service["spec"].pop(key)
service["spec"]["ports"][0].pop("nodePort")
service = kube.put(f"{services}/typed", service)
claim("and loses both again", not service["spec"].get("clusterIP") and not service["spec"]["ports"][0].get("nodePort"), service["spec"])
kube.delete(services, labelSelector="!none")
claim("services go together", kube.names(services) == [])

# The server itself.
version = kube.get("/version")
claim("the version is told", version["major"].isdigit() and version["minor"].rstrip("+").isdigit() and version["gitVersion"].startswith("v"))
for path in ("/healthz", "/livez", "/readyz"):
    answer = kube.ask("GET", path, verbose="true")
    claim(f"{path} tells its checks", answer.status == 200 and "[+]ping ok" in answer.json and answer.json.rstrip().endswith("check passed"), answer.json)
claim("the components are well", {c["metadata"]["name"]: c["conditions"][0]["type"] for c in kube.items("/api/v1/componentstatuses")} == {"controller-manager": "Healthy", "scheduler": "Healthy", "etcd-0": "Healthy"})
claim("every group's preferred version is one it serves", all(g["preferredVersion"] in g["versions"] for g in kube.get("/apis")["groups"]))
claim("each version can be discovered", all(kube.get(f"/apis/{v['groupVersion']}")["groupVersion"] == v["groupVersion"] for g in kube.get("/apis")["groups"] for v in g["versions"]))
claim("the critical priorities are there", {"system-node-critical", "system-cluster-critical"} <= set(kube.names("/apis/scheduling.k8s.io/v1/priorityclasses")))
