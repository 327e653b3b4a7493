internal import CPlatform
internal import Crypto
package import Enrichment
package import Events
internal import Glibc

/// Opens an executed file or a library and computes its digests. Bounded by size; never follows a link out of a container.
package struct FileDigester {
    package enum Outcome: Sendable {
        case digests(FileDigests, FileHasher.Version)
        /// The file was gone before it could be opened, or is another one now.
        case gone
        /// Beyond `FileHasher.fileBytesMax`.
        case tooLarge
        case unreadable(errno: Int32)
    }

    private static let chunkBytes = 256 << 10

    package init() {}

    /// - Parameter hasher: asked for digests of a version that was hashed before; not changed.
    package func digest(_ request: FileHasher.Request, known hasher: FileHasher) -> Outcome {
        guard let fd = openFile(request) else { return .gone }
        defer { close(fd) }
        var status = stat()
        guard fstat(fd, &status) == 0 else { return .unreadable(errno: errno) }
        let version = FileHasher.Version(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size), modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
        if let digests = hasher.known(version) { return .digests(digests, version) }
        guard Int64(status.st_size) <= FileHasher.fileBytesMax else { return .tooLarge }
        var (sha256, sha1, md5) = (SHA256(), Insecure.SHA1(), Insecure.MD5())
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkBytes, alignment: 16)
        defer { buffer.deallocate() }
        var total: Int64 = 0
        while total <= FileHasher.fileBytesMax {
            let n = read(fd, buffer.baseAddress, buffer.count)
            if n < 0 {
                if errno == EINTR { continue }
                return .unreadable(errno: errno)
            }
            if n == 0 { break }
            let part = UnsafeRawBufferPointer(rebasing: buffer[..<n])
            sha256.update(bufferPointer: part)
            sha1.update(bufferPointer: part)
            md5.update(bufferPointer: part)
            total += Int64(n)
        }
        let digests = FileDigests(
            sha256: BuildID.hex(sha256.finalize()), sha1: BuildID.hex(sha1.finalize()), md5: BuildID.hex(md5.finalize()), size: UInt64(total), buildID: buildID(fd))
        return .digests(digests, version)
    }

    // The link of the running process leads to the very file, deleted or memfd alike. When the process has gone already, its name
    // below the root of another process of the same mount namespace is the next best; a library has a name only. Only the very inode counts.
    private func openFile(_ request: FileHasher.Request) -> Int32? {
        if !request.isLibrary, let fd = sameFile(open("/proc/\(request.process.pid)/exe", Self.flags), as: request) { return fd }
        if request.isLibrary, let fd = openByName(request, belowRootOf: request.process.pid) { return fd }
        return request.namespaceHolder.flatMap { openByName(request, belowRootOf: $0) }
    }

    private static let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK

    private func openByName(_ request: FileHasher.Request, belowRootOf pid: UInt32) -> Int32? {
        guard request.path.hasPrefix("/") else { return nil }
        let root = open("/proc/\(pid)/root", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { return nil }
        defer { close(root) }
        return sameFile(platform_open_in_root(root, request.path, UInt64(Self.flags)), as: request)
    }

    private func sameFile(_ fd: Int32, as request: FileHasher.Request) -> Int32? {
        guard fd >= 0 else { return nil }
        var status = stat()
        if fstat(fd, &status) == 0, request.inode == 0 || UInt64(status.st_ino) == request.inode { return fd }
        close(fd)
        return nil
    }

    private func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }

    private func buildID(_ fd: Int32) -> String? {
        BuildID.find { offset, count in
            guard let offset = Int(exactly: offset) else { return [] }
            return [UInt8](unsafeUninitializedCapacity: count) { buffer, used in used = max(0, pread(fd, buffer.baseAddress, count, offset)) }
        }
    }
}
