import Foundation
import Testing
import Yams

/// The manifests of kind-config agree with the program that they start: its settings, its image, what it asks of the API.
struct DeploymentManifestTests {
    private typealias Object = [String: Any]

    private static func objects(_ path: String) throws -> [[String: Any]] {
        try Array(Yams.load_all(yaml: try Tree.text(path))).compactMap { $0 as? Object }
    }

    private static func object(_ kind: String, in path: String) throws -> [String: Any] {
        try #require(try objects(path).first { $0["kind"] as? String == kind }, "\(path) has no \(kind)")
    }

    private static func pod(_ workload: [String: Any]) throws -> [String: Any] {
        try #require(((workload["spec"] as? Object)?["template"] as? Object)?["spec"] as? Object)
    }

    private static func sensorPod() throws -> [String: Any] { try pod(object("DaemonSet", in: "kind-config/manifests/sensor.yaml")) }

    private static func sensorContainer() throws -> [String: Any] { try #require((sensorPod()["containers"] as? [Object])?.first) }

    private static func names(_ list: Any?, _ key: String = "name") -> [String] { (list as? [Object] ?? []).compactMap { $0[key] as? String } }

    // MARK: The sensor's settings

    @Test func environmentOfTheSensorIsReadByIt() throws {
        let read = Set(try SettingSources().settings.compactMap(\.environment))
        for name in Self.names(try Self.sensorContainer()["env"]) { #expect(read.contains(name), "nothing reads \(name)") }
    }

    @Test func settingsFileHasKnownKeysOnly() throws {
        let data = try #require(try Self.object("ConfigMap", in: "kind-config/manifests/sensor.yaml")["data"] as? [String: String])
        let text = try #require(data["sensor.yaml"])
        let file = try #require(try Yams.load(yaml: text) as? Object)
        let known = Set(try SettingSources().settings.map(\.file)).union(["rules"])
        #expect(Set(file.keys).isSubset(of: known), "unknown: \(Set(file.keys).subtracting(known))")
        // a rule file that is named is mounted
        for rules in try #require(file["rules"] as? [String]) { #expect(data[String(rules.split(separator: "/").last ?? "")] != nil, "\(rules) is not in the ConfigMap") }
    }

    @Test func foldersThatSettingsNameAreMounted() throws {
        let container = try Self.sensorContainer()
        let mounts = Self.names(container["volumeMounts"], "mountPath")
        for entry in container["env"] as? [Object] ?? [] {
            guard let value = entry["value"] as? String, value.hasPrefix("/") else { continue }
            #expect(mounts.contains { value.hasPrefix($0) }, "\(value) lies on the read-only root file system")
        }
    }

    @Test func everyMountHasItsVolume() throws {
        for path in ["kind-config/manifests/sensor.yaml", "kind-config/manifests/backend.yaml"] {
            for workload in try Self.objects(path) where ["DaemonSet", "Deployment"].contains(workload["kind"] as? String ?? "") {
                let pod = try Self.pod(workload)
                let volumes = Set(Self.names(pod["volumes"]))
                let mounts = (pod["containers"] as? [Object] ?? []).flatMap { Self.names($0["volumeMounts"]) }
                #expect(Set(mounts) == volumes, "\(path)")
            }
        }
    }

    // MARK: What the sensor is allowed

    @Test func sensorRunsAsTheChartSays() throws {
        let pod = try Self.sensorPod()
        #expect(pod["hostPID"] as? Bool == true)
        #expect(pod["hostNetwork"] == nil)
        // the conversation's `shutdownMax` fits into it
        #expect(pod["terminationGracePeriodSeconds"] as? Int == 25)
        let context = try #require(try Self.sensorContainer()["securityContext"] as? Object)
        #expect(context["runAsUser"] as? Int == 2202)
        #expect(context["runAsGroup"] as? Int == 2202)
        #expect(context["runAsNonRoot"] as? Bool == true)
        #expect(context["privileged"] as? Bool == false)
        #expect(context["readOnlyRootFilesystem"] as? Bool == true)
    }

    /// With less than the image's program takes it does not start; more is for nothing.
    @Test func manifestGrantsWhatTheImageTakes() throws {
        let image = try Tree.text("Scripts/image/sensor.capabilities").split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: " ").first.map(String.init) }
        let context = try #require(try Self.sensorContainer()["securityContext"] as? Object)
        let capabilities = try #require(context["capabilities"] as? [String: [String]])
        #expect(image == image.sorted() && !image.isEmpty)
        #expect(capabilities["add"] == image)
        #expect(capabilities["drop"] == ["ALL"])
        let documented = markdownRows(of: try Tree.text("docs/DEPLOYMENT.md"), headedBy: "capability").map { $0[0].plain }
        #expect(documented == image)
    }

