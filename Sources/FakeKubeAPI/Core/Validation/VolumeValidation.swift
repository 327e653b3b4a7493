/// Volumes of a pod. Of several sources in one volume the first in the order of the API's types is kept, the others are too many.
enum VolumeValidation {
    /// - Returns: the good volumes by their names, as sources.
    static func check(_ volumes: [JSON], _ path: String, pod: String, _ validation: inout Validation) -> [String: JSON] {
        var good: [String: JSON] = [:]
        let made = pod.isEmpty ? [] : Set(volumes.filter { $0.has("ephemeral") }.map { "\(pod)-\($0.word("name"))" })
        for (index, volume) in volumes.enumerated() {
            let place = "\(path)[\(index)]"
            let name = volume.word("name")
            var own = Validation()
            checkSource(volume, place, &own)
            own.requiredName(NameRules.label, volume["name"], "\(place).name")
            if good[name] != nil { own.add(.duplicate("\(place).name", .string(name))) }
            if own.findings.isEmpty { good[name] = volume } else { validation.add(own.findings) }
            if let claim = volume["persistentVolumeClaim"]?.word("claimName"), made.contains(claim) {
                validation.add(.invalid("\(place).persistentVolumeClaim.claimName", .string(claim), "must not reference a PVC that gets created for an ephemeral volume"))
            }
        }
        return good
    }

    private static let types = [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs",
        "quobyte", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "storageos", "projected", "scaleIO",
        "csi", "ephemeral", "image",
    ]

    private static func checkSource(_ volume: JSON, _ path: String, _ validation: inout Validation) {
        let sources = types.filter(volume.has)
        guard let first = sources.first else { return validation.add(.required(path, "must specify a volume type")) }
        check(first, volume[first] ?? [:], path, &validation)
        for extra in sources.dropFirst() {
            let field = ["downwardAPI": "downwarAPI", "cephfs": "cephFS"][extra] ?? extra
            validation.add(.forbidden("\(path).\(field)", "may not specify more than 1 volume type"))
        }
    }

    /// What must be said of a source, by its type.
    private static let needs: [String: [String]] = [
        "gitRepo": ["repository"], "gcePersistentDisk": ["pdName"], "awsElasticBlockStore": ["volumeID"], "iscsi": ["targetPortal", "iqn"], "glusterfs": ["endpoints", "path"],
        "persistentVolumeClaim": ["claimName"], "rbd": ["monitors", "image"], "cinder": ["volumeID"], "cephfs": ["monitors"], "flexVolume": ["driver"], "configMap": ["name"],
        "secret": ["secretName"], "nfs": ["server", "path"], "azureFile": ["secretName", "shareName"], "vsphereVolume": ["volumePath"], "photonPersistentDisk": ["pdID"],
        "portworxVolume": ["volumeID"], "azureDisk": ["diskName", "diskURI"], "scaleIO": ["gateway", "system", "volumeName"], "storageos": ["volumeName"], "quobyte": ["volume"],
    ]

    static func check(_ type: String, _ source: JSON, _ place: String, _ validation: inout Validation) {
        let path = "\(place).\(["gcePersistentDisk": "persistentDisk"][type] ?? type)"
        for key in needs[type] ?? [] where source[key]?.isEmpty ?? true { validation.add(.required("\(path).\(key)")) }
        switch type {
        case "emptyDir":
            if Quantity(source.word("sizeLimit"))?.isNegative ?? false { validation.add(.forbidden("\(path).sizeLimit", "SizeLimit field must be a valid resource quantity")) }
        case "hostPath":
            if source.word("path").isEmpty { validation.add(.required("\(path).path")) } else {
                validation.noBackSteps(source.word("path"), "\(path).path")
                let known = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"]
                validation.known(known, source["type"], "\(path).type")
            }
        case "gitRepo": validation.localPath(source.word("directory"), "\(path).directory")
        case "nfs": if !source.word("path").hasPrefix("/") { validation.add(.invalid("\(path).path", source["path"] ?? "", "must be an absolute path")) }
        case "secret", "configMap":
            checkMode(source["defaultMode"], "\(path).defaultMode", &validation)
            for (index, item) in source.list("items").enumerated() { checkItem(item, "\(path).items[\(index)]", &validation) }
        case "downwardAPI":
            checkMode(source["defaultMode"], "\(path).defaultMode", &validation)
            for item in source.list("items") { checkFile(item, path, &validation) }
        case "projected": ProjectedVolumeValidation.check(source, path, &validation)
        case "csi": driver(source.word("driver"), "\(path).driver", &validation)
        case "ephemeral":
            guard let template = source["volumeClaimTemplate"] else { return validation.add(.required("\(path).volumeClaimTemplate")) }
            validation.annotations(template["metadata"]?["annotations"], "\(path).volumeClaimTemplate.metadata.annotations")
            validation.labels(template["metadata"]?["labels"], "\(path).volumeClaimTemplate.metadata.labels")
            StorageValidation.checkClaimSpec(template["spec"], "\(path).volumeClaimTemplate.spec", &validation)
        case "image": validation.known(["Always", "IfNotPresent", "Never"], source["pullPolicy"], "\(path).pullPolicy")
        default: break
        }
    }

