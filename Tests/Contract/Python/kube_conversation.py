"""The reference Kubernetes API server held against the official Python client: typed client, watch, dynamic client.

    kube_conversation.py KUBECONFIG

A line `ok CLAIM` for each claim; an assertion ends the run.
"""
import sys, threading

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

config.load_kube_config(sys.argv[1])
core, apps, batch, auth = client.CoreV1Api(), client.AppsV1Api(), client.BatchV1Api(), client.AuthorizationV1Api()


def claim(text, holds):
    assert holds, text
    print("ok", text, flush=True)


def refused(status, action):
    try:
        action()
    except ApiException as refusal:
        return refusal.status == status
    return False


def pod(name, node=None, **labels):
    spec = client.V1PodSpec(containers=[client.V1Container(name="main", image="registry.example/app:1")], node_name=node)
    return client.V1Pod(metadata=client.V1ObjectMeta(name=name, labels=labels), spec=spec)


claim("the version is one of Kubernetes", client.VersionApi().get_code().git_version.startswith("v1."))
claim("the usual namespaces are there", {"default", "kube-system"} <= {n.metadata.name for n in core.list_namespace().items})

core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name="py")))
claim("a namespace has its service account", core.read_namespaced_service_account("default", "py").metadata.uid)

start = core.list_namespaced_pod("py").metadata.resource_version
seen, ready = [], threading.Event()


def follow():
    ready.set()
    for event in watch.Watch().stream(core.list_namespaced_pod, "py", resource_version=start, timeout_seconds=20):
        seen.append((event["type"], event["object"].metadata.name))
        if event["type"] == "DELETED":
            break


follower = threading.Thread(target=follow)
follower.start()
ready.wait()
made = core.create_namespaced_pod("py", pod("one", node="n1", app="a"))
claim("a pod has its defaults", made.spec.restart_policy == "Always" and made.status.phase == "Pending" and made.spec.tolerations)
core.patch_namespaced_pod_status("one", "py", {"status": {"phase": "Running", "podIP": "10.0.0.1"}})
claim("its status is another's to write", core.read_namespaced_pod("one", "py").status.pod_ip == "10.0.0.1")
core.delete_namespaced_pod("one", "py", grace_period_seconds=0)
follower.join(30)
claim("a watch sees it come, change and go, in order", [kind for kind, _ in seen][:2] == ["ADDED", "MODIFIED"] and seen[-1] == ("DELETED", "one"))

for number in range(7):
    core.create_namespaced_pod("py", pod(f"p{number}", node=f"n{number % 2}", half=str(number % 2)))
claim("pods of a node are selected by field", [p.metadata.name for p in core.list_pod_for_all_namespaces(field_selector="spec.nodeName=n1").items] == ["p1", "p3", "p5"])
claim("and by label", len(core.list_namespaced_pod("py", label_selector="half in (0)").items) == 4)
names, token = [], None
while True:
    page = core.list_namespaced_pod("py", limit=3, _continue=token)
    names += [p.metadata.name for p in page.items]
    token = page.metadata._continue
    if not token:
        break
claim("pages make up the whole list", names == [f"p{n}" for n in range(7)])

claim("a second of a name is refused", refused(409, lambda: core.create_namespaced_pod("py", pod("p0"))))
claim("what is not there is not found", refused(404, lambda: core.read_namespaced_pod("none", "py")))
claim("a name out of syntax is invalid", refused(422, lambda: core.create_namespaced_pod("py", pod("Not_A_Name"))))

settings = core.create_namespaced_config_map("py", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="c"), data={"k": "1"}))
settings.data["k"] = "2"
newer = core.replace_namespaced_config_map("c", "py", settings)
claim("a stale replace is a conflict", newer.data == {"k": "2"} and refused(409, lambda: core.replace_namespaced_config_map("c", "py", settings)))

template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels={"a": "b"}), spec=client.V1PodSpec(containers=[client.V1Container(name="c", image="i:1")]))
spec = client.V1DeploymentSpec(selector=client.V1LabelSelector(match_labels={"a": "b"}), template=template, replicas=2)
apps.create_namespaced_deployment("py", client.V1Deployment(metadata=client.V1ObjectMeta(name="d"), spec=spec))
apps.patch_namespaced_deployment_scale("d", "py", {"spec": {"replicas": 4}})
claim("a deployment is scaled through its scale", apps.read_namespaced_deployment("d", "py").spec.replicas == 4)

review = client.V1SelfSubjectAccessReview(spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=client.V1ResourceAttributes(verb="delete", resource="nodes")))
claim("an administrator may", auth.create_self_subject_access_review(review).status.allowed)
request = core.create_namespaced_service_account_token("default", "py", client.AuthenticationV1TokenRequest(spec=client.V1TokenRequestSpec(audiences=[])))
settings = client.Configuration.get_default_copy()
settings.refresh_api_key_hook = None
settings.api_key = dict.fromkeys(["authorization", "BearerToken"], "Bearer " + request.status.token)
robot = client.ApiClient(settings)
claim("a service account without a role may not", refused(403, lambda: client.CoreV1Api(robot).list_namespaced_pod("py")))

wanted = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "gadgets.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "gadgets", "kind": "Gadget"}, "versions": [{
        "name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object", "properties": {
            "spec": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 9}}}}}}}]}}
general = dynamic.DynamicClient(client.ApiClient())
general.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition").create(body=wanted)
general.resources.invalidate_cache()
gadgets = general.resources.get(api_version="example.com/v1", kind="Gadget")
gadgets.create(namespace="py", body={"apiVersion": "example.com/v1", "kind": "Gadget", "metadata": {"name": "g"}, "spec": {"size": 3, "colour": "blue"}})
kept = gadgets.get(name="g", namespace="py").to_dict()
claim("the dynamic client makes custom objects, pruned by their schema", kept["spec"] == {"size": 3})
claim("and their schema is enforced", refused(422, lambda: gadgets.patch(name="g", namespace="py", body={"spec": {"size": 10}}, content_type="application/merge-patch+json")))
applied = gadgets.server_side_apply(name="g", namespace="py", field_manager="py", force_conflicts=True,
                                    body={"apiVersion": "example.com/v1", "kind": "Gadget", "metadata": {"name": "g"}, "spec": {"size": 5}})
claim("and applied", applied.to_dict()["spec"]["size"] == 5)

core.delete_namespace("py")
for event in watch.Watch().stream(core.list_namespace, timeout_seconds=20):
    if event["type"] == "DELETED" and event["object"].metadata.name == "py":
        break
claim("a namespace goes with what is in it", refused(404, lambda: core.read_namespace("py")) and not core.list_pod_for_all_namespaces().items)
