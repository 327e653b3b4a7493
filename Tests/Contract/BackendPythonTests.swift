import Foundation
import Testing

/// The backend held against grpcio (its own HTTP/2 and TLS) and Python's urllib, with stubs made from the .proto file on the spot.
@Suite("Python clients", .timeLimit(.minutes(2)))
struct BackendPythonTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    @Test func aSensorInPythonHoldsTheWholeConversation() async throws {
        try await BackendFixture.run { backend in
            #expect(try await backend.control("POST", "/definitions", body: #"{"version": "3.1.4", "rules": [{"name": "a.yaml", "content": "- rule: x"}]}"#).status == 201)
            #expect(try await backend.control("POST", "/indicators", body: #"{"indicators": [{"kind": "domain", "value": "evil[.]example", "disposition": "malicious"}]}"#).status == 200)
            let outcome = try await BackendSubprocess.run(
                Self.root.appending(path: ".build/python/bin/python").path,
                [Self.root.appending(path: "Tests/Contract/Python/backend_conversation.py").path, Self.root.appending(path: "Sources/Contract/Protos").path, backend.directory.url.path])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let claims = String(decoding: outcome.output, as: UTF8.self).split(whereSeparator: \.isNewline)
            #expect(claims.count == 21 && claims.allSatisfy { $0.hasPrefix("ok ") }, "\(claims.joined(separator: "\n"))")
        }
    }
}
