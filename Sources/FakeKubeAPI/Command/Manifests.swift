import Foundation
import Foundations
import KubeCore
import KubeServer

/// Applies a folder of manifests, the files in the order of their names.
enum Manifests {
    /// - Throws: a `Diagnostic` with file and line, and the server's own words when it refuses an object.
    static func apply(folder: String, to api: inout KubeAPI, at now: Now) throws {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch { throw Diagnostic(file: folder, message: "cannot be read: \(error.localizedDescription)") }
        for name in names where [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) {
            let file = URL(filePath: folder, directoryHint: .isDirectory).appending(path: name).path
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { throw Diagnostic(file: file, message: "cannot be read as UTF-8") }
            for document in try YAMLText.documents(text, file: file) {
                for object in document.object["items"]?.array ?? [document.object] { try apply(object, file: file, line: document.line, to: &api, at: now) }
            }
        }
    }

    private static func apply(_ object: JSON, file: String, line: Int, to api: inout KubeAPI, at now: Now) throws {
        let kind = object["kind"]?.string ?? ""
        let version = object["apiVersion"]?.string ?? ""
        let name = object["metadata"]?["name"]?.string ?? ""
        guard !kind.isEmpty, !version.isEmpty else { throw Diagnostic(file: file, line: line, message: "'kind' and 'apiVersion' are needed") }
        let sides = version.split(separator: "/").map(String.init)
        let group = sides.count > 1 ? sides[0] : ""
        guard let resource = api.catalogue.find(group: group, version: sides.last ?? "", kind: kind) else {
            throw Diagnostic(file: file, line: line, message: "no resource of kind '\(kind)' in version '\(version)' is served")
        }
        guard !name.isEmpty else { throw Diagnostic(file: file, line: line, message: "\(kind): 'metadata.name' is needed") }
        let namespace = object["metadata"]?["namespace"]?.string ?? "default"
        let path = (group.isEmpty ? "/api/" : "/apis/") + version + (resource.isNamespaced ? "/namespaces/\(namespace)" : "") + "/\(resource.name)"
        let json = ["content-type": "application/json", "user-agent": "manifests"]
        let made = api.handle(APIRequest(method: "POST", path: path, query: [("fieldValidation", "Strict")], headers: json, body: object.encoded), from: .administrator, at: now)
        guard case .complete(let answer) = made else { return }
        if answer.status == 409 {
            // There already: brought to what the file says, fields of others left alone.
            let query = [("fieldManager", "manifests"), ("force", "true")].map { (name: $0.0, value: $0.1) }
            let apply = api.handle(
                APIRequest(method: "PATCH", path: "\(path)/\(name)", query: query, headers: ["content-type": "application/apply-patch+yaml"], body: object.encoded), from: .administrator, at: now)
            if case .complete(let answer) = apply, answer.status >= 400 { throw refusal(answer, kind, name, file, line) }
        } else if answer.status >= 400 {
            throw refusal(answer, kind, name, file, line)
        }
    }

    private static func refusal(_ answer: APIResponse.Answer, _ kind: String, _ name: String, _ file: String, _ line: Int) -> Diagnostic {
        let message = (try? JSONParser.parse(answer.body))?["message"]?.string ?? "status \(answer.status)"
        return Diagnostic(file: file, line: line, subject: "\(kind) \(name)", message: "\(kind) '\(name)' is refused: \(message)")
    }
}

/// Logs of containers from a folder: `NAMESPACE/POD/CONTAINER.log`.
enum LogFixtures {
    static func read(_ folder: String) throws -> [String: String] {
        guard let files = FileManager.default.enumerator(atPath: folder) else { throw Diagnostic(file: folder, message: "cannot be read") }
        var logs: [String: String] = [:]
        for case let file as String in files where file.hasSuffix(".log") && file.split(separator: "/").count == 3 {
            logs[String(file.dropLast(4))] = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
        }
        return logs
    }
}
