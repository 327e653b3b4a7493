import Contract
import Foundations
import Portal
import Spool
import Testing

@Suite struct OutageTimetableTests {
    private let contact = SpoolTime(nanoseconds: 77)
    private func at(_ span: Duration) -> SpoolTime { contact + span }
    private let tick = Duration.nanoseconds(1)

    private func timetable() -> OutageTimetable { OutageTimetable(Timetable(), lastContact: contact) }

    @Test func detectionsGoStaleAtTheVeryNanosecond() {
        let digest = digest([.detections: 1], oldest: contact)
        var outage = timetable()
        #expect(outage.nextWake(digest, isDelivering: false) == at(.hours(24)))
        #expect(outage.due(digest, isDelivering: false, at: at(.hours(24) - tick)).isEmpty)
        #expect(outage.due(digest, isDelivering: false, at: at(.hours(24))).contains(.expire(.detections, upTo: contact, .stale)))
    }

    @Test func detectionsOnTheirWayAreNotGivenUpForTheirAge() {
        let digest = digest([.detections: 1], oldest: contact)
        var outage = timetable()
        outage.contact(at: at(.hours(30)))
        #expect(outage.due(digest, isDelivering: true, at: at(.hours(30))).isEmpty)
        #expect(outage.due(digest, isDelivering: false, at: at(.hours(30))) == [.expire(.detections, upTo: at(.hours(6)), .stale)])
    }

    @Test func runtimeDataIsKeptTwiceAsLongAndExpiresUnderItsOwnName() {
        let digest = digest([.runtimeData: 3], oldest: contact)
        var outage = timetable()
        outage.contact(at: at(.hours(40)))
        #expect(outage.due(digest, isDelivering: true, at: at(.hours(48) - tick)).isEmpty)
        #expect(outage.due(digest, isDelivering: true, at: at(.hours(48))) == [.expire(.runtimeData, upTo: contact, .expired)])
    }

    @Test func indicatorsAreDroppedOnceAnOutageAtTheVeryNanosecond() {
        var outage = timetable()
        #expect(outage.due(SpoolDigest(), isDelivering: false, at: at(.hours(24) - tick)).isEmpty)
        #expect(outage.due(SpoolDigest(), isDelivering: false, at: at(.hours(24))) == [.dropIndicators])
        #expect(outage.due(SpoolDigest(), isDelivering: false, at: at(.hours(100))).isEmpty)
        outage.contact(at: at(.hours(101)))
        #expect(outage.due(SpoolDigest(), isDelivering: false, at: at(.hours(125) - tick)).isEmpty)
        #expect(outage.due(SpoolDigest(), isDelivering: false, at: at(.hours(125))) == [.dropIndicators])
    }

    @Test func aContactThatIsToldLateDoesNotMoveTheOutageBack() {
        var outage = timetable()
        outage.contact(at: at(.hours(10)))
        outage.contact(at: at(.hours(5)))
        #expect(outage.lastContact == at(.hours(10)))
    }

    @Test func withNothingKeptAndNothingToDropThereIsNothingToWakeFor() {
        var outage = timetable()
        _ = outage.due(SpoolDigest(), isDelivering: false, at: at(.hours(24)))
        #expect(outage.nextWake(SpoolDigest(), isDelivering: false) == nil)
        #expect(outage.nextWake(digest([.detections: 1]), isDelivering: true) == nil)
    }

    @Test func aDiskThatFailsIsLeftAloneForAWhile() {
        let digest = digest([.detections: 1], oldest: contact)
        var outage = timetable()
        outage.contact(at: at(.hours(23)))
        outage.spoolFailed(at: at(.hours(24)))
        #expect(outage.nextWake(digest, isDelivering: false) == at(.hours(24) + .seconds(5)))
        #expect(outage.due(digest, isDelivering: false, at: at(.hours(24) + .seconds(5) - tick)).isEmpty)
        #expect(!outage.due(digest, isDelivering: false, at: at(.hours(24) + .seconds(5))).isEmpty)
    }

    @Test func aFasterTimetableKeepsItsProportions() {
        let fast = Timetable().scaled(by: 3600)
        #expect(fast.detectionsStaleAfter == .seconds(24))
        #expect(fast.runtimeDataKept == .seconds(48))
        #expect(fast.retryInterval == .seconds(1))
        #expect(fast.requestTimeout == .seconds(3))
        #expect(Timetable().scaled(by: 1) == Timetable())
    }
}
