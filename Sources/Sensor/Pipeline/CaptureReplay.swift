package import Events
import Foundations
package import Rules

/// Runs a capture through the whole pipeline: the same capture and rules always give the same effects.
package final class CaptureReplay {
    private let rules: RuleSet
    private let sensorVersion: String
    private var reader = CaptureReader()
    private var pipeline: Pipeline?
    private var ticked: Now?
    /// Time passes for the pipeline as it does live.
    private static let tickInterval: Duration = .milliseconds(100)

    package init(rules: RuleSet, sensorVersion: String) {
        self.rules = rules
        self.sensorVersion = sensorVersion
    }

    /// - Parameters:
    ///   - bytes: the next piece of the capture, of any size.
    ///   - each: gets each effect, in order.
    package func feed(_ bytes: some Sequence<UInt8>, each: (PipelineEffect) -> Void) throws(CaptureError) {
        reader.feed(bytes)
        while let input = try reader.next() {
            let running = pipeline ?? makePipeline(reader.header)
            pipeline = running
            tick(running, at: input.now)
            if case .message(let bytes) = input.record {
                bytes.withUnsafeBytes { running.handle(message: $0, at: input.now) }
            } else if let known = PipelineInput(input.record) {
                running.handle(known, at: input.now)
            }
            hand(over: running, each)
        }
    }

    /// Says that no more bytes come, and lets everything out that still waits.
    /// - Throws: the capture broke off.
    package func finish(each: (PipelineEffect) -> Void) throws(CaptureError) {
        try reader.finish()
        guard let pipeline, let ticked else { return }
        pipeline.finish(at: ticked)
        hand(over: pipeline, each)
    }

    private func makePipeline(_ header: CaptureHeader?) -> Pipeline {
        let identity = SensorIdentity(
            id: "replay", name: "replay", sensorVersion: sensorVersion, definitionsVersion: "", hostname: "replay", kernelVersion: header?.kernelRelease ?? "")
        let settings = Pipeline.Settings(identity: identity, bootToWall: header?.bootToWall ?? .zero, hostNamespaces: header?.hostNamespaces ?? Namespaces())
        return Pipeline(settings: settings, rules: rules, seed: header?.seed ?? 0)
    }

    private func tick(_ pipeline: Pipeline, at now: Now) {
        if let before = ticked, now.monotonic - before.monotonic < Self.tickInterval { return }
        pipeline.tick(at: now)
        ticked = now
    }

    private func hand(over pipeline: Pipeline, _ each: (PipelineEffect) -> Void) {
        for effect in pipeline.effects { each(effect) }
        pipeline.effects.removeAll(keepingCapacity: true)
    }
}
