import Events
import Foundation
import Foundations
import KubernetesClient
import Testing

/// Owner chains: each controller is asked for once, absence and refusal are remembered, one question at a time.
@Suite struct KubernetesClientOwnerTests {
    private let start = MonotonicInstant(nanoseconds: 5_000_000_000)

    private func replicaSet(_ n: Int) -> OwnerReference { OwnerReference(apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-\(n)", uid: "rs-\(n)") }

    private func object(_ uid: String, owner: String? = nil) throws -> PartialObject {
        let owners = owner.map { #","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"\#($0)","uid":"d-\#($0)","controller":true}]"# } ?? ""
        return try JSONDecoder().decode(PartialObject.self, from: Data(#"{"kind":"PartialObjectMetadata","metadata":{"uid":"\#(uid)"\#(owners)}}"#.utf8))
    }

    private func gets(_ effects: [OwnerChains.Effect]) -> [String] { effects.compactMap { if case .get(let path) = $0 { path } else { nil } } }
    private func learned(_ effects: [OwnerChains.Effect]) -> [[String]] { effects.compactMap { if case .learned(let owners, let uid) = $0 { [uid] + owners.map(\.name) } else { nil } } }

    @Test func aControllerIsAskedForOnce() throws {
        var chains = OwnerChains(tuning: KubernetesTuning(), seed: 1)
        let first = chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start)
        #expect(gets(first) == ["/apis/apps/v1/namespaces/shop/replicasets/web-1"])
        for _ in 0..<50 { #expect(chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start).isEmpty) }
        let answer = chains.handle(.answered(try object("rs-1", owner: "web")), at: start)
        #expect(learned(answer) == [["rs-1", "web"]])
        #expect(chains.above("rs-1") == [PodContext.Owner(kind: "Deployment", name: "web")])
        for _ in 0..<50 { #expect(chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start + .hours(9)).isEmpty) }
        #expect(chains.counts.gets == 1)
        #expect(chains.counts.hits == 50)
    }

    @Test func oneQuestionAtATime() throws {
        var chains = OwnerChains(tuning: KubernetesTuning(), seed: 1)
        #expect(gets(chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start)).count == 1)
        #expect(gets(chains.handle(.needed(replicaSet(2), namespace: "shop"), at: start)).isEmpty)
        #expect(gets(chains.handle(.answered(try object("rs-1")), at: start)) == ["/apis/apps/v1/namespaces/shop/replicasets/web-2"])
    }

    @Test(arguments: [(true, KubernetesState.badReply, Duration.minutes(10)), (false, .forbidden, .hours(1))])
    func absenceAndRefusalAreBelievedForAWhile(isMissing: Bool, state: KubernetesState, span: Duration) {
        var chains = OwnerChains(tuning: KubernetesTuning(), seed: 1)
        _ = chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start)
        // nobody waits for it any longer
        #expect(learned(chains.handle(.failed(KubernetesFailure(state, isMissing: isMissing)), at: start)) == [["rs-1"]])
        #expect(gets(chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start + (span - .seconds(1)))).isEmpty)
        #expect(gets(chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start + span)).count == 1)
    }

    @Test func troubleIsBackedOffAndOthersComeFirst() throws {
        var chains = OwnerChains(tuning: KubernetesTuning(), seed: 1)
        _ = chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start)
        _ = chains.handle(.needed(replicaSet(2), namespace: "shop"), at: start)
        #expect(chains.handle(.failed(KubernetesFailure(.busy, retryAfter: .seconds(20))), at: start).isEmpty)
        let due = try #require(chains.nextWake)
        #expect(due - start >= .seconds(20))
        #expect(chains.handle(.wake, at: start + .seconds(19)).isEmpty)
        #expect(gets(chains.handle(.wake, at: due)) == ["/apis/apps/v1/namespaces/shop/replicasets/web-2"])
        #expect(gets(chains.handle(.answered(try object("rs-2")), at: due)) == ["/apis/apps/v1/namespaces/shop/replicasets/web-1"])
    }

    @Test(arguments: [
        ("apps/v1", "ReplicaSet", "web", "/apis/apps/v1/namespaces/shop/replicasets/web"), ("batch/v1", "Job", "nightly", "/apis/batch/v1/namespaces/shop/jobs/nightly"),
        ("apps/v1", "Deployment", "web", nil), ("apps/v1", "DaemonSet", "web", nil), ("v1", "Node", "node-1", nil), ("argoproj.io/v1", "ReplicaSet", "web", nil),
        ("apps/v1", "ReplicaSet", "../../secrets", nil), ("apps/v1", "ReplicaSet", "", nil), ("apps/v1/../../x", "ReplicaSet", "a b", nil),
    ] as [(String, String, String, String?)])
    func onlyKindsOfTheAllowedGroupsAreAskedFor(version: String, kind: String, name: String, path: String?) {
        var chains = OwnerChains(tuning: KubernetesTuning(), seed: 1)
        let effects = chains.handle(.needed(OwnerReference(apiVersion: version, kind: kind, name: name, uid: "u"), namespace: "shop"), at: start)
        #expect(gets(effects) == (path.map { [$0] } ?? []))
    }

    @Test func anotherObjectOfTheSameNameIsNotTheOwner() throws {
        var chains = OwnerChains(tuning: KubernetesTuning(), seed: 1)
        _ = chains.handle(.needed(replicaSet(1), namespace: "shop"), at: start)
        #expect(learned(chains.handle(.answered(try object("another", owner: "web")), at: start)) == [["rs-1"]], "there is none")
        #expect(chains.above("rs-1") == [])
    }

    @Test func beyondItsBoundsItSaysSo() throws {
        var tuning = KubernetesTuning()
        tuning.ownersMax = 10
        tuning.ownerQueueMax = 5
        var chains = OwnerChains(tuning: tuning, seed: 1)
        for n in 0..<8 { _ = chains.handle(.needed(replicaSet(n), namespace: "shop"), at: start) }
        #expect(chains.ledger.lost(at: "owners", "ownerQueueFull") == 2)
        for n in 0..<15 {
            _ = chains.handle(.needed(replicaSet(n), namespace: "shop"), at: start)
            while case .get? = chains.handle(.answered(try object("rs-\(n)")), at: start).first {}
        }
        #expect(chains.ledger.lost(at: "owners", "ownerForgotten") > 0)
    }
}
