/// Objects in protobuf as clients of Kubernetes send and get them: the magic bytes `k8s\0`, then `runtime.Unknown`
/// {1: TypeMeta {1: apiVersion, 2: kind}, 2: raw object, 3: contentEncoding, 4: contentType}.
package enum ProtobufEnvelope {
    static let mediaType = "application/vnd.kubernetes.protobuf"
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    // MARK: Reading

    /// - Parameters:
    ///   - kind: that is wanted, and that an envelope without one is taken for.
    ///   - apiVersion: of that.
    package static func decode(_ body: [UInt8], kind: String, apiVersion: String) throws(APIStatus) -> JSON {
        func unrecognized(_ why: String) -> APIStatus { .badRequest("the object provided is unrecognized (must be of type \(kind)): \(why) (\(BodyDecoder.summary(body)))") }
        guard !body.isEmpty else { throw unrecognized("empty data") }
        guard body.starts(with: magic) else { throw unrecognized("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]") }
        guard body.count > magic.count else { throw unrecognized("empty body") }
        var sentKind = ""
        var sentVersion = ""
        var raw: ArraySlice<UInt8> = []
        do throws(ProtobufReader.Failure) {
            var envelope = ProtobufReader(body[magic.count...], of: "Unknown")
            while let part = try envelope.next() {
                switch (part.number, part.value) {
                case (1, .bytes(let meta)):
                    var reader = ProtobufReader(meta, of: "TypeMeta")
                    while let part = try reader.next() {
                        guard case .bytes(let text) = part.value else { continue }
                        if part.number == 1 { sentVersion = String(decoding: text, as: UTF8.self) }
                        if part.number == 2 { sentKind = String(decoding: text, as: UTF8.self) }
                    }
                case (2, .bytes(let bytes)): raw = bytes
                case (1, _), (2, _): throw ProtobufReader.Failure(message: "proto: wrong wireType = \(part.value.wireType) for field \(part.number == 1 ? "TypeMeta" : "Raw")")
                default: break
                }
            }
        } catch { throw unrecognized(error.message) }
        if sentKind.isEmpty { sentKind = kind }
        if sentVersion.isEmpty { sentVersion = apiVersion }
        func unhandled(_ why: String) -> APIStatus {
            .badRequest("\(sentKind) in version \"\(sentVersion.split(separator: "/").last ?? "")\" cannot be handled as a \(kind): \(why)")
        }
        guard let form = ProtobufSchema.builtIn.kind(sentKind, apiVersion: sentVersion) else {
            throw unhandled("no kind \"\(sentKind)\" is registered for version \"\(sentVersion)\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")
        }
        do throws(ProtobufReader.Failure) {
            var object = switch form {
            case .object(let message): try ProtobufSchema.builtIn.read(raw, as: message)
            case .list(let item): try ProtobufSchema.builtIn.readList(raw, of: item)
            }
            object["kind"] = .string(sentKind)
            object["apiVersion"] = .string(sentVersion)
            return object
        } catch { throw unhandled(error.message) }
    }

    /// The object of a bare message, without an envelope.
    package static func object(_ message: [UInt8], kind: String, apiVersion: String) throws(APIStatus) -> JSON {
        try decode(encode(message, kind, apiVersion), kind: kind, apiVersion: apiVersion)
    }

    // MARK: Writing

    /// - Returns: nil when the kind has no such form.
    package static func encode(_ object: JSON) -> [UInt8]? {
        let kind = object["kind"]?.string ?? ""
        let apiVersion = object["apiVersion"]?.string ?? "v1"
        guard case .list(let item)? = ProtobufSchema.builtIn.kind(kind, apiVersion: apiVersion) else { return message(object).map { encode($0, kind, apiVersion) } }
        return list(kind, apiVersion, object["metadata"] ?? [:], (object["items"]?.array ?? []).lazy.map { bytes($0, item) })
    }

    static func encode(_ message: [UInt8], _ kind: String, _ apiVersion: String) -> [UInt8] { envelope(kind, apiVersion) { $0.append(message) } }

    /// The bare message of an object, without an envelope.
    package static func message(_ object: JSON) -> [UInt8]? {
        guard case .object(let message)? = ProtobufSchema.builtIn.kind(object["kind"]?.string ?? "", apiVersion: object["apiVersion"]?.string ?? "v1") else { return nil }
        return bytes(object, message)
    }

    private static func bytes(_ object: JSON, _ message: Int) -> [UInt8] {
        var out = ProtobufWriter()
        ProtobufSchema.builtIn.write(object.object ?? [:], as: message, to: &out)
        return out.bytes
    }

    /// {1: ListMeta, 2: items}
    /// - Parameter items: messages.
    static func list(_ kind: String, _ apiVersion: String, _ metadata: JSON, _ items: some Sequence<[UInt8]>) -> [UInt8] {
        envelope(kind, apiVersion) { out in
            out.message(1) { meta in if let type = ProtobufSchema.builtIn.message("meta.v1.ListMeta") { ProtobufSchema.builtIn.write(metadata.object ?? [:], as: type, to: &meta) } }
            for item in items { out.data(2, item) }
        }
    }

    private static func envelope(_ kind: String, _ apiVersion: String, _ fill: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var out = ProtobufWriter(bytes: magic)
        out.message(1) {
            $0.string(1, apiVersion)
            $0.string(2, kind)
        }
        out.message(2, fill)
        out.string(3, "")
        out.string(4, "")
        return out.bytes
    }

    /// One event of a watch: its length in four bytes, then `WatchEvent` {1: type, 2: RawExtension {1: the object in its own envelope}}.
    static func frame(_ type: String, _ object: [UInt8]) -> [UInt8] {
        var event = ProtobufWriter()
        event.string(1, type)
        event.message(2) { $0.data(1, object) }
        let length = UInt32(clamping: event.bytes.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + event.bytes
    }
}
