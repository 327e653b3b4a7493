import Foundations

/// ControllerRevisions: the templates that a DaemonSet or a StatefulSet has had.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    struct Revision {
        /// Of the ControllerRevision; the label of a StatefulSet's pods.
        var name: String
        /// The label of a DaemonSet's pods.
        var hash: String
    }

    /// Sees to it that the present template has a revision, the newest, and that no more old ones are kept than the history may have.
    mutating func reviseHistory(of stored: StoredObject, _ object: JSON, _ resource: ResourceDescriptor, _ now: Now) -> Revision {
        let template = object["spec"]?["template"]
        let hash = Self.hash(template)
        let revision = Revision(name: "\(stored.name)-\(hash)", hash: hash)
        guard let revisions = builtIn("apps", "controllerrevisions") else { return revision }
        var own = dependents(of: stored.uid, revisions).map { ($0, $0.json(revisions)) }
        let last = own.compactMap { $0.1["revision"]?.integer }.max() ?? 0
        if let (kept, json) = own.first(where: { $0.0.name == revision.name }) {
            if json["revision"]?.integer ?? 0 < last {
                // An old template again is the newest revision.
                var next = json
                next["revision"] = .integer(last &+ 1)
                save(next, over: kept, revisions, as: Self.manager, now)
            }
        } else {
            var data = template ?? [:]
            data["$patch"] = "replace"
            var made: JSON = [
                "metadata": [
                    "name": .string(revision.name), "namespace": .string(stored.namespace), "labels": template?["metadata"]?["labels"] ?? [:],
                    "ownerReferences": [reference(to: stored, resource)],
                ],
                "data": ["spec": ["template": data]], "revision": .integer(last &+ 1),
            ]
            made[path: "metadata", "labels", "controller-revision-hash"] = .string(resource.kind == "StatefulSet" ? revision.name : hash)
            make(made, revisions, as: Self.manager, now)
        }
        own.sort { $0.1["revision"]?.integer ?? 0 < $1.1["revision"]?.integer ?? 0 }
        let inUse = Set((builtIn("", "pods").map { dependents(of: stored.uid, $0) } ?? []).compactMap { $0.labels["controller-revision-hash"] })
        let old = own.filter { $0.0.name != revision.name && object["status"]?["currentRevision"]?.string != $0.0.name && !inUse.contains($0.0.labels["controller-revision-hash"] ?? "") }
        for extra in old.prefix(max(0, old.count - Int(object["spec"]?["revisionHistoryLimit"]?.integer ?? 10))) { _ = try? remove(extra.0, revisions, DeleteOptions(), now) }
        return revision
    }

    /// The template that a revision keeps.
    func template(of revision: String, _ namespace: String) -> JSON? {
        guard let revisions = builtIn("apps", "controllerrevisions"), var template = store.object(revisions, namespace, revision)?.json(revisions)["data"]?["spec"]?["template"] else { return nil }
        template["$patch"] = nil
        return template
    }
}
