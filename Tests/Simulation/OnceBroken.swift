import Testing

/// Runs that once broke an invariant: the seed, what holds since, and the plan as it was drawn then. The plan is written down because a new
/// kind of fault changes what a seed draws.
struct OnceBroken: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let promise: String
    let plan: String
    var testDescription: String { "seed \(seed): \(promise)" }

    static let all = [
        // an outbox that fails anew late in an outage began another minute of quick retries
        OnceBroken(
            seed: 5, promise: "uploads follow the outage that the session sees",
            plan: """
                sensors: 3
                spoolRecords: 60
                spoolBytes: 65536
                batchRecords: 1
                batchBytes: 16384
                intake: 16
                uploadBytesPerHour: 67108864
                detectionsPerHour: 5
                runtimeDataPerHour: 60
                telemetryPerHour: 0
                driftPerMillion: 500
                store: memory
                tokenLife: 1h
                faults:
                  - {fault: dropRequest, at: 6295s, for: 102328s, sensor: 0}
                  - {fault: shortWrite, at: 35618257ms, for: 2890044ms}
                  - {fault: stop, at: 58843481ms, for: 327850ms}
                  - {fault: wallStep, at: 110172715ms, sensor: 1, amount: 3600}
                  - {fault: suspend, at: 115792809ms, for: 2146558ms}
                  - {fault: settings, at: 141034563ms, sensor: 1}
                """),
        OnceBroken(
            seed: 14, promise: "uploads follow the outage that the session sees",
            plan: """
                sensors: 2
                spoolRecords: 5000
                spoolBytes: 8192
                batchRecords: 500
                batchBytes: 16384
                intake: 16
                uploadBytesPerHour: 20000
                detectionsPerHour: 5
                runtimeDataPerHour: 60
                telemetryPerHour: 0
                driftPerMillion: 40
                store: memory
                tokenLife: 1h
                faults:
                  - {fault: refuse, at: 56432s, for: 109062s, sensor: 0}
                  - {fault: slow, at: 99962724ms, for: 1038575ms, sensor: 1, probability: 0.1, amount: 10}
                  - {fault: expireTokens, at: 100326987ms}
                  - {fault: portalRestart, at: 110535830ms}
                  - {fault: dropReply, at: 113471227ms, for: 1888443ms, surface: token}
                  - {fault: expireTokens, at: 114945353ms, sensor: 1}
                  - {fault: publishSpoiled, at: 121089816ms, amount: 1}
                  - {fault: slow, at: 122742481ms, for: 855688ms, surface: rest, probability: 0.5, amount: 40}
                  - {fault: crash, at: 142108920ms, for: 7674ms}
                  - {fault: cut, at: 143700050ms, for: 17273316ms, probability: 0.1}
                  - {fault: crash, at: 162498055ms, for: 1086186ms}
                  - {fault: refuse, at: 165726779ms, for: 2753332ms}
                """),
        // a commit whose sums could not be read was done a second time
        OnceBroken(
            seed: 12, promise: "what is committed is not repeated",
            plan: """
                sensors: 1
                spoolRecords: 5000
                spoolBytes: 8192
                batchRecords: 50
                batchBytes: 1048576
                intake: 1
                uploadBytesPerHour: 20000
                detectionsPerHour: 120
                runtimeDataPerHour: 2
                telemetryPerHour: 10
                driftPerMillion: 0
                store: memory
                tokenLife: 30s
                faults:
                  - {fault: diskFull, at: 15862688ms, for: 15542972ms}
                  - {fault: poison, at: 21491155ms, sensor: 0, amount: 1}
                  - {fault: settings, at: 24096586ms, sensor: 0}
                  - {fault: dropRequest, at: 49118718ms, for: 38591ms, surface: token, probability: 0.1}
                  - {fault: unreadable, at: 50314946ms, for: 411875ms}
                  - {fault: notEntitled, at: 91552616ms, for: 29715ms, sensor: 0}
                  - {fault: serverError, at: 92361355ms, for: 82201ms, sensor: 0, surface: rest}
                  - {fault: dropReply, at: 96819082ms, for: 7040ms, sensor: 0, surface: rest}
                  - {fault: hang, at: 155127387ms, for: 7045002ms, sensor: 0, surface: rest, probability: 0.5}
                  - {fault: publishSpoiled, at: 165843459ms, amount: 1}
                """),
        OnceBroken(
            seed: 23, promise: "what is committed is not repeated",
            plan: """
                sensors: 1
                spoolRecords: 8
                spoolBytes: 65536
                batchRecords: 7
                batchBytes: 16384
                intake: 4096
                uploadBytesPerHour: 1048576
                detectionsPerHour: 30
                runtimeDataPerHour: 20
                telemetryPerHour: 60
                driftPerMillion: 500
                store: memory
                tokenLife: 5m
                faults:
                  - {fault: hang, at: 14425s, for: 93969s}
                  - {fault: settings, at: 21537388ms, sensor: 0}
                  - {fault: shortWrite, at: 28058217ms, for: 77853ms, sensor: 0}
                  - {fault: expireTokens, at: 37167789ms, sensor: 0}
                  - {fault: expireTokens, at: 39777179ms}
                  - {fault: notEntitled, at: 43985033ms, for: 5574ms, surface: token}
                  - {fault: hang, at: 47067882ms, for: 270808ms, sensor: 0, probability: 0.5}
                  - {fault: reboot, at: 66067413ms, for: 2756140ms, sensor: 0}
                  - {fault: serverError, at: 74365180ms, for: 16248920ms, sensor: 0, surface: token, probability: 0.5}
                  - {fault: unreadable, at: 124362520ms, for: 595240ms, sensor: 0}
                  - {fault: slow, at: 124491974ms, for: 36938ms, surface: grpc, probability: 0.1, amount: 10}
                  - {fault: poison, at: 139326155ms, amount: 1}
                  - {fault: wallStep, at: 166726378ms, sensor: 0, amount: -1}
                """),
        // nothing left to expire: the next wake was beyond the end of time, which is the past
        OnceBroken(
            seed: 20, promise: "no wake is beyond the end of time",
            plan: """
                sensors: 1
                spoolRecords: 5000
                spoolBytes: 65536
                batchRecords: 500
                batchBytes: 512
                intake: 16
                uploadBytesPerHour: 1048576
                detectionsPerHour: 30
                runtimeDataPerHour: 20
                telemetryPerHour: 0
                driftPerMillion: 0
                store: memory
                tokenLife: 30s
                faults:
                  - {fault: crashInSpool, at: 11784870ms, for: 6143ms, amount: 13}
                  - {fault: hang, at: 13395117ms, for: 791878ms}
                  - {fault: publishSpoiled, at: 29437949ms, amount: 1}
                  - {fault: hang, at: 47324s, for: 108069s}
                  - {fault: slow, at: 49744175ms, for: 113685ms, surface: token, probability: 0.1, amount: 1}
                  - {fault: unreadable, at: 53127903ms, for: 37891ms, sensor: 0}
                  - {fault: suspend, at: 70060153ms, for: 1554376ms, sensor: 0}
                  - {fault: cut, at: 77622637ms, for: 112213ms}
                  - {fault: poison, at: 108072792ms, sensor: 0, amount: 1}
                  - {fault: poison, at: 113221793ms, amount: 3}
                  - {fault: wallStep, at: 135582952ms, amount: 172800}
                  - {fault: busy, at: 165200592ms, for: 46528ms, sensor: 0, amount: 1}
                """),
        // three streams under way when the first of them finds the portal away
        OnceBroken(
            seed: 1070, promise: "several batches out are one failure",
            plan: """
                sensors: 1
                spoolRecords: 600
                spoolBytes: 16777216
                batchRecords: 7
                batchBytes: 16384
                intake: 4096
                uploadBytesPerHour: 67108864
                detectionsPerHour: 5
                runtimeDataPerHour: 20
                telemetryPerHour: 0
                driftPerMillion: 500
                store: memory
                tokenLife: 1h
                faults:
                  - {fault: dropRequest, at: 17972s, for: 118972s}
                  - {fault: expireTokens, at: 37098746ms}
                  - {fault: hang, at: 78129859ms, for: 531760ms}
                  - {fault: settings, at: 159101931ms, sensor: 0}
                """),
    ]
}
