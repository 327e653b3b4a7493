import Foundations

/// Makes and reads the tokens of service accounts: JSON web tokens (RFC 7519), signed with ECDSA on P-256 (ES256).
package struct TokenAuthority: Sendable {
    let sign: @Sendable ([UInt8]) -> [UInt8]
    /// Whether a signature of bytes is ours.
    let isSigned: @Sendable (_ bytes: [UInt8], _ signature: [UInt8]) -> Bool
    /// The public key as two coordinates of 32 bytes.
    let publicKey: [UInt8]
    static let issuer = "https://kubernetes.default.svc.cluster.local"

    package init(publicKey: [UInt8], sign: @escaping @Sendable ([UInt8]) -> [UInt8], isSigned: @escaping @Sendable ([UInt8], [UInt8]) -> Bool) {
        self.publicKey = publicKey
        self.sign = sign
        self.isSigned = isSigned
    }

    private var keyID: String { Base64.encode(publicKey.prefix(15), forURL: true) }

    /// The key with which others can check our tokens (RFC 7517).
    var keySet: JSON {
        let key: JSON = [
            "use": "sig", "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": .string(keyID), "x": .string(Base64.encode(publicKey.prefix(32), forURL: true)),
            "y": .string(Base64.encode(publicKey.suffix(32), forURL: true)),
        ]
        return ["keys": [key]]
    }

    /// What an OpenID Connect client needs to know.
    var discovery: JSON {
        [
            "issuer": .string(Self.issuer), "jwks_uri": .string(Self.issuer + "/openid/v1/jwks"), "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        ]
    }

    struct Claims: Hashable {
        var namespace: String
        var account: String
        var accountUID: String
        var podName: String?
        var podUID: String?
        var audiences: [String]
        var expires: Int64
        var id = ""
    }

    func token(_ claims: Claims, id: String, at now: WallInstant) -> String {
        let header: JSON = ["alg": "ES256", "kid": .string(keyID)]
        let seconds = Int64(now.secondsSince1970)
        var private_: JSON = [
            "namespace": .string(claims.namespace), "serviceaccount": ["name": .string(claims.account), "uid": .string(claims.accountUID)],
        ]
        if let pod = claims.podName { private_["pod"] = ["name": .string(pod), "uid": .string(claims.podUID ?? "")] }
        let body: JSON = [
            "iss": .string(Self.issuer), "sub": .string("system:serviceaccount:\(claims.namespace):\(claims.account)"), "aud": JSON(claims.audiences),
            "exp": .integer(claims.expires), "iat": .integer(seconds), "nbf": .integer(seconds), "jti": .string(id), "kubernetes.io": private_,
        ]
        let text = Base64.encode(header.encoded, forURL: true) + "." + Base64.encode(body.encoded, forURL: true)
        return text + "." + Base64.encode(sign(Array(text.utf8)), forURL: true)
    }

    /// The claims, when the signature is ours and the token has not run out.
    func verify(_ token: String, at now: WallInstant) -> Claims? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let signature = try? Base64.decodeURL(parts[2]), isSigned(Array("\(parts[0]).\(parts[1])".utf8), signature),
            let body = (try? Base64.decodeURL(parts[1])).flatMap({ try? JSONParser.parse($0) }), let private_ = body["kubernetes.io"],
            let expires = body["exp"]?.integer, Double(expires) > now.secondsSince1970
        else { return nil }
        return Claims(
            namespace: private_["namespace"]?.string ?? "", account: private_["serviceaccount"]?["name"]?.string ?? "",
            accountUID: private_["serviceaccount"]?["uid"]?.string ?? "", podName: private_["pod"]?["name"]?.string, podUID: private_["pod"]?["uid"]?.string,
            audiences: (body["aud"]?.array ?? []).compactMap(\.string), expires: expires, id: body["jti"]?.string ?? "")
    }
}
