/// The answer of `POST /oauth/token`. The request is a form: `grant_type`, `client_id`, `client_secret`, `audience`.
package struct TokenReply: Codable, Sendable, Hashable {
    package var access_token: String
    package var token_type: String
    /// Seconds.
    package var expires_in: Int
    package init(access_token: String, token_type: String = "Bearer", expires_in: Int) {
        self.access_token = access_token
        self.token_type = token_type
        self.expires_in = expires_in
    }
}

/// The body of every refused REST request: `{"error": "...", "error_description": "..."}` (the form of RFC 6749, section 5.2).
package struct ErrorReply: Codable, Sendable, Hashable {
    package var error: String
    package var error_description: String
    package init(error: String, error_description: String) {
        self.error = error
        self.error_description = error_description
    }
}

/// What a sensor keeps in order and counts on its own.
package enum UploadStream: String, Codable, Sendable, CaseIterable {
    case detections
    case runtimeData = "runtime-data"
    case telemetry
}

/// The body of `POST /api/v1/ingest/{stream}` (JSON, or gzip of it with `Content-Encoding: gzip`), header `Idempotency-Key` = `batchId`.
///
/// Records of one stream arrive in the order of their sequence numbers. A record whose (sensor, stream, sequence) was taken before
/// counts as a duplicate and changes nothing, so a batch whose answer was lost is sent again without harm.
package struct UploadBatch<Record: Codable & Sendable>: Codable, Sendable {
    package struct Item: Codable, Sendable {
        /// Rises by at least 1 from record to record of one stream, never reused, kept over restarts.
        package var sequence: UInt64
        package var record: Record
        package init(sequence: UInt64, record: Record) {
            self.sequence = sequence
            self.record = record
        }
    }
    package var sensorId: String
    package var batchId: String
    package var items: [Item]
    package init(sensorId: String, batchId: String, items: [Item]) {
        self.sensorId = sensorId
        self.batchId = batchId
        self.items = items
    }
}

extension UploadBatch.Item: Hashable, Equatable where Record: Hashable {}
extension UploadBatch: Hashable, Equatable where Record: Hashable {}

/// The answer to a taken batch (status 200).
package struct UploadReply: Codable, Sendable, Hashable {
    package var accepted: Int
    package var duplicates: Int
    /// The highest sequence number the portal has for this stream now.
    package var watermark: UInt64
    package init(accepted: Int, duplicates: Int, watermark: UInt64) {
        self.accepted = accepted
        self.duplicates = duplicates
        self.watermark = watermark
    }
}

/// One aggregated row of runtime data (what ran, in which container image, how often), as uploaded and as the scanner reads it.
package struct RuntimeRecord: Codable, Sendable, Hashable {
    /// `process` or `library`; later kinds (connection) keep this shape.
    package var kind: String
    /// What ran; of a library its file.
    package var executable: String
    package var sha256: String?
    /// What started it; of a library the program that was the first to load it in its container.
    package var parentExecutable: String?
    package var containerId: String?
    package var image: String?
    package var podName: String?
    package var namespace: String?
    package var package: String?
    /// What the linker wrote into the file to tell this build from every other (`NT_GNU_BUILD_ID`), in hex.
    package var buildId: String?
    package var userId: UInt32?
    package var count: UInt64
    package var firstSeen: String
    package var lastSeen: String
    package init(
        kind: String, executable: String, sha256: String? = nil, parentExecutable: String? = nil, containerId: String? = nil, image: String? = nil,
        podName: String? = nil, namespace: String? = nil, package: String? = nil, buildId: String? = nil, userId: UInt32? = nil, count: UInt64, firstSeen: String, lastSeen: String
    ) {
        self.kind = kind
        self.executable = executable
        self.sha256 = sha256
        self.parentExecutable = parentExecutable
        self.containerId = containerId
        self.image = image
        self.podName = podName
        self.namespace = namespace
        self.package = package
        self.buildId = buildId
        self.userId = userId
        self.count = count
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}

/// The body of `POST /api/v1/scan/runtime-data` (JSON, or gzip of it): what the agentless scanner read from a node's disk.
///
/// Counts are those of the whole row as the node keeps it, so that a row which the sensor uploaded before is not counted twice.
package struct RuntimeScan: Codable, Sendable, Hashable {
    /// Which sensor's disk it is: the one file the sensor keeps its identity in.
    package var persistentId: String
    /// When the disk was read.
    package var scannedAt: String
    package var records: [RuntimeRecord]
    package init(persistentId: String, scannedAt: String, records: [RuntimeRecord]) {
        self.persistentId = persistentId
        self.scannedAt = scannedAt
        self.records = records
    }
}

/// The answer to a taken scan (status 200).
package struct RuntimeScanReply: Codable, Sendable, Hashable {
    /// The sensor the rows were filed under; the persistent id when it never registered.
    package var sensorId: String
    package var rows: Int
    /// Rows that the portal did not have.
    package var new: Int
    package init(sensorId: String, rows: Int, new: Int) {
        self.sensorId = sensorId
        self.rows = rows
        self.new = new
    }
}
