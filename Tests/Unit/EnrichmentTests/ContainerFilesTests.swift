import Enrichment
import Events
import Foundations
import Testing

@Suite struct ContainerFilesTests {
    private func file(_ path: String, _ inode: UInt64) -> KnownFile { KnownFile(path: path, identity: FileIdentity(inode: inode, device: 1)) }
    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

    @Test func aNamespaceIsLookedAtOnceAndForgottenWithItsFiles() {
        var files = ContainerFiles()
        let entered = [7, 7, 0].map { files.enter(mountNamespace: $0) }
        #expect(entered == [true, false, false])
        files.learn([file("/etc/shadow", 1)], mountNamespace: 7)
        #expect(files.files == [file("/etc/shadow", 1)] && files.changes == 1)
        // the same again is no change
        files.learn([file("/etc/shadow", 1)], mountNamespace: 7)
        #expect(files.changes == 1)
        files.forget(mountNamespace: 7)
        #expect(files.files.isEmpty && files.changes == 2 && files.namespaceCount == 0)
        // an answer that comes late is of nobody
        files.learn([file("/etc/shadow", 1)], mountNamespace: 7)
        #expect(files.files.isEmpty)
    }

    @Test func aChangeIsLookedAtOnceTheQuestionBeforeIsAnswered() {
        var files = ContainerFiles()
        _ = files.enter(mountNamespace: 7)
        files.changed(mountNamespace: 7)
        files.changed(mountNamespace: 8)
        let early = files.due(at: at(0))
        files.learn([], mountNamespace: 7)
        let due = files.due(at: at(0))
        #expect(early.isEmpty && due == [7])
        // nobody could look: what was known stays
        files.learn([file("/etc/shadow", 1)], mountNamespace: 7)
        files.changed(mountNamespace: 7)
        let again = files.due(at: at(0))
        files.learn(nil, mountNamespace: 7)
        let after = files.due(at: at(1))
        #expect(again == [7] && files.files.count == 1 && after.isEmpty)
    }

    @Test func oneNamespaceATimeIsLookedAtAgain() {
        var files = ContainerFiles()
        for namespace in [3, 1, 2] as [UInt32] {
            _ = files.enter(mountNamespace: namespace)
            files.learn([], mountNamespace: namespace)
        }
        var seen: [UInt32] = []
        for second in [0, 4, 5, 10, 15, 20] as [Int64] {
            let due = files.due(at: at(second))
            seen += due
            for namespace in due { files.learn([], mountNamespace: namespace) }
        }
        #expect(seen == [1, 2, 3, 1])
        // other paths: all of them, a few at a time
        for namespace in 10..<20 as Range<UInt32> {
            _ = files.enter(mountNamespace: namespace)
            files.learn([], mountNamespace: namespace)
        }
        files.pathsChanged()
        let (first, second) = (files.due(at: at(21)), files.due(at: at(21)))
        #expect(first == [1, 2, 3, 10] && second == [11, 12, 13, 14])
    }

    @Test func theBoundsHoldAndWhatIsBeyondIsCounted() {
        var files = ContainerFiles()
        let entered = (1...UInt32(ContainerFiles.namespacesMax) + 1).map { files.enter(mountNamespace: $0) }
        #expect(entered.dropLast().allSatisfy { $0 } && entered.last == false)
        #expect(files.ledger.lost(at: "containerFiles", "namespacesFull") == 1)
        files.learn((0..<2000).map { file("/f\($0)", $0) }, mountNamespace: 1)
        files.learn([file("/etc/shadow", 1)], mountNamespace: 2)
        #expect(files.files.count == ContainerFiles.filesMax)
        #expect(files.ledger.lost(at: "containerFiles", "filesFull") == UInt64(2000 - ContainerFiles.filesMax + 1))
        files.forget(mountNamespace: 1)
        files.learn([file("/etc/shadow", 1)], mountNamespace: 2)
        #expect(files.files.count == 1)
    }
}
