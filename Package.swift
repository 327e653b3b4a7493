// swift-tools-version: 6.2
import PackageDescription

// One package, one build tree: `make demo` and `make test` share it, so a fresh machine builds the dependencies once.
// Every folder below Sources/Sensor is one target; the import table in Tests/Tidy is held against the real imports.

/// Settings of every target that we write: Swift 6 mode (below), warnings are errors, imports carry their reach.
let ours: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// Generated code is not ours to keep free of warnings.
let generated: [SwiftSetting] = [.enableUpcomingFeature("InternalImportsByDefault")]

func room(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = ["README.md"]) -> Target {
    .target(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: ours)
}

func command(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies + ["CommandEntry", argumentParser, logging, lifecycle], path: path, exclude: ["README.md"], swiftSettings: ours)
}

func tests(_ name: String, _ path: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: ours)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcProtobuf = Target.Dependency.product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let grpcTransport = Target.Dependency.product(name: "GRPCNIOTransportHTTP2", package: "grpc-swift-nio-transport")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let certificateReloading = Target.Dependency.product(name: "NIOCertificateReloading", package: "swift-nio-extras")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "wiz-sensor",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "wiz-sensor", targets: ["wiz-sensor"]),
        .executable(name: "fake-wiz-backend", targets: ["fake-wiz-backend"]),
        .executable(name: "fake-kube-api", targets: ["fake-kube-api"]),
        .executable(name: "scenarios", targets: ["scenarios"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.44.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Headers that Swift shares with C: the probe messages, libbpf, and the few libc calls that Glibc does not import.
        .systemLibrary(name: "CProbeABI", path: "bpf/abi"),
        .systemLibrary(name: "CLibbpf", path: "Sources/System/CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev", "libelf-dev"])]),
        .systemLibrary(name: "CZlib", path: "Sources/System/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CPlatform", path: "Sources/System/CPlatform"),

        // What everything stands on, and what sensor and backend say to each other.
        room("Foundations", "Sources/Foundations"),
        room("Clocks", "Sources/Clocks", ["Foundations"]),
        room("CommandEntry", "Sources/CommandEntry", ["Foundations", argumentParser]),
        room("Contract", "Sources/Contract/Bodies", ["Foundations"], exclude: []),
        .target(name: "ContractGRPC", dependencies: [protobuf, grpcCore, grpcProtobuf], path: "Sources/Contract/Generated", exclude: ["cri.proto.sha256", "sensor.proto.sha256"], swiftSettings: generated),

        // The sensor.
        room("Events", "Sources/Sensor/Events", ["CProbeABI", "Foundations"]),
        room("Enrichment", "Sources/Sensor/Enrichment", ["Events", "Foundations"]),
        room("Governor", "Sources/Sensor/Governor", ["Foundations"]),
        room("Host", "Sources/Sensor/Host", ["CPlatform", "Enrichment", "Events", "Foundations", "Governor", crypto]),
        room("RuntimeData", "Sources/Sensor/RuntimeData", ["Contract", "Events", "Foundations", "Redaction", grdb]),
        room("Indicators", "Sources/Sensor/Indicators", ["Events", "Foundations"]),
        room("Rules", "Sources/Sensor/Rules", ["Events", "Foundations", yams]),
        room("Redaction", "Sources/Sensor/Redaction", ["Foundations"]),
        room("Spool", "Sources/Sensor/Spool", ["Foundations", "Contract", "Redaction", grdb]),
        room("Portal", "Sources/Sensor/Portal", ["Foundations", "Contract", "Redaction", "Spool", crypto]),
        room("Pipeline", "Sources/Sensor/Pipeline", ["Events", "Enrichment", "Governor", "Rules", "Indicators", "RuntimeData", "Redaction", "Foundations", "Contract"]),
        .target(
            name: "Probes", dependencies: ["CLibbpf", "CProbeABI", "CPlatform", "Events", "Foundations"], path: "Sources/Sensor/Probes",
            exclude: ["README.md"], swiftSettings: ours, plugins: ["EmbedC"]),
        room("PortalClient", "Sources/Sensor/PortalClient", ["CZlib", "Portal", "Spool", "Contract", "ContractGRPC", "Foundations", protobuf, grpcCore, grpcTransport, nioCore, nioPosix, nioSSL, nioTLS, nioHTTP1, nioHTTP2, nioHPACK, nioFoundation, lifecycle]),
        room("KubernetesClient", "Sources/Sensor/KubernetesClient", ["Enrichment", "Events", "Foundations", httpClient, nioCore, nioPosix, nioHTTP1, nioSSL, nioFoundation, yams]),
        room("ContainerRuntime", "Sources/Sensor/ContainerRuntime", ["Enrichment", "Events", "ContractGRPC", "Foundations", protobuf, grpcCore, grpcTransport, httpClient, nioCore, nioPosix, nioFoundation]),
        room("Settings", "Sources/Sensor/Settings", ["Foundations", yams]),
        command("wiz-sensor", "Sources/Sensor/Daemon", [
            "Settings", "Probes", "Host", "Governor", "Pipeline", "Portal", "Spool", "PortalClient", "KubernetesClient", "ContainerRuntime", "Events", "Enrichment", "Rules", "Indicators", "RuntimeData",
            "Redaction", "Contract", "Clocks", "Foundations", "CPlatform", nioCore, nioPosix,
        ]),

        // What the two reference servers share at their edge.
        room("Serving", "Sources/Serving", ["Foundations", hummingbirdCore, nioCore, certificates, asn1, crypto, logging, lifecycle]),

        // The reference portal.
        room("BackendCore", "Sources/FakeWizBackend/Core", ["Contract", "Foundations", grdb, crypto]),
        room("BackendServer", "Sources/FakeWizBackend/Server", [
            "BackendCore", "Contract", "ContractGRPC", "CZlib", "Foundations", "Serving", protobuf, grpcCore, grpcProtobuf, grpcTransport, hummingbird, hummingbirdCore, hummingbirdTLS,
            hummingbirdHTTP2, httpClient, nioCore, nioSSL, certificateReloading, crypto, jwt, logging, lifecycle,
        ]),
        command("fake-wiz-backend", "Sources/FakeWizBackend/Command", ["BackendServer", "BackendCore", "Clocks", "Contract", "Foundations", "Serving", httpClient, nioFoundation, nioSSL, yams]),

        // The reference Kubernetes API server.
        room("KubeCore", "Sources/FakeKubeAPI/Core", ["Foundations", crypto]),
        room("KubeServer", "Sources/FakeKubeAPI/Server", ["KubeCore", "CZlib", "Foundations", "Serving", hummingbird, hummingbirdCore, hummingbirdHTTP2, httpClient, nioCore, nioSSL, certificates, asn1, crypto, grdb, yams, logging, lifecycle]),
        command("fake-kube-api", "Sources/FakeKubeAPI/Command", ["KubeServer", "KubeCore", "Clocks", "Foundations", "Serving", yams]),

        // The scenario suite.
        room("Simulation", "Sources/Scenarios/Simulation", ["BackendCore", "Pipeline", "Rules", "Events", "Portal", "Spool", "Contract", "Redaction", "Foundations", yams]),
        .target(name: "ScenarioActions", path: "Sources/Scenarios/Actions", exclude: ["README.md", "Programs"], swiftSettings: ours, plugins: ["EmbedC"]),
        .target(
            name: "ScenarioModel", dependencies: ["Contract", "Foundations", yams], path: "Sources/Scenarios/Model", exclude: ["README.md"],
            swiftSettings: ours, plugins: ["EmbedCatalog"]),
        room("ScenarioRunner", "Sources/Scenarios/Runner", ["ScenarioActions", "ScenarioModel", "CLibpcap", "CNamespaces", "Contract", "Foundations", httpClient, nioCore, nioHTTP1, nioSSL, nioFoundation, grdb, yams, crypto]),
        room("Fleet", "Sources/Scenarios/Fleet", [
            "ScenarioRunner", "ScenarioModel", "KubernetesClient", "PortalClient", "Portal", "Spool", "Redaction", "Enrichment", "Events", "Clocks", "Contract", "Foundations",
        ]),
        command("scenarios", "Sources/Scenarios/Command", ["Fleet", "ScenarioRunner", "ScenarioModel", "Simulation", "Foundations"]),

        // Measures; never judges.
        .executableTarget(
            name: "wiz-bench", dependencies: ["Clocks", "Events", "Foundations", "Host", "Pipeline", "Probes", "Rules", "ScenarioModel", "ScenarioRunner", argumentParser],
            path: "Sources/Bench", exclude: ["README.md", "Programs"], swiftSettings: ours, plugins: ["EmbedC"]),

        // Compiles C (probes for the kernel, static attack programs) at build time and embeds the result.
        .executableTarget(name: "embed-c", path: "Sources/System/EmbedC", swiftSettings: ours),
        .plugin(name: "EmbedC", capability: .buildTool(), dependencies: ["embed-c"], path: "Plugins/EmbedC"),

        // Carries the scenario files inside the executable.
        .executableTarget(name: "embed-text", path: "Sources/System/EmbedText", swiftSettings: ours),
        .plugin(name: "EmbedCatalog", capability: .buildTool(), dependencies: ["embed-text"], path: "Plugins/EmbedCatalog"),
        .systemLibrary(name: "CLibpcap", path: "Sources/System/CLibpcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .target(name: "CNamespaces", path: "Sources/System/CNamespaces"),

        // Unit tests mirror the rooms.
        tests("FoundationsTests", "Tests/Unit/FoundationsTests", ["Foundations"]),
        tests("EventsTests", "Tests/Unit/EventsTests", ["Events", "CProbeABI", "Foundations"]),
        tests("EnrichmentTests", "Tests/Unit/EnrichmentTests", ["Enrichment", "Events", "Foundations"]),
        tests("RulesTests", "Tests/Unit/RulesTests", ["Rules", "Events", "Foundations"]),
        tests("IndicatorsTests", "Tests/Unit/IndicatorsTests", ["Indicators", "Events", "Foundations"]),
        tests("RuntimeDataTests", "Tests/Unit/RuntimeDataTests", ["RuntimeData", "Contract", "Events", "Foundations", "Redaction"]),
        tests("RedactionTests", "Tests/Unit/RedactionTests", ["Redaction", "Foundations"]),
        tests("SpoolTests", "Tests/Unit/SpoolTests", ["Spool", "Contract", "Foundations", "Redaction"]),
        tests("PortalTests", "Tests/Unit/PortalTests", ["Portal", "Spool", "Contract", "Foundations", "Redaction", crypto]),
        tests("GovernorTests", "Tests/Unit/GovernorTests", ["Governor", "Foundations"]),
        tests("PipelineTests", "Tests/Unit/PipelineTests", ["BackendCore", "Pipeline", "Governor", "Events", "Enrichment", "Rules", "Indicators", "RuntimeData", "Redaction", "Contract", "Foundations"]),
        tests("SettingsTests", "Tests/Unit/SettingsTests", ["Settings", "Foundations"]),
        tests("BackendCoreTests", "Tests/Unit/BackendCoreTests", ["BackendCore", "Contract", "Foundations", crypto, grdb]),
        tests("KubeCoreTests", "Tests/Unit/KubeCoreTests", ["KubeCore", "Foundations"]),
        tests("ScenarioModelTests", "Tests/Unit/ScenarioModelTests", ["ScenarioModel", "Contract", "Foundations"]),
        tests("ScenarioRunnerTests", "Tests/Unit/ScenarioRunnerTests", ["ScenarioRunner", "ScenarioModel", "Contract", "Foundations"]),

        // The wire held against clients that this project did not write; the kernel; the simulator; the catalogue; the house itself.
        tests("ContractTests", "Tests/Contract", [
            "Clocks", "Serving", "BackendServer", "BackendCore", "KubeServer", "KubeCore", "PortalClient", "KubernetesClient", "ContainerRuntime", "Portal", "Spool", "Redaction", "Enrichment", "Events",
            "Contract", "ContractGRPC", "Foundations", "CNghttp2", "COpenSSL", grpcCore, grpcTransport, protobuf, httpClient, nioCore, nioPosix, nioSSL, nioHTTP1, logging, yams,
        ], exclude: ["Python"]),
        .systemLibrary(name: "CNghttp2", path: "Sources/System/CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
        tests("SimulationTests", "Tests/Simulation", ["Simulation", "BackendCore", "Portal", "Spool", "Redaction", "Contract", "Foundations"]),
        tests("KernelTests", "Tests/Kernel", ["Clocks", "Probes", "Events", "Enrichment", "Foundations", "Host", "Pipeline", "Rules"]),
        tests("ScenarioTests", "Tests/Scenario", ["Fleet", "ScenarioRunner", "ScenarioModel", "Contract", "Foundations", grpcCore, grpcTransport, nioPosix]),
        tests("TidyTests", "Tests/Tidy", [crypto, yams]),
    ],
    swiftLanguageModes: [.v6]
)

