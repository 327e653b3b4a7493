/// Probes and hooks of a container.
enum HandlerValidation {
    static func check(_ container: JSON, _ path: String, _ gracePeriod: Int64?, _ validation: inout Validation) {
        for hook in ["postStart", "preStop"] {
            guard let handler = container["lifecycle"]?[hook], handler != .null else { continue }
            checkHandler(handler, ["exec", "httpGet", "tcpSocket", "sleep"], "\(path).lifecycle.\(hook)", gracePeriod, &validation)
        }
        for kind in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let probe = container[kind], probe != .null else { continue }
            let place = "\(path).\(kind)"
            checkHandler(probe, ["exec", "httpGet", "tcpSocket", "grpc"], place, gracePeriod, &validation)
            for number in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] { validation.notNegative(probe[number], "\(place).\(number)") }
            if let seconds = probe.number("terminationGracePeriodSeconds") {
                if seconds <= 0 { validation.add(.invalid("\(place).terminationGracePeriodSeconds", .integer(seconds), "must be greater than 0")) }
                if kind == "readinessProbe" { validation.add(.invalid("\(place).terminationGracePeriodSeconds", .integer(seconds), "must not be set for readinessProbes")) }
            }
            if kind != "readinessProbe", probe.number("successThreshold") ?? 0 != 1 { validation.add(.invalid("\(place).successThreshold", probe["successThreshold"] ?? 0, "must be 1")) }
        }
    }

    /// - Parameter kinds: in the order in which the first wins.
    private static func checkHandler(_ handler: JSON, _ kinds: [String], _ path: String, _ gracePeriod: Int64?, _ validation: inout Validation) {
        let given = kinds.filter(handler.has)
        guard let first = given.first, let action = handler[first] else { return validation.add(.required(path, "must specify a handler type")) }
        check(first, action, "\(path).\(first)", gracePeriod, &validation)
        for extra in given.dropFirst() { validation.add(.forbidden("\(path).\(extra)", "may not specify more than 1 handler type")) }
    }

    private static func check(_ kind: String, _ action: JSON, _ path: String, _ gracePeriod: Int64?, _ validation: inout Validation) {
        switch kind {
        case "exec": if action.list("command").isEmpty { validation.add(.required("\(path).command")) }
        case "httpGet":
            if action.word("path").isEmpty { validation.add(.required("\(path).path")) }
            validation.portOrName(action["port"], "\(path).port")
            if !["HTTP", "HTTPS"].contains(action.word("scheme")) { validation.add(.notSupported("\(path).scheme", action["scheme"] ?? "", ["HTTP", "HTTPS"])) }
            for header in action.list("httpHeaders") { validation.name(headerName, header.word("name"), "\(path).httpHeaders") }
        case "tcpSocket": validation.portOrName(action["port"], "\(path).port")
        case "grpc": validation.port(action["port"], "\(path).port")
        default:
            let seconds = action.number("seconds") ?? 0
            if let gracePeriod, !(0...max(0, gracePeriod)).contains(seconds) {
                validation.add(.invalid(path, .integer(seconds), "must be non-negative and less than terminationGracePeriodSeconds (\(gracePeriod))"))
            }
        }
    }

    private static func headerName(_ text: String) -> [String] {
        let isRight = !text.isEmpty && text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        }
        return isRight ? [] : ["a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"]
    }
}
