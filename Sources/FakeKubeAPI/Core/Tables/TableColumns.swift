import Foundations

/// The columns of a kind in a Table, and how an object fills them.
package struct TableColumns: Sendable {
    struct Column: Sendable {
        var name: String
        var type = "string"
        var format = ""
        var description: String
        /// 1: shown by `-o wide` only.
        var priority: Int64 = 0
    }

    var columns: [Column]
    var cells: @Sendable (JSON, WallInstant) -> [JSON]
    var conditions: @Sendable (JSON) -> JSON? = { _ in nil }

    var definitions: JSON {
        .array(columns.map {
            ["name": .string($0.name), "type": .string($0.type), "format": .string($0.format), "description": .string($0.description), "priority": .integer($0.priority)]
        })
    }

    /// `Name, Ready:integer, IP+` : a type follows the colon, a plus marks a wide column.
    private static func columns(_ text: String) -> [Column] {
        text.split(separator: ",").map { entry in
            var name = entry.trimmingSpace
            let isWide = name.hasSuffix("+")
            if isWide { name.removeLast() }
            let parts = name.split(separator: ":").map(String.init)
            return Column(
                name: parts[0], type: parts.count > 1 ? parts[1] : "string", format: parts[0] == "Name" ? "name" : "",
                description: "\(parts[0]) of the object", priority: isWide ? 1 : 0)
        }
    }

    private static let known: [String: TableColumns] = [
        "Pod": .init(columns: columns("Name,Ready,Status,Restarts,Age,IP+,Node+,Nominated Node+,Readiness Gates+"), cells: PodRow.cells, conditions: PodRow.conditions),
        "Node": .init(columns: columns("Name,Status,Roles,Age,Version,Internal-IP+,External-IP+,OS-Image+,Kernel-Version+,Container-Runtime+"), cells: Rows.node),
        "Namespace": .init(columns: columns("Name,Status,Age"), cells: Rows.namespace),
        "Service": .init(columns: columns("Name,Type,Cluster-IP,External-IP,Port(s),Age,Selector+"), cells: Rows.service),
        "ComponentStatus": .init(columns: columns("Name,Status,Message,Error"), cells: { object, _ in
            let healthy = (object["conditions"]?.array ?? []).first { $0["type"] == "Healthy" }
            return [Rows.name(object), healthy?["status"] == "True" ? "Healthy" : "Unhealthy", healthy?["message"] ?? "", healthy?["error"] ?? ""]
        }),
        "ServiceAccount": .init(columns: columns("Name,Age"), cells: { [Rows.name($0), Rows.age($0, $1)] }),
        "ConfigMap": .init(columns: columns("Name,Data,Age"), cells: { [Rows.name($0), JSON(Rows.count($0["data"]) + Rows.count($0["binaryData"])), Rows.age($0, $1)] }),
        "Secret": .init(columns: columns("Name,Type,Data,Age"), cells: { [Rows.name($0), $0["type"] ?? "", JSON(Rows.count($0["data"])), Rows.age($0, $1)] }),
        "Event": .init(
            columns: columns("Last Seen,Type,Reason,Object,Subobject+,Source+,Message,First Seen+,Count+,Name+"), cells: Rows.event),
        "Lease": .init(columns: columns("Name,Holder,Age"), cells: { [Rows.name($0), $0["spec"]?["holderIdentity"] ?? "", Rows.age($0, $1)] }),
        "Role": .init(columns: columns("Name,Created At:date"), cells: { object, _ in [Rows.name(object), object["metadata"]?["creationTimestamp"] ?? ""] }),
        "ClusterRole": .init(columns: columns("Name,Created At:date"), cells: { object, _ in [Rows.name(object), object["metadata"]?["creationTimestamp"] ?? ""] }),
        "RoleBinding": .init(columns: columns("Name,Role,Age,Users+,Groups+,ServiceAccounts+"), cells: Rows.binding),
        "ClusterRoleBinding": .init(columns: columns("Name,Role,Age,Users+,Groups+,ServiceAccounts+"), cells: Rows.binding),
        "Deployment": .init(columns: columns("Name,Ready,Up-to-date,Available,Age,Containers+,Images+,Selector+"), cells: WorkloadRows.deployment),
        "ReplicaSet": .init(columns: columns("Name,Desired:integer,Current:integer,Ready:integer,Age,Containers+,Images+,Selector+"), cells: WorkloadRows.replicaSet),
        "ReplicationController": .init(columns: columns("Name,Desired:integer,Current:integer,Ready:integer,Age,Containers+,Images+,Selector+"), cells: WorkloadRows.replicaSet),
        "StatefulSet": .init(columns: columns("Name,Ready,Age,Containers+,Images+"), cells: WorkloadRows.statefulSet),
        "DaemonSet": .init(
            columns: columns("Name,Desired:integer,Current:integer,Ready:integer,Up-to-date:integer,Available:integer,Node Selector,Age,Containers+,Images+,Selector+"),
            cells: WorkloadRows.daemonSet),
        "Job": .init(columns: columns("Name,Status,Completions,Duration,Age,Containers+,Images+,Selector+"), cells: WorkloadRows.job),
        "CronJob": .init(
            columns: columns("Name,Schedule,Timezone,Suspend:boolean,Active:integer,Last Schedule,Age,Containers+,Images+,Selector+"), cells: WorkloadRows.cronJob),
        "PersistentVolumeClaim": .init(columns: columns("Name,Status,Volume,Capacity,Access Modes,StorageClass,VolumeAttributesClass,Age,VolumeMode+"), cells: Rows.claim),
        "HorizontalPodAutoscaler": .init(columns: columns("Name,Reference,Targets,MinPods,MaxPods,Replicas:integer,Age"), cells: MoreRows.autoscaler),
        "Ingress": .init(columns: columns("Name,Class,Hosts,Address,Ports,Age"), cells: MoreRows.ingress),
        "NetworkPolicy": .init(columns: columns("Name,Pod-Selector,Age"), cells: { [Rows.name($0), Rows.selector($0["spec"]?["podSelector"]), Rows.age($0, $1)] }),
        "PodDisruptionBudget": .init(columns: columns("Name,Min Available,Max Unavailable,Allowed Disruptions:integer,Age"), cells: MoreRows.budget),
        "Endpoints": .init(columns: columns("Name,Endpoints,Age"), cells: MoreRows.endpoints),
        "EndpointSlice": .init(columns: columns("Name,AddressType,Ports,Endpoints,Age"), cells: MoreRows.slice),
        "StorageClass": .init(columns: columns("Name,Provisioner,ReclaimPolicy,VolumeBindingMode,AllowVolumeExpansion,Age"), cells: MoreRows.storageClass),
        "PersistentVolume": .init(
            columns: columns("Name,Capacity,Access Modes,Reclaim Policy,Status,Claim,StorageClass,VolumeAttributesClass,Reason,Age,VolumeMode+"), cells: MoreRows.volume),
        "ResourceQuota": .init(columns: columns("Name,Request,Limit,Age"), cells: MoreRows.quota),
        "ControllerRevision": .init(columns: columns("Name,Controller,Revision:integer,Age"), cells: MoreRows.revision),
        "RuntimeClass": .init(columns: columns("Name,Handler,Age"), cells: { [Rows.name($0), $0["handler"] ?? "", Rows.age($0, $1)] }),
        "IngressClass": .init(columns: columns("Name,Controller,Parameters,Age"), cells: MoreRows.ingressClass),
        "CertificateSigningRequest": .init(columns: columns("Name,Age,SignerName,Requestor,RequestedDuration,Condition"), cells: MoreRows.signingRequest),
        "PriorityClass": .init(columns: columns("Name,Value:integer,Global-Default:boolean,Age,PreemptionPolicy"), cells: {
            [Rows.name($0), $0["value"] ?? 0, $0["globalDefault"] ?? false, Rows.age($0, $1), $0["preemptionPolicy"] ?? ""]
        }),
    ]

    private static let plain = TableColumns(columns: [
        .init(name: "Name", format: "name", description: "Name of the object"), .init(name: "Created At", type: "date", description: "When the object was made"),
    ], cells: { object, _ in [Rows.name(object), object["metadata"]?["creationTimestamp"] ?? ""] })

    static func of(_ resource: ResourceDescriptor) -> TableColumns { known[resource.kind].flatMap { resource.isCustom ? nil : $0 } ?? plain }

    /// Printer columns of a custom resource; without any, its age.
    static func custom(_ columns: [JSON]) -> TableColumns {
        guard !columns.isEmpty else {
            return TableColumns(columns: [name, .init(name: "Age", type: "date", description: "When the object was made")], cells: { object, now in [Rows.name(object), Rows.age(object, now)] })
        }
        let definitions = columns.map { column in
            Column(
                name: column["name"]?.string ?? "", type: column["type"]?.string ?? "string", format: column["format"]?.string ?? "",
                description: column["description"]?.string ?? "Value of the field", priority: column["priority"]?.integer ?? 0)
        }
        let paths = columns.map { JSONPath.parts($0["jsonPath"]?.string ?? "") }
        let isDate = definitions.map { $0.type == "date" }
        return TableColumns(columns: [name] + definitions, cells: { object, now in
            [Rows.name(object)] + zip(paths, isDate).map { path, isDate in
                let value = JSONPath.find(object, path)
                if isDate { return value.map { .string(Rows.since($0, now)) } ?? "" }
                return value ?? .null
            }
        })
    }

    private static let name = Column(name: "Name", format: "name", description: "Name of the object")
}

