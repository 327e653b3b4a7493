package import Foundations

/// Clusters made out of nothing: nodes that are ready, and pods that run on them under Deployments and DaemonSets.
extension KubeAPI {
    private static let podsPerNamespace = 5000

    package var hasNodes: Bool { catalogue.find(group: "", name: "nodes").map { store.count($0) > 0 } ?? false }

    /// Adds nodes `node-00000`... and their pods. Objects that are there already stay as they are.
    package mutating func addSyntheticCluster(nodes: Int, podsPerNode: Int, at now: Now) {
        guard let nodeResource = catalogue.find(group: "", name: "nodes"), let pods = catalogue.find(group: "", name: "pods"), let leases = catalogue.find(group: "coordination.k8s.io", name: "leases"),
            let namespaces = catalogue.find(group: "", name: "namespaces"), let sets = catalogue.find(group: "apps", name: "daemonsets")
        else { return }
        let time = JSON.string(Timestamp.text(now.wall))
        let places = max(1, (nodes * podsPerNode + Self.podsPerNamespace - 1) / Self.podsPerNamespace)
        var owners: [JSON] = []
        if podsPerNode > 0 {
            for index in 0..<places {
                let name = "load-\(Self.padded(index, 3))"
                if store.object(namespaces, "", name) == nil {
                    _ = store.put([
                        "metadata": ["name": .string(name), "uid": .string(uid()), "creationTimestamp": time, "labels": ["kubernetes.io/metadata.name": .string(name)]],
                        "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
                    ], namespaces)
                    makeAccount(in: name, now)
                }
                owners.append(makeOwner(in: name, sets, time, pods: min(Self.podsPerNamespace, nodes * podsPerNode)))
            }
        }
        for index in 0..<nodes {
            let name = "node-\(Self.padded(index, 5))"
            guard store.object(nodeResource, "", name) == nil else { continue }
            let ready = SyntheticObjects.node(name, number: index, uid: uid(), time)
            _ = store.put(ready, nodeResource)
            _ = store.put(SyntheticObjects.lease(name, uid: uid(), at: now.wall, time), leases)
            for pod in 0..<podsPerNode {
                let number = index * podsPerNode + pod
                let place = number / Self.podsPerNamespace
                _ = store.put(
                    SyntheticObjects.pod("app-\(Self.padded(number % Self.podsPerNamespace, 5))", in: "load-\(Self.padded(place, 3))", on: name, number: number, uid: uid(), owner: owners[place], time), pods)
            }
        }
    }

    private mutating func makeOwner(in namespace: String, _ sets: ResourceDescriptor, _ time: JSON, pods: Int) -> JSON {
        func reference(_ uid: String) -> JSON {
            ["apiVersion": "apps/v1", "kind": "DaemonSet", "name": "app", "uid": .string(uid), "controller": true, "blockOwnerDeletion": true]
        }
        if let known = store.object(sets, namespace, "app") { return reference(known.uid) }
        let uid = uid()
        var set: JSON = [
            "metadata": ["name": "app", "namespace": .string(namespace), "uid": .string(uid), "creationTimestamp": time, "generation": 1, "labels": ["app": "app"]],
            "spec": [
                "selector": ["matchLabels": ["app": "app"]], "updateStrategy": ["type": "OnDelete"],
                "template": ["metadata": ["labels": ["app": "app"]], "spec": ["containers": [["name": "app", "image": "registry.example/app:1.0"]]]],
            ],
            "status": [
                "desiredNumberScheduled": JSON(pods), "currentNumberScheduled": JSON(pods), "numberReady": JSON(pods), "numberAvailable": JSON(pods), "updatedNumberScheduled": JSON(pods),
                "numberMisscheduled": 0, "observedGeneration": 1,
            ],
        ]
        Defaults.apply(to: &set, sets)
        _ = store.put(set, sets)
        return reference(uid)
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

    static func pod(_ name: String, in namespace: String, on node: String, number: Int, uid: String, owner: JSON, _ time: JSON) -> JSON {
        let address = "10.\(number / 65_536 % 64 + 64).\(number / 256 % 256).\(number % 256)"
        var object: JSON = [
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "uid": .string(uid), "creationTimestamp": time, "generation": 1, "labels": ["app": "app", "pod-template-generation": "1"],
                "ownerReferences": [owner],
            ],
            "spec": ["nodeName": .string(node), "serviceAccountName": "default", "containers": [["name": "app", "image": "registry.example/app:1.0"]]],
        ]
        PodDefaults.apply(to: &object["spec", default: [:]], isPod: true)
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
