import Foundations

/// What a run is made of, as data: drawn from a seed, or written by a person. Printed with every report, so that any run can be
/// repeated and narrowed by hand.
package struct SimulationPlan: Hashable, Sendable {
    /// Where the sensors keep their spool.
    package enum Store: String, CaseIterable, Sendable {
        /// `MemorySpool`, fast.
        case memory
        /// `SQLiteSpool` on temporary files; a crash leaves what SIGKILL would leave.
        case sqlite
    }

    package var sensors = 1
    package var store = Store.memory
    package var spoolRecords = 20_000
    package var spoolBytes = 16 << 20
    package var batchRecords = 500
    package var batchBytes = 1 << 20
    package var intake = 256
    package var uploadBytesPerHour = 64 << 20
    package var detectionsPerHour = 30
    package var runtimeDataPerHour = 20
    package var telemetryPerHour = 20
    /// Programs that start on a node, as its kernel sees them; a quarter of them is to be detected.
    package var programsPerHour = 0
    /// Messages that the kernel's ring holds.
    package var ringPlaces = 4096
    /// Life of a token.
    package var tokenLife: Duration = .hours(1)
    /// Wall seconds that a node gains in a million seconds, up to this much in either direction.
    package var driftPerMillion = 0
    package var faults: [PlannedFault] = []

    package init() {}
}

/// One fault of a plan: it begins, and after its span it ends.
package struct PlannedFault: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        // The link, for requests sent while it stands.
        /// The connection is refused at once.
        case refuse
        /// Nothing answers; the sensor gives up by itself.
        case hang
        /// The request is lost on the way.
        case dropRequest
        /// The portal takes the request, its answer is lost.
        case dropReply
        /// The connection breaks; whether the portal has the request is open.
        case cut
        /// Answers come `amount` seconds late, give or take; some of them after the sensor gave up.
        case slow
        /// The line of a node carries `amount` bytes a second, one request after the other; what takes longer than the sensor waits is broken off.
        case throttle
        /// The portal answers with an error of its own (500, 503).
        case serverError
        /// The portal asks for fewer requests and names `amount` seconds.
        case busy
        /// The account is not entitled.
        case notEntitled
        // The portal, at one instant.
        /// Restarts and remembers no token and no registration, but its database.
        case portalRestart
        /// Every token given so far is refused.
        case expireTokens
        /// Publishes definitions.
        case publish
        /// Publishes definitions that no sensor may use: `amount` chooses how they are spoiled.
        case publishSpoiled
        /// Changes heartbeat interval and byte budget for every sensor.
        case settings
        // The node.
        /// The process dies and is back after the span.
        case crash
        /// Dies between two calls of the spool, back after the span; `amount` calls from now.
        case crashInSpool
        /// Told to stop, says goodbye, is back after the span.
        case stop
        /// The machine loses power and boots again.
        case reboot
        /// Suspended to memory for the span.
        case suspend
        /// The disk takes nothing.
        case diskFull
        /// Writes fail half way; nothing of a call happens.
        case shortWrite
        /// Reads fail, so nobody knows what the spool holds; writes succeed.
        case unreadable
        /// The wall clock is set `amount` seconds forward (or back).
        case wallStep
        /// `amount` events at once.
        case burst
        /// The next `amount` detections are such that the portal refuses them.
        case poison
        // The node's kernel.
        /// `amount` programs start at once.
        case kernelBurst
        /// `amount` of a hundred messages are lost.
        case kernelLoss
        /// The messages of the ring come out shuffled, `amount` at a time.
        case kernelReorder

        /// Stands for a span and strikes requests by chance.
        package var isLinkFault: Bool {
            switch self {
            case .refuse, .hang, .dropRequest, .dropReply, .cut, .slow, .throttle, .serverError, .busy, .notEntitled: true
            default: false
            }
        }

        package var takesAmount: Bool {
            switch self {
            case .slow, .throttle, .busy, .publishSpoiled, .crashInSpool, .wallStep, .burst, .poison, .kernelBurst, .kernelLoss, .kernelReorder: true
            default: false
            }
        }

        package var takesSpan: Bool {
            switch self {
            case .portalRestart, .expireTokens, .publish, .publishSpoiled, .settings, .wallStep, .burst, .poison, .kernelBurst: false
            default: true
            }
        }
    }

    /// Which requests a link fault strikes.
    package enum Surface: String, CaseIterable, Sendable {
        case token
        /// Register, heartbeat, definitions, deregister.
        case grpc
        /// Uploads.
        case rest
    }

    package var kind: Kind
    /// Since the beginning of the run.
    package var at: Duration
    package var span: Duration
    /// nil: all of them.
    package var sensor: Int?
    /// nil: every request.
    package var surface: Surface?
    /// Of striking, 0...1.
    package var probability: Double
    package var amount: Int

    package init(
        _ kind: Kind, at: Duration, for span: Duration = .zero, sensor: Int? = nil, surface: Surface? = nil, probability: Double = 1, amount: Int = 0
    ) {
        self.kind = kind
        self.at = at
        self.span = span
        self.sensor = sensor
        self.surface = surface
        self.probability = probability
        self.amount = amount
    }

    /// Nothing of the sensor's conversation gets through while it stands.
    var cutsOffEntirely: Bool {
        switch kind {
        case .refuse, .hang, .dropRequest: surface == nil && probability >= 1
        default: false
        }
    }
}
