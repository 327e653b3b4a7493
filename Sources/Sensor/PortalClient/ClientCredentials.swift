import Foundation
import Portal

/// Client id and secret of the service account, as the files of a mounted secret hold them.
///
/// Read for each token, so that a rotated secret is used without a restart. The secret is in memory only while its request is made.
struct ClientCredentials: Sendable {
    /// Larger files are no credentials.
    static let fileBytesMax = 4096

    var id: String
    var secret: String

    /// - Throws: `credentialsMissing`, naming the file that is missing, unreadable or empty.
    init(directory: String) throws(PortalFailure) {
        id = try Self.read("\(directory)/clientId")
        secret = try Self.read("\(directory)/clientToken")
    }

    static func read(_ path: String) throws(PortalFailure) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { throw PortalFailure(.credentialsMissing, detail: "\(path) cannot be read") }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: fileBytesMax + 1), data.count <= fileBytesMax, let text = String(data: data, encoding: .utf8) else {
            throw PortalFailure(.credentialsMissing, detail: "\(path) is empty or not a short text")
        }
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !value.isEmpty, !value.utf8.contains(where: { $0 < 0x20 }) else { throw PortalFailure(.credentialsMissing, detail: "\(path) is empty or holds control characters") }
        return value
    }
}
