import Contract
import Enrichment
import Events
import Foundations
import Governor
import Indicators
import Pipeline
import Testing

struct PipelineTests {
    private static let digests = FileDigests(sha256: String(repeating: "ab", count: 32), sha1: String(repeating: "cd", count: 20), md5: String(repeating: "ef", count: 16), size: 5)

    private func verdict(of effects: [PipelineEffect]) throws -> Verdict {
        let asked = effects.flatMap { effect -> [Indicator] in if case .lookUp(let indicators) = effect { indicators } else { [] } }
        let hash = try #require(asked.first { $0.kind == .sha256 })
        return Verdict(indicator: hash, isMalicious: true, family: "Test.Family", source: "test", validity: .seconds(60))
    }

    @Test func aMatchLeavesAsARedactedCloudEventWithItsProcessTree() throws {
        let harness = PipelineHarness()
        harness.exec(pid: 100, path: "/usr/bin/bash", arguments: ["bash"])
        harness.exec(pid: 200, parent: 100, path: "/tmp/evil", arguments: ["/tmp/evil", "--password=Sup3rSecret!x"])
        let events = harness.sent()
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.matchedRules.first?.rule.id == "test-rule")
        #expect(event.severity == .critical)
        #expect(event.mitreTechniques.contains("T1059"))
        #expect(event.runtimeDetails.processTree.map(\.path) == ["/tmp/evil", "/usr/bin/bash"])
        #expect(!"\(event)".contains("Sup3rSecret"))
        #expect(event.output?.contains("[REDACTED:") == true)
    }

    /// What a program was started with is for comparisons: an event that leaves says names, and one value where the rule asks for it and it is no secret.
    @Test func anEnvironmentLeavesWithoutItsSecrets() throws {
        let harness = PipelineHarness(
            rule: "evt.type = execve and proc.env contains 'API_TOKEN='", output: "%proc.env | %proc.env[https_proxy] | %proc.env[API_TOKEN] | %proc.env[SHAPE] | %evt.hostname")
        #expect(harness.pipeline.interest.environment)
        harness.exec(
            pid: 200, path: "/usr/bin/curl", arguments: ["curl"],
            environment: ["API_TOKEN=zq81Lr55pWm2", "https_proxy=http://joe:hunter22@proxy.example:3128", "SHAPE=round", "UNLIKELY=mellon-9"])
        let event = try #require(harness.sent().first)
        #expect(event.output?.hasPrefix("API_TOKEN https_proxy SHAPE UNLIKELY | https_proxy=http://") == true)
        #expect(event.output?.hasSuffix("| SHAPE=round | node") == true)
        for secret in ["zq81Lr55pWm2", "hunter22", "mellon-9"] { #expect(!"\(event)".contains(secret)) }
        #expect(!PipelineHarness().pipeline.interest.environment)
    }

    @Test func whatMatchesNothingLeavesNothing() {
        let harness = PipelineHarness()
        harness.exec(pid: 100, path: "/usr/bin/good", arguments: ["good"])
        #expect(harness.sent().isEmpty)
    }

    @Test func aVerdictThatComesAfterTheProcessHasGoneStillNamesIt() throws {
        var harness = PipelineHarness()
        harness.exec(pid: 100, path: "/usr/bin/bash", arguments: ["bash"])
        harness.exec(pid: 200, parent: 100, path: "/tmp/dropper", arguments: ["dropper"])
        let requests = harness.effects().compactMap { if case .hash(let request) = $0 { request } else { nil } }
        let request = try #require(requests.first { $0.process.pid == 200 })
        harness.exit(pid: 200)
        harness.pipeline.handle(.digests(Self.digests, for: request), at: harness.now)
        harness.advance(.seconds(1))
        let verdict = try verdict(of: harness.effects())
        harness.pipeline.handle(.indicators(.verdicts([verdict])), at: harness.now)
        let event = try #require(harness.sent().first)
        #expect(event.indicator?.family == "Test.Family")
        #expect(event.runtimeDetails.processTree.map(\.path) == ["/tmp/dropper", "/usr/bin/bash"])
        #expect(event.runtimeDetails.processTree.first?.sha256 == Self.digests.sha256)
    }

    @Test func aFileThatCouldNotBeHashedIsCounted() throws {
        let harness = PipelineHarness()
        harness.exec(pid: 200, path: "/tmp/x", arguments: ["x"])
        let request = try #require(harness.effects().compactMap { if case .hash(let request) = $0 { request } else { nil } }.first)
        harness.pipeline.handle(.notHashed(request, "fileGone"), at: harness.now)
        harness.pipeline.handle(.report(id: 1), at: harness.now)
        let report = try #require(harness.effects().compactMap { if case .report(let report, _) = $0 { report } else { nil } }.first)
        #expect(report.ledger.lost(at: "hash", "fileGone") == 1)
        #expect(report.eventsSeen[.exec] == 1)
    }

    @Test func aDetectionInAPodWaitsForThePodAndLeavesWithIt() throws {
        let harness = PipelineHarness(contextTimeout: .seconds(3))
        harness.exec(pid: 200, path: "/tmp/evil", arguments: ["evil"], container: true)
        #expect(harness.sent().isEmpty)
        let pod = PodContext(name: "shop-0", namespace: "shop", uid: PipelineHarness.podUID)
        let known = try #require(WorkloadResolver.Container(name: "web", containerID: "containerd://\(PipelineHarness.containerID)"))
        harness.pipeline.handle(.workload(.pod(.init(context: pod, containers: [known]))), at: harness.now)
        let event = try #require(harness.sent().first)
        let container = try #require(event.runtimeDetails.processTree.first?.container)
        #expect(container.pod?.name == "shop-0")
        #expect(container.name == "web")
        #expect(container.incomplete == nil)
    }

    @Test func aDetectionWhosePodNeverComesLeavesMarkedIncomplete() throws {
        var harness = PipelineHarness(contextTimeout: .seconds(3))
        harness.exec(pid: 200, path: "/tmp/evil", arguments: ["evil"], container: true)
        harness.advance(.seconds(2))
        #expect(harness.sent().isEmpty)
        harness.advance(.seconds(2))
        let event = try #require(harness.sent().first)
        #expect(event.runtimeDetails.processTree.first?.container?.id == PipelineHarness.containerID)
        #expect(event.runtimeDetails.processTree.first?.container?.incomplete == true)
    }

    /// A container that is gone before anybody could say what it was.
    @Test func aContainerThatLivesForAMomentHasItsPodOnItsDetectionAllTheSame() throws {
        var harness = PipelineHarness(contextTimeout: .seconds(3))
        harness.exec(pid: 200, path: "/tmp/evil", arguments: ["evil"], container: true)
        harness.advance(.milliseconds(50))
        harness.exit(pid: 200)
        harness.advance(.milliseconds(50))
        #expect(harness.sent().isEmpty)
        let pod = PodContext(name: "shop-0", namespace: "shop", uid: PipelineHarness.podUID)
        harness.pipeline.handle(.workload(.pod(.init(context: pod))), at: harness.now)
        let container = try #require(harness.sent().first?.runtimeDetails.processTree.first?.container)
        #expect(container.id == PipelineHarness.containerID && container.pod?.name == "shop-0" && container.incomplete == nil)
    }

    @Test func theFirstDetectionOfAPodCarriesItsDeployment() throws {
        let harness = PipelineHarness(contextTimeout: .seconds(3))
        harness.exec(pid: 200, path: "/tmp/evil", arguments: ["evil"], container: true)
        var pod = PodContext(name: "shop-0", namespace: "shop", uid: PipelineHarness.podUID)
        pod.owners = [PodContext.Owner(kind: "ReplicaSet", name: "shop-5d4")]
        pod.labels = ["app": "shop", "contact": "someone@example.com"]
        let known = try #require(WorkloadResolver.Container(
            name: "web", containerID: "containerd://\(PipelineHarness.containerID)", image: "registry.example/shop/web:2.4", imageID: "x@sha256:\(String(repeating: "a", count: 64))"))
        harness.pipeline.handle(.workload(.pod(.init(context: pod, controllerUID: "rs", isChainOpen: true, containers: [known]))), at: harness.now)
        #expect(harness.sent().isEmpty)
        harness.pipeline.handle(.workload(.owners([PodContext.Owner(kind: "Deployment", name: "shop")], above: "rs")), at: harness.now)
        let event = try #require(harness.sent().first)
        #expect(event.runtimeDetails.processTree.first?.container?.kubernetesController?.name == "shop")
        let facts = try #require(event.runtimeDetails.context.container)
        #expect(facts.owners?.map(\.type) == ["ReplicaSet", "Deployment"] && facts.podLabels?["app"] == "shop")
        #expect(facts.podLabels?["contact"]?.contains("someone@example.com") == false)
        #expect(facts.imageRepository == "registry.example/shop/web" && facts.imageTag == "2.4" && facts.imageDigest?.hasPrefix("sha256:aaa") == true)
    }

    @Test func whatBecameKnownMeanwhileIsOnADetectionThatWaitedInVain() throws {
        var harness = PipelineHarness(contextTimeout: .seconds(3))
        harness.exec(pid: 200, path: "/tmp/evil", arguments: ["evil"], container: true)
        var pod = PodContext(name: "shop-0", namespace: "shop", uid: PipelineHarness.podUID)
        pod.owners = [PodContext.Owner(kind: "ReplicaSet", name: "shop-5d4")]
        harness.pipeline.handle(.workload(.pod(.init(context: pod, controllerUID: "rs", isChainOpen: true))), at: harness.now)
        harness.advance(.seconds(4))
        let container = try #require(harness.sent().first?.runtimeDetails.processTree.first?.container)
        #expect(container.pod?.name == "shop-0" && container.kubernetesController?.type == "ReplicaSet" && container.incomplete == true)
    }

    @Test func beyondTheRoomForWaitingADetectionLeavesMarkedIncomplete() {
        let harness = PipelineHarness(rule: "evt.type = execve and proc.name startswith evil", contextTimeout: .seconds(3))
        for n in 0..<1030 { harness.exec(pid: UInt32(200 + n), path: "/tmp/evil\(n)", arguments: ["evil\(n)"], container: true) }
        let sent = harness.sent()
        #expect(sent.count == 6 && sent.allSatisfy { $0.runtimeDetails.processTree.first?.container?.incomplete == true })
    }

    @Test func theContainerRuntimeIsAskedOnceForAContainerAndItsAnswerIsOnTheDetection() throws {
        let harness = PipelineHarness(contextTimeout: .seconds(3), hasKubernetes: false)
        func asked() -> [String] { harness.effects().compactMap { if case .askRuntime(let id) = $0 { id } else { nil } } }
        harness.exec(pid: 199, path: "/bin/before", arguments: ["before"], container: true)
        #expect(asked() == [], "no runtime answers yet")
        harness.pipeline.handle(.workload(.runtime(.available(true))), at: harness.now)
        harness.exec(pid: 200, path: "/tmp/evil", arguments: ["evil"], container: true)
        harness.exec(pid: 201, path: "/bin/sh", arguments: ["sh"], container: true)
        #expect(asked() == [PipelineHarness.containerID])
        var container = RuntimeContainer(id: PipelineHarness.containerID, runtime: "containerd")
        container.name = "web"
        container.pod = .init(name: "shop-0", namespace: "shop", uid: PipelineHarness.podUID, labels: ["app": "shop"])
        harness.pipeline.handle(.workload(.runtime(.container(container))), at: harness.now)
        let event = try #require(harness.sent().first)
        #expect(event.runtimeDetails.processTree.first?.container?.name == "web" && event.runtimeDetails.processTree.first?.container?.pod?.name == "shop-0")
        #expect(event.runtimeDetails.context.container?.podLabels == ["app": "shop"] && event.runtimeDetails.context.container?.runtime == "containerd")
    }

    @Test func theEndReleasesWhatWaits() {
        let harness = PipelineHarness(contextTimeout: .seconds(3))
        harness.exec(pid: 200, path: "/tmp/evil", arguments: ["evil"], container: true)
        harness.pipeline.finish(at: harness.now)
        let effects = harness.effects()
        #expect(effects.contains { if case .send = $0 { true } else { false } })
        #expect(effects.contains { if case .store(let rows) = $0 { rows.contains { $0.value.executable == "/tmp/evil" } } else { false } })
    }

    @Test func startsOfOneProgramAreOneRow() throws {
        var harness = PipelineHarness()
        harness.advance(.seconds(1))
        for pid in 300..<310 { harness.exec(pid: UInt32(pid), path: "/bin/ls", arguments: ["ls"]) }
        harness.advance(.seconds(20))
        let rows = harness.effects().flatMap { effect -> [RuntimeRecord] in if case .store(let rows) = effect { rows.map(\.value) } else { [] } }
        #expect(rows.filter { $0.executable == "/bin/ls" }.map(\.count) == [10])
    }

    @Test func subscribersSeeRedactedLinesOfTheirKindsUntilTheyGo() {
        let harness = PipelineHarness()
        harness.pipeline.handle(.subscribe(id: 5, kinds: [.exec], filter: nil), at: harness.now)
        #expect(harness.pipeline.interest.kinds.contains(.exec))
        harness.exec(pid: 200, path: "/bin/curl", arguments: ["curl", "-u", "admin:hunter2hunter2", "https://u:p4ssw0rd@example.com/"])
        harness.exit(pid: 200)
        let lines = harness.effects().compactMap { if case .line(let text, 5) = $0 { text } else { nil } }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("p4ssw0rd") == false)
        harness.pipeline.handle(.unsubscribe(id: 5), at: harness.now)
        harness.exec(pid: 201, path: "/bin/true", arguments: ["true"])
        #expect(!harness.effects().contains { if case .line = $0 { true } else { false } })
    }

    @Test func theSameEventsGiveTheSameIds() {
        func ids() -> [String] {
            let harness = PipelineHarness()
            for pid in 1..<5 { harness.exec(pid: UInt32(100 + pid), path: "/tmp/\(pid)/evil", arguments: ["evil"]) }
            return harness.sent().map(\.id)
        }
        let first = ids()
        #expect(first.count == 4)
        #expect(Set(first).count == 4)
        #expect(first == ids())
    }

    @Test func eachLevelAsksTheKernelForLess() {
        let harness = PipelineHarness(rule: "evt.type in (unlink, ptrace) or (evt.type = openat and fd.name = /etc/shadow)")
        let full = harness.pipeline.interest
        #expect(full.kinds.isSuperset(of: [.exec, .open, .connect, .unlink, .ptrace, .dns]) && !full.onlySensitiveFiles)
        harness.pipeline.handle(.subscribe(id: 1, kinds: [], filter: nil), at: harness.now)
        #expect(harness.pipeline.interest.kinds.contains(.library))
        for level in VisibilityLevel.allCases.dropFirst() {
            let before = harness.pipeline.interest
            harness.pipeline.handle(.visibility(level), at: harness.now)
            let after = harness.pipeline.interest
            #expect(after.kinds.isSubset(of: before.kinds))
            #expect(after.kinds.isSuperset(of: [.exec, .fork, .exit, .ptrace]), "never given up")
        }
        #expect(harness.pipeline.interest.kinds.isDisjoint(with: [.open, .connect, .dns, .unlink, .library]))
        harness.pipeline.handle(.visibility(.sensitiveFiles), at: harness.now)
        let files = harness.pipeline.interest
        #expect(files.onlySensitiveFiles && files.kinds.contains(.open) && !files.kinds.contains(.unlink) && files.files.contains("shadow"))
        harness.pipeline.handle(.unsubscribe(id: 1), at: harness.now)
        harness.pipeline.handle(.visibility(.full), at: harness.now)
        #expect(harness.pipeline.interest == full)
    }

    @Test func whatALevelGivesUpIsCountedAndDetectionsGoOn() throws {
        var harness = PipelineHarness()
        harness.advance(.seconds(1))
        harness.exec(pid: 100, path: "/usr/bin/before", arguments: ["before"])
        harness.pipeline.handle(.visibility(.noHashes), at: harness.now)
        let stored = harness.effects().flatMap { effect -> [String] in if case .store(let rows) = effect { rows.map(\.value.executable) } else { [] } }
        #expect(stored == ["/usr/bin/before"], "what was gathered is handed over, not kept")
        harness.exec(pid: 200, path: "/tmp/evil", arguments: ["evil"])
        harness.advance(.seconds(60))
        harness.pipeline.handle(.report(id: 1), at: harness.now)
        let effects = harness.effects()
        #expect(effects.contains { if case .send = $0 { true } else { false } })
        #expect(!effects.contains { if case .hash = $0 { true } else { false } })
        #expect(!effects.contains { if case .store = $0 { true } else { false } })
        let report = try #require(effects.compactMap { if case .report(let report, _) = $0 { report } else { nil } }.first)
        #expect(report.ledger.lost(at: "hash", .visibility) == 1)
        #expect(report.ledger.lost(at: "runtimeData", .visibility) == 1)
    }

    @Test func thePortalsIntervalForRuntimeDataIsKept() {
        var harness = PipelineHarness()
        func stores() -> Int { harness.effects().count { if case .store = $0 { true } else { false } } }
        harness.advance(.seconds(1))
        harness.pipeline.handle(.runtimeDataInterval(.seconds(60)), at: harness.now)
        harness.exec(pid: 100, path: "/usr/bin/one", arguments: ["one"])
        harness.advance(.seconds(59))
        #expect(stores() == 0)
        harness.advance(.seconds(1))
        #expect(stores() == 1)
        harness.pipeline.handle(.runtimeDataInterval(nil), at: harness.now)
        harness.exec(pid: 101, path: "/usr/bin/two", arguments: ["two"])
        harness.advance(.seconds(10))
        #expect(stores() == 1)
    }
}
