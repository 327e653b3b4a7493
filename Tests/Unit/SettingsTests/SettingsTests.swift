import Foundation
import Settings
import Testing

struct SettingsTests {
    private func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "settings-\(UUID().uuidString).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func problem(of text: String, environment: [String: String] = [:]) throws -> String {
        let path = try file(text)
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            _ = try Settings.load(file: path, environment: environment)
            return ""
        } catch {
            return error.description.replacing(path, with: "sensor.yaml")
        }
    }

    @Test func theEnvironmentWinsOverTheFileAndFlagsOverBoth() throws {
        let path = try file("hostStore: /from/file\nnodeName: file-node\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        var settings = try Settings.load(file: path, environment: ["WIZ_HOST_STORE": "/from/environment"])
        #expect(settings.hostStore == "/from/environment")
        #expect(settings.nodeName == "file-node")
        try settings.apply("hostStore", "/from/flag", source: "--host-store")
        #expect(settings.hostStore == "/from/flag")
    }

    @Test func ruleMatchingIsOneOfTwoWords() throws {
        #expect(try Settings.load(file: nil, environment: [:]).ruleMatching == "all")
        #expect(try Settings.load(file: nil, environment: ["WIZ_RULE_MATCHING": "first"]).ruleMatching == "first")
        #expect(try problem(of: "ruleMatching: some\n").hasSuffix("'some' is neither 'all' nor 'first'"))
    }

    @Test func theChartsNamesAreUnderstood() throws {
        let settings = try Settings.load(
            file: nil,
            environment: [
                "MY_NODE_NAME": "node-1", "POD_MEM_LIMITS": "300", "POD_CPU_LIMITS": "300", "FIXED_DEFS_VERSION": "1.2.3", "SENSOR_START_DELAY_RANGE": "20",
                "WIZ_API_CONFIG_DIR": "/secret", "HTTP_PROXY_URL": "http://proxy:3128", "HTTP_PROXY_USERNAME": "u", "HTTP_PROXY_PASSWORD": "p",
            ])
        #expect(settings.nodeName == "node-1")
        #expect(settings.memoryLimitMiB == 300)
        #expect(settings.cpuLimitMillicores == 300)
        #expect(settings.fixedDefinitionsVersion == "1.2.3")
        #expect(settings.startDelayRange == 20)
        #expect(settings.apiConfigDirectory == "/secret")
        #expect(settings.proxy?.url == "http://proxy:3128")
        #expect(settings.proxy?.username == "u")
    }

    @Test func aProxyIsDescribedWithFilesAndExceptions() throws {
        let settings = try Settings.load(
            file: nil,
            environment: [
                "HTTP_PROXY_URL": "https://proxy:3129", "WIZ_HTTP_PROXY_USERNAME_FILE": "/p/user", "WIZ_HTTP_PROXY_PASSWORD_FILE": "/p/password", "HTTP_PROXY_CERT": "/p/ca.pem",
                "WIZ_HTTP_PROXY_CLIENT_CERT": "/p/client.pem", "NO_PROXY": "localhost, .svc,,10.0.0.1",
            ])
        let proxy = try #require(settings.proxy)
        #expect(proxy.usernameFile == "/p/user")
        #expect(proxy.passwordFile == "/p/password")
        #expect(proxy.caCertificate == .file("/p/ca.pem"))
        #expect(proxy.clientCertificate == "/p/client.pem")
        #expect(proxy.exceptions == ["localhost", ".svc", "10.0.0.1"])
        try settings.validate()
    }

    /// NO_PROXY is set on many machines; without a proxy it means nothing.
    @Test func exceptionsAloneMakeNoProxy() throws {
        #expect(try Settings.load(file: nil, environment: ["NO_PROXY": "localhost"]).proxy == nil)
    }

    @Test func aUserNamesFileWithoutThePasswordsIsRefused() throws {
        let settings = try Settings.load(file: nil, environment: ["HTTP_PROXY_URL": "http://proxy:3128", "WIZ_HTTP_PROXY_USERNAME_FILE": "/p/user"])
        let error = #expect(throws: SettingsError.self) { try settings.validate() }
        #expect(error?.source == "WIZ_HTTP_PROXY_PASSWORD_FILE")
    }

    @Test func aPasswordWithoutAUserIsRefused() throws {
        let settings = try Settings.load(file: nil, environment: ["HTTP_PROXY_URL": "http://proxy:3128", "HTTP_PROXY_PASSWORD": "p"])
        let error = #expect(throws: SettingsError.self) { try settings.validate() }
        #expect(error?.source == "HTTP_PROXY_USERNAME")
        #expect(error?.description.contains(": p") == false, "not the password itself")
    }

    /// The chart's variable holds the certificate, the installer's the same in base64.
    @Test func theProxysAuthorityComesAsTextOrAsAFile() throws {
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        func authority(_ text: String) throws -> Settings.Certificate? {
            try Settings.load(file: nil, environment: ["HTTP_PROXY_URL": "http://proxy:3128", "HTTP_PROXY_CERT": text]).proxy?.caCertificate
        }
        #expect(try authority(pem) == .text(pem))
        #expect(try authority(Data(pem.utf8).base64EncodedString(options: .lineLength64Characters)) == .text(pem))
        #expect(try authority("/etc/proxy.pem") == .file("/etc/proxy.pem"))
        #expect(try authority("proxy.pem") == .file("proxy.pem"))
    }

    @Test func aSlashAtTheEndOfAnEndpointMeansNothing() throws {
        for (text, path) in [("https://portal", ""), ("https://portal/", ""), ("https://portal:8443/wiz", "/wiz"), ("https://portal:8443/wiz//", "/wiz")] {
            let settings = try Settings.load(file: nil, environment: ["WIZ_HTTP_ENDPOINT": text])
            #expect(settings.httpEndpoint?.path() == path, "\(text)")
            #expect(settings.httpEndpoint?.host() == "portal")
        }
        for wrong in ["https://", "https:///", "https://portal?x=1", "https://portal/#here", "https://user@portal"] {
            #expect(throws: SettingsError.self, "\(wrong)") { try Settings.load(file: nil, environment: ["WIZ_HTTP_ENDPOINT": wrong]) }
        }
    }

    @Test func wrongValuesAreNamedByFileLineAndColumn() throws {
        #expect(try problem(of: "hostStore: /x\ngrpcEndpoint: nowhere\n") == "sensor.yaml:2:15: grpcEndpoint: 'nowhere' is not HOST:PORT")
        #expect(try problem(of: "httpEndpoint: http://plain\n").contains("sensor.yaml:1:15: httpEndpoint: 'http://plain' is not an https URL"))
        #expect(try problem(of: "ringBytes: lots\n").contains("'lots' is not a number from 4096 to 1073741824"))
        #expect(try problem(of: "hostStor: /x\n").contains("sensor.yaml:1:"))
        #expect(try problem(of: "hostStor: /x\n").contains("unknown setting 'hostStor'"))
        #expect(try problem(of: "- a\n- b\n").contains("is not a mapping of settings"))
        #expect(try problem(of: "a: [\n").contains("is not YAML"))
    }

    @Test func wrongVariablesAreNamed() throws {
        #expect(try problem(of: "", environment: ["FIXED_DEFS_VERSION": "newest"]) == "FIXED_DEFS_VERSION: 'newest' is not major.minor.patch")
        #expect(try problem(of: "", environment: ["POD_MEM_LIMITS": "-1"]).hasPrefix("POD_MEM_LIMITS: "))
    }

    @Test func aMissingFileIsNamed() {
        #expect { try Settings.load(file: "/no/such/file.yaml", environment: [:]) } throws: { "\($0)".hasPrefix("/no/such/file.yaml: cannot be read") }
    }

    @Test func theRuntimesSocketIsAPathOrNothing() throws {
        func socket(_ text: String) throws -> String? { try Settings.load(file: nil, environment: ["CRI_SOCKET_CUSTOM_PATH": text]).runtimeSocket }
        #expect(try socket("unix:///run/x.sock") == "/run/x.sock")
        #expect(try socket("/run/x.sock") == "/run/x.sock")
        #expect(try socket("none") == "none")
        #expect(try problem(of: "runtimeSocket: x.sock\n") == "sensor.yaml:1:16: runtimeSocket: 'x.sock' is neither the absolute path of a socket nor 'none'")
    }

    @Test func halfAPortalIsRefused() throws {
        var settings = Settings()
        try settings.apply("grpcEndpoint", "portal:443", source: "--grpc-endpoint")
        #expect { try settings.validate() } throws: { "\($0)".hasPrefix("--http-endpoint: is missing") }
        try settings.apply("httpEndpoint", "https://portal", source: "--http-endpoint")
        try settings.validate()
    }

    @Test func endpointsTakeNamesAddressesAndBrackets() throws {
        var settings = Settings()
        try settings.apply("grpcEndpoint", "[::1]:443", source: "x")
        #expect(settings.grpcEndpoint?.host == "::1")
        #expect(settings.grpcEndpoint?.description == "[::1]:443")
        for wrong in ["", "host", "host:", "host:0", "host:65536", ":443", "a b:443", "http://x:443"] {
            #expect(throws: SettingsError.self, "\(wrong)") { try settings.apply("grpcEndpoint", wrong, source: "x") }
        }
    }

    @Test func everySettingIsEitherLiveOrNeedsARestart() {
        let labels = Set(Mirror(reflecting: Settings()).children.compactMap(\.label))
        #expect(Set(Settings.names) == labels)
    }

    @Test func whatChangedIsNamed() throws {
        let old = Settings()
        var new = old
        #expect(new.changed(from: old, live: true).isEmpty && new.changed(from: old, live: false).isEmpty)
        new.rules = ["/etc/own.yaml"]
        new.logLevel = "debug"
        new.ringBytes = 4096
        #expect(new.changed(from: old, live: true) == ["rules", "logLevel"])
        #expect(new.changed(from: old, live: false) == ["ringBytes"])
    }

    @Test func theRootOfTheDefinitionsIsAFileWithAKey() throws {
        let path = try file(Data(repeating: 7, count: 32).base64EncodedString() + "\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try Settings.load(file: nil, environment: ["WIZ_DEFS_ROOT": path]).definitionsRoot == Data(repeating: 7, count: 32))
        #expect(try problem(of: "definitionsRoot: /does/not/exist") == "sensor.yaml:1:18: definitionsRoot: '/does/not/exist' cannot be read")
        let short = try file("AAAA\n")
        defer { try? FileManager.default.removeItem(atPath: short) }
        #expect(try problem(of: "definitionsRoot: \(short)").contains("is not an Ed25519 public key"))
    }
}
