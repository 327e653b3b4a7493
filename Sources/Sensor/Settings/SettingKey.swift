import Foundation

/// The settings by name: how each is called in the file and in the environment, and how its text is read.
///
/// One table for both sources, so that a setting is never readable in one and forgotten in the other.
struct SettingKey {
    /// Key in the YAML file.
    let file: String
    /// Name of the environment variable; those of the public chart where it has one.
    let environment: String?
    /// Applies the text; returns what is wrong with it.
    let apply: @Sendable (String, inout Settings) -> String?

    static let all: [SettingKey] = [
        SettingKey(file: "grpcEndpoint", environment: "WIZ_GRPC_ENDPOINT") { text, settings in
            guard let endpoint = Settings.Endpoint(text) else { return "'\(text)' is not HOST:PORT" }
            settings.grpcEndpoint = endpoint
            return nil
        },
        SettingKey(file: "httpEndpoint", environment: "WIZ_HTTP_ENDPOINT") { text, settings in
            guard let url = URL(string: text), url.scheme == "https", let host = url.host(), !host.isEmpty else { return "'\(text)' is not an https URL" }
            guard url.query == nil, url.fragment == nil, url.user == nil else { return "an https URL of host, port and path alone is wanted" }
            // https://portal/prefix/ means what https://portal/prefix means
            guard let trimmed = URL(string: String(text.reversed().drop { $0 == "/" }.reversed())) else { return "'\(text)' is not an https URL" }
            settings.httpEndpoint = trimmed
            return nil
        },
        path("caCertificate", "WIZ_CA_CERT") { $1.caCertificate = $0 },
        path("hostStore", "WIZ_HOST_STORE") { $1.hostStore = $0 },
        path("apiConfigDirectory", "WIZ_API_CONFIG_DIR") { $1.apiConfigDirectory = $0 },
        path("kubeconfig", "KUBECONFIG") { $1.kubeconfig = $0 },
        path("controlSocket", "WIZ_CONTROL_SOCKET") { $1.controlSocket = $0 },
        SettingKey(file: "nodeName", environment: "MY_NODE_NAME") { text, settings in
            settings.nodeName = text
            return nil
        },
        SettingKey(file: "clusterName", environment: "SENSOR_CLUSTER_NAME") { text, settings in
            settings.clusterName = text
            return nil
        },
        number("timeScale", nil, in: 0.001...100_000) { $1.timeScale = $0 },
        number("startDelayRange", "SENSOR_START_DELAY_RANGE", in: 0...86_400) { $1.startDelayRange = $0 },
        number("ringBytes", "WIZ_RING_BYTES", in: 4096...1_073_741_824) { $1.ringBytes = Int($0) },
        number("memoryLimitMiB", "POD_MEM_LIMITS", in: 1...1_048_576) { $1.memoryLimitMiB = Int($0) },
        number("cpuLimitMillicores", "POD_CPU_LIMITS", in: 1...1_048_576) { $1.cpuLimitMillicores = Int($0) },
        SettingKey(file: "logLevel", environment: "STDOUT_LOG") { text, settings in
            guard ["trace", "debug", "info", "notice", "warning", "error", "critical"].contains(text) else { return "'\(text)' is not a log level" }
            settings.logLevel = text
            return nil
        },
        SettingKey(file: "fixedDefinitionsVersion", environment: "FIXED_DEFS_VERSION") { text, settings in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, parts.allSatisfy({ UInt32($0) != nil }) else { return "'\(text)' is not major.minor.patch" }
            settings.fixedDefinitionsVersion = text
            return nil
        },
        SettingKey(file: "definitionsRoot", environment: "WIZ_DEFS_ROOT") { text, settings in
            guard let file = FileManager.default.contents(atPath: text) else { return "'\(text)' cannot be read" }
            let key = Data(base64Encoded: String(decoding: file, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
            guard let key, key.count == 32 else { return "'\(text)' is not an Ed25519 public key (32 bytes, base64)" }
            settings.definitionsRoot = key
            return nil
        },
        SettingKey(file: "ruleMatching", environment: "WIZ_RULE_MATCHING") { text, settings in
            guard ["all", "first"].contains(text) else { return "'\(text)' is neither 'all' nor 'first'" }
            settings.ruleMatching = text
            return nil
        },
        flag("lookUpLoopback", "WIZ_LOOK_UP_LOOPBACK") { $1.lookUpLoopback = $0 },
        flag("allowKubelet", "ALLOW_KUBELET_COMMUNICATION") { $1.allowKubelet = $0 },
        flag("forceKubelet", "FORCE_KUBELET_COMMUNICATION") { $1.forceKubelet = $0 },
        SettingKey(file: "kubeletEndpoint", environment: "WIZ_KUBELET_ENDPOINT") { text, settings in
            guard let url = URL(string: text), url.scheme == "https", url.host != nil else { return "'\(text)' is not an https URL" }
            settings.kubeletEndpoint = url
            return nil
        },
        path("kubeletCertificate", "WIZ_KUBELET_CA_CERT") { $1.kubeletCertificate = $0 },
        SettingKey(file: "runtimeSocket", environment: "CRI_SOCKET_CUSTOM_PATH") { text, settings in
            let path = text.hasPrefix("unix://") ? String(text.dropFirst(7)) : text
            guard text == "none" || path.hasPrefix("/") && !path.contains("\0") else { return "'\(text)' is neither the absolute path of a socket nor 'none'" }
            settings.runtimeSocket = path
            return nil
        },
        proxy("httpsProxy", "HTTP_PROXY_URL") { $1.url = $0 },
        proxy("proxyUsername", "HTTP_PROXY_USERNAME") { $1.username = $0 },
        proxy("proxyPassword", "HTTP_PROXY_PASSWORD") { $1.password = $0 },
        proxy("proxyUsernameFile", "WIZ_HTTP_PROXY_USERNAME_FILE") { $1.usernameFile = $0 },
        proxy("proxyPasswordFile", "WIZ_HTTP_PROXY_PASSWORD_FILE") { $1.passwordFile = $0 },
        proxy("proxyCaCertificate", "HTTP_PROXY_CERT") { $1.caCertificate = Settings.Certificate($0) },
        proxy("proxyClientCertificate", "WIZ_HTTP_PROXY_CLIENT_CERT") { $1.clientCertificate = $0 },
        proxy("noProxy", "NO_PROXY") { $1.exceptions = $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty } },
    ]

    private static func path(_ file: String, _ environment: String?, _ set: @escaping @Sendable (String, inout Settings) -> Void) -> SettingKey {
        SettingKey(file: file, environment: environment) { text, settings in
            guard !text.contains("\0") else { return "a path with a NUL" }
            set(text, &settings)
            return nil
        }
    }

    private static func flag(_ file: String, _ environment: String?, _ set: @escaping @Sendable (Bool, inout Settings) -> Void) -> SettingKey {
        SettingKey(file: file, environment: environment) { text, settings in
            guard let value = ["true": true, "false": false][text] else { return "'\(text)' is neither true nor false" }
            set(value, &settings)
            return nil
        }
    }

    private static func number(
        _ file: String, _ environment: String?, in range: ClosedRange<Double>, _ set: @escaping @Sendable (Double, inout Settings) -> Void
    ) -> SettingKey {
        SettingKey(file: file, environment: environment) { text, settings in
            guard let value = Double(text), value.isFinite, range.contains(value) else {
                return "'\(text)' is not a number from \(range.lowerBound.formatted) to \(range.upperBound.formatted)"
            }
            set(value, &settings)
            return nil
        }
    }

    private static func proxy(_ file: String, _ environment: String?, _ set: @escaping @Sendable (String, inout Settings.Proxy) -> Void) -> SettingKey {
        SettingKey(file: file, environment: environment) { text, settings in
            var proxy = settings.proxy ?? Settings.Proxy(url: "")
            set(text, &proxy)
            settings.proxy = proxy
            return nil
        }
    }
}

extension Double {
    fileprivate var formatted: String { self == rounded() ? String(Int(self)) : String(self) }
}

extension Settings.Endpoint {
    /// `HOST:PORT`, with brackets around an IPv6 address.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.contains("/"), !host.contains(" ") else { return nil }
        (self.host, self.port) = (host, port)
    }
}
