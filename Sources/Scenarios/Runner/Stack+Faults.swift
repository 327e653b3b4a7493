import Contract
import CNamespaces
import Foundation
import Glibc
import ScenarioModel

// What breaks between sensor and portal, and below the sensor.
extension Stack {
    func setLink(_ condition: LinkCondition) async throws {
        guard let road else { throw Shell.Failure(description: "no link to change") }
        if condition == .impostor, impostor == nil { impostor = try await servePortal(in: work.folder("impostor")) }
        try road.set(condition, impostor: impostor)
    }

    func control(portal command: ProgramCommand) async throws {
        guard let server = portalServer, let endpoints = portal?.endpoints else { throw Shell.Failure(description: "the portal is not up") }
        if command != .start {
            if command == .kill { server.send(SIGKILL) } else { server.send(SIGTERM) }
            guard await server.exit(within: .seconds(25)) != nil else { throw Shell.Failure(description: "\(server.name) did not end") }
        }
        if command == .start || command == .restart { _ = try await servePortal(in: work.folder("portal"), on: endpoints) }
    }

    /// Fills the file system of the sensor's store to the last block, or takes that away again.
    func control(disk command: DiskCommand) throws {
        guard hasSmallStore else { throw Shell.Failure(description: "the sensor's store is no small file system") }
        let filler = try work.folder(SensorProgram.storeFolder).appending(path: "filler")
        guard command == .full else { return try FileManager.default.removeItem(at: filler) }
        let fd = open(filler.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard fd >= 0 else { throw Shell.Failure(description: "\(filler.path): \(String(cString: strerror(errno)))") }
        defer { close(fd) }
        let block = [UInt8](repeating: 0, count: 4096)
        while Glibc.write(fd, block, block.count) > 0 {}
        guard errno == ENOSPC else { throw Shell.Failure(description: "\(filler.path): \(String(cString: strerror(errno)))") }
    }

    func mountSmallStore() throws {
        let folder = try work.folder(SensorProgram.storeFolder)
        let result = namespace_mount_tmpfs(folder.path, Self.smallStoreMebibytes)
        guard result == 0 else { throw Shell.Failure(description: "tmpfs on \(folder.path): \(String(cString: strerror(-result)))") }
    }
}