/// The simple paths of printer columns: `.spec.size`, `.metadata.labels.a\\.b`, `.status.conditions[?(@.type=="Ready")].status`, `.spec.parts[0].id`.
enum JSONPath {
    enum Part: Sendable {
        case field(String)
        case index(Int)
        case filter(field: String, value: String)
    }

    static func parts(_ text: String) -> [Part] {
        var parts: [Part] = []
        var rest = text.drop { $0 == "$" }
        while let first = rest.first {
            if first == "." {
                rest = rest.dropFirst()
            } else if first == "[" {
                let inner = rest.dropFirst().prefix { $0 != "]" }
                rest = rest.dropFirst(inner.count + 2)
                if let index = Int(inner) { parts.append(.index(index)) } else if inner.hasPrefix("?(@."), let equal = inner.firstRange(of: "==") {
                    let value = inner[equal.upperBound...].filter { $0 != ")" && $0 != "\"" && $0 != "'" }
                    parts.append(.filter(field: String(inner[..<equal.lowerBound].dropFirst(4)), value: String(value)))
                } else {
                    parts.append(.field(inner.filter { $0 != "'" && $0 != "\"" }))
                }
            } else {
                var name = ""
                while let next = rest.first, next != ".", next != "[" {
                    rest = rest.dropFirst()
                    if next == "\\", let escaped = rest.popFirst() { name.append(escaped) } else { name.append(next) }
                }
                parts.append(.field(name))
            }
        }
        return parts
    }

    static func find(_ object: JSON, _ parts: [Part]) -> JSON? {
        parts.reduce(Optional(object)) { value, part in
            switch part {
            case .field(let name): value?[name]
            case .index(let index): value?[index]
            case .filter(let field, let wanted): value?.array?.first { $0[field]?.string == wanted }
            }
        }
    }
}
