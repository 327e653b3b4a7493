import ContainerRuntime
import Enrichment
import Events
import Foundation
import Foundations
import NIOPosix
import Testing

/// The shell against runtimes in this process, over unix sockets: CRI with and without events, Docker's API.
@Suite(.timeLimit(.minutes(2))) struct ContainerRuntimeServiceTests {
    @Test(arguments: [true, false]) func containersArePolledOrWatched(hasEvents: Bool) async throws {
        try await FakeCRI.with(hasEvents: hasEvents) { runtime in
            runtime.addPod("sandbox-1", name: "shop-0", namespace: "shop", uid: "uid-1", labels: ["app": "shop", "io.kubernetes.pod.name": "shop-0"])
            runtime.addContainer("before", in: "sandbox-1", name: "web")
            try await RuntimeListener.with([runtime.path]) { listener in
                try await listener.wait("the list") { listener.container("before")?.started != nil }
                let known = try #require(listener.container("before"))
                #expect(known.name == "web" && known.runtime == "containerd" && known.sandboxID == "sandbox-1")
                #expect(known.image == "registry.example/web:1" && known.imageDigest == "sha256:" + String(repeating: "d", count: 64) && known.imageID == nil)
                #expect(known.pod == .init(name: "shop-0", namespace: "shop", uid: "uid-1", labels: ["app": "shop"]))
                #expect(known.mounts.map(\.text) == ["/srv:/data::false:rshared"] && known.labels == ["own": "web"])
                #expect(known.created == WallInstant(nanoseconds: 1_000) && known.started == WallInstant(nanoseconds: 2_000))
                #expect(listener.container("sandbox-1")?.pod?.name == "shop-0" && listener.container("sandbox-1")?.name == nil)

                // one that is met before any list has it
                runtime.addContainer("after", in: "sandbox-1", name: "side")
                if hasEvents {
                    try await listener.wait("the state") { await listener.service.status.state == .watching }
                    runtime.announce("after", .containerStartedEvent)
                } else {
                    listener.service.ask("after")
                }
                try await listener.wait("the new one") { listener.container("after")?.started != nil }
                listener.service.ask("by-runc")
                try await listener.wait("no such container") { listener.inputs.contains(.unknown(id: "by-runc")) }
                if hasEvents {
                    runtime.remove("after")
                    runtime.announce("after", .containerDeletedEvent)
                    try await listener.wait("its end") { listener.inputs.contains(.removed(id: "after")) }
                }
                let status = await listener.service.status
                #expect(status.state == (hasEvents ? .watching : .polling) && status.runtime == "containerd" && status.socket == runtime.path)
                #expect(status.lists == 1 && status.connections == 1 && status.events == (hasEvents ? 2 : 0))
                #expect(listener.states.last == (hasEvents ? .watching : .polling))
            }
        }
    }

    @Test func aRuntimeThatComesLaterAndOneThatComesBackAreFound() async throws {
        let folder = try SocketFolder()
        let path = folder.url.path + "/cri.sock"
        try await RuntimeListener.with(["/nowhere/x.sock", path]) { listener in
            try await listener.wait("absent") { listener.states == [.absent] }
            for round in 1...2 {
                try await FakeCRI.with(path: path, hasEvents: false) { runtime in
                    runtime.addContainer("c\(round)", in: "", name: "web")
                    try await listener.wait("connection \(round)") { listener.container("c\(round)")?.started != nil }
                }
                // asked while nobody is there: the broken connection is noticed
                listener.service.ask("x")
                try await listener.wait("the loss \(round)") { listener.inputs.filter { $0 == .available(false) }.count == round }
            }
            #expect(await listener.service.status.connections == 2)
        }
    }

    @Test func aSocketWithoutCRIIsNamedAndTheOthersAreUsed() async throws {
        try await FakeDocker.with(answers: [:]) { empty in
            try await FakeCRI.with(hasEvents: false) { runtime in
                try await RuntimeListener.with([empty.path, runtime.path]) { listener in
                    try await listener.wait("the other") { await listener.service.status.socket == runtime.path }
                    // which of the two answers first is not known
                    var questions = 0
                    while await listener.service.status.failures["unsupported"] == nil {
                        questions += 1
                        let id = "x\(questions)"
                        listener.service.ask(id)
                        try await listener.wait("no such container") { listener.inputs.contains(.unknown(id: id)) }
                    }
                    #expect(await listener.service.status.runtimes.map(\.state) == [.unsupported, .polling])
                }
            }
        }
    }

    @Test func dockersAPIIsUnderstood() async throws {
        let id = String(repeating: "ab", count: 32)
        let list = #"[{"Id":"\#(id)","Names":["/shop"],"Image":"shop:1","ImageID":"sha256:12","Created":1767225600,"Labels":{"a":"b"},"State":"running"}]"#
        let one = #"{"Id":"\#(id)","Name":"/shop","Created":"2026-01-01T00:00:00.5Z","Image":"sha256:12","State":{"StartedAt":"2026-01-01T00:00:01Z"},"Config":{"Image":"shop:1","Labels":{"a":"b"}},"HostConfig":{"Privileged":true},"Mounts":[{"Type":"bind","Source":"/srv","Destination":"/data","Mode":"z","RW":true,"Propagation":"rprivate"}]}"#
        let events = #"{"Type":"container","Action":"destroy","Actor":{"ID":"\#(id)","Attributes":{}},"time":1}"# + "\n" + #"{"Type":"image","Action":"pull","Actor":{"ID":"x"}}"# + "\n"
        let answers = ["/version": #"{"ApiVersion":"1.41","Version":"20.10"}"#, "/containers/json": list, "/containers/\(id)/json": one, "/events": events]
        try await FakeDocker.with(answers: answers) { docker in
            try await RuntimeListener.with([docker.path]) { listener in
                try await listener.wait("the container") { listener.container(id)?.started != nil }
                let known = try #require(listener.container(id))
                #expect(known.name == "shop" && known.runtime == "docker" && known.image == "shop:1" && known.imageID == "sha256:12" && known.privileged == true)
                #expect(known.started?.rfc3339 == "2026-01-01T00:00:01.000000000Z" && known.created?.rfc3339 == "2026-01-01T00:00:00.500000000Z")
                #expect(known.labels == ["a": "b"] && known.mounts.map(\.text) == ["/srv:/data:z:true:rprivate"] && known.pod == nil)
                try await listener.wait("the event") { listener.inputs.contains(.removed(id: id)) }
                // names of runc are no ids of Docker's, and never reach a path
                listener.service.ask("../../images/json")
                try await listener.wait("no such container") { listener.inputs.contains(.unknown(id: "../../images/json")) }
            }
        }
    }

    @Test func twoRuntimesOfANodeAreAskedTogether() async throws {
        let id = String(repeating: "cd", count: 32)
        let one = #"{"Id":"\#(id)","Name":"/by-docker","Image":"sha256:12","Config":{"Image":"shop:1"}}"#
        try await FakeDocker.with(answers: ["/version": #"{"ApiVersion":"1.41"}"#, "/containers/json": "[]", "/containers/\(id)/json": one]) { docker in
            try await FakeCRI.with(hasEvents: true) { runtime in
                runtime.addContainer("by-cri", in: "", name: "web")
                // the third is the first by another path
                let link = docker.path + ".again.sock"
                symlink(runtime.path, link)
                defer { unlink(link) }
                try await RuntimeListener.with([runtime.path, docker.path, link]) { listener in
                    try await listener.wait("both") { await listener.service.status.runtimes.compactMap(\.runtime).sorted() == ["containerd", "docker"] }
                    listener.service.ask(id)
                    try await listener.wait("Docker's") { listener.container(id) != nil }
                    try await listener.wait("CRI's") { listener.container("by-cri")?.started != nil }
                    listener.service.ask("feed")
                    try await listener.wait("nobody's") { listener.inputs.contains(.unknown(id: "feed")) }
                    #expect(listener.inputs.filter { $0 == .unknown(id: "feed") }.count == 1 && !listener.inputs.contains(.unknown(id: id)))
                    #expect(listener.container(id)?.runtime == "docker" && listener.container("by-cri")?.runtime == "containerd")
                    let status = await listener.service.status
                    #expect(status.connections == 2 && status.runtimes.map(\.socket) == [runtime.path, docker.path] && status.failures["absent"] ?? 0 >= 1)
                }
            }
        }
    }
}
