/// Admission webhooks: the core says what is to be asked, the edge asks.
extension KubeAPI {
    private static let group = "admissionregistration.k8s.io"

    /// Whether a request may meet a webhook, so that its way must be one that can be gone again.
    func hasWebhooks(_ request: APIRequest) -> Bool {
        guard ["POST", "PUT", "PATCH", "DELETE"].contains(request.method) else { return false }
        return ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"].contains { name in builtIn(Self.group, name).map { !store.objects($0).isEmpty } ?? false }
    }

    private func webhooks(_ name: String) -> [AdmissionWebhook] {
        guard let resource = builtIn(Self.group, name) else { return [] }
        return store.objects(resource).flatMap { stored in (stored.json(resource)["webhooks"]?.array ?? []).map { AdmissionWebhook(configuration: stored.name, json: $0) } }
    }

    // MARK: Mutating

    /// The object as policies and webhooks want it.
    mutating func mutate(_ attributes: AdmissionAttributes, _ call: inout Call) throws(APIStatus) -> JSON {
        guard !AdmissionMatch.isExempt(attributes.resource) else { return attributes.object }
        var attributes = try mutateByPolicies(attributes, call)
        guard call.pending != nil else { return attributes.object }
        // The object as each webhook left it; the second round is for those that want to see what others made of it.
        var left: [(webhook: AdmissionWebhook, object: JSON)] = []
        for webhook in webhooks("mutatingwebhookconfigurations") {
            if try mutate(&attributes, webhook, &call) { left.append((webhook, attributes.object)) }
        }
        for (webhook, object) in left where webhook.isReinvocable && object != attributes.object { _ = try mutate(&attributes, webhook, &call) }
        return attributes.object
    }

    /// Returns whether the webhook was meant.
    private mutating func mutate(_ attributes: inout AdmissionAttributes, _ webhook: AdmissionWebhook, _ call: inout Call) throws(APIStatus) -> Bool {
        guard let question = try question(webhook, attributes, &call) else { return false }
        guard let answer = call.pending?.answer(to: question.call) else { throw suspend([question.call], &call) }
        guard let verdict = try judged(webhook, question, answer, attributes, mutates: true, &call), let patch = verdict.patch, patch.array?.isEmpty == false else { return true }
        guard attributes.object != .null else { throw .internalError("admission webhook \(JSON.string(webhook.name).text) attempted to modify the object, which is not supported for this operation") }
        var object: JSON
        do { object = try JSONPatch.apply(patch, to: attributes.object) } catch { throw .internalError("the patch of admission webhook \(JSON.string(webhook.name).text) does not fit the object") }
        try bring(&object, into: attributes.resource)
        attributes = AdmissionAttributes(attributes.operation, attributes.resource, subresource: attributes.subresource, object: object, old: attributes.oldObject, isDryRun: attributes.isDryRun, call)
        return true
    }

    /// What somebody else has made of an object, in the form of its kind, with defaults.
    func bring(_ object: inout JSON, into resource: ResourceDescriptor) throws(APIStatus) {
        if let custom = customs[resource.customKey] {
            _ = try custom.prune(&object)
        } else {
            var decoder = TypedDecoder(schema: .builtIn)
            do { object = try decoder.decode(object, as: resource.typeName) } catch { throw .internalError(error.message) }
        }
        try settle(&object, resource, customs[resource.customKey])
    }

    // MARK: Validating

    /// Refuses what a webhook refuses; all of them are asked at once.
    mutating func validate(_ attributes: AdmissionAttributes, _ call: inout Call) throws(APIStatus) {
        guard !AdmissionMatch.isExempt(attributes.resource), call.pending != nil else { return }
        var asked: [(AdmissionWebhook, Question)] = []
        for webhook in webhooks("validatingwebhookconfigurations") {
            if let question = try question(webhook, attributes, &call) { asked.append((webhook, question)) }
        }
        let open = asked.map(\.1.call).filter { call.pending?.answer(to: $0) == nil }
        if !open.isEmpty { throw suspend(open, &call) }
        for (webhook, question) in asked {
            guard let answer = call.pending?.answer(to: question.call) else { continue }
            _ = try judged(webhook, question, answer, attributes, mutates: false, &call)
        }
    }

    // MARK: Asking

    private struct Question {
        var call: WebhookCall
        var review: JSON
    }

    /// Nothing has been written yet: the request is given back and comes again with answers.
    private func suspend(_ calls: [WebhookCall], _ call: inout Call) -> APIStatus {
        if call.pending?.isFull == true { return .internalError("the request asked more than \(PendingRequest.callsMax) questions of webhooks") }
        call.pending?.calls = calls
        return .internalError("webhooks are to be asked")
    }

