/// Gathers the objects of a hook set one after the other: the first makes the maps that all share.
struct SetLoader {
    let ringBytes: Int
    var objects: [(part: ProbeObject, object: BPFObject)] = []
    var hooks: [HookStatus] = []
    /// Optional objects that the kernel refused.
    var refused: Set<String> = []

    /// Loads one object; one that is there already stays.
    /// - Throws: when the object is one without which the set makes no sense.
    mutating func load(_ part: ProbeObject) throws(ProbeError) {
        guard !objects.contains(where: { $0.part.name == part.name }), !refused.contains(part.name), !isSpared(part) else { return }
        let loader = ObjectLoader(
            name: part.name, sharing: objects.first?.object, ringBytes: ringBytes,
            // without processes or the guard's own hooks nothing makes sense; of the tracepoints some do not exist everywhere
            allRequired: part.isWhole)
        do throws(ProbeError) {
            let loaded = try loader.load()
            objects.append((part, loaded.object))
            hooks += loaded.hooks
        } catch {
            if part.isRequired { throw error }
            refuse(part, error)
        }
    }

    private func isSpared(_ part: ProbeObject) -> Bool {
        guard let other = part.standsInFor, let better = objects.first(where: { $0.part.name.hasPrefix(other) }) else { return false }
        let programs = Set(better.object.programs.map(\.name))
        return hooks.allSatisfy { $0.isLoaded || !programs.contains($0.program) }
    }

    /// The same once the set is in use: a refusal costs what the object would give and nothing else.
    mutating func loadIfPossible(_ part: ProbeObject) {
        do throws(ProbeError) { try load(part) } catch { refuse(part, error) }
    }

    private mutating func refuse(_ part: ProbeObject, _ error: ProbeError) {
        refused.insert(part.name)
        let state: String
        if case .refused(_, let errno, _) = error { state = errno == 2 ? HookStatus.absent : "refused: \(ErrnoName.name(errno))" } else { state = "refused: \(error.state)" }
        let programs = (try? BPFObject(named: part.name))?.programs ?? []
        hooks += programs.map { HookStatus(program: $0.name, section: $0.section, state: state) }
    }
}
