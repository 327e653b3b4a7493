import AsyncHTTPClient
import KubeCore
import NIOCore
import NIOSSL

/// Carries questions to admission webhooks, each over a connection of its own: over TLS, to those whom the given authorities vouch for.
enum WebhookCaller {
    /// Bytes of an answer.
    static let answerBytesMax = 4 * 1024 * 1024

    /// The answers in the order of the calls, which are made at the same time.
    static func ask(_ calls: [WebhookCall]) async -> [WebhookAnswer] {
        await withTaskGroup(of: (Int, WebhookAnswer).self) { group in
            for (index, call) in calls.enumerated() { group.addTask { (index, await ask(call)) } }
            var answers = [WebhookAnswer](repeating: .failed("EOF"), count: calls.count)
            for await (index, answer) in group { answers[index] = answer }
            return answers
        }
    }

    private static func ask(_ call: WebhookCall) async -> WebhookAnswer {
        if let failure = call.failure { return .failed(failure) }
        var configuration = HTTPClient.Configuration()
        var tls = TLSConfiguration.makeClientConfiguration()
        if !call.authorities.isEmpty {
            guard let roots = try? NIOSSLCertificate.fromPEMBytes(call.authorities) else { return .failed("unable to load root certificates: unable to parse bytes as PEM block") }
            tls.trustRoots = .certificates(roots)
        }
        configuration.tlsConfiguration = tls
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(Int64(call.timeoutSeconds))
        if let dial = call.dial, let host = HTTPClientRequest(url: call.url).host { configuration.dnsOverride = [host: dial] }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer: WebhookAnswer
        do {
            var request = HTTPClientRequest(url: call.url)
            request.method = .POST
            request.headers = ["content-type": "application/json", "accept": "application/json, */*", "user-agent": "kube-apiserver-admission"]
            request.body = .bytes(call.body)
            let response = try await client.execute(request, timeout: .seconds(Int64(call.timeoutSeconds)))
            let body = try await response.body.collect(upTo: answerBytesMax)
            answer = .answered(status: Int(response.status.code), body: Array(body.readableBytesView))
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout || error == .readTimeout {
            answer = .failed("context deadline exceeded")
        } catch is CancellationError {
            answer = .failed("context canceled")
        } catch {
            answer = .failed(meaning("\(error)"))
        }
        try? await client.shutdown()
        return answer
    }
}

extension WebhookCaller {
    /// Go's words for what the client says; its own for the rest.
    private static func meaning(_ error: String) -> String {
        if error.contains("CERTIFICATE_VERIFY_FAILED") { return "tls: failed to verify certificate: x509: certificate signed by unknown authority" }
        if error.contains("unableToValidateCertificate") || error.contains("noCertificateToValidate") || error.contains("failedToValidateHostname") { return "tls: failed to verify certificate: x509: certificate is not valid for this name" }
        if error.contains("Connection refused") || error.contains("ECONNREFUSED") { return "dial tcp: connect: connection refused" }
        return error
    }
}

private extension HTTPClientRequest {
    /// The host of the URL.
    var host: String? {
        guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
        return String(url[start...].prefix { $0 != ":" && $0 != "/" && $0 != "?" })
    }
}
