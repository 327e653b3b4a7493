import Foundations
import KubeCore
import Testing

@Suite("Garbage")
struct GarbageTests {
    private let maps = "/api/v1/namespaces/default/configmaps"

    private func make(_ harness: inout APIHarness, _ name: String, ownedBy owners: [(String, String)] = [], blocks: Bool = false) -> String {
        let references: [JSON] = owners.map { ["apiVersion": "v1", "kind": "ConfigMap", "name": .string($0.0), "uid": .string($0.1), "blockOwnerDeletion": .bool(blocks)] }
        return harness.ask("POST", maps, ["metadata": ["name": .string(name), "ownerReferences": .array(references)]]).json["metadata"]?["uid"]?.string ?? ""
    }

    @Test func whatIsOwnedGoesDownToTheLast() {
        var harness = APIHarness(controlPlane: true)
        let root = make(&harness, "root")
        let middle = make(&harness, "middle", ownedBy: [("root", root)])
        _ = make(&harness, "leaf", ownedBy: [("middle", middle)])
        harness.run(for: .seconds(1))
        _ = harness.ask("DELETE", "\(maps)/root")
        harness.run(for: .seconds(1))
        #expect(harness.ask("GET", maps).json["items"] == [])
    }

    @Test func anOwnerOfTheSameNameIsNotTheOwner() {
        var harness = APIHarness(controlPlane: true)
        _ = make(&harness, "root")
        _ = make(&harness, "leaf", ownedBy: [("root", "00000000-0000-4000-8000-000000000000")])
        harness.run(for: .seconds(1))
        #expect(harness.ask("GET", "\(maps)/leaf").status == 404)
        #expect(harness.ask("GET", "\(maps)/root").status == 200)
    }

    @Test func ofAnUnknownKindNothingIsSaid() {
        var harness = APIHarness(controlPlane: true)
        let owner: JSON = ["apiVersion": "example.com/v1", "kind": "Nobody", "name": "n", "uid": "00000000-0000-4000-8000-000000000000"]
        _ = harness.ask("POST", maps, ["metadata": ["name": "kept", "ownerReferences": [owner]]])
        harness.run(for: .seconds(1))
        #expect(harness.ask("GET", "\(maps)/kept").status == 200)
    }

    @Test func onlyThoseWhoBlockAreWaitedFor() {
        for blocks in [true, false] {
            var harness = APIHarness(controlPlane: true)
            let root = make(&harness, "root")
            _ = make(&harness, "leaf", ownedBy: [("root", root)], blocks: blocks)
            _ = harness.patch("\(maps)/leaf", ["metadata": ["finalizers": ["example.com/stay"]]])
            harness.run(for: .seconds(1))
            _ = harness.ask("DELETE", "\(maps)/root?propagationPolicy=Foreground")
            harness.run(for: .seconds(1))
            #expect(harness.ask("GET", "\(maps)/root").status == (blocks ? 200 : 404))
            #expect(harness.ask("GET", "\(maps)/leaf").json["metadata"]?["deletionTimestamp"] != nil)
            _ = harness.patch("\(maps)/leaf", ["metadata": ["finalizers": .null]])
            harness.run(for: .seconds(1))
            #expect(harness.ask("GET", "\(maps)/root").status == 404)
        }
    }

    @Test func aDefinitionIsThereAsLongAsOneOfItsObjects() {
        var harness = APIHarness()
        let version: JSON = ["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": ["type": "object"]]]
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        _ = harness.ask("POST", definitions, [
            "metadata": ["name": "things.example.com"], "spec": ["group": "example.com", "scope": "Cluster", "names": ["plural": "things", "kind": "Thing"], "versions": [version]],
        ])
        for (name, finalizers) in [("free", [:]), ("held", ["finalizers": ["example.com/stay"]])] as [(JSON, JSON)] {
            var metadata = finalizers
            metadata["name"] = name
            _ = harness.ask("POST", "/apis/example.com/v1/things", ["apiVersion": "example.com/v1", "kind": "Thing", "metadata": metadata])
        }
        #expect(harness.ask("DELETE", "\(definitions)/things.example.com").json["metadata"]?["deletionTimestamp"] != nil)
        #expect(harness.ask("GET", "/apis/example.com/v1/things").json["items"]?.array?.count == 1)
        let refused = harness.ask("POST", "/apis/example.com/v1/things", ["apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "late"]])
        #expect(refused.status == 405)
        _ = harness.patch("/apis/example.com/v1/things/held", ["metadata": ["finalizers": .null]])
        harness.run(for: .seconds(1))
        #expect(harness.ask("GET", "\(definitions)/things.example.com").status == 404)
        #expect(harness.ask("GET", "/apis/example.com/v1/things").status == 404)
    }
}
