package import Foundations

/// One watcher's place in the history of a resource. It holds no queue of its own: it reads the shared history at its own pace, and is told
/// 410 when that has moved on without it.
package struct WatchSession: Sendable {
    /// What a session does next when it is asked for more.
    enum Phase: Sendable {
        /// `initial[at...]` is still to be sent. Becomes `live` behind the last.
        case initial([StoredObject], at: Int)
        /// Follows the history behind `cursor`. Becomes `ended` at the deadline or when the history is forgotten.
        case live
        /// Will say `status` and end, not before `at`.
        case failing(APIStatus, at: MonotonicInstant)
        case ended
    }

    package let id: UInt64
    package let resource: ResourceDescriptor
    let namespace: String
    let labels: LabelSelector
    let fields: FieldSelector
    var form: ResponseForm
    var phase: Phase
    /// The version up to which the watcher has seen everything.
    package var cursor: UInt64
    let allowsBookmarks: Bool
    let marksInitialEnd: Bool
    let deadline: MonotonicInstant
    let startVersion: UInt64
    var nextBookmark: MonotonicInstant
    var hasSentFinalBookmark = false
    var hasSentColumns = false
    /// Faults: at most so many events, then the stream is cut; a pause before each batch.
    var eventsLeft: Int?
    package var pause: Duration?
    package private(set) var eventsSent = 0

    static let batchEvents = 256
    static let bookmarkEvery = Duration.seconds(60)
    static let finalBookmarkBefore = Duration.seconds(2)

    /// The node whose objects alone are of interest; nil for all.
    package var node: String? { fields.required("spec.nodeName").flatMap { $0.isEmpty ? nil : $0 } }

    /// Of the stream; JSON has no word for one.
    package var contentType: String { form.encoding == .protobuf ? form.contentType + ";stream=watch" : form.contentType }

    package var hasEnded: Bool { if case .ended = phase { true } else { false } }

    /// When something will happen without any change: a bookmark or the end.
    package var wakeUp: MonotonicInstant {
        if case .failing(_, let at) = phase { return at }
        guard allowsBookmarks else { return deadline }
        let final = deadline + (.zero - Self.finalBookmarkBefore)
        return min(deadline, hasSentFinalBookmark ? deadline : final, nextBookmark)
    }

    /// Writes what is due, at most a batch. Returns whether more is waiting already.
    mutating func next(from store: ObjectStore, _ encodings: inout EventEncodings, at now: Now, into out: inout [UInt8]) -> Bool {
        form.now = now.wall
        switch phase {
        case .ended:
            return false
        case .failing(let status, let at):
            guard now.monotonic >= at else { return false }
            write("ERROR", status, to: &out)
            phase = .ended
            return false
        case .initial(let objects, let at):
            let end = min(objects.count, at + Self.batchEvents)
            // Each watcher has a beginning of its own, so these are not kept for others.
            for object in objects[at..<end] where counts() {
                encode("ADDED", object, at: nil, to: &out)
                hasSentColumns = true
            }
            if hasEnded { return false }
            phase = end < objects.count ? .initial(objects, at: end) : .live
            if end == objects.count, marksInitialEnd { bookmark(endsInitial: true, to: &out) }
            return true
        case .live:
            return follow(store, &encodings, at: now.monotonic, into: &out)
        }
    }

    private mutating func follow(_ store: ObjectStore, _ encodings: inout EventEncodings, at now: MonotonicInstant, into out: inout [UInt8]) -> Bool {
        guard cursor <= store.version || store.floor(resource) <= cursor else { return false }
        guard let changes = store.changes(resource, after: cursor, limit: Self.batchEvents) else {
            var status = APIStatus(410, "Expired", "too old resource version: \(cursor) (\(store.floor(resource)))")
            status.hasDetails = false
            write("ERROR", status, to: &out)
            phase = .ended
            return false
        }
        for change in changes {
            cursor = change.version
            guard namespace.isEmpty || change.object.namespace == namespace else { continue }
            let before = change.previous.map { $0.matches(labels, fields) } ?? false
            switch change.kind {
            case .deleted: if before || change.previous == nil && change.object.matches(labels, fields) { send("DELETED", change.object, &encodings, to: &out) }
            case .added, .modified:
                let after = change.object.matches(labels, fields)
                if after { send(before ? "MODIFIED" : "ADDED", change.object, &encodings, to: &out) } else if before, let previous = change.previous {
                    send("DELETED", previous, at: change.version, &encodings, to: &out)
                }
            }
            if hasEnded { return false }
        }
        if changes.count == Self.batchEvents { return true }
        if cursor < store.version, store.latest(resource) <= cursor { cursor = store.version }
        if now >= deadline {
            phase = .ended
            return false
        }
        if allowsBookmarks {
            if now >= nextBookmark {
                nextBookmark = now + Self.bookmarkEvery
                bookmark(endsInitial: false, to: &out)
            }
            if !hasSentFinalBookmark, now >= deadline + (.zero - Self.finalBookmarkBefore) {
                hasSentFinalBookmark = true
                if store.latest(resource) > startVersion { bookmark(endsInitial: false, to: &out) }
            }
        }
        return false
    }

    /// - Parameter version: given for an object that left the selection: it is shown as it was, at the version of the change.
    private mutating func send(_ type: String, _ object: StoredObject, at version: UInt64? = nil, _ encodings: inout EventEncodings, to out: inout [UInt8]) {
        guard counts() else { return }
        out += encodings.bytes(type, object, at: version, resource, form.key(isFirst: !hasSentColumns)) {
            var bytes: [UInt8] = []
            encode(type, object, at: version, to: &bytes)
            return bytes
        }
        hasSentColumns = true
    }

    /// Whether one more event may go out; a fault that cuts the stream here ends it.
    private mutating func counts() -> Bool {
        if let left = eventsLeft {
            if left == 0 {
                phase = .ended
                return false
            }
            eventsLeft = left - 1
        }
        eventsSent += 1
        return true
    }

    private func encode(_ type: String, _ object: StoredObject, at version: UInt64?, to out: inout [UInt8]) {
        // JSON is written in place, as most watchers read that.
        if form.encoding != .protobuf { out += "{\"type\":\"\(type)\",\"object\":".utf8 }
        let start = out.count
        form.write(object, resource, isFirst: !hasSentColumns, version: version, to: &out)
        if form.encoding == .protobuf { out.replaceSubrange(start..., with: ProtobufEnvelope.frame(type, Array(out[start...]))) } else { out += "}\n".utf8 }
    }

    private func write(_ type: String, _ object: [UInt8], to out: inout [UInt8]) {
        if form.encoding == .protobuf {
            out += ProtobufEnvelope.frame(type, object)
        } else {
            out += "{\"type\":\"\(type)\",\"object\":".utf8
            out += object
            out += "}\n".utf8
        }
    }

    private func write(_ type: String, _ status: APIStatus, to out: inout [UInt8]) {
        write(type, form.encoding == .protobuf ? form.encoded(status.json) : status.encoded, to: &out)
    }

    private func bookmark(endsInitial: Bool, to out: inout [UInt8]) {
        var metadata: JSON = ["resourceVersion": .string(String(cursor))]
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        write("BOOKMARK", form.encoded(form.bookmark(metadata, resource)), to: &out)
    }
}
