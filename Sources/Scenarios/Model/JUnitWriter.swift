/// A run as JUnit XML, in the form that both the Jenkins and the Ant schema accept: one `testsuite` with one `testcase` a scenario,
/// what was checked as properties of the suite and, readable, in its `system-out`.
package enum JUnitWriter {
    package static func xml(_ report: RunReport) -> String {
        var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        for (id, result) in report.results.enumerated() { out += suite(result, id: id, report: report) }
        return out + "</testsuites>\n"
    }

    private static func suite(_ result: RunReport.Result, id: Int, report: RunReport) -> String {
        let seconds = decimal(result.seconds)
        // the Ant schema takes seconds without a zone
        let started = String(report.started.prefix(19))
        let (failures, errors, skips): (Int, Int, Int) =
            switch result.outcome {
            case .passed: (0, 0, 0)
            case .failed: (1, 0, 0)
            case .broken: (0, 1, 0)
            case .skipped: (0, 0, 1)
            }
        var out = "  <testsuite"
        for (name, value) in [
            ("name", result.name), ("package", "scenarios"), ("id", "\(id)"), ("timestamp", started), ("hostname", report.host), ("tests", "1"),
            ("failures", "\(failures)"), ("errors", "\(errors)"), ("skipped", "\(skips)"), ("time", seconds),
        ] { out += " \(name)=\"\(escaped(value))\"" }
        out += ">\n    <properties>\n"
        out += property("description", result.description)
        out += property("kind", result.kind.rawValue)
        if !result.techniques.isEmpty { out += property("techniques", result.techniques.joined(separator: " ")) }
        for (n, check) in result.checks.enumerated() { out += property("check.\(n + 1)", line(check)) }
        out += "    </properties>\n    <testcase name=\"\(escaped(result.name))\" classname=\"scenarios.\(result.kind.rawValue)\" time=\"\(seconds)\">"
        switch result.outcome {
        case .passed: break
        case .failed:
            let failed = result.checks.filter { !$0.passed }
            let message = failed.first.map { "\($0.name): \($0.detail)" } ?? "failed"
            out += "\n      <failure type=\"expectation\" message=\"\(escaped(message))\">\(escaped(failed.map(line).joined(separator: "\n"), attribute: false))</failure>\n    "
        case .broken(let why): out += "\n      <error type=\"broken\" message=\"\(escaped(why))\">\(escaped(why, attribute: false))</error>\n    "
        case .skipped(let why): out += "\n      <skipped message=\"\(escaped(why))\"/>\n    "
        }
        out += "</testcase>\n    <system-out>"
        out += escaped((result.log + result.checks.map(line)).joined(separator: "\n"), attribute: false)
        return out + "</system-out>\n    <system-err></system-err>\n  </testsuite>\n"
    }

    private static func line(_ check: Check) -> String { "\(check.passed ? "ok" : "FAILED"): \(check.name)\(check.detail.isEmpty ? "" : " (\(check.detail))")" }

    private static func property(_ name: String, _ value: String) -> String {
        // an empty value is allowed nowhere in the Ant schema's property list
        value.isEmpty ? "" : "      <property name=\"\(escaped(name))\" value=\"\(escaped(value))\"/>\n"
    }

    /// Seconds with three digits, without a locale.
    private static func decimal(_ seconds: Double) -> String {
        let thousandths = Int((max(0, seconds) * 1000).rounded())
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }

    /// Text that is valid in XML 1.0 whatever programs printed: control characters have no escape there and become U+FFFD.
    private static func escaped(_ text: String, attribute: Bool = true) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\n": out += attribute ? "&#10;" : "\n"
            case "\t": out += "&#9;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
