/// Turns the body of a write into an object of the kind that the URL is about.
struct BodyDecoder {
    struct Decoded {
        var object: JSON
        /// `unknown field "spec.foo"`, `duplicate field "data.k"`, in the order of the text.
        var findings: [String]
    }

    static let mediaTypes = ResponseForm.available

    let request: APIRequest
    let catalogue: Catalogue

    /// - Parameters:
    ///   - type: of the schema; nil leaves the object as it was sent.
    ///   - kind: that a body without one is taken for.
    func decode(kind: String, groupVersion: String, type: String?) throws(APIStatus) -> Decoded {
        var findings: [(at: Int, text: String)] = []
        var order: [String: Int] = [:]
        let json: JSON
        switch request.contentType {
        case "application/json", "application/yaml", "":
            var parser = JSONParser(request.body, keepsOrder: true)
            do throws(JSONParser.Failure) { json = try parser.document() } catch {
                throw unrecognized(kind, "json parse error: \(error.message)")
            }
            order = parser.order
            findings = parser.duplicates.map { (order[$0] ?? 0, "duplicate field \"\($0)\"") }
        case ProtobufEnvelope.mediaType:
            guard type != nil else { throw unmarshalable(kind, groupVersion) }
            json = try ProtobufEnvelope.decode(request.body, kind: kind, apiVersion: groupVersion)
        default: throw unsupported
        }
        switch json {
        case .object, .null: break
        default:
            throw unrecognized(kind, "json parse error: json: cannot unmarshal \(TypedDecoder.kind(of: json)) into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }")
        }
        let sentKind = json["kind"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? kind
        let sentVersion = json["apiVersion"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? groupVersion
        try check(sentKind, sentVersion, kind, groupVersion, json)
        guard let type else { return Decoded(object: json, findings: findings.map(\.text)) }
        var decoder = TypedDecoder(schema: .builtIn)
        var object: JSON
        do { object = try decoder.decode(json, as: type) } catch {
            let version = groupVersion.split(separator: "/").last.map(String.init) ?? groupVersion
            throw .badRequest("\(kind) in version \"\(version)\" cannot be handled as a \(kind): \(error.message)")
        }
        object["kind"] = .string(kind)
        object["apiVersion"] = .string(groupVersion)
        findings += decoder.unknown.map { (order[$0] ?? .max, "unknown field \"\($0)\"") }
        return Decoded(object: object, findings: findings.sorted { $0.at < $1.at }.map(\.text))
    }

    /// Refuses strictly, or returns what is to be warned about.
    static func judge(_ findings: [String], kind: String, groupVersion: String, _ request: APIRequest) throws(APIStatus) -> [String] {
        switch request.parameter("fieldValidation") {
        case "Ignore": return []
        case "Strict" where !findings.isEmpty:
            let version = groupVersion.split(separator: "/").last.map(String.init) ?? groupVersion
            throw .badRequest("\(kind) in version \"\(version)\" cannot be handled as a \(kind): strict decoding error: \(findings.joined(separator: ", "))")
        default: return findings
        }
    }

    private func check(_ sentKind: String, _ sentVersion: String, _ kind: String, _ groupVersion: String, _ json: JSON) throws(APIStatus) {
        if sentKind == kind, sentVersion == groupVersion { return }
        let sides = sentVersion.split(separator: "/").map(String.init)
        let group = sides.count > 1 ? sides[0] : ""
        let version = sides.last ?? ""
        let isKnown = catalogue.find(group: group, version: version, kind: sentKind) != nil
        if !isKnown, sentKind != kind || sentVersion != groupVersion, catalogue.find(group: group, version: version, kind: sentKind) == nil {
            if let custom = catalogue.resources.first(where: { $0.kind == kind && $0.groupVersion == groupVersion }), custom.isCustom {
                if sentVersion != groupVersion { throw .badRequest("the API version in the data (\(sentVersion)) does not match the expected API version (\(groupVersion))") }
            }
            throw .badRequest("\(sentKind) in version \"\(version)\" cannot be handled as a \(kind): no kind \"\(sentKind)\" is registered for version \"\(sentVersion)\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")
        }
        guard sentKind == kind else {
            let package = groupVersion.contains("/") ? groupVersion.split(separator: ".").first?.split(separator: "/").first.map(String.init) ?? "" : "core"
            throw .badRequest("\(sentKind) in version \"\(version)\" cannot be handled as a \(kind): converting (\(version).\(sentKind)) to (\(package).\(kind)): unknown conversion")
        }
        throw .badRequest("the API version in the data (\(sentVersion)) does not match the expected API version (\(groupVersion))")
    }

    private var unsupported: APIStatus {
        APIStatus(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: \(Self.mediaTypes)")
    }

    /// Custom resources have no message to be read as.
    private func unmarshalable(_ kind: String, _ groupVersion: String) -> APIStatus {
        let version = groupVersion.split(separator: "/").last ?? ""
        return .badRequest("""
            \(kind) in version "\(version)" cannot be handled as a \(kind): object *unstructured.Unstructured does not implement the protobuf marshalling interface and \
            cannot be encoded to a protobuf message
            """)
    }

    private func unrecognized(_ kind: String, _ why: String) -> APIStatus {
        .badRequest("the object provided is unrecognized (must be of type \(kind)): couldn't get version/kind; \(why) (\(Self.summary(request.body)))")
    }

    /// The head of the body as the real server shows it: text when it looks like JSON, else hexadecimal.
    static func summary(_ body: [UInt8]) -> String {
        let head = body.prefix(30)
        guard let first = body.first else { return "<empty>" }
        let shown = first == UInt8(ascii: "{") ? String(decoding: head, as: UTF8.self) : head.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return body.count > 30 ? shown + " ..." : shown
    }
}
