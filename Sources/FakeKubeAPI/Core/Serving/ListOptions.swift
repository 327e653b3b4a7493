/// The query of a list or watch, checked as the real server checks it.
struct ListOptions {
    var version: UInt64?
    var match = ""
    var limit = 0
    var continueToken: String?
    var timeoutSeconds: Int64 = 0
    var allowsBookmarks = false
    var sendInitialEvents: Bool?

    init(_ request: APIRequest, isWatch: Bool) throws(APIStatus) {
        limit = Int(clamping: try request.number("limit") ?? 0)
        // A year is as good as for ever.
        timeoutSeconds = min(try request.number("timeoutSeconds") ?? 0, 31_536_000)
        allowsBookmarks = request.flag("allowWatchBookmarks")
        if request.parameter("sendInitialEvents").map({ !$0.isEmpty }) ?? false { sendInitialEvents = request.flag("sendInitialEvents") }
        match = request.parameter("resourceVersionMatch") ?? ""
        continueToken = request.parameter("continue").flatMap { $0.isEmpty ? nil : $0 }
        let versionText = request.parameter("resourceVersion") ?? ""
        var findings: [FieldError] = []
        if isWatch { Self.checkWatch(sendInitialEvents, match, versionText, continueToken, &findings) } else {
            Self.checkList(sendInitialEvents, match, versionText, continueToken, &findings)
        }
        if !findings.isEmpty { throw .invalid(group: "meta.k8s.io", kind: "ListOptions", name: "", findings) }
        if isWatch {
            guard versionText.isEmpty || UInt64(versionText) != nil else {
                // A watch puts this into the words of its storage.
                throw APIStatus(500, nil, "resourceVersion: Invalid value: \(JSON.string(versionText).text): strconv.ParseUint: parsing \(JSON.string(versionText).text): invalid syntax")
            }
            version = UInt64(versionText)
        } else if continueToken == nil {
            version = try KubeAPI.version(request)
        } else if !versionText.isEmpty, versionText != "0" {
            throw .badRequest("specifying resource version is not allowed when using continue")
        }
    }

    private static func checkList(_ initial: Bool?, _ match: String, _ version: String, _ continueToken: String?, _ findings: inout [FieldError]) {
        if initial != nil { findings.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")) }
        guard !match.isEmpty else { return }
        if version.isEmpty { findings.append(.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided")) }
        if continueToken != nil { findings.append(.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")) }
        if match != "Exact", match != "NotOlderThan" { findings.append(.notSupported("resourceVersionMatch", .string(match), ["Exact", "NotOlderThan", ""])) }
        if match == "Exact", version == "0" { findings.append(.forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")) }
    }

    private static func checkWatch(_ initial: Bool?, _ match: String, _ version: String, _ continueToken: String?, _ findings: inout [FieldError]) {
        if initial != nil {
            if match != "NotOlderThan" {
                findings.append(.forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
            }
        }
        guard !match.isEmpty else { return }
        if initial == nil { findings.append(.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")) }
        if match != "NotOlderThan" { findings.append(.notSupported("resourceVersionMatch", .string(match), ["NotOlderThan"])) }
        if continueToken != nil { findings.append(.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")) }
    }
}

/// Where the next page of a list begins: unpadded base64url of a small JSON document, as the real server writes it.
struct ContinueToken {
    /// -1: go on with what there is now.
    var version: Int64
    /// The first key that the page may have.
    var start: String

    init(version: Int64, start: String) {
        self.version = version
        self.start = start
    }

    init(_ text: String) throws(APIStatus) {
        func invalid(_ why: String) -> APIStatus { .badRequest("invalid continue token: continue key is not valid: \(why)") }
        let bytes: [UInt8]
        do throws(Base64.Corrupt) { bytes = try Base64.decodeURL(text) } catch { throw invalid("illegal base64 data at input byte \(error.offset)") }
        let json: JSON
        do throws(JSONParser.Failure) { json = try JSONParser.parse(bytes) } catch { throw invalid(error.message) }
        guard json["v"] == "meta.k8s.io/v1" else { throw invalid("server does not recognize this encoded version \((json["v"] ?? "").text)") }
        guard let version = json["rv"]?.integer, version != 0 else { throw invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)") }
        guard let start = json["start"]?.string, !start.isEmpty else { throw invalid("encoded start key empty (version meta.k8s.io/v1)") }
        let parts = start.split(separator: "/", omittingEmptySubsequences: false).dropFirst(start.hasPrefix("/") ? 1 : 0)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { throw invalid(start) }
        self.version = version
        self.start = start.hasPrefix("/") ? String(start.dropFirst()) : start
    }

    var text: String { Base64.encode((["v": "meta.k8s.io/v1", "rv": .integer(version), "start": .string("/" + start)] as JSON).encoded, forURL: true) }
}
