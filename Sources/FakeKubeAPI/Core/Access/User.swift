/// Who asks.
package struct User: Hashable, Sendable {
    package var name: String
    package var uid = ""
    package var groups: [String]
    package var extra: [String: [String]] = [:]

    package init(name: String, uid: String = "", groups: [String], extra: [String: [String]] = [:]) {
        self.name = name
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    package static let anonymous = User(name: "system:anonymous", groups: ["system:unauthenticated"])
    package static let administrator = User(name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"])

    static func serviceAccount(_ namespace: String, _ name: String, uid: String) -> User {
        User(name: "system:serviceaccount:\(namespace):\(name)", uid: uid, groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"])
    }

    var json: JSON {
        var info: JSON = ["username": .string(name), "groups": JSON(groups)]
        if !uid.isEmpty { info["uid"] = .string(uid) }
        if !extra.isEmpty { info["extra"] = .object(extra.mapValues(JSON.init)) }
        return info
    }
}
