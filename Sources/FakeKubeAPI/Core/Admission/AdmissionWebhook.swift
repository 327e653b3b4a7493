/// One webhook of a configuration.
struct AdmissionWebhook {
    let configuration: String
    let json: JSON

    var name: String { json["name"]?.string ?? "" }
    var isIgnoring: Bool { json["failurePolicy"]?.string == "Ignore" }
    var isReinvocable: Bool { json["reinvocationPolicy"]?.string == "IfNeeded" }
    var allowsDryRun: Bool { ["None", "NoneOnDryRun"].contains(json["sideEffects"]?.string ?? "") }

    /// What is asked, but for where.
    func review(_ request: JSON, uid: String, _ attributes: AdmissionAttributes) -> JSON {
        var request = request
        request["uid"] = .string(uid)
        request["object"] = attributes.object
        request["oldObject"] = attributes.oldObject
        let versions = (json["admissionReviewVersions"]?.array ?? []).compactMap(\.string)
        let version = versions.first { $0 == "v1" || $0 == "v1beta1" } ?? "v1"
        return ["kind": "AdmissionReview", "apiVersion": .string("admission.k8s.io/\(version)"), "request": request]
    }

    // MARK: Answers

    struct Verdict {
        var isAllowed: Bool
        var patch: JSON?
        var warnings: [String]
        /// `status` of a refusal.
        var status: JSON?
    }

    /// - Throws: what is wrong with the answer, in the words of the real server.
    func verdict(_ answer: WebhookAnswer, to call: WebhookCall, _ review: JSON, mutates: Bool) throws(WebhookFailure) -> Verdict {
        let body: [UInt8]
        switch answer {
        case .failed(let why): throw WebhookFailure("failed to call webhook: Post \(JSON.string(call.url).text): \(why)")
        case .answered(let status, let bytes):
            guard (200...299).contains(status) else { throw WebhookFailure("failed to call webhook: \(Self.meaning(status, bytes))") }
            body = bytes
        }
        let given: JSON
        do { given = try JSONParser.parse(body) } catch { throw WebhookFailure("failed to call webhook: couldn't get version/kind; json parse error: \(error.message)") }
        guard given["kind"] == "AdmissionReview", given["apiVersion"] == review["apiVersion"] else {
            throw WebhookFailure("received invalid webhook response: expected webhook response of \(review["apiVersion"]?.string ?? ""), Kind=AdmissionReview, got \(given["apiVersion"]?.string ?? ""), Kind=\(given["kind"]?.string ?? "")")
        }
        guard let response = given["response"], response.object != nil else { throw WebhookFailure("received invalid webhook response: webhook response was absent") }
        let isV1 = review["apiVersion"] == "admission.k8s.io/v1"
        if isV1, response["uid"] != review["request"]?["uid"] {
            throw WebhookFailure("received invalid webhook response: expected response.uid=\(review["request"]?["uid"]?.text ?? ""), got \(response["uid"]?.text ?? "\"\"")")
        }
        var verdict = Verdict(isAllowed: response["allowed"] == true, warnings: (response["warnings"]?.array ?? []).compactMap(\.string), status: response["status"])
        if let text = response["patch"]?.string, !text.isEmpty, mutates {
            if isV1, response["patchType"] != "JSONPatch" { throw WebhookFailure("received invalid webhook response: invalid response.patchType: \(response["patchType"]?.text ?? "\"\"")") }
            guard let bytes = try? Base64.decode(text), let patch = try? JSONParser.parse(bytes), patch.array != nil else { throw WebhookFailure("received undecodable patch in webhook response: json: cannot unmarshal") }
            verdict.patch = patch
        } else if isV1, mutates, response["patchType"] != nil, response["patch"] == nil {
            throw WebhookFailure("received invalid webhook response: response.patch is required if response.patchType is set")
        }
        return verdict
    }

    private static func meaning(_ status: Int, _ body: [UInt8]) -> String {
        switch status {
        case 400: "the server rejected our request for an unknown reason"
        case 401: "the server has asked for the client to provide credentials"
        case 403: "forbidden: User \"\" cannot post path \"\""
        case 404: "the server could not find the requested resource"
        case 429: "the server has received too many requests and has asked us to try again later"
        case 500...: "an error on the server (\(JSON.string(String(decoding: body.prefix(256), as: UTF8.self).trimmed).text)) has prevented the request from succeeding"
        default: "the server responded with the status code \(status) but did not return more information"
        }
    }

    /// The refusal that a webhook asked for.
    func refusal(_ status: JSON?, _ attributes: AdmissionAttributes) -> APIStatus {
        let given = status?["code"]?.integer ?? 0
        let code = given == 0 ? 403 : Int(clamping: given)
        let reason = status?["reason"]?.string ?? ""
        let message = status?["message"]?.string ?? ""
        let denied = "admission webhook \(JSON.string(name).text) denied the request" + (!message.isEmpty ? ": \(message)" : !reason.isEmpty ? ": \(reason)" : " without explanation")
        var refusal = attributes.forbidden(denied)
        refusal.code = (400...599).contains(code) ? code : 403
        refusal.reason = reason.isEmpty ? code == 500 ? "InternalError" : "Forbidden" : reason
        if code == 500 { refusal.message = "Internal error occurred: \(denied)" }
        return refusal
    }
}

/// Why a webhook could not be asked, or gave no usable answer.
struct WebhookFailure: Error {
    var message: String
    init(_ message: String) { self.message = message }
}
