import Contract
import Foundation
import Yams

/// The `steps` of a scenario. Keeps which containers exist, so that a step or an expectation naming another one is diagnosed.
struct StepParser {
    let actions: Set<String>
    private(set) var containers: Set<String> = []

    init(actions: Set<String>) { self.actions = actions }

    mutating func steps(_ node: Node, reader: inout YAMLReader) -> [LocatedStep] {
        reader.list(node, "'steps'").compactMap { entry in
            step(entry, reader: &reader).map { LocatedStep(line: entry.mark?.line ?? 0, step: $0) }
        }
    }

    private static let kinds = ["action", "container", "wait", "outage", "clock", "faults", "reputation", "sensor", "kubernetes", "portal", "link", "disk", "kills", "say"]

    private mutating func step(_ node: Node, reader: inout YAMLReader) -> Step? {
        guard let mapping = node.mapping else {
            reader.fail(node, "a step must be a mapping with one of \(Self.kinds.joined(separator: ", "))")
            return nil
        }
        let names = mapping.keys.compactMap { $0.scalar?.string }
        // `container` beside `action` says where; alone it starts one
        guard let kind = names.contains("action") ? "action" : Self.kinds.first(where: names.contains) else {
            reader.fail(node, "a step needs one of \(Self.kinds.joined(separator: ", "))")
            return nil
        }
        switch kind {
        case "action": return action(node, reader: &reader)
        case "container": return container(node, reader: &reader)
        case "wait": return single(node, kind, reader: &reader).flatMap { wait($0, reader: &reader) }
        case "outage": return single(node, kind, reader: &reader).flatMap { outage($0, reader: &reader) }
        case "clock": return single(node, kind, reader: &reader).flatMap { Self.clock($0, reader: &reader) }
        case "kills": return single(node, kind, reader: &reader).flatMap { Self.kills($0, reader: &reader) }
        case "link": return single(node, kind, reader: &reader).flatMap { reader.choice($0, "'link'", LinkCondition.self).map(Step.link) }
        case "disk": return single(node, kind, reader: &reader).flatMap { reader.choice($0, "'disk'", DiskCommand.self).map(Step.disk) }
        case "portal": return single(node, kind, reader: &reader).flatMap { reader.choice($0, "'portal'", ProgramCommand.self).map(Step.portal) }
        case "faults": return single(node, kind, reader: &reader).flatMap { Self.plan($0, reader: &reader).map(Step.faults) }
        case "reputation": return single(node, kind, reader: &reader).flatMap { reputation($0, reader: &reader) }
        case "sensor": return single(node, kind, reader: &reader).flatMap { reader.choice($0, "'sensor'", ProgramCommand.self).map(Step.sensor) }
        case "kubernetes": return single(node, kind, reader: &reader).flatMap { reader.choice($0, "'kubernetes'", ClusterCommand.self).map(Step.kubernetes) }
        default: return single(node, kind, reader: &reader).map { .say(reader.text($0, "'say'")) }
        }
    }

    private func single(_ node: Node, _ kind: String, reader: inout YAMLReader) -> Node? { reader.mapping(node, "a '\(kind)' step", keys: [kind])?[kind] }

    private func known(_ node: Node, reader: inout YAMLReader) -> String? {
        let name = reader.text(node, "'container'")
        if name == "host" { return nil }
        if !containers.contains(name) { reader.fail(node, "no container '\(name)' was started by a step before") }
        return name
    }

    private func action(_ node: Node, reader: inout YAMLReader) -> Step? {
        let keys = ["action", "container", "arguments", "command", "environment", "exit", "within", "terminal", "times", "beside"]
        guard let members = reader.mapping(node, "an 'action' step", keys: keys), let named = members["action"] else { return nil }
        let name = reader.text(named, "'action'")
        if !actions.contains(name) { reader.fail(named, "no action '\(name)'; there are \(actions.sorted().joined(separator: ", "))") }
        var call = ActionCall(name: name, container: members["container"].flatMap { known($0, reader: &reader) })
        if let command = members["command"] {
            if name != "shell" { reader.fail(command, "'command' belongs to the action 'shell'; others take 'arguments'") }
            call.arguments = [reader.text(command, "'command'")]
        } else if name == "shell" {
            reader.fail(named, "the action 'shell' needs a 'command'")
        }
        if let node = members["arguments"] { call.arguments += reader.texts(node, "'arguments'") }
        if let node = members["environment"] { call.environment = reader.textMap(node, "'environment'") }
        if let node = members["exit"] { call.exit = node.scalar?.string == "any" ? nil : Int32(reader.integer(node, "'exit'", in: 0...255)) }
        if let node = members["within"] { call.limit = reader.span(node, "'within'") }
        if let node = members["terminal"] { call.terminal = reader.flag(node, "'terminal'") }
        if let node = members["times"] { call.times = reader.integer(node, "'times'", in: 1...1000) }
        if let node = members["beside"] {
            call.isBesideSensor = true
            if reader.text(node, "'beside'") != "sensor" { reader.fail(node, "'beside' must be sensor") }
            if call.container != nil { reader.fail(node, "'beside: sensor' is on the host, not in a container") }
        }
        return .action(call)
    }

