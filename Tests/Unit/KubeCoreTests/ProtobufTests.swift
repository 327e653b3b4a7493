import KubeCore
import Testing

/// Bodies and answers in protobuf, as Go's clients send and want them.
@Suite("Protobuf")
struct ProtobufTests {
    static let type = "application/vnd.kubernetes.protobuf"
    private static let both = ["content-type": type, "accept": "\(type),application/json"]

    private static let pod: JSON = [
        "kind": "Pod", "apiVersion": "v1", "metadata": ["name": "p", "labels": ["app": "web"]],
        "spec": [
            "containers": [[
                "name": "main", "image": "a:1", "resources": ["limits": ["cpu": "500m", "memory": "1Gi"]],
                "envFrom": [["secretRef": ["name": "s", "optional": true]]], "env": [["name": "E", "valueFrom": ["configMapKeyRef": ["name": "c", "key": "k"]]]],
                "readinessProbe": ["httpGet": ["path": "/", "port": "web"], "periodSeconds": 3], "livenessProbe": ["tcpSocket": ["port": 80]],
            ]],
            "volumes": [["name": "v", "emptyDir": ["sizeLimit": "1Mi"]], ["name": "w", "projected": ["sources": [["secret": ["name": "s"]]]]]],
            "automountServiceAccountToken": false, "securityContext": ["supplementalGroups": [7, 8], "runAsUser": 0],
        ],
    ]

    private func object(_ answer: APIHarness.Answer, kind: String = "", apiVersion: String = "v1") throws -> JSON {
        #expect(answer.contentType.hasPrefix(Self.type))
        return try ProtobufEnvelope.decode(answer.body, kind: kind, apiVersion: apiVersion)
    }

    @Test func whatIsSentInProtobufIsKeptAsIfSentInJSON() throws {
        var harness = APIHarness()
        let bytes = try #require(ProtobufEnvelope.encode(Self.pod))
        #expect(harness.send("POST", "/api/v1/namespaces/default/pods", bytes, headers: Self.both).status == 201)
        var second = Self.pod
        second[path: "metadata", "name"] = "q"
        #expect(harness.ask("POST", "/api/v1/namespaces/default/pods", second).status == 201)
        let sent = harness.ask("GET", "/api/v1/namespaces/default/pods/p").json
        let said = harness.ask("GET", "/api/v1/namespaces/default/pods/q").json
        #expect(sent["spec"] == said["spec"] && sent["spec"]?["volumes"]?[0]?["emptyDir"]?["sizeLimit"] == "1Mi")
        #expect(sent["spec"]?["containers"]?[0]?["readinessProbe"]?["httpGet"]?["port"] == "web")
        #expect(try object(harness.ask("GET", "/api/v1/namespaces/default/pods/p", headers: ["accept": Self.type])) == sent)
    }

