import BackendCore
import Contract
import Foundation
import Foundations
import Portal
import Spool

/// The portal of a simulated world: tokens, registrations, each record once, signed definitions, settings.
///
/// The real store of the reference portal answers asynchronously and takes a millisecond a batch, so a simulated day would take an
/// hour; this one shares with it what decides right and wrong, `SequenceRanges`, `SignedDefinitions` and `DefinitionsAuthority`.
struct SimulatedPortal {
    struct Token: Hashable, Sendable {
        var expires: WorldTime
        var epoch: Int
    }

    /// One answer, and what it did.
    struct Answer {
        var reply: PortalReply
        /// The token that goes with a `.token` reply.
        var token: Token?
        /// Records that were new.
        var fresh: [SpooledRecord] = []
        var duplicates = 0

        init(_ reply: PortalReply, token: Token? = nil) {
            self.reply = reply
            self.token = token
        }
    }

    private struct Lane: Hashable {
        var node: Int
        var stream: UploadStream
    }

    /// Tokens of earlier epochs are refused.
    private var epoch = 0
    private var registered: Set<Int> = []
    private var taken: [Lane: SequenceRanges] = [:]
    private(set) var settings = PortalSettingsUpdate(revision: 1)
    private var offer: SignedDefinitions?
    private var published: UInt16 = 0
    /// Versions that a sensor may use.
    private(set) var soundVersions: Set<String> = []
    private let tokenLife: Duration
    private let authority: DefinitionsAuthority
    private let otherSeed: Data
    /// What sensors are told to trust: one that believes the first chain it sees would believe a spoiled first release too.
    let root: Data

    init(tokenLife: Duration, seed: UInt64) throws {
        self.tokenLife = tokenLife
        var random = SeededGenerator(seed: seed)
        func key() -> Data { Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }) }
        // the clocks of simulated machines may be years off
        var authority = try DefinitionsAuthority(rootSeed: key(), signingSeed: key(), at: WallInstant(nanoseconds: 0))
        try authority.replaceSigningKey(key(), from: WallInstant(nanoseconds: 0), for: .seconds(250 * 365 * 86_400))
        self.authority = authority
        root = try authority.rootPublicKey()
        otherSeed = key()
    }

    /// The version that sensors are to use in the end; nil when none was published or the newest is spoiled.
    var soundVersion: String? { offer.map(\.version.description).flatMap { soundVersions.contains($0) ? $0 : nil } }

    var hasNothingPublished: Bool { offer == nil }

    // MARK: What happens to it

    mutating func expireTokens() { epoch += 1 }

    mutating func restart() {
        epoch += 1
        registered = []
    }

    mutating func setSettings(heartbeatSeconds: UInt32, uploadBytesPerHour: UInt32) {
        settings.revision += 1
        settings.heartbeatSeconds = heartbeatSeconds
        settings.uploadBytesPerHour = uploadBytesPerHour
    }

    mutating func publish(defect: DefinitionsPublication.Defect? = nil, at wall: WallInstant) throws {
        published += 1
        let version = "1.0.\(published)"
        let rules = [DefinitionsRuleFile(name: "rules.yaml", content: "- list: version_\(published)\n  items: []\n")]
        offer = try SignedDefinitions(
            DefinitionsPublication(version: version, rules: rules, defect: defect), authority: authority, seed: otherSeed, at: wall)
        if defect == nil { soundVersions.insert(version) }
    }

    // MARK: Requests

    mutating func answer(_ request: PortalRequest, from node: Int, token: Token?, at world: WorldTime) -> Answer {
        if request == .token {
            let token = Token(expires: world + tokenLife, epoch: epoch)
            return Answer(.token(validFor: tokenLife), token: token)
        }
        guard let token, token.epoch == epoch, world < token.expires else { return Answer(.failed(PortalFailure(.unauthenticated))) }
        if request == .register {
            registered.insert(node)
            return Answer(.registered(sensorID: "sensor-\(node)", settings))
        }
        guard registered.contains(node) else { return Answer(.failed(PortalFailure(.notRegistered))) }
        switch request {
        case .token, .register: return Answer(.failed(PortalFailure(.requestRefused)))
        case .heartbeat: return Answer(.heartbeat(definitionsVersion: offer?.version.description ?? "", settings))
        case .currentDefinitions: return Answer(.definitions(offer.map(Self.announcement)))
        case .download(let wanted):
            guard let offer, offer.version.description == wanted.version else { return Answer(.failed(PortalFailure(.notFound))) }
            return Answer(.downloaded(offer.parts))
        case .deregister:
            registered.remove(node)
            return Answer(.deregistered)
        case .upload(let upload): return take(upload, from: node)
        }
    }

    private mutating func take(_ upload: UploadRequest, from node: Int) -> Answer {
        if upload.stream == .detections, upload.records.contains(where: { Self.isPoison($0.payload) }) {
            return Answer(.failed(PortalFailure(.requestRefused, detail: "422")))
        }
        var answer = Answer(.deregistered)
        var ranges = taken[Lane(node: node, stream: upload.stream)] ?? SequenceRanges()
        for record in upload.records {
            if ranges.insert(record.sequence) { answer.fresh.append(record) } else { answer.duplicates += 1 }
        }
        taken[Lane(node: node, stream: upload.stream)] = ranges
        answer.reply = .uploaded(UploadReply(accepted: answer.fresh.count, duplicates: answer.duplicates, watermark: ranges.watermark))
        return answer
    }

    static func isPoison(_ payload: Data) -> Bool {
        payload.contains(text: #""poison":true"#)
    }

    private static func announcement(_ signed: SignedDefinitions) -> DefinitionsOffer {
        DefinitionsOffer(version: signed.version.description, size: signed.size, proof: signed.proof)
    }
}

extension Data {
    /// Whether the bytes of the text occur in it.
    func contains(text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            var at = 0
            while bytes.count - at >= length, let hit = memchr(base + at, Int32(text.utf8Start.pointee), bytes.count - at - length + 1) {
                if memcmp(hit, text.utf8Start, length) == 0 { return true }
                at = base.distance(to: UnsafeRawPointer(hit)) + 1
            }
            return false
        }
    }
}
