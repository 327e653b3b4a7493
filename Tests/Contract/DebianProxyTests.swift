import Contract
import Portal
import PortalClient
import Testing

/// The proxy matrix once more, through the proxies that Debian ships: what our own proxy would let pass, others may not.
@Suite(.timeLimit(.minutes(3))) struct DebianProxyTests {
    private func configuration(_ backend: PortalClientBackend, _ proxy: DebianProxy, _ credentials: String = "", scheme: String = "http") throws -> PortalClientConfiguration {
        var configuration = backend.configuration
        let way: PortalProxy = try #require(PortalProxy(url: "\(scheme)://\(credentials)127.0.0.1:\(proxy.port)"))
        configuration.proxy = way
        return configuration
    }

    /// REST and gRPC both get through, and both by way of the proxy.
    private func expectPassage(_ configuration: PortalClientConfiguration, _ backend: PortalClientBackend, _ proxy: DebianProxy) async throws {
        let isThrough = try await RunningClient.with(configuration) { client in
            let context = try await client.join()
            if case .heartbeat = await client.answer(.heartbeat(sequence: 1), context) { return true }
            return false
        }
        #expect(isThrough)
        let targets = try proxy.targets()
        #expect(targets == [backend.grpc.description, backend.http.description])
    }

    /// The names that REST and gRPC give to what went wrong.
    private func expectStates(_ wanted: Set<PortalState>, _ configuration: PortalClientConfiguration) async throws {
        let found = try await RunningClient.with(configuration) { client in [await client.answer(.token).failedState, await client.answer(.register).failedState] }
        #expect(found.allSatisfy { $0.map(wanted.contains) ?? false }, "\(found) instead of \(wanted)")
    }

    @Test func plain() async throws {
        try await PortalClientBackend.with { backend in
            try await DebianProxy.with(.init(), folder: backend.folder) { proxy in
                try await expectPassage(configuration(backend, proxy), backend, proxy)
            }
            // it opens tunnels to port 443 alone, as proxies in the field do
            try await DebianProxy.with(.init(ports: [443]), folder: backend.folder) { proxy in
                try await expectStates([.proxyRefused], configuration(backend, proxy))
            }
        }
    }

    @Test func basicAuthentication() async throws {
        try await PortalClientBackend.with { backend in
            try await DebianProxy.with(.init(user: "sensor", password: "s3cret"), folder: backend.folder) { proxy in
                try await expectStates([.proxyWantsCredentials], configuration(backend, proxy))
                try await expectStates([.proxyWantsCredentials], configuration(backend, proxy, "sensor:wrong@"))
                try await expectPassage(configuration(backend, proxy, "sensor:s3cret@"), backend, proxy)
            }
        }
    }

    @Test func tlsWithItsOwnAuthorityAndBasicAuthentication() async throws {
        try await PortalClientBackend.with { backend in
            let certificates = TestCertificates(folder: backend.folder)
            try certificates.make("proxy", for: "IP:127.0.0.1")
            let rules = DebianProxy.Rules(user: "sensor", password: "s3cret", certificate: (certificates.path("proxy"), certificates.path("proxy-key")))
            try await DebianProxy.with(rules, folder: backend.folder) { proxy in
                var over = try configuration(backend, proxy, "sensor:s3cret@", scheme: "https")
                try await expectStates([.certificateUnknownAuthority], over)
                over.proxy?.authorityFile = certificates.path("proxy")
                try await expectPassage(over, backend, proxy)
                over.proxy?.credentials = .given(user: "sensor", password: "wrong")
                try await expectStates([.proxyWantsCredentials], over)
            }
        }
    }

    @Test func clientCertificate() async throws {
        try await PortalClientBackend.with { backend in
            let certificates = TestCertificates(folder: backend.folder)
            for (name, names) in [("proxy", "IP:127.0.0.1"), ("client", "DNS:sensor"), ("stranger", "DNS:sensor")] { try certificates.make(name, for: names) }
            let rules = DebianProxy.Rules(certificate: (certificates.path("proxy"), certificates.path("proxy-key")), client: certificates.path("client"))
            try await DebianProxy.with(rules, folder: backend.folder) { proxy in
                var over = try configuration(backend, proxy, scheme: "https")
                over.proxy?.authorityFile = certificates.path("proxy")
                try await expectStates([.tlsFailed, .proxyUnreachable], over)
                over.proxy?.clientCertificateFile = certificates.path("stranger-both")
                try await expectStates([.tlsFailed, .proxyUnreachable], over)
                over.proxy?.clientCertificateFile = certificates.path("client-both")
                try await expectPassage(over, backend, proxy)
            }
        }
    }

    @Test func aProxyThatHasEnded() async throws {
        try await PortalClientBackend.with { backend in
            let gone = try await DebianProxy.with(.init(), folder: backend.folder) { $0 }
            try await expectStates([.proxyUnreachable], configuration(backend, gone))
        }
    }
}
