internal import Foundation
package import Foundations

extension KubeConfiguration {
    /// Where the kubelet mounts the service account of a pod.
    package static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The configuration that every pod is given; nil when this process is in none.
    ///
    /// "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT ... the service account's token at .../token, ca.crt beside it"
    /// (Kubernetes documentation, "Accessing the Kubernetes API from a Pod").
    /// - Throws: the file that should be there and is not.
    package static func inCluster(
        environment: [String: String], directory: String = serviceAccountDirectory
    ) throws(Diagnostic) -> KubeConfiguration? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty else { return nil }
        let port = environment["KUBERNETES_SERVICE_PORT"].flatMap { $0.isEmpty ? nil : $0 } ?? "443"
        guard let server = URL(string: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)") else {
            throw Diagnostic(file: "environment", subject: "KUBERNETES_SERVICE_HOST", message: "'\(host)' and port '\(port)' make no address")
        }
        let authority = "\(directory)/ca.crt", token = "\(directory)/token"
        guard let pem = FileManager.default.contents(atPath: authority), !pem.isEmpty else { throw Diagnostic(file: authority, message: "cannot be read") }
        guard FileManager.default.isReadableFile(atPath: token) else {
            throw Diagnostic(file: token, message: "cannot be read: is automountServiceAccountToken off?")
        }
        return KubeConfiguration(server: server, authority: pem, token: .file(token))
    }
}
