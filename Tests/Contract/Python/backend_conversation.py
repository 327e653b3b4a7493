"""A sensor's conversation with the backend, by grpcio and urllib: clients that know nothing of the Swift stack.

usage: backend_conversation.py PROTO_FOLDER DATA_FOLDER

Makes its stubs from the .proto file, holds each whole conversation, and prints one line `ok NAME` for each claim that held.
The first that does not hold ends it with status 1 and says why.
"""

import gzip
import hashlib
import json
import pathlib
import ssl
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import uuid

import grpc
from grpc_tools import protoc


def stubs(proto_folder):
    """Modules made from sensor.proto: messages and clients."""
    with tempfile.TemporaryDirectory() as folder:
        status = protoc.main(["protoc", f"-I{proto_folder}", f"--python_out={folder}", f"--grpc_python_out={folder}", "sensor.proto"])
        if status != 0:
            raise SystemExit(f"protoc ended with {status}")
        sys.path.insert(0, folder)
        import sensor_pb2
        import sensor_pb2_grpc

        sys.path.remove(folder)
        return sensor_pb2, sensor_pb2_grpc


class Claims:
    """Prints what held, stops at what did not."""

    def hold(self, name, condition, found=None):
        if not condition:
            print(f"not ok {name}: {found!r}", file=sys.stderr)
            raise SystemExit(1)
        print(f"ok {name}")


