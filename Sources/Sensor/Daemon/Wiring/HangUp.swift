import Dispatch
import Glibc

/// Calls back on SIGHUP.
final class HangUp: Sendable {
    private nonisolated(unsafe) let source: any DispatchSourceSignal

    init(_ body: @escaping @Sendable () -> Void) {
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler(handler: body)
        source.resume()
    }

    func cancel() { source.cancel() }
}
