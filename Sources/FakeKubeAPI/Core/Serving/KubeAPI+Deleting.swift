import Foundations

/// delete and deletecollection: grace, finalizers, propagation.
extension KubeAPI {
    /// Finalizers that stand for a propagation policy; the garbage collector takes them off.
    static let orphanFinalizer = "orphan"
    static let foregroundFinalizer = "foregroundDeletion"
    /// Kinds that leave their pods behind when a deletion does not say otherwise.
    private static let orphaning: Set = ["Job", "ReplicationController"]
    /// Kinds whose deletion is answered with the object; others with a Status.
    private static let shownWhenGone: Set = [
        "Pod", "Service", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "PodTemplate", "ResourceQuota", "ServiceAccount", "StorageClass", "VolumeAttachment", "CSIDriver", "CSINode",
    ]

    mutating func delete(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        let options = try DeleteOptions(call.request)
        _ = try form(resource, call)
        guard let current = store.object(resource, resource.isNamespaced ? target.namespace : "", target.name) else { throw .notFound(resource, target.name) }
        if resource.kind == "Namespace", !resource.isCustom, Self.permanentNamespaces.contains(target.name) {
            throw .of(resource, target.name, APIStatus(403, "Forbidden", "namespaces \"\(target.name)\" is forbidden: this namespace may not be deleted"))
        }
        try check(options, current, resource)
        if resource.kind == "Job", !resource.isCustom, options.propagation == nil {
            call.warnings.append("child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning")
        }
        try admitDeletion(current, resource, options, &call)
        let (object, isGone) = try remove(current, resource, options, call.now)
        if !isGone || !resource.isCustom && Self.shownWhenGone.contains(resource.kind) { return try answer(object, resource, call) }
        var status = APIStatus(200, nil, "")
        status.isSuccess = true
        status.name = current.name
        status.group = resource.group
        status.kind = resource.name
        status.uid = current.uid
        return .status(200, status)
    }

    private func check(_ options: DeleteOptions, _ current: StoredObject, _ resource: ResourceDescriptor) throws(APIStatus) {
        func conflict(_ why: String) -> APIStatus {
            var status = APIStatus(409, "Conflict", "Operation cannot be fulfilled on \(resource.kind)\(resource.group.isEmpty ? "" : ".\(resource.group)") \"\(current.name)\": \(why)")
            status.name = current.name
            status.group = resource.group
            status.kind = resource.kind
            return status
        }
        if let uid = options.uid, uid != current.uid {
            throw conflict("the UID in the precondition (\(uid)) does not match the UID in record (\(current.uid)). The object might have been deleted and then recreated")
        }
        if let version = options.resourceVersion, version != String(current.version) {
            throw conflict("the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record (\(current.version)). The object might have been modified")
        }
    }

