import Contract
import Foundation
import Foundations
import Portal
import Redaction
import Spool

func instant(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64((seconds * 1e9).rounded())) }
func moment(_ seconds: Double) -> Now { Now(monotonic: instant(seconds), wall: WallInstant(nanoseconds: 1_767_225_600_000_000_000 + Int64(seconds * 1e9))) }

struct Body: Redactable, Encodable {
    var text: String
    func redacted(by redactor: Redactor) -> Body { Body(text: redactor.redact(text)) }
}

func draft(_ stream: UploadStream = .detections, _ id: String = "d", severity: Severity = .medium, bytes: Int = 40) throws -> SpoolDraft {
    SpoolDraft(stream: stream, id: id, severity: severity, payload: try Redactor().redact(Body(text: String(repeating: "x", count: max(0, bytes - 11)))).encoded())
}

func record(_ sequence: UInt64, bytes: Int = 40) -> SpooledRecord {
    SpooledRecord(sequence: sequence, id: "\(sequence)", severity: .medium, acceptedAt: .zero, payload: Data(repeating: 0x78, count: bytes))
}

func digest(_ records: [UploadStream: Int], oldest: SpoolTime? = nil) -> SpoolDigest {
    var digest = SpoolDigest()
    for (stream, count) in records {
        var sums = SpoolDigest.Stream()
        sums.records = count
        sums.oldest = count > 0 ? oldest ?? .zero : nil
        digest.streams[stream] = sums
    }
    return digest
}

/// A conversation with a spool on disk beside it: performs spool commands as the shell does, keeps the rest for the test to look at.
final class Bench {
    var conversation: Conversation
    let spool: SQLiteSpool
    let folder: String
    var now: Now
    /// Fails the next spool commands instead of performing them.
    var diskError: SpoolError?
    /// Performs them, but their sums cannot be read.
    var isUnreadable = false
    private(set) var requests: [(id: UInt64, request: PortalRequest)] = []
    private(set) var effects: [Conversation.Effect] = []
    private(set) var commands: [SpoolCommand] = []

    init(_ tuning: PortalTuning = PortalTuning(), definitions: DefinitionsPolicy = DefinitionsPolicy()) throws {
        folder = FileManager.default.temporaryDirectory.path + "/portal-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        now = moment(1000)
        spool = try SQLiteSpool.open(path: folder + "/spool.db", bootID: "boot", at: now)
        conversation = Conversation(persistentID: "node", tuning: tuning, definitions: definitions, timeline: spool.timeline, seed: 1, at: now)
        hand(.start(try spool.digest()))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func hand(_ input: Conversation.Input) {
        var inputs = [input]
        while !inputs.isEmpty {
            for effect in conversation.handle(inputs.removeFirst(), at: now) {
                effects.append(effect)
                switch effect {
                case .spool(let command):
                    commands.append(command)
                    if let diskError {
                        inputs.append(.spool(.failed(command, diskError)))
                    } else {
                        let answer = command.perform(on: spool, at: now)
                        if isUnreadable, case .done(let command, _) = answer { inputs.append(.spool(.done(command, nil))) } else { inputs.append(.spool(answer)) }
                    }
                case .send(let id, let request, _): requests.append((id, request))
                default: break
                }
            }
        }
    }

    /// Time goes on; every wake on the way is kept.
    func pass(_ span: Duration) {
        let end = now.advanced(by: span)
        while let wake = conversation.nextWake(at: now.monotonic), wake <= end.monotonic {
            if wake > now.monotonic { now = now.advanced(by: wake - now.monotonic) }
            let before = effects.count
            hand(.wake)
            // a wake that leads to nothing and stays due would go on for ever
            if before == effects.count, conversation.nextWake(at: now.monotonic).map({ $0 <= now.monotonic }) == true { break }
        }
        if end.monotonic > now.monotonic { now = now.advanced(by: end.monotonic - now.monotonic) }
    }

    func takeRequests() -> [(id: UInt64, request: PortalRequest)] {
        defer { requests = [] }
        return requests
    }

    func takeEffects() -> [Conversation.Effect] {
        defer { effects = [] }
        return effects
    }

    /// Answers every request that is out, and those that follow, as a portal in good health does.
    func answerAll(upload: (UploadRequest) -> PortalReply = Bench.taken) {
        while let (id, request) = requests.first {
            requests.removeFirst()
            hand(.reply(id: id, Bench.answer(request, upload: upload)))
        }
    }

    func failAll(_ failure: PortalFailure) { for (id, _) in takeRequests() { hand(.reply(id: id, .failed(failure))) } }

    static func taken(_ upload: UploadRequest) -> PortalReply {
        .uploaded(UploadReply(accepted: upload.records.count, duplicates: 0, watermark: upload.records.last?.sequence ?? 0))
    }

    static func answer(_ request: PortalRequest, upload: (UploadRequest) -> PortalReply = taken) -> PortalReply {
        switch request {
        case .token: .token(validFor: .hours(1))
        case .register: .registered(sensorID: "sensor-1", PortalSettingsUpdate())
        case .heartbeat: .heartbeat(definitionsVersion: "", PortalSettingsUpdate())
        case .currentDefinitions: .definitions(nil)
        case .download: .failed(PortalFailure(.notFound))
        case .upload(let request): upload(request)
        case .deregister: .deregistered
        }
    }
}

extension PortalRequest {
    var name: String {
        switch self {
        case .token: "token"
        case .register: "register"
        case .heartbeat: "heartbeat"
        case .currentDefinitions: "definitions"
        case .download: "download"
        case .upload(let upload): "upload \(upload.stream.rawValue)"
        case .deregister: "deregister"
        }
    }
}
