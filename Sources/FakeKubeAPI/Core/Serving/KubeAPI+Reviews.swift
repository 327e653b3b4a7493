import Foundations

/// Objects that are asked and not kept: who am I, may I, is this token good; and tokens themselves.
extension KubeAPI {
    mutating func review(_ given: JSON, _ target: RequestTarget, _ resource: ResourceDescriptor, _ options: WriteOptions, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        var object = given
        // What is not kept has no rows.
        if case .table = try form(resource, call).shape { throw APIStatus(406, "NotAcceptable", "only the following media types are accepted: \(ResponseForm.available)") }
        switch resource.kind {
        case "Binding":
            var pod = target
            pod.resource = "pods"
            pod.name = object["metadata"]?["name"]?.string ?? ""
            pod.subresource = "binding"
            guard let pods = catalogue.find(group: "", name: "pods") else { throw .unknownResource }
            return try bind(pod, pods, &call)
        case "SelfSubjectReview":
            object = ["kind": "SelfSubjectReview", "apiVersion": .string(resource.groupVersion), "metadata": ["creationTimestamp": call.timestamp], "status": ["userInfo": call.user.json]]
            return try answer(object, resource, call, status: 201)
        case "TokenReview": object["status"] = try tokenReview(object["spec"], call)
        case "SelfSubjectRulesReview": object["status"] = rulesReview(object["spec"]?["namespace"]?.string ?? "", call.user)
        default: object["status"] = try accessReview(object, target, resource, call)
        }
        object["kind"] = .string(resource.kind)
        object["apiVersion"] = .string(resource.groupVersion)
        var metadata = object["metadata"] ?? [:]
        for key in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] { metadata[key] = nil }
        object["metadata"] = metadata
        var asked = object
        asked["status"] = nil
        note(&asked, from: emptyObject(resource), resource, nil, subresource: "", options, call)
        object[path: "metadata", "managedFields"] = asked["metadata"]?["managedFields"]
        return try answer(object, resource, call, status: 201)
    }

    private func tokenReview(_ spec: JSON?, _ call: Call) throws(APIStatus) -> JSON {
        let token = spec?["token"]?.string ?? ""
        if token.isEmpty { throw .badRequest("token is required for TokenReview in authentication") }
        let audiences = (spec?["audiences"]?.array ?? []).compactMap(\.string)
        guard let user = access.user(ofToken: token, store: store, catalogue: catalogue, at: call.now.wall, audiences: audiences) else {
            return ["user": [:], "error": "[invalid bearer token, token lookup failed]"]
        }
        return ["authenticated": true, "user": user.json, "audiences": audiences.isEmpty ? [.string(TokenAuthority.issuer)] : JSON(audiences)]
    }

    private func accessReview(_ object: JSON, _ target: RequestTarget, _ resource: ResourceDescriptor, _ call: Call) throws(APIStatus) -> JSON {
        let spec = object["spec"]
        var user = call.user
        var findings: [FieldError] = []
        if resource.kind != "SelfSubjectAccessReview" {
            let groups = (spec?["groups"]?.array ?? []).compactMap(\.string)
            let name = spec?["user"]?.string ?? ""
            if name.isEmpty, groups.isEmpty { findings.append(.invalid("spec.user", "", "at least one of user or group must be specified")) }
            user = User(name: name, uid: spec?["uid"]?.string ?? "", groups: groups)
        }
        let wanted = spec?["resourceAttributes"]
        let path = spec?["nonResourceAttributes"]
        if wanted == nil, path == nil { findings.append(.invalid("spec.resourceAttributes", .null, "exactly one of nonResourceAttributes or resourceAttributes must be specified")) }
        if wanted != nil, path != nil { findings.append(.invalid("spec.nonResourceAttributes", path ?? .null, "cannot be specified in combination with resourceAttributes")) }
        if resource.isNamespaced, wanted?["namespace"]?.string ?? "" != target.namespace {
            findings.append(.invalid("spec.resourceAttributes.namespace", .string(wanted?["namespace"]?.string ?? ""), "must match metadata.namespace"))
        }
        if !findings.isEmpty {
            var status = APIStatus.invalid(group: resource.group, kind: "", name: "", findings)
            status.message = status.message.hasPrefix(".") ? status.message : status.message
            status.kind = nil
            throw status
        }
        func text(_ json: JSON?, _ key: String) -> String { json?[key]?.string ?? "" }
        let attempt = path != nil
            ? Authorizer.Attempt(verb: text(path, "verb"), path: text(path, "path"))
            : Authorizer.Attempt(
                verb: text(wanted, "verb"), namespace: text(wanted, "namespace"), group: text(wanted, "group"), resource: text(wanted, "resource"),
                subresource: text(wanted, "subresource"), name: text(wanted, "name"))
        let decision = Authorizer(store: store, catalogue: catalogue).decide(user, attempt)
        var status: JSON = ["allowed": .bool(decision.isAllowed)]
        if !decision.reason.isEmpty { status["reason"] = .string(decision.reason) }
        return status
    }

    private func rulesReview(_ namespace: String, _ user: User) -> JSON {
        var resources: [JSON] = []
        var paths: [JSON] = []
        let everything: JSON = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]
        let rules = Authorizer(store: store, catalogue: catalogue).rules(of: user, in: namespace).map(\.0)
        for rule in (user.groups.contains("system:masters") && !rules.contains(everything) ? [everything] : []) + rules {
            if rule["nonResourceURLs"] != nil {
                paths.append(["verbs": rule["verbs"] ?? [], "nonResourceURLs": rule["nonResourceURLs"] ?? []])
            } else {
                var entry: JSON = ["verbs": rule["verbs"] ?? [], "apiGroups": rule["apiGroups"] ?? [], "resources": rule["resources"] ?? []]
                entry["resourceNames"] = rule["resourceNames"]
                resources.append(entry)
            }
        }
        return ["resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": false]
    }

    // MARK: Tokens

    private static let tokenSeconds: ClosedRange<Int64> = 600...(1 << 32)

    mutating func requestToken(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        let decoded = try decode(resource, call, kind: "TokenRequest", groupVersion: "authentication.k8s.io/v1", type: "authentication.v1.TokenRequest")
        call.warnings += try BodyDecoder.judge(decoded.findings, kind: "TokenRequest", groupVersion: "authentication.k8s.io/v1", call.request)
        let options = try WriteOptions(call.request, kind: "CreateOptions")
        guard let account = store.object(resource, target.namespace, target.name) else { throw .notFound(resource, target.name) }
        let spec = decoded.object["spec"]
        let seconds = spec?["expirationSeconds"]?.integer.flatMap { $0 == 0 ? nil : $0 } ?? 3600
        var findings: [FieldError] = []
        if seconds < Self.tokenSeconds.lowerBound { findings.append(.invalid("spec.expirationSeconds", .integer(seconds), "may not specify a duration less than 10 minutes")) }
        if seconds > Self.tokenSeconds.upperBound { findings.append(.invalid("spec.expirationSeconds", .integer(seconds), "may not specify a duration larger than 2^32 seconds")) }
        if !findings.isEmpty { throw .invalid(group: "authentication.k8s.io", kind: "TokenRequest", name: target.name, findings) }
        let audiences = (spec?["audiences"]?.array ?? []).compactMap(\.string)
        let end = call.now.wall + .seconds(seconds)
        let id = uid()
        var claims = TokenAuthority.Claims(
            namespace: target.namespace, account: target.name, accountUID: account.uid, audiences: audiences.isEmpty ? [TokenAuthority.issuer] : audiences,
            expires: Int64(end.secondsSince1970))
        if let bound = spec?["boundObjectRef"], bound["kind"] == "Pod", let pods = catalogue.find(group: "", name: "pods") {
            let name = bound["name"]?.string ?? ""
            guard let pod = store.object(pods, target.namespace, name) else { throw .notFound(pods, name) }
            if let uid = bound["uid"]?.string, !uid.isEmpty, uid != pod.uid {
                throw .conflict(pods, name, "the UID in the bound object reference (\(uid)) does not match the UID in record. The object might have been deleted and then recreated")
            }
            claims.podName = name
            claims.podUID = pod.uid
        }
        var answered: JSON = [
            "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
            "metadata": ["name": .string(target.name), "namespace": .string(target.namespace), "creationTimestamp": call.timestamp],
            "spec": ["audiences": JSON(claims.audiences), "expirationSeconds": .integer(seconds), "boundObjectRef": spec?["boundObjectRef"] ?? .null],
            "status": ["token": .string(access.tokens.token(claims, id: id, at: call.now.wall)), "expirationTimestamp": .string(Timestamp.text(end))],
        ]
        if options.isDryRun { answered[path: "status", "token"] = "" }
        return .json(201, answered)
    }
}
