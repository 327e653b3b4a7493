import Foundations
import ServiceLifecycle

/// The sensor thread as a service: started with the group, and the first that ends with it.
struct SensorService: Service {
    let sensor: SensorThread

    func run() async throws {
        sensor.start()
        // the stream never yields; it ends with the group's shutdown or the task's cancellation
        let (quiet, end) = AsyncStream.makeStream(of: Never.self)
        await withGracefulShutdownHandler {
            for await _ in quiet {}
        } onGracefulShutdown: {
            end.finish()
        }
        sensor.stop()
    }
}
