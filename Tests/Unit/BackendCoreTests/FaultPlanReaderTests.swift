import BackendCore
import Contract
import Foundation
import Testing

@Suite("Fault plan reader")
struct FaultPlanReaderTests {
    @Test func readsEveryEffectOfTheInterface() throws {
        let effects = [
            "\"refuse\": true", "\"hang\": true", "\"delayMs\": 20", "\"grpcStatus\": 14", "\"httpStatus\": 429, \"retryAfterSeconds\": 3", "\"dropReply\": true",
            "\"cutMidStream\": true", "\"badPayload\": true", "\"expiredCertificate\": true", "\"expireTokens\": true", "\"disableEntitlement\": true",
            "\"throttleBytesPerSecond\": 100",
        ]
        for effect in effects {
            let plan = try FaultPlanReader.read(Data("{\"faults\": [{\"match\": {\"surface\": \"grpc\"}, \"fault\": {\(effect)}}]}".utf8))
            #expect(plan.faults.count == 1 && plan.seed == 1)
        }
    }

    @Test(arguments: [
        ("{", "is not JSON", nil), ("[]", "is not a JSON object", nil), ("{}", "faults is missing", "faults"),
        (#"{"faults": [{"match": {"surface": "smtp"}, "fault": {"hang": true}}]}"#, "has no valid value", "faults[0].match.surface"),
        (#"{"faults": [{"match": {"surface": "rest", "nodes": 1}, "fault": {"hang": true}}]}"#, "is not a known field", "faults[0].match.nodes"),
        (#"{"faults": [{"match": {"surface": "rest"}, "fault": {"hangs": true}}]}"#, "is not a known field", "faults[0].fault.hangs"),
        (#"{"faults": [{"match": {"surface": "rest"}, "fault": {}}]}"#, "exactly one effect, has 0", "faults[0].fault"),
        (#"{"faults": [{"match": {"surface": "rest"}, "fault": {"delayMs": null}}]}"#, "exactly one effect, has 0", "faults[0].fault"),
        (#"{"faults": [{"match": {"surface": "rest"}, "fault": {"hang": true, "refuse": true}}]}"#, "exactly one effect, has 2", "faults[0].fault"),
        (#"{"faults": [{"match": {"surface": "grpc"}, "fault": {"grpcStatus": 17}}]}"#, "must be 1 to 16", "faults[0].fault.grpcStatus"),
        (#"{"faults": [{"match": {"surface": "rest"}, "fault": {"grpcStatus": 14}}]}"#, "does not apply", "faults[0].fault.grpcStatus"),
        (#"{"faults": [{"match": {"surface": "rest", "probability": 1.5}, "fault": {"hang": true}}]}"#, "between 0 and 1", "faults[0].match.probability"),
        (#"{"faults": [{"match": {"surface": "rest", "for": 0}, "fault": {"hang": true}}]}"#, "more than 0", "faults[0].match.for"),
        (#"{"faults": [{"match": {"surface": "token"}, "fault": {"expireTokens": true}}]}"#, "does not apply", "faults[0].fault.expireTokens"),
        (#"{"faults": [{"match": {"surface": "rest"}, "fault": {"hang": true, "retryAfterSeconds": 1}}]}"#, "goes with httpStatus only", "faults[0].fault.retryAfterSeconds"),
        (#"{"faults": [{"match": {"surface": "rest"}, "fault": {"hang": true}}, 7]}"#, "is not an object", "faults[1]"),
    ])
    func aSlipOfThePenIsNamedByItsPath(_ text: String, _ message: String, _ subject: String?) async {
        let found = await complaint { _ = try FaultPlanReader.read(Data(text.utf8)) }
        #expect(found?.subject == subject)
        #expect(found?.message.contains(message) == true, "\(found?.message ?? "no complaint")")
    }
}
