import Foundation
import Synchronization
import Testing

/// The server held against answers that were recorded from a real Kubernetes 1.36 API server, where those lie beside this package
/// (`WIZ_SHARED`, or `../shared` from the package's folder).
@Suite("Recorded Kubernetes API answers", .timeLimit(.minutes(5)))
struct KubeReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    /// Cases that do not pass yet. It must only shrink.
    private static let knownToFail: Set<String> = []

    private static var shared: URL? {
        let folder = ProcessInfo.processInfo.environment["WIZ_SHARED"].map { URL(filePath: $0) } ?? root.appending(path: "../shared").standardized
        return FileManager.default.fileExists(atPath: folder.appending(path: "tools/kube-replay.py").path) ? folder : nil
    }

    /// Times of managed fields have whole seconds and order them: a case whose requests fall on both sides of a second gets another order than
    /// the recorded one, from a real server too. So a case fails when it fails three times, each on a fresh server.
    @Test func answersAsARealServerDid() async throws {
        guard let shared = Self.shared else { return print("kube-replay: no recorded answers beside the package") }
        var (failed, words) = try await Self.replay(shared)
        for _ in 0..<2 where !failed.subtracting(Self.knownToFail).isEmpty {
            let again = try await Self.replay(shared)
            failed.formIntersection(again.failed)
            words += again.words
        }
        #expect(failed.subtracting(Self.knownToFail).isEmpty, "\(words)")
        #expect(Self.knownToFail.subtracting(failed).isEmpty, "these pass now and must leave the list")
    }

    private static func replay(_ shared: URL) async throws -> (failed: Set<String>, words: String) {
        let result = Mutex((failed: Set<String>(), words: ""))
        try await KubeFixture.run { kube in
            let report = kube.folder.file("replay.xml")
            let outcome = try await BackendSubprocess.run(
                try BackendSubprocess.find("python3"),
                [
                    shared.appending(path: "tools/kube-replay.py").path, "check", "--server", kube.endpoints.api, "--token", kube.directory.adminToken, "--junit", report.path,
                    shared.appending(path: "data/kubernetes/cases").path,
                ])
            let lines = outcome.text.split(separator: "\n")
            print("kube-replay: \(lines.last ?? "no result")")
            let failed = Set(lines.filter { $0.hasPrefix("FAIL ") }.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
            // what the tool counts is what was read from its lines: else they would be read wrongly
            #expect(lines.last?.hasSuffix("\(failed.count) failed") ?? false, "\(outcome.text)\(outcome.errors)")
            result.withLock { $0 = (failed, outcome.text + outcome.errors) }
        }
        return result.withLock { $0 }
    }

    @Test func kubectlPrintsWhatItPrintsAgainstARealServer() async throws {
        guard let shared = Self.shared else { return print("kubectl-transcript: no transcripts beside the package") }
        try await KubeFixture.run { kube in
            // Recorded with kubectl 1.32; before 1.27 kubectl validates by itself and words it differently.
            let minor = try await Kubectl.minor()
            guard minor >= 27 else { return print("kubectl-transcript: recorded with kubectl 1.32, not comparable with 1.\(minor)") }
            let folder = shared.appending(path: "data/kubernetes/kubectl")
            let transcripts = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }.sorted().map { folder.appending(path: $0).path }
            let outcome = try await BackendSubprocess.run(
                try BackendSubprocess.find("python3"), [shared.appending(path: "tools/kubectl-transcript.py").path, "check", "--kubeconfig", kube.kubeconfig] + transcripts,
                environment: ["HOME": kube.folder.url.path])
            print("kubectl-transcript: \(outcome.text.split(separator: "\n").last ?? "no result")")
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
        }
    }

    @Test func noWatcherLosesDoublesOrSwapsAnEvent() async throws {
        guard let shared = Self.shared else { return print("watch-stress: not beside the package") }
        // A short history, so that slow watchers also meet 410 and start anew.
        try await KubeFixture.run(historyMax: 400) { kube in
            let outcome = try await BackendSubprocess.run(
                try BackendSubprocess.find("python3"),
                [shared.appending(path: "tools/watch-stress.py").path, "--server", kube.endpoints.api, "--token", kube.directory.adminToken, "--watchers", "20", "--changes", "2000"])
            print("watch-stress: \(outcome.text.split(separator: "\n").last ?? "no result")")
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
        }
    }
}
