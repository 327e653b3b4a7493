"""What the conformance groups share: requests as they are written in the specs of Kubernetes, claims, and waiting for what a controller does.

A group is a program of its own: `conformance_GROUP.py KUBECONFIG`. A line `ok CLAIM` for each claim; an assertion ends the run.
"""
import json, sys, threading, time
from types import SimpleNamespace
from urllib.parse import urlencode

from kubernetes import client, config

MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"
JSON_PATCH, APPLY = "application/json-patch+json", "application/apply-patch+yaml"
WAIT_SECONDS = 60


def claim(text, holds, seen=""):
    assert holds, f"{text}: {seen}"
    print("ok", text, flush=True)


class Kube:
    """The API server as one identity sees it: the kubeconfig's, or the bearer of `token`."""

    def __init__(self, token=None):
        if token is None:
            config.load_kube_config(sys.argv[1])
        self.api = client.ApiClient()
        self.host = self.api.configuration.host
        if token is None:
            token = next(iter(self.api.configuration.auth_settings().values()))["value"].removeprefix("Bearer ")
        self.headers = {"Authorization": "Bearer " + token}

    def send(self, method, path, body=None, kind="application/json", accept="application/json", **query):
        headers = dict(self.headers, Accept=accept)
        if body is not None:
            headers["Content-Type"] = kind
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        if query:
            path += ("&" if "?" in path else "?") + urlencode(query)
        return self.api.rest_client.pool_manager.request(method, self.host + path, body=body, headers=headers, retries=False, preload_content=False)

    def ask(self, method, path, body=None, **more):
        answer = self.send(method, path, body, **more)
        text = answer.read()
        answer.release_conn()
        try:
            value = json.loads(text)
        except ValueError:
            value = text.decode(errors="replace")
        return SimpleNamespace(status=answer.status, json=value, headers=answer.headers)

    def must(self, method, path, body=None, **more):
        answer = self.ask(method, path, body, **more)
        assert answer.status in (200, 201, 202), f"{method} {path}: {answer.status} {answer.json}"
        return answer.json

    def get(self, path, **query):
        return self.must("GET", path, **query)

    def items(self, path, **query):
        return self.get(path, **query)["items"]

    def names(self, path, **query):
        return [item["metadata"]["name"] for item in self.items(path, **query)]

    def post(self, path, body, **query):
        return self.must("POST", path, body, **query)

    def put(self, path, body, **query):
        return self.must("PUT", path, body, **query)

    def patch(self, path, body, kind=MERGE, **query):
        return self.must("PATCH", path, body, kind=kind, **query)

    def delete(self, path, body=None, **query):
        return self.must("DELETE", path, body, **query)

    def is_gone(self, path):
        return self.ask("GET", path).status == 404

    def namespace(self, name, **labels):
        self.post("/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})
        return f"/api/v1/namespaces/{name}"

    def watch(self, path, version, until, **query):
        """The events behind `version`, up to the first that `until` holds for."""
        answer = self.send("GET", path, watch="true", resourceVersion=version, timeoutSeconds=WAIT_SECONDS, **query)
        seen = []
        try:
            for line in lines(answer):
                seen.append(json.loads(line))
                if until(seen[-1]):
                    return seen
        finally:
            answer.close()
        raise AssertionError(f"the watch of {path} ended without what it waited for: {[(e['type'], e['object'].get('metadata', {}).get('name')) for e in seen]}")


def lines(answer):
    rest = b""
    for chunk in answer.stream(65536):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line for line in whole if line)


def eventually(text, check, seen=lambda: ""):
    """A claim that a controller makes true after a while."""
    deadline = time.monotonic() + WAIT_SECONDS
    pause = threading.Event()
    while not check():
        assert time.monotonic() < deadline, f"{text}: {seen()}"
        pause.wait(0.1)
    print("ok", text, flush=True)


def condition(obj, kind):
    found = [c for c in (obj.get("status", {}).get("conditions") or []) if c["type"] == kind]
    return found[0]["status"] if found else None


def container(**more):
    return {"name": "main", "image": "registry.example/app:1", **more}


def pod(name, labels=None, **spec):
    return {"metadata": {"name": name, "labels": labels or {}}, "spec": {"containers": [container()], **spec}}


def workload(name, labels, template_spec=None, **spec):
    return {"metadata": {"name": name, "labels": labels},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {"containers": [container()], **(template_spec or {})}}, **spec}}