    /// Go writes every field that is no pointer, also when it is zero.
    @Test func zerosOfValuesAreNothingAndThoseOfPointersStay() throws {
        var harness = APIHarness()
        // spec {containers {name, image, stdin false, terminationMessagePath ""}, hostNetwork false, nodeName ""}, activeDeadlineSeconds is not there
        let container: [UInt8] = [0x0A, 1, 0x61, 0x12, 3, 0x61, 0x3A, 0x31, 0x80, 1, 0, 0x6A, 0]
        let spec = [0x12, UInt8(container.count)] + container + [0x52, 0, 0x58, 0, 0x20, 0]  // 4: terminationGracePeriodSeconds, a pointer
        let message: [UInt8] = [0x0A, 3, 0x0A, 1, 0x7A, 0x12, UInt8(spec.count)] + spec
        let object = try ProtobufEnvelope.object(message, kind: "Pod", apiVersion: "v1")
        let made = harness.send("POST", "/api/v1/namespaces/default/pods", try #require(ProtobufEnvelope.encode(object)), headers: Self.both)
        let kept = harness.ask("GET", "/api/v1/namespaces/default/pods/z").json["spec"]
        #expect(made.status == 201 && kept?["terminationGracePeriodSeconds"] == 0)
        #expect(kept?["hostNetwork"] == nil && kept?["nodeName"] == nil && kept?["containers"]?[0]?["stdin"] == nil)
    }

    /// Fields from the future, groups, packed lists and messages in parts are what the wire format allows.
    @Test func whatTheWireAllowsIsRead() throws {
        // Pod {spec {securityContext {supplementalGroups packed [7, 8]}}, 99: 1, group 98 {1: 5}, spec {nodeName "n"}}
        let message: [UInt8] = [0x12, 6, 0x72, 4, 0x22, 2, 7, 8, 0x98, 6, 1, 0x93, 6, 0x08, 5, 0x94, 6, 0x12, 3, 0x52, 1, 0x6E]
        let object = try ProtobufEnvelope.object(message, kind: "Pod", apiVersion: "v1")
        #expect(object["spec"] == ["securityContext": ["supplementalGroups": [7, 8]], "nodeName": "n"])
    }

    @Test(arguments: [
        ([0x12, 9, 0x0A], "Pod in version \"v1\" cannot be handled as a Pod: unexpected EOF"),
        ([0x0A, 2, 0x08, 1], "Pod in version \"v1\" cannot be handled as a Pod: proto: wrong wireType = 0 for field Name"),
        ([0x0C], "Pod in version \"v1\" cannot be handled as a Pod: proto: Pod: wiretype end group for non-group"),
        ([0x02, 0], "Pod in version \"v1\" cannot be handled as a Pod: proto: Pod: illegal tag 0 (wire type 2)"),
        ([0x0E], "Pod in version \"v1\" cannot be handled as a Pod: proto: wrong wireType = 6 for field ObjectMeta"),
        ([0x9E, 6], "Pod in version \"v1\" cannot be handled as a Pod: proto: illegal wireType 6"),
        ([0x98, 6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], "Pod in version \"v1\" cannot be handled as a Pod: proto: integer overflow"),
    ] as [([UInt8], String)])
    func brokenMessagesAreRefusedInTheWordsOfGo(_ message: [UInt8], _ words: String) throws {
        var harness = APIHarness()
        // k8s\0, Unknown {TypeMeta {v1, Pod}, raw}
        let body: [UInt8] = [0x6B, 0x38, 0x73, 0, 0x0A, 9, 0x0A, 2, 0x76, 0x31, 0x12, 3, 0x50, 0x6F, 0x64, 0x12, UInt8(message.count)] + message
        let answer = harness.send("POST", "/api/v1/namespaces/default/pods", body, headers: ["content-type": Self.type])
        #expect(answer.status == 400 && answer.json["message"]?.string == words)
    }

    @Test(arguments: [
        ([], "the object provided is unrecognized (must be of type Pod): empty data (<empty>)"),
        ([1, 2], "the object provided is unrecognized (must be of type Pod): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (0102)"),
        ([0x6B, 0x38, 0x73, 0], "the object provided is unrecognized (must be of type Pod): empty body (6b387300)"),
        ([0x6B, 0x38, 0x73, 0, 0x0A], "the object provided is unrecognized (must be of type Pod): unexpected EOF (6b3873000a)"),
    ] as [([UInt8], String)])
    func whatIsNoEnvelopeIsRefused(_ body: [UInt8], _ words: String) {
        var harness = APIHarness()
        let answer = harness.send("POST", "/api/v1/namespaces/default/pods", body, headers: ["content-type": Self.type])
        #expect(answer.status == 400 && answer.json["message"]?.string == words)
    }

    @Test func listsMetadataAndRefusalsComeInProtobuf() throws {
        var harness = APIHarness()
        for name in ["a", "b"] { _ = harness.ask("POST", "/api/v1/namespaces/default/pods", APIHarness.pod(name, node: "n1")) }
        let text = harness.ask("GET", "/api/v1/namespaces/default/pods?limit=1").json
        let list = try Self.list(harness.ask("GET", "/api/v1/namespaces/default/pods?limit=1", headers: ["accept": Self.type]), "Pod")
        #expect(list.items.count == 1 && list.items[0]["spec"] == text["items"]?[0]?["spec"] && list.metadata == text["metadata"])
        let metadata = "\(Self.type);as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        let one = try object(harness.ask("GET", "/api/v1/namespaces/default/pods/a", headers: ["accept": metadata]), apiVersion: "meta.k8s.io/v1")
        #expect(one["kind"] == "PartialObjectMetadata" && one["metadata"]?["name"] == "a" && one["spec"] == nil)
        let missing = harness.ask("GET", "/api/v1/namespaces/default/pods/none", headers: ["accept": Self.type])
        let status = try object(missing)
        #expect(missing.status == 404 && status["reason"] == "NotFound" && status["details"]?["name"] == "none" && status["code"] == 404)
    }

    private static func list(_ answer: APIHarness.Answer, _ kind: String) throws -> (metadata: JSON, items: [JSON]) {
        let list = try ProtobufEnvelope.decode(answer.body, kind: kind, apiVersion: "v1")
        #expect(list["kind"]?.string == "\(kind)List")
        return (list["metadata"] ?? .null, (list["items"]?.array ?? []))
    }

    @Test func aWatchIsFramedByLength() throws {
        var harness = APIHarness()
        _ = harness.ask("POST", "/api/v1/namespaces/default/pods", APIHarness.pod("a"))
        var session = try harness.watch("/api/v1/pods?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", headers: ["accept": "\(Self.type);stream=watch"])
        #expect(session.contentType == "\(Self.type);stream=watch")
        _ = harness.ask("DELETE", "/api/v1/namespaces/default/pods/a")
        var out: [UInt8] = []
        while harness.api.advance(&session, at: harness.now, into: &out) {}
        let events = try Self.frames(out)
        #expect(events.map(\.type) == ["ADDED", "BOOKMARK", "DELETED"])
        #expect(events.map { $0.object["kind"]?.string } == ["Pod", "Pod", "Pod"])
        #expect(events[1].object["metadata"]?["annotations"]?["k8s.io/initial-events-end"] == "true" && events[2].object["metadata"]?["name"] == "a")
        harness.api.store.compact()
        var late = try harness.watch("/api/v1/pods?watch=true&resourceVersion=1", headers: ["accept": Self.type])
        var end: [UInt8] = []
        while harness.api.advance(&late, at: harness.now, into: &end) {}
        let failure = try #require(try Self.frames(end).first)
        #expect(failure.type == "ERROR" && failure.object["code"] == 410)
    }

    private struct Torn: Error {}

    /// Four bytes of length, then {1: type, 2: {1: object}}.
    private static func frames(_ stream: [UInt8]) throws -> [(type: String, object: JSON)] {
        var rest = stream[...]
        func delimited(_ tag: UInt8, _ bytes: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
            guard bytes.popFirst() == tag else { throw Torn() }
            var length = 0
            var shift = 0
            while let byte = bytes.popFirst() {
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            guard length <= bytes.count else { throw Torn() }
            defer { bytes = bytes.dropFirst(length) }
            return bytes.prefix(length)
        }
        var events: [(type: String, object: JSON)] = []
        while !rest.isEmpty {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            var event = rest.dropFirst(4).prefix(length)
            rest = rest.dropFirst(4 + length)
            let type = String(decoding: try delimited(0x0A, &event), as: UTF8.self)
            var raw = try delimited(0x12, &event)
            events.append((type, try ProtobufEnvelope.decode(Array(try delimited(0x0A, &raw)), kind: "", apiVersion: "v1")))
        }
        return events
    }

    @Test func subresourcesReviewsAndDeletionsTakeAndGiveProtobuf() throws {
        var harness = APIHarness()
        func send(_ method: String, _ target: String, _ object: JSON) throws -> (Int, JSON) {
            let answer = harness.send(method, target, try #require(ProtobufEnvelope.encode(object)), headers: Self.both)
            return (answer.status, try self.object(answer))
        }
        let deployment: JSON = [
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": ["name": "d"],
            "spec": ["selector": ["matchLabels": ["a": "b"]], "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "i"]]]], "strategy": ["rollingUpdate": ["maxSurge": "50%", "maxUnavailable": 0]]],
        ]
        let apps = "/apis/apps/v1/namespaces/default/deployments"
        #expect(try send("POST", apps, deployment).0 == 201)
        #expect(harness.ask("GET", "\(apps)/d").json["spec"]?["strategy"]?["rollingUpdate"] == ["maxSurge": "50%", "maxUnavailable": 0])
        let scale = try send("PUT", "\(apps)/d/scale", ["kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": ["name": "d", "namespace": "default"], "spec": ["replicas": 3]])
        #expect(scale.0 == 200 && scale.1["spec"]?["replicas"] == 3 && scale.1["kind"] == "Scale")
        let token = try send("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": ["expirationSeconds": 600]])
        #expect(token.0 == 201 && token.1["status"]?["token"]?.string?.split(separator: ".").count == 3)
        let review = try send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", [
            "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "spec": ["resourceAttributes": ["verb": "list", "resource": "pods"]],
        ])
        #expect(review.0 == 201 && review.1["status"]?["allowed"] == true)
        _ = harness.ask("POST", "/api/v1/namespaces/default/pods", APIHarness.pod("p"))
        let bound = try send("POST", "/api/v1/namespaces/default/pods/p/binding", ["kind": "Binding", "apiVersion": "v1", "metadata": ["name": "p"], "target": ["kind": "Node", "name": "n"]])
        #expect(bound.0 == 201 && bound.1["status"] == "Success")
        let options: JSON = ["kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0, "propagationPolicy": "Background", "preconditions": ["uid": "wrong"]]
        let refused = try send("DELETE", "/api/v1/namespaces/default/pods/p", options)
        #expect(refused.0 == 409 && refused.1["reason"] == "Conflict")
        let deleted = try send("DELETE", "\(apps)/d", ["kind": "DeleteOptions", "apiVersion": "apps/v1", "propagationPolicy": "Orphan"])
        #expect(deleted.0 == 200 && harness.ask("GET", "\(apps)/d").json["metadata"]?["finalizers"] == ["orphan"])
    }

    @Test func discoveryComesInProtobuf() throws {
        var harness = APIHarness()
        for (path, kind, member) in [("/api", "APIVersions", "versions"), ("/apis", "APIGroupList", "groups"), ("/apis/apps", "APIGroup", "versions"), ("/apis/apps/v1", "APIResourceList", "resources")] {
            let text = harness.ask("GET", path).json
            let same = try object(harness.ask("GET", path, headers: ["accept": Self.type]))
            #expect(same["kind"]?.string == kind && same[member] != nil && same[member] == text[member], "\(path)")
        }
        let aggregated = harness.ask("GET", "/apis", headers: ["accept": "\(Self.type);g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\(Self.type)"])
        #expect(aggregated.contentType == "\(Self.type);g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
        let text = harness.ask("GET", "/apis", headers: ["accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"])
        #expect(aggregated.header("etag") == text.header("etag"))
        let apps = try Self.list(aggregated, "APIGroupDiscovery").items.first { $0["metadata"]?["name"] == "apps" }
        let same = text.json["items"]?.array?.first { $0["metadata"]?["name"] == "apps" }
        #expect(apps?["versions"]?[0]?["resources"]?[0]?["resource"] == "controllerrevisions" && apps?["versions"]?.array?.count == same?["versions"]?.array?.count)
    }

    @Test func newerOpenAPIComesInProtobufUnderItsOwnName() throws {
        var harness = APIHarness()
        let text = harness.ask("GET", "/openapi/v3/apis/apps/v1")
        let range = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"
        let answer = harness.ask("GET", "/openapi/v3/apis/apps/v1", headers: ["accept": range])
        #expect(answer.contentType == "application/com.github.proto-openapi.spec.v3.v1.0+protobuf" && answer.header("etag") == text.header("etag"))
        // Document {openapi "3.0.0", info {title "Kubernetes" ...
        #expect(answer.body.starts(with: [0x0A, 5] + Array("3.0.0".utf8) + [0x12]) && answer.body[9] == 0x0A && answer.body[11..<21].elementsEqual("Kubernetes".utf8))
        // NamedSchemaOrReference {name, SchemaOrReference {Schema ...
        let name = Array("io.k8s.api.apps.v1.DeploymentSpec".utf8)
        #expect(answer.body.firstRange(of: [0x0A, UInt8(name.count)] + name + [0x12]) != nil)
        #expect(harness.ask("GET", "/openapi/v3/apis/apps/v1", headers: ["accept": "text/html"]).status == 406)
        #expect(harness.ask("GET", "/openapi/v3/apis/apps/v1", headers: ["accept": range, "if-none-match": text.header("etag") ?? ""]).status == 304)
    }

    /// A message is made once for a form of an object, and the two forms of one event are two.
    @Test func anEventHasAMessageInEachOfItsForms() throws {
        var harness = APIHarness()
        let event: JSON = [
            "kind": "Event", "apiVersion": "v1", "metadata": ["name": "e"], "involvedObject": ["kind": "Pod", "name": "p", "namespace": "default"], "reason": "Started", "message": "m",
            "firstTimestamp": "2026-11-26T12:00:00Z", "eventTime": .null, "count": 2, "type": "Normal",
        ]
        #expect(harness.ask("POST", "/api/v1/namespaces/default/events", event).status == 201)
        for _ in 0..<2 {
            let old = try object(harness.ask("GET", "/api/v1/namespaces/default/events/e", headers: ["accept": Self.type]))
            let new = try object(harness.ask("GET", "/apis/events.k8s.io/v1/namespaces/default/events/e", headers: ["accept": Self.type]))
            #expect(old["message"] == "m" && old["involvedObject"]?["name"] == "p" && old["note"] == nil)
            #expect(new["note"] == "m" && new["regarding"]?["name"] == "p" && new["deprecatedCount"] == 2 && new["deprecatedFirstTimestamp"] == "2026-11-26T12:00:00Z" && new["message"] == nil)
        }
    }
}
