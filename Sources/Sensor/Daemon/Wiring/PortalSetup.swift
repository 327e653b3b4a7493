import Clocks
import CommandEntry
import Contract
import Foundation
import Foundations
import Host
import Logging
import Pipeline
import Portal
import PortalClient
import Settings
import Spool

/// Makes the portal's service from the settings and ties its answers to the rest of the daemon.
struct PortalSetup {
    let settings: Settings
    let store: HostStore
    let definitions: DefinitionsStore
    let rules: RuleBook
    let sensor: SensorThread
    let board: HealthBoard
    let log: Logger

    /// nil without endpoints: the daemon works alone.
    /// - Parameter store: gets the certificates that came as text.
    static func configuration(_ settings: Settings, store: HostStore) throws -> PortalClientConfiguration? {
        guard let grpc = settings.grpcEndpoint, let url = settings.httpEndpoint, let host = url.host() else { return nil }
        var out = PortalClientConfiguration(
            grpc: .init(host: grpc.host, port: grpc.port), http: .init(host: host.trimmingCharacters(in: ["[", "]"]), port: url.port ?? 443),
            credentialsDirectory: settings.apiConfigDirectory)
        out.pathPrefix = url.path()
        out.authorityFile = settings.caCertificate
        if let proxy = settings.proxy {
            guard var parsed = PortalProxy(url: proxy.url) else { throw WrongInput(description: "HTTP_PROXY_URL: not a URL of a proxy") }
            if let user = proxy.username { parsed.credentials = .given(user: user, password: proxy.password ?? "") }
            if let user = proxy.usernameFile, let password = proxy.passwordFile { parsed.credentials = .files(user: user, password: password) }
            parsed.exceptions = proxy.exceptions
            switch proxy.caCertificate {
            case .file(let file): parsed.authorityFile = file
            case .text(let text):
                try store.write(Data(text.utf8), to: "proxy-ca.pem")
                parsed.authorityFile = store.path("proxy-ca.pem")
            case nil: break
            }
            parsed.clientCertificateFile = proxy.clientCertificate
            out.proxy = parsed
        }
        return out
    }

    static func facts(_ host: HostFactsReader, name: String, settings: Settings) -> SensorFacts {
        var out = SensorFacts(name: name, sensorVersion: SensorVersion.sensor)
        out.protocolVersion = SensorVersion.protocol
        out.clusterName = settings.clusterName
        out.hostname = host.hostname
        out.operatingSystem = host.os
        out.kernelVersion = host.kernelVersion
        out.architecture = host.architecture
        out.cores = host.cpuCores
        out.memoryBytes = host.memoryBytes
        out.machineID = host.machineID
        out.bootID = host.bootID
        return out
    }

    func service(
        _ configuration: PortalClientConfiguration, facts: SensorFacts, persistentID: String, saved: DefinitionsStore.Loaded, seed: UInt64
    ) throws -> PortalService {
        let now = SystemClock.now()
        let spool = try SQLiteSpool.open(path: store.path("spool.db"), bootID: facts.bootID, at: now)
        var timetable = Timetable()
        timetable.startDelayMax = .milliseconds(Int64(settings.startDelayRange * 1000))
        let policy = DefinitionsPolicy(
            trust: definitions.trust(), pinned: settings.fixedDefinitionsVersion.flatMap { DefinitionsVersion($0) }, inUse: saved.definitions.map { .init($0) })
        let conversation = Conversation(
            persistentID: persistentID, tuning: PortalTuning(timetable: timetable.scaled(by: settings.timeScale)), definitions: policy, timeline: spool.timeline,
            seed: seed, at: now)
        let client = PortalClient(configuration: configuration, facts: facts, wall: SystemClock.wall) { [board] in await board.health() }
        let service = PortalService(client: client, conversation: conversation, spool: spool, handlers: handlers(), clock: SystemClock.now)
        if let aside = spool.setAside { service.report(issue: "spool.set-aside", .high, "the spool was damaged (\(aside.reason)) and set aside as \(aside.path)") }
        for problem in saved.problems { service.report(issue: "definitions.disk", .medium, problem) }
        return service
    }

    private func handlers() -> PortalService.Handlers {
        let (rules, sensor, kept, log) = (rules, sensor, definitions, log)
        return PortalService.Handlers(
            useDefinitions: { definitions in
                let compiled = rules.compile(definitions)
                guard compiled.rules.count > 0 || definitions.rules.isEmpty else {
                    return "no rule of it can be used: \(compiled.report.rejected.first?.description ?? "")"
                }
                guard SensorDaemon.apply(compiled, sensor, log) else { return "the sensor thread is too far behind to take them" }
                rules.use(definitions)
                do { try kept.save(definitions) } catch { log.error("definitions.not-saved", metadata: ["reason": "\(error)"]) }
                return nil
            },
            settings: { update in
                // within an hour: what is gathered in memory longer than that would be lost with it
                let seconds = update.runtimeDataSeconds
                sensor.inbox.put(.runtimeDataInterval(seconds == 0 ? nil : .seconds(Int64(min(max(seconds, 1), 3600)))))
            },
            dropIndicators: { sensor.inbox.put(.indicators(.portalLost)) },
            report: { report in
                if case .state(let state, _) = report, state.isRefusal { return log.error("\(report)") }
                if case .uploaded = report { return log.debug("\(report)") }
                if case .uploadFailed = report { return log.debug("\(report)") }
                log.info("\(report)")
            })
    }
}