// WIZ_CORE=1 leaves the sensor's and the servers' cores with their tests, and nothing that needs NIO: a tree that builds from nothing in
// a minute or two and again in seconds (`make test-core`). WIZ_CORE=RulesTests,SpoolTests leaves those targets and what they stand on.
// The dependencies stay listed, so that all kinds of build share their pins.
if let core = Context.environment["WIZ_CORE"] {
    let edges: Set = [
        "CommandEntry", "ContractGRPC", "PortalClient", "KubernetesClient", "ContainerRuntime", "wiz-sensor", "Serving", "BackendServer", "fake-wiz-backend", "KubeServer", "fake-kube-api", "ScenarioRunner", "Fleet",
        "scenarios", "wiz-bench", "ScenarioRunnerTests", "ContractTests", "ScenarioTests", "CNghttp2", "COpenSSL", "CLibpcap", "CNamespaces",
    ]
    var kept = core == "1" ? Set(package.targets.map(\.name)).subtracting(edges) : Set(core.split(separator: ",").map(String.init))
    var missing = Array(kept)
    while let name = missing.popLast() {
        guard let target = package.targets.first(where: { $0.name == name }) else { continue }
        for dependency in target.dependencies {
            if case .byNameItem(let name, _) = dependency, kept.insert(name).inserted { missing.append(name) }
        }
        for plugin in target.plugins ?? [] {
            if case .plugin(let name, _) = plugin, kept.insert(name).inserted { missing.append(name) }
        }
    }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products.removeAll()
}
