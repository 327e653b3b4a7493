import Events
import Foundations
import Indicators
import Testing

@Suite struct IndicatorAggregatorTests {
    private func at(_ seconds: Double) -> Now {
        Now(monotonic: MonotonicInstant(nanoseconds: Int64(seconds * 1e9)), wall: WallInstant(nanoseconds: 1_767_225_600_000_000_000 + Int64(seconds * 1e9)))
    }

    private func process(_ pid: UInt32, comm: String = "curl") -> ProcessRecord {
        var exec = ExecDetails()
        exec.path = "/usr/bin/\(comm)"
        return ProcessRecord(key: ProcessKey(pid: pid, start: BootInstant(nanoseconds: UInt64(pid))), parent: nil, parentPID: 1, comm: comm, exec: exec, execTime: BootInstant(nanoseconds: 1), uid: 0, gid: 0)
    }

    private func event(_ kind: EventKind, _ details: Event.Details, pid: UInt32 = 100) -> EnrichedEvent {
        let process = process(pid)
        return EnrichedEvent(
            event: Event(
                kind: kind, time: BootInstant(nanoseconds: 5), process: process.key, threadID: pid, parentPID: 1, uid: 0, gid: 0, cgroupID: 1, comm: process.comm, details: details),
            wallTime: at(0).wall, process: process)
    }

    private func connect(_ address: String, pid: UInt32 = 100) throws -> EnrichedEvent {
        var network = NetworkDetails()
        network.remote = IPAddress(address)
        #expect(network.remote != nil)
        return event(.connect, .network(network), pid: pid)
    }

    private func query(_ name: String, pid: UInt32 = 100) -> EnrichedEvent {
        var dns = DNSDetails()
        dns.name = name
        return event(.dns, .dns(dns), pid: pid)
    }

    private func lookUps(_ effects: [IndicatorAggregator.Effect]) -> [[Indicator]] { effects.compactMap { if case .lookUp(let batch) = $0 { batch } else { nil } } }
    private func detections(_ effects: [IndicatorAggregator.Effect]) -> [Detection] { effects.compactMap { if case .detection(let detection) = $0 { detection } else { nil } } }
    private func malicious(_ indicator: Indicator, for validity: Duration = .hours(1)) -> Verdict { Verdict(indicator: indicator, isMalicious: true, family: "Mirai", matched: indicator.value, source: "test", validity: validity) }

    private let bad = Indicator(.ip, "203.0.113.7")

    @Test func whatGathersIsAskedForOnce() throws {
        var aggregator = IndicatorAggregator()
        #expect(try aggregator.observe(connect("203.0.113.7"), at: at(0)).isEmpty)
        #expect(try aggregator.observe(connect("203.0.113.7", pid: 200), at: at(0.1)).isEmpty)
        #expect(aggregator.observe(query("evil.example"), at: at(0.2)).isEmpty)
        #expect(aggregator.tick(at: at(0.2)).isEmpty)
        #expect(lookUps(aggregator.tick(at: at(0.25))) == [[bad, Indicator(.domain, "evil.example")]])
        #expect(aggregator.tick(at: at(100)).isEmpty)
    }

    @Test func aFullBatchDoesNotWait() throws {
        var aggregator = IndicatorAggregator()
        var asked: [[Indicator]] = []
        for n in 0..<200 { asked += lookUps(aggregator.observe(query("h\(n).example"), at: at(0))) }
        #expect(asked.map(\.count) == [200])
    }

    @Test func aVerdictAfterTheEventNamesEveryProcessThatTouchedIt() throws {
        var aggregator = IndicatorAggregator()
        for pid in [UInt32(100), 200, 100] { _ = try aggregator.observe(connect("203.0.113.7", pid: pid), at: at(0)) }
        _ = aggregator.tick(at: at(1))
        let found = detections(aggregator.handle(.verdicts([malicious(bad)]), at: at(2)))
        #expect(found.map(\.event.process.pid) == [100, 200])
        #expect(found.allSatisfy { $0.severity == .high && $0.indicator?.value == "203.0.113.7" && $0.output.contains("Mirai") })
    }

    @Test func aKnownVerdictSpeaksAtOnceAndOnceAProcess() throws {
        var aggregator = IndicatorAggregator()
        _ = aggregator.handle(.verdicts([malicious(bad)]), at: at(0))
        #expect(try detections(aggregator.observe(connect("203.0.113.7"), at: at(1))).count == 1)
        #expect(try detections(aggregator.observe(connect("203.0.113.7"), at: at(2))).isEmpty)
        #expect(try detections(aggregator.observe(connect("203.0.113.7", pid: 300), at: at(3))).count == 1)
        #expect(aggregator.tick(at: at(10)).isEmpty)
    }

