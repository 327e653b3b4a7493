import Testing

/// Who may import whom. A new edge between rooms is a decision: it is made here first, and the commit says why.
///
/// SwiftPM lets a target import what it did not declare as long as something else built it, so the real imports are read.
struct ImportTableTests {
    /// Folder of a room, and the rooms of this package that it may import.
    static let table: [(folder: String, rooms: Set<String>)] = [
        ("Sources/Foundations", []),
        ("Sources/Clocks", ["Foundations"]),
        ("Sources/CommandEntry", ["Foundations"]),
        ("Sources/Contract/Bodies", ["Foundations"]),
        ("Sources/Contract/Generated", []),
        ("Sources/Sensor/Events", ["CProbeABI", "Foundations"]),
        ("Sources/Sensor/Enrichment", ["Events", "Foundations"]),
        ("Sources/Sensor/Governor", ["Foundations"]),
        ("Sources/Sensor/Host", ["CPlatform", "Enrichment", "Events", "Foundations", "Governor"]),
        ("Sources/Sensor/RuntimeData", ["Contract", "Events", "Foundations", "Redaction"]),
        ("Sources/Sensor/Indicators", ["Events", "Foundations"]),
        ("Sources/Sensor/Rules", ["Events", "Foundations"]),
        ("Sources/Sensor/Redaction", ["Foundations"]),
        ("Sources/Sensor/Spool", ["Contract", "Foundations", "Redaction"]),
        ("Sources/Sensor/Portal", ["Contract", "Foundations", "Redaction", "Spool"]),
        ("Sources/Sensor/Pipeline", ["Contract", "Enrichment", "Events", "Foundations", "Governor", "Indicators", "Redaction", "Rules", "RuntimeData"]),
        ("Sources/Sensor/Settings", ["Foundations"]),
        ("Sources/Sensor/Probes", ["CLibbpf", "CPlatform", "CProbeABI", "Events", "Foundations"]),
        ("Sources/Sensor/PortalClient", ["CZlib", "Contract", "ContractGRPC", "Foundations", "Portal", "Redaction", "Spool"]),
        ("Sources/Sensor/KubernetesClient", ["Enrichment", "Events", "Foundations"]),
        ("Sources/Sensor/ContainerRuntime", ["ContractGRPC", "Enrichment", "Events", "Foundations"]),
        ("Sources/Serving", ["Foundations"]),
        ("Sources/FakeWizBackend/Core", ["Contract", "Foundations"]),
        ("Sources/FakeWizBackend/Server", ["BackendCore", "Contract", "ContractGRPC", "CZlib", "Foundations", "Serving"]),
        ("Sources/FakeWizBackend/Command", ["BackendCore", "BackendServer", "Clocks", "CommandEntry", "Contract", "Foundations", "Serving"]),
        ("Sources/FakeKubeAPI/Core", ["Foundations"]),
        ("Sources/FakeKubeAPI/Server", ["CZlib", "Foundations", "KubeCore", "Serving"]),
        ("Sources/FakeKubeAPI/Command", ["Clocks", "CommandEntry", "Foundations", "KubeCore", "KubeServer", "Serving"]),
        ("Sources/Scenarios/Simulation", ["BackendCore", "Contract", "Events", "Foundations", "Pipeline", "Portal", "Redaction", "Rules", "Spool"]),
        ("Sources/Scenarios/Actions", []),
        ("Sources/Scenarios/Model", ["Contract", "Foundations"]),
        ("Sources/Scenarios/Runner", ["CLibpcap", "CNamespaces", "Contract", "Foundations", "ScenarioActions", "ScenarioModel"]),
        ("Sources/Bench", ["Clocks", "Events", "Foundations", "Host", "Pipeline", "Probes", "Rules", "ScenarioModel", "ScenarioRunner"]),
        ("Sources/Scenarios/Fleet", ["Clocks", "Contract", "Enrichment", "Events", "Foundations", "KubernetesClient", "Portal", "PortalClient", "Redaction", "ScenarioModel", "ScenarioRunner", "Spool"]),
        ("Sources/Scenarios/Command", ["CommandEntry", "Fleet", "Foundations", "ScenarioModel", "ScenarioRunner", "Simulation"]),
    ]

