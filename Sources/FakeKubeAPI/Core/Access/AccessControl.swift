import Foundations

/// Finds out who asks.
struct AccessControl: Sendable {
    let tokens: TokenAuthority
    let adminToken: String

    /// - Throws: 401 for a token that is not ours, has run out, or whose account is gone.
    func user(of credentials: KubeAPI.Credentials, store: ObjectStore, catalogue: Catalogue, at now: Now) throws(APIStatus) -> User {
        switch credentials {
        case .none: return .anonymous
        case .certificate(let name, let groups): return User(name: name, groups: groups + ["system:authenticated"])
        case .bearer(let token):
            guard let user = user(ofToken: token, store: store, catalogue: catalogue, at: now.wall) else { throw APIStatus(401, "Unauthorized", "Unauthorized") }
            return user
        }
    }

    /// - Parameter audiences: of which the token must have one; empty for our own.
    func user(ofToken token: String, store: ObjectStore, catalogue: Catalogue, at now: WallInstant, audiences: [String] = []) -> User? {
        if !adminToken.isEmpty, token == adminToken { return .administrator }
        guard let claims = tokens.verify(token, at: now), !Set(audiences.isEmpty ? [TokenAuthority.issuer] : audiences).isDisjoint(with: claims.audiences),
            let accounts = catalogue.find(group: "", name: "serviceaccounts"), let account = store.object(accounts, claims.namespace, claims.account), account.uid == claims.accountUID
        else { return nil }
        var user = User.serviceAccount(claims.namespace, claims.account, uid: claims.accountUID)
        if let pod = claims.podName {
            guard let pods = catalogue.find(group: "", name: "pods"), let bound = store.object(pods, claims.namespace, pod), bound.uid == claims.podUID else { return nil }
            user.extra["authentication.kubernetes.io/pod-name"] = [pod]
            user.extra["authentication.kubernetes.io/pod-uid"] = [claims.podUID ?? ""]
        }
        if !claims.id.isEmpty { user.extra["authentication.kubernetes.io/credential-id"] = ["JTI=\(claims.id)"] }
        return user
    }
}