    /// Read from the client's sources: pods, and the owners that it follows upwards.
    @Test func clusterRoleReadsWhatTheSensorAsksForAndNothingElse() throws {
        let query = try Tree.text("Sources/Sensor/KubernetesClient/Watch/PodQuery.swift")
        let owners = try Tree.text("Sources/Sensor/KubernetesClient/Objects/OwnerReference.swift")
        #expect(query.contains("\"/api/v1/pods?\""))
        var asked = ["/pods": ["get", "list", "watch"]]
        for match in owners.matches(of: /case \("(?<group>[a-z]+)", "[A-Za-z]+"\): resource = "(?<resource>[a-z]+)"/) { asked["\(match.group)/\(match.resource)"] = ["get"] }
        #expect(asked.count == 3)
        var granted: [String: [String]] = [:]
        for rule in try #require(try Self.object("ClusterRole", in: "kind-config/manifests/rbac.yaml")["rules"] as? [Object]) {
            for group in rule["apiGroups"] as? [String] ?? [] { for resource in rule["resources"] as? [String] ?? [] { granted["\(group)/\(resource)"] = rule["verbs"] as? [String] } }
        }
        #expect(granted == asked)
    }

    /// Nothing is run while an image is made, so nothing needs to be in it but the program; where it lies is what the scripts call.
    @Test(arguments: [("sensor", "wiz-sensor"), ("backend", "fake-wiz-backend")])
    func imagesHoldOneProgramForAUserWhoIsNotRoot(_ name: String, _ program: String) throws {
        let lines = try Tree.text("Scripts/image/\(name).Dockerfile").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.first == "FROM scratch")
        #expect(!lines.contains { $0.hasPrefix("RUN") })
        #expect(lines.contains("USER 2202:2202"))
        #expect(lines.contains("ENTRYPOINT [\"/usr/src/app/\(program)\"]"))
        #expect(try Tree.text("kind-config/up.sh").contains("/usr/src/app/\(program) "))
        #expect(try Tree.text("Scripts/image.sh").contains("\"$bin/\(program)\" /usr/src/app/\(program)"))
    }

    // MARK: The backend and the workloads

    @Test func nobodyElseHasPrivileges() throws {
        for path in ["kind-config/manifests/backend.yaml", "kind-config/overlay/workloads.yaml"] {
            for object in try Self.objects(path) {
                let text = "\(object)"
                for word in ["hostPath", "hostPID", "hostNetwork", "hostIPC", "\"add\""] { #expect(!text.contains(word), "\(path) has \(word)") }
            }
        }
        let pod = try Self.pod(Self.object("Deployment", in: "kind-config/manifests/backend.yaml"))
        let container = try #require((pod["containers"] as? [Object])?.first)
        // without authentication, so for port-forward alone
        #expect((container["args"] as? [String] ?? []).contains("--control-listen=127.0.0.1:8445"))
    }

    @Test func flagsOfTheBackendExist() throws {
        let serve = try Tree.text("Sources/FakeWizBackend/Command/Serve.swift")
        let pod = try Self.pod(Self.object("Deployment", in: "kind-config/manifests/backend.yaml"))
        for argument in (try #require((pod["containers"] as? [Object])?.first)["args"] as? [String] ?? []).dropFirst() {
            let flag = argument.dropFirst(2).prefix { $0 != "=" }
            // `grpcListen` is the flag `--grpc-listen`
            let parts = flag.split(separator: "-")
            let property = parts.dropFirst().reduce(String(parts[0])) { $0 + $1.capitalized }
            #expect(serve.contains("var \(property)") || serve.contains("\"\(flag)\""), "serve has no --\(flag)")
        }
    }

    @Test func kustomizationsNameEveryFile() throws {
        for folder in ["kind-config/manifests", "kind-config/overlay"] {
            let list = try #require(try Yams.load(yaml: try Tree.text("\(folder)/kustomization.yaml")) as? Object)
            let named = Set((list["resources"] as? [String] ?? []) + Self.names(list["patches"], "path"))
            let there = Set(try Tree.files(folder, "yaml").map { String($0.path.dropFirst(folder.count + 1)) }).subtracting(["kustomization.yaml"])
            #expect(named.filter { !$0.hasPrefix("../") } == there, "\(folder)")
        }
    }
}
