"""kubectl: the `Kubectl client` specs of Kubernetes' conformance that need no program to run in a container."""
import os, re, subprocess, tempfile, urllib.request

from conformance import *

kube = Kube()
home = kube.namespace("kubectl")
cache = tempfile.mkdtemp(prefix="kubectl-", dir=os.path.dirname(sys.argv[1]))
FLAGS = ["kubectl", "--kubeconfig", sys.argv[1], "--cache-dir", cache]


def run(*arguments, given=None, fails=False):
    done = subprocess.run([*FLAGS, "-n", "kubectl", *arguments], input=given, capture_output=True, text=True, timeout=WAIT_SECONDS * 2)
    assert (done.returncode != 0) == fails or fails is None, f"kubectl {' '.join(arguments)}: {done.returncode} {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def manifest(kind, body, api="v1"):
    return json.dumps({"apiVersion": api, "kind": kind, **body})


versions = run("api-versions").split()
claim("api-versions", {"v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "resource.k8s.io/v1", "storage.k8s.io/v1"} <= set(versions))
resources = run("api-resources", "--verbs=list", "-o", "name").split()
claim("api-resources", {"pods", "componentstatuses", "mutatingadmissionpolicies.admissionregistration.k8s.io", "resourceclaims.resource.k8s.io"} <= set(resources))
claim("cluster-info", "Kubernetes control plane" in run("cluster-info") and "is running at" in run("cluster-info"))
claim("version", "Client Version" in run("version") and "Server Version" in run("version"))
rc = {"metadata": {"name": "primary", "labels": {"app": "agnhost", "role": "primary"}}, "spec": {"replicas": 1, "selector": {"app": "agnhost", "role": "primary"},
      "template": {"metadata": {"labels": {"app": "agnhost", "role": "primary"}}, "spec": {"containers": [container(ports=[{"name": "server", "containerPort": 6379}])]}}}}
run("create", "-f", "-", given=manifest("ReplicationController", rc))
eventually("a controller's pod runs", lambda: [p["status"]["phase"] for p in kube.items(f"{home}/pods", labelSelector="app=agnhost")] == ["Running"])
run("expose", "rc", "primary", "--name=rm2", "--port=1234", "--target-port=6379")
run("expose", "service", "rm2", "--name=rm3", "--port=2345", "--target-port=6379")
claim("expose", [kube.get(f"{home}/services/{n}")["spec"]["ports"][0]["port"] for n in ("rm2", "rm3")] == [1234, 2345] and kube.get(f"{home}/services/rm3")["spec"]["selector"] == {"app": "agnhost", "role": "primary"})
eventually("a service that was exposed has its endpoints", lambda: kube.ask("GET", f"{home}/endpoints/rm3").json.get("subsets"))
name = kube.names(f"{home}/pods", labelSelector="app=agnhost")[0]
described = run("describe", "pod", name)
claim("describe pod", all(w in described for w in ("Name:", "Namespace:", "Node:", "Labels:", "Status:", "Running", "Controlled By:", "ReplicationController/primary", "Image:", "State:", "QoS Class:", "BestEffort")), described)
described = run("describe", "rc", "primary")
claim("describe rc", all(w in described for w in ("Name:", "Selector:", "Replicas:", "1 current / 1 desired", "Pods Status:", "1 Running", "Pod Template:", "Events:")), described)
described = run("describe", "service", "rm2")
claim("describe service", all(w in described for w in ("Name:", "Labels:", "Selector:", "Type:", "ClusterIP", "IP:", "Port:", "Endpoints:", "Session Affinity:")), described)
claim("describe node", all(w in run("describe", "node", kube.names("/api/v1/nodes")[0]) for w in ("Name:", "Conditions:", "Capacity:", "Version", "Kernel Version", "PodCIDR")))
claim("describe namespace", all(w in run("describe", "namespace", "kubectl") for w in ("Name:", "Labels:", "Annotations:", "Status:", "Active")))
claim("patch", "patched" in run("patch", "pod", name, "-p", '{"metadata":{"annotations":{"x":"y"}}}') and kube.get(f"{home}/pods/{name}")["metadata"]["annotations"]["x"] == "y")
claim("label", "labeled" in run("label", "pods", name, "testing-label=testing-label-value") and "testing-label-value" in run("get", "pod", name, "-L", "testing-label"))
claim("label, taken off", "unlabeled" in run("label", "pods", name, "testing-label-") and "testing-label-value" not in run("get", "pod", name, "-L", "testing-label"))
claim("annotate", "annotated" in run("annotate", "pods", name, "a=b", "--overwrite"))
run("run", "e2e", "--image=registry.example/httpd:1", "--pod-running-timeout=2m0s", "--labels=run=e2e")
eventually("run", lambda: kube.get(f"{home}/pods/e2e")["status"]["phase"] == "Running")
edited = kube.get(f"{home}/pods/e2e")
edited["spec"]["containers"][0]["image"] = "registry.example/busybox:1"
claim("replace", "replaced" in run("replace", "-f", "-", given=json.dumps(edited)) and kube.get(f"{home}/pods/e2e")["spec"]["containers"][0]["image"].endswith("busybox:1"))
claim("run with a dry run", "patched" in run("patch", "pod", "e2e", "-p", '{"spec":{"containers":[{"name":"e2e","image":"registry.example/other:1"}]}}', "--dry-run=server") and kube.get(f"{home}/pods/e2e")["spec"]["containers"][0]["image"].endswith("busybox:1"))
run("run", "one-off", "--image=registry.example/httpd:1", "--restart=OnFailure")
claim("run with a policy of its own", kube.get(f"{home}/pods/one-off")["spec"]["restartPolicy"] == "OnFailure")
run("delete", "pods", "e2e", "one-off", "--force", "--grace-period=0")
deployment = workload("web", {"app": "web"}, {"containers": [container(image="registry.example/web:1")]}, replicas=1)
run("apply", "-f", "-", given=manifest("Deployment", deployment, "apps/v1"))
deployment["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/web:2"
compared = run("diff", "-f", "-", given=manifest("Deployment", deployment, "apps/v1"), fails=True)
claim("diff", re.search(r"-\s+- image: registry.example/web:1", compared) and re.search(r"\+\s+- image: registry.example/web:2", compared), compared)
claim("scale", "scaled" in run("scale", "deployment", "web", "--replicas=3", "--timeout=60s"))
claim("rollout status", "successfully rolled out" in run("rollout", "status", "deployment/web", "--timeout=60s"))
run("set", "image", "deployment/web", "main=registry.example/web:2")
run("rollout", "status", "deployment/web", "--timeout=60s")
claim("rollout history", re.findall(r"^(\d+)", run("rollout", "history", "deployment/web"), re.M) == ["1", "2"])
run("rollout", "undo", "deployment/web")
run("rollout", "status", "deployment/web", "--timeout=60s")
claim("rollout undo", kube.get("/apis/apps/v1/namespaces/kubectl/deployments/web")["spec"]["template"]["spec"]["containers"][0]["image"].endswith("web:1") and re.findall(r"^(\d+)", run("rollout", "history", "deployment/web"), re.M) == ["2", "3"])
claim("rollout pause and resume", "paused" in run("rollout", "pause", "deployment/web") and "resumed" in run("rollout", "resume", "deployment/web") and "restarted" in run("rollout", "restart", "deployment/web"))
run("rollout", "status", "deployment/web", "--timeout=60s")
claim("apply keeps what it does not name", "configured" in run("apply", "-f", "-", given=manifest("Deployment", dict(deployment, spec={k: v for k, v in deployment["spec"].items() if k != "replicas"}), "apps/v1")))
claim("get all", all(w in run("get", "all") for w in ("deployment.apps/web", "service/rm2", "replicationcontroller/primary", "replicaset.apps/web")))
run("create", "quota", "million", "--hard=pods=1000000,services=1000000")
claim("create quota", kube.get(f"{home}/resourcequotas/million")["spec"]["hard"] == {"pods": "1M", "services": "1M"}, kube.get(f"{home}/resourcequotas/million")["spec"])
eventually("describe quota", lambda: re.search(r"pods\s+\d+\s+1M", run("describe", "quota", "million")), lambda: run("describe", "quota", "million"))
run("create", "quota", "scoped", "--hard=pods=1000000", "--scopes=BestEffort,NotTerminating")
claim("create quota with scopes", kube.get(f"{home}/resourcequotas/scoped")["spec"]["scopes"] == ["BestEffort", "NotTerminating"])
claim("create quota refuses what is no scope", "unsupported scope" in run("create", "quota", "no", "--hard=pods=1", "--scopes=Nothing", fails=True))
node = kube.names("/api/v1/nodes")[-1]
run("taint", "nodes", node, "testing=value:NoSchedule")
claim("taint", "testing=value:NoSchedule" in run("describe", "node", node))
run("taint", "nodes", node, "testing:NoSchedule-")
claim("taint, taken off", "testing=value" not in run("describe", "node", node))
claim("cordon and uncordon", "cordoned" in run("cordon", node) and kube.get(f"/api/v1/nodes/{node}")["spec"]["unschedulable"] and "uncordoned" in run("uncordon", node))
claim("drain", "drained" in run("drain", node, "--ignore-daemonsets", "--force", "--timeout=60s") and "uncordoned" in run("uncordon", node))
run("create", "cronjob", "hello", "--image=busybox", "--schedule=*/5 * * * ?")
claim("create cronjob and job from it", "created" in run("create", "job", "now", "--from=cronjob/hello"))
claim("wait for a job", "condition met" in run("wait", "--for=condition=complete", "job/now", "--timeout=60s"))
claim("create configmap, secret, account, token", all("created" in run("create", *words) for words in (["configmap", "c", "--from-literal=a=b"], ["secret", "generic", "s", "--from-literal=a=b"], ["serviceaccount", "robot"])) and run("create", "token", "robot").count(".") == 2)
claim("create role, binding, and what they allow", all("created" in run("create", *words) for words in (["role", "r", "--verb=get", "--resource=pods"], ["rolebinding", "b", "--role=r", "--serviceaccount=kubectl:robot"]))
      and run("auth", "can-i", "get", "pods", "--as=system:serviceaccount:kubectl:robot").strip() == "yes" and run("auth", "can-i", "delete", "pods", "--as=system:serviceaccount:kubectl:robot", fails=True).strip() == "no")
claim("create ingress, budget, priority", all("created" in run("create", *words) for words in (["ingress", "i", "--rule=a.example.com/*=rm2:1234"], ["poddisruptionbudget", "p", "--selector=app=web", "--min-available=1"], ["priorityclass", "kubectl-high", "--value=1000"])))
claim("autoscale", "autoscaled" in run("autoscale", "deployment", "web", "--min=1", "--max=3"))
claim("explain", "PodSpec" in run("explain", "pod.spec") and "resourceclaim" in run("explain", "resourceclaims").lower() and "MutatingAdmissionPolicy" in run("explain", "mutatingadmissionpolicies"))
claim("get componentstatuses", "Healthy" in run("get", "cs"))
claim("get with columns and templates", run("get", "deployment", "web", "-o", "custom-columns=NAME:.metadata.name", "--no-headers").strip() == "web" and run("get", "deployment", "web", "-o", "go-template={{.metadata.name}}") == "web")
claim("get raw", json.loads(run("get", "--raw", "/version"))["major"] == "1")
proxy = subprocess.Popen([*FLAGS, "proxy", "-p", "0", "--disable-filter"], stdout=subprocess.PIPE, text=True)
try:
    port = re.search(r":(\d+)", proxy.stdout.readline()).group(1)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/") as answer:
        claim("proxy", json.load(answer)["versions"] == ["v1"])
finally:
    proxy.terminate()
    proxy.wait()
claim("create deployment without validation of what is unknown", "created" in run("create", "--validate=false", "-f", "-", given=manifest("ConfigMap", {"metadata": {"name": "loose"}, "unknown": 1})))
claim("and with it", "unknown field" in run("create", "--validate=strict", "-f", "-", given=manifest("ConfigMap", {"metadata": {"name": "strict"}, "unknown": 1}), fails=True))
kube.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {"metadata": {"name": "boxes.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "boxes", "kind": "Box", "shortNames": ["bx"]}, "versions": [
    {"name": "v1", "served": True, "storage": True, "additionalPrinterColumns": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}], "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "required": ["size"], "properties": {
        "size": {"type": "integer", "description": "How large it is."}, "inner": {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}}}}}}}]}})
