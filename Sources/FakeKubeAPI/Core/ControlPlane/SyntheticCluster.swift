package import Foundations

/// Clusters made out of nothing: nodes that are ready, and pods that run on them, every other one under the namespace's DaemonSet, the rest spread over
/// its Deployments.
extension KubeAPI {
    private static let podsPerNamespace = 5000
    private static let deploymentsPerNamespace = 50

    /// References to what the pods of a namespace belong to.
    private struct Owners {
        var daemonSet: JSON
        /// With the labels that the pods of each carry.
        var replicaSets: [(reference: JSON, labels: JSON)]

        func owner(of number: Int) -> (reference: JSON, labels: JSON) {
            number % 2 == 0 ? (daemonSet, ["app": "app", "pod-template-generation": "1"]) : replicaSets[number / 2 % replicaSets.count]
        }
    }

    package var hasNodes: Bool { catalogue.find(group: "", name: "nodes").map { store.count($0) > 0 } ?? false }

    /// Adds nodes `node-00000`... and their pods. Objects that are there already stay as they are.
    package mutating func addSyntheticCluster(nodes: Int, podsPerNode: Int, at now: Now) {
        guard let nodeResource = builtIn("", "nodes"), let pods = builtIn("", "pods"), let leases = builtIn("coordination.k8s.io", "leases"), let namespaces = builtIn("", "namespaces") else { return }
        let time = JSON.string(Timestamp.text(now.wall))
        let total = nodes * podsPerNode
        var owners: [Owners] = []
        for start in stride(from: 0, to: total, by: Self.podsPerNamespace) {
            let name = "load-\(Self.padded(owners.count, 3))"
            if store.object(namespaces, "", name) == nil {
                _ = store.put([
                    "metadata": ["name": .string(name), "uid": .string(uid()), "creationTimestamp": time, "labels": ["kubernetes.io/metadata.name": .string(name)]],
                    "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
                ], namespaces)
                makeAccount(in: name, now)
            }
            owners.append(makeOwners(in: name, time, pods: start..<min(start + Self.podsPerNamespace, total)))
        }
        for index in 0..<nodes {
            let name = "node-\(Self.padded(index, 5))"
            guard store.object(nodeResource, "", name) == nil else { continue }
            let ready = SyntheticObjects.node(name, number: index, uid: uid(), time)
            _ = store.put(ready, nodeResource)
            _ = store.put(SyntheticObjects.lease(name, uid: uid(), at: now.wall, time), leases)
            for number in index * podsPerNode..<(index + 1) * podsPerNode {
                let place = number / Self.podsPerNamespace
                let (owner, labels) = owners[place].owner(of: number)
                _ = store.put(
                    SyntheticObjects.pod(
                        "app-\(Self.padded(number % Self.podsPerNamespace, 5))", in: "load-\(Self.padded(place, 3))", on: name, number: number, uid: uid(), owner: owner, labels: labels, time), pods)
            }
        }
    }

    private mutating func makeOwners(in namespace: String, _ time: JSON, pods numbers: Range<Int>) -> Owners {
        let daemons = numbers.count { $0 % 2 == 0 }
        let set = keep("DaemonSet", "daemonsets", "app", in: namespace, time, labels: ["app": "app"], template: SyntheticObjects.template(["app": "app"]), more: ["updateStrategy": ["type": "OnDelete"]], status: [
            "desiredNumberScheduled": JSON(daemons), "currentNumberScheduled": JSON(daemons), "numberReady": JSON(daemons), "numberAvailable": JSON(daemons), "updatedNumberScheduled": JSON(daemons),
            "numberMisscheduled": 0, "observedGeneration": 1,
        ])
        var sets: [(reference: JSON, labels: JSON)] = []
        for index in 0..<Self.deploymentsPerNamespace {
            let count = numbers.count { $0 % 2 == 1 && $0 / 2 % Self.deploymentsPerNamespace == index }
            sets.append(makeDeployment("web-\(Self.padded(index, 2))", in: namespace, time, replicas: count))
        }
        return Owners(daemonSet: set.reference, replicaSets: sets)
    }

