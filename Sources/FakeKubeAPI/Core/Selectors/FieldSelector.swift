/// A choice of objects by some of their fields: `spec.nodeName=n1,status.phase!=Failed`.
package struct FieldSelector: Hashable, Sendable {
    struct Requirement: Hashable {
        var field: String
        var isEqual: Bool
        var value: String
    }

    struct Failure: Error { var message: String }

    private(set) var requirements: [Requirement] = []

    package static let everything = FieldSelector()

    var isEmpty: Bool { requirements.isEmpty }

    init() {}

    init(parsing text: String) throws(Failure) {
        for part in Self.split(text) where !part.isEmpty {
            guard let found = Self.requirement(part) else { throw .init(message: "invalid selector: '\(text)'; can't understand '\(part)'") }
            requirements.append(found)
        }
    }

    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var isEscaped = false
        for character in text {
            if character == ",", !isEscaped { parts.append("") } else { parts[parts.count - 1].append(character) }
            isEscaped = character == "\\" && !isEscaped
        }
        return parts
    }

    private static func requirement(_ part: String) -> Requirement? {
        for symbol in ["!=", "==", "="] {
            guard let range = part.firstRange(of: symbol) else { continue }
            // An `=` further left belongs to another operator.
            if symbol == "!=", let equal = part.firstIndex(of: "="), equal < range.lowerBound { continue }
            let value = String(part[range.upperBound...]).replacing("\\,", with: ",").replacing("\\=", with: "=").replacing("\\\\", with: "\\")
            return Requirement(field: String(part[..<range.lowerBound]), isEqual: symbol != "!=", value: value)
        }
        return nil
    }

    package func matches(_ fields: [String: String]) -> Bool {
        requirements.allSatisfy { (fields[$0.field] ?? "") == $0.value ? $0.isEqual : !$0.isEqual }
    }

    mutating func require(_ field: String, _ value: String) { requirements.append(.init(field: field, isEqual: true, value: value)) }

    /// The value that `field` must have, when there is one.
    func required(_ field: String) -> String? { requirements.first { $0.field == field && $0.isEqual }?.value }
}

/// What can be selected on each kind, and the words of the refusal.
enum SelectableFields {
    private static let fields: [String: [String: [String]]] = [
        "Pod": [
            "spec.nodeName": ["spec", "nodeName"], "spec.restartPolicy": ["spec", "restartPolicy"], "spec.schedulerName": ["spec", "schedulerName"],
            "spec.serviceAccountName": ["spec", "serviceAccountName"], "spec.hostNetwork": ["spec", "hostNetwork"], "status.phase": ["status", "phase"],
            "status.podIP": ["status", "podIP"], "status.podIPs": ["status", "podIP"], "status.nominatedNodeName": ["status", "nominatedNodeName"],
        ],
        "Node": ["spec.unschedulable": ["spec", "unschedulable"]],
        "Namespace": ["status.phase": ["status", "phase"]],
        "Secret": ["type": ["type"]],
        "Service": ["spec.clusterIP": ["spec", "clusterIP"], "spec.type": ["spec", "type"]],
        "ReplicaSet": ["status.replicas": ["status", "replicas"]],
        "ReplicationController": ["status.replicas": ["status", "replicas"]],
        "CertificateSigningRequest": ["spec.signerName": ["spec", "signerName"]],
        "ClusterTrustBundle": ["spec.signerName": ["spec", "signerName"]],
        "PodCertificateRequest": ["spec.signerName": ["spec", "signerName"], "spec.podName": ["spec", "podName"], "spec.nodeName": ["spec", "nodeName"]],
        "ResourceSlice": ["spec.nodeName": ["spec", "nodeName"], "spec.driver": ["spec", "driver"]],
        "Job": ["status.successful": ["status", "succeeded"]],
        "Event": [
            "involvedObject.kind": ["involvedObject", "kind"], "involvedObject.namespace": ["involvedObject", "namespace"],
            "involvedObject.name": ["involvedObject", "name"], "involvedObject.uid": ["involvedObject", "uid"],
            "involvedObject.apiVersion": ["involvedObject", "apiVersion"], "involvedObject.resourceVersion": ["involvedObject", "resourceVersion"],
            "involvedObject.fieldPath": ["involvedObject", "fieldPath"], "reason": ["reason"], "reportingComponent": ["reportingComponent"],
            "source": ["source", "component"], "type": ["type"],
            // The names of `events.k8s.io` for the form in which both are kept.
            "regarding.kind": ["involvedObject", "kind"], "regarding.namespace": ["involvedObject", "namespace"], "regarding.name": ["involvedObject", "name"],
            "regarding.uid": ["involvedObject", "uid"], "regarding.apiVersion": ["involvedObject", "apiVersion"],
            "regarding.resourceVersion": ["involvedObject", "resourceVersion"], "regarding.fieldPath": ["involvedObject", "fieldPath"],
            "reportingController": ["reportingComponent"],
        ],
    ]

    /// Of events each group has names of its own.
    private static func isForeign(_ field: String, _ resource: ResourceDescriptor) -> Bool {
        guard resource.kind == "Event", !resource.isCustom else { return false }
        let isNew = field.hasPrefix("regarding.") || field == "reportingController"
        let isOld = field.hasPrefix("involvedObject.") || field == "reportingComponent" || field == "source"
        return resource.group.isEmpty ? isNew : isOld
    }

    /// - Parameter custom: further fields of a custom resource, by their names.
    static func check(_ selector: FieldSelector, of resource: ResourceDescriptor, custom: [String: [String]] = [:]) throws(FieldSelector.Failure) {
        let known = resource.isCustom ? custom : fields[resource.kind] ?? [:]
        for requirement in selector.requirements {
            let field = requirement.field
            if field == "metadata.name" || field == "metadata.namespace" || known[field] != nil && !isForeign(field, resource) { continue }
            switch resource.kind {
            case "Pod", "Node", "Namespace", "Secret", "Service", "ReplicationController":
                throw .init(message: "field label not supported: \(field)")
            case "Event", "CertificateSigningRequest", "ClusterTrustBundle", "PodCertificateRequest": throw .init(message: "field label not supported: \(field)")
            case "Job": throw .init(message: "field label \"\(field)\" not supported for batchv1.Job")
            case "ResourceSlice": throw .init(message: "field label not supported for resource.k8s.io/\(resource.version), Kind=ResourceSlice: \(field)")
            case _ where resource.isCustom: throw .init(message: "field label not supported: \(field)")
            default: throw .init(message: "\"\(field)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
            }
        }
    }

    private static let sortedNames = fields.mapValues { $0.keys.sorted() }

    static func names(of resource: ResourceDescriptor) -> [String] { resource.isCustom ? resource.selectableFields : sortedNames[resource.kind] ?? [] }

    static func values(of object: JSON, _ resource: ResourceDescriptor) -> [String: String] {
        var values: [String: String] = [:]
        let paths = resource.isCustom
            ? Dictionary(resource.selectableFields.map { ($0, $0.split(separator: ".").map(String.init)) }) { $1 } : fields[resource.kind] ?? [:]
        for (field, path) in paths {
            switch object.at(path[...]) {
            case .string(let text)?: values[field] = text
            case .integer(let number)?: values[field] = String(number)
            case .bool(let flag)?: values[field] = flag ? "true" : "false"
            default:
                if field == "spec.hostNetwork" || field == "spec.unschedulable" { values[field] = "false" }
                if field == "status.replicas" || field == "status.successful" { values[field] = "0" }
            }
        }
        return values
    }
}
