import Enrichment
import Events
import Testing

@Suite struct ContainerResolverTests {
    static let id = String(repeating: "0123456789abcdef", count: 4)
    static let uid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    static let underscored = uid.replacing("-", with: "_")

    @Test(arguments: [
        ("/docker/\(id)", "docker", nil),
        ("/libpod_parent/libpod-\(id)", "podman", nil),
        ("/kubepods/besteffort/pod\(uid)/\(id)", "containerd", uid),
        ("/nested/kubepods/pod\(uid)/\(id)", "containerd", uid),
        ("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(underscored).slice/cri-containerd-\(id).scope", "containerd", uid),
        ("/kubepods.slice/kubepods-pod\(underscored).slice/crio-\(id).scope", "cri-o", uid),
        ("/system.slice/docker-\(id).scope", "docker", nil),
        ("/docker/\(String(repeating: "f", count: 64))/kubepods/burstable/pod\(uid)/\(id)", "docker", uid),
    ] as [(String, String, String?)])
    func findsTheLastDigest(path: String, runtime: String, pod: String?) throws {
        let found = try #require(ContainerResolver.parse(path, acceptNames: false))
        #expect(found.id == Self.id)
        #expect(found.runtime == runtime)
        #expect(found.podUID == pod)
    }

    @Test(arguments: ["/", "", "/user.slice/user-1000.slice/session-3.scope", "/system.slice/ssh.service", "/init.scope", "/kubepods/besteffort"])
    func aPlainHostSessionIsNoContainer(path: String) {
        #expect(ContainerResolver.parse(path, acceptNames: false) == nil)
        #expect(path == "/kubepods/besteffort" || ContainerResolver.parse(path, acceptNames: true) == nil)
    }

    @Test func namesCountOnlyWithAPIDNamespace() {
        #expect(ContainerResolver.parse("/my-test", acceptNames: false) == nil)
        #expect(ContainerResolver.parse("/my-test", acceptNames: true)?.id == "my-test")
    }

    @Test func theHostsOwnMountNamespaceIsNeverAContainer() {
        var resolver = ContainerResolver(host: Namespaces(mount: 1, pid: 2))
        let onHost = resolver.container(cgroupPath: "/docker/\(Self.id)", namespaces: Namespaces(mount: 1, pid: 2))
        let inside = resolver.container(cgroupPath: "/docker/\(Self.id)", namespaces: Namespaces(mount: 9, pid: 9))
        #expect(onHost == nil)
        #expect(inside?.id == Self.id)
    }
}
