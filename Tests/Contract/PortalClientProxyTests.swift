import Contract
import Foundation
import Portal
import PortalClient
import Testing

/// (no proxy, plain, credentials, TLS with own CA, client certificate) x (gRPC, REST); wrong ones have their named state.
@Suite(.timeLimit(.minutes(3))) struct PortalClientProxyTests {
    private func configuration(_ backend: PortalClientBackend, _ proxy: PortalProxy) -> PortalClientConfiguration {
        var configuration = backend.configuration
        configuration.proxy = proxy
        return configuration
    }

    private func url(_ proxy: ConnectProxy, _ credentials: String = "", scheme: String = "http") throws -> PortalProxy {
        try #require(PortalProxy(url: "\(scheme)://\(credentials)127.0.0.1:\(proxy.port)"))
    }

    // REST and gRPC both get through: token, registration, heartbeat.
    private func passes(_ configuration: PortalClientConfiguration) async throws -> Bool {
        try await RunningClient.with(configuration) { client in
            let context = try await client.join()
            if case .heartbeat = await client.answer(.heartbeat(sequence: 1), context) { return true }
            return false
        }
    }

    private func states(_ configuration: PortalClientConfiguration) async throws -> [PortalState?] {
        try await RunningClient.with(configuration) { client in [await client.answer(.token).failedState, await client.answer(.register).failedState] }
    }

    @Test func bothTransportsGoThroughAPlainProxy() async throws {
        try await PortalClientBackend.with { backend in
            try await ConnectProxy.with { proxy in
                let isThrough = try await passes(configuration(backend, url(proxy)))
                #expect(isThrough)
                #expect(Set(proxy.asked.map(\.target)) == [backend.grpc.description, backend.http.description])
            }
        }
    }

    @Test func credentialsFromTheURLAndFromFiles() async throws {
        try await PortalClientBackend.with { backend in
            try await ConnectProxy.with(.init(credentials: "sensor:p@ss:word")) { proxy in
                let fromURL = try await passes(configuration(backend, url(proxy, "sensor:p%40ss%3Aword@")))
                #expect(fromURL)
                var files = try url(proxy)
                files.credentials = .files(user: try backend.folder.write("sensor\n", to: "proxy/user"), password: try backend.folder.write("p@ss:word", to: "proxy/password"))
                let fromFiles = try await passes(configuration(backend, files))
                #expect(fromFiles)
                let without = try await states(configuration(backend, url(proxy)))
                #expect(without == [.proxyWantsCredentials, .proxyWantsCredentials])
                let wrong = try await states(configuration(backend, url(proxy, "sensor:wrong@")))
                #expect(wrong == [.proxyWantsCredentials, .proxyWantsCredentials])
            }
        }
    }

    @Test func aProxyOverTLSWithItsOwnAuthorityAndAClientCertificate() async throws {
        try await PortalClientBackend.with { backend in
            let certificates = TestCertificates(folder: backend.folder)
            try certificates.make("proxy", for: "IP:127.0.0.1")
            try certificates.make("client", for: "DNS:sensor")
            try await ConnectProxy.with(.init(tls: certificates.server("proxy"))) { proxy in
                var good = try url(proxy, scheme: "https")
                let unknown = try await states(configuration(backend, good))
                #expect(unknown == [.certificateUnknownAuthority, .certificateUnknownAuthority])
                good.authorityFile = certificates.path("proxy")
                let isThrough = try await passes(configuration(backend, good))
                #expect(isThrough)
            }
            try await ConnectProxy.with(.init(tls: certificates.server("proxy", clients: "client"))) { proxy in
                var bare = try url(proxy, scheme: "https")
                bare.authorityFile = certificates.path("proxy")
                let refused = try await states(configuration(backend, bare))
                #expect(refused.allSatisfy { $0 == .tlsFailed || $0 == .proxyUnreachable }, "\(refused)")
                bare.clientCertificateFile = certificates.path("client-both")
                let isThrough = try await passes(configuration(backend, bare))
                #expect(isThrough)
            }
        }
    }

    @Test(arguments: [(401, PortalState.proxyWantsCredentials), (403, .proxyRefused), (405, .proxyRefused), (407, .proxyWantsCredentials), (502, .unreachable), (504, .unreachable)])
    func aProxyThatRefuses(status: Int, state: PortalState) async throws {
        try await PortalClientBackend.with { backend in
            try await ConnectProxy.with(.init(refusal: status)) { proxy in
                let found = try await states(configuration(backend, url(proxy)))
                #expect(found == [state, state])
            }
        }
    }

    @Test func aProxyThatIsNoneOrNotThere() async throws {
        try await PortalClientBackend.with { backend in
            try await ConnectProxy.with(.init(garbage: true)) { proxy in
                let found = try await states(configuration(backend, url(proxy)))
                #expect(found == [.proxyRefused, .proxyRefused])
            }
            let nobody = try #require(PortalProxy(url: "http://127.0.0.1:1"))
            let found = try await states(configuration(backend, nobody))
            #expect(found == [.proxyUnreachable, .proxyUnreachable])
        }
    }

    @Test func answersThatDripAndAnswersThatNeverEnd() async throws {
        try await PortalClientBackend.with { backend in
            try await ConnectProxy.with(.init(drips: true)) { proxy in
                let isThrough = try await passes(configuration(backend, url(proxy)))
                #expect(isThrough)
            }
            try await ConnectProxy.with(.init(isEndless: true)) { proxy in
                let found = try await states(configuration(backend, url(proxy)))
                #expect(found == [.proxyRefused, .proxyRefused])
            }
        }
    }

    @Test func exceptionsGoAroundTheProxy() async throws {
        try await PortalClientBackend.with { backend in
            try await ConnectProxy.with { proxy in
                var around = try url(proxy)
                around.exceptions = ["127.0.0.1"]
                let isThrough = try await passes(configuration(backend, around))
                #expect(isThrough)
                #expect(proxy.asked.isEmpty)
            }
        }
    }

    @Test func theCertificateIsComparedWithThePortalsAddressAndNotTheProxys() async throws {
        try await PortalClientBackend.with(host: "127.0.0.2") { backend in
            // the certificate is for 127.0.0.1, where the proxy is, and not for the portal's own 127.0.0.2
            try await ConnectProxy.with { proxy in
                let found = try await states(configuration(backend, url(proxy)))
                #expect(found == [.certificateWrongName, .certificateWrongName])
            }
        }
    }

    @Test func aCertificateForThePeersAddressDoesNotStandForAName() async throws {
        try await PortalClientBackend.with { backend in
            // both the proxy's and the portal's address are in the certificate, the name is not
            try await ConnectProxy.with(.init(names: ["portal.test", "localhost"])) { proxy in
                var redirected = configuration(backend, try url(proxy))
                redirected.grpc.host = "portal.test"
                redirected.http.host = "portal.test"
                let found = try await states(redirected)
                #expect(found == [.certificateWrongName, .certificateWrongName])
                redirected.grpc.host = "localhost"
                redirected.http.host = "localhost"
                let isThrough = try await passes(redirected)
                #expect(isThrough)
            }
        }
    }

    @Test(arguments: [
        ("proxy.example:3128", "http://proxy.example:3128"), ("https://u:p@proxy.example", "https://proxy.example:443"), ("http://[::1]:8080/", "http://[::1]:8080"),
        ("socks5://proxy.example", nil), ("http://proxy.example:0", nil), ("http://u:%zz@proxy.example", nil), ("", nil),
    ] as [(String, String?)])
    func urlsOfProxies(text: String, shown: String?) {
        #expect(PortalProxy(url: text)?.displayURL == shown)
    }
}
