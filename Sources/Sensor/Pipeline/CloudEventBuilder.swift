package import Contract
package import Events
package import Foundations

/// What a sensor says of itself in every cloud event.
package struct SensorIdentity: Sendable, Hashable {
    package var id: String
    package var name: String
    package var sensorVersion: String
    package var definitionsVersion: String
    package var hostname: String
    package var kernelVersion: String
    package var externalID: String?

    package init(id: String, name: String, sensorVersion: String, definitionsVersion: String, hostname: String, kernelVersion: String, externalID: String? = nil) {
        self.id = id
        self.name = name
        self.sensorVersion = sensorVersion
        self.definitionsVersion = definitionsVersion
        self.hostname = hostname
        self.kernelVersion = kernelVersion
        self.externalID = externalID
    }
}

/// Puts a detection into the portal's words. The result is not redacted yet.
package struct CloudEventBuilder: Sendable {
    package var identity: SensorIdentity
    /// What a boot stamp needs to become wall time.
    package var bootToWall: Duration

    package init(identity: SensorIdentity, bootToWall: Duration) {
        self.identity = identity
        self.bootToWall = bootToWall
    }

    /// - Parameters:
    ///   - id: the cloud event's id, made by the caller.
    ///   - count: how many events the detection stands for, at least 1.
    ///   - last: when the last of them happened.
    package func cloudEvent(_ detection: Detection, id: String, count: Int = 1, last: WallInstant? = nil) -> CloudEvent {
        CloudEvent(
            id: id, name: detection.ruleName, description: detection.description.isEmpty ? nil : detection.description, timestamp: detection.time.rfc3339,
            lastTimestamp: last.map(\.rfc3339), severity: detection.severity,
            matchedRules: [MatchedRule(id: detection.ruleID, name: detection.ruleName, version: identity.definitionsVersion.isEmpty ? nil : identity.definitionsVersion)],
            aggregatedEventDetails: AggregatedEventDetails(eventsCount: count),
            runtimeDetails: RuntimeDetails(
                sensor: RuntimeDetails.Sensor(
                    id: identity.id, name: identity.name, sensorVersion: identity.sensorVersion, definitionsVersion: identity.definitionsVersion),
                processTree: detection.processTree.enumerated().map { node($1, userName: $0 == 0 ? detection.userName : nil) },
                host: RuntimeDetails.Host(hostname: identity.hostname, kernelVersion: identity.kernelVersion, externalId: identity.externalID),
                context: Self.contextWithContainer(of: detection)),
            mitreTactics: detection.tactics, mitreTechniques: detection.techniques, output: detection.output.isEmpty ? nil : detection.output,
            tags: detection.tags.isEmpty ? nil : detection.tags,
            indicator: detection.indicator.map { IndicatorMatch(kind: $0.kind, value: $0.value, matched: $0.matched, family: $0.family, source: $0.source) })
    }

    private func node(_ process: ProcessSnapshot, userName: String?) -> ProcessNode {
        let exec = process.exec
        return ProcessNode(
            id: "\(process.key.pid)-\(process.key.start.nanoseconds)", pid: Int(process.key.pid), name: process.comm,
            command: exec.arguments.isEmpty ? nil : exec.arguments.joined(separator: " "), path: exec.path.isEmpty ? nil : exec.path,
            executionTime: (WallInstant(nanoseconds: Int64(process.execTime.nanoseconds)) + bootToWall).rfc3339,
            userName: userName ?? (process.uid == 0 ? "root" : nil), userId: String(process.uid), hash: process.digests?.sha1, sha256: process.digests?.sha256,
            stdin: Self.text(exec.stdio.first), stdout: Self.text(exec.stdio.dropFirst().first), container: process.container.map(Self.container))
    }

    private static func text(_ kind: StdioKind?) -> String? { kind == .unknown ? nil : kind.map { "\($0)" } }

    private static func container(_ context: ContainerContext) -> ProcessNode.Container {
        ProcessNode.Container(
            id: context.id, name: context.name, image: context.image.map { ProcessNode.Container.Image(externalId: $0) },
            pod: context.pod.map { ProcessNode.Container.Pod(name: $0.name, externalId: $0.uid, ips: $0.ips.isEmpty ? nil : $0.ips, namespace: $0.namespace) },
            kubernetesController: context.pod?.owners.last.map { ProcessNode.Container.Controller(name: $0.name, type: $0.kind) },
            serviceAccount: context.pod.flatMap { $0.serviceAccount.isEmpty ? nil : $0.serviceAccount }, incomplete: context.isComplete ? nil : true)
    }

    private static func contextWithContainer(of detection: Detection) -> EventContext {
        var context = context(of: detection)
        context.container = detection.container.map(facts)
        return context
    }

    private static func facts(of container: ContainerContext) -> ContainerFacts {
        var out = ContainerFacts()
        out.runtime = container.runtime.isEmpty ? nil : container.runtime
        out.imageRepository = container.image.map { String(ImageReference.repository($0)) }
        out.imageTag = container.image.flatMap { ImageReference.tag($0).map(String.init) }
        out.imageDigest = container.imageDigest
        out.started = container.started.map(\.rfc3339)
        out.privileged = container.privileged
        out.mounts = container.mounts.isEmpty ? nil : container.mounts.map(\.text)
        guard let pod = container.pod else { return out }
        out.node = pod.node.isEmpty ? nil : pod.node
        out.podLabels = pod.labels.isEmpty ? nil : pod.labels
        out.owners = pod.owners.isEmpty ? nil : pod.owners.map { .init(name: $0.name, type: $0.kind) }
        return out
    }

    private static func context(of detection: Detection) -> EventContext {
        switch detection.event.details {
        case .exec(let exec): EventContext(type: "ProcessStartContext", commandLine: exec.arguments.joined(separator: " "))
        case .fork, .exit: EventContext(type: "ProcessStartContext", commandLine: detection.processTree.first?.exec.arguments.joined(separator: " "))
        case .file(let file): EventContext(type: "FileContext", fileName: file.path)
        case .network(let network):
            EventContext(type: "NetworkConnectContext", fileName: network.path.isEmpty ? nil : network.path, remoteIP: network.remote?.description, remotePort: Int(network.remotePort))
        case .dns(let dns): EventContext(type: "DNSQueryContext", query: dns.name)
        case .systemCall(let call): EventContext(type: "SystemCallContext", systemCall: call.name)
        }
    }
}
