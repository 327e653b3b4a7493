package import Events
package import Foundations

/// Collects indicators, asks for each once while an answer holds, and turns bad answers into detections.
package struct IndicatorAggregator {
    package struct Settings: Sendable {
        package var batchMax = 200
        /// How long a batch may gather before it is asked for.
        package var gatherTime: Duration = .milliseconds(250)
        /// How long a failed look-up waits before it is tried again.
        package var retryTime: Duration = .seconds(30)
        package var lookUpLoopback = false
        package init(lookUpLoopback: Bool = false) { self.lookUpLoopback = lookUpLoopback }
    }

    package enum Input: Sendable {
        case verdicts([Verdict])
        /// The service could not be asked for these.
        case failed([Indicator])
        /// The service was asked for these and passed over them.
        case unanswered([Indicator])
        /// 24 hours have passed without the portal.
        case portalLost
    }

    package enum Effect: Sendable {
        case lookUp([Indicator])
        case detection(Detection)
    }

    package static let pendingMax = 8192
    package static let cacheMax = 16_384
    package static let sightingsMax = 8
    /// Answers that may leave an indicator out before nobody waits for its verdict any longer (`unanswered`).
    package static let passedOverMax = 3

    private struct Pending {
        var sightings: [Sighting]
        var isAsked = false
        /// Answers that left it out.
        var passedOver = 0
        /// Not asked again before this.
        var notBefore: MonotonicInstant
    }
    private struct Known {
        let verdict: Verdict
        let until: MonotonicInstant
    }

    package private(set) var ledger = Ledger()
    private let settings: Settings
    /// What the definitions decide; replaced with them.
    package var definitions = KnownIndicators()
    private var pending: [Indicator: Pending] = [:]
    private var unasked: [Indicator] = []
    private var gatheringSince: MonotonicInstant?
    private var known: [Indicator: Known] = [:]
    private var knownOrder: [Indicator] = []
    /// (indicator, process) pairs that made a detection already: one process that connects a thousand times is one.
    private var reported: Set<Reported> = []
    private struct Reported: Hashable {
        let indicator: Indicator
        let process: ProcessKey
    }

    private var last: LastTree?
    private struct LastTree {
        let tree: [ProcessSnapshot]
        let until: MonotonicInstant
    }
    /// How long the tree of a sighting may serve those that follow it.
    package static let treeAgeMax: Duration = .seconds(1)

    package init(settings: Settings = Settings()) { self.settings = settings }

    package var pendingCount: Int { pending.count }

    // MARK: What was met

    /// A connection or a resolved name of a process. An executed file or a library counts once its digests are known: see `observe(_:by:at:)`.
    package mutating func observe(_ event: EnrichedEvent, at now: Now) -> [Effect] {
        switch event.event.details {
        case .network(let network) where event.event.kind == .connect || event.event.kind == .datagram:
            guard let address = network.remote else { return [] }
            let indicator = Indicator(.ip, address.description)
            if let known = definitions.address(address) { return decide(known, indicator) { $0.sighting(of: event, at: now) } }
            guard isWorthAsking(address) else { return [] }
            return met(indicator, of: event.event.process, by: { $0.sighting(of: event, at: now) }, at: now)
        case .dns(let dns) where !dns.isAnswer && !dns.name.isEmpty:
            let indicator = Indicator(.domain, dns.name)
            if let known = definitions.domain(dns.name) { return decide(known, indicator) { $0.sighting(of: event, at: now) } }
            return met(indicator, of: event.event.process, by: { $0.sighting(of: event, at: now) }, at: now)
        default: return []
        }
    }

    /// The digests of an executed file or of a library became known, perhaps long after the process went.
    package mutating func observe(_ digests: FileDigests, by sighting: Sighting, at now: Now) -> [Effect] {
        let indicator = Indicator(.sha256, digests.sha256)
        if let known = definitions.file(digests) { return decide(known, indicator) { _ in sighting } }
        return met(indicator, of: sighting.event.process, by: { _ in sighting }, at: now)
    }

    private mutating func decide(_ known: KnownIndicators.Entry, _ indicator: Indicator, by sighting: (inout Self) -> Sighting) -> [Effect] {
        guard known.isMalicious else { return [] }
        let verdict = Verdict(indicator: indicator, isMalicious: true, family: known.family, matched: known.value, source: known.source, validity: .zero)
        return detection(verdict, sighting(&self)).map { [.detection($0)] } ?? []
    }

    // RFC 6890: addresses that name nobody in the world. The documentation networks (TEST-NET) are asked for: nothing real
    // answers there, and tests need addresses that are nobody's.
    private func isWorthAsking(_ address: IPAddress) -> Bool {
        if settings.lookUpLoopback { return true }
        if address.isV6 {
            return !(address.high == 0 && address.low <= 1) && address.high >> 57 != 0x7E && address.high >> 54 != 0x3FA && address.high >> 56 != 0xFF
        }
        let n = UInt32(truncatingIfNeeded: address.low)
        return n >> 24 != 127 && n >> 24 != 10 && n >> 24 != 0 && n >> 20 != 0xAC1 && n >> 16 != 0xC0A8 && n >> 16 != 0xA9FE && n >> 28 < 0xE
    }

    // Whoever asks for a thousand names in a row is copied once: what is kept of each sighting shares the tree of the one before, while that
    // is young and its process is what it was.
    private mutating func sighting(of event: EnrichedEvent, at now: Now) -> Sighting {
        if let last, last.until > now.monotonic, let first = last.tree.first, first.key == event.process.key, first.execTime == event.process.execTime,
            first.container == event.container, first.digests == event.process.digests
        {
            return Sighting(event, tree: last.tree)
        }
        let made = Sighting(event)
        last = LastTree(tree: made.tree, until: now.monotonic + Self.treeAgeMax)
        return made
    }

    // A sighting copies the process and its ancestors: it is made only when it is kept.
    private mutating func met(_ indicator: Indicator, of process: ProcessKey, by sighting: (inout Self) -> Sighting, at now: Now) -> [Effect] {
        if let answer = known[indicator], answer.until > now.monotonic {
            return answer.verdict.isMalicious ? detection(answer.verdict, sighting(&self)).map { [.detection($0)] } ?? [] : []
        }
        if let known = pending[indicator] {
            // of one process one sighting is enough: it makes one detection
            guard !known.sightings.contains(where: { $0.event.process == process }) else { return [] }
            if known.sightings.count < Self.sightingsMax {
                let met = sighting(&self)
                pending[indicator]?.sightings.append(met)
            } else {
                ledger.count("sightingsFull", at: "indicators")
            }
            return []
        }
        guard pending.count < Self.pendingMax else {
            ledger.count("pendingFull", at: "indicators")
            return []
        }
        pending[indicator] = Pending(sightings: [sighting(&self)], notBefore: now.monotonic)
        unasked.append(indicator)
        if gatheringSince == nil { gatheringSince = now.monotonic }
        return unasked.count >= settings.batchMax ? ask(at: now) : []
    }

    // MARK: What comes back, and time

    package mutating func handle(_ input: Input, at now: Now) -> [Effect] {
        switch input {
        case .verdicts(let verdicts): return verdicts.flatMap { take($0, at: now) }
        case .failed(let indicators):
            for indicator in indicators { retry(indicator, at: now) }
            return []
        case .unanswered(let indicators):
            for indicator in indicators {
                guard let entry = pending[indicator] else { continue }
                if entry.passedOver + 1 < Self.passedOverMax {
                    pending[indicator]?.passedOver += 1
                    retry(indicator, at: now)
                } else {
                    // met again, it is asked for again
                    pending[indicator] = nil
                    ledger.count("unanswered", at: "indicators")
                }
            }
            return []
        case .portalLost:
            ledger.count("portalLost", at: "indicators", by: UInt64(pending.count))
            pending.removeAll()
            unasked.removeAll()
            known.removeAll()
            knownOrder.removeAll()
            reported.removeAll()
            gatheringSince = nil
            return []
        }
    }

    private mutating func retry(_ indicator: Indicator, at now: Now) {
        guard pending[indicator] != nil else { return }
        pending[indicator]?.isAsked = false
        pending[indicator]?.notBefore = now.monotonic + settings.retryTime
        unasked.append(indicator)
        if gatheringSince == nil { gatheringSince = now.monotonic }
    }

    /// Memory is short: verdicts are asked for again when they are needed. What made a detection stays known, so that it does not again.
    package mutating func forgetVerdicts() {
        known = [:]
        knownOrder = []
    }

    /// Asks for what has gathered long enough.
    package mutating func tick(at now: Now) -> [Effect] {
        guard let since = gatheringSince, now.monotonic - since >= settings.gatherTime else { return [] }
        return ask(at: now)
    }

    private mutating func ask(at now: Now) -> [Effect] {
        var batch: [Indicator] = []
        var later: [Indicator] = []
        for indicator in unasked {
            // an indicator that was forgotten and met again may be waiting twice
            guard let entry = pending[indicator], !entry.isAsked else { continue }
            if entry.notBefore <= now.monotonic, batch.count < settings.batchMax {
                pending[indicator]?.isAsked = true
                batch.append(indicator)
            } else {
                later.append(indicator)
            }
        }
        unasked = later
        gatheringSince = later.isEmpty ? nil : now.monotonic
        return batch.isEmpty ? [] : [.lookUp(batch)]
    }

    private mutating func take(_ verdict: Verdict, at now: Now) -> [Effect] {
        remember(verdict, at: now)
        guard let entry = pending.removeValue(forKey: verdict.indicator), verdict.isMalicious else { return [] }
        return entry.sightings.compactMap { detection(verdict, $0) }.map { .detection($0) }
    }

    private mutating func remember(_ verdict: Verdict, at now: Now) {
        if known.updateValue(Known(verdict: verdict, until: now.monotonic + verdict.validity), forKey: verdict.indicator) == nil { knownOrder.append(verdict.indicator) }
        if knownOrder.count > Self.cacheMax {
            known[knownOrder.removeFirst()] = nil
            ledger.count("cacheFull", at: "indicators")
        }
    }

    private mutating func detection(_ verdict: Verdict, _ sighting: Sighting) -> Detection? {
        if reported.count >= Self.cacheMax { reported.removeAll() }
        guard reported.insert(Reported(indicator: verdict.indicator, process: sighting.event.process)).inserted else { return nil }
        let (name, technique, verb) =
            switch verdict.indicator.kind {
            case .sha256 where sighting.event.kind == .library: ("Malicious library loaded", "T1129", "loaded a library known as malicious")
            case .sha256: ("Malicious file executed", "T1204.002", "executed a file known as malicious")
            case .ip: ("Connection to a malicious address", "T1071", "connected to an address known as malicious")
            case .domain: ("Resolution of a malicious domain", "T1071.004", "asked for a domain known as malicious")
            }
        let family = verdict.family.isEmpty ? "" : " (\(verdict.family))"
        return Detection(
            ruleID: "reputation-\(verdict.indicator.kind.rawValue)", ruleName: name, description: "What the process touched is known as malicious.",
            severity: verdict.indicator.kind == .sha256 ? .critical : .high, tactics: [verdict.indicator.kind == .sha256 ? "TA0002" : "TA0011"], techniques: [technique],
            tags: ["reputation"], output: "\(sighting.tree.first?.comm ?? "a process") \(verb): \(verdict.indicator.value)\(family)", time: sighting.time,
            event: sighting.event, userName: sighting.userName, processTree: sighting.tree, container: sighting.container,
            indicator: Detection.Indicator(
                kind: verdict.indicator.kind.rawValue, value: verdict.indicator.value, matched: verdict.matched.isEmpty ? verdict.indicator.value : verdict.matched,
                family: verdict.family, source: verdict.source))
    }
}