class Portal:
    """REST by the standard library."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.endpoints = json.loads((self.folder / "endpoints.json").read_text())
        self.tls = ssl.create_default_context(cafile=self.folder / "ca.pem")

    def text(self, name):
        return (self.folder / name).read_text().strip()

    def send(self, method, path, body=None, headers=None):
        """Status and JSON."""
        request = urllib.request.Request(self.endpoints["http"] + path, method=method, data=body, headers=headers or {})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.tls))
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def token(self, secret=None):
        form = {"grant_type": "client_credentials", "client_id": self.text("client-id"), "client_secret": secret or self.text("client-secret"), "audience": "wiz-agent-api"}
        return self.send("POST", "/oauth/token", urllib.parse.urlencode(form).encode(), {"content-type": "application/x-www-form-urlencoded"})

    def ingest(self, stream, batch, token, packed=False):
        body = json.dumps(batch).encode()
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": batch["batchId"]}
        if packed:
            body, headers["content-encoding"] = gzip.compress(body), "gzip"
        return self.send("POST", f"/api/v1/ingest/{stream}", body, headers)

    def view(self, path):
        return self.send("GET", path, headers={"authorization": f"Bearer {self.text('viewer-token')}"})


def status_of(call):
    """The gRPC status and message a call ends with."""
    try:
        call()
        return grpc.StatusCode.OK, ""
    except grpc.RpcError as error:
        return error.code(), error.details()


def main():
    proto_folder, data_folder = sys.argv[1:3]
    pb, services = stubs(proto_folder)
    portal, claims = Portal(data_folder), Claims()

    status, reply = portal.token(secret="wrong")
    claims.hold("a wrong secret is 401", (status, reply["error"]) == (401, "invalid_client"), (status, reply))
    status, reply = portal.token()
    claims.hold("the right secret gives a token", status == 200 and reply["token_type"] == "Bearer", (status, reply))
    token = reply["access_token"]
    metadata = [("authorization", f"Bearer {token}")]

    options = [("grpc.enable_http_proxy", 0)]
    strangers = grpc.secure_channel(portal.endpoints["grpc"], grpc.ssl_channel_credentials(), options)
    code, _ = status_of(lambda: services.FleetStub(strangers).Register(pb.RegisterRequest(persistent_id="p", name="n"), metadata=metadata, timeout=5))
    claims.hold("a client that does not know the authority stays away", code == grpc.StatusCode.UNAVAILABLE, code)
    strangers.close()

    channel = grpc.secure_channel(portal.endpoints["grpc"], grpc.ssl_channel_credentials((pathlib.Path(data_folder) / "ca.pem").read_bytes()), options)
    fleet, definitions, reputation = services.FleetStub(channel), services.DefinitionsStub(channel), services.ReputationStub(channel)

    request = pb.RegisterRequest(
        persistent_id="python", name="python-node", host=pb.HostFacts(hostname="python-node", kernel_version="6.1", machine_id="m"),
        versions=pb.Versions(sensor="9.9.9", definitions="", protocol="1"), cluster_name="c", labels={"zone": "a"})
    code, details = status_of(lambda: fleet.Register(request, timeout=20))
    claims.hold("without a token it is UNAUTHENTICATED", code == grpc.StatusCode.UNAUTHENTICATED, (code, details))
    sensor = fleet.Register(request, metadata=metadata, timeout=20).sensor_id
    claims.hold("a sensor registers", str(uuid.UUID(sensor)) == sensor, sensor)
    claims.hold("and again is the same sensor", fleet.Register(request, metadata=metadata, timeout=20).sensor_id == sensor)

    issue = pb.HealthIssue(code="events.lost", severity="HIGH", message="said so", since_unix_nanos=1)
    for sequence, issues in [(1, [issue]), (2, [])]:
        fleet.Heartbeat(pb.HeartbeatRequest(sensor_id=sensor, sequence=sequence, versions=request.versions, hook_set="lsm", health_issues=issues, events=[pb.Counter(kind="exec", seen=2**63, dropped={"ringBuffer": 1})]), metadata=metadata, timeout=20)
    _, page = portal.view(f"/api/v1/sensors/{sensor}/heartbeats?first=1")
    claims.hold("the portal keeps heartbeats, large counters whole", page["nodes"][0]["sequence"] == 2 and page["nodes"][0]["events"]["exec"]["seen"] == 2**63, page)
    _, page = portal.view("/api/v1/health-issues?status=RESOLVED")
    claims.hold("an issue no longer named is resolved", [issue["code"] for issue in page["nodes"]] == ["events.lost"], page)
    code, details = status_of(lambda: fleet.Heartbeat(pb.HeartbeatRequest(sensor_id="nobody"), metadata=metadata, timeout=20))
    claims.hold("a stranger's heartbeat is NOT_FOUND", code == grpc.StatusCode.NOT_FOUND, (code, details))

    current = definitions.Current(pb.CurrentDefinitionsRequest(sensor_id=sensor), metadata=metadata, timeout=20)
    parts = b"".join(chunk.data for chunk in definitions.Download(pb.DownloadDefinitionsRequest(sensor_id=sensor, version=current.version), metadata=metadata, timeout=20))
    claims.hold("definitions arrive whole", hashlib.sha256(parts).digest() == current.sha256 and len(parts) == current.size, current)
    manifest = json.loads(current.manifest.document)
    claims.hold("the manifest is of their version", manifest["version"] == current.version, manifest)
    claims.hold("its parts are what was downloaded", [hashlib.sha256(parts[: part["size"]]).hexdigest() for part in manifest["parts"]] == [part["sha256"] for part in manifest["parts"]], manifest)
    documents = [json.loads(signed.document)["type"] for signed in (current.manifest, current.signing_key, current.roots[0])]
    claims.hold("the chain goes up to a root", documents == ["definitions-manifest", "definitions-signing-key", "definitions-root"], documents)
    code, _ = status_of(lambda: definitions.Current(pb.CurrentDefinitionsRequest(sensor_id=sensor, pinned_version="8.8.8"), metadata=metadata, timeout=20))
    claims.hold("a pinned version that is not published is NOT_FOUND", code == grpc.StatusCode.NOT_FOUND, code)

    asked = [pb.Indicator(kind=pb.INDICATOR_KIND_DOMAIN, value="a.evil.example"), pb.Indicator(kind=pb.INDICATOR_KIND_IP, value="192.0.2.1")]
    verdicts = reputation.Lookup(pb.LookupRequest(sensor_id=sensor, indicators=asked), metadata=metadata, timeout=20).verdicts
    claims.hold("verdicts come in the order asked", [v.disposition for v in verdicts] == [pb.DISPOSITION_MALICIOUS, pb.DISPOSITION_UNKNOWN], verdicts)
    large = pb.RegisterRequest(persistent_id="p", name="x" * (5 << 20))
    code, details = status_of(lambda: fleet.Register(large, metadata=metadata, timeout=20))
    claims.hold("a message beyond 4 MiB is RESOURCE_EXHAUSTED", code == grpc.StatusCode.RESOURCE_EXHAUSTED, (code, details))

    record = {"kind": "process", "executable": "/usr/bin/python3", "package": "dpkg:python3@3.11", "count": 3, "firstSeen": "2026-03-01T10:00:00Z", "lastSeen": "2026-03-01T11:00:00.5+01:00"}
    batch = {"sensorId": sensor, "batchId": str(uuid.uuid4()), "items": [{"sequence": 1, "record": record}, {"sequence": 2, "record": dict(record, executable="/usr/bin/pip")}]}
    claims.hold("a batch is taken", portal.ingest("runtime-data", batch, token) == (200, {"accepted": 2, "duplicates": 0, "watermark": 2}))
    claims.hold("again, packed, it counts once", portal.ingest("runtime-data", batch, token, packed=True) == (200, {"accepted": 0, "duplicates": 2, "watermark": 2}))
    _, page = portal.view(f"/api/v1/runtime-data?sensor={sensor}")
    claims.hold("the portal shows it", sorted(node["record"]["executable"] for node in page["nodes"]) == ["/usr/bin/pip", "/usr/bin/python3"], page)
    status, reply = portal.ingest("runtime-data", dict(batch, batchId="x", items=[{"sequence": 3, "record": {"kind": "process"}}]), token)
    claims.hold("a malformed record names its field", (status, reply["error_description"]) == (400, "items[0].record.executable is missing"), (status, reply))

    fleet.Deregister(pb.DeregisterRequest(sensor_id=sensor, reason="done"), metadata=metadata, timeout=20)
    _, page = portal.view("/api/v1/sensors")
    claims.hold("a sensor says goodbye", [node["status"] for node in page["nodes"]] == ["DEREGISTERED"], page)
    channel.close()


main()
