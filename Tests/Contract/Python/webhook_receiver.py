"""A receiver of detection webhooks that is as strict as the public consumers are.

usage: webhook_receiver.py EXPECTED

Listens on a free port of the loopback and prints it. Refuses the first request with 503. Checks each payload as Elastic's `wiz` integration does: one document for each
triggering event, whose actor and resources must resolve at the top. Prints one line of JSON for each payload that holds, and ends after EXPECTED of them.
"""

import base64
import datetime
import http.server
import ipaddress
import json
import sys

TOP = [
    "trigger", "id", "threatId", "threatURL", "title", "description", "severity", "createdAt", "tdrId", "tdrSource", "mitreTactics", "mitreTechniques", "cloudAccounts",
    "cloudOrganizations", "detectionUrl", "timeframe", "actors", "primaryActor", "resources", "primaryResource", "triggeringEventsCount", "triggeringEvents",
]
EVENT = [
    "id", "externalId", "name", "description", "cloudProviderUrl", "cloudPlatform", "origin", "eventTime", "source", "category", "status", "actor", "actorIP", "actorIPMeta",
    "resources", "subjectResourceId", "subjectResourceIp", "runtimeDetails",
]
NODE = ["id", "command", "path", "hash", "size", "executionTime", "userId", "username", "container"]


def when(text):
    """An ISO 8601 time in UTC; fractions of any length."""
    head, _, fraction = text.rstrip("Z").partition(".")
    assert text.endswith("Z") and (not fraction or fraction.isdigit()), text
    return datetime.datetime.fromisoformat(head)


def check(payload):
    assert list(payload) == TOP, list(payload)
    assert payload["trigger"]["source"] == "DETECTIONS" and payload["trigger"]["type"] == "Created", payload["trigger"]
    assert payload["severity"] in ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"), payload["severity"]
    assert isinstance(payload["triggeringEventsCount"], int)
    when(payload["createdAt"])
    assert when(payload["timeframe"]["start"]) <= when(payload["timeframe"]["end"])
    assert payload["triggeringEvents"], "no triggering event"
    for event in payload["triggeringEvents"]:
        assert list(event) == EVENT, list(event)
        actors = [actor for actor in payload["actors"] if actor["id"] == event["actor"]["id"]]
        assert actors, "the actor of the event is not in actors"
        known = {resource["id"] for resource in payload["resources"]}
        assert event["resources"] and {resource["id"] for resource in event["resources"]} <= known, "a resource of the event is not in resources"
        assert len(event["eventTime"].partition(".")[2]) == 4, "milliseconds"
        when(event["eventTime"])
        if event["actorIP"] is not None:
            ipaddress.ip_address(event["actorIP"])
        for node in event["runtimeDetails"]["processTree"]:
            assert list(node) == NODE, list(node)
            assert isinstance(node["id"], str) and (node["hash"] is None or len(node["hash"]) == 40), node


class Receiver(http.server.BaseHTTPRequestHandler):
    refusals = 1
    received = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if Receiver.refusals:
            Receiver.refusals -= 1
            self.answer(503)
            return
        try:
            payload = json.loads(body)
            check(payload)
        except Exception as error:
            print(json.dumps({"wrong": repr(error)}), flush=True)
            self.answer(400)
            return
        header = self.headers.get("authorization") or ""
        if header.startswith("Basic "):
            header = "Basic " + base64.b64decode(header[6:]).decode()
        event = payload["triggeringEvents"][0]
        print(json.dumps({"rule": payload["trigger"]["ruleId"], "event": payload["id"], "authorization": header, "description": event["description"], "url": payload["detectionUrl"],
                          "processes": [node["path"] for node in event["runtimeDetails"]["processTree"]]}), flush=True)
        Receiver.received += 1
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
    print(server.server_port, flush=True)
    while Receiver.received < int(sys.argv[1]):
        server.handle_request()
