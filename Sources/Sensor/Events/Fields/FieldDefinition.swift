/// A name of the rule language: what it means, when it has a value, and how that is read.
package struct FieldDefinition: Sendable {
    package typealias Read = @Sendable (EnrichedEvent, FieldArgument) -> FieldValue?
    /// Calls its last argument with value after value until that returns true; returns whether it did.
    package typealias Visit = @Sendable (EnrichedEvent, FieldArgument, (FieldValue) -> Bool) -> Bool

    package enum ArgumentRule: String, Sendable, Codable {
        case none
        /// A position, or nothing for all of them.
        case optionalIndex
        case requiredKey
        case optionalKey
    }

    package enum Reading: Sendable {
        case single(Read)
        /// The field has several values: a comparison holds when it holds for one of them.
        case multiple(Visit)
        /// The name is known and valid, but this build has nothing to fill it with.
        case never
    }

    package let name: String
    package let type: FieldType
    package let argument: ArgumentRule
    /// The event kinds that can have a value.
    package let kinds: Set<EventKind>
    package let summary: String
    /// What fills the field apart from the event itself.
    package let source: DataSource
    package let reading: Reading
    /// What outputs say in place of the values, of a field that may hold secrets under any name.
    package let shown: Reading?

    /// Where values come from when the probe messages alone do not have them; a deployment may lack some of these.
    package enum DataSource: String, Sendable, Codable, CaseIterable {
        case event
        case container
        case kubernetes
        case capabilities
        case digests
        /// The environment that a program was given: the kernel side copies it only for those who ask.
        case environment
        /// Nobody, in this build.
        case unavailable
    }

    package init(
        _ name: String, _ type: FieldType, argument: ArgumentRule = .none, kinds: Set<EventKind> = FieldDefinition.everyKind, source: DataSource = .event,
        _ summary: String, _ read: @escaping Read
    ) {
        self.init(name, type, argument: argument, kinds: kinds, source: source, summary, reading: .single(read))
    }

    package init(
        _ name: String, _ type: FieldType, argument: ArgumentRule = .none, kinds: Set<EventKind> = FieldDefinition.everyKind, source: DataSource = .event,
        _ summary: String, reading: Reading, shown: Reading? = nil
    ) {
        self.name = name
        self.type = type
        self.argument = argument
        self.kinds = kinds
        self.summary = summary
        self.source = source
        self.reading = reading
        self.shown = shown
    }

    package static let everyKind = Set(EventKind.allCases)

    /// Whether the field with this argument has several values.
    package func isList(_ argument: FieldArgument) -> Bool {
        guard case .multiple = reading else { return false }
        return argument == .none
    }

    /// Calls `body` with each value until it returns true.
    /// - Returns: whether `body` did.
    package func visit(_ event: EnrichedEvent, _ argument: FieldArgument, _ body: (FieldValue) -> Bool) -> Bool { Self.visit(reading, event, argument, body) }

    /// The same with what outputs may say.
    package func visitShown(_ event: EnrichedEvent, _ argument: FieldArgument, _ body: (FieldValue) -> Bool) -> Bool {
        Self.visit(shown ?? reading, event, argument, body)
    }

    private static func visit(_ reading: Reading, _ event: EnrichedEvent, _ argument: FieldArgument, _ body: (FieldValue) -> Bool) -> Bool {
        switch reading {
        case .single(let read):
            guard let value = read(event, argument) else { return false }
            return body(value)
        case .multiple(let visit): return visit(event, argument, body)
        case .never: return false
        }
    }

    /// The value as text; several values joined by commas, `nil` when there is none.
    package func printed(_ event: EnrichedEvent, _ argument: FieldArgument) -> String? {
        var out: String?
        _ = visitShown(event, argument) { value in
            out = out.map { $0 + "," + value.printed } ?? value.printed
            return false
        }
        return out
    }
}
