internal import Events

/// The values that the checks of one event compare: each field is read when it is asked for first, its texts are copied once.
///
/// Everything is plain memory that is there from the beginning and grows to what the largest event needed: reading it counts no
/// references. What an event left is not wiped, it carries the number of its event.
final class EventValues {
    struct Value {
        enum Kind { case number, flag, text, address }
        var kind: Kind
        var isV6 = false
        /// Of a number, and of a flag as 1 or 0.
        var number: Int64 = 0
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Where the text begins; of what is no text, its printed form once somebody has asked for it.
        var start = 0
        /// -1 while there is no text.
        var count = -1
    }

    private struct Slot {
        var generation: UInt32 = 0
        var first: Int32 = 0
        var count: Int32 = 0
    }

    private struct State {
        var generation: UInt32 = 0
        var values: UnsafeMutablePointer<Value>
        var valueCount = 0
        var valueCapacity: Int
        var bytes: UnsafeMutablePointer<UInt8>
        var byteCount = 0
        var byteCapacity: Int
    }

    private let readers: UnsafeMutablePointer<Reader>
    private let slots: UnsafeMutablePointer<Slot>
    private let slotCount: Int
    // behind a pointer: a variable of a class would be guarded against overlapping access at each use
    private let state: UnsafeMutablePointer<State>

    init(_ fields: [ResolvedOperand]) {
        slotCount = fields.count
        readers = .allocate(capacity: max(1, slotCount))
        readers.initialize(from: fields.map(Reader.init), count: slotCount)
        slots = .allocate(capacity: max(1, slotCount))
        slots.initialize(repeating: Slot(), count: slotCount)
        let (values, bytes) = (max(16, slotCount * 2), 1024)
        state = .allocate(capacity: 1)
        state.initialize(to: State(values: .allocate(capacity: values), valueCapacity: values, bytes: .allocate(capacity: bytes), byteCapacity: bytes))
    }

    deinit {
        readers.deinitialize(count: slotCount)
        readers.deallocate()
        slots.deallocate()
        state.pointee.values.deallocate()
        state.pointee.bytes.deallocate()
        state.deallocate()
    }

    /// Number of the event; 31 bits, so that an answer can share a word with it. Never 0.
    @inline(__always) var generation: UInt32 { state.pointee.generation }

    /// Forgets the event before.
    /// - Returns: whether the numbers begin again: whatever else carries them has to be wiped.
    func begin() -> Bool {
        state.pointee.valueCount = 0
        state.pointee.byteCount = 0
        let isWrapped = state.pointee.generation == UInt32.max >> 1
        if isWrapped {
            state.pointee.generation = 0
            slots.update(repeating: Slot(), count: slotCount)
        }
        state.pointee.generation += 1
        return isWrapped
    }

    /// The values of a field: at most one for most fields.
    @inline(__always)
    func range(_ slot: Int, of event: EnrichedEvent) -> Range<Int> {
        if slots[slot].generation != state.pointee.generation { read(slot, event) }
        let first = Int(slots[slot].first)
        return Range(uncheckedBounds: (first, first + Int(slots[slot].count)))
    }

    @inline(__always) subscript(_ index: Int) -> Value { state.pointee.values[index] }

    /// The text of a value, printed where it is no text. Good until the next value is read or printed.
    func text(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        if state.pointee.values[index].count < 0 { print(index) }
        let value = state.pointee.values[index]
        return UnsafeBufferPointer(start: state.pointee.bytes + value.start, count: value.count)
    }

    /// A number, or text that is one.
    func number(_ index: Int) -> Int64? {
        let value = state.pointee.values[index]
        switch value.kind {
        case .number: return value.number
        case .text: return Int64(String(decoding: text(index), as: UTF8.self))
        case .flag, .address: return nil
        }
    }

    /// The value as fields are compared with each other.
    func fieldValue(_ index: Int) -> FieldValue {
        let value = state.pointee.values[index]
        switch value.kind {
        case .number: return .number(value.number)
        case .flag: return .flag(value.number == 1)
        case .address: return .address(value.address)
        case .text: return .text(String(decoding: text(index), as: UTF8.self))
        }
    }

    private func read(_ slot: Int, _ event: EnrichedEvent) {
        let first = state.pointee.valueCount
        readers[slot].read(event, self)
        slots[slot] = Slot(generation: state.pointee.generation, first: Int32(first), count: Int32(state.pointee.valueCount - first))
    }

    /// A class, so that reading a field takes hold of one thing and not of all its parts.
    private final class Reader {
        private let operand: ResolvedOperand
        init(_ operand: ResolvedOperand) { self.operand = operand }

        func read(_ event: EnrichedEvent, _ values: EventValues) {
            if operand.transforms.isEmpty, case .single(let read) = operand.field.reading {
                if let value = read(event, operand.argument) { values.append(value) }
                return
            }
            _ = operand.visit(event) {
                values.append($0)
                return false
            }
        }
    }

    fileprivate func append(_ value: FieldValue) {
        var out: Value
        switch value {
        case .number(let n): out = Value(kind: .number, number: n)
        case .flag(let flag): out = Value(kind: .flag, number: flag ? 1 : 0)
        case .address(let address): out = Value(kind: .address, isV6: address.isV6, high: address.high, low: address.low)
        case .text(var text):
            out = Value(kind: .text)
            (out.start, out.count) = text.withUTF8(copy)
        }
        if state.pointee.valueCount == state.pointee.valueCapacity { growValues() }
        state.pointee.values[state.pointee.valueCount] = out
        state.pointee.valueCount += 1
    }

    private func print(_ index: Int) {
        let value = state.pointee.values[index]
        var text =
            switch value.kind {
            case .number: String(value.number)
            case .flag: value.number == 1 ? "true" : "false"
            case .address: value.address.description
            case .text: ""
            }
        let (start, count) = text.withUTF8(copy)
        state.pointee.values[index].start = start
        state.pointee.values[index].count = count
    }

    private func copy(_ text: UnsafeBufferPointer<UInt8>) -> (start: Int, count: Int) {
        let start = state.pointee.byteCount
        if start + text.count > state.pointee.byteCapacity { growBytes(to: start + text.count) }
        if let base = text.baseAddress { (state.pointee.bytes + start).update(from: base, count: text.count) }
        state.pointee.byteCount = start + text.count
        return (start, text.count)
    }

    private func growValues() {
        let capacity = state.pointee.valueCapacity * 2
        let values = UnsafeMutablePointer<Value>.allocate(capacity: capacity)
        values.update(from: state.pointee.values, count: state.pointee.valueCount)
        state.pointee.values.deallocate()
        (state.pointee.values, state.pointee.valueCapacity) = (values, capacity)
    }

    private func growBytes(to needed: Int) {
        let capacity = max(needed, state.pointee.byteCapacity * 2)
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        bytes.update(from: state.pointee.bytes, count: state.pointee.byteCount)
        state.pointee.bytes.deallocate()
        (state.pointee.bytes, state.pointee.byteCapacity) = (bytes, capacity)
    }
}

extension EventValues.Value {
    var address: IPAddress { isV6 ? IPAddress(v6High: high, low: low) : IPAddress(v4: UInt32(truncatingIfNeeded: low)) }
}