    @Test func anExpiredVerdictIsAskedForAgain() throws {
        var aggregator = IndicatorAggregator()
        _ = aggregator.handle(.verdicts([Verdict(indicator: bad, isMalicious: false, validity: .seconds(60))]), at: at(0))
        #expect(try aggregator.observe(connect("203.0.113.7"), at: at(59)).isEmpty)
        #expect(aggregator.tick(at: at(59.9)).isEmpty)
        _ = try aggregator.observe(connect("203.0.113.7"), at: at(60))
        #expect(lookUps(aggregator.tick(at: at(61))) == [[bad]])
    }

    @Test func aFailedLookUpIsTriedAgainLaterAndNothingIsForgotten() throws {
        var aggregator = IndicatorAggregator()
        _ = try aggregator.observe(connect("203.0.113.7"), at: at(0))
        _ = aggregator.tick(at: at(1))
        _ = aggregator.handle(.failed([bad]), at: at(2))
        #expect(lookUps(aggregator.tick(at: at(31))).isEmpty)
        #expect(lookUps(aggregator.tick(at: at(33))) == [[bad]])
        #expect(detections(aggregator.handle(.verdicts([malicious(bad)]), at: at(34))).count == 1)
    }

    @Test func aDayWithoutThePortalForgetsEverythingAndWhatIsMetAgainIsAskedAsUsual() throws {
        var aggregator = IndicatorAggregator()
        _ = aggregator.handle(.verdicts([malicious(Indicator(.domain, "known.example"))]), at: at(0))
        _ = try aggregator.observe(connect("203.0.113.7"), at: at(0))
        _ = aggregator.tick(at: at(1))
        _ = aggregator.handle(.portalLost, at: at(86_400))
        #expect(aggregator.pendingCount == 0)
        #expect(aggregator.ledger.lost(at: "indicators", "portalLost") == 1)
        #expect(aggregator.observe(query("known.example"), at: at(86_401)).isEmpty)
        // the old look-up fails at last, after the same address was met again: still one question
        _ = try aggregator.observe(connect("203.0.113.7"), at: at(86_401))
        _ = aggregator.handle(.failed([bad]), at: at(86_402))
        let asked = lookUps(aggregator.tick(at: at(86_440))).flatMap { $0 }
        #expect(asked.sorted() == [Indicator(.domain, "known.example"), bad])
    }

