/// `pods/exec`, `pods/attach`, `pods/portforward`: what the real server says whose kubelets cannot be reached. Nothing runs here, so nobody listens there.
extension KubeAPI {
    private static let kubeletPort: Int64 = 10_250
    /// `--kubelet-preferred-address-types`, as kubeadm sets it.
    private static let addressTypes = ["InternalIP", "ExternalIP", "Hostname"]

    func unreachable(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: Call) throws(APIStatus) -> APIStatus {
        let (_, pod) = try pod(target, resource)
        if target.subresource != "portforward" { _ = try container(pod, call.request.parameter("container"), target.name) }
        guard let name = pod["spec"]?["nodeName"]?.string, !name.isEmpty else { return .badRequest("pod \(target.name) does not have a host assigned") }
        guard let nodes = builtIn("", "nodes") else { throw .unknownResource }
        guard let node = store.object(nodes, "", name)?.json(nodes) else { throw .notFound(nodes, name) }
        let addresses = node["status"]?["addresses"]?.array ?? []
        let preferred = Self.addressTypes.lazy.compactMap { type in addresses.first { $0["type"]?.string == type }?["address"]?.string }.first
        guard let address = preferred else { return APIStatus(500, nil, "no preferred addresses found; known addresses: \(JSON.array(addresses).text)") }
        let port = node["status"]?["daemonEndpoints"]?["kubeletEndpoint"]?["Port"]?.integer ?? Self.kubeletPort
        let host = address.contains(":") ? "[\(address)]" : address
        return APIStatus(500, nil, "error dialing backend: dial tcp \(host):\(port): connect: connection refused")
    }
}
