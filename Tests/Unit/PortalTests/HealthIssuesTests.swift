import Foundations
import Portal
import Testing

@Suite struct HealthIssuesTests {
    @Test func anIssueOpensOnceKeepsItsBeginningAndResolves() {
        var issues = HealthIssues()
        let isNew = issues.open("spool.disk-full", .high, "no room", at: moment(1))
        let isNewAgain = issues.open("spool.disk-full", .high, "still no room", at: moment(50))
        #expect(isNew && !isNewAgain)
        #expect(issues["spool.disk-full"]?.since == moment(1).wall)
        #expect(issues["spool.disk-full"]?.message == "still no room")
        let wasOpen = issues.resolve("spool.disk-full")
        let wasOpenStill = issues.resolve("spool.disk-full")
        #expect(wasOpen && !wasOpenStill)
        #expect(issues.all.isEmpty)
    }

    @Test func issuesAreListedByCode() {
        var issues = HealthIssues()
        for code in ["c", "a", "b"] { issues.open(code, .low, "", at: moment(0)) }
        #expect(issues.all.map(\.code) == ["a", "b", "c"])
    }
}
