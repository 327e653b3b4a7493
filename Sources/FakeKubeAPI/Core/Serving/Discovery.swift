import Crypto

/// What the server says it serves, in the old form (a document a group version) and in the aggregated one.
struct Discovery {
    let catalogue: Catalogue
    let gitVersion: String

    var version: JSON {
        let parts = gitVersion.dropFirst().split(separator: ".").map(String.init)
        return [
            "major": .string(parts.first ?? "1"), "minor": .string(parts.count > 1 ? parts[1] : "0"), "emulationMajor": .string(parts.first ?? "1"),
            "emulationMinor": .string(parts.count > 1 ? parts[1] : "0"), "minCompatibilityMajor": "1", "minCompatibilityMinor": .string(String((Int(parts.count > 1 ? parts[1] : "1") ?? 1) - 1)),
            "gitVersion": .string(gitVersion), "gitCommit": "", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none",
            "compiler": "swiftc", "platform": "linux/amd64",
        ]
    }

    var paths: [String] {
        ["/api", "/api/v1", "/apis"] + catalogue.groups.filter { !$0.isEmpty }.flatMap { group in ["/apis/\(group)"] + catalogue.versions(of: group).map { "/apis/\(group)/\($0)" } }
            + ["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]
    }

    // MARK: Groups

    func group(_ name: String) -> JSON? {
        guard !name.isEmpty, catalogue.groups.contains(name), var group = entry(name) else { return nil }
        group["kind"] = "APIGroup"
        group["apiVersion"] = "v1"
        return group
    }

    private func entry(_ name: String) -> JSON? {
        let versions: [JSON] = catalogue.versions(of: name).map { ["groupVersion": .string("\(name)/\($0)"), "version": .string($0)] }
        guard let first = versions.first else { return nil }
        return ["name": .string(name), "versions": .array(versions), "preferredVersion": first]
    }

    /// `/api` and `/apis`: aggregated when the client asks for that first, else `APIVersions` and `APIGroupList`.
    func roots(_ isCore: Bool, _ request: APIRequest) throws(APIStatus) -> APIResponse.Answer {
        for range in MediaRange.parse(request.headers["accept"] ?? "application/json") {
            guard let encoding = ResponseForm.offered.first(where: { range.includes($0.type) })?.encoding else { continue }
            guard let wanted = range.parameters["as"] else { break }
            if wanted == "APIGroupDiscoveryList", range.parameters["g"] == "apidiscovery.k8s.io", range.parameters["v"] == "v2" { return tagged(aggregated(isCore, "v2"), encoding, request) }
        }
        if isCore {
            return try answer([
                "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(request.headers["host"] ?? "")]],
            ], request).varying
        }
        return try answer(["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(catalogue.groups.filter { !$0.isEmpty }.compactMap(entry))], request).varying
    }

    /// A document that goes out in the encoding that the client accepts.
    func answer(_ document: JSON, _ request: APIRequest) throws(APIStatus) -> APIResponse.Answer {
        _ = try ResponseForm.negotiate(request.headers["accept"])
        return .json(200, document)
    }

    /// The tag is that of the document, whatever it is encoded in.
    private func tagged(_ document: JSON, _ encoding: ResponseForm.Encoding, _ request: APIRequest) -> APIResponse.Answer {
        let text = document.encoded
        let tag = "\"" + SHA512.hash(data: text).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().uppercased() + "\""
        var form = ResponseForm()
        form.encoding = encoding
        var answer = form.answer(200, encoding == .protobuf ? form.encoded(document) : text)
        answer.contentType += ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        answer.headers = [("ETag", tag), ("Vary", "Accept"), ("Cache-Control", "public")]
        if request.headers["if-none-match"] == tag {
            answer.status = 304
            answer.body = []
            answer.contentType = ""
        }
        return answer
    }

    // MARK: Resources

    func resources(group: String, version: String, _ request: APIRequest) throws(APIStatus) -> APIResponse.Answer {
        var entries: [JSON] = []
        for resource in inOrder(group, version) {
            var entry: JSON = [
                "name": .string(resource.name), "singularName": .string(resource.singular), "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
                "verbs": JSON(resource.isCustom ? Self.customVerbs : resource.verbs),
            ]
            if !resource.shortNames.isEmpty { entry["shortNames"] = JSON(resource.shortNames) }
            if !resource.categories.isEmpty { entry["categories"] = JSON(resource.categories) }
            if resource.isStored { entry["storageVersionHash"] = .string(resource.storageVersionHash) }
            entries.append(entry)
            for sub in resource.subresources {
                var entry: JSON = [
                    "name": .string("\(resource.name)/\(sub.name)"), "singularName": "", "namespaced": .bool(resource.isNamespaced), "kind": .string(sub.kind), "verbs": JSON(sub.verbs),
                ]
                if !sub.version.isEmpty {
                    entry["group"] = .string(sub.group)
                    entry["version"] = .string(sub.version)
                }
                entries.append(entry)
            }
        }
        var document: JSON = ["kind": "APIResourceList", "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(entries)]
        if !group.isEmpty { document["apiVersion"] = "v1" }
        return try answer(document, request)
    }

    /// The order in which custom resources name their verbs.
    private static let customVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]

    private func inOrder(_ group: String, _ version: String) -> [ResourceDescriptor] {
        catalogue.resources.filter { $0.group == group && $0.version == version }.sorted { $0.name < $1.name }
    }

    private func aggregated(_ isCore: Bool, _ version: String) -> JSON {
        let groups = catalogue.groups.filter { $0.isEmpty == isCore }
        let items: [JSON] = groups.map { group in
            let versions: [JSON] = catalogue.versions(of: group).map { version in
                ["version": .string(version), "freshness": "Current", "resources": .array(inOrder(group, version).map(aggregated))]
            }
            return ["metadata": group.isEmpty ? [:] : ["name": .string(group)], "versions": .array(versions)]
        }
        return ["kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"), "metadata": [:], "items": .array(items)]
    }

    private func aggregated(_ resource: ResourceDescriptor) -> JSON {
        func kind(_ group: String, _ version: String, _ kind: String) -> JSON { ["group": .string(group), "version": .string(version), "kind": .string(kind)] }
        // Built-in kinds of the resource's own group version are left without it.
        let isOwn = !resource.isCustom
        var entry: JSON = [
            "resource": .string(resource.name), "responseKind": kind(isOwn ? "" : resource.group, isOwn ? "" : resource.version, resource.kind),
            "scope": resource.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(resource.singular), "verbs": JSON(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { entry["shortNames"] = JSON(resource.shortNames) }
        if !resource.categories.isEmpty { entry["categories"] = JSON(resource.categories) }
        if !resource.subresources.isEmpty {
            entry["subresources"] = .array(resource.subresources.map { sub in
                ["subresource": .string(sub.name), "responseKind": kind(sub.group, sub.version, sub.kind), "verbs": JSON(sub.verbs)]
            })
        }
        return entry
    }
}

extension APIResponse.Answer {
    fileprivate var varying: Self {
        var answer = self
        answer.headers.append(("Vary", "Accept"))
        return answer
    }
}
