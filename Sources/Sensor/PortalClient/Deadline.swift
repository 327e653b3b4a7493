import Foundations
import Portal

/// Ends work that takes too long.
enum Deadline {
    /// Runs the work, or cancels it at its deadline and gives what `late` says.
    static func run<Value: Sendable>(_ span: Duration, _ work: @escaping @Sendable () async -> Value, late: @escaping @Sendable () -> Value) async -> Value {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                // woken early only by cancellation, then the work has its answer already
                do { try await Task.sleep(for: span) } catch { return nil }
                return late()
            }
            defer { group.cancelAll() }
            while let value = await group.next() {
                if let value { return value }
            }
            return late()
        }
    }

    static func run<Value: Sendable>(_ span: Duration, _ work: @escaping @Sendable () async throws(PortalFailure) -> Value) async throws(PortalFailure) -> Value {
        let result: Result<Value, PortalFailure> = await run(span) {
            do throws(PortalFailure) { return .success(try await work()) } catch { return .failure(error) }
        } late: {
            .failure(PortalFailure(.timedOut, detail: "no answer within \(span)"))
        }
        return try result.get()
    }
}
