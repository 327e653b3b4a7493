internal import Events

/// The opens for writing that conditions could match, as far as the place of the file and the process tell: what a filter ahead of the rules has to let
/// through. Never less than what matches (a property test holds it against the evaluator); how it is to be used stands in docs/PERFORMANCE.md.
package struct WriteNeeds: Sendable, Equatable {
    /// Beginnings of paths.
    package var prefixes: Set<[UInt8]> = []
    /// Last parts of paths, and ends of such.
    package var names: Set<[UInt8]> = []
    package var endings: Set<[UInt8]> = []
    /// The kernel's names of processes, and beginnings of such.
    package var programs: Set<[UInt8]> = []
    package var programPrefixes: Set<[UInt8]> = []
    /// Last parts of paths of executables.
    package var executables: Set<[UInt8]> = []
    /// All that containers write.
    package var hasContainers = false
    package var isEverything = false

    package static let none = WriteNeeds()
    static let everything = WriteNeeds(isEverything: true)

    init(
        prefixes: Set<[UInt8]> = [], names: Set<[UInt8]> = [], endings: Set<[UInt8]> = [], programs: Set<[UInt8]> = [], programPrefixes: Set<[UInt8]> = [], executables: Set<[UInt8]> = [],
        hasContainers: Bool = false, isEverything: Bool = false
    ) {
        (self.prefixes, self.names, self.endings) = (prefixes, names, endings)
        (self.programs, self.programPrefixes, self.executables) = (programs, programPrefixes, executables)
        (self.hasContainers, self.isEverything) = (hasContainers, isEverything)
    }

    /// Whether a rule may match when this process opens this file for writing.
    package func wants(path: String, program: String, executable: String, isInContainer: Bool) -> Bool {
        if isEverything || hasContainers && isInContainer { return true }
        let (path, program) = (Array(path.utf8), Array(program.utf8))
        return names.contains(Self.lastPart(path)) || programs.contains(program) || executables.contains(Self.lastPart(Array(executable.utf8)))
            || prefixes.contains { path.starts(with: $0) } || endings.contains { path.suffix($0.count).elementsEqual($0) }
            || programPrefixes.contains { program.starts(with: $0) }
    }

    mutating func formUnion(_ other: WriteNeeds) {
        prefixes.formUnion(other.prefixes)
        names.formUnion(other.names)
        endings.formUnion(other.endings)
        programs.formUnion(other.programs)
        programPrefixes.formUnion(other.programPrefixes)
        executables.formUnion(other.executables)
        hasContainers = hasContainers || other.hasContainers
        isEverything = isEverything || other.isEverything
    }

    // What lets the least through: a part of a conjunction is enough to filter by. Containers may be all there is on a node.
    private var weight: Int {
        if isEverything { return .max }
        return prefixes.count + names.count + 8 * endings.count + 2 * (programs.count + programPrefixes.count + executables.count) + (hasContainers ? 10_000 : 0)
    }

    // MARK: From conditions

    /// - Parameter condition: of an open, specialised.
    init(of condition: Condition) {
        switch condition {
        case .constant(let value): self = value ? .everything : .none
        case .check(let check): self = Self.needs(of: check, check.test)
        case .not(.check(let check)): self = Self.needs(of: check, .negated(check.test))
        case .not: self = .everything
        case .all(let parts): self = parts.map { WriteNeeds(of: $0) }.min { $0.weight < $1.weight } ?? .everything
        case .any(let parts):
            self = .none
            for part in parts { formUnion(WriteNeeds(of: part)) }
        }
    }

    private static func needs(of check: Condition.Check, _ test: ValueTest) -> WriteNeeds {
        guard check.operand.transforms.isEmpty, check.operand.argument == .none, !check.isAll || check.operand.field.name == "container.id" else { return .everything }
        switch (check.operand.field.name, test) {
        case ("evt.is_open_write", .flag(false)), ("evt.is_open_write", .negated(.flag(true))): return .none
        case ("container.id", .negated(.text(.equal, let literals))) where literals == [Array("host".utf8)]: return WriteNeeds(hasContainers: true)
        case ("fd.name", .text(let op, let literals)), ("fs.path.name", .text(let op, let literals)): return union(literals) { path(op, $0) }
        case ("fd.directory", .text(.equal, let literals)), ("fd.directory", .text(.startswith, let literals)), ("fd.directory", .text(.pmatch, let literals)):
            return union(literals) { prefix($0) }
        case ("fd.filename", .text(.equal, let literals)): return WriteNeeds(names: literals)
        case ("proc.name", .text(.equal, let literals)): return WriteNeeds(programs: literals)
        case ("proc.name", .text(.startswith, let literals)): return WriteNeeds(programPrefixes: literals)
        case ("proc.exepath", .text(.equal, let literals)), ("proc.exepath", .text(.endswith, let literals)):
            return union(literals) { literal in leaf(literal).map { WriteNeeds(executables: [$0]) } ?? .everything }
        default: return .everything
        }
    }

    private static func union(_ literals: Set<[UInt8]>, _ needs: ([UInt8]) -> WriteNeeds) -> WriteNeeds {
        literals.reduce(into: WriteNeeds.none) { $0.formUnion(needs($1)) }
    }

    private static func path(_ op: ValueTest.TextOperator, _ literal: [UInt8]) -> WriteNeeds {
        switch op {
        case .equal, .startswith, .pmatch: return prefix(literal)
        case .endswith where literal.contains(0x2F): return leaf(literal).map { WriteNeeds(names: [$0]) } ?? .everything
        case .endswith: return literal.isEmpty ? .everything : WriteNeeds(endings: [literal])
        case .glob:
            // up to the first character that stands for others
            let plain = literal.prefix { !Array("*?[\\".utf8).contains($0) }
            return prefix(Array(plain))
        case .regex:
            guard let expression = try? RegularExpression(literal), let prefixes = expression.prefixes() else { return .everything }
            return union(Set(prefixes), prefix)
        case .contains, .icontains, .iglob: return .everything
        }
    }

    // a slash alone is the beginning of them all
    private static func prefix(_ bytes: [UInt8]) -> WriteNeeds { bytes.count < 2 ? .everything : WriteNeeds(prefixes: [bytes]) }

    /// The last part, where the literal has all of it.
    private static func leaf(_ literal: [UInt8]) -> [UInt8]? {
        guard literal.contains(0x2F), literal.last != 0x2F else { return nil }
        return lastPart(literal)
    }

    private static func lastPart(_ path: [UInt8]) -> [UInt8] { path.lastIndex(of: 0x2F).map { Array(path[($0 + 1)...]) } ?? path }
}

extension RuleSet {
    /// What all rules in use need together.
    package var writeNeeds: WriteNeeds { rules.reduce(into: WriteNeeds.none) { $0.formUnion($1.writes) } }

    /// What one of them needs; nil when it is not in use.
    package func writeNeeds(ofRule name: String) -> WriteNeeds? { rules.first { $0.name == name }?.writes }

    /// Rules for which every open for writing has to be looked at.
    package var wantEveryWrite: [String] { rules.filter(\.writes.isEverything).map(\.name) }
}
