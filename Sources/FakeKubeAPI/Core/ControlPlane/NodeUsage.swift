/// What the pods of a node take: amounts, and ports of the node.
struct NodeUsage: Sendable {
    private(set) var amounts = ResourceAmounts()
    private(set) var ports: Set<HostPort> = []

    struct HostPort: Hashable, Sendable {
        /// Empty for all addresses.
        var address: String
        var transport: String
        var number: Int64
    }

    mutating func add(_ spec: JSON?) {
        amounts.add(Self.requests(of: spec))
        ports.formUnion(Self.ports(of: spec))
    }

    static func requests(of spec: JSON?) -> ResourceAmounts {
        var requests = ResourceAmounts.pod(spec, "requests")
        requests.count("pods")
        return requests
    }

    static func ports(of spec: JSON?) -> [HostPort] {
        (spec?["containers"]?.array ?? []).flatMap { $0["ports"]?.array ?? [] }.compactMap { port in
            guard let number = port["hostPort"]?.integer, number > 0 else { return nil }
            let address = port["hostIP"]?.string ?? ""
            return HostPort(address: address == "0.0.0.0" ? "" : address, transport: port["protocol"]?.string ?? "TCP", number: number)
        }
    }

    /// Why a pod does not fit beside those that are there, in the words of the scheduler; nil when it does.
    func refusal(of spec: JSON?, _ allocatable: ResourceAmounts) -> String? {
        let wanted = Self.requests(of: spec)
        for name in wanted.names {
            guard let amount = wanted[name], amount > .zero, amount + (amounts[name] ?? .zero) > allocatable[name] ?? .zero else { continue }
            return name == "pods" ? "Too many pods" : "Insufficient \(name)"
        }
        for port in Self.ports(of: spec) {
            // An address of its own does not stand in the way of another.
            if ports.contains(where: { $0.number == port.number && $0.transport == port.transport && ($0.address.isEmpty || port.address.isEmpty || $0.address == port.address) }) {
                return "node(s) didn't have free ports for the requested pod ports"
            }
        }
        return nil
    }
}
