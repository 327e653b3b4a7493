import Foundation
import Foundations
import Glibc
import Portal

/// The sensor's folder on the host's disk: persistent id, definitions, spool, runtime data.
struct HostStore: Sendable {
    let directory: String

    /// Makes the folder (mode 0700) and makes sure that it can be written.
    /// - Throws: `SettingsError`-like text when it cannot: nothing works without it.
    init(opening directory: String) throws {
        self.directory = directory
        do { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]) } catch {
            throw Failure(description: "host store \(directory) cannot be made: \(Self.reason(error))")
        }
        // not access(2), which forgets the capabilities of a process that is not root: the folder may be the kubelet's, root's own
        guard faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0 else {
            throw Failure(description: "host store \(directory) cannot be written: \(String(cString: strerror(errno))) (effective uid \(geteuid()))")
        }
    }

    struct Failure: Error, CustomStringConvertible { var description: String }

    func path(_ name: String) -> String { directory + "/" + name }

    func read(_ name: String) -> Data? { FileManager.default.contents(atPath: path(name)) }

    /// Written aside, synced, then renamed: a crash leaves the old file or the new one, never a part.
    func write(_ data: Data, to name: String) throws {
        let aside = path(".\(name).new")
        let fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard fd >= 0 else { throw Failure(description: "\(aside): \(String(cString: strerror(errno)))") }
        defer { close(fd) }
        var at = 0
        while at < data.count {
            let n = data.withUnsafeBytes { Glibc.write(fd, $0.baseAddress?.advanced(by: at), data.count - at) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw Failure(description: "\(aside): \(String(cString: strerror(errno)))") }
            at += n
        }
        guard fsync(fd) == 0, rename(aside, path(name)) == 0 else { throw Failure(description: "\(path(name)): \(String(cString: strerror(errno)))") }
    }

    /// The sensor's identity across restarts: a UUID made once.
    func persistentID() throws -> String {
        if let data = read("persistent-id"), let id = UUID(uuidString: String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) {
            return id.uuidString.lowercased()
        }
        let id = UUID().uuidString.lowercased()
        try write(Data((id + "\n").utf8), to: "persistent-id")
        return id
    }

    private static func reason(_ error: any Error) -> String {
        if let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError { return String(cString: strerror(Int32(underlying.code))) }
        return (error as NSError).localizedDescription
    }
}

extension HostStore: DefinitionsFiles {}
