/// A cloud event as a few lines for people.
package enum DetectionText {
    /// First line: severity, rule, techniques. Then what was done, the processes from the acting one to its ancestors, where it was.
    package static func lines(_ event: JSONValue) -> [String] {
        let processes = Observation.processes(of: event)
        let severity = event["severity"]?.text ?? "?"
        let techniques = event["mitreTechniques"]?.elements?.compactMap(\.text).joined(separator: " ") ?? ""
        var lines = ["\(padded(severity, to: 13)) \(event["name"]?.text ?? "?")\(techniques.isEmpty ? "" : "  [\(techniques)]")"]
        func add(_ label: String, _ text: String?) {
            if let text, !text.isEmpty { lines.append("              \(padded(label, to: 10)) \(text)") }
        }
        add("what", event["output"]?.text ?? event["runtimeDetails"]?["context"]?["commandLine"]?.text)
        add("processes", processes.map(process).joined(separator: " < "))
        if let indicator = event["indicator"] {
            add("indicator", [indicator["kind"]?.text, indicator["value"]?.text, indicator["family"]?.text].compactMap { $0 }.joined(separator: " "))
        }
        let container = processes.first?["container"]
        if let container {
            add("container", [container["name"]?.text, (container["id"]?.text).map { String($0.prefix(12)) }, container["image"]?["externalId"]?.text].compactMap { $0 }.joined(separator: ", "))
            if let pod = container["pod"] { add("pod", [pod["namespace"]?.text, pod["name"]?.text].compactMap { $0 }.joined(separator: "/")) }
        } else {
            add("host", event["runtimeDetails"]?["host"]?["hostname"]?.text)
        }
        if let count = event["aggregatedEventDetails"]?["eventsCount"]?.number, count > 1 { add("repeated", "\(Int(count)) times") }
        add("id", event["id"]?.text)
        return lines
    }

    private static func process(_ node: JSONValue) -> String {
        let pid = node["pid"]?.number.map { "(\(Int($0)))" } ?? ""
        return (node["name"]?.text ?? node["path"]?.text ?? "?") + pid
    }

    private static func padded(_ text: String, to width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
