internal import Events

/// What is known of the event that is asked about: answers of checks and conditions, and values of fields, each found at most once.
///
/// Everything carries the number of its event, so nothing is wiped between two events; memory is there from the beginning.
final class EvaluationMemo {
    /// Number of the event; 31 bits, because an answer shares its word with it.
    private(set) var generation: UInt32 = 0
    let answers: UnsafeMutablePointer<UInt32>
    private let valueGenerations: UnsafeMutablePointer<UInt32>
    private let values: UnsafeMutablePointer<FieldValue?>
    private let nodeCount: Int
    private let slotCount: Int

    /// - Parameters: the most nodes and slots of any bucket that will be asked.
    init(nodes: Int, slots: Int) {
        nodeCount = max(1, nodes)
        slotCount = max(1, slots)
        answers = .allocate(capacity: nodeCount)
        answers.initialize(repeating: 0, count: nodeCount)
        valueGenerations = .allocate(capacity: slotCount)
        valueGenerations.initialize(repeating: 0, count: slotCount)
        values = .allocate(capacity: slotCount)
        values.initialize(repeating: nil, count: slotCount)
    }

    deinit {
        answers.deallocate()
        valueGenerations.deallocate()
        values.deinitialize(count: slotCount)
        values.deallocate()
    }

    /// Forgets the event before.
    func begin() {
        if generation == UInt32.max >> 1 {
            answers.update(repeating: 0, count: nodeCount)
            valueGenerations.update(repeating: 0, count: slotCount)
            generation = 0
        }
        generation += 1
    }

    /// The value of a field that has at most one, read when it is asked for first.
    func value(_ slot: Int, of event: EnrichedEvent, _ read: FieldDefinition.Read, _ argument: FieldArgument) -> FieldValue? {
        if valueGenerations[slot] == generation { return values[slot] }
        let value = read(event, argument)
        values[slot] = value
        valueGenerations[slot] = generation
        return value
    }
}