    /// Modules that open sockets, speak protocols or load programs: for the edges alone.
    static let edgeModules: Set<String> = [
        "CLibbpf", "CLibpcap", "NIOCore", "NIOPosix", "NIOSSL", "NIOHTTP1", "NIOHTTP2", "NIOFoundationCompat", "NIOConcurrencyHelpers", "AsyncHTTPClient", "GRPCCore",
        "GRPCProtobuf", "GRPCNIOTransportHTTP2", "GRPCNIOTransportHTTP2Posix", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HummingbirdHTTP2",
    ]
    static let edges: Set<String> = [
        "Sources/Contract/Generated", "Sources/Sensor/Probes", "Sources/Sensor/PortalClient", "Sources/Sensor/KubernetesClient", "Sources/Sensor/ContainerRuntime", "Sources/Serving", "Sources/FakeWizBackend/Server",
        "Sources/FakeWizBackend/Command", "Sources/FakeKubeAPI/Server", "Sources/FakeKubeAPI/Command", "Sources/Scenarios/Runner",
    ]

    static let rooms: Set<String> = [
        "Foundations", "Clocks", "CommandEntry", "Contract", "ContractGRPC", "Events", "Enrichment", "Host", "RuntimeData", "Indicators", "Rules", "Redaction", "Spool", "Portal", "Governor", "Pipeline",
        "Settings", "Probes", "PortalClient", "KubernetesClient", "ContainerRuntime", "Serving", "BackendCore", "BackendServer", "KubeCore", "KubeServer", "Simulation", "ScenarioActions",
        "ScenarioModel", "ScenarioRunner", "Fleet", "CProbeABI", "CPlatform", "CLibbpf", "CLibpcap", "CNamespaces", "CZlib",
    ]

    @Test(arguments: table.map(\.folder))
    func roomsImportOnlyWhatTheTableAllows(_ folder: String) throws {
        let allowed = try #require(Self.table.first { $0.folder == folder }).rooms
        let files = try Tree.files(folder, "swift")
        #expect(!files.isEmpty, "\(folder) is in the table but has no file")
        for file in files {
            let forbidden = Tree.imports(of: file).intersection(Self.rooms).subtracting(allowed)
            #expect(forbidden.isEmpty, "\(file.path) imports \(forbidden.sorted())")
        }
    }

    @Test func onlyEdgesTouchSocketsProtocolsAndPrograms() throws {
        for entry in Self.table where !Self.edges.contains(entry.folder) {
            for file in try Tree.files(entry.folder, "swift") {
                let forbidden = Tree.imports(of: file).intersection(Self.edgeModules)
                #expect(forbidden.isEmpty, "\(file.path) imports \(forbidden.sorted())")
            }
        }
    }

    /// Everything below the daemon is handed its instants and its random numbers.
    @Test func roomsBelowTheDaemonReadNoClockAndStartNoTask() throws {
        let cores = [
            "Sources/Foundations", "Sources/Contract/Bodies", "Sources/Sensor/Events", "Sources/Sensor/Enrichment", "Sources/Sensor/RuntimeData", "Sources/Sensor/Indicators",
            "Sources/Sensor/Rules", "Sources/Sensor/Redaction", "Sources/Sensor/Spool", "Sources/Sensor/Portal", "Sources/Sensor/Governor", "Sources/Sensor/Pipeline", "Sources/Scenarios/Simulation",
            "Sources/FakeWizBackend/Core", "Sources/FakeKubeAPI/Core",
        ]
        let forbidden = ["clock_gettime(", "Date()", "Date.now", "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", ".random(in: 0...1)", "Task {", "Task.detached", "UUID()"]
        for folder in cores {
            for file in try Tree.files(folder, "swift") {
                for (number, line) in file.lines.enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                    for word in forbidden where line.contains(word) { Issue.record("\(file.path):\(number + 1) uses \(word)") }
                }
            }
        }
    }

    @Test func everyRoomIsInTheTable() throws {
        let folders = Set(Self.table.map(\.folder))
        for file in try Tree.files("Sources", "swift") where !file.path.hasPrefix("Sources/System/") && !file.path.hasPrefix("Sources/Sensor/Daemon/") {
            #expect(folders.contains { file.path.hasPrefix($0 + "/") }, "\(file.path) is in no room of the table")
        }
    }
}
