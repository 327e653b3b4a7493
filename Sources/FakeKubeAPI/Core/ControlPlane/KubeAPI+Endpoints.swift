import Foundations

/// Endpoints and EndpointSlices of services that select pods.
extension KubeAPI {
    /// Addresses in one slice.
    private static let addressesMax = 100

    mutating func reconcileEndpoints(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let pods = builtIn("", "pods"), let slices = builtIn("discovery.k8s.io", "endpointslices"), let endpoints = builtIn("", "endpoints"), !stored.isDeleting else { return }
        let service = stored.json(resource)
        guard let wanted = service["spec"]?["selector"]?.strings, !wanted.isEmpty, service["spec"]?["type"] != "ExternalName" else { return }
        let selector = LabelSelector(object: ["matchLabels": service["spec"]?["selector"] ?? [:]])
        let chosen = store.objects(pods, namespace: stored.namespace).filter { selector.matches($0.labels) && !["Succeeded", "Failed"].contains($0.field("status.phase")) }.map { $0.json(pods) }
        // Pods that call a port by different numbers stand in different slices.
        var groups: [JSON: [JSON]] = [:]
        for pod in chosen where !(pod["status"]?["podIP"]?.isEmpty ?? true) { groups[ports(of: service, pod), default: []].append(pod) }
        saveEndpoints(groups, service, stored, endpoints, now)
        saveSlices(groups, service, stored, slices, resource, now)
    }

    private func ports(of service: JSON, _ pod: JSON) -> JSON {
        let own = (pod["spec"]?["containers"]?.array ?? []).flatMap { $0["ports"]?.array ?? [] }
        return .array((service["spec"]?["ports"]?.array ?? []).compactMap { port in
            var number = port["targetPort"] ?? port["port"] ?? 0
            if let name = number.string {
                guard let found = own.first(where: { $0["name"]?.string == name && $0["protocol"] ?? "TCP" == port["protocol"] ?? "TCP" })?["containerPort"] else { return nil }
                number = found
            }
            var made: JSON = ["name": port["name"] ?? "", "port": number, "protocol": port["protocol"] ?? "TCP"]
            made["appProtocol"] = port["appProtocol"]
            return made
        })
    }

    private func target(_ pod: JSON) -> JSON {
        ["kind": "Pod", "namespace": pod["metadata"]?["namespace"] ?? "", "name": pod["metadata"]?["name"] ?? "", "uid": pod["metadata"]?["uid"] ?? ""]
    }

    private mutating func saveEndpoints(
        _ groups: [JSON: [JSON]], _ service: JSON, _ stored: StoredObject, _ endpoints: ResourceDescriptor, _ now: Now
    ) {
        let showsAll = service["spec"]?["publishNotReadyAddresses"] == true
        let subsets: [JSON] = groups.sorted { $0.key.text < $1.key.text }.map { ports, pods in
            var subset: JSON = [:]
            for (key, isReadyOnes) in [("addresses", true), ("notReadyAddresses", false)] {
                let addresses: [JSON] = pods.filter { (isReady($0) && $0["metadata"]?["deletionTimestamp"] == nil || showsAll) == isReadyOnes }.map {
                    ["ip": $0["status"]?["podIP"] ?? "", "nodeName": $0["spec"]?["nodeName"] ?? "", "targetRef": target($0)]
                }
                if !addresses.isEmpty { subset[key] = .array(addresses) }
            }
            if !ports.isEmpty { subset["ports"] = .array((ports.array ?? []).map { var port = $0; if port["name"] == "" { port["name"] = nil }; return port }) }
            return subset
        }
        var object: JSON = ["metadata": ["name": .string(stored.name), "namespace": .string(stored.namespace), "labels": service["metadata"]?["labels"] ?? [:]]]
        object[path: "metadata", "labels", "endpoints.kubernetes.io/managed-by"] = "endpoint-controller"
        if !subsets.isEmpty { object["subsets"] = .array(subsets) }
        guard let current = store.object(endpoints, stored.namespace, stored.name) else {
            make(object, endpoints, as: "kube-controller-manager", now)
            return
        }
        var next = current.json(endpoints)
        next["subsets"] = object["subsets"]
        next[path: "metadata", "labels"] = object["metadata"]?["labels"]
        save(next, over: current, endpoints, as: "kube-controller-manager", now)
    }

    private mutating func saveSlices(
        _ groups: [JSON: [JSON]], _ service: JSON, _ stored: StoredObject, _ slices: ResourceDescriptor, _ services: ResourceDescriptor, _ now: Now
    ) {
        var wanted: [JSON] = []
        for (ports, pods) in groups.sorted(by: { $0.key.text < $1.key.text }) {
            for start in stride(from: 0, to: pods.count, by: Self.addressesMax) {
                wanted.append(["addressType": "IPv4", "ports": ports, "endpoints": .array(pods[start..<min(pods.count, start + Self.addressesMax)].map(endpoint))])
            }
        }
        // A service without pods has one slice, and nothing in it.
        if wanted.isEmpty { wanted = [["addressType": "IPv4", "ports": .null, "endpoints": .null]] }
        var labels = service["metadata"]?["labels"] ?? [:]
        if service["spec"]?["clusterIP"] == "None" { labels["service.kubernetes.io/headless"] = "" }
        settle(wanted, of: stored, services, labels: labels, by: "endpointslice-controller.k8s.io", slices, now)
    }

