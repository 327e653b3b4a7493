import Foundations

/// Binds claims to volumes that are there, and keeps both from going while they are used.
extension KubeAPI {
    private static let binder = "kube-controller-manager"
    static let claimFinalizer = "kubernetes.io/pvc-protection"
    static let volumeFinalizer = "kubernetes.io/pv-protection"

    mutating func reconcileClaim(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let volumes = builtIn("", "persistentvolumes") else { return }
        var claim = stored.json(resource)
        if stored.isDeleting {
            if !isUsed(stored) { release(Self.claimFinalizer, stored, resource, now) }
            return
        }
        guard claim["status"]?["phase"] != "Bound" else { return }
        guard let volume = volume(for: claim, stored, volumes) else { return }
        bind(volume, to: stored, resource, volumes, now)
        guard let fresh = store.object(resource, atKey: stored.key), let bound = store.object(volumes, "", volume.name)?.json(volumes) else { return }
        claim = fresh.json(resource)
        claim[path: "spec", "volumeName"] = .string(volume.name)
        claim[path: "metadata", "annotations", "pv.kubernetes.io/bind-completed"] = "yes"
        claim["status"] = ["phase": "Bound", "accessModes": bound["spec"]?["accessModes"] ?? [], "capacity": bound["spec"]?["capacity"] ?? [:]]
        _ = store.put(claim, resource)
    }

    mutating func reconcileVolume(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let claims = builtIn("", "persistentvolumeclaims") else { return }
        var volume = stored.json(resource)
        let reference = volume["spec"]?["claimRef"]
        let claim = reference.flatMap { store.object(claims, $0["namespace"]?.string ?? "", $0["name"]?.string ?? "") }
        let isBound = claim != nil && (reference?["uid"] == nil || reference?["uid"]?.string == claim?.uid)
        if stored.isDeleting {
            if !isBound { release(Self.volumeFinalizer, stored, resource, now) }
            return
        }
        let phase: JSON
        if let reference, reference["uid"] != nil {
            if !isBound, volume["spec"]?["persistentVolumeReclaimPolicy"] == "Delete" {
                _ = try? remove(stored, resource, DeleteOptions(), now)
                return
            }
            phase = isBound ? "Bound" : "Released"
        } else {
            phase = "Available"
            // Claims that found nothing look again.
            for claim in store.objects(claims) { plane.enqueue(.init(resource: claims.storageKey, key: claim.key)) }
        }
        guard volume["status"]?["phase"] == "Pending" || reference?["uid"] != nil, volume["status"]?["phase"] != phase else { return }
        volume[path: "status", "phase"] = phase
        volume[path: "status", "lastPhaseTransitionTime"] = .string(Timestamp.text(now.wall))
        save(volume, over: stored, resource, subresource: "status", as: Self.binder, now)
    }

    /// The smallest volume that a claim can have.
    private func volume(for claim: JSON, _ stored: StoredObject, _ volumes: ResourceDescriptor) -> StoredObject? {
        let spec = claim["spec"]
        let wanted = spec?["volumeName"]?.string ?? ""
        let modes = (spec?["accessModes"]?.array ?? []).compactMap(\.string)
        let amount = ResourceAmounts(spec?["resources"]?["requests"])["storage"] ?? .zero
        let selector = spec?["selector"].map { LabelSelector(object: $0) } ?? .everything
        var best: (volume: StoredObject, size: Quantity)?
        for candidate in store.objects(volumes) where !candidate.isDeleting && (wanted.isEmpty || candidate.name == wanted) {
            let volume = candidate.json(volumes)["spec"]
            let size = ResourceAmounts(volume?["capacity"])["storage"] ?? .zero
            if let reference = volume?["claimRef"] {
                guard reference["namespace"]?.string == stored.namespace, reference["name"]?.string == stored.name, reference["uid"] == nil || reference["uid"]?.string == stored.uid else { continue }
            } else {
                guard volume?["storageClassName"]?.string ?? "" == spec?["storageClassName"]?.string ?? "", volume?["volumeMode"] == spec?["volumeMode"], selector.matches(candidate.labels) else { continue }
            }
            let offered = (volume?["accessModes"]?.array ?? []).compactMap(\.string)
            guard modes.allSatisfy(offered.contains), size >= amount else { continue }
            if best.map({ size < $0.size }) ?? true { best = (candidate, size) }
        }
        return best?.volume
    }

    private mutating func bind(_ volume: StoredObject, to claim: StoredObject, _ claims: ResourceDescriptor, _ volumes: ResourceDescriptor, _ now: Now) {
        var object = volume.json(volumes)
        object[path: "spec", "claimRef"] = [
            "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": .string(claim.namespace), "name": .string(claim.name), "uid": .string(claim.uid),
            "resourceVersion": .string(String(claim.version)),
        ]
        object[path: "status", "phase"] = "Bound"
        object[path: "status", "lastPhaseTransitionTime"] = .string(Timestamp.text(now.wall))
        _ = store.put(object, volumes)
    }

    private func isUsed(_ claim: StoredObject) -> Bool {
        guard let pods = builtIn("", "pods") else { return false }
        return store.objects(pods, namespace: claim.namespace).contains { pod in
            guard pod.field("status.phase") != "Succeeded", pod.field("status.phase") != "Failed" else { return false }
            return (pod.json(pods)["spec"]?["volumes"]?.array ?? []).contains { $0["persistentVolumeClaim"]?["claimName"]?.string == claim.name }
        }
    }

    private mutating func release(_ finalizer: String, _ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var object = stored.json(resource)
        var finalizers = (object["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string)
        guard finalizers.contains(finalizer) else { return }
        finalizers.removeAll { $0 == finalizer }
        object[path: "metadata", "finalizers"] = finalizers.isEmpty ? Optional<JSON>.none : JSON(finalizers)
        save(object, over: stored, resource, as: Self.binder, now)
    }
}
