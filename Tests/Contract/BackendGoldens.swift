import BackendCore
import Contract
import ContractGRPC
import Foundation
import SwiftProtobuf

/// What sensor and backend say to each other, as values and as the bytes they have always been.
///
/// The bytes are checked in and written by nobody's code: the protobuf ones follow from the field numbers of `sensor.proto`, the JSON ones from the names in
/// INTERFACES. A change that breaks a deployed sensor or a script breaks one of these.
enum BackendGoldens {
    struct MessageGolden: Sendable {
        var name: String
        /// Hexadecimal, one field a line.
        var bytes: String
        var encoded: @Sendable () throws -> [UInt8]
        /// Decodes and encodes again; nothing may be lost on the way.
        var recoded: @Sendable ([UInt8]) throws -> [UInt8]

        init<Message: SwiftProtobuf.Message & Sendable>(_ message: Message, _ bytes: String) {
            name = Message.protoMessageName
            self.bytes = bytes
            encoded = { try Self.serialize(message) }
            recoded = { bytes in
                let message = try Message(serializedBytes: bytes)
                // A field that is only kept as unknown has lost its name.
                guard message.unknownFields.data.isEmpty else { throw UnknownFields() }
                return try Self.serialize(message)
            }
        }

        struct UnknownFields: Error {}

        private static func serialize(_ message: some SwiftProtobuf.Message) throws -> [UInt8] {
            var options = BinaryEncodingOptions()
            // Maps have no order of their own.
            options.useDeterministicOrdering = true
            return try message.serializedBytes(options: options)
        }
    }

