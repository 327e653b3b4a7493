/// Defaults of a Service; its addresses are given out later.
enum ServiceDefaults {
    static func apply(to object: inout JSON) {
        var spec = object["spec"] ?? [:]
        Defaults.fill(&spec, "sessionAffinity", "None")
        Defaults.fill(&spec, "type", "ClusterIP")
        if spec["sessionAffinity"] == "None" { spec["sessionAffinityConfig"] = nil }
        if spec["sessionAffinity"] == "ClientIP" { Defaults.fill(&spec["sessionAffinityConfig", default: [:]]["clientIP", default: [:]], "timeoutSeconds", 10_800) }
        let type = spec["type"]?.string ?? ""
        spec.each("ports") { port in
            Defaults.fill(&port, "protocol", "TCP")
            if port["targetPort"] == nil || port["targetPort"] == 0 || port["targetPort"] == "" { port["targetPort"] = port["port"] ?? 0 }
        }
        if type == "NodePort" || type == "LoadBalancer" || type == "ClusterIP" && !(spec["externalIPs"]?.isEmpty ?? true) { Defaults.fill(&spec, "externalTrafficPolicy", "Cluster") }
        if type == "LoadBalancer" { Defaults.fill(&spec, "allocateLoadBalancerNodePorts", true) }
        if type != "ExternalName" { Defaults.fill(&spec, "internalTrafficPolicy", "Cluster") }
        object["spec"] = spec
        if type == "LoadBalancer", object["status"]?["loadBalancer"]?["ingress"] != nil {
            object["status", default: [:]]["loadBalancer", default: [:]].each("ingress") { if !($0["ip"]?.string ?? "").isEmpty { Defaults.fill(&$0, "ipMode", "VIP") } }
        }
    }
}
