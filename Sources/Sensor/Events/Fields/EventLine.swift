/// An event as one line of JSON with the names of the catalogue: what `events --json` prints.
package enum EventLine {
    /// The fields of a line, in the order in which they are printed; those without a value are left out.
    package static let fields: [String] = [
        "evt.time.iso8601", "evt.kind", "evt.type", "evt.rawres", "evt.args", "evt.truncated", "proc.name", "proc.pid", "proc.ppid", "proc.vpid", "proc.exepath",
        "proc.exe", "proc.cmdline", "proc.cwd", "proc.tty", "proc.script", "proc.is_exe_upper_layer", "proc.is_exe_from_memfd", "proc.stdin.type",
        "proc.stdout.type", "proc.pname", "proc.pexepath", "proc.aname", "proc.sha256", "user.uid", "user.name", "user.loginuid", "group.gid", "group.name",
        "thread.tid", "fd.num", "fd.type", "fd.name", "fd.lip", "fd.lport", "fd.rip", "fd.rport", "fd.l4proto", "fs.path.name", "fs.path.source", "fs.path.target",
        "fs.mode", "dns.name", "dns.type", "dns.rcode", "dns.is_answer", "dns.addresses", "container.id", "container.full_id", "container.name", "container.image",
        "container.image.digest", "container.start_ts", "container.privileged", "k8s.ns.name", "k8s.pod.name", "k8s.pod.uid", "k8s.pod.labels", "k8s.owner.kind", "k8s.owner.name", "k8s.sa.name", "k8s.node.name",
    ]

    private static let definitions: [FieldDefinition] = fields.compactMap { name in (try? FieldCatalog.reference(name, bracket: nil))?.field }

    /// - Parameter redact: takes the secrets out of a text; called for every text of the line, so that the line stays valid JSON.
    package static func json(_ event: EnrichedEvent, redact: (String) -> String) -> String {
        var out = "{"
        for field in definitions where field.kinds.contains(event.event.kind) {
            guard let value = json(of: field, event, redact) else { continue }
            if out.utf8.count > 1 { out += "," }
            out += "\"" + field.name + "\":" + value
        }
        return out + "}"
    }

    // numbers and flags as such, several values as an array
    private static func json(of field: FieldDefinition, _ event: EnrichedEvent, _ redact: (String) -> String) -> String? {
        var values: [String] = []
        _ = field.visitShown(event, .none) { value in
            switch value {
            case .number(let n): values.append(String(n))
            case .flag(let b): values.append(b ? "true" : "false")
            case .text(let text): values.append(quoted(redact(String(text))))
            case .address(let address): values.append(quoted(address.description))
            }
            return false
        }
        guard !values.isEmpty else { return nil }
        return field.isList(.none) ? "[" + values.joined(separator: ",") + "]" : values[0]
    }

    /// RFC 8259, section 7: quotation mark, reverse solidus and control characters are escaped.
    package static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let hex = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
