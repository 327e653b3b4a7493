import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner

/// Progress as lines on standard output; colours only on a terminal.
struct Printer: Sendable {
    /// Tells a story to a newcomer instead of reporting on tests.
    var story = false
    private let colours = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    init(story: Bool = false) { self.story = story }

    func show(_ progress: RunProgress) {
        switch progress {
        case .began(let scenario, let number, let count):
            say(story ? scenario.description + "\n" : "[\(number)/\(count)] \(bold(scenario.name)): \(scenario.description)")
        case .note(let text): say(dim("      \(text)"))
        case .said(let text): say("\n" + bold(text))
        case .ended(let result): ended(result)
        }
    }

    /// - Parameter keeps: the page stays up after this.
    func show(_ told: DemoStory, keeps: Bool) {
        say("\n" + bold("What the portal has about it (GET \(told.endpoints.http)/api/v1/cloud-events):") + "\n")
        for detection in told.detections {
            let lines = DetectionText.lines(detection)
            say("  " + tinted(lines[0], severity: detection["severity"]?.text))
            for line in lines.dropFirst() { say("  " + line) }
            say("")
        }
        say("\(told.detections.count) detections. The portal's page: \(bold(told.endpoints.http + "/"))\(keeps ? "" : " (--keep leaves it up to be opened)")\n")
    }

    private func ended(_ result: RunReport.Result) {
        let time = Duration.milliseconds(Int64(result.seconds * 1000)).spanText
        for check in result.checks where !story || !check.passed {
            let detail = check.detail.isEmpty ? "" : dim(" (\(check.detail))")
            say("      \(check.passed ? green("ok") : red("FAILED")) \(check.name)\(detail)")
        }
        switch result.outcome {
        case .passed: if !story { say("  \(green("passed")) in \(time)") }
        case .failed: say("  \(red("FAILED")) in \(time)")
        case .skipped(let why): say("  skipped: \(why)")
        case .broken(let why): say("  \(red("BROKEN")): \(why)")
        }
        switch result.outcome {
        case .failed, .broken: for line in result.log where line.hasPrefix("---") || !story { say(dim("      | \(line)")) }
        default: break
        }
    }

    private func tinted(_ text: String, severity: String?) -> String {
        switch severity {
        case "CRITICAL", "HIGH": red(text)
        case "MEDIUM": code("33", text)
        default: bold(text)
        }
    }
    private func code(_ code: String, _ text: String) -> String { colours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
    private func bold(_ text: String) -> String { code("1", text) }
    private func dim(_ text: String) -> String { code("2", text) }
    private func red(_ text: String) -> String { code("31", text) }
    private func green(_ text: String) -> String { code("32", text) }
}
