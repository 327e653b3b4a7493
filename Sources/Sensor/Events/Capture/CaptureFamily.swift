/// What one process and its descendants did, cut out of everything that a capture saw.
///
/// The rest of the machine goes: other processes, the list of /proc, names of users that none of them is. Ancestors go too, so the process
/// has no known parent.
package struct CaptureFamily {
    private let pid: UInt32
    private var inputs: [CapturedInput] = []
    private var events: [Int: Event] = [:]
    private var decoder = EventDecoder()
    /// The process itself has ended.
    package private(set) var hasEnded = false

    package init(of pid: UInt32) { self.pid = pid }

    package mutating func take(_ input: CapturedInput) {
        if case .message(let bytes) = input.record {
            guard let event = bytes.withUnsafeBytes({ decoder.decode($0) }) else { return }
            events[inputs.count] = event
            if event.kind == .exit, event.process.pid == pid { hasEnded = true }
        }
        inputs.append(input)
    }

    /// The inputs that are left, in their order.
    package func cut() -> [CapturedInput] {
        let family = self.family()
        var namespaces: Set<UInt32> = []
        var users: Set<UInt32> = []
        var groups: Set<UInt32> = []
        for event in events.values where family.contains(event.process.pid) {
            users.insert(event.uid)
            groups.insert(event.gid)
            if case .exec(let exec) = event.details { namespaces.insert(exec.namespaces.mount) }
        }
        return inputs.enumerated().compactMap { index, input in
            switch input.record {
            case .message: events[index].map { family.contains($0.process.pid) } == true ? input : nil
            case .names(var names):
                kept(&names, namespaces, users, groups) ? CapturedInput(now: input.now, record: .names(names)) : nil
            case .digests(let digests): family.contains(digests.process.pid) ? input : nil
            case .processes, .lost: nil
            }
        }
    }

    private func kept(_ names: inout CapturedNames, _ namespaces: Set<UInt32>, _ users: Set<UInt32>, _ groups: Set<UInt32>) -> Bool {
        names.users = names.users.filter { users.contains($0.key) }
        names.groups = names.groups.filter { groups.contains($0.key) }
        return namespaces.contains(names.mountNamespace)
    }

    // Of what two processors did at once the ring may hold the later one first: a child's events may lie before its fork.
    private func family() -> Set<UInt32> {
        let forks = events.values.compactMap { event -> (UInt32, UInt32)? in
            if case .fork(let fork) = event.details { (event.process.pid, fork.child.pid) } else { nil }
        }
        var family: Set<UInt32> = [pid]
        var count = 0
        while count != family.count {
            count = family.count
            for (parent, child) in forks where family.contains(parent) { family.insert(child) }
        }
        return family
    }
}
