package import Events

/// Who owns an object: an entry of `metadata.ownerReferences`.
package struct OwnerReference: Sendable, Hashable, Decodable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package var uid: String
    package var controller: Bool?

    package init(apiVersion: String, kind: String, name: String, uid: String, controller: Bool? = true) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
    }

    package var owner: PodContext.Owner { PodContext.Owner(kind: kind, name: name) }

    /// Where to ask for its own owner; nil for kinds that are on top of a chain or outside of the groups that the sensor may read.
    func path(namespace: String) -> String? {
        let resource: String
        switch (group, kind) {
        case ("apps", "ReplicaSet"): resource = "replicasets"
        case ("batch", "Job"): resource = "jobs"
        default: return nil
        }
        guard let namespace = KubePath.segment(namespace), let name = KubePath.segment(name), let version = KubePath.segment(self.version) else { return nil }
        return "/apis/\(group)/\(version)/namespaces/\(namespace)/\(resource)/\(name)"
    }

    private var group: String { apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : "" }
    private var version: String { String(apiVersion.split(separator: "/").last ?? "") }

    /// The one that acts for the object, of those given.
    static func controller(of owners: [OwnerReference]?) -> OwnerReference? { owners?.first { $0.controller == true } }
}

/// Text for URLs.
enum KubePath {
    /// A name as one segment of a path; nil for what cannot be a Kubernetes name (RFC 1123 subdomain, at most 253 characters).
    static func segment(_ name: String) -> String? {
        guard (1...253).contains(name.utf8.count), name != ".", name != ".." else { return nil }
        let isName = name.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D || $0 == 0x2E }
        return isName ? name : nil
    }

    /// A value in a query.
    static func value(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.unicodeScalars.append(UnicodeScalar(byte))
            default: out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }
}
