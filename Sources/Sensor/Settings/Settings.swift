package import Foundation

/// Everything that `wiz-sensor daemon` can be told. Sources: a YAML file, then the environment, then flags; later ones win.
package struct Settings: Sendable, Equatable {
    /// `HOST:PORT` of the portal's gRPC service.
    package var grpcEndpoint: Endpoint?
    /// Base URL of the portal's REST service.
    package var httpEndpoint: URL?
    /// PEM file with the authorities that the portal's certificates are checked against; nil uses the system's.
    package var caCertificate: String?
    /// Directory on the host's disk for what must survive a restart.
    package var hostStore: String = "/var/lib/wiz"
    /// Directory with the files `clientId` and `clientToken`.
    package var apiConfigDirectory: String = "/api-client"
    package var kubeconfig: String?
    /// Rule files in addition to the definitions.
    package var rules: [String] = []
    package var nodeName: String = ""
    package var clusterName: String = ""
    /// All timings are divided by this. For scenarios: 48 hours in minutes.
    package var timeScale: Double = 1
    package var controlSocket: String = Settings.defaultControlSocket
    package var logLevel: String = "info"
    /// `major.minor.patch`: only this version of the definitions.
    package var fixedDefinitionsVersion: String?
    /// The root key that definitions must be proven from, 32 bytes; nil: the first root that is seen is kept.
    package var definitionsRoot: Data?
    /// Seconds; the start is delayed by a random part of it, so that a fleet does not start at once.
    package var startDelayRange: Double = 0
    package var ringBytes: Int = 8 << 20
    package var memoryLimitMiB: Int?
    package var cpuLimitMillicores: Int?
    package var proxy: Proxy?
    /// The node's kubelet is asked for pods before the API server is.
    package var allowKubelet = false
    /// The API server is not asked for pods at all.
    package var forceKubelet = false
    /// `https://HOST:10250`; nil for the node's name and the usual port.
    package var kubeletEndpoint: URL?
    /// PEM file with the authority of the kubelet's certificate; nil for the API server's.
    package var kubeletCertificate: String?
    /// Socket of the container runtime, tried before the usual ones; `none`: no runtime is asked.
    package var runtimeSocket: String?
    /// `all`: every rule that matches an event makes a detection; `first`: only the first one, in the order of the files.
    package var ruleMatching: String = "all"
    /// Loopback addresses are looked up too: for scenarios on one machine.
    package var lookUpLoopback = false

    package init() {}

    package struct Endpoint: Sendable, Equatable, CustomStringConvertible {
        package var host: String
        package var port: Int
        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    package struct Proxy: Sendable, Equatable {
        package var url: String
        package var username: String?
        package var password: String?
        /// Files that hold user and password, read anew for each connection; both or neither. They win over the other forms.
        package var usernameFile: String?
        package var passwordFile: String?
        package var caCertificate: Certificate?
        package var clientCertificate: String?
        /// Hosts that are reached without the proxy: names, `.suffixes`, addresses, `*`.
        package var exceptions: [String] = []
    }

    /// The chart hands a certificate over as its text, the installer as that in base64; a file's name is taken too.
    package enum Certificate: Sendable, Equatable {
        case file(String)
        /// PEM.
        case text(String)

        init(_ value: String) {
            if value.contains(Self.mark) {
                self = .text(value)
            } else if let bytes = Data(base64Encoded: value, options: .ignoreUnknownCharacters), let text = String(bytes: bytes, encoding: .utf8), text.contains(Self.mark) {
                self = .text(text)
            } else {
                self = .file(value)
            }
        }

        private static let mark = "-----BEGIN CERTIFICATE-----"
    }

    package static let defaultControlSocket = "/run/wiz-sensor/control.sock"
}

/// A setting that cannot be used, and where it came from.
package struct SettingsError: Error, CustomStringConvertible {
    /// `--grpc-endpoint`, `WIZ_HOST_STORE`, `sensor.yaml:3:7`.
    package var source: String
    package var message: String

    package init(source: String, message: String) {
        self.source = source
        self.message = message
    }

    package var description: String { "\(source): \(message)" }
}
