package import Foundations

/// One thing that entered the pipeline while a capture was made, in the order in which it did.
package enum CaptureRecord: Sendable, Hashable {
    /// A probe message as it lay in the ring buffer.
    case message([UInt8])
    /// What /proc said about processes: all of them at the start, single ones later.
    case processes([CapturedProcess])
    /// Names from the passwd and group files of a mount namespace.
    case names(CapturedNames)
    /// The digests of a file that ran or of a library, or why there are none.
    case digests(CapturedDigests)
    /// Messages that the kernel side counted as lost since the last such record: a replay knows what it cannot know.
    case lost(kind: EventKind, cause: String, count: UInt64)
}

/// A record with the instant at which the pipeline took it.
package struct CapturedInput: Sendable, Hashable {
    package var now: Now
    package var record: CaptureRecord

    package init(now: Now, record: CaptureRecord) {
        self.now = now
        self.record = record
    }
}

package struct CapturedProcess: Sendable, Hashable {
    package var key: ProcessKey
    package var parentPID: UInt32
    package var comm: String
    package var uid: UInt32
    package var gid: UInt32
    package var exec: ExecDetails

    package init(key: ProcessKey, parentPID: UInt32, comm: String, uid: UInt32, gid: UInt32, exec: ExecDetails) {
        self.key = key
        self.parentPID = parentPID
        self.comm = comm
        self.uid = uid
        self.gid = gid
        self.exec = exec
    }
}

package struct CapturedNames: Sendable, Hashable {
    package var mountNamespace: UInt32
    package var users: [UInt32: String]
    package var groups: [UInt32: String]

    package init(mountNamespace: UInt32, users: [UInt32: String], groups: [UInt32: String]) {
        self.mountNamespace = mountNamespace
        self.users = users
        self.groups = groups
    }
}

package struct CapturedDigests: Sendable, Hashable {
    package var process: ProcessKey
    package var path: String
    package var inode: UInt64
    /// Boot time of the exec or of the mapping, nanoseconds.
    package var execTime: UInt64
    package var namespaceHolder: UInt32?
    /// Of a library that the process loaded, not of its executable.
    package var isLibrary: Bool
    package enum Outcome: Sendable, Hashable {
        case known(FileDigests)
        /// The name of the cause.
        case unknown(String)
    }
    package var outcome: Outcome

    package init(process: ProcessKey, path: String, inode: UInt64, execTime: UInt64, namespaceHolder: UInt32? = nil, isLibrary: Bool = false, outcome: Outcome) {
        self.process = process
        self.path = path
        self.inode = inode
        self.execTime = execTime
        self.namespaceHolder = namespaceHolder
        self.isLibrary = isLibrary
        self.outcome = outcome
    }
}
