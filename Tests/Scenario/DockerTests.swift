import Contract
import Foundation
import ScenarioModel
import ScenarioRunner
import Testing

/// A real Docker engine: what the sensor says of its containers.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(5)))
struct DockerTests {
    @Test func aContainerThatEndsAtOnceHasItsNameImageLabelsAndMountsOnItsDetection() async throws {
        try await RuntimeDaemon.with { daemon in
            try await DockerHarness.with { docker in
                let before = try await docker.run("before", command: ["/bin/sleep", "1000"], labels: ["own": "before"])
                try await daemon.start(docker.socket, state: "watching")

                let data = docker.folder.appending(path: "shared")
                try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
                let id = try await docker.run("moment", command: ["/bin/echo", "wiz-marked"], binds: ["\(data.path):/data:ro"], labels: ["own": "moment"])
                let event = try await daemon.detection(in: id)
                let container = try #require(event.runtimeDetails.processTree.first?.container)
                #expect(container.name == "moment" && container.image?.externalId == DockerHarness.image && container.pod == nil && container.incomplete == nil)
                let facts = try #require(event.runtimeDetails.context.container)
                #expect(facts.runtime == "docker" && facts.imageRepository == "wiz.test/busybox" && facts.imageTag == "1" && facts.privileged == false)
                #expect(facts.mounts == ["\(data.path):/data:ro:false:rprivate"])
                #expect(event.output == "marked | name=moment ns=<NA> pod=<NA> own=moment")

                // Docker knows a container before its start; the time comes with the event of that
                let stays = try await docker.run("stays", command: ["/bin/sleep", "1000"], labels: ["own": "stays"])
                let running = try await daemon.harness.eventually("its start") { await daemon.containers()?.first { $0["id"]?.text == stays && $0["started"] != nil } }
                #expect(running["name"]?.text == "stays" && running["labels"]?["own"]?.text == "stays")

                // what ran before the sensor did is in the first list
                let old = try await daemon.harness.eventually("the other in full") { await daemon.containers()?.first { $0["id"]?.text == before && $0["started"] != nil } }
                #expect(old["name"]?.text == "before" && old["image"]?.text == DockerHarness.image && old["labels"]?["own"]?.text == "before")

                // the end of one comes with the stream of events: the next list is five minutes away
                let all = try await daemon.harness.statistics { daemon.runtime(of: $0)?["containers"]?.number == 3 }
                try await docker.remove(before)
                let rest = try await daemon.harness.statistics { daemon.runtime(of: $0)?["containers"]?.number == 2 }
                #expect(all["containerRuntime"]?["lists"] == rest["containerRuntime"]?["lists"] && daemon.runtime(of: rest)?["runtime"]?.text == "docker")
            }
        }
    }

    @Test func dockerAndContainerdOfOneNodeAreAskedTogether() async throws {
        try await RuntimeDaemon.with { daemon in
            try await DockerHarness.with { docker in
                try await ContainerdHarness.with(RuntimePrograms.containerd()) { containerd in
                    // Docker's socket is at its usual place, as far as the sensor can see
                    let prefix = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /run && ln -s \(docker.socket) /run/docker.sock && exec \"$@\"", "sh"]
                    try await daemon.start(containerd.socket, state: "polling", prefix: prefix)
                    _ = try await daemon.harness.statistics { $0["containerRuntime"]?["runtimes"]?.elements?.compactMap { $0["runtime"]?.text } == ["containerd", "docker"] }

                    let byDocker = try await docker.run("by-docker", command: ["/bin/echo", "wiz-marked"])
                    let pod = CRIDriver.Pod(name: "shop-0", namespace: "shop", uid: UUID().uuidString.lowercased(), labels: [:])
                    let byCRI = try await containerd.run(pod, container: "by-cri", command: ["/bin/echo", "wiz-marked"]).container
                    for (id, name, runtime) in [(byDocker, "by-docker", "docker"), (byCRI, "by-cri", "containerd")] {
                        let event = try await daemon.detection(in: id)
                        let container = try #require(event.runtimeDetails.processTree.first?.container)
                        #expect(container.name == name && container.incomplete == nil && event.runtimeDetails.context.container?.runtime == runtime)
                    }
                }
            }
        }
    }
}
