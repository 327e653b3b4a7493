import Events
import Foundations
import Indicators
import Redaction
import Rules

/// What was found: it waits for its context, is gathered with its like, and leaves as a cloud event.
extension Pipeline {
    func take(at now: Now) {
        guard !detections.isEmpty else { return }
        for detection in detections { admit(detection, at: now) }
        detections.removeAll(keepingCapacity: true)
    }

    // A detection in a container of which more is to be learned waits a moment for it.
    func admit(_ detection: Detection, at now: Now) {
        report.detectionsMade += 1
        guard let container = detection.container, settings.contextTimeout > .zero, workloads.isAwaited(container) else { return aggregate(detection, at: now) }
        // met before the runtime answered
        askRuntime(for: container)
        if !waiting.hold(detection, for: container.id, at: now.monotonic) { giveUpWaiting(detection, at: now) }
    }

    // What has become known meanwhile is not lost with the rest.
    func giveUpWaiting(_ detection: Detection, at now: Now) {
        guard var container = detection.container else { return aggregate(detection, at: now) }
        workloads.complete(&container)
        container.isComplete = false
        aggregate(detection.completed(by: container), at: now)
    }

    func aggregate(_ detection: Detection, at now: Now) { perform(aggregator.handle(detection, at: now)) }

    func perform(_ released: [DetectionAggregator.Released]) {
        for item in released {
            let event = builder.cloudEvent(item.detection, id: id(ofSeries: item.series), count: item.count, last: item.count > 1 ? item.last : nil)
            effects.append(.send(redactor.redact(event), item.detection.severity))
        }
    }

    func consider(_ found: [IndicatorAggregator.Effect], at now: Now) {
        for effect in found {
            switch effect {
            case .lookUp(let keys): effects.append(.lookUp(keys))
            case .detection(let detection): admit(detection, at: now)
            }
        }
    }

    // One id for all releases of a series: the portal keeps the last, which has the exact count. RFC 9562, version 4 form, drawn from the
    // caller's seed.
    func id(ofSeries series: UInt64) -> String {
        var random = SeededGenerator(seed: seed &+ series &* 0x9E37_79B9_7F4A_7C15)
        let (high, low) = (random.next(), random.next())
        let digits = String(high, radix: 16).leftPadded(to: 16) + String(low, radix: 16).leftPadded(to: 16)
        var hex = Array(digits.utf8)
        hex[12] = 0x34
        hex[16] = [0x38, 0x39, 0x61, 0x62][Int(low >> 60 & 3)]
        let text = String(decoding: hex, as: UTF8.self)
        func part(_ from: Int, _ to: Int) -> Substring { text[text.index(text.startIndex, offsetBy: from)..<text.index(text.startIndex, offsetBy: to)] }
        return "\(part(0, 8))-\(part(8, 12))-\(part(12, 16))-\(part(16, 20))-\(part(20, 32))"
    }

    func show(_ event: EnrichedEvent) {
        for subscriber in subscribers where subscriber.kinds.isEmpty || subscriber.kinds.contains(event.event.kind) {
            if let filter = subscriber.filter, !filter.matches(event) { continue }
            effects.append(.line(EventLine.json(event, redact: redactor.redact), subscriber: subscriber.id))
        }
    }
}

extension Detection {
    /// The same with what is now known of its container, wherever it names it.
    func completed(by container: ContainerContext) -> Detection {
        var out = self
        if out.container?.id == container.id { out.container = container }
        for i in out.processTree.indices where out.processTree[i].container?.id == container.id { out.processTree[i].container = container }
        return out
    }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String { String(repeating: "0", count: max(0, count - self.count)) + self }
}
