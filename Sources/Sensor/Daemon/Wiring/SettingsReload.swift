import Foundation
import Logging
import Portal
import PortalClient
import Settings
import Synchronization

/// SIGHUP: reads the settings and the rule files again, puts to use what can change while the daemon runs, and names what needs a restart.
final class SettingsReload: Sendable {
    private let read: @Sendable () throws -> Settings
    private let started: Settings
    private let inForce: Mutex<Settings>
    private let rules: RuleBook
    private let sensor: SensorThread
    private let portal: PortalService?
    private let threshold: LogThreshold
    private let log: Logger

    /// - Parameters:
    ///   - started: what the daemon began with.
    ///   - read: gives the settings as they are now.
    init(
        _ started: Settings, read: @escaping @Sendable () throws -> Settings, rules: RuleBook, sensor: SensorThread, portal: PortalService?, threshold: LogThreshold, log: Logger
    ) {
        inForce = Mutex(started)
        (self.read, self.started) = (read, started)
        (self.rules, self.sensor, self.portal, self.threshold, self.log) = (rules, sensor, portal, threshold, log)
    }

    /// Nothing changes when anything of it cannot be read.
    func perform() {
        let fresh: Settings
        do {
            fresh = try read()
            try rules.readOwn(fresh.rules)
        } catch {
            return log.error("settings.kept", metadata: ["reason": "\(error)"])
        }
        let before = inForce.withLock { settings in
            defer { settings = fresh }
            return settings
        }
        let changed = fresh.changed(from: before, live: true)
        if changed.contains("logLevel") { threshold.set(fresh.logLevel) }
        if changed.contains("fixedDefinitionsVersion") || changed.contains("definitionsRoot") {
            portal?.use(pinned: fresh.fixedDefinitionsVersion.flatMap { DefinitionsVersion($0) }, root: fresh.definitionsRoot)
        }
        // the files may say something else under the same names
        SensorDaemon.apply(rules.compile(), sensor, log)
        log.info("settings.reread", metadata: ["changed": "\(changed.isEmpty ? "none" : changed.joined(separator: ","))"])
        let waiting = fresh.changed(from: started, live: false)
        if !waiting.isEmpty { log.warning("settings.need-restart", metadata: ["settings": "\(waiting.joined(separator: ","))"]) }
    }
}
