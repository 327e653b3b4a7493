import Foundation
import KubeCore
import Testing

/// Protobuf of every built-in kind, against itself and against programs that others wrote.
@Suite("Kubernetes protobuf", .timeLimit(.minutes(4)))
struct KubeProtobufTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    /// Kinds that are stored or asked for, with the types of their objects.
    private static let kinds: [(kind: String, apiVersion: String, type: String)] =
        Catalogue().resources.map { ($0.kind, $0.groupVersion, $0.typeName) } + [
            ("DeleteOptions", "meta.k8s.io/v1", "meta.v1.DeleteOptions"), ("Eviction", "policy/v1", "policy.v1.Eviction"), ("Scale", "autoscaling/v1", "autoscaling.v1.Scale"),
            ("TokenRequest", "authentication.k8s.io/v1", "authentication.v1.TokenRequest"), ("Status", "v1", "meta.v1.Status"),
        ]

    private static func objects(seeds: Range<UInt64>) -> [(kind: (kind: String, apiVersion: String, type: String), object: JSON)] {
        seeds.flatMap { seed in
            var generator = KubeObjectGenerator(seed: seed)
            return kinds.map { kind in
                var object = generator.object(kind.type)
                object["kind"] = .string(kind.kind)
                object["apiVersion"] = .string(kind.apiVersion)
                return (kind, object)
            }
        }
    }

    @Test func everyKindComesBackAsItWas() throws {
        for (kind, object) in Self.objects(seeds: 0..<12) {
            let bytes = try #require(ProtobufEnvelope.encode(object), "\(kind.type)")
            #expect(try ProtobufEnvelope.decode(bytes, kind: kind.kind, apiVersion: kind.apiVersion) == object, "\(kind.type)")
        }
    }

    /// kubectl's descriptors name and number the fields; Google's runtime reads what we wrote and writes what we read.
    @Test func everyKindIsWhatKubectlsDescriptorsSay() async throws {
        let objects = Self.objects(seeds: 100..<106)
        var lines: [UInt8] = []
        for (kind, object) in objects {
            var plain = object
            plain["kind"] = nil
            plain["apiVersion"] = nil
            lines += (["type": .string(kind.type), "json": plain, "protobuf": .string(Base64.encode(try #require(ProtobufEnvelope.message(object))))] as JSON).encoded + [0x0A]
        }
        let outcome = try await BackendSubprocess.run(
            Self.root.appending(path: ".build/python/bin/python").path, [Self.root.appending(path: "Tests/Contract/Python/kube_protobuf.py").path, try BackendSubprocess.find("kubectl")],
            input: Data(lines))
        let answers = try outcome.text.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        try #require(outcome.status == 0 && answers.count == objects.count, "\(outcome.errors)")
        var compared: Int64 = 0
        var unknown: Set<String> = []
        for ((kind, _), answer) in zip(objects, answers) {
            if answer["unknown"] == true {
                unknown.insert(kind.type.split(separator: ".").prefix(2).joined(separator: "."))
                continue
            }
            #expect(answer["wrong"] == nil, "\(kind.type): \(answer["wrong"]?.string ?? "")")
            guard let bytes = answer["protobuf"]?.string.flatMap({ try? Base64.decode($0) }), var known = answer["json"] else { continue }
            known["kind"] = .string(kind.kind)
            known["apiVersion"] = .string(kind.apiVersion)
            #expect(try ProtobufEnvelope.object(bytes, kind: kind.kind, apiVersion: kind.apiVersion) == known, "\(kind.type)")
            compared += answer["fields"]?.integer ?? 0
        }
        print("kube_protobuf: \(compared) fields compared, not known to this kubectl: \(unknown.sorted().joined(separator: " "))")
        // 1.35 left the descriptors out.
        if (23..<35).contains(try await Kubectl.minor()) { #expect(compared > 10_000 && !unknown.contains("core.v1") && !unknown.contains("apps.v1")) }
    }
}
