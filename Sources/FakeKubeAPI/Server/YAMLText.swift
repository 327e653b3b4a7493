package import Foundations
package import KubeCore
import Yams

/// YAML to JSON and back. Scalars resolve as in the YAML that Kubernetes reads (1.1: `yes` and `on` are booleans); times stay texts.
package enum YAMLText {
    static let resolver = Resolver.default.removing(.timestamp)
    static let depthMax = 200

    /// One document of a file, with the line at which it begins.
    package struct Document {
        package var line: Int
        package var object: JSON
    }

    /// The body as JSON text, or nil when it is no YAML: the core then says what is wrong with it.
    static func json(of body: [UInt8]) -> [UInt8]? {
        guard let node = try? Yams.compose(yaml: String(decoding: body, as: UTF8.self), resolver) else { return nil }
        return value(node, depth: 0)?.encoded
    }

    static func yaml(of body: [UInt8]) -> [UInt8]? {
        guard let json = try? JSONParser.parse(body), let text = try? Yams.serialize(node: node(json), width: -1) else { return nil }
        return Array(text.utf8)
    }

    /// - Throws: a `Diagnostic` with line and column.
    package static func documents(_ text: String, file: String) throws(Diagnostic) -> [Document] {
        var found: [Document] = []
        do {
            var nodes = try Yams.compose_all(yaml: text, resolver)
            while let node = nodes.next() {
                guard let object = value(node, depth: 0) else { throw Diagnostic(file: file, line: node.mark?.line, message: "is nested too deeply") }
                if object != .null { found.append(Document(line: node.mark?.line ?? 1, object: object)) }
            }
            // The sequence keeps to itself why it ended.
            if let error = nodes.error { throw error }
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch let error as YamlError {
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
                throw Diagnostic(file: file, line: mark.line, column: mark.column, message: problem)
            default: throw Diagnostic(file: file, message: "\(error)")
            }
        } catch {
            throw Diagnostic(file: file, message: "\(error)")
        }
        return found
    }

    private static func value(_ node: Node, depth: Int) -> JSON? {
        guard depth < depthMax else { return nil }
        switch node {
        case .mapping(let mapping):
            var members: [String: JSON] = [:]
            for (key, member) in mapping {
                guard let name = key.scalar?.string, let value = value(member, depth: depth + 1) else { return nil }
                if name == "<<", let merged = value.object { members.merge(merged) { own, _ in own } } else { members[name] = value }
            }
            return .object(members)
        case .sequence(let sequence):
            var items: [JSON] = []
            for item in sequence {
                guard let value = value(item, depth: depth + 1) else { return nil }
                items.append(value)
            }
            return .array(items)
        case .scalar(let scalar):
            switch resolver.resolveTag(of: node) {
            case .bool: return Bool.construct(from: scalar).map(JSON.bool) ?? .string(scalar.string)
            case .int: return Int64.construct(from: scalar).map(JSON.integer) ?? .string(scalar.string)
            case .float: return Double.construct(from: scalar).flatMap { $0.isFinite ? .double($0) : nil } ?? .string(scalar.string)
            case .null: return .null
            default: return .string(scalar.string)
            }
        case .alias: return nil
        }
    }

    private static func node(_ json: JSON) -> Node {
        switch json {
        case .null: return Node("null", Tag(.null))
        case .bool(let value): return Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): return Node(String(value), Tag(.int))
        case .double(let value): return Node("\(value)", Tag(.float))
        case .string(let value):
            // Quoted when it would be read as something else.
            let isPlain = resolver.resolveTag(of: Node(value)) == .str && !value.isEmpty
            return Node(value, Tag(.str), isPlain ? .any : .doubleQuoted)
        case .array(let items): return Node(items.map(node))
        case .object(let members): return Node(members.sorted { $0.key < $1.key }.map { (Node($0.key, Tag(.str)), node($0.value)) })
        }
    }
}
