import KubeCore
import Testing

/// What comes of an Accept header.
@Suite("Accept")
struct AcceptTests {
    private static let protobuf = ProtobufTests.type
    private static let metadata = "as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    private static let table = "as=Table;g=meta.k8s.io;v=v1"

    @Test(arguments: [
        ("", "application/json"), ("*/*", "application/json"), (protobuf, protobuf), ("\(protobuf), */*", protobuf), ("\(protobuf),application/json", protobuf),
        ("application/json,\(protobuf)", "application/json"), ("application/json;q=0.5, \(protobuf);q=0.9", protobuf), ("application/yaml, \(protobuf);q=0.9", "application/yaml"),
        // A type goes before a wildcard of whatever weight.
        ("*/*, \(protobuf);q=0.1", protobuf), ("\(protobuf);\(table), application/json", "application/json"), ("\(protobuf);\(table)", nil),
        ("\(protobuf);\(metadata)", protobuf), ("\(protobuf);as=Table;g=meta.k8s.io;v=v9, \(protobuf)", protobuf), ("application/cbor", nil), ("application/cbor, \(protobuf)", protobuf),
        ("\(protobuf);stream=watch", protobuf), ("\(protobuf);stream=tail", nil), ("\(protobuf);sv=v1", protobuf), ("\(protobuf);sv=v2", nil), ("application/*, \(protobuf);q=0.5", protobuf),
    ] as [(String, String?)])
    func aBuiltInKindAnswersInTheForm(_ accept: String, _ expected: String?) {
        var harness = APIHarness()
        let answer = harness.ask("GET", "/api/v1/namespaces/default", headers: accept.isEmpty ? [:] : ["accept": accept])
        #expect(answer.status == (expected == nil ? 406 : 200))
        if let expected { #expect(answer.contentType == expected) } else { #expect(answer.contentType == "application/json" || answer.contentType == Self.protobuf) }
    }

    /// Custom resources have no messages, but their metadata has.
    @Test func aCustomResourceHasProtobufForItsMetadataOnly() throws {
        var harness = APIHarness()
        let definition: JSON = [
            "kind": "CustomResourceDefinition", "apiVersion": "apiextensions.k8s.io/v1", "metadata": ["name": "widgets.example.com"],
            "spec": [
                "group": "example.com", "scope": "Cluster", "names": ["plural": "widgets", "singular": "widget", "kind": "Widget"],
                "versions": [["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": [
                    "type": "object", "properties": ["spec": ["type": "object", "x-kubernetes-preserve-unknown-fields": true], "n": ["type": "array", "items": ["type": "number", "minimum": 0, "default": 1]]],
                ]]]],
            ],
        ]
        let sent = harness.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", try #require(ProtobufEnvelope.encode(definition)), headers: ["content-type": Self.protobuf])
        #expect(sent.status == 201)
        #expect(sent.json["spec"]?["versions"]?[0]?["schema"] == definition["spec"]?["versions"]?[0]?["schema"])
        harness.run(for: .seconds(1))
        #expect(harness.ask("POST", "/apis/example.com/v1/widgets", ["kind": "Widget", "apiVersion": "example.com/v1", "metadata": ["name": "w"]]).status == 201)
        let path = "/apis/example.com/v1/widgets/w"
        let refused = harness.ask("GET", path, headers: ["accept": Self.protobuf])
        #expect(refused.status == 406)
        #expect(try ProtobufEnvelope.decode(refused.body, kind: "Status", apiVersion: "v1")["message"]?.string == "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf")
        #expect(harness.ask("GET", path, headers: ["accept": "\(Self.protobuf), application/json"]).json["kind"] == "Widget")
        let partial = harness.ask("GET", path, headers: ["accept": "\(Self.protobuf);\(Self.metadata)"])
        #expect(try ProtobufEnvelope.decode(partial.body, kind: "", apiVersion: "meta.k8s.io/v1")["metadata"]?["name"] == "w")
        let body = try #require(ProtobufEnvelope.encode(["kind": "Status", "apiVersion": "v1"]))
        let put = harness.send("PUT", path, body, headers: ["content-type": Self.protobuf])
        #expect(put.status == 400 && put.json["message"]?.string?.contains("does not implement the protobuf marshalling interface") == true)
    }

    @Test func aStreamIsNeverYAML() {
        var harness = APIHarness()
        let answer = harness.ask("GET", "/api/v1/pods?watch=true", headers: ["accept": "application/yaml"])
        #expect(answer.status == 406)
        #expect(answer.json["message"]?.string == "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch")
    }

    /// Refusals too come in what the client accepts, and in JSON when it accepts nothing of ours.
    @Test(arguments: [("application/yaml", "application/yaml"), (protobuf, protobuf), ("\(protobuf);\(metadata)", "application/json"), ("text/html", "application/json")])
    func aRefusalComesInTheForm(_ accept: String, _ expected: String) {
        var harness = APIHarness()
        let answer = harness.ask("GET", "/api/v1/namespaces/none", headers: ["accept": accept])
        #expect(answer.contentType == expected && answer.status == (accept == "text/html" ? 406 : 404))
    }
}
