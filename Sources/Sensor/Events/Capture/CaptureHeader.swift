internal import CProbeABI
internal import Foundations

/// What a capture says of the machine and the run that it was made on: enough to decode its messages elsewhere. Layout: docs/CAPTURE.md.
package struct CaptureHeader: Sendable, Hashable {
    /// Version of the probe messages inside (`PROBE_ABI_VERSION`).
    package var abiVersion: UInt32 = UInt32(PROBE_ABI_VERSION)
    /// Added to a boot stamp gives wall time.
    package var bootToWall: Duration
    package var hostNamespaces: Namespaces
    /// `uname -r`.
    package var kernelRelease: String
    /// `uname -m`: system calls have other numbers on another one.
    package var architecture: String
    /// The set that made the messages: `lsm` or `tracepoint`.
    package var hookSet: String
    /// Of the pipeline: the same seed gives the same ids of cloud events.
    package var seed: UInt64 = 0

    package init(bootToWall: Duration, hostNamespaces: Namespaces, kernelRelease: String, architecture: String, hookSet: String) {
        self.bootToWall = bootToWall
        self.hostNamespaces = hostNamespaces
        self.kernelRelease = kernelRelease
        self.architecture = architecture
        self.hookSet = hookSet
    }

    /// The first bytes of every capture. The line feed is damaged by transfers that take it for text.
    static let magic: [UInt8] = Array("WIZCAPT\n".utf8)
    /// Raised when a reader of before would misunderstand; new kinds of records do not raise it.
    package static let formatVersion: UInt32 = 1
    /// Largest body of a header.
    static let bytesMax = 4096
    /// magic, format version, length of the body
    static let prefixBytes = 16

    func write(to out: inout ByteWriter) {
        out.integer(abiVersion)
        out.integer(bootToWall.nanoseconds)
        out.namespaces(hostNamespaces)
        out.integer(seed)
        for text in [kernelRelease, architecture, hookSet] { out.text(text) }
    }

    /// nil when the bytes are not a whole header.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        abiVersion = reader.integer()
        bootToWall = .nanoseconds(reader.integer(Int64.self))
        hostNamespaces = reader.namespaces()
        seed = reader.integer()
        kernelRelease = reader.text()
        architecture = reader.text()
        hookSet = reader.text()
        if !reader.isWhole { return nil }
    }
}

extension ByteWriter {
    mutating func namespaces(_ value: Namespaces) { for inode in [value.mount, value.pid, value.network, value.user] { integer(inode) } }
}

extension ByteReader {
    mutating func namespaces() -> Namespaces { Namespaces(mount: integer(), pid: integer(), network: integer(), user: integer()) }
}
