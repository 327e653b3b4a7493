import Contract
import GRPCCore
import Portal
import SwiftProtobuf

/// Gives a failed call its one name.
enum RPCFailure {
    /// - Parameters:
    ///   - connectionIsBroken: the connection under the call is gone: what is reported is the transport's view, not the portal's answer.
    ///   - wasCancelled: our own deadline ended the call.
    static func name(_ error: any Error, connectionIsBroken: Bool, wasCancelled: Bool) -> PortalFailure {
        if wasCancelled { return PortalFailure(.timedOut, detail: "no answer in time") }
        guard let error = error as? RPCError else {
            if let failure = error as? PortalFailure { return failure }
            return PortalFailure(connectionIsBroken ? .unreachable : .badReply, detail: ConnectionFailure.text(error))
        }
        // A message that cannot be read carries the parser's error as its cause and the code of a bad request.
        if let cause = error.cause, cause is BinaryDecodingError || cause is SwiftProtobufError { return PortalFailure(.badReply, detail: "the reply is no protobuf message of ours") }
        let detail = "\(error.code.description.lowercased()): \(error.message.prefix(200))"
        switch error.code {
        case .unauthenticated: return PortalFailure(.unauthenticated, detail: detail)
        case .permissionDenied: return PortalFailure(.notEntitled, detail: detail)
        case .notFound: return PortalFailure(.notFound, detail: detail)
        case .invalidArgument, .outOfRange, .alreadyExists: return PortalFailure(.requestRefused, detail: detail)
        case .failedPrecondition: return PortalFailure(refusal(error.metadata), detail: detail)
        case .resourceExhausted: return PortalFailure(.busy, detail: detail)
        case .deadlineExceeded, .cancelled: return PortalFailure(connectionIsBroken ? .unreachable : .timedOut, detail: detail)
        case .unimplemented: return PortalFailure(.badReply, detail: detail)
        case .unavailable, .internalError, .unknown, .aborted, .dataLoss: return PortalFailure(connectionIsBroken ? .unreachable : .serverError, detail: detail)
        default: return PortalFailure(.serverError, detail: detail)
        }
    }

    private static func refusal(_ metadata: Metadata) -> PortalState {
        switch metadata[stringValues: SensorRefusal.metadataKey].first(where: { _ in true }).flatMap(SensorRefusal.init) {
        case .versionTooOld: .versionTooOld
        case .clockOff: .clockOff
        case nil: .rejected
        }
    }
}
