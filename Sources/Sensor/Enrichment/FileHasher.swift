package import Events

/// Decides which executed files and loaded libraries are hashed: each version of a file once.
///
/// The shell opens the file, stats it and hashes it; this value keeps the digests by what identifies a version of a file
/// (device, inode, size, modification and change time) in a bounded cache.
package struct FileHasher: Sendable {
    /// What identifies the content of a file without reading it.
    package struct Version: Hashable, Sendable {
        package var device: UInt64
        package var inode: UInt64
        package var size: Int64
        package var modified: Int64
        package var changed: Int64
        package init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
            self.device = device
            self.inode = inode
            self.size = size
            self.modified = modified
            self.changed = changed
        }
    }

    /// A process whose executable wants digests, or a library that it loaded.
    package struct Request: Sendable, Hashable {
        package var process: ProcessKey
        package var path: String
        package var inode: UInt64
        /// Boot time of the exec: a process that ran another file since has another one. Of a library that of its mapping.
        package var execTime: UInt64
        /// Another process with the same root: the file can still be opened there when the process itself is gone.
        package var namespaceHolder: UInt32?
        /// The file is no executable of the process: it is found by its name alone.
        package var isLibrary: Bool
        package init(process: ProcessKey, path: String, inode: UInt64, execTime: UInt64, namespaceHolder: UInt32? = nil, isLibrary: Bool = false) {
            self.process = process
            self.path = path
            self.inode = inode
            self.execTime = execTime
            self.namespaceHolder = namespaceHolder
            self.isLibrary = isLibrary
        }
    }

    /// Files beyond this size are not hashed (`tooLarge`).
    package static let fileBytesMax: Int64 = 256 << 20
    package static let cacheMax = 8192

    private var digests: [Version: FileDigests] = [:]
    private var order: [Version] = []
    private var oldest = 0

    package init() {}

    package func known(_ version: Version) -> FileDigests? { digests[version] }

    package mutating func learn(_ value: FileDigests, of version: Version) {
        if digests.updateValue(value, forKey: version) != nil { return }
        if order.count < Self.cacheMax {
            order.append(version)
        } else {
            digests[order[oldest]] = nil
            order[oldest] = version
            oldest = (oldest + 1) % Self.cacheMax
        }
    }
}
