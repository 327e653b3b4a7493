/// How an object is to go: the body of a DELETE, with the query filling in what it leaves out.
struct DeleteOptions {
    var gracePeriodSeconds: Int64?
    var propagation: String?
    var uid: String?
    var resourceVersion: String?
    var isDryRun = false

    init() {}

    init(_ request: APIRequest) throws(APIStatus) {
        var body: JSON = [:]
        if !request.body.isEmpty {
            if request.contentType == ProtobufEnvelope.mediaType {
                body = try ProtobufEnvelope.decode(request.body, kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1")
            } else {
                guard ["", "application/json", "application/yaml"].contains(request.contentType) else {
                    throw APIStatus(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: \(BodyDecoder.mediaTypes)")
                }
                do throws(JSONParser.Failure) { body = try JSONParser.parse(request.body) } catch { throw .badRequest("couldn't get version/kind; json parse error: \(error.message)") }
            }
            if let kind = body["kind"]?.string, !kind.isEmpty, kind != "DeleteOptions" {
                throw .badRequest("no kind \"\(kind)\" is registered for version \"\(body["apiVersion"]?.string ?? "v1")\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"")
            }
        }
        _ = try WriteOptions(request, kind: "DeleteOptions")
        // A body counts alone; the query is for those who send none.
        let asked = try request.number("gracePeriodSeconds")
        gracePeriodSeconds = body["gracePeriodSeconds"]?.integer ?? asked
        let policy = body["propagationPolicy"]?.string ?? (request.body.isEmpty ? request.parameter("propagationPolicy") : nil)
        let orphans = body["orphanDependents"]?.bool ?? (request.parameter("orphanDependents").map { _ in request.flag("orphanDependents") })
        var findings: [FieldError] = []
        let runs = (body["dryRun"]?.array ?? []).compactMap(\.string) + request.query.filter { $0.name == "dryRun" }.map(\.value)
        if runs.contains(where: { $0 != "All" }) { findings.append(.notSupported("dryRun", JSON(runs), ["All"])) }
        if let policy, !policy.isEmpty {
            if orphans != nil { findings.append(.invalid("propagationPolicy", .string(policy), "orphanDependents and deletionPropagation cannot be both set")) }
            if !["Foreground", "Background", "Orphan"].contains(policy) { findings.append(.notSupported("propagationPolicy", .string(policy), ["Foreground", "Background", "Orphan", "nil"])) }
        }
        if !findings.isEmpty { throw .invalid(group: "meta.k8s.io", kind: "DeleteOptions", name: "", findings) }
        propagation = policy.flatMap { $0.isEmpty ? nil : $0 } ?? orphans.map { $0 ? "Orphan" : "Background" }
        uid = body["preconditions"]?["uid"]?.string
        resourceVersion = body["preconditions"]?["resourceVersion"]?.string
        isDryRun = !runs.isEmpty
    }
}