box = {"metadata": {"name": "box"}, "spec": {"size": 3, "inner": {"apiVersion": "v1", "kind": "Any", "metadata": {"name": "inside"}, "free": 1}}}
eventually("custom resources are discovered", lambda: "boxes" in run("api-resources", "--api-group=example.com", "--cached=false"))
claim("create a custom object", "created" in run("create", "-f", "-", given=manifest("Box", box, "example.com/v1")))
claim("get it by its short name, with its columns", re.search(r"NAME\s+SIZE\nbox\s+3", run("get", "bx", "box")))
claim("explain it", "How large it is." in run("explain", "boxes.spec"))
box["spec"]["size"] = 4
claim("apply it", "configured" in run("apply", "-f", "-", given=manifest("Box", box, "example.com/v1")))
box["spec"]["inner"]["metadata"]["unknownSubMeta"] = "x"
box["metadata"]["unknownMeta"] = "x"
refusal = run("apply", "-f", "-", given=manifest("Box", box, "example.com/v1"), fails=True)
claim("what its metadata does not have, in it and within it, is refused", 'unknown field "metadata.unknownMeta"' in refusal and 'unknown field "spec.inner.metadata.unknownSubMeta"' in refusal, refusal)
claim("what it must have is missed", "spec.size" in run("create", "-f", "-", given=manifest("Box", {"metadata": {"name": "none"}, "spec": {}}, "example.com/v1"), fails=True))
claim("dump the cluster", "running at" not in run("cluster-info", "dump", "--output-directory", cache) and os.path.exists(os.path.join(cache, "nodes.json")))
claim("delete the definition", "deleted" in run("delete", "crd", "boxes.example.com"))
claim("delete by label, and wait", "deleted" in run("delete", "deployment,rc,svc", "--all", "--timeout=60s") and not kube.names(f"{home}/replicationcontrollers"))
kube.delete(home)
eventually("the namespace goes with all of it", lambda: kube.is_gone(home))
