/// How the Accept header is understood: the heaviest range that can be served decides, of those that it allows the first that the server offers.
extension ResponseForm {
    /// In the order in which the server offers them.
    static let offered: [(encoding: Encoding, type: String)] = [(.json, "application/json"), (.yaml, "application/yaml"), (.protobuf, ProtobufEnvelope.mediaType)]
    static let available = offered.map(\.type).joined(separator: ", ")
    static let availableStreams = "application/json;stream=watch, \(ProtobufEnvelope.mediaType);stream=watch"

    /// - Parameters:
    ///   - resource: whose objects are asked for; nil for documents, which have one shape.
    ///   - isList: whether a list is asked for, or a watch.
    static func negotiate(_ accept: String?, for resource: ResourceDescriptor? = nil, isList: Bool = false) throws(APIStatus) -> ResponseForm {
        guard let accept, !accept.isEmpty else { return ResponseForm() }
        let ranges = MediaRange.parse(accept)
        // The router of built-in kinds has the first look; it knows no wildcard but `*/*`.
        if !(resource?.isCustom ?? false), !ranges.contains(where: { range in range.isWildcard || offered.contains { $0.type == range.type } }) {
            var status = APIStatus(406, "NotAcceptable", "406: Not Acceptable\n\nAvailable representations: \(available)\(isList ? ", \(availableStreams)" : "")")
            status.hasDetails = true
            throw status
        }
        for range in ranges {
            for (encoding, type) in offered where range.includes(type) {
                if let form = form(range.parameters, encoding, resource) { return form }
            }
        }
        throw APIStatus(406, "NotAcceptable", "only the following media types are accepted: \(available)")
    }

    /// The encoding of what has one shape: refusals, reviews, discovery. nil when none of ours is accepted.
    static func plain(_ accept: String?) -> Encoding? {
        guard let accept, !accept.isEmpty else { return .json }
        for range in MediaRange.parse(accept) where range.parameters["as"] == nil && ["", nil].contains(range.parameters["sv"]) && ["watch", nil].contains(range.parameters["stream"]) {
            if let first = offered.first(where: { range.includes($0.type) }) { return first.encoding }
        }
        return nil
    }

    /// nil when the parameters ask for what there is not.
    private static func form(_ parameters: [String: String], _ encoding: Encoding, _ resource: ResourceDescriptor?) -> ResponseForm? {
        var form = ResponseForm()
        form.encoding = encoding
        guard ["watch", nil].contains(parameters["stream"]), ["v1", "", nil].contains(parameters["sv"]) else { return nil }
        guard let wanted = parameters["as"] else {
            // Custom resources have no protobuf form; their metadata has.
            return encoding == .protobuf && resource?.isCustom ?? false ? nil : form
        }
        guard resource != nil, parameters["g"] == "meta.k8s.io", let version = parameters["v"], version == "v1" || version == "v1beta1" else { return nil }
        switch wanted {
        case "Table":
            guard encoding != .protobuf else { return nil }
            form.shape = .table(version: "meta.k8s.io/" + version)
        case "PartialObjectMetadata", "PartialObjectMetadataList": form.shape = .metadata(version: "meta.k8s.io/" + version)
        default: return nil
        }
        return form
    }
}
