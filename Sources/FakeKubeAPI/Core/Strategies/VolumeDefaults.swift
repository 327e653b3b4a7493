/// Defaults of a volume, of a pod or of the cluster.
enum VolumeDefaults {
    /// What is filled in when a source of this name is there.
    private static let usual: [(source: String, members: [(String, JSON)])] = [
        ("secret", [("defaultMode", 420)]),
        ("configMap", [("defaultMode", 420)]),
        ("downwardAPI", [("defaultMode", 420)]),
        ("projected", [("defaultMode", 420)]),
        ("hostPath", [("type", "")]),
        ("iscsi", [("iscsiInterface", "default")]),
        ("rbd", [("pool", "rbd"), ("user", "admin"), ("keyring", "/etc/ceph/keyring")]),
        ("azureDisk", [("cachingMode", "ReadWrite"), ("fsType", "ext4"), ("readOnly", false), ("kind", "Shared")]),
        ("scaleIO", [("storageMode", "ThinProvisioned"), ("fsType", "xfs")]),
    ]

    static func apply(toVolume volume: inout JSON) {
        guard let members = volume.object else { return }
        if members.keys.allSatisfy({ $0 == "name" }) { volume["emptyDir"] = [:] }
        apply(toSource: &volume)
        if volume["image"] != nil {
            Defaults.fill(&volume["image", default: [:]], "pullPolicy", PodDefaults.pullsAlways(volume["image"]?["reference"]?.string ?? "") ? "Always" : "IfNotPresent")
        }
        if volume["downwardAPI"] != nil { volume["downwardAPI", default: [:]].each("items") { item(&$0) } }
        if volume["projected"] != nil {
            volume["projected", default: [:]].each("sources") { source in
                if source["serviceAccountToken"] != nil { Defaults.fill(&source["serviceAccountToken", default: [:]], "expirationSeconds", 3600) }
                if source["downwardAPI"] != nil { source["downwardAPI", default: [:]].each("items") { item(&$0) } }
            }
        }
        if volume["ephemeral"] != nil {
            Defaults.fill(&volume["ephemeral", default: [:]]["volumeClaimTemplate", default: [:]]["spec", default: [:]], "volumeMode", "Filesystem")
        }
    }

    static func apply(toSource object: inout JSON) {
        for (source, members) in usual where object[source] != nil {
            for (key, value) in members { Defaults.fill(&object[source, default: [:]], key, value) }
        }
    }

    private static func item(_ item: inout JSON) {
        if item["fieldRef"] != nil { Defaults.fill(&item["fieldRef", default: [:]], "apiVersion", "v1") }
    }
}
