import Foundations
import HTTPTypes
import Hummingbird
import KubeCore
import Logging
import NIOCore
import NIOSSL
import X509

/// Takes HTTP to the core and back: reads bodies, finds out who is at the other end, streams watches, compresses what is large.
struct Gateway: HTTPResponder {
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            coreContext = .init(source: source)
            channel = source.channel
        }
    }

    let hub: APIHub
    let journal: Journal
    let logger: Logger
    /// The node for whose kubelet this answers; nil for the API.
    var kubeletOf: String?
    /// Bodies above this are not kept, those above the other not read to their end. Bytes.
    static let bodyBytesMax = 3 * 1024 * 1024 + 64 * 1024
    static let droppedBytesMax = 32 * 1024 * 1024
    /// The real server compresses from this size on. Bytes.
    static let compressionBytesMin = 128 * 1024

    func respond(to request: Request, context: Context) async throws -> Response {
        let target = (request.head.path ?? "/").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var headers: [String: String] = [:]
        for field in request.headers {
            let name = field.name.canonicalName
            headers[name] = headers[name].map { $0 + ", " + field.value } ?? field.value
        }
        if let host = request.head.authority { headers["host"] = host }
        guard var body = try await Self.collect(request.body) else {
            let status = APIStatus(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")
            return response(.init(status: 413, body: status.json.encoded), headers)
        }
        let type = headers["content-type"]?.split(separator: ";").first.map(String.init)?.lowercased() ?? ""
        if type == "application/yaml" || type == "application/apply-patch+yaml" { body = YAMLText.json(of: body) ?? body }
        let ask = APIRequest(
            method: request.method.rawValue, path: String(target.first ?? "/"), query: target.count > 1 ? APIRequest.parseQuery(target[1]) : [], headers: headers, body: body)
        let sender = await credentials(headers, context.channel)
        var (answer, version) = hub.handle(ask, from: sender, kubeletOf: kubeletOf)
        while case .webhooks(var pending) = answer {
            pending.take(await WebhookCaller.ask(pending.calls))
            (answer, version) = hub.handle(ask, from: sender, kubeletOf: kubeletOf, resuming: pending)
        }
        if request.method != .get { try await journal.write(upTo: version) }
        return try await perform(answer, headers, context, isHead: request.method == .head)
    }

    /// The body; nil for one that is too large. What is beyond the bound is read and dropped, up to another one: a client that still sends while the
    /// connection closes would not see why.
    private static func collect(_ body: RequestBody) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        var count = 0
        for try await part in body {
            count += part.readableBytes
            if count <= bodyBytesMax { bytes += part.readableBytesView } else { bytes = [] }
            if count > droppedBytesMax { break }
        }
        return count > bodyBytesMax ? nil : bytes
    }

    private func credentials(_ headers: [String: String], _ channel: any Channel) async -> KubeAPI.Credentials {
        if let authorization = headers["authorization"] {
            let words = authorization.split(separator: " ").map(String.init)
            // Anything but a bearer token is no token of ours.
            return .bearer(words.count == 2 && words[0].lowercased() == "bearer" ? words[1] : "")
        }
        guard let peer = try? await Self.connection(of: channel).nioSSL_peerCertificate().get(), let der = try? peer.toDERBytes(), let certificate = try? Certificate(derEncoded: der) else { return .none }
        var name = ""
        var groups: [String] = []
        for relative in certificate.subject {
            for attribute in relative {
                let value = String(describing: attribute.value)
                if attribute.type == .RDNAttributeType.commonName { name = value }
                if attribute.type == .RDNAttributeType.organizationName { groups.append(value) }
            }
        }
        return name.isEmpty ? .none : .certificate(name: name, groups: groups)
    }

    /// The connection that a request came over: TLS is spoken there, and not on a stream of HTTP/2, whose parent it is.
    private static func connection(of channel: any Channel) async -> any Channel {
        let hasTLS = (try? await channel.pipeline.containsHandler(type: NIOSSLServerHandler.self).get()) != nil
        return hasTLS ? channel : channel.parent ?? channel
    }

    private func perform(_ answer: APIResponse, _ headers: [String: String], _ context: Context, isHead: Bool) async throws -> Response {
        switch answer {
        case .complete(let answer): return response(answer, headers, isHead: isHead)
        case .watch(let session): return stream(session, context)
        case .log(let session): return stream(session, context)
        case .delayed(let wait, let inner):
            try await Task.sleep(for: wait)
            return try await perform(inner, headers, context, isHead: isHead)
        case .disconnect, .webhooks:
            await Self.connection(of: context.channel).close(mode: .all, promise: nil)
            throw CancellationError()
        }
    }

    private func response(_ answer: APIResponse.Answer, _ asked: [String: String], isHead: Bool = false) -> Response {
        var fields = HTTPFields()
        for (name, value) in answer.headers { if let name = HTTPField.Name(name) { fields.append(.init(name: name, value: value)) } }
        var body = answer.body
        var type = answer.contentType
        if answer.isYAML, let text = YAMLText.yaml(of: body) {
            body = text
            type = "application/yaml"
        }
        if !type.isEmpty { fields[.contentType] = type }
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-cache, private" }
        let accepts = asked["accept-encoding"]?.split(separator: ",").contains { $0.split(separator: ";").first?.filter { $0 != " " } == "gzip" } ?? false
        if accepts, body.count > Self.compressionBytesMin, fields[.eTag] == nil, let packed = Gzip.pack(body) {
            body = packed
            fields[.contentEncoding] = "gzip"
            fields[.vary] = "Accept-Encoding"
        }
        let hasBody = !isHead && answer.status != 204 && answer.status != 304
        if answer.status != 204, answer.status != 304 { fields[.contentLength] = String(isHead ? 0 : body.count) }
        return Response(status: .init(code: answer.status), headers: fields, body: hasBody ? .init(byteBuffer: ByteBuffer(bytes: body)) : .init())
    }

    // MARK: Watches

    private func stream(_ start: WatchSession, _ context: Context) -> Response {
        let hub = hub
        let (id, signals) = hub.subscribe(start)
        // A client that goes away is noticed even while there is nothing to tell it.
        context.channel.closeFuture.whenComplete { _ in hub.unsubscribe(id) }
        let body = ResponseBody { writer in
            defer { hub.unsubscribe(id) }
            var session = start
            var wakes = signals.makeAsyncIterator()
            while !session.hasEnded {
                var out: [UInt8] = []
                let more = hub.advance(&session, id, into: &out)
                if !out.isEmpty { try await writer.write(ByteBuffer(bytes: out)) }
                if let pause = session.pause, !out.isEmpty { try await Task.sleep(for: pause) }
                if more || session.hasEnded { continue }
                guard await wakes.next() != nil else { break }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: start.contentType, .cacheControl: "no-cache, private"], body: body)
    }

    // MARK: Logs

    private func stream(_ start: LogSession, _ context: Context) -> Response {
        let hub = hub
        let (id, signals) = hub.subscribeToLogs()
        context.channel.closeFuture.whenComplete { _ in hub.unsubscribe(id) }
        let body = ResponseBody { writer in
            defer { hub.unsubscribe(id) }
            var session = start
            var wakes = signals.makeAsyncIterator()
            while true {
                var out: [UInt8] = []
                hub.advance(&session, into: &out)
                if !out.isEmpty { try await writer.write(ByteBuffer(bytes: out)) }
                guard !session.hasEnded, await wakes.next() != nil else { break }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: KubeAPI.logType, .cacheControl: "no-cache, private"], body: body)
    }
}
