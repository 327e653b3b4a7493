package import Events
package import Foundations

/// What the node's container runtime has said, by container id, and which containers it has been asked for.
///
/// A container is asked for once, when a process of it is first seen; the answer, also "no such container", comes in as an input.
package struct RuntimeContainers {
    package enum Input: Sendable, Equatable {
        /// Whether there is a runtime that answers.
        case available(Bool)
        case container(RuntimeContainer)
        /// The runtime was asked and does not have it: it was started by other means.
        case unknown(id: String)
        case removed(id: String)
        /// A list is complete: containers that are not in it have gone.
        case listed(ids: Set<String>)
    }

    /// Containers kept, those that have gone included; beyond it those that went first leave (`runtimeContainerForgotten`), then a new one
    /// is refused (`runtimeContainersFull`).
    package static let containersMax = 4096
    /// Questions without an answer, and ids that the runtime does not have; beyond it the oldest is forgotten (`runtimeQuestionForgotten`).
    package static let idsMax = 1024
    /// Labels and mounts of one container; those beyond are cut (`runtimeLabelsCut`, `runtimeMountsCut`).
    package static let labelsMax = 128
    package static let mountsMax = 128
    /// Bytes of the labels, and of the mounts, of one container; an image may bring labels of any length.
    package static let textBytesMax = 16 << 10
    /// Bytes of a name of a container or image; a longer one is none (`runtimeNameCut`).
    package static let nameBytesMax = 1024

    package private(set) var ledger = Ledger()
    private var isAvailable = false
    private var known: [String: (container: RuntimeContainer, gone: MonotonicInstant?)] = [:]
    /// What was known of a container when it was asked for.
    private var asked: [String: ContainerContext] = [:]
    private var unknown: Set<String> = []
    private var nextSweep: MonotonicInstant?
    private var askedOrder: [String] = []
    private var unknownOrder: [String] = []

    package init() {}

    /// Containers that the runtime has now.
    package var count: Int { known.values.count { $0.gone == nil } }

    package func container(_ id: String) -> RuntimeContainer? { known[id]?.container }

    /// Whether an answer about it can still come.
    package func isAwaited(_ id: String) -> Bool { isAvailable && known[id] == nil && !unknown.contains(id) }

    /// Whether the runtime is to be asked for it now; true once.
    package mutating func shouldAsk(_ container: ContainerContext) -> Bool {
        guard isAwaited(container.id), asked[container.id] == nil else { return false }
        asked[container.id] = container
        if let forgotten = Self.keep(container.id, in: &askedOrder) {
            asked[forgotten] = nil
            ledger.count("runtimeQuestionForgotten", at: "workloads")
        }
        return true
    }

    /// - Returns: the container about which there is something new, as far as it was known when it was asked for.
    package mutating func handle(_ input: Input, at now: MonotonicInstant, linger: Duration) -> ContainerContext? {
        forgetGone(at: now, linger)
        switch input {
        case .available(let answer):
            isAvailable = answer
            // what was asked of a runtime that left is not answered
            (asked, askedOrder) = ([:], [])
        case .container(let given): return learn(given)
        case .unknown(let id):
            guard known[id] == nil else { return nil }
            if unknown.insert(id).inserted, let forgotten = Self.keep(id, in: &unknownOrder) {
                unknown.remove(forgotten)
                ledger.count("runtimeQuestionForgotten", at: "workloads")
            }
            return answered(id)
        case .removed(let id): if known[id]?.gone == nil { known[id]?.gone = now }
        case .listed(let ids): for id in known.keys where !ids.contains(id) && known[id]?.gone == nil { known[id]?.gone = now }
        }
        return nil
    }

    // Looked for once a second at most: a list of thousands comes as thousands of inputs.
    private mutating func forgetGone(at now: MonotonicInstant, _ linger: Duration) {
        guard nextSweep.map({ now >= $0 }) ?? true else { return }
        nextSweep = now + .seconds(1)
        for (id, entry) in known { if let gone = entry.gone, gone + linger <= now { known[id] = nil } }
    }

    private mutating func learn(_ given: RuntimeContainer) -> ContainerContext? {
        var container = given
        bound(&container)
        guard known[container.id] != nil || makeRoom() else {
            ledger.count("runtimeContainersFull", at: "workloads")
            return nil
        }
        let isNew = known.updateValue((container, nil), forKey: container.id)?.container != container
        if unknown.remove(container.id) != nil { unknownOrder.removeAll { $0 == container.id } }
        let context = answered(container.id)
        return isNew ? context ?? ContainerContext(id: container.id) : nil
    }

    private mutating func answered(_ id: String) -> ContainerContext? {
        guard let context = asked.removeValue(forKey: id) else { return nil }
        askedOrder.removeAll { $0 == id }
        return context
    }

    private mutating func bound(_ container: inout RuntimeContainer) {
        let labels = Self.first(container.labels.sorted { $0.key < $1.key }, atMost: Self.labelsMax) { $0.key.utf8.count + $0.value.utf8.count }
        if labels.count < container.labels.count {
            ledger.count("runtimeLabelsCut", at: "workloads", by: UInt64(container.labels.count - labels.count))
            container.labels = Dictionary(uniqueKeysWithValues: labels.map { ($0.key, $0.value) })
        }
        let mounts = Self.first(container.mounts, atMost: Self.mountsMax) { $0.source.utf8.count + $0.destination.utf8.count + $0.mode.utf8.count + $0.propagation.utf8.count }
        if mounts.count < container.mounts.count {
            ledger.count("runtimeMountsCut", at: "workloads", by: UInt64(container.mounts.count - mounts.count))
            container.mounts = mounts
        }
        for name in [\RuntimeContainer.name, \.image, \.imageID, \.imageDigest] where container[keyPath: name]?.utf8.count ?? 0 > Self.nameBytesMax {
            container[keyPath: name] = nil
            ledger.count("runtimeNameCut", at: "workloads")
        }
    }

    /// Those that have room, in their order.
    private static func first<Element>(_ elements: [Element], atMost count: Int, bytes: (Element) -> Int) -> [Element] {
        var room = textBytesMax
        return Array(elements.prefix(count).prefix { element in
            room -= bytes(element)
            return room >= 0
        })
    }

    private mutating func makeRoom() -> Bool {
        guard known.count >= Self.containersMax else { return true }
        guard let oldest = known.compactMap({ id, entry in entry.gone.map { ($0, id) } }).min(by: { $0 < $1 }) else { return false }
        known[oldest.1] = nil
        ledger.count("runtimeContainerForgotten", at: "workloads")
        return true
    }

    /// Appends to an order with a bound; returns the one that had to go.
    private static func keep(_ id: String, in order: inout [String]) -> String? {
        order.append(id)
        return order.count > idsMax ? order.removeFirst() : nil
    }
}
