package import HummingbirdCore
package import Logging
package import NIOCore
import Synchronization

/// Ends connections that the listener accepted and nobody took up.
///
/// A connection accepted at the moment at which the listener closes, or whose task is cancelled, is dropped from the listener's buffer. The writer
/// of a `NIOAsyncChannel` may not be dropped without having been finished: its precondition would end the whole server. Here such a connection is
/// closed and handled to its end instead.
package struct CaredForChannel<Base: ServerChildChannel>: ServerChildChannel {
    private let base: Base

    package init(_ base: Base) {
        self.base = base
    }

    package final class Value: ServerChildChannelValue {
        fileprivate let accepted: Base.Value
        private let base: Base
        private let logger: Logger
        fileprivate let isTaken = Atomic(false)

        package var channel: any Channel { accepted.channel }

        fileprivate init(_ accepted: Base.Value, base: Base, logger: Logger) {
            self.accepted = accepted
            self.base = base
            self.logger = logger
        }

        deinit {
            guard !isTaken.load(ordering: .relaxed) else { return }
            // Nothing is left that could be awaited here: the task ends with the closed connection.
            Task { [accepted, base, logger] in
                accepted.channel.close(promise: nil)
                await base.handle(value: accepted, logger: logger)
            }
        }
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger).map { Value($0, base: base, logger: logger) }
    }

    package func handle(value: Value, logger: Logger) async {
        value.isTaken.store(true, ordering: .relaxed)
        await base.handle(value: value.accepted, logger: logger)
    }
}

extension HTTPServerBuilder {
    /// A server whose connections are never dropped unfinished.
    package static func caredFor<Base: ServerChildChannel>(
        _ build: @escaping @Sendable (@escaping HTTPChannelHandler.Responder) throws -> Base
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { CaredForChannel(try build($0)) }
    }
}