    static let messages: [MessageGolden] = [
        .init(
            Wizsensor_V1_RegisterRequest.with {
                ($0.persistentID, $0.name, $0.clusterName, $0.labels) = ("p", "n", "c", ["a": "1", "b": "2"])
                $0.host = .with {
                    ($0.hostname, $0.os, $0.kernelVersion, $0.architecture) = ("h", "o", "k", "x")
                    ($0.cpuCores, $0.memoryBytes, $0.machineID, $0.externalID, $0.bootID) = (2, 300, "m", "e", "b")
                }
                $0.versions = .with { ($0.sensor, $0.definitions, $0.protocol) = ("1", "2", "3") }
            },
            """
            0a0170 12016e
            1a1a 0a0168 12016f 1a016b 220178 2802 30ac02 3a016d 420165 4a0162
            2209 0a0131 120132 1a0133
            2a0163
            3206 0a0161 120131 3206 0a0162 120132
            """),
        .init(
            Wizsensor_V1_RegisterReply.with {
                ($0.sensorID, $0.entitlements) = ("s", ["a", "b"])
                $0.settings = .with { ($0.revision, $0.heartbeatSeconds, $0.uploadBytesPerHour, $0.reputationBatch, $0.runtimeDataSeconds) = (1, 60, 128, 5, 6) }
            }, "0a0173 120b 0801 103c 188001 2005 2806 1a0161 1a0162"),
        .init(
            Wizsensor_V1_HeartbeatRequest.with {
                ($0.sensorID, $0.sequence, $0.sentUnixNanos, $0.hookSet, $0.visibilityLevel, $0.uptimeSeconds) = ("s", 1, 2, "lsm", "full", 3)
                $0.versions = .with { $0.sensor = "1" }
                $0.events = [.with { ($0.kind, $0.seen, $0.dropped) = ("exec", UInt64.max, ["ringBuffer": 1]) }]
                $0.queues = [.with { ($0.name, $0.depth, $0.capacity, $0.dropped) = ("q", 1, 2, 3) }]
                $0.spool = .with { ($0.records, $0.bytes, $0.oldestSeconds, $0.evicted, $0.accepted, $0.delivered) = (1, 2, 3, ["e": 4], ["d": 5], ["d": 6]) }
                $0.healthIssues = [.with { ($0.code, $0.severity, $0.message, $0.sinceUnixNanos) = ("c", "s", "m", 9) }]
                $0.proxy = .with { ($0.used, $0.url, $0.authenticated, $0.ownCa) = (true, "u", true, true) }
                ($0.residentBytes, $0.cpuMillicores, $0.settingsRevision) = (7, 8, 9)
            },
            """
            0a0173 1001 1802
            2203 0a0131
            2a036c736d 320466756c6c 3803
            4221 0a0465786563 10ffffffffffffffffff01 1a0e 0a0a72696e67427566666572 1001
            4a09 0a0171 1001 1802 2003
            521b 0801 1002 1803 2205 0a0165 1004 2a05 0a0164 1005 3205 0a0164 1006
            5a0b 0a0163 120173 1a016d 2009
            6209 0801 120175 1801 2001
            6807 7008 7809
            """),
        .init(
            Wizsensor_V1_HeartbeatReply.with {
                $0.settings = .with { $0.revision = 3 }
                ($0.settingsChanged, $0.definitionsVersion) = (true, "1.2.3")
            }, "0a02 0803 1001 1a05312e322e33"),
        .init(Wizsensor_V1_DeregisterRequest.with { ($0.sensorID, $0.reason) = ("s", "stop") }, "0a0173 120473746f70"),
        .init(Wizsensor_V1_DeregisterReply(), ""),
        .init(
            Wizsensor_V1_CurrentDefinitionsRequest.with { ($0.sensorID, $0.haveVersion, $0.pinnedVersion) = ("s", "1.0.0", "2.0.0") },
            "0a0173 1205312e302e30 1a05322e302e30"),
        .init(
            Wizsensor_V1_CurrentDefinitionsReply.with {
                ($0.version, $0.size, $0.sha256) = ("1.0.0", 300, Data([1, 2]))
                $0.manifest = .with { ($0.document, $0.signatures) = (Data([5]), [Data([6])]) }
                $0.signingKey = .with { ($0.document, $0.signatures) = (Data([7]), [Data([8])]) }
                $0.roots = [.with { ($0.document, $0.signatures) = (Data([9]), [Data([10]), Data([11])]) }, .init()]
            }, "0a05312e302e30 12020102 18ac02 3a06 0a0105 120106 4206 0a0107 120108 4a09 0a0109 12010a 12010b 4a00"),
        .init(Wizsensor_V1_DownloadDefinitionsRequest.with { ($0.sensorID, $0.version) = ("s", "1.0.0") }, "0a0173 1205312e302e30"),
        .init(Wizsensor_V1_DefinitionsChunk.with { ($0.offset, $0.data) = (262_144, Data([0, 255])) }, "08808010 120200ff"),
        .init(
            Wizsensor_V1_LookupRequest.with {
                $0.sensorID = "s"
                $0.indicators = [(.sha256, "a"), (.sha1, "b"), (.md5, "c"), (.ip, "d"), (.domain, "e")].map { kind, value in .with { ($0.kind, $0.value) = (kind, value) } }
            }, "0a0173 1205 0801 120161 1205 0802 120162 1205 0803 120163 1205 0804 120164 1205 0805 120165"),
        .init(
            Wizsensor_V1_LookupReply.with {
                $0.verdicts = [.with {
                    $0.indicator = .with { ($0.kind, $0.value) = (.ip, "d") }
                    ($0.disposition, $0.family, $0.matched, $0.validSeconds, $0.source) = (.malicious, "f", "m", 60, "s")
                }]
            }, "0a14 0a05 0804 120164 1003 1a0166 22016d 283c 320173"),
    ]

    struct BodyGolden: Sendable {
        var name: String
        /// Keys in order, as the backend writes them.
        var json: String
        var encoded: @Sendable () throws -> Data
        var recoded: @Sendable (Data) throws -> Data

        init<Body: Codable & Sendable>(_ body: Body, _ json: String) {
            name = "\(Body.self)"
            self.json = json
            encoded = { try JSONBody.encode(body) }
            recoded = { try JSONBody.encode(JSONBody.decode(Body.self, from: $0)) }
        }
    }

