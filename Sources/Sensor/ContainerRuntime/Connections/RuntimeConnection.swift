internal import Enrichment

/// What a runtime says without being asked.
package enum RuntimeEvent: Sendable, Hashable {
    case begun(id: String)
    case removed(id: String)
}

/// A connection to a container runtime, in whichever language.
protocol RuntimeConnection: Sendable {
    /// The runtime's name for itself.
    func name() async throws(RuntimeFailure) -> String
    /// Everything that is there: containers and sandboxes, running or not.
    func list() async throws(RuntimeFailure) -> [RuntimeContainer]
    /// One container or sandbox, in full; nil when there is none of that id.
    func find(_ id: String) async throws(RuntimeFailure) -> RuntimeContainer?
    /// The same container in full; nil when it is gone.
    func details(of container: RuntimeContainer) async throws(RuntimeFailure) -> RuntimeContainer?
    /// Returns when the runtime ends the stream; throws `unsupported` when it has none.
    func events(_ onEvent: @escaping @Sendable (RuntimeEvent) async -> Void) async throws(RuntimeFailure)
    /// Carries the calls until `close`.
    func run() async
    func close() async
}
