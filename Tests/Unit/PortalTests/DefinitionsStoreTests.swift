import Contract
import Foundation
import Foundations
import Portal
import Synchronization
import Testing

@Suite struct DefinitionsStoreTests {
    /// A disk whose machine stops before its nth write.
    private final class Disk: DefinitionsFiles {
        private struct Stopped: Error {}
        private let state = Mutex((files: [String: Data](), writesLeft: Int.max))

        func read(_ name: String) -> Data? { state.withLock { $0.files[name] } }

        func write(_ data: Data, to name: String) throws {
            try state.withLock {
                guard $0.writesLeft > 0 else { throw Stopped() }
                $0.writesLeft -= 1
                $0.files[name] = data
            }
        }

        func stop(after writes: Int) { state.withLock { $0.writesLeft = writes } }
        func damage(_ name: String, _ change: (inout Data) -> Void) { state.withLock { if var data = $0.files[name] { change(&data); $0.files[name] = data } } }
    }

    private var authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func verified(_ version: String, trust: DefinitionsTrust = DefinitionsTrust()) throws -> VerifiedDefinitions {
        try DefinitionsPolicy(trust: trust).take(authority.release(version, settings: ["heartbeat_seconds": 30]))
    }

    @Test func whatWasSavedIsThereAgain() throws {
        let store = DefinitionsStore(files: Disk(), pin: nil)
        #expect(store.load(pinned: nil).definitions == nil && store.load(pinned: nil).problems.isEmpty)
        let release = try verified("1.0.0")
        try store.save(release)
        let loaded = store.load(pinned: nil)
        #expect(loaded.definitions?.bytes == release.bytes && loaded.definitions?.settings == [.heartbeatSeconds: 30])
        #expect(loaded.problems.isEmpty)
        #expect(store.trust() == release.trust)
    }

    /// A crash at any place of a swap leaves the old release or the new one, whole, and both are believed afterwards.
    @Test func aStopAtAnyWriteOfASwapLeavesAReleaseThatWasInUse() throws {
        for writes in 0...3 {
            let disk = Disk()
            let store = DefinitionsStore(files: disk, pin: nil)
            try store.save(verified("1.0.0"))
            disk.stop(after: writes)
            let new = try verified("1.0.1", trust: store.trust())
            let isWhole = (try? store.save(new)) != nil
            #expect(isWhole == (writes == 3))
            disk.stop(after: .max)
            let loaded = store.load(pinned: nil)
            #expect(loaded.problems.isEmpty)
            #expect(loaded.definitions?.version.description == (writes < 2 ? "1.0.0" : "1.0.1"), "stopped after \(writes) writes")
            let next = try DefinitionsPolicy(trust: store.trust(), inUse: loaded.definitions.map { .init($0) }).take(authority.release("1.0.2"))
            #expect(next.version.description == "1.0.2")
        }
    }

    @Test func aDamagedFileIsSaidAndTheLastGoodReleaseIsUsed() throws {
        for change: (inout Data) -> Void in [{ $0.removeLast($0.count / 2) }, { $0 = Data() }, { $0[$0.count / 2] ^= 0x10 }] {
            let disk = Disk()
            let store = DefinitionsStore(files: disk, pin: nil)
            try store.save(verified("1.0.0"))
            try store.save(verified("1.0.1"))
            disk.damage(DefinitionsStore.current, change)
            let loaded = store.load(pinned: nil)
            #expect(loaded.definitions?.version.description == "1.0.0")
            #expect(loaded.problems.count == 1 && loaded.problems.first?.hasPrefix("definitions.json: ") == true)
        }
    }

    @Test func thePinnedVersionIsFoundAmongTheLastTwo() throws {
        let store = DefinitionsStore(files: Disk(), pin: nil)
        try store.save(verified("1.0.0"))
        try store.save(verified("1.0.1"))
        #expect(store.load(pinned: DefinitionsVersion("1.0.0")).definitions?.version.description == "1.0.0")
        #expect(store.load(pinned: DefinitionsVersion("3.0.0")).definitions == nil)
    }

    @Test func theLastGoodReleaseOutlivesItsKeysButNotAnotherPin() throws {
        var authority = authority
        let disk = Disk()
        let store = DefinitionsStore(files: disk, pin: authority.rootPublicKey)
        try store.save(DefinitionsPolicy(trust: store.trust()).take(authority.release("1.0.0")))
        try authority.newRoot()
        try store.save(DefinitionsPolicy(trust: store.trust()).take(authority.release("1.0.1")))
        disk.damage(DefinitionsStore.current) { $0 = Data() }
        #expect(store.load(pinned: nil).definitions?.version.description == "1.0.0", "proven by the root before")
        #expect(DefinitionsStore(files: disk, pin: Data(repeating: 9, count: 32)).load(pinned: nil).definitions == nil)
    }
}