    /// A Deployment and its ReplicaSet, named and labelled as the controller would, so that it finds nothing to do.
    private mutating func makeDeployment(_ name: String, in namespace: String, _ time: JSON, replicas: Int) -> (reference: JSON, labels: JSON) {
        let count = JSON(replicas)
        let status: JSON = ["replicas": count, "readyReplicas": count, "availableReplicas": count, "observedGeneration": 1]
        var ofDeployment = status
        ofDeployment["updatedReplicas"] = count
        var labels: JSON = ["app": .string(name)]
        let deployment = keep("Deployment", "deployments", name, in: namespace, time, labels: labels, template: SyntheticObjects.template(labels), more: ["replicas": count], status: ofDeployment)
        let hash = Self.hash(deployment.object["spec"]?["template"])
        labels["pod-template-hash"] = .string(hash)
        var ofSet = status
        ofSet["fullyLabeledReplicas"] = count
        let set = keep(
            "ReplicaSet", "replicasets", "\(name)-\(hash)", in: namespace, time, labels: labels, template: SyntheticObjects.template(labels), more: ["replicas": count], owner: deployment.reference, status: ofSet)
        return (set.reference, labels)
    }

    /// A workload with a reference to it; one that is there stays as it is.
    private mutating func keep(
        _ kind: String, _ plural: String, _ name: String, in namespace: String, _ time: JSON, labels: JSON, template: JSON, more: JSON, owner: JSON? = nil, status: JSON
    ) -> (reference: JSON, object: JSON) {
        guard let resource = builtIn("apps", plural) else { return ([:], [:]) }
        func reference(_ uid: String) -> JSON {
            ["apiVersion": "apps/v1", "kind": .string(kind), "name": .string(name), "uid": .string(uid), "controller": true, "blockOwnerDeletion": true]
        }
        if let known = store.object(resource, namespace, name) { return (reference(known.uid), known.json(resource)) }
        let uid = uid()
        var object: JSON = [
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "uid": .string(uid), "creationTimestamp": time, "generation": 1, "labels": labels,
                "annotations": kind == "DaemonSet" ? [:] : ["deployment.kubernetes.io/revision": "1"],
            ],
            "spec": more, "status": status,
        ]
        object[path: "spec", "selector"] = ["matchLabels": labels]
        object[path: "spec", "template"] = template
        if let owner { object[path: "metadata", "ownerReferences"] = [owner] }
        // In the form that every write gives it: the template's digest is its ReplicaSet's name.
        var decoder = TypedDecoder(schema: .builtIn)
        object = (try? decoder.decode(object, as: resource.typeName)) ?? object
        Defaults.apply(to: &object, resource)
        _ = store.put(object, resource)
        return (reference(uid), object)
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

/// The objects of which synthetic clusters are made.
enum SyntheticObjects {
    static func node(_ name: String, number: Int, uid: String, _ time: JSON) -> JSON {
        let address = "10.\(128 + number / 65_536).\(number / 256 % 256).\(number % 256)"
        let conditions: [JSON] = [("MemoryPressure", "False", "KubeletHasSufficientMemory"), ("DiskPressure", "False", "KubeletHasNoDiskPressure"), ("PIDPressure", "False", "KubeletHasSufficientPID"), ("Ready", "True", "KubeletReady")].map { type, status, reason in
            ["type": .string(type), "status": .string(status), "reason": .string(reason), "message": "kubelet is posting its status", "lastHeartbeatTime": time, "lastTransitionTime": time]
        }
        let capacity: JSON = ["cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "100Gi"]
        return [
            "metadata": [
                "name": .string(name), "uid": .string(uid), "creationTimestamp": time, "annotations": ["fake-kube-api/synthetic": "true"],
                "labels": ["kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "type": "synthetic"],
            ],
            "spec": ["podCIDR": .string("10.244.\(number % 256).0/24"), "podCIDRs": [.string("10.244.\(number % 256).0/24")], "providerID": .string("synthetic://\(name)")],
            "status": [
                "capacity": capacity, "allocatable": capacity, "conditions": .array(conditions), "addresses": [["type": "InternalIP", "address": .string(address)], ["type": "Hostname", "address": .string(name)]],
                "daemonEndpoints": ["kubeletEndpoint": ["Port": 10_250]],
                "nodeInfo": [
                    "machineID": .string(uid), "systemUUID": .string(uid), "bootID": .string(uid), "kernelVersion": "6.8.0-synthetic", "osImage": "Synthetic Linux", "containerRuntimeVersion": "containerd://2.0.0",
                    "kubeletVersion": "v1.36.0", "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "amd64",
                ],
            ],
        ]
    }

    static func lease(_ name: String, uid: String, at now: WallInstant, _ time: JSON) -> JSON {
        [
            "metadata": ["name": .string(name), "namespace": "kube-node-lease", "uid": .string(uid), "creationTimestamp": time],
            "spec": ["holderIdentity": .string(name), "leaseDurationSeconds": 40, "renewTime": .string(Timestamp.text(now, micro: true))],
        ]
    }

    /// Of every pod but for its node, in the form that a write gives it, so that a change of something else leaves it as it is.
    private static let spec: JSON = {
        let pod: JSON = ["spec": ["serviceAccountName": "default", "containers": [["name": "app", "image": "registry.example/app:1.0"]]]]
        var decoder = TypedDecoder(schema: .builtIn)
        var spec = (try? decoder.decode(pod, as: "core.v1.Pod"))?["spec"] ?? [:]
        PodDefaults.apply(to: &spec, isPod: true)
        return spec
    }()

    static func template(_ labels: JSON) -> JSON { ["metadata": ["labels": labels], "spec": ["containers": [["name": "app", "image": "registry.example/app:1.0"]]]] }

    static func pod(_ name: String, in namespace: String, on node: String, number: Int, uid: String, owner: JSON, labels: JSON, _ time: JSON) -> JSON {
        let address = "10.\(number / 65_536 % 64 + 64).\(number / 256 % 256).\(number % 256)"
        var object: JSON = [
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "uid": .string(uid), "creationTimestamp": time, "generation": 1, "labels": labels,
                "ownerReferences": [owner],
            ],
            "spec": spec,
        ]
        object[path: "spec", "nodeName"] = .string(node)
        object["status"] = running(object, address: address, uid: uid, time)
        return object
    }

    /// The status of a pod whose containers all run.
    static func running(_ pod: JSON, address: String, uid: String, _ time: JSON) -> JSON {
        let conditions: [JSON] = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map {
            ["type": .string($0), "status": "True", "lastProbeTime": .null, "lastTransitionTime": time]
        }
        let containers: [JSON] = (pod["spec"]?["containers"]?.array ?? []).enumerated().map { index, container in
            let image = container["image"] ?? ""
            return [
                "name": container["name"] ?? "", "image": image, "imageID": .string((image.string ?? "") + "@sha256:" + String(repeating: "0", count: 64)), "ready": true, "started": true, "restartCount": 0,
                "containerID": .string("containerd://" + containerID(uid, index)), "state": ["running": ["startedAt": time]], "lastState": [:],
            ]
        }
        return [
            "phase": "Running", "qosClass": .string(PodDefaults.qualityOfService(pod["spec"])), "podIP": .string(address), "podIPs": [["ip": .string(address)]], "hostIP": "10.128.0.1", "startTime": time,
            "conditions": .array(conditions), "containerStatuses": .array(containers),
        ]
    }

    /// 64 hexadecimal digits that belong to a pod and one of its containers.
    static func containerID(_ uid: String, _ index: Int) -> String {
        let digits = uid.filter { $0 != "-" }
        return digits + String(repeating: "0", count: max(0, 64 - digits.count - 2)) + (index < 16 ? "0" : "") + String(index, radix: 16)
    }
}
