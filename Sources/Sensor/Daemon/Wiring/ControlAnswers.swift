import Events
import Foundation
import Foundations
import Pipeline
import Redaction
import Rules

/// What the daemon answers on its control socket. Everything that processes wrote (command lines, paths) is redacted first.
struct ControlAnswers: Sendable {
    let questions: Questions
    let statistics: @Sendable () async -> Statistics
    let readiness: @Sendable () async -> Readiness
    private let redactor = Redactor()

    init(questions: Questions, statistics: @escaping @Sendable () async -> Statistics, readiness: @escaping @Sendable () async -> Readiness) {
        self.questions = questions
        self.statistics = statistics
        self.readiness = readiness
    }

    func answer(_ request: ControlRequest) async -> AsyncStream<String> {
        switch request.verb {
        case .statistics: return Self.one(await statistics())
        case .ready: return Self.one(await readiness())
        case .actors: return Self.one(await actors())
        case .containers: return Self.one(await containers())
        case .events: return events(request)
        }
    }

    private func events(_ request: ControlRequest) -> AsyncStream<String> {
        var kinds: Set<EventKind> = []
        for name in request.kinds {
            guard let kind = EventKind(name: name) else { return Self.refusal("unknown kind '\(name)'") }
            kinds.insert(kind)
        }
        do {
            return questions.events(kinds: kinds, filter: try request.filter.map { text throws(Diagnostic) in try ConditionFilter(text) })
        } catch {
            return Self.refusal("\(error)")
        }
    }

    private func actors() async -> [Actor] {
        (await questions.report()?.processes ?? []).map { process in
            Actor(
                pid: process.key.pid, start: process.key.start.nanoseconds, parentPid: process.parentPID, name: redactor.redact(process.comm),
                path: redactor.redact(process.exec.path), commandLine: redactor.redact(process.exec.arguments.joined(separator: " ")), uid: process.uid,
                user: process.uid == 0 ? "root" : nil, containerId: process.container?.id, pod: process.container?.pod?.name,
                namespace: process.container?.pod?.namespace, sha256: process.digests?.sha256)
        }
    }

    private func containers() async -> [Container] {
        guard let report = await questions.report() else { return [] }
        var counts: [String: Int] = [:]
        for process in report.processes { if let id = process.container?.id { counts[id, default: 0] += 1 } }
        return report.containers.map { container in
            Container(
                id: container.id, runtime: container.runtime, name: container.name, image: container.image, imageDigest: container.imageDigest,
                started: container.started.map(\.rfc3339), labels: Self.labels(container.labels),
                privileged: container.privileged, podUid: container.podUID, pod: container.pod?.name, namespace: container.pod?.namespace,
                serviceAccount: container.pod.flatMap { $0.serviceAccount.isEmpty ? nil : $0.serviceAccount },
                controller: container.pod?.owners.last.map { "\($0.kind)/\($0.name)" }, podLabels: container.pod.flatMap { Self.labels($0.labels) }, processes: counts[container.id] ?? 0)
        }
    }

    private static func labels(_ labels: [String: String]) -> [String: String]? { labels.isEmpty ? nil : labels }

    private static func one(_ value: some Encodable) -> AsyncStream<String> {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return lines((try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? #"{"error":"cannot be encoded"}"#)
    }

    private static func refusal(_ reason: String) -> AsyncStream<String> { one(["error": reason]) }

    private static func lines(_ line: String) -> AsyncStream<String> {
        AsyncStream { continuation in
            continuation.yield(line)
            continuation.finish()
        }
    }
}