    @Test(arguments: ["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "fc00::1", "ff02::1"])
    func addressesThatNameNobodyInTheWorldAreNotAskedFor(_ address: String) throws {
        var aggregator = IndicatorAggregator()
        _ = try aggregator.observe(connect(address), at: at(0))
        #expect(aggregator.pendingCount == 0)
    }

    @Test(arguments: ["8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "2001:db8::1", "2606:4700::1111", "198.51.100.1"])
    func otherAddressesAre(_ address: String) throws {
        var aggregator = IndicatorAggregator()
        _ = try aggregator.observe(connect(address), at: at(0))
        #expect(aggregator.pendingCount == 1)
    }

    @Test func aProcessThatAsksAgainIsOneSighting() {
        var aggregator = IndicatorAggregator()
        for _ in 0..<20 { _ = aggregator.observe(query("again.example"), at: at(0)) }
        _ = aggregator.observe(query("again.example", pid: 101), at: at(0))
        #expect(aggregator.ledger.lost(at: "indicators", "sightingsFull") == 0)
        let found = detections(aggregator.handle(.verdicts([malicious(Indicator(.domain, "again.example"))]), at: at(1)))
        #expect(found.map(\.event.process.pid) == [100, 101])
        #expect(found.map { $0.processTree.first?.key.pid } == [100, 101])
    }

    /// A service that answers, but never about this one.
    @Test func whatTheServicePassesOverIsGivenUp() throws {
        var aggregator = IndicatorAggregator()
        _ = try aggregator.observe(connect("203.0.113.7"), at: at(0))
        for attempt in 0..<IndicatorAggregator.passedOverMax {
            let time = Double(attempt) * 31 + 1
            #expect(lookUps(aggregator.tick(at: at(time))) == [[bad]], "attempt \(attempt)")
            #expect(aggregator.handle(.unanswered([bad]), at: at(time)).isEmpty)
            #expect(aggregator.pendingCount == (attempt + 1 < IndicatorAggregator.passedOverMax ? 1 : 0))
        }
        #expect(aggregator.tick(at: at(1000)).isEmpty)
        #expect(aggregator.ledger.lost(at: "indicators", "unanswered") == 1)
        _ = try aggregator.observe(connect("203.0.113.7"), at: at(1001))
        #expect(lookUps(aggregator.tick(at: at(1002))) == [[bad]], "met again, it is asked for again")
    }

    @Test func forgottenVerdictsAreAskedForAgainAndDetectNothingTwice() throws {
        var aggregator = IndicatorAggregator()
        _ = try aggregator.observe(connect("203.0.113.7"), at: at(0))
        _ = aggregator.tick(at: at(1))
        #expect(detections(aggregator.handle(.verdicts([malicious(bad)]), at: at(2))).count == 1)
        aggregator.forgetVerdicts()
        #expect(try aggregator.observe(connect("203.0.113.7"), at: at(3)).isEmpty)
        #expect(lookUps(aggregator.tick(at: at(4))) == [[bad]])
        #expect(detections(aggregator.handle(.verdicts([malicious(bad)]), at: at(5))).isEmpty)
    }

    @Test func theBoundsHoldAndAreCounted() {
        var aggregator = IndicatorAggregator()
        for n in 0..<(IndicatorAggregator.pendingMax + 10) { _ = aggregator.observe(query("h\(n).example"), at: at(0)) }
        #expect(aggregator.pendingCount == IndicatorAggregator.pendingMax)
        #expect(aggregator.ledger.lost(at: "indicators", "pendingFull") == 10)
        for n in 0..<20 { _ = aggregator.observe(query("h0.example", pid: 200 + UInt32(n)), at: at(0)) }
        #expect(aggregator.ledger.lost(at: "indicators", "sightingsFull") == UInt64(20 - (IndicatorAggregator.sightingsMax - 1)))
    }

    @Test func anExecutedFileIsCriticalAlsoWhenItsDigestComesLater() {
        var aggregator = IndicatorAggregator()
        let event = event(.exec, .exec(ExecDetails()))
        let digests = FileDigests(sha256: String(repeating: "ab", count: 32), sha1: "", md5: "", size: 1)
        _ = aggregator.observe(digests, by: Sighting(event), at: at(5))
        _ = aggregator.tick(at: at(6))
        let found = detections(aggregator.handle(.verdicts([malicious(Indicator(.sha256, digests.sha256))]), at: at(7)))
        #expect(found.map(\.severity) == [.critical])
        #expect(found.first?.time == event.wallTime)
    }

    @Test func whatTheDefinitionsKnowIsDecidedWithoutAsking() throws {
        var aggregator = IndicatorAggregator()
        var known = KnownIndicators()
        func add(_ kind: String, _ value: String, malicious: Bool = true) -> Bool { known.insert(kind: kind, .init(isMalicious: malicious, value: value, family: "F", source: "release")) }
        #expect(add("ip", "203.0.113.0/24") && add("ip", "203.0.113.9", malicious: false) && add("domain", "evil.example") && add("md5", String(repeating: "CD", count: 16)))
        #expect(!add("ip", "203.0.113.0/33") && !add("ip", "nonsense") && !add("colour", "red"))
        #expect(known.count == 4)
        aggregator.definitions = known
        let network = detections(try aggregator.observe(connect("203.0.113.7"), at: at(0)))
        #expect(network.map { $0.indicator?.matched } == ["203.0.113.0/24"] && network.first?.indicator?.source == "release")
        #expect(try aggregator.observe(connect("203.0.113.9"), at: at(0)).isEmpty, "the narrowest match wins")
        #expect(detections(aggregator.observe(query("www.Evil.example"), at: at(0))).count == 1)
        #expect(aggregator.observe(query("notevil.example"), at: at(0)).isEmpty)
        let digests = FileDigests(sha256: String(repeating: "ab", count: 32), sha1: "", md5: String(repeating: "cd", count: 16), size: 1)
        #expect(detections(aggregator.observe(digests, by: Sighting(query("x.example")), at: at(0))).count == 1)
        // only what nobody knows is asked for
        #expect(lookUps(aggregator.tick(at: at(1))) == [[Indicator(.domain, "notevil.example")]])
        // after a day without the portal the definitions still know
        _ = aggregator.handle(.portalLost, at: at(90_000))
        #expect(detections(try aggregator.observe(connect("203.0.113.8", pid: 300), at: at(90_001))).count == 1)
    }
}
