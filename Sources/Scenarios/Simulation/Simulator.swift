import Foundation
import Foundations

/// Runs sensors, portal, network, disks and clocks in virtual time from one seed, and holds what must always be true against every step.
package enum Simulator {
    /// - Parameters:
    ///   - plan: nil draws one from the seed.
    ///   - sabotage: a mistake that is built into the sensor's surroundings, to see that it is noticed.
    ///   - tracing: keep the last steps in words.
    ///   - keepingDeliveries: keep every upload that the portal took.
    /// - Throws: when the temporary files of a plan with `store: sqlite` cannot be made.
    package static func run(
        seed: UInt64, hours: Int = 48, plan: SimulationPlan? = nil, sabotage: Sabotage? = nil, tracing: Bool = false, keepingDeliveries: Bool = false
    ) throws -> SimulationReport {
        let plan = plan ?? .draw(seed: seed, hours: hours)
        var folder: String?
        if plan.store == .sqlite {
            let template = FileManager.default.temporaryDirectory.path + "/wiz-simulation-XXXXXX"
            var bytes = Array(template.utf8CString)
            guard mkdtemp(&bytes) != nil else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: template]) }
            folder = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        defer { if let folder { try? FileManager.default.removeItem(atPath: folder) } }
        let run = try SimulationRun(seed: seed, hours: hours, plan: plan, sabotage: sabotage, tracing: tracing, keepingDeliveries: keepingDeliveries, folder: folder)
        run.run()
        return run.report(hours: hours)
    }
}
