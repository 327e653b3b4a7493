package import Events
package import Foundations

/// Makes one detection of many that say the same.
///
/// *Key*: rule, workload (outermost owner of the pod, else pod, else container, else host) and executable. *Variant*: a key with the
/// object that the event is about: path, address and port, domain name, or command line. The first detection of a variant is
/// released at once, so nothing new hides behind something old; what repeats a variant is counted, and when its window closes the same
/// series is released once more with its count so far.
///
/// A series starts `quiet` with the shortest window. Becomes `noisy` when repeats came in a window: the next one is twice as long, up
/// to the longest. A window without repeats halves; a shortest window without repeats ends the series. Series of CRITICAL rules keep
/// the shortest window: their counts are never long behind.
///
/// Bounds: `variantsMax` variants of one key are told apart; later ones count for a series of their own that stands for all the rest
/// (`variantsFolded`). `seriesMax` series are kept; beyond that the ones touched longest ago are released with their counts and forgotten
/// (`evicted(.aggregationFull)`).
package struct DetectionAggregator: Sendable {
    /// A detection that goes on, now.
    package struct Released: Sendable {
        package var detection: Detection
        /// How many events the series stands for so far, this release included: 1 for the first.
        package var count: Int
        /// Time of the last of them.
        package var last: WallInstant
        /// The same number for every release of a series: the caller gives all of them the id of one cloud event, and the portal,
        /// which keeps the last of an id, shows one event with the exact count.
        package var series: UInt64
    }

    package struct Tuning: Sendable {
        package var windowMin: Duration = .seconds(60)
        package var windowMax: Duration = .seconds(3600)
        package var variantsMax = 64
        package var seriesMax = 1024
        package init() {}
    }

    private struct Key: Hashable {
        var rule: String
        var workload: String
        var executable: String
        var indicator: String
    }

    private struct Variant: Hashable {
        var key: Key
        /// nil stands for all variants beyond the bound.
        var object: String?
    }

    private struct Series {
        var number: UInt64
        var detection: Detection
        var count = 1
        /// Repeats since the last release.
        var pending = 0
        var last: WallInstant
        var window: Duration
        var closes: MonotonicInstant
        var touched: MonotonicInstant
    }

    private let tuning: Tuning
    private var series: [Variant: Series] = [:]
    private var variants: [Key: Int] = [:]
    private var nextNumber: UInt64 = 1
    /// The earliest end of a window: a tick before it has nothing to do.
    private var nextClose: MonotonicInstant?
    /// Detections that were counted instead of being released on their own.
    package private(set) var suppressed: UInt64 = 0
    package private(set) var ledger = Ledger()

    package init(tuning: Tuning = Tuning()) { self.tuning = tuning }

    package var count: Int { series.count }

    package mutating func handle(_ detection: Detection, at now: Now) -> [Released] {
        let key = Key(
            rule: detection.ruleID, workload: Self.workload(of: detection), executable: Self.executable(of: detection), indicator: detection.indicator?.value ?? "")
        var variant = Variant(key: key, object: Self.object(of: detection))
        if series[variant] == nil, variants[key, default: 0] >= tuning.variantsMax {
            variant.object = nil
            ledger.count("variantsFolded", at: "detections")
        }
        if series[variant] != nil {
            count(detection, variant, at: now)
            return []
        }
        var out = makeRoom()
        let window = tuning.windowMin
        let made = Series(
            number: nextNumber, detection: detection, last: detection.time, window: window, closes: now.monotonic + window, touched: now.monotonic)
        nextNumber += 1
        series[variant] = made
        variants[key, default: 0] += 1
        nextClose = min(nextClose ?? made.closes, made.closes)
        out.append(Released(detection: detection, count: 1, last: detection.time, series: made.number))
        return out
    }

    private mutating func count(_ detection: Detection, _ variant: Variant, at now: Now) {
        guard var known = series.removeValue(forKey: variant) else { return }
        known.count += 1
        known.pending += 1
        known.last = max(known.last, detection.time)
        known.touched = now.monotonic
        series[variant] = known
        suppressed += 1
    }

    /// Time passes: windows close. Called about once a second.
    package mutating func tick(at now: Now) -> [Released] {
        guard let due = nextClose, due <= now.monotonic else { return [] }
        var out: [Released] = []
        for (variant, found) in series where found.closes <= now.monotonic {
            var known = found
            if known.pending > 0 {
                out.append(Self.release(known))
                known.pending = 0
                let isCritical = known.detection.severity == .critical
                known.window = isCritical ? tuning.windowMin : min(known.window * 2, tuning.windowMax)
            } else if known.window > tuning.windowMin {
                known.window = max(known.window / 2, tuning.windowMin)
            } else {
                forget(variant)
                continue
            }
            known.closes = now.monotonic + known.window
            series[variant] = known
        }
        nextClose = series.values.lazy.map(\.closes).min()
        return out.sorted { $0.series < $1.series }
    }

    /// Everything that is counted and not yet released: before the sensor ends.
    package mutating func finish(at _: Now) -> [Released] {
        let out = series.values.filter { $0.pending > 0 }.map(Self.release).sorted { $0.series < $1.series }
        series = [:]
        variants = [:]
        nextClose = nil
        return out
    }

    private static func release(_ series: Series) -> Released {
        Released(detection: series.detection, count: series.count, last: series.last, series: series.number)
    }

    private mutating func forget(_ variant: Variant) {
        series[variant] = nil
        if let left = variants[variant.key] { variants[variant.key] = left > 1 ? left - 1 : nil }
    }

    // a sixteenth at once, so that a flood of new series does not look for the oldest each time
    private mutating func makeRoom() -> [Released] {
        guard series.count >= tuning.seriesMax else { return [] }
        let oldest = series.sorted { ($0.value.touched, $0.value.number) < ($1.value.touched, $1.value.number) }.prefix(max(1, tuning.seriesMax / 16))
        var out: [Released] = []
        for (variant, known) in oldest {
            if known.pending > 0 { out.append(Self.release(known)) }
            forget(variant)
        }
        ledger.count("aggregationFull", at: "detections", by: UInt64(oldest.count))
        return out.sorted { $0.series < $1.series }
    }

    // MARK: What is the same

    private static func workload(of detection: Detection) -> String {
        guard let container = detection.container else { return "host" }
        if let pod = container.pod {
            if let owner = pod.owners.last { return "\(pod.namespace)/\(owner.kind)/\(owner.name)/\(container.name ?? "")" }
            return "\(pod.namespace)/Pod/\(pod.name)/\(container.name ?? "")"
        }
        return container.podUID ?? container.id
    }

    private static func executable(of detection: Detection) -> String { detection.processTree.first?.exec.path ?? "" }

    private static func object(of detection: Detection) -> String {
        switch detection.event.details {
        case .exec(let exec): exec.arguments.joined(separator: " ")
        case .fork, .exit: ""
        case .file(let file): file.secondPath.isEmpty ? file.path : file.path + "\u{1F}" + file.secondPath
        case .network(let network): ConnectionText.remote(network)
        case .dns(let dns): dns.name
        case .systemCall(let call): call.name + " " + call.text
        }
    }
}