    static func driver(_ name: String, _ field: String, _ validation: inout Validation) {
        if name.isEmpty { validation.add(.required(field)) }
        if name.utf8.count > 63 { validation.add(.tooLong(field, 63)) }
        validation.add(NameRules.subdomain(name.lowercased()).map { .invalid(field, .string(name), $0) })
    }

    static func checkMode(_ mode: JSON?, _ field: String, _ validation: inout Validation) {
        if let bits = mode?.integer, !(0...0o777).contains(bits) { validation.add(.invalid(field, .integer(bits), "must be a number between 0 and 0777 (octal), both inclusive")) }
    }

    static func checkPath(_ path: String, _ field: String, _ validation: inout Validation) {
        validation.localPath(path, field)
        if path.hasPrefix(".."), !path.hasPrefix("../"), path != ".." { validation.add(.invalid(field, .string(path), "must not start with '..'")) }
        if path == ".." { validation.add(.invalid(field, .string(path), "must not start with '..'")) }
    }

    static func checkItem(_ item: JSON, _ path: String, _ validation: inout Validation) {
        for key in ["key", "path"] where item.word(key).isEmpty { validation.add(.required("\(path).\(key)")) }
        checkPath(item.word("path"), "\(path).path", &validation)
        checkMode(item["mode"], "\(path).mode", &validation)
    }

    private static let filed = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"]

    /// A file with something about the pod; its findings name the volume.
    static func checkFile(_ file: JSON, _ path: String, _ validation: inout Validation) {
        if file.word("path").isEmpty { validation.add(.required("\(path).path")) }
        checkPath(file.word("path"), "\(path).path", &validation)
        switch (file.has("fieldRef"), file.has("resourceFieldRef")) {
        case (true, let both):
            EnvironmentValidation.checkField(file["fieldRef"] ?? [:], filed, "\(path).fieldRef", &validation)
            if both { validation.add(.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously")) }
        case (false, true): EnvironmentValidation.checkResource(file["resourceFieldRef"] ?? [:], "\(path).resourceFieldRef", inVolume: true, &validation)
        case (false, false): validation.add(.required(path, "one of fieldRef and resourceFieldRef is required"))
        }
        checkMode(file["mode"], "\(path).mode", &validation)
    }
}

/// Several sources in one volume.
enum ProjectedVolumeValidation {
    static func check(_ source: JSON, _ path: String, _ validation: inout Validation) {
        VolumeValidation.checkMode(source["defaultMode"], "\(path).defaultMode", &validation)
        var paths: Set<String> = []
        for (index, part) in source.list("sources").enumerated() {
            let place = "\(path).sources[\(index)]"
            for kind in ["secret", "configMap"] {
                guard let inner = part[kind], inner != .null else { continue }
                if inner.word("name").isEmpty { validation.add(.required("\(place).\(kind).name")) }
                for (number, item) in inner.list("items").enumerated() {
                    VolumeValidation.checkItem(item, "\(place).\(kind).items[\(number)]", &validation)
                    claim(item.word("path"), shown: inner.word("name"), path, &paths, &validation)
                }
            }
            for file in part["downwardAPI"]?.list("items") ?? [] {
                VolumeValidation.checkFile(file, "\(place).downwardAPI", &validation)
                claim(file.word("path"), shown: file.word("path"), path, &paths, &validation)
            }
            if let token = part["serviceAccountToken"], token != .null {
                let seconds = token.number("expirationSeconds") ?? 0
                if seconds < 600 { validation.add(.invalid("\(place).serviceAccountToken.expirationSeconds", .integer(seconds), "may not specify a duration less than 10 minutes")) }
                if seconds > 1 << 32 { validation.add(.invalid("\(place).serviceAccountToken.expirationSeconds", .integer(seconds), "may not specify a duration larger than 2^32 seconds")) }
                if token.word("path").isEmpty { validation.add(.required("\(path).path")) } else { VolumeValidation.checkPath(token.word("path"), "\(path).path", &validation) }
            }
            if ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"].filter(part.has).count > 1 {
                validation.add(.forbidden(place, "may not specify more than 1 volume type per source"))
            }
        }
    }

    private static func claim(_ file: String, shown: String, _ path: String, _ paths: inout Set<String>, _ validation: inout Validation) {
        if !file.isEmpty, !paths.insert(file).inserted { validation.add(.invalid(path, .string(shown), "conflicting duplicate paths")) }
    }
}