    /// nil when the webhook is not meant.
    private mutating func question(_ webhook: AdmissionWebhook, _ attributes: AdmissionAttributes, _ call: inout Call) throws(APIStatus) -> Question? {
        guard let version = try AdmissionMatch(store: store, catalogue: catalogue).version(of: attributes, for: webhook.json, rules: "rules") else { return nil }
        let converted = attributes.converted(to: version)
        if let conditions = webhook.json["matchConditions"], !conditions.isEmpty {
            let policy = AdmissionPolicy(["matchConditions": conditions], "", hasParams: false)
            var evaluation = PolicyEvaluation(policy, values(converted, asked: attributes.resource, .null), isFailing: !webhook.isIgnoring, authorize: authorizing(call.user))
            do throws(CELError) { guard try evaluation.matches() else { return nil } } catch {
                if webhook.isIgnoring { return nil }
                throw attributes.forbidden(error.message)
            }
        }
        if attributes.isDryRun, !webhook.allowsDryRun { throw .badRequest("admission webhook \(JSON.string(webhook.name).text) does not support dry run") }
        let review = webhook.review(converted.request(asked: attributes.resource), uid: uid(), converted)
        return Question(call: place(webhook, body: review.encoded), review: review)
    }

    /// The verdict; nil when it does not matter that there is none.
    private func judged(_ webhook: AdmissionWebhook, _ question: Question, _ answer: WebhookAnswer, _ attributes: AdmissionAttributes, mutates: Bool, _ call: inout Call) throws(APIStatus) -> AdmissionWebhook.Verdict? {
        let verdict: AdmissionWebhook.Verdict
        do throws(WebhookFailure) { verdict = try webhook.verdict(answer, to: question.call, question.review, mutates: mutates) } catch {
            if webhook.isIgnoring { return nil }
            throw .internalError("failed calling webhook \(JSON.string(webhook.name).text): \(error.message)")
        }
        call.warnings += verdict.warnings
        guard verdict.isAllowed else { throw webhook.refusal(verdict.status, attributes) }
        return verdict
    }

    /// Where the webhook is: its URL, or the endpoints of its Service.
    private func place(_ webhook: AdmissionWebhook, body: [UInt8]) -> WebhookCall {
        let client = webhook.json["clientConfig"]
        let seconds = Int(clamping: webhook.json["timeoutSeconds"]?.integer ?? 10)
        let authorities = client?["caBundle"]?.string.flatMap { try? Base64.decode($0) } ?? []
        if let url = client?["url"]?.string {
            return WebhookCall(url: "\(url)\(url.contains("?") ? "&" : "?")timeout=\(seconds)s", authorities: authorities, timeoutSeconds: seconds, body: body)
        }
        let service = client?["service"]
        let name = service?["name"]?.string ?? ""
        let namespace = service?["namespace"]?.string ?? ""
        let wanted = service?["port"]?.integer ?? 443
        let path = service?["path"]?.string ?? ""
        let host = "\(name).\(namespace).svc"
        func call(_ port: Int64, dial: String?, failure: String? = nil) -> WebhookCall {
            WebhookCall(url: "https://\(host):\(port)\(path.hasPrefix("/") ? "" : "/")\(path)?timeout=\(seconds)s", dial: dial, authorities: authorities, timeoutSeconds: seconds, body: body, failure: failure)
        }
        guard let services = builtIn("", "services"), let found = store.object(services, namespace, name)?.json(services) else { return call(wanted, dial: nil, failure: "service \(JSON.string(name).text) not found") }
        if found["spec"]?["type"] == "ExternalName" { return call(wanted, dial: found["spec"]?["externalName"]?.string) }
        guard let port = (found["spec"]?["ports"]?.array ?? []).first(where: { $0["port"]?.integer == wanted }) else { return call(wanted, dial: nil, failure: "no service port \(wanted) found for service \(JSON.string(name).text)") }
        guard let endpoints = builtIn("", "endpoints"), let subsets = store.object(endpoints, namespace, name)?.json(endpoints)["subsets"]?.array else { return call(wanted, dial: nil, failure: "endpoints \(JSON.string(name).text) not found") }
        for subset in subsets {
            let own = (subset["ports"]?.array ?? []).first { $0["name"]?.string ?? "" == port["name"]?.string ?? "" }
            if let address = subset["addresses"]?[0]?["ip"]?.string, let number = own?["port"]?.integer { return call(number, dial: address) }
        }
        return call(wanted, dial: nil, failure: "no endpoints available for service \(JSON.string(name).text)")
    }
}
