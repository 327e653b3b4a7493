/// Policies whose expressions have been read, each at the version at which it was.
struct PolicyCache: Sendable {
    /// Above this all are read anew: those that are gone must not pile up.
    static let policiesMax = 1000

    private var known: [String: (version: UInt64, policy: AdmissionPolicy)] = [:]

    mutating func policy(of stored: StoredObject, _ spec: JSON) -> AdmissionPolicy {
        if let found = known[stored.uid], found.version == stored.version { return found.policy }
        if known.count >= Self.policiesMax { known = [:] }
        let policy = AdmissionPolicy(spec, "spec.", hasParams: spec["paramKind"] != nil)
        known[stored.uid] = (stored.version, policy)
        return policy
    }
}
