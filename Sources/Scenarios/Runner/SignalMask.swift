import Glibc

/// The signals that the current thread blocks, and that a child made by it goes on blocking.
enum SignalMask {
    /// The threads on which tasks run block most signals. A child that inherited that could not be told to stop by anybody.
    static func none<Result>(while body: () throws -> Result) rethrows -> Result {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body()
    }
}