    private mutating func container(_ node: Node, reader: inout YAMLReader) -> Step? {
        let keys = ["container", "pod", "namespace", "image", "serviceAccount", "labels", "owner", "command", "files", "capabilities"]
        guard let members = reader.mapping(node, "a 'container' step", keys: keys), let named = members["container"] else { return nil }
        let name = reader.text(named, "'container'")
        if name.wholeMatch(of: /[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?/) == nil || name == "host" {
            reader.fail(named, "a container needs a name of lower-case letters, digits and '-', other than 'host'; not '\(name)'")
        }
        if !containers.insert(name).inserted { reader.fail(named, "container '\(name)' is there twice") }
        var spec = ContainerSpec(name: name, pod: members["pod"].map { reader.text($0, "'pod'") } ?? name)
        if let node = members["namespace"] { spec.namespace = reader.text(node, "'namespace'") }
        if let node = members["image"] { spec.image = reader.text(node, "'image'") }
        if let node = members["serviceAccount"] { spec.serviceAccount = reader.text(node, "'serviceAccount'") }
        if let node = members["labels"] { spec.labels = reader.textMap(node, "'labels'") }
        if let node = members["command"] { spec.command = reader.texts(node, "'command'") }
        if let node = members["capabilities"] { spec.capabilities = reader.texts(node, "'capabilities'") }
        if let node = members["files"] { spec.files = reader.list(node, "'files'").compactMap { file($0, reader: &reader) } }
        if let node = members["owner"] {
            let parts = reader.text(node, "'owner'").split(separator: "/").map(String.init)
            if parts.count == 2 { spec.owner = .init(kind: parts[0], name: parts[1]) } else { reader.fail(node, "'owner' must be KIND/NAME, such as Deployment/shop") }
        }
        return .container(spec)
    }

    private func file(_ node: Node, reader: inout YAMLReader) -> ContainerSpec.File? {
        guard let members = reader.mapping(node, "a file", keys: ["path", "text", "program", "unique", "mode"]) else { return nil }
        let path = members["path"].map { reader.text($0, "'path'") } ?? ""
        if !path.hasPrefix("/") || path.split(separator: "/").contains("..") { reader.fail(members["path"] ?? node, "a file needs an absolute 'path' without '..'") }
        let mode = members["mode"].map { reader.text($0, "'mode'") } ?? (members["program"] == nil ? "644" : "755")
        guard let bits = UInt16(mode, radix: 8), bits <= 0o7777 else {
            reader.fail(members["mode"] ?? node, "'mode' must be octal, such as 755, not '\(mode)'")
            return nil
        }
        switch (members["text"], members["program"]) {
        case (let text?, nil): return .init(path: path, content: .text(reader.text(text, "'text'")), mode: bits)
        case (nil, let program?):
            let unique = members["unique"].map { reader.flag($0, "'unique'") } ?? false
            return .init(path: path, content: .program(reader.text(program, "'program'"), unique: unique), mode: bits)
        default:
            reader.fail(node, "a file has either 'text' or 'program'")
            return nil
        }
    }

    private func wait(_ node: Node, reader: inout YAMLReader) -> Step? {
        if node.scalar != nil { return .wait(reader.span(node, "'wait'")) }
        guard let members = reader.mapping(node, "'wait'", keys: ["virtual", "until"]) else { return nil }
        switch (members["virtual"], members["until"]) {
        case (let span?, nil): return .waitVirtual(reader.span(span, "'virtual'"))
        case (nil, let until?): return .waitUntil(ExpectationParser(containers: containers).expectation(until, reader: &reader))
        default:
            reader.fail(node, "'wait' is a span, or has one of 'virtual' and 'until'")
            return nil
        }
    }

    private func outage(_ node: Node, reader: inout YAMLReader) -> Step? {
        switch reader.text(node, "'outage'") {
        case "begin": return .outage(.begin)
        case "end": return .outage(.end)
        case let other:
            reader.fail(node, "'outage' must be begin or end, not '\(other)'")
            return nil
        }
    }

    private func reputation(_ node: Node, reader: inout YAMLReader) -> Step? {
        guard let members = reader.mapping(node, "'reputation'", keys: ["file", "container", "kind", "value", "disposition", "family"]) else { return nil }
        let disposition = members["disposition"].map { reader.text($0, "'disposition'") } ?? "malicious"
        if !["malicious", "suspicious", "benign"].contains(disposition) {
            reader.fail(members["disposition"] ?? node, "'disposition' must be malicious, suspicious or benign, not '\(disposition)'")
        }
        let family = members["family"].map { reader.text($0, "'family'") }
        if let file = members["file"] {
            let place = members["container"].flatMap { known($0, reader: &reader) }
            return .reputation(.init(subject: .file(reader.text(file, "'file'"), container: place), disposition: disposition, family: family))
        }
        guard let kind = members["kind"], let value = members["value"] else {
            reader.fail(node, "'reputation' needs 'file', or 'kind' and 'value'")
            return nil
        }
        return .reputation(.init(subject: .value(kind: reader.text(kind, "'kind'"), reader.text(value, "'value'")), disposition: disposition, family: family))
    }

    /// A fault plan in the form of the backend's control API: `{seed, faults: [{match, fault}]}`, or the list alone.
    static func plan(_ node: Node, reader: inout YAMLReader) -> FaultPlan? {
        var body = reader.json(node)
        if body.elements != nil { body = ["faults": body] }
        do {
            return try JSONDecoder().decode(FaultPlan.self, from: body.json())
        } catch let error as DecodingError {
            reader.fail(node, "no fault plan: \(message(error))")
        } catch {
            reader.fail(node, "no fault plan: \(error)")
        }
        return nil
    }

    private static func message(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "'\(key.stringValue)' is missing in \(path(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): "\(path(context)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "the plan" : context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}
