/// A file as the kernel counts it, whatever it is called.
package struct FileIdentity: Sendable, Hashable {
    package var inode: UInt64
    /// The device of its file system as the kernel keeps it: 12 bits of major, 20 of minor number.
    package var device: UInt32

    package init(inode: UInt64, device: UInt32) {
        self.inode = inode
        self.device = device
    }
}
