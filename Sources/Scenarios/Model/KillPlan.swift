/// SIGKILL for the sensor, again and again at moments drawn from a seed, while detections are made without a pause.
package struct KillPlan: Sendable, Hashable {
    package var count: Int
    package var seed: UInt64
    /// Each kill comes within this span: every second time after the process was started, else after it was ready.
    package var within: Duration
    package init(count: Int, seed: UInt64, within: Duration) {
        self.count = count
        self.seed = seed
        self.within = within
    }
}
