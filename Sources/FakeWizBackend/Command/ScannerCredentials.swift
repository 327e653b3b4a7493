import Foundation
import Foundations

/// The service account a scanner uses, from where the public chart puts such things.
struct ScannerCredentials {
    var clientID: String
    var clientSecret: String

    /// - Parameter data: the portal's own data folder; wins over the environment.
    /// - Throws: `Diagnostic` naming what is missing.
    init(data: String?, environment: [String: String]) throws {
        func file(_ folder: String, _ name: String) throws -> String {
            try InputFile.text(URL(filePath: folder).appending(path: name).path).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if let data {
            (clientID, clientSecret) = (try file(data, "client-id"), try file(data, "client-secret"))
        } else if let id = environment["WIZ_API_CLIENT_ID"], let secret = environment["WIZ_API_CLIENT_SECRET"] {
            (clientID, clientSecret) = (id, secret)
        } else if let folder = environment["WIZ_API_CONFIG_DIR"] {
            (clientID, clientSecret) = (try file(folder, "clientId"), try file(folder, "clientToken"))
        } else {
            throw Diagnostic(file: "scan", message: "needs --data, or WIZ_API_CLIENT_ID and WIZ_API_CLIENT_SECRET, or WIZ_API_CONFIG_DIR")
        }
    }
}
