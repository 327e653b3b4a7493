package import Foundation

/// A value that has been through the redactor. Only this room can make one.
package struct Redacted<Value: Sendable>: Sendable {
    package let value: Value
    init(_ value: Value) { self.value = value }
}

extension Redacted: Equatable where Value: Equatable {}
extension Redacted: Hashable where Value: Hashable {}

extension Redacted where Value: Encodable {
    /// The value as JSON with sorted keys: the same value always gives the same bytes.
    package func encoded() throws -> Redacted<Data> {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Redacted<Data>(try encoder.encode(value))
    }
}

/// A value that knows which of its fields hold text that others wrote.
package protocol Redactable: Sendable {
    func redacted(by redactor: Redactor) -> Self
}
