import Foundation
import Foundations
import KubernetesClient
import Testing

/// Where the API server is and who asks: kubeconfig and in-cluster, and what is refused.
@Suite struct KubernetesClientConfigurationTests {
    private func read(_ cluster: String, _ user: String = "token: abc", in folder: TestFolder) throws -> KubeConfiguration {
        let text = """
            apiVersion: v1
            kind: Config
            current-context: main
            contexts: [{name: main, context: {cluster: c, user: u}}]
            clusters:
            - name: c
              cluster:
            \(cluster.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
            users:
            - name: u
              user:
            \(user.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
            """
        return try KubeConfiguration.kubeconfig(path: folder.write(text, to: "kubeconfig"))
    }

    @Test func dataFilesAndTokensAreRead() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let inline = Data("PEM".utf8).base64EncodedString()
        let a = try read("server: https://10.0.0.1:6443\ncertificate-authority-data: \(inline)\ntls-server-name: kubernetes", "token: abc\ntokenFile: /nowhere", in: folder)
        #expect(a.server.absoluteString == "https://10.0.0.1:6443")
        #expect(a.authority == Data("PEM".utf8))
        #expect(a.serverName == "kubernetes")
        #expect(a.token == .given("abc"))
        _ = try folder.write("CERT", to: "pki/client.pem")
        _ = try folder.write("KEY", to: "pki/client.key")
        let b = try read("server: https://api.example", "client-certificate: pki/client.pem\nclient-key: pki/client.key\ntokenFile: token", in: folder)
        #expect(b.clientCertificate == Data("CERT".utf8) && b.clientKey == Data("KEY".utf8))
        #expect(b.token == .file("\(folder.path)/token"))
    }

    @Test(arguments: [
        ("server: https://a\ninsecure-skip-tls-verify: true", "token: x", "insecure-skip-tls-verify is refused"),
        ("server: http://10.0.0.1:8080", "token: x", "is not https"), ("server: ''", "token: x", "is no URL"),
        ("server: https://a\nproxy-url: http://p", "token: x", "proxy-url is not supported"),
        ("server: https://a", "exec: {command: aws}", "plugins are not supported"), ("server: https://a", "username: u\npassword: p", "passwords are not supported"),
        ("server: https://a\ncertificate-authority: missing.pem", "token: x", "cannot be read"), ("server: https://a\ncertificate-authority-data: '!!'", "token: x", "is not base64"),
        ("server: https://a", "client-certificate-data: QQ==", "come together"), ("name: x", "token: x", "'server' is missing"),
    ])
    func whatIsWrongIsSaid(cluster: String, user: String, message: String) throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let problem = #expect(throws: Diagnostic.self) { _ = try read(cluster, user, in: folder) }
        #expect(problem?.description.contains(message) == true, "\(problem?.description ?? "")")
        #expect(problem?.description.contains("password: p") == false)
    }

    @Test func aFileThatIsNoneOrHasNoSuchContext() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        #expect(throws: Diagnostic.self) { _ = try KubeConfiguration.kubeconfig(path: "\(folder.path)/nothing") }
        let broken = #expect(throws: Diagnostic.self) { _ = try KubeConfiguration.kubeconfig(path: folder.write("a: b: c", to: "broken")) }
        #expect(broken?.line != nil)
        #expect(throws: Diagnostic.self) { _ = try KubeConfiguration.kubeconfig(path: folder.write("contexts: []", to: "empty"), context: "main") }
    }

    @Test func insideAClusterTheMountedAccountIsUsed() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        #expect(try KubeConfiguration.inCluster(environment: [:], directory: folder.path) == nil)
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"]
        #expect(throws: Diagnostic.self) { _ = try KubeConfiguration.inCluster(environment: environment, directory: folder.path) }
        _ = try folder.write("PEM", to: "ca.crt")
        _ = try folder.write("TOKEN", to: "token")
        let configuration = try #require(try KubeConfiguration.inCluster(environment: environment, directory: folder.path))
        #expect(configuration.server.absoluteString == "https://[fd00::1]:6443")
        #expect(configuration.token == .file("\(folder.path)/token"))
    }
}