    /// Makes the slices of an owner those that are wanted.
    private mutating func settle(
        _ wanted: [JSON], of stored: StoredObject, _ resource: ResourceDescriptor, labels: JSON, by controller: String, _ slices: ResourceDescriptor, _ now: Now
    ) {
        let own = store.objects(slices, namespace: stored.namespace).filter { $0.labels["kubernetes.io/service-name"] == stored.name && $0.labels["endpointslice.kubernetes.io/managed-by"] == controller }
        for (index, slice) in wanted.enumerated() {
            if index < own.count {
                var next = own[index].json(slices)
                for key in ["ports", "endpoints"] { next[key] = slice[key] }
                save(next, over: own[index], slices, as: "kube-controller-manager", now)
                continue
            }
            var made = slice
            made["metadata"] = ["namespace": .string(stored.namespace), "generateName": .string(stored.name + "-"), "labels": labels]
            made[path: "metadata", "labels", "kubernetes.io/service-name"] = .string(stored.name)
            made[path: "metadata", "labels", "endpointslice.kubernetes.io/managed-by"] = .string(controller)
            made[path: "metadata", "ownerReferences"] = [reference(to: stored, resource)]
            make(made, slices, as: "kube-controller-manager", now)
        }
        for extra in own.dropFirst(wanted.count) { _ = try? remove(extra, slices, DeleteOptions(), now) }
    }

    private func endpoint(_ pod: JSON) -> JSON {
        let isGoing = pod["metadata"]?["deletionTimestamp"] != nil
        let serves = isReady(pod)
        return [
            "addresses": [pod["status"]?["podIP"] ?? ""], "conditions": ["ready": .bool(serves && !isGoing), "serving": .bool(serves), "terminating": .bool(isGoing)],
            "nodeName": pod["spec"]?["nodeName"] ?? "", "targetRef": target(pod),
        ]
    }

    // MARK: What nobody selects

    /// Endpoints of services that are gone go too; those that somebody made for a service without a selector are mirrored in slices.
    mutating func tidyEndpoints(in namespace: String, _ now: Now) {
        guard let endpoints = builtIn("", "endpoints"), let services = builtIn("", "services"), let slices = builtIn("discovery.k8s.io", "endpointslices") else { return }
        var mirrored: Set<String> = []
        for stored in store.objects(endpoints, namespace: namespace) where !stored.isDeleting {
            let service = store.object(services, namespace, stored.name)
            if stored.labels["endpoints.kubernetes.io/managed-by"] != nil {
                if service == nil { _ = try? remove(stored, endpoints, DeleteOptions(), now) }
            } else if let service, stored.labels["endpointslice.kubernetes.io/skip-mirror"] != "true", service.json(services)["spec"]?["selector"]?.isEmpty ?? true {
                mirrored.insert(stored.name)
                mirror(stored, endpoints, slices, now)
            }
        }
        for slice in store.objects(slices, namespace: namespace) where slice.labels["endpointslice.kubernetes.io/managed-by"] == Self.mirrorer {
            if !mirrored.contains(slice.labels["kubernetes.io/service-name"] ?? "") { _ = try? remove(slice, slices, DeleteOptions(), now) }
        }
    }

    private static let mirrorer = "endpointslicemirroring-controller.k8s.io"

    private mutating func mirror(_ stored: StoredObject, _ endpoints: ResourceDescriptor, _ slices: ResourceDescriptor, _ now: Now) {
        let object = stored.json(endpoints)
        let wanted: [JSON] = (object["subsets"]?.array ?? []).map { subset in
            let addresses: [JSON] = [("addresses", true), ("notReadyAddresses", false)].flatMap { key, isReady in
                (subset[key]?.array ?? []).map { address in
                    var endpoint: JSON = ["addresses": [address["ip"] ?? ""], "conditions": ["ready": .bool(isReady)]]
                    for key in ["hostname", "nodeName", "targetRef"] { endpoint[key] = address[key] }
                    return endpoint
                }
            }
            let first = subset["addresses"]?[0] ?? subset["notReadyAddresses"]?[0]
            return ["addressType": first?["ip"]?.string?.contains(":") ?? false ? "IPv6" : "IPv4", "ports": subset["ports"] ?? .null, "endpoints": .array(addresses)]
        }
        settle(wanted, of: stored, endpoints, labels: object["metadata"]?["labels"] ?? [:], by: Self.mirrorer, slices, now)
    }
}
