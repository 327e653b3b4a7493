import Foundations

/// get, list and watch.
extension KubeAPI {
    /// How long a client waits for a version that does not exist yet.
    static let futureWait = Duration.seconds(3)

    func form(_ resource: ResourceDescriptor, _ call: Call) throws(APIStatus) -> ResponseForm {
        let verb = call.target?.verb
        var form = try ResponseForm.negotiate(call.request.headers["accept"], for: resource, isList: verb == "list" || verb == "watch")
        form.now = call.now.wall
        if let include = call.request.parameter("includeObject"), !include.isEmpty {
            if case .table = form.shape, !["None", "Metadata", "Object"].contains(include) { throw .badRequest("unrecognized includeObject value: \(JSON.string(include).text)") }
            form.includeObject = include
        }
        form.columns = customs[resource.customKey]?.columns
        return form
    }

    func answer(_ object: JSON, _ resource: ResourceDescriptor, _ call: Call, status: Int = 200) throws(APIStatus) -> APIResponse.Answer {
        let form = try form(resource, call)
        return form.answer(status, form.encoded(form.shaped(object, resource)))
    }

    func get(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: Call) throws(APIStatus) -> APIResponse.Answer {
        let form = try form(resource, call)
        if let version = try Self.version(call.request), version > store.version { throw tooLarge(version) }
        guard let object = store.object(resource, resource.isNamespaced ? target.namespace : "", target.name) else { throw .notFound(resource, target.name) }
        var body: [UInt8] = []
        form.write(object, resource, isFirst: true, to: &body)
        return form.answer(200, body)
    }

    /// The `resourceVersion` of a read; nil when none is given.
    static func version(_ request: APIRequest) throws(APIStatus) -> UInt64? {
        guard let text = request.parameter("resourceVersion"), !text.isEmpty else { return nil }
        if let version = UInt64(text), text.first != "+" { return version }
        throw .badRequest("invalid resource version: resourceVersion: Invalid value: \(JSON.string(text).text): strconv.ParseUint: parsing \(JSON.string(text).text): invalid syntax")
    }

    func tooLarge(_ version: UInt64) -> APIStatus {
        var status = APIStatus(504, "Timeout", "Timeout: Too large resource version: \(version), current: \(store.version)")
        status.causes = [.init("ResourceVersionTooLarge", "Too large resource version")]
        status.retryAfterSeconds = 1
        return status
    }

    func selectors(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: Call) throws(APIStatus) -> (LabelSelector, FieldSelector) {
        do {
            let labels = try call.request.parameter("labelSelector").map { text throws(LabelSelector.Failure) in try LabelSelector(parsing: text) } ?? .everything
            do {
                var fields = try call.request.parameter("fieldSelector").map { text throws(FieldSelector.Failure) in try FieldSelector(parsing: text) } ?? .everything
                try SelectableFields.check(fields, of: resource, custom: customs[resource.customKey]?.selectableFields ?? [:])
                if target.isWatchPath, !target.name.isEmpty { fields.require("metadata.name", target.name) }
                return (labels, fields)
            } catch {
                throw APIStatus.badRequest(error.message)
            }
        } catch let status as APIStatus {
            throw status
        } catch {
            throw .badRequest((error as? LabelSelector.Failure)?.message ?? "\(error)")
        }
    }

    // MARK: List

    func list(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: Call) throws(APIStatus) -> APIResponse {
        let form = try form(resource, call)
        let (labels, fields) = try selectors(target, resource, call)
        let options = try ListOptions(call.request, isWatch: false)
        if let version = options.version, version > store.version, options.continueToken == nil {
            return .delayed(Self.futureWait, .failure(tooLarge(version)))
        }
        let page = try page(target, resource, options, labels, fields)
        var metadata: JSON = ["resourceVersion": .string(String(page.version))]
        if let next = page.next { metadata["continue"] = .string(next) } else if resource.isCustom { metadata["continue"] = "" }
        if let remaining = page.remaining { metadata["remainingItemCount"] = JSON(remaining) }
        if form.shape != .whole, page.next == nil { metadata["continue"] = nil }
        return .complete(form.answer(200, form.list(page.objects, metadata: metadata, resource)))
    }

    private struct Page {
        var objects: [StoredObject]
        var version: UInt64
        var next: String?
        var remaining: Int?
    }