    static let bodies: [BodyGolden] = [
        .init(TokenReply(access_token: "a.b.c", expires_in: 3600), #"{"access_token":"a.b.c","expires_in":3600,"token_type":"Bearer"}"#),
        .init(ErrorReply(error: "invalid_request", error_description: "x is missing"), #"{"error":"invalid_request","error_description":"x is missing"}"#),
        .init(
            UploadBatch(sensorId: "s", batchId: "b", items: [.init(sequence: 1, record: RuntimeRecord(kind: "process", executable: "/x", count: 2, firstSeen: "f", lastSeen: "l"))]),
            #"{"batchId":"b","items":[{"record":{"count":2,"executable":"/x","firstSeen":"f","kind":"process","lastSeen":"l"},"sequence":1}],"sensorId":"s"}"#),
        .init(UploadReply(accepted: 1, duplicates: 2, watermark: 3), #"{"accepted":1,"duplicates":2,"watermark":3}"#),
        .init(
            RuntimeRecord(
                kind: "process", executable: "/x", sha256: "h", parentExecutable: "/p", containerId: "c", image: "i", podName: "o", namespace: "n", package: "dpkg:x@1",
                buildId: "b", userId: 0, count: 1, firstSeen: "f", lastSeen: "l"),
            #"{"buildId":"b","containerId":"c","count":1,"executable":"/x","firstSeen":"f","image":"i","kind":"process","lastSeen":"l","namespace":"n","package":"dpkg:x@1","parentExecutable":"/p","podName":"o","sha256":"h","userId":0}"#),
        .init(
            CloudEvent(
                id: "i", name: "n", description: "d", timestamp: "t", lastTimestamp: "l", severity: .informational, matchedRules: [MatchedRule(id: "r", name: "R", version: "1")],
                aggregatedEventDetails: .init(eventsCount: 3),
                runtimeDetails: RuntimeDetails(
                    sensor: .init(id: "s", name: "sn", sensorVersion: "1", definitionsVersion: "2"),
                    processTree: [
                        ProcessNode(
                            id: "p", pid: 1, name: "pn", command: "c", path: "/p", executionTime: "e", userName: "u", userId: "0", hash: "h1", sha256: "h2", stdin: "tty", stdout: "pipe",
                            container: .init(
                                id: "k", name: "kn", image: .init(externalId: "im"), pod: .init(name: "pod", externalId: "uid", ips: ["1.2.3.4"], namespace: "ns"),
                                kubernetesController: .init(name: "dep", type: "Deployment"), serviceAccount: "sa", incomplete: true))
                    ], host: .init(hostname: "h", kernelVersion: "6", externalId: "x"), context: EventContext(type: "FileContext", fileName: "/etc/passwd")),
                mitreTactics: ["TA0002"], mitreTechniques: ["T1059"], output: "o", tags: ["t"], indicator: IndicatorMatch(kind: "ip", value: "v", matched: "m", family: "f", source: "so")),
            #"{"aggregatedEventDetails":{"eventsCount":3},"category":"Detection","description":"d","id":"i","indicator":{"family":"f","kind":"ip","matched":"m","source":"so","value":"v"},"lastTimestamp":"l","matchedRules":[{"rule":{"id":"r","name":"R"},"version":"1"}],"mitreTactics":["TA0002"],"mitreTechniques":["T1059"],"name":"n","origin":"WIZ_SENSOR","output":"o","runtimeDetails":{"context":{"fileName":"/etc/passwd","type":"FileContext"},"host":{"externalId":"x","hostname":"h","kernelVersion":"6"},"processTree":[{"command":"c","container":{"id":"k","image":{"externalId":"im"},"incomplete":true,"kubernetesController":{"name":"dep","type":"Deployment"},"name":"kn","pod":{"externalId":"uid","ips":["1.2.3.4"],"name":"pod","namespace":"ns"},"serviceAccount":"sa"},"executionTime":"e","hash":"h1","id":"p","name":"pn","path":"/p","pid":1,"sha256":"h2","stdin":"tty","stdout":"pipe","userId":"0","userName":"u"}],"sensor":{"definitionsVersion":"2","id":"s","name":"sn","sensorVersion":"1"}},"severity":"INFORMATIONAL","tags":["t"],"timestamp":"t"}"#),
        .init(
            FaultPlan(seed: 7, faults: [
                .init(match: .init(surface: .rest, sensor: "s", probability: 0.5, after: 1, for: 2, count: 3), fault: .init(httpStatus: 503, retryAfterSeconds: 9)),
                .init(match: .init(surface: .definitions), fault: .init(badPayload: true)),
            ]),
            #"{"faults":[{"fault":{"httpStatus":503,"retryAfterSeconds":9},"match":{"after":1,"count":3,"for":2,"probability":0.5,"sensor":"s","surface":"rest"}},{"fault":{"badPayload":true},"match":{"surface":"definitions"}}],"seed":7}"#),
        .init(
            DefinitionsManifest(
                version: "1.2.3", createdAt: "c", expiresAt: "e",
                parts: [.init(kind: .rules, name: "a.yaml", sha256: "00ff", size: 7), .init(kind: .indicators, name: "i", sha256: "", size: 0), .init(kind: .settings, name: "s", sha256: "", size: 0)]),
            #"{"createdAt":"c","expiresAt":"e","formatVersion":1,"parts":[{"kind":"rules","name":"a.yaml","sha256":"00ff","size":7},{"kind":"indicators","name":"i","sha256":"","size":0},{"kind":"settings","name":"s","sha256":"","size":0}],"type":"definitions-manifest","version":"1.2.3"}"#),
        .init(
            SigningKeyDocument(serial: 2, publicKey: Data([1, 2, 3]), validFrom: "f", validUntil: "u"),
            #"{"formatVersion":1,"publicKey":"AQID","serial":2,"type":"definitions-signing-key","validFrom":"f","validUntil":"u"}"#),
        .init(
            RootDocument(number: 1, publicKey: Data([1, 2, 3]), createdAt: "c"),
            #"{"createdAt":"c","formatVersion":1,"number":1,"publicKey":"AQID","type":"definitions-root"}"#),
        .init(
            LedgerReport(sensors: ["s": ["detections": .init()]], requests: ["rest": 1]),
            #"{"requests":{"rest":1},"sensors":{"s":{"detections":{"duplicates":0,"outOfOrder":0,"received":0,"refused":0}}}}"#),
        .init(BackendEndpoints(grpc: "127.0.0.1:1", http: "https://127.0.0.1:2", control: ""), #"{"control":"","grpc":"127.0.0.1:1","http":"https://127.0.0.1:2"}"#),
        .init(
            Page(nodes: ["x"], pageInfo: .init(hasNextPage: true, endCursor: "c"), totalCount: 2), #"{"nodes":["x"],"pageInfo":{"endCursor":"c","hasNextPage":true},"totalCount":2}"#),
        .init(
            SensorView(
                id: "i", name: "n", status: "ACTIVE", sensorVersion: "1", definitionsVersion: "2", hookSet: "lsm", visibilityLevel: "full", firstSeenAt: "f", lastSeenAt: "l", hostname: "h",
                kernelVersion: "6", healthIssues: 0),
            #"{"definitionsVersion":"2","firstSeenAt":"f","healthIssues":0,"hookSet":"lsm","hostname":"h","id":"i","kernelVersion":"6","lastSeenAt":"l","name":"n","sensorVersion":"1","status":"ACTIVE","type":"KUBERNETES_SENSOR","visibilityLevel":"full"}"#),
        .init(
            HealthIssueView(id: 1, sensorId: "s", sensorName: "n", code: "events.lost", severity: "HIGH", message: "m", status: .open, openedAt: "o"),
            #"{"code":"events.lost","id":1,"message":"m","openedAt":"o","sensorId":"s","sensorName":"n","severity":"HIGH","status":"OPEN"}"#),
        .init(SensorSettings(revision: 1, heartbeatSeconds: 60), #"{"heartbeatSeconds":60,"revision":1}"#),
        .init(AccountReply(clientId: "c", clientSecret: "s", type: "SENSOR"), #"{"clientId":"c","clientSecret":"s","type":"SENSOR"}"#),
    ]
}
