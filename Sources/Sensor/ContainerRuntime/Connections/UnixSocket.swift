internal import Foundations
internal import Glibc
internal import NIOCore

/// The socket file itself: why it cannot be of use, told before anything is opened.
enum UnixSocket {
    /// What tells one socket file from another, whatever the path to it is.
    struct File: Hashable, Sendable {
        var device: UInt64
        var inode: UInt64
    }

    /// The socket's path below the first root that has it.
    /// - Throws: `absent` when no root has it.
    static func find(_ socket: RuntimeSocket, roots: [String]) throws(RuntimeFailure) -> (path: String, file: File) {
        var refusal: RuntimeFailure?
        for root in roots {
            let path = root + socket.path
            guard path.utf8.count <= RuntimeSocket.pathBytesMax else { throw RuntimeFailure(.absent, "\(path) is longer than a socket's path can be") }
            var status = stat()
            if stat(path, &status) == 0 {
                if status.st_mode & S_IFMT == S_IFSOCK { return (path, File(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))) }
            } else if errno == EACCES || errno == EPERM {
                refusal = refusal ?? RuntimeFailure(.refused, "\(path) may not be reached by this user")
            }
        }
        throw refusal ?? RuntimeFailure(.absent, "no socket at \(socket.path)")
    }

    /// The one name of what went wrong while it was opened.
    static func name(_ error: any Error) -> RuntimeFailure {
        switch error {
        case let failure as RuntimeFailure: return failure
        case let error as IOError where error.errnoCode == EACCES || error.errnoCode == EPERM: return RuntimeFailure(.refused, error.description)
        case let error as IOError where error.errnoCode == ENOENT: return RuntimeFailure(.absent, error.description)
        case let error as IOError: return RuntimeFailure(.unreachable, error.description)
        case ChannelError.connectTimeout: return RuntimeFailure(.timedOut, "no connection in time")
        default: return RuntimeFailure(.unreachable, String("\(error)".prefix(200)))
        }
    }
}
