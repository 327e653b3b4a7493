import Foundation
import Glibc
package import ScenarioModel

/// What this machine offers. A need that is not met is a sentence that says what is missing.
package struct Requirements: Sendable {
    private let unmet: [Scenario.Need: String]

    /// Looks once; the answers do not change while a suite runs.
    package init(root: PackageRoot) async {
        var unmet: [Scenario.Need: String] = [:]
        if geteuid() != 0 { unmet[.root] = "needs root (uid is \(geteuid()))" }
        if let reason = await Self.bpfMissing(root) { unmet[.bpf] = reason }
        if Shell.find("runc") == nil { unmet[.containers] = "needs runc (Debian package runc)" }
        if Shell.find("busybox") == nil { unmet[.containers] = "needs a static busybox (Debian package busybox-static)" }
        do { try SensorCgroup(memoryMiB: 64, name: "wiz-scenario-probe-\(getpid())").remove() } catch { unmet[.cgroups] = "needs a cgroup with a memory bound: \(error)" }
        unmet[.kind] = "needs a kind cluster"
        self.unmet = unmet
    }

    /// Why a scenario cannot run here; nil when it can.
    package func missing(for scenario: Scenario) -> String? {
        let reasons = scenario.needs.compactMap { unmet[$0] }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    private static func bpfMissing(_ root: PackageRoot) async -> String? {
        do {
            let sensor = try root.executable("wiz-sensor")
            let folder = FileManager.default.temporaryDirectory
            let result = try await Shell.run([sensor.path, "check", "--json"], folder: folder, limit: .seconds(60))
            return result.status == 0 ? nil : "needs BPF: wiz-sensor check says no: \(result.output.split(separator: "\n").last ?? "")"
        } catch {
            return "\(error)"
        }
    }
}
