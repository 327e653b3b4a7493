/// The query of a write, checked as the real server checks it.
struct WriteOptions {
    let isDryRun: Bool
    let manager: String
    let force: Bool

    /// Of a part of the server itself.
    init(manager: String) {
        isDryRun = false
        self.manager = manager
        force = false
    }

    /// - Parameter kind: `CreateOptions`, `UpdateOptions`, `PatchOptions` or `DeleteOptions`, as refusals name it.
    init(_ request: APIRequest, kind: String, isApply: Bool = false) throws(APIStatus) {
        var findings: [FieldError] = []
        let runs = request.query.filter { $0.name == "dryRun" }.map(\.value)
        if runs.contains(where: { $0 != "All" }) { findings.append(.notSupported("dryRun", JSON(runs), ["All"])) }
        let name = request.parameter("fieldManager") ?? ""
        if kind == "PatchOptions" {
            if isApply, name.isEmpty { findings.append(.required("fieldManager", "is required for apply patch")) }
            if !isApply, request.parameter("force") != nil { findings.append(.forbidden("force", "may not be specified for non-apply patch")) }
        }
        if name.utf8.count > 128 { findings.append(.tooLong("fieldManager", 128)) }
        for (at, scalar) in name.unicodeScalars.enumerated() where scalar.value < 0x20 || scalar.value == 0x7F {
            let shown = name.unicodeScalars.map { $0.value == 7 ? "\\a" : $0.value < 0x20 ? "\\x" + ($0.value < 16 ? "0" : "") + String($0.value, radix: 16) : String($0) }.joined()
            let number = String(scalar.value, radix: 16, uppercase: true)
            let code = String(repeating: "0", count: max(0, 4 - number.count)) + number
            findings.append(.init(reason: .invalid, field: "fieldManager", body: "Invalid value: \"\(shown)\": invalid character U+\(code) (at position \(at))"))
            break
        }
        if let directive = request.parameter("fieldValidation"), !["", "Ignore", "Strict", "Warn"].contains(directive) {
            findings.append(.notSupported("fieldValidation", .string(directive), ["", "Ignore", "Strict", "Warn"]))
        }
        if !findings.isEmpty { throw .invalid(group: "meta.k8s.io", kind: kind, name: "", findings) }
        isDryRun = !runs.isEmpty
        force = request.flag("force")
        // Without a name the manager is the program that asks.
        let agent = request.headers["user-agent"] ?? ""
        let program = String((agent.split(separator: "/", omittingEmptySubsequences: false).first ?? "").unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.map(Character.init).prefix(128))
        manager = !name.isEmpty ? name : program.isEmpty ? "unknown" : program
    }
}
