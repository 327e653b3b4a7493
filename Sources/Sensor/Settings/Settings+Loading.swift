import Foundation
import Yams

extension Settings {
    /// Reads the file, then the environment on top of it. Nothing is applied by halves: the first wrong value throws.
    package static func load(file: String?, environment: [String: String]) throws(SettingsError) -> Settings {
        var settings = Settings()
        if let file { try settings.apply(file: file) }
        for key in SettingKey.all {
            guard let name = key.environment, let text = environment[name], !text.isEmpty else { continue }
            if let problem = key.apply(text, &settings) { throw SettingsError(source: name, message: problem) }
        }
        if settings.proxy?.url.isEmpty == true { settings.proxy = nil }
        return settings
    }

    /// One setting by its key in the file.
    /// - Parameter source: what is named when the value cannot be used: the flag.
    package mutating func apply(_ name: String, _ text: String, source: String) throws(SettingsError) {
        guard let key = SettingKey.all.first(where: { $0.file == name }) else { throw SettingsError(source: source, message: "unknown setting '\(name)'") }
        if let problem = key.apply(text, &self) { throw SettingsError(source: source, message: problem) }
    }

    /// What no single setting can say of itself.
    package func validate() throws(SettingsError) {
        if grpcEndpoint != nil, httpEndpoint == nil { throw SettingsError(source: "--http-endpoint", message: "is missing: --grpc-endpoint alone is half a portal") }
        if let proxy, (proxy.usernameFile == nil) != (proxy.passwordFile == nil) {
            throw SettingsError(
                source: proxy.usernameFile == nil ? "WIZ_HTTP_PROXY_USERNAME_FILE" : "WIZ_HTTP_PROXY_PASSWORD_FILE", message: "is missing: the files with user and password come together")
        }
        if let proxy, proxy.password != nil, proxy.username == nil {
            throw SettingsError(source: "HTTP_PROXY_USERNAME", message: "is missing: a password (HTTP_PROXY_PASSWORD) without a user has no effect")
        }
        if httpEndpoint != nil, grpcEndpoint == nil { throw SettingsError(source: "--grpc-endpoint", message: "is missing: --http-endpoint alone is half a portal") }
    }

    private mutating func apply(file: String) throws(SettingsError) {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw SettingsError(source: file, message: "cannot be read: \((error as NSError).localizedDescription)")
        }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            guard let mark = (error as? YamlError).flatMap(Self.mark) else { throw SettingsError(source: file, message: "is not YAML: \(error)") }
            throw SettingsError(source: "\(file):\(mark.line):\(mark.column)", message: "is not YAML")
        }
        guard let root else { return }
        guard case .mapping(let mapping) = root else { throw SettingsError(source: file, message: "is not a mapping of settings") }
        for (name, value) in mapping {
            let place = value.mark ?? name.mark
            let source = place.map { "\(file):\($0.line):\($0.column)" } ?? file
            guard let key = SettingKey.all.first(where: { $0.file == name.string }) else {
                if name.string == "rules", case .sequence(let files) = value {
                    rules = files.compactMap(\.string)
                    continue
                }
                throw SettingsError(source: source, message: "unknown setting '\(name.string ?? "")'")
            }
            guard let text = value.scalar?.string else { throw SettingsError(source: source, message: "'\(key.file)' takes one value") }
            if let problem = key.apply(text, &self) { throw SettingsError(source: source, message: "\(key.file): \(problem)") }
        }
    }

    private static func mark(of error: YamlError) -> Mark? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark
        default: nil
        }
    }
}