    /// Takes an object away, or marks it as going.
    /// - Returns: the object as the client sees it, and whether it is gone.
    mutating func remove(_ current: StoredObject, _ resource: ResourceDescriptor, _ options: DeleteOptions, _ now: Now) throws(APIStatus) -> (JSON, isGone: Bool) {
        var object = current.json(resource)
        if resource.kind == "Namespace", !resource.isCustom { return try removeNamespace(object, current, resource, options, now) }
        if resource.kind == "CustomResourceDefinition", !resource.isCustom { return (removeDefinition(object, current, resource, options, now), false) }
        let grace = graceSeconds(object, resource, options)
        let isMarked = object["metadata"]?["deletionTimestamp"] != nil
        var finalizers = (object["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string)
        let before = finalizers
        let policy = options.propagation ?? (!resource.isCustom && Self.orphaning.contains(resource.kind) ? "Orphan" : nil)
        if let policy {
            finalizers.removeAll { $0 == Self.orphanFinalizer || $0 == Self.foregroundFinalizer }
            if policy == "Orphan" { finalizers.append(Self.orphanFinalizer) }
            if policy == "Foreground" { finalizers.append(Self.foregroundFinalizer) }
        }
        let waits = grace > 0 || !finalizers.isEmpty
        let isEarlier = isMarked && grace < object["metadata"]?["deletionGracePeriodSeconds"]?.integer ?? 0
        let hasGrace = resource.kind == "Pod" && !resource.isCustom
        if waits || hasGrace {
            if !isMarked || isEarlier {
                let end = now.wall + .seconds(grace)
                object[path: "metadata", "deletionTimestamp"] = .string(Timestamp.text(end))
                object[path: "metadata", "deletionGracePeriodSeconds"] = .integer(grace)
                if !isMarked, let generation = object["metadata"]?["generation"]?.integer, generation > 0 { object[path: "metadata", "generation"] = .integer(generation &+ 1) }
            } else if before == finalizers, grace > 0 || !finalizers.isEmpty {
                return (object, false)
            }
            object[path: "metadata", "finalizers"] = finalizers.isEmpty ? nil : JSON(finalizers)
        }
        if options.isDryRun { return (object, !waits) }
        if waits { return (store.put(object, resource).json(resource), false) }
        // The real store first writes the mark, then removes: watchers of pods see both.
        if hasGrace, isMarked { object = store.put(object, resource).json(resource) }
        return (finish(object, resource, now), true)
    }

    /// Removes for good.
    @discardableResult
    mutating func finish(_ object: JSON, _ resource: ResourceDescriptor, _ now: Now) -> JSON {
        let deleted = store.delete(object, resource).json(resource)
        if resource.kind == "CustomResourceDefinition", !resource.isCustom { disestablish(deleted, now) }
        if resource.kind == "Service", !resource.isCustom { noteAddresses(of: nil, resource, old: deleted, now) }
        return deleted
    }

    /// Seconds until the object may go. Only pods have any.
    private func graceSeconds(_ object: JSON, _ resource: ResourceDescriptor, _ options: DeleteOptions) -> Int64 {
        guard resource.kind == "Pod", !resource.isCustom else { return 0 }
        var seconds = options.gracePeriodSeconds ?? object["spec"]?["terminationGracePeriodSeconds"]?.integer ?? 30
        if seconds < 0 { seconds = 1 }
        // Nobody has to be waited for when it runs nowhere or has ended.
        let phase = object["status"]?["phase"]?.string ?? ""
        if object["spec"]?["nodeName"]?.isEmpty ?? true || phase == "Succeeded" || phase == "Failed" { seconds = 0 }
        return seconds
    }

    private mutating func removeNamespace(_ object: JSON, _ current: StoredObject, _ resource: ResourceDescriptor, _ options: DeleteOptions, _ now: Now) throws(APIStatus) -> (JSON, isGone: Bool) {
        var object = object
        if object["metadata"]?["deletionTimestamp"] == nil {
            object[path: "metadata", "deletionTimestamp"] = .string(Timestamp.text(now.wall))
            object[path: "status", "phase"] = "Terminating"
        } else {
            guard object["spec"]?["finalizers"]?.isEmpty ?? true else {
                // Asked again while it is going: as it is.
                return (object, false)
            }
        }
        if options.isDryRun { return (object, false) }
        if object["spec"]?["finalizers"]?.isEmpty ?? true, object["metadata"]?["finalizers"]?.isEmpty ?? true { return (finish(object, resource, now), true) }
        return (store.put(object, resource).json(resource), false)
    }

    /// Whether an update has taken off what an object that is to go was still waiting for; it is removed then.
    mutating func finishDeletion(_ object: JSON, _ resource: ResourceDescriptor, _ now: Now) throws(APIStatus) -> Bool {
        guard object["metadata"]?["deletionTimestamp"] != nil, object["metadata"]?["finalizers"]?.isEmpty ?? true else { return false }
        if resource.kind == "Namespace", !resource.isCustom { guard object["spec"]?["finalizers"]?.isEmpty ?? true else { return false } } else {
            guard object["metadata"]?["deletionGracePeriodSeconds"]?.integer ?? 0 == 0 else { return false }
        }
        // Watchers see the last kept form, with the finalizer, at the version of the deletion.
        let last = store.object(resource, object["metadata"]?["namespace"]?.string ?? "", object["metadata"]?["name"]?.string ?? "")?.json(resource) ?? object
        finish(last, resource, now)
        return true
    }

    mutating func deleteCollection(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        let options = try DeleteOptions(call.request)
        let form = try form(resource, call)
        let (labels, fields) = try selectors(target, resource, call)
        _ = try ListOptions(call.request, isWatch: false)
        let chosen = store.objects(resource, namespace: target.namespace, node: fields.required("spec.nodeName")).filter { $0.matches(labels, fields) }
        let version = store.version
        for object in chosen { try admitDeletion(object, resource, options, &call) }
        for object in chosen where !(resource.kind == "Namespace" && Self.permanentNamespaces.contains(object.name)) { _ = try remove(object, resource, options, call.now) }
        return form.answer(200, form.list(chosen, metadata: ["resourceVersion": .string(String(version))], resource))
    }
}
