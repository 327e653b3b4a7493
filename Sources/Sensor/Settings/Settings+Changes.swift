extension Settings {
    private struct Property: Sendable {
        let name: String
        /// Takes effect while the daemon runs.
        let isLive: Bool
        let isSame: @Sendable (Settings, Settings) -> Bool

        init<Value: Equatable & Sendable>(_ name: String, live: Bool = false, _ get: @escaping @Sendable (Settings) -> Value) {
            self.name = name
            isLive = live
            isSame = { get($0) == get($1) }
        }
    }

    private static let properties: [Property] = [
        Property("grpcEndpoint") { $0.grpcEndpoint }, Property("httpEndpoint") { $0.httpEndpoint }, Property("caCertificate") { $0.caCertificate },
        Property("hostStore") { $0.hostStore }, Property("apiConfigDirectory") { $0.apiConfigDirectory }, Property("kubeconfig") { $0.kubeconfig },
        Property("rules", live: true) { $0.rules }, Property("nodeName") { $0.nodeName }, Property("clusterName") { $0.clusterName },
        Property("timeScale") { $0.timeScale }, Property("controlSocket") { $0.controlSocket }, Property("logLevel", live: true) { $0.logLevel },
        Property("fixedDefinitionsVersion", live: true) { $0.fixedDefinitionsVersion }, Property("definitionsRoot", live: true) { $0.definitionsRoot },
        Property("startDelayRange") { $0.startDelayRange }, Property("ringBytes") { $0.ringBytes }, Property("memoryLimitMiB") { $0.memoryLimitMiB },
        Property("cpuLimitMillicores") { $0.cpuLimitMillicores }, Property("proxy") { $0.proxy },
        Property("allowKubelet") { $0.allowKubelet }, Property("forceKubelet") { $0.forceKubelet }, Property("kubeletEndpoint") { $0.kubeletEndpoint },
        Property("kubeletCertificate") { $0.kubeletCertificate }, Property("lookUpLoopback") { $0.lookUpLoopback },
        Property("ruleMatching") { $0.ruleMatching }, Property("runtimeSocket") { $0.runtimeSocket },
    ]

    /// Every setting by the name of its property.
    package static var names: [String] { properties.map(\.name) }

    /// Names of the settings that are not the same.
    /// - Parameter live: those that take effect while the daemon runs, or those that need a restart.
    package func changed(from other: Settings, live: Bool) -> [String] { Self.properties.filter { $0.isLive == live && !$0.isSame(self, other) }.map(\.name) }
}
