import Events
import Foundation
import Foundations
import KubeCore
import KubeServer
import KubernetesClient
import Testing

/// The shell against the reference API server, over TLS.
@Suite(.timeLimit(.minutes(2))) struct KubernetesClientServiceTests {
    @Test func thePodsOfTheOwnNodeAreKnownFromBirthToEnd() async throws {
        try await KubernetesTestServer.with { server in
            try server.addPod("before", node: "node-1")
            try server.addPod("elsewhere", node: "node-2")
            try await KubernetesWatcher.with(server.configuration) { watcher in
                try await watcher.wait("watching") { watcher.told.contains("state watching") }
                #expect(watcher.told == ["pod before", "listed 1", "state watching"])
                try server.addPod("after", node: "node-1")
                try server.addPod("elsewhere-2", node: "node-2")
                try server.run("after", containerID: "c0ffee")
                try await watcher.wait("the container") { watcher.complete("c0ffee").pod != nil }
                let context = watcher.complete("c0ffee")
                #expect(context.pod?.name == "after" && context.pod?.node == "node-1" && context.pod?.ips == ["10.0.0.7"] && context.pod?.labels == ["app": "after"])
                #expect(context.name == "main" && context.image == "registry.example/after:1" && context.runtime == "containerd")
                try server.send("DELETE", "/api/v1/namespaces/default/pods/after", #"{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}"#)
                try await watcher.wait("its end") { watcher.told.contains("removed") }
                #expect(watcher.pods == 1)
                #expect(!watcher.told.contains { $0.contains("elsewhere") })
            }
            #expect(server.requests() == ["list pods", "watch pods"])
        }
    }

    @Test func ownersAreFoundByOneGETForManyPods() async throws {
        try await KubernetesTestServer.with { server in
            let template = #"{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"x"}]}}"#
            let deployment = try server.send("POST", "/apis/apps/v1/namespaces/default/deployments", #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":\#(template)}}"#)
            let uid = deployment["metadata"]?["uid"]?.string ?? ""
            let replicaSet = try server.send("POST", "/apis/apps/v1/namespaces/default/replicasets", #"{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web-5d4","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"\#(uid)","controller":true}]},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":\#(template)}}"#)
            let owner = #"{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-5d4","uid":"\#(replicaSet["metadata"]?["uid"]?.string ?? "")","controller":true}"#
            for n in 1...20 { try server.addPod("web-\(n)", node: "node-1", owner: owner) }
            try server.run("web-7", containerID: "c7")
            try await KubernetesWatcher.with(server.configuration) { watcher in
                try await watcher.wait("the chain") { watcher.complete("c7").pod?.owners.count == 2 }
                #expect(watcher.complete("c7").pod?.owners == [PodContext.Owner(kind: "ReplicaSet", name: "web-5d4"), PodContext.Owner(kind: "Deployment", name: "web")])
                // a pod that comes later needs no question
                try server.addPod("web-21", node: "node-1", owner: owner)
                try server.run("web-21", containerID: "c21")
                try await watcher.wait("the next pod") { watcher.complete("c21").pod?.owners.count == 2 }
                let status = await watcher.service.status
                #expect(status.ownerGets == 1)
                #expect(status.pods == 21)
            }
            #expect(server.requests().filter { $0 == "get replicasets" }.count == 1)
        }
    }

    @Test func aListByPagesIsWhole() async throws {
        try await KubernetesTestServer.with { server in
            for n in 1...23 { try server.addPod("pod-\(n)", node: "node-1") }
            // newest state: a list from the cache has no pages
            try server.put(#"[{"match":{"verb":"list","resource":"pods","count":1},"fault":{"gone":true}}]"#)
            try await KubernetesWatcher.with(server.configuration, tuning: { $0.pageLimit = 5 }) { watcher in
                try await watcher.wait("the list") { watcher.told.contains("listed 23") }
                let status = await watcher.service.status
                #expect(status.lists == 2)
                #expect(status.pages == 5)
                #expect(watcher.pods == 23)
            }
        }
    }

    @Test func aWatchThatIsCutGoesOnWithoutAnotherList() async throws {
        try await KubernetesTestServer.with { server in
            try server.put(#"[{"match":{"verb":"watch","resource":"pods","count":3},"fault":{"cutWatchAfterEvents":1}}]"#)
            try await KubernetesWatcher.with(server.configuration) { watcher in
                try await watcher.wait("watching") { watcher.told.contains("state watching") }
                for n in 1...12 { try server.addPod("pod-\(n)", node: "node-1") }
                try await watcher.wait("all pods") { watcher.pods == 12 }
                // each once: nothing was lost in the gaps, nothing came twice
                #expect(watcher.told.filter { $0.hasPrefix("pod ") } == (1...12).map { "pod pod-\($0)" })
            }
            #expect(server.requests().filter { $0 == "list pods" }.count == 1)
            #expect(server.requests().filter { $0 == "watch pods" }.count == 4)
        }
    }

    @Test func aPlaceThatIsGoneIsMendedByOneList() async throws {
        try await KubernetesTestServer.with { server in
            try server.addPod("one", node: "node-1")
            try server.put(#"[{"match":{"verb":"watch","resource":"pods","count":1},"fault":{"gone":true}}]"#)
            try await KubernetesWatcher.with(server.configuration) { watcher in
                try await watcher.wait("watching again") { watcher.told.contains("state watching") && watcher.told.filter { $0 == "listed 1" }.count == 2 }
                try server.addPod("two", node: "node-1")
                try await watcher.wait("the next pod") { watcher.pods == 2 }
                let status = await watcher.service.status
                #expect(status.expired == 1)
                #expect(status.lists == 2)
            }
        }
    }

    @Test func troubleOfTheServerHasNamesAndPasses() async throws {
        try await KubernetesTestServer.with { server in
            try server.addPod("one", node: "node-1")
            try server.put(#"""
                [{"match":{"verb":"list","resource":"pods","count":1},"fault":{"status":429,"retryAfterSeconds":1}},{"match":{"verb":"list","resource":"pods","count":1},"fault":{"status":503}},
                {"match":{"verb":"list","resource":"pods","count":1},"fault":{"disconnect":true}},{"match":{"verb":"watch","resource":"pods","count":1},"fault":{"status":500}}]
                """#)
            try await KubernetesWatcher.with(server.configuration) { watcher in
                try await watcher.wait("watching") { watcher.told.contains("state watching") }
                let states = watcher.told.filter { $0.hasPrefix("state ") }
                #expect(states == ["state busy", "state server-error", "state unreachable", "state server-error", "state watching"])
            }
        }
    }

    @Test func whoMayNotIsToldSo() async throws {
        try await KubernetesTestServer.with { server in
            var wrongToken = try server.configuration
            wrongToken.token = .given("wrong")
            try await KubernetesWatcher.with(wrongToken) { watcher in try await watcher.wait("401") { watcher.told == ["state unauthorized"] } }

            var wrongAuthority = try server.configuration
            let other = try TestFolder()
            defer { other.remove() }
            try TestCertificates(folder: other).make("other", for: "IP:127.0.0.1")
            wrongAuthority.authority = FileManager.default.contents(atPath: "\(other.path)/other.pem")
            try await KubernetesWatcher.with(wrongAuthority) { watcher in try await watcher.wait("TLS") { watcher.told == ["state tls-failed"] } }

            var nobody = try server.configuration
            nobody.server = try #require(URL(string: "https://127.0.0.1:1"))
            try await KubernetesWatcher.with(nobody) { watcher in try await watcher.wait("nobody") { watcher.told == ["state unreachable"] } }

            // an account of the cluster without any role
            try server.send("POST", "/api/v1/namespaces/default/serviceaccounts", #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"bare"}}"#)
            let request = try server.send("POST", "/api/v1/namespaces/default/serviceaccounts/bare/token", #"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}"#)
            var bare = try server.configuration
            bare.token = .given(request["status"]?["token"]?.string ?? "")
            try await KubernetesWatcher.with(bare) { watcher in try await watcher.wait("403") { watcher.told == ["state forbidden"] } }
        }
    }

    @Test func theRoleThatTheManifestsGrantIsEnough() async throws {
        try await KubernetesTestServer.with { server in
            let manifests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "kind-config/manifests")
            let role = try #require(try FileManager.default.contentsOfDirectory(at: manifests, includingPropertiesForKeys: nil).first { $0.lastPathComponent.contains("rbac") })
            try server.send("POST", "/api/v1/namespaces", #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"wiz"}}"#)
            for document in try YAMLText.documents(String(contentsOf: role, encoding: .utf8), file: role.path) {
                let object = document.object
                let path = switch object["kind"]?.string {
                case "ServiceAccount": "/api/v1/namespaces/wiz/serviceaccounts"
                case "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles"
                default: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
                }
                try server.send("POST", path, String(decoding: object.encoded, as: UTF8.self))
            }
            let request = try server.send("POST", "/api/v1/namespaces/wiz/serviceaccounts/wiz-sensor/token", #"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}"#)
            let job = try server.send("POST", "/apis/batch/v1/namespaces/default/jobs", #"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"nightly-1","ownerReferences":[{"apiVersion":"batch/v1","kind":"CronJob","name":"nightly","uid":"c1","controller":true}]},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"x"}]}}}}"#)
            try server.addPod("nightly-1-x", node: "node-1", owner: #"{"apiVersion":"batch/v1","kind":"Job","name":"nightly-1","uid":"\#(job["metadata"]?["uid"]?.string ?? "")","controller":true}"#)
            try server.run("nightly-1-x", containerID: "cj")
            var configuration = try server.configuration
            configuration.token = .given(request["status"]?["token"]?.string ?? "")
            try await KubernetesWatcher.with(configuration) { watcher in
                try await watcher.wait("the chain") { watcher.complete("cj").pod?.owners.count == 2 }
                #expect(watcher.complete("cj").pod?.owners.last == PodContext.Owner(kind: "CronJob", name: "nightly"))
                let status = await watcher.service.status
                #expect(status.failures.isEmpty)
            }
        }
    }

    @Test func aRotatedTokenFileIsReadAgain() async throws {
        try await KubernetesTestServer.with { server in
            var configuration = try server.configuration
            configuration.token = .file(try server.folder.write("stale", to: "token"))
            try await KubernetesWatcher.with(configuration) { watcher in
                try await watcher.wait("401") { watcher.told.contains("state unauthorized") }
                _ = try server.folder.write(server.adminToken + "\n", to: "token")
                try await watcher.wait("watching") { watcher.told.contains("state watching") }
            }
        }
    }

    @Test func aClientCertificateAndAnotherServerNameWork() async throws {
        try await KubernetesTestServer.with { server in
            try server.addPod("one", node: "node-1")
            var configuration = try server.configuration
            configuration.token = .none
            configuration.clientCertificate = FileManager.default.contents(atPath: "\(server.folder.path)/admin.pem")
            configuration.clientKey = FileManager.default.contents(atPath: "\(server.folder.path)/admin-key.pem")
            configuration.serverName = "kubernetes.default.svc"
            try await KubernetesWatcher.with(configuration) { watcher in try await watcher.wait("watching") { watcher.told.contains("state watching") } }
            configuration.serverName = "another.name"
            try await KubernetesWatcher.with(configuration) { watcher in try await watcher.wait("the name") { watcher.told == ["state tls-failed"] } }
        }
    }
}
