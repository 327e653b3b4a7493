/// An answer of kind Status that says no: what every refusal of the server is made of.
///
/// Reasons and their codes are those of the API conventions; `details` names the object, the causes and when to try again.
package struct APIStatus: Error, Hashable, Sendable {
    package struct Cause: Hashable, Sendable {
        package var reason: String
        package var message: String
        package var field: String?

        package init(_ reason: String, _ message: String, field: String? = nil) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    package var code: Int
    package var reason: String?
    package var message: String
    package var name: String?
    package var group: String?
    package var kind: String?
    package var uid: String?
    package var causes: [Cause] = []
    package var retryAfterSeconds: Int?
    /// Some refusals carry an empty `details` object.
    package var hasDetails = false
    /// A token for the inconsistent rest of an expired list.
    package var continueToken: String?
    package var isSuccess = false

    package init(_ code: Int, _ reason: String?, _ message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }

    /// The answer's text, members in the order in which the real server writes them: some compare the texts.
    package var encoded: [UInt8] {
        var out: [UInt8] = []
        func member(_ name: String, _ value: JSON?, in out: inout [UInt8]) {
            guard let value else { return }
            if out.last != UInt8(ascii: "{") { out.append(UInt8(ascii: ",")) }
            out += "\"\(name)\":".utf8
            value.write(to: &out)
        }
        let whole = json
        out.append(UInt8(ascii: "{"))
        for name in ["kind", "apiVersion", "metadata", "status", "message", "reason"] { member(name, whole[name], in: &out) }
        if let details = whole["details"] {
            out += ",\"details\":{".utf8
            for name in ["name", "group", "kind", "uid"] { member(name, details[name], in: &out) }
            if let causes = details["causes"]?.array {
                if out.last != UInt8(ascii: "{") { out.append(UInt8(ascii: ",")) }
                out += "\"causes\":[".utf8
                for (index, cause) in causes.enumerated() {
                    if index > 0 { out.append(UInt8(ascii: ",")) }
                    out.append(UInt8(ascii: "{"))
                    for name in ["reason", "message", "field"] { member(name, cause[name], in: &out) }
                    out.append(UInt8(ascii: "}"))
                }
                out.append(UInt8(ascii: "]"))
            }
            member("retryAfterSeconds", details["retryAfterSeconds"], in: &out)
            out.append(UInt8(ascii: "}"))
        }
        member("code", whole["code"], in: &out)
        out.append(UInt8(ascii: "}"))
        return out
    }

    package var json: JSON {
        var details: [String: JSON] = [:]
        details["name"] = name.map(JSON.string)
        details["group"] = group.flatMap { $0.isEmpty ? nil : JSON.string($0) }
        details["kind"] = kind.map(JSON.string)
        details["uid"] = uid.map(JSON.string)
        details["retryAfterSeconds"] = retryAfterSeconds.map(JSON.init)
        if !causes.isEmpty {
            details["causes"] = .array(causes.map { cause in
                var entry: JSON = ["reason": .string(cause.reason), "message": .string(cause.message)]
                if cause.reason.isEmpty { entry["reason"] = nil }
                entry["field"] = cause.field.map(JSON.string)
                return entry
            })
        }
        var status: JSON = ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": isSuccess ? "Success" : "Failure"]
        if !isSuccess { status["code"] = JSON(code) }
        if !message.isEmpty { status["message"] = .string(message) }
        status["reason"] = reason.map(JSON.string)
        if !details.isEmpty || hasDetails { status["details"] = .object(details) }
        status[path: "metadata", "continue"] = continueToken.map(JSON.string)
        return status
    }
}

extension APIStatus {
    package static func badRequest(_ message: String) -> APIStatus { .init(400, "BadRequest", message) }
    static func internalError(_ message: String) -> APIStatus {
        var status = APIStatus(500, "InternalError", "Internal error occurred: \(message)")
        status.causes = [.init("", message)]
        return status
    }

    static func notFound(_ resource: ResourceDescriptor, _ name: String) -> APIStatus {
        of(resource, name, APIStatus(404, "NotFound", "\(resource.qualified) \"\(name)\" not found"))
    }

    static func alreadyExists(_ resource: ResourceDescriptor, _ name: String) -> APIStatus {
        of(resource, name, APIStatus(409, "AlreadyExists", "\(resource.qualified) \"\(name)\" already exists"))
    }

    static func conflict(_ resource: ResourceDescriptor, _ name: String, _ why: String) -> APIStatus {
        of(resource, name, APIStatus(409, "Conflict", "Operation cannot be fulfilled on \(resource.qualified) \"\(name)\": \(why)"))
    }

    static func of(_ resource: ResourceDescriptor, _ name: String, _ status: APIStatus) -> APIStatus {
        var status = status
        status.name = name.isEmpty ? nil : name
        status.group = resource.group
        status.kind = resource.name
        return status
    }

    /// 422 with a cause for each finding. The kind is the object's, not the resource's, as in the real server.
    static func invalid(group: String, kind: String, name: String, _ findings: [FieldError]) -> APIStatus {
        let qualified = group.isEmpty ? kind : "\(kind).\(group)"
        var unique: [String] = []
        for text in findings.map(\.description) where !unique.contains(text) { unique.append(text) }
        let list = unique.count == 1 ? unique[0] : "[" + unique.joined(separator: ", ") + "]"
        var status = APIStatus(422, "Invalid", "\(qualified) \"\(name)\" is invalid: \(list)")
        status.name = name.isEmpty ? nil : name
        status.group = group
        status.kind = kind
        status.causes = findings.map { .init($0.reason.rawValue, $0.body, field: $0.field) }
        status.hasDetails = true
        return status
    }

    static func methodNotSupported(_ resource: ResourceDescriptor) -> APIStatus {
        var status = APIStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        status.hasDetails = true
        return status
    }

    static let unknownResource: APIStatus = {
        var status = APIStatus(404, "NotFound", "the server could not find the requested resource")
        status.hasDetails = true
        return status
    }()
}

/// One finding of a validation: where, what kind, which value, why.
struct FieldError: Hashable {
    enum Reason: String {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case notSupported = "FieldValueNotSupported"
        case duplicate = "FieldValueDuplicate"
        case forbidden = "FieldValueForbidden"
        case notFound = "FieldValueNotFound"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case typeInvalid = "FieldValueTypeInvalid"
        case tooFew = "FieldValueTooFew"
    }

    var reason: Reason
    var field: String
    /// Everything behind the field's name.
    var body: String

    var description: String { "\(field): \(body)" }

    static func required(_ field: String, _ why: String = "") -> Self { .init(reason: .required, field: field, body: "Required value" + (why.isEmpty ? "" : ": \(why)")) }
    static func invalid(_ field: String, _ value: JSON, _ why: String) -> Self { .init(reason: .invalid, field: field, body: "Invalid value: \(shown(value)): \(why)") }
    static func duplicate(_ field: String, _ value: JSON) -> Self { .init(reason: .duplicate, field: field, body: "Duplicate value: \(shown(value))") }
    static func forbidden(_ field: String, _ why: String) -> Self { .init(reason: .forbidden, field: field, body: "Forbidden: \(why)") }
    static func notFound(_ field: String, _ value: JSON) -> Self { .init(reason: .notFound, field: field, body: "Not found: \(shown(value))") }
    static func tooLong(_ field: String, _ max: Int) -> Self { .init(reason: .tooLong, field: field, body: "Too long: may not be more than \(max) bytes") }
    static func notSupported(_ field: String, _ value: JSON, _ known: [String]) -> Self {
        .init(reason: .notSupported, field: field, body: "Unsupported value: \(shown(value)): supported values: \(known.map { "\"\($0)\"" }.joined(separator: ", "))")
    }

    /// Texts in quotes, objects as JSON, as the real server prints them.
    static func shown(_ value: JSON) -> String {
        switch value {
        case .string(let text): JSON.string(text).text
        default: value.text
        }
    }
}
