/// Claims, volumes and what describes them.
enum StorageValidation {
    static func checkClaim(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"]
        if spec?["accessModes"]?.isEmpty ?? true { validation.add(.required("spec.accessModes", "at least 1 access mode is required")) }
        for (index, mode) in (spec?["accessModes"]?.array ?? []).enumerated() { checkMode(mode, "spec.accessModes[\(index)]", &validation) }
        guard let storage = spec?["resources"]?["requests"]?["storage"]?.string else {
            validation.add(.required("spec.resources[storage]"))
            return
        }
        if let amount = Quantity(storage), amount <= .zero { validation.add(.invalid("spec.resources[storage]", .string(storage), "must be greater than zero")) }
        guard let before = old?["spec"] else { return }
        func fixed(_ spec: JSON?) -> JSON? {
            var spec = spec
            for key in ["resources", "volumeAttributesClassName"] { spec?[key] = nil }
            // The binder, and who binds by hand, names the volume once.
            if before["volumeName"] == nil { spec?["volumeName"] = nil }
            return spec
        }
        if fixed(spec) != fixed(before) {
            validation.add(.forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"))
        } else if spec?["resources"] != before["resources"], old?["status"]?["phase"] != "Bound" {
            validation.add(.forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"))
        }
    }

    static func checkVolume(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"]
        if spec?["accessModes"]?.isEmpty ?? true { validation.add(.required("spec.accessModes")) }
        for (index, mode) in (spec?["accessModes"]?.array ?? []).enumerated() { checkMode(mode, "spec.accessModes[\(index)]", &validation) }
        if spec?["capacity"]?["storage"] == nil { validation.add(spec?["capacity"]?.isEmpty ?? true ? .required("spec.capacity") : .notSupported("spec.capacity", spec?["capacity"] ?? [:], ["storage"])) }
        let others: Set = [
            "accessModes", "capacity", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions", "volumeMode", "nodeAffinity", "volumeAttributesClassName",
        ]
        if (spec?.object ?? [:]).keys.allSatisfy(others.contains) { validation.add(.required("spec", "must specify a volume type")) }
        let policy = spec?["persistentVolumeReclaimPolicy"]?.string ?? ""
        if !["Delete", "Recycle", "Retain"].contains(policy) { validation.add(.notSupported("spec.persistentVolumeReclaimPolicy", .string(policy), ["Delete", "Recycle", "Retain"])) }
        if let old { validation.immutable(spec?["volumeMode"], old["spec"]?["volumeMode"], "spec.volumeMode") }
    }

    private static func checkMode(_ mode: JSON, _ field: String, _ validation: inout Validation) {
        let known = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
        if !known.contains(mode.string ?? "") { validation.add(.notSupported(field, mode, known)) }
    }

    static func check(_ object: JSON, _ old: JSON?, _ resource: ResourceDescriptor, _ validation: inout Validation) {
        let spec = object["spec"]
        switch resource.kind {
        case "StorageClass":
            if object["provisioner"]?.isEmpty ?? true { validation.add(.required("provisioner")) }
            let policy = object["reclaimPolicy"]?.string ?? ""
            if !["Delete", "Retain"].contains(policy) { validation.add(.notSupported("reclaimPolicy", .string(policy), ["Delete", "Retain"])) }
            let mode = object["volumeBindingMode"]?.string ?? ""
            if !["Immediate", "WaitForFirstConsumer"].contains(mode) { validation.add(.notSupported("volumeBindingMode", .string(mode), ["Immediate", "WaitForFirstConsumer"])) }
            guard let old else { return }
            for key in ["parameters", "provisioner"] where object[key] != old[key] { validation.add(.forbidden(key, "updates to \(key) are forbidden.")) }
            if object["reclaimPolicy"] != old["reclaimPolicy"] { validation.add(.forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden.")) }
            validation.immutable(object["volumeBindingMode"], old["volumeBindingMode"], "volumeBindingMode")
        case "VolumeAttachment":
            if spec?["attacher"]?.isEmpty ?? true { validation.add(.required("spec.attacher")) }
            if spec?["nodeName"]?.isEmpty ?? true { validation.add(.required("spec.nodeName")) }
            if spec?["source"]?.isEmpty ?? true { validation.add(.required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName")) }
            if let old { validation.immutable(spec, old["spec"], "spec") }
        case "VolumeAttributesClass":
            if object["driverName"]?.isEmpty ?? true { validation.add(.required("driverName")) }
            guard let old else { return }
            for key in ["driverName", "parameters"] where object[key] != old[key] { validation.add(.forbidden(key, "updates to \(key) are forbidden.")) }
        case "CSIStorageCapacity":
            if object["storageClassName"]?.isEmpty ?? true { validation.add(.required("storageClassName")) }
            guard let old else { return }
            validation.immutable(object["nodeTopology"], old["nodeTopology"], "nodeTopology")
            validation.immutable(object["storageClassName"], old["storageClassName"], "storageClassName")
        default: break
        }
    }
}