    private func page(_ target: RequestTarget, _ resource: ResourceDescriptor, _ options: ListOptions, _ labels: LabelSelector, _ fields: FieldSelector) throws(APIStatus) -> Page {
        var version = store.version
        var candidates: [StoredObject]
        let token = try options.continueToken.map { text throws(APIStatus) in try ContinueToken(text) }
        let isExact = options.match == "Exact" || token.map { $0.version >= 0 } ?? false
        let selects = !labels.isEmpty || !fields.isEmpty
        // From a cache, which is what version 0 means, a page would not be cut.
        let limit = options.limit > 0 && !(options.version == 0 && options.match.isEmpty && token == nil) ? options.limit : Int.max
        let wanted = token.flatMap { $0.version > 0 ? UInt64($0.version) : nil } ?? options.version
        // Nothing has changed since: the past is the present.
        let isPresent = !isExact || wanted.map { $0 >= store.latest(resource) && $0 >= store.floor(resource) } ?? true
        if isPresent, !selects {
            if isExact, let wanted { version = wanted }
            let (objects, rest) = store.page(resource, namespace: target.namespace, from: token?.start, limit: limit)
            guard rest > 0, let last = objects.last else { return Page(objects: objects, version: version) }
            return Page(objects: objects, version: version, next: ContinueToken(version: Int64(version), start: last.key + "\0").text, remaining: rest)
        }
        if isExact {
            version = token.map { UInt64($0.version) } ?? options.version ?? version
            guard let past = store.objects(resource, namespace: target.namespace, at: version) else {
                if let token { throw expired(token) }
                throw APIStatus(410, "Expired", "The resourceVersion for the provided list is too old.")
            }
            candidates = past
            if let token { candidates = Array(past[(past.firstIndex { $0.key >= token.start } ?? past.count)...]) }
        } else if let token {
            candidates = store.objects(resource, namespace: target.namespace, after: token.start)
            if let first = store.object(resource, atKey: token.start), target.namespace.isEmpty || first.namespace == target.namespace { candidates.insert(first, at: 0) }
        } else if let name = fields.required("metadata.name"), resource.isNamespaced ? !target.namespace.isEmpty : true {
            candidates = [store.object(resource, target.namespace, name)].compactMap { $0 }
        } else {
            candidates = store.objects(resource, namespace: target.namespace, node: fields.required("spec.nodeName"))
        }
        var objects: [StoredObject] = []
        var rest = candidates[...]
        while let object = rest.first, objects.count < limit {
            rest = rest.dropFirst()
            if !selects || object.matches(labels, fields) { objects.append(object) }
        }
        guard !rest.isEmpty, objects.count == limit, let last = objects.last, !selects || rest.contains(where: { $0.matches(labels, fields) }) else {
            return Page(objects: objects, version: version)
        }
        return Page(objects: objects, version: version, next: ContinueToken(version: Int64(version), start: last.key + "\0").text, remaining: selects ? nil : rest.count)
    }

    private func expired(_ token: ContinueToken) -> APIStatus {
        var status = APIStatus(410, "Expired", """
            The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the \
            continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects \
            that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.
            """)
        status.continueToken = ContinueToken(version: -1, start: token.start).text
        return status
    }

    // MARK: Watch

    mutating func watch(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: Call) throws(APIStatus) -> APIResponse {
        let form = try form(resource, call)
        // Nothing says where a document of a stream would end.
        if form.encoding == .yaml { throw APIStatus(406, "NotAcceptable", "only the following media types are accepted: \(ResponseForm.availableStreams)") }
        let (labels, fields) = try selectors(target, resource, call)
        let options = try ListOptions(call.request, isWatch: true)
        lastWatch += 1
        let now = call.now.monotonic
        let seconds = options.timeoutSeconds > 0 ? Double(options.timeoutSeconds) : Double.random(in: 1800...3600, using: &random)
        var phase = WatchSession.Phase.live
        var cursor = store.version
        var marksEnd = false
        let version = options.version
        let wantsInitial = options.sendInitialEvents ?? (version == nil || version == 0)
        if let fault = call.fault, fault.gone {
            phase = .failing(Self.gone("too old resource version: \(version ?? 0) (\(store.version))"), at: now)
        } else if wantsInitial {
            if let version, version > store.version {
                phase = .failing(tooLarge(version), at: now + Self.futureWait)
            } else {
                let objects = store.objects(resource, namespace: target.namespace, node: fields.required("spec.nodeName")).filter { $0.matches(labels, fields) }
                phase = .initial(objects, at: 0)
                marksEnd = options.allowsBookmarks
            }
        } else if let version, version > 0 {
            cursor = version
        }
        var session = WatchSession(
            id: lastWatch, resource: resource, namespace: target.namespace, labels: labels, fields: fields, form: form, phase: phase, cursor: cursor,
            allowsBookmarks: options.allowsBookmarks && !(call.fault?.dropBookmarks ?? false), marksInitialEnd: marksEnd && !(call.fault?.dropBookmarks ?? false),
            deadline: now + .nanoseconds(Int64(seconds * 1e9)), startVersion: cursor, nextBookmark: now + WatchSession.bookmarkEvery)
        session.eventsLeft = call.fault?.cutWatchAfterEvents
        session.pause = call.fault?.slowWatchMilliseconds.map { .milliseconds(Int64($0)) }
        return .watch(session)
    }

    static func gone(_ message: String) -> APIStatus { APIStatus(410, "Expired", message) }
}
