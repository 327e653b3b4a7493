package import Foundation

/// One of the small static programs that do what an attacker does, without harm: compiled from `Programs/*.c` when the package
/// is built, carried inside the executable, written where a scenario needs it. Static, so that it runs in any container.
package enum AttackProgram: String, CaseIterable, Sendable {
    /// Does nothing and succeeds: the body of every piece of "malware" of the suite.
    case payload
    /// Reverse and bind shells, connects, scans: over loopback and in network namespaces that are thrown away.
    case network
    /// Anonymous executables, injection into own children, namespaces, kernel doors tried with empty input.
    case process

    /// The executable's bytes (ELF).
    ///
    /// - Throws: `MissingProgram` when the build embedded no such program.
    package func bytes() throws -> Data {
        guard let embedded = Embedded.objects.first(where: { $0.name == rawValue }), let data = Data(base64Encoded: embedded.base64.description) else {
            throw MissingProgram(name: rawValue)
        }
        return data
    }

    /// Writes the executable to `folder/<name>` with mode 0755.
    ///
    /// - Parameter salt: bytes appended to the file; an ELF loader ignores them, so the program works and its hash is new.
    package func write(to folder: URL, as name: String? = nil, salt: Data = Data()) throws -> URL {
        let file = folder.appending(path: name ?? rawValue)
        try (bytes() + salt).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return file
    }

    package struct MissingProgram: Error, CustomStringConvertible {
        package var name: String
        package var description: String { "the attack program '\(name)' was not built in" }
    }
}
