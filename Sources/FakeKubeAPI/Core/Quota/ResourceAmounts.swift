/// Amounts of resources by their names, as requests, limits and quotas give them.
struct ResourceAmounts: Equatable {
    private(set) var amounts: [String: Quantity] = [:]

    init() {}

    /// A list such as `resources.requests`; what is no quantity is left out.
    init(_ list: JSON?) { amounts = (list?.strings ?? [:]).compactMapValues { Quantity($0) } }

    var isEmpty: Bool { amounts.isEmpty }
    var names: [String] { amounts.keys.sorted() }
    var json: JSON { .object(amounts.mapValues { .string($0.canonical) }) }
    /// `cpu=2,pods=1`, as refusals show it.
    var text: String { names.map { "\($0)=\(self[$0]?.canonical ?? "0")" }.joined(separator: ",") }

    subscript(name: String) -> Quantity? {
        get { amounts[name] }
        set { amounts[name] = newValue }
    }

    mutating func add(_ other: Self) {
        for (name, amount) in other.amounts { amounts[name] = amounts[name].map { $0 + amount } ?? amount }
    }

    /// Of each name the larger of the two.
    mutating func raise(to other: Self) {
        for (name, amount) in other.amounts where amounts[name].map({ $0 < amount }) ?? true { amounts[name] = amount }
    }

    func masked(by names: [String]) -> Self {
        var result = Self()
        for name in names { result[name] = amounts[name] }
        return result
    }

    mutating func count(_ names: String..., by number: Int = 1) {
        for name in names { amounts[name] = Quantity("\(number)") }
    }
}

extension ResourceAmounts {
    /// What the containers of a pod ask for, or are limited to, together: init containers run before the others, unless they go on beside them.
    /// - Parameter key: `requests` or `limits`.
    static func pod(_ spec: JSON?, _ key: String) -> Self {
        var total = Self()
        for container in spec?["containers"]?.array ?? [] { total.add(Self(container["resources"]?[key])) }
        var beside = Self()
        var most = Self()
        for container in spec?["initContainers"]?.array ?? [] {
            var now = beside
            now.add(Self(container["resources"]?[key]))
            if container["restartPolicy"] == "Always" {
                beside = now
                total.add(Self(container["resources"]?[key]))
            }
            most.raise(to: now)
        }
        total.raise(to: most)
        // What the pod says as a whole stands before the sum.
        for (name, amount) in Self(spec?["resources"]?[key]).amounts { total[name] = amount }
        total.add(Self(spec?["overhead"]))
        return total
    }
}
