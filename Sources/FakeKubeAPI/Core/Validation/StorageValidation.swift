/// Claims, volumes and what describes them.
enum StorageValidation {
    private static let modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
    private static let claimsFixed = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"

    private static func checkModes(_ spec: JSON, _ path: String, _ validation: inout Validation) {
        let given = spec.list("accessModes").map { $0.string ?? "" }
        for mode in given where !modes.contains(mode) { validation.add(.notSupported("\(path).accessModes", .string(mode), modes)) }
        if given.contains("ReadWriteOncePod"), given.contains(where: { $0 != "ReadWriteOncePod" && modes.contains($0) }) {
            validation.add(.forbidden("\(path).accessModes", "may not use ReadWriteOncePod with other access modes"))
        }
    }

    static func checkClaimSpec(_ given: JSON?, _ path: String, _ validation: inout Validation) {
        let spec = given ?? [:]
        if spec.list("accessModes").isEmpty { validation.add(.required("\(path).accessModes", "at least 1 access mode is required")) }
        if spec.has("selector") { validation.selector(spec["selector"], "\(path).selector") }
        checkModes(spec, path, &validation)
        if let storage = spec["resources"]?["requests"]?["storage"]?.string {
            if let amount = Quantity(storage), amount <= .zero { validation.add(.invalid("\(path).resources[storage]", .string(amount.canonical), "must be greater than zero")) }
        } else {
            validation.add(.required("\(path).resources[storage]"))
        }
        if !spec.word("storageClassName").isEmpty { validation.name(NameRules.subdomain, spec.word("storageClassName"), "\(path).storageClassName") }
        validation.known(["Block", "Filesystem"], spec["volumeMode"], "\(path).volumeMode")
        for key in ["dataSource", "dataSourceRef"] {
            guard let source = spec[key], source != .null else { continue }
            for name in ["name", "kind"] where source.word(name).isEmpty { validation.add(.required("\(path).\(key).\(name)")) }
            let group = source.word("apiGroup")
            if group.isEmpty { if source["kind"] != "PersistentVolumeClaim" { validation.add(.invalid("\(path).\(key)", source["kind"] ?? "", "must be 'PersistentVolumeClaim' when referencing the default apiGroup")) } } else {
                validation.name(NameRules.subdomain, group, "\(path).\(key).apiGroup")
            }
        }
        if !spec.word("volumeAttributesClassName").isEmpty { validation.name(NameRules.subdomain, spec.word("volumeAttributesClassName"), "\(path).volumeAttributesClassName") }
    }

