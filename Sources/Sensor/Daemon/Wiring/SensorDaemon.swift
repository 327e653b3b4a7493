import Clocks
import CPlatform
import CommandEntry
import Contract
import Foundation
import Foundations
import Glibc
import Governor
import Host
import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import Pipeline
import Portal
import PortalClient
import Probes
import Rules
import RuntimeData
import ServiceLifecycle
import Settings
import Spool

/// `wiz-sensor daemon`: makes each part, ties them together, runs them as services. The last service of the group stops first: the
/// sensor thread ends, what it found is spooled, then the portal's conversation flushes and says goodbye.
struct SensorDaemon {
    let settings: Settings
    /// Reads the settings again, for SIGHUP.
    let reload: @Sendable () throws -> Settings

    func run() async throws {
        platform_map_large_blocks()
        // what it writes is for its own user, also where a kubelet made the host store's folder for everybody to read
        umask(0o077)
        // one loop for the control socket; the portal's client has its own
        NIOSingletons.groupLoopCountSuggestion = 1
        NIOSingletons.blockingPoolThreadCountSuggestion = 1
        let threshold = LogThreshold(settings.logLevel)
        let log = Logger(label: "wiz-sensor", factory: { DaemonLog(label: $0, threshold: threshold) })
        let store: HostStore
        do { store = try HostStore(opening: settings.hostStore) } catch { throw WrongInput(description: "\(error)") }
        let id = try store.persistentID()
        let started = SystemClock.monotonic()
        let host = HostFactsReader.read()
        let name = settings.nodeName.isEmpty ? host.hostname : settings.nodeName

        let rules = RuleBook()
        try rules.readOwn(settings.rules)
        let definitions = DefinitionsStore(files: store, pin: settings.definitionsRoot)
        let saved = definitions.load(pinned: settings.fixedDefinitionsVersion.flatMap { DefinitionsVersion($0) })
        for problem in saved.problems { log.warning("definitions.not-used", metadata: ["reason": "\(problem)"]) }
        if let release = saved.definitions { rules.use(release) }
        let first = rules.compile()
        Self.tell(first, log)

        var options = ProbeOptions()
        options.ringBytes = settings.ringBytes
        let identity = SensorIdentity(
            id: id, name: name, sensorVersion: SensorVersion.sensor, definitionsVersion: first.version, hostname: host.hostname, kernelVersion: host.kernelVersion)
        let pipelineSettings = PipelineSettings.daemon(
            settings, identity: identity, hasKubernetes: settings.kubeconfig != nil || ProcessInfo.processInfo.environment["KUBERNETES_SERVICE_HOST"] != nil)
        let seed = UInt64.random(in: .min ... .max)
        let cgroup = OwnCgroup()
        let limits = ResourceLimits(memoryMiB: settings.memoryLimitMiB, cpuMillicores: settings.cpuLimitMillicores, cgroup: cgroup.limits())
        let sensor = SensorThread(options: options, cpuMillicores: limits.cpuMillicores) { Pipeline(settings: pipelineSettings, rules: first.rules, indicators: first.indicators, seed: seed) }
        let files = FileWorkers(inbox: sensor.inbox)
        let questions = Questions(inbox: sensor.inbox)

        let kubernetes = try KubernetesSetup.service(settings, node: name, sensor: sensor, log: log)
        let runtime = ContainerRuntimeSetup.service(settings, sensor: sensor, group: NIOSingletons.posixEventLoopGroup, log: log)
        let board = HealthBoard()
        var portal: PortalService?
        if let configuration = try PortalSetup.configuration(settings, store: store) {
            portal = try PortalSetup(settings: settings, store: store, definitions: definitions, rules: rules, sensor: sensor, board: board, log: log).service(
                configuration, facts: PortalSetup.facts(host, name: name, settings: settings), persistentID: id, saved: saved, seed: seed)
        }
        let submit = portal.map { portal in { @Sendable (draft: SpoolDraft) in portal.submit(draft) } }
        let runtimeData = RuntimeDataStore(database: Self.runtimeDatabase(store, log), logger: log, submit: submit)
        let governor = GovernorService(
            limits: limits, cgroup: cgroup, tuning: GovernorTuning().scaled(by: settings.timeScale), sensor: sensor, files: files, runtimeData: runtimeData, portal: portal,
            log: log)
        let statistics = StatisticsCollector(
            sensor: sensor, questions: questions, runtimeData: runtimeData, rules: rules, portal: portal, kubernetes: kubernetes?.kubernetes, runtime: runtime?.runtime, started: started,
            governor: governor)
        board.ask { await statistics.health() }
        let answers = ControlAnswers(questions: questions, statistics: statistics.statistics, readiness: statistics.readiness)

        var services: [any Service] = []
        if let portal { services.append(portal) }
        services.append(
            EffectRunner(
                sensor: sensor, files: files, questions: questions, runtimeData: runtimeData, outlet: DetectionOutlet(submit: submit),
                lookUps: portal.map { PortalReputation(portal: $0) } ?? NoReputation() as any ReputationAsking, runtime: runtime?.runtime, logger: log))
        if let kubernetes { services.append(kubernetes) }
        if let runtime { services.append(runtime) }
        services.append(ControlServer(path: settings.controlSocket, logger: log, answer: answers.answer))
        services.append(Upkeep(sensor: sensor, portal: portal, log: log))
        services.append(governor)
        services.append(SensorService(sensor: sensor))
        let again = SettingsReload(settings, read: reload, rules: rules, sensor: sensor, portal: portal, threshold: threshold, log: log)
        let hangUp = HangUp { again.perform() }
        defer { hangUp.cancel() }
        log.info("daemon.started", metadata: ["version": "\(SensorVersion.sensor)", "node": "\(name)", "store": "\(store.directory)", "portal": "\(settings.grpcEndpoint.map { "\($0)" } ?? "none")"])
        try await ServiceGroup(configuration: .init(services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet)).run()
        files.stop()
        runtimeData.stop()
        log.info("daemon.stopped")
    }

    /// Another set of rules and indicators, with the next event.
    /// - Returns: false when the sensor thread is so far behind that nothing more can wait for it: what is in use stays in use.
    @discardableResult
    static func apply(_ compiled: RuleBook.Compiled, _ sensor: SensorThread, _ log: Logger) -> Bool {
        tell(compiled, log)
        return sensor.inbox.put(.definitions(compiled.rules, compiled.indicators, version: compiled.version))
    }

    private static func tell(_ compiled: RuleBook.Compiled, _ log: Logger) {
        for diagnostic in compiled.report.rejected.prefix(20) { log.warning("rules.rejected", metadata: ["reason": "\(diagnostic)"]) }
        log.info("rules.loaded", metadata: ["rules": "\(compiled.rules.count)", "definitions": "\(compiled.version.isEmpty ? "none" : compiled.version)"])
    }

    private static func runtimeDatabase(_ store: HostStore, _ log: Logger) -> RuntimeDatabase? {
        do {
            let database = try RuntimeDatabase(directory: store.directory)
            if database.wasSetAside { log.warning("runtime-data.set-aside", metadata: ["reason": "the file was damaged; a new one was begun"]) }
            return database
        } catch {
            log.error("runtime-data.not-opened", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private static let quiet = Logger(label: "services", factory: { _ in SwiftLogNoOpLogHandler() })
}
