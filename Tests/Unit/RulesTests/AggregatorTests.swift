import Events
import Foundations
import Rules
import Testing

@Suite("Aggregation")
struct AggregatorTests {
    static let start = Now(monotonic: .zero, wall: WallInstant(nanoseconds: 1_700_000_000_000_000_000))

    func detection(rule: String = "r", severity: Severity = .high, path: String = "/etc/passwd", exe: String = "/bin/sh", container: ContainerContext? = nil, at: Int64 = 0) -> Detection {
        let event = EventKit(exe, container: container).write(path)
        return Detection(
            ruleID: rule, ruleName: rule, description: "", severity: severity, output: "", time: WallInstant(nanoseconds: at), event: event.event,
            processTree: ProcessSnapshot.tree(of: event.process), container: container)
    }

    @Test func theFirstIsReleasedAtOnceAndRepeatsWithTheirExactCount() {
        var aggregator = DetectionAggregator()
        let first = aggregator.handle(detection(), at: Self.start)
        #expect(first.map(\.count) == [1])
        for n in 1..<100_000 { #expect(aggregator.handle(detection(at: Int64(n)), at: Self.start).isEmpty) }
        #expect(aggregator.tick(at: Self.start.advanced(by: .seconds(59))).isEmpty)
        let later = aggregator.tick(at: Self.start.advanced(by: .seconds(60)))
        #expect(later.map(\.count) == [100_000])
        #expect(later.map(\.series) == first.map(\.series))
        #expect(later.first?.last == WallInstant(nanoseconds: 99_999))
        #expect(aggregator.suppressed == 99_999)
    }

    @Test func anythingNewShowsAtOnceInTheMiddleOfTheNoise() {
        var aggregator = DetectionAggregator()
        _ = aggregator.handle(detection(), at: Self.start)
        for _ in 0..<1000 { _ = aggregator.handle(detection(), at: Self.start) }
        #expect(aggregator.handle(detection(exe: "/tmp/other"), at: Self.start).count == 1)
        #expect(aggregator.handle(detection(path: "/etc/group"), at: Self.start).count == 1)
        #expect(aggregator.handle(detection(rule: "s"), at: Self.start).count == 1)
        #expect(aggregator.handle(detection(container: EventKit.container()), at: Self.start).count == 1)
        #expect(aggregator.handle(detection(), at: Self.start).isEmpty)
    }

    @Test func podsOfOneDeploymentAreOneWorkloadAndOtherContainersAreNot() {
        func pod(_ name: String, _ owner: String, _ id: String) -> ContainerContext {
            var container = EventKit.container(id)
            container.pod = PodContext(name: name, namespace: "shop", uid: name)
            container.pod?.owners = [PodContext.Owner(kind: "ReplicaSet", name: owner + "-1"), PodContext.Owner(kind: "Deployment", name: owner)]
            return container
        }
        var aggregator = DetectionAggregator()
        #expect(aggregator.handle(detection(container: pod("a-1", "a", "1")), at: Self.start).count == 1)
        #expect(aggregator.handle(detection(container: pod("a-2", "a", "2")), at: Self.start).isEmpty)
        #expect(aggregator.handle(detection(container: pod("b-1", "b", "3")), at: Self.start).count == 1)
        #expect(aggregator.handle(detection(container: EventKit.container("4")), at: Self.start).count == 1)
        #expect(aggregator.handle(detection(container: EventKit.container("5")), at: Self.start).count == 1)
    }

    @Test func theWindowWidensWhileTheNoiseLastsAndNarrowsAfter() {
        var aggregator = DetectionAggregator()
        var releases: [Int] = []
        _ = aggregator.handle(detection(), at: Self.start)
        // a detection each second for an hour
        for second in 1...3600 {
            let now = Self.start.advanced(by: .seconds(second))
            #expect(aggregator.handle(detection(), at: now).isEmpty)
            for item in aggregator.tick(at: now) { releases.append(second); #expect(item.count == second + 1) }
        }
        #expect(releases == [60, 180, 420, 900, 1860])
        // and then silence: what was counted still comes, then the series ends, and the next detection is new again
        var last = 0
        for second in 3601...30_000 {
            for item in aggregator.tick(at: Self.start.advanced(by: .seconds(second))) { last = item.count }
        }
        #expect(last == 3601)
        #expect(aggregator.count == 0)
        #expect(aggregator.handle(detection(), at: Self.start.advanced(by: .seconds(30_001))).map(\.count) == [1])
    }

    @Test func countsOfCriticalSeriesAreNeverLongBehind() {
        var aggregator = DetectionAggregator()
        #expect(aggregator.handle(detection(severity: .critical), at: Self.start).count == 1)
        var releases: [Int] = []
        for second in 1...600 {
            let now = Self.start.advanced(by: .seconds(second))
            _ = aggregator.handle(detection(severity: .critical), at: now)
            if !aggregator.tick(at: now).isEmpty { releases.append(second) }
        }
        #expect(releases == [60, 120, 180, 240, 300, 360, 420, 480, 540, 600])
    }

    @Test func beyondItsBoundsTheOldestLeaveWithTheirCountsAndNothingIsLost() {
        var tuning = DetectionAggregator.Tuning()
        tuning.seriesMax = 32
        var aggregator = DetectionAggregator(tuning: tuning)
        var released = 0
        var handled = 0
        var counts: [UInt64: Int] = [:]
        for n in 0..<500 {
            let now = Self.start.advanced(by: .milliseconds(n))
            for _ in 0..<3 {
                handled += 1
                for item in aggregator.handle(detection(rule: "r\(n)"), at: now) { counts[item.series] = item.count }
            }
            #expect(aggregator.count <= 32)
        }
        for item in aggregator.finish(at: Self.start) { counts[item.series] = item.count }
        released = counts.values.reduce(0, +)
        #expect(released == handled)
        #expect(aggregator.ledger.lost(at: "detections", "aggregationFull") > 0)
    }

    @Test func variantsBeyondTheirBoundAreCountedInOneSeries() {
        var aggregator = DetectionAggregator()
        var first = 0
        for n in 0..<1000 { first += aggregator.handle(detection(path: "/etc/x\(n)"), at: Self.start).count }
        #expect(first == 65)
        let counts = aggregator.tick(at: Self.start.advanced(by: .seconds(60))).map(\.count)
        #expect(counts == [1000 - 64])
    }
}