    static func checkClaim(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        checkClaimSpec(spec, "spec", &validation)
        guard let before = old?["spec"] else { return }
        let isBound = old?["status"]?["phase"] == "Bound"
        func fixed(_ spec: JSON) -> JSON {
            var spec = spec
            if isBound {
                spec[path: "resources", "requests", "storage"] = nil
                spec["volumeAttributesClassName"] = nil
            }
            // The binder, and who binds by hand, names the volume once; a class may be given later.
            for key in ["volumeName", "storageClassName"] where before[key] == nil { spec[key] = nil }
            return spec
        }
        if fixed(spec) != fixed(before) { validation.add(.forbidden("spec", claimsFixed)) }
        func size(_ amounts: JSON?) -> Quantity { amounts?["storage"]?.string.flatMap { Quantity($0) } ?? .zero }
        if size(spec["resources"]?["requests"]) < size(before["resources"]?["requests"]), size(spec["resources"]?["requests"]) <= size(old?["status"]?["capacity"]) || !isBound {
            validation.add(.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"))
        }
        validation.immutable(spec["volumeMode"], before["volumeMode"], "volumeMode")
    }

    private static let types = [
        "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs", "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume",
        "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi",
    ]

    static func checkVolume(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        if spec.list("accessModes").isEmpty { validation.add(.required("spec.accessModes")) }
        checkModes(spec, "spec", &validation)
        let capacity = spec["capacity"]?.object ?? [:]
        if capacity.isEmpty { validation.add(.required("spec.capacity")) }
        if capacity["storage"] == nil || capacity.count > 1 { validation.add(.notSupported("spec.capacity", capacity.isEmpty ? .null : .object(capacity), ["storage"])) }
        for (name, amount) in capacity.sorted(by: { $0.key < $1.key }) {
            guard let quantity = amount.string.flatMap({ Quantity($0) }), quantity <= .zero else { continue }
            validation.add(.invalid("spec.capacity[\(name)]", .string(quantity.canonical), "must be greater than zero"))
        }
        validation.known(["Delete", "Recycle", "Retain"], spec["persistentVolumeReclaimPolicy"], "spec.persistentVolumeReclaimPolicy")
        if let affinity = spec["nodeAffinity"], affinity != .null {
            if let required = affinity["required"], required != .null { AffinityValidation.checkNodes(required, "spec.nodeAffinity.required", &validation) } else {
                validation.add(.required("spec.nodeAffinity.required", "must specify required node constraints"))
            }
        }
        checkSource(spec, &validation)
        if spec["hostPath"]?["path"] == "/", spec["persistentVolumeReclaimPolicy"] == "Recycle" { validation.add(.forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'")) }
        if !spec.word("storageClassName").isEmpty { validation.name(NameRules.subdomain, spec.word("storageClassName"), "spec.storageClassName") }
        validation.known(["Block", "Filesystem"], spec["volumeMode"], "spec.volumeMode")
        if let name = spec["volumeAttributesClassName"]?.string {
            if name.isEmpty { validation.add(.required("spec.volumeAttributesClassName", "an empty string is disallowed")) } else { validation.name(NameRules.subdomain, name, "spec.volumeAttributesClassName") }
            if !spec.has("csi") { validation.add(.required("spec.csi", "has to be specified when using volumeAttributesClassName")) }
        }
        guard let before = old?["spec"] else { return }
        if types.contains(where: { spec[$0] != before[$0] }) { validation.add(.forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation\n")) }
        validation.immutable(spec["volumeMode"], before["volumeMode"], "volumeMode")
        if before.has("nodeAffinity"), spec["nodeAffinity"] != before["nodeAffinity"] { validation.add(.invalid("nodeAffinity", spec["nodeAffinity"] ?? .null, "field is immutable, except for updating from beta label to GA")) }
    }

    private static func checkSource(_ spec: JSON, _ validation: inout Validation) {
        let sources = types.filter(spec.has)
        guard let first = sources.first, let source = spec[first] else { return validation.add(.required("spec", "must specify a volume type")) }
        if first == "local" {
            if source.word("path").isEmpty { validation.add(.required("spec.local.path")) } else { validation.noBackSteps(source.word("path"), "spec.local.path") }
            if !spec.has("nodeAffinity") { validation.add(.required("spec.nodeAffinity", "Local volume requires node affinity")) }
        } else {
            VolumeValidation.check(first, source, "spec", &validation)
        }
        if first == "csi", source.word("volumeHandle").isEmpty { validation.add(.required("spec.csi.volumeHandle")) }
        for extra in sources.dropFirst() { validation.add(.forbidden("spec.\(extra == "cephfs" ? "cephFS" : extra)", "may not specify more than 1 volume type")) }
    }

    static func check(_ object: JSON, _ old: JSON?, _ resource: ResourceDescriptor, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        switch resource.kind {
        case "StorageClass": checkClass(object, old, &validation)
        case "VolumeAttachment":
            if spec.word("attacher").isEmpty { validation.add(.required("spec.attacher")) }
            if let source = spec["source"], !source.isEmpty {
                if source.has("inlineVolumeSpec"), source.has("persistentVolumeName") {
                    validation.add(.forbidden("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName"))
                } else if source["persistentVolumeName"]?.string == "" {
                    validation.add(.required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName"))
                }
            } else {
                validation.add(.required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName"))
            }
            if spec.word("nodeName").isEmpty { validation.add(.required("spec.nodeName")) } else { validation.name(NameRules.subdomain, spec.word("nodeName"), "spec.nodeName") }
            if let old { validation.immutable(spec, old["spec"], "spec") }
        case "VolumeAttributesClass":
            driver(object.word("driverName"), "driverName", &validation)
            if object["parameters"]?.isEmpty ?? true { validation.add(.required("parameters", "must contain at least one key/value pair")) }
            guard let old else { return }
            for key in ["driverName", "parameters"] where object[key] != old[key] { validation.add(.forbidden(key, "updates to \(key) are forbidden.")) }
        case "CSIStorageCapacity":
            validation.requiredName(NameRules.subdomain, object["storageClassName"], "storageClassName")
            if object.has("nodeTopology") { validation.selector(object["nodeTopology"], "nodeTopology") }
            for key in ["capacity", "maximumVolumeSize"] {
                if let amount = Quantity(object.word(key)), amount.isNegative { validation.add(.invalid(key, .string(amount.canonical), "must be greater than or equal to 0")) }
            }
            guard let old else { return }
            validation.immutable(object["nodeTopology"], old["nodeTopology"], "nodeTopology")
            validation.immutable(object["storageClassName"], old["storageClassName"], "storageClassName")
        case "CSIDriver":
            if !spec.has("attachRequired") { validation.add(.required("spec.attachedRequired")) }
            validation.known(["File", "None", "ReadWriteOnceWithFSType"], spec["fsGroupPolicy"], "spec.fsGroupPolicy")
            for mode in spec.list("volumeLifecycleModes") { validation.known(["Ephemeral", "Persistent"], mode, "spec.volumeLifecycleModes") }
            guard let before = old?["spec"] else { return }
            for key in ["attachRequired", "fsGroupPolicy", "volumeLifecycleModes"] where key != "fsGroupPolicy" { validation.immutable(spec[key], before[key], key == "attachRequired" ? "spec.attachedRequired" : "spec.\(key)") }
        case "CSINode":
            var names: Set<String> = []
            for (index, entry) in spec.list("drivers").enumerated() {
                let place = "spec.drivers[\(index)]"
                driver(entry.word("name"), "\(place).name", &validation)
                if entry.word("nodeID").isEmpty { validation.add(.required("\(place).nodeID")) }
                if entry.word("nodeID").utf8.count > 192 { validation.add(.invalid("\(place).nodeID", entry["nodeID"] ?? "", "must be 192 characters or less")) }
                if !names.insert(entry.word("name")).inserted { validation.add(.duplicate("\(place).name", entry["name"] ?? "")) }
            }
        default: break
        }
    }

    private static func driver(_ name: String, _ field: String, _ validation: inout Validation) { VolumeValidation.driver(name, field, &validation) }

    private static func checkClass(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let provisioner = object.word("provisioner")
        if provisioner.isEmpty { validation.add(.required("provisioner")) } else { validation.name(NameRules.qualifiedName, provisioner.lowercased(), "provisioner") }
        if object["parameters"]?.object?.keys.contains("") ?? false { validation.add(.invalid("parameters", "", "field must not be empty.")) }
        validation.known(["Delete", "Retain"], object["reclaimPolicy"], "reclaimPolicy")
        validation.oneOf(["Immediate", "WaitForFirstConsumer"], object["volumeBindingMode"], "volumeBindingMode")
        guard let old else { return }
        for key in ["parameters", "provisioner"] where object[key] != old[key] { validation.add(.forbidden(key, "updates to \(key) are forbidden.")) }
        if object["reclaimPolicy"] != old["reclaimPolicy"] { validation.add(.forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden.")) }
        validation.immutable(object["volumeBindingMode"], old["volumeBindingMode"], "volumeBindingMode")
    }
}
