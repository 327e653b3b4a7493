package import Foundation
import ScenarioModel
import Yams

/// The Kubernetes API server of a stack, as a kubelet and a control plane write to it.
package struct Cluster: Sendable {
    private struct Kubeconfig: Decodable {
        struct NamedCluster: Decodable {
            struct Cluster: Decodable {
                var server: String
                var authority: String?
                enum CodingKeys: String, CodingKey {
                    case server
                    case authority = "certificate-authority-data"
                }
            }
            var cluster: Cluster
        }
        struct NamedUser: Decodable {
            struct User: Decodable { var token: String? }
            var user: User
        }
        var clusters: [NamedCluster]
        var users: [NamedUser]
    }

    package let node: String
    /// `https://127.0.0.1:PORT`.
    package let server: String
    package let control: ClusterControl
    private let api: WebClient

    /// - Parameters:
    ///   - kubeconfig: with one cluster and one user; the user's token is used.
    ///   - data: the server's data folder, which says where its control port is.
    package init(kubeconfig: URL, data: URL, node: String) throws {
        let configuration = try YAMLDecoder().decode(Kubeconfig.self, from: String(contentsOf: kubeconfig, encoding: .utf8))
        guard let cluster = configuration.clusters.first?.cluster else { throw Shell.Failure(description: "\(kubeconfig.path): no cluster") }
        self.node = node
        server = cluster.server
        control = try ClusterControl(data: data)
        api = try WebClient(base: cluster.server, authority: cluster.authority.flatMap { Data(base64Encoded: $0) }, token: configuration.users.first?.user.token)
    }

    package func close() async {
        await api.close()
        await control.close()
    }

    /// The bytes of an answer.
    package func raw(_ path: String) async throws -> Data { try await api.send("GET", path) }

    /// Reads a watch piece by piece until it ends or `each` returns false.
    package func stream(_ path: String, _ each: @Sendable (Data) -> Bool) async throws { try await api.stream(path, each) }

    package func setLabel(_ name: String, _ value: String, onPod pod: String, in namespace: String) async throws {
        try await api.send(
            "PATCH", "/api/v1/namespaces/\(namespace)/pods/\(pod)", json: ["metadata": ["labels": .object([name: .string(value)])]], type: "application/merge-patch+json")
    }

    package func addNode() async throws {
        try await create("/api/v1/nodes", [
            "apiVersion": "v1", "kind": "Node",
            "metadata": ["name": .string(node), "labels": ["kubernetes.io/hostname": .string(node), "kubernetes.io/os": "linux"]],
        ])
    }

    /// The pod of a container that runs: its owner, the pod bound to our node, and the status a kubelet reports once it runs.
    package func addPod(of container: RunningContainer) async throws {
        let spec = container.spec
        let namespace = spec.namespace
        if namespace != "default" { try await create("/api/v1/namespaces", ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]) }
        if spec.serviceAccount != "default" {
            try await create("/api/v1/namespaces/\(namespace)/serviceaccounts", ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": .string(spec.serviceAccount)]])
        }
        var metadata: [String: JSONValue] = [
            "name": .string(spec.pod), "namespace": .string(namespace),
            "labels": .object(spec.labels.merging(["app": spec.name]) { given, _ in given }.mapValues { .string($0) }),
        ]
        if let owner = spec.owner { metadata["ownerReferences"] = [try await add(owner, namespace: namespace, name: spec.name)] }
        let pods = "/api/v1/namespaces/\(namespace)/pods"
        let created = try JSONValue(json: await api.send("POST", pods, json: [
            "apiVersion": "v1", "kind": "Pod", "metadata": .object(metadata),
            "spec": [
                "nodeName": .string(node), "serviceAccountName": .string(spec.serviceAccount),
                "containers": [["name": .string(spec.name), "image": .string(spec.image), "resources": ["requests": ["cpu": "10m"]]]],
            ],
        ]))
        let now = Date.now.formatted(.iso8601)
        try await api.send("PATCH", "\(pods)/\(spec.pod)/status", json: [
            "status": [
                "phase": "Running", "podIP": "10.244.0.2", "podIPs": [["ip": "10.244.0.2"]], "startTime": .string(now),
                "conditions": [["type": "Ready", "status": "True"]],
                "containerStatuses": [[
                    "name": .string(spec.name), "image": .string(spec.image), "imageID": .string("\(spec.image)@sha256:\(container.id)"), "ready": true, "started": true,
                    "restartCount": 0, "containerID": .string("containerd://\(container.id)"), "state": ["running": ["startedAt": .string(now)]],
                ]],
            ]
        ], type: "application/merge-patch+json")
        guard created["metadata"]?["uid"] != nil else { throw Shell.Failure(description: "the API server gave pod \(spec.pod) no uid") }
    }

    /// Creates the owner (for a Deployment with the ReplicaSet between) and returns the reference that the pod carries.
    private func add(_ owner: ContainerSpec.Owner, namespace: String, name: String) async throws -> JSONValue {
        func make(_ kind: String, _ objectName: String, owner: JSONValue? = nil) async throws -> JSONValue {
            let (group, version) = kind == "Job" || kind == "CronJob" ? ("batch", "v1") : ("apps", "v1")
            var metadata: [String: JSONValue] = ["name": .string(objectName), "namespace": .string(namespace)]
            if let owner { metadata["ownerReferences"] = [owner] }
            let template: JSONValue = [
                "metadata": ["labels": ["app": .string(name)]],
                "spec": ["containers": [["name": .string(name), "image": .string("registry.example/\(name):1.0")]], "restartPolicy": group == "batch" ? "Never" : "Always"],
            ]
            var spec: [String: JSONValue] = ["template": template]
            if group == "apps" { spec["selector"] = ["matchLabels": ["app": .string(name)]] }
            if kind == "StatefulSet" { spec["serviceName"] = .string(name) }
            let path = "/apis/\(group)/\(version)/namespaces/\(namespace)/\(kind.lowercased())s"
            try await create(path, ["apiVersion": .string("\(group)/\(version)"), "kind": .string(kind), "metadata": .object(metadata), "spec": .object(spec)])
            let uid = try await api.get("\(path)/\(objectName)")["metadata"]?["uid"] ?? .null
            return ["apiVersion": .string("\(group)/\(version)"), "kind": .string(kind), "name": .string(objectName), "uid": uid, "controller": true]
        }
        let reference = try await make(owner.kind, owner.name)
        return owner.kind == "Deployment" ? try await make("ReplicaSet", "\(owner.name)-5d4f8c7b9", owner: reference) : reference
    }

    /// Creates an object; one that is there already is as good.
    private func create(_ path: String, _ object: JSONValue) async throws {
        do {
            try await api.send("POST", path, json: object)
        } catch let refused as WebClient.Refused where refused.status == 409 {}
    }
}
