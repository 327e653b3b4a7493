package import Events

/// What the rules of a set need from the kernel; what nobody needs is not sent.
package struct Interest: Sendable, Equatable {
    package var kinds: Set<EventKind>
    /// Files of which reads are wanted, and unix sockets to which connections are, by the last part of their path.
    package var readFiles: Set<String>
    /// Directories below which reads are wanted, by the last part of their path; the kernel looks at two levels.
    package var readDirectories: Set<String>
    /// Files that conditions about opens name by their whole path: they are these files under any other name too.
    package var knownFiles: Set<String>
    /// Somebody compares or shows what programs were started with.
    package var environment: Bool
    /// Rules that would need every read of every file, and see only those that others ask for.
    package var wantEveryRead: [String]

    package init(kinds: Set<EventKind> = [], readFiles: Set<String> = [], readDirectories: Set<String> = [], knownFiles: Set<String> = [], environment: Bool = false, wantEveryRead: [String] = []) {
        self.kinds = kinds
        self.readFiles = readFiles
        self.readDirectories = readDirectories
        self.knownFiles = knownFiles
        self.environment = environment
        self.wantEveryRead = wantEveryRead
    }

    /// What the enabled rules of a set need.
    package init(_ rules: RuleSet) {
        self.init()
        for rule in rules.rules {
            kinds.formUnion(rule.kinds)
            readFiles.formUnion(rule.reads.files)
            readDirectories.formUnion(rule.reads.directories)
            knownFiles.formUnion(rule.knownFiles)
            environment = environment || rule.usesEnvironment
            if rule.reads.isEverything { wantEveryRead.append(rule.name) }
        }
    }

    package func union(_ other: Interest) -> Interest {
        Interest(
            kinds: kinds.union(other.kinds), readFiles: readFiles.union(other.readFiles), readDirectories: readDirectories.union(other.readDirectories),
            knownFiles: knownFiles.union(other.knownFiles), environment: environment || other.environment, wantEveryRead: wantEveryRead + other.wantEveryRead)
    }
}

/// The opens for reading that a condition could match, as the kernel can tell them apart: by the name of the file or of a directory
/// above it. Opens for writing are always reported.
struct ReadNeeds: Sendable, Equatable {
    var files: Set<String> = []
    var directories: Set<String> = []
    var isEverything = false

    static let none = ReadNeeds()
    static let everything = ReadNeeds(isEverything: true)

    var weight: Int { isEverything ? .max : files.count + directories.count * 4 }

    mutating func formUnion(_ other: ReadNeeds) {
        files.formUnion(other.files)
        directories.formUnion(other.directories)
        isEverything = isEverything || other.isEverything
    }

    init(files: Set<String> = [], directories: Set<String> = [], isEverything: Bool = false) {
        self.files = files
        self.directories = directories
        self.isEverything = isEverything
    }

    /// - Parameter condition: of an open, specialised.
    init(of condition: Condition) {
        switch condition {
        case .constant(let value): self = value ? .everything : .none
        case .not(let inner):
            if case .check(let check) = inner, case .flag(let flag) = check.test { self = Self.needs(check, .flag(!flag)) } else { self = .everything }
        case .check(let check): self = Self.needs(check, check.test)
        case .all(let parts):
            // one part that only few files meet is enough to know which
            self = parts.map { ReadNeeds(of: $0) }.min { $0.weight < $1.weight } ?? .everything
        case .any(let parts):
            self = .none
            for part in parts { formUnion(ReadNeeds(of: part)) }
        }
    }

    /// The unix sockets that a condition of a connect names; the kernel reports connections only to those that somebody named. Of an abstract
    /// socket (`@/containerd-shim/...`) the parts before the last are what the kernel takes for directories.
    static func sockets(of condition: Condition) -> ReadNeeds {
        var out = ReadNeeds.none
        forEachName(in: condition) { op, name in
            let parts = name.drop { $0 == "@" }.split(separator: "/").map(String.init)
            switch op {
            case .equal, .endswith: if name.contains("/") || name.hasPrefix("@"), let last = parts.last { out.files.insert(last) }
            case .startswith where name.hasPrefix("@") && name.hasSuffix("/"): if let last = parts.last { out.directories.insert(last) }
            default: break
            }
        }
        return out
    }

    /// The files that a condition of an open names by their whole path.
    static func knownFiles(of condition: Condition) -> Set<String> {
        var out: Set<String> = []
        forEachName(in: condition) { op, name in if op == .equal, name.hasPrefix("/") { out.insert(name) } }
        return out
    }

    private static func forEachName(in condition: Condition, _ visit: (ValueTest.TextOperator, String) -> Void) {
        condition.forEachCheck { check in
            guard check.operand.transforms.isEmpty, ["fd.name", "fs.path.name"].contains(check.operand.field.name), case .text(let op, let literals) = check.test else { return }
            for literal in literals { visit(op, String(decoding: literal, as: UTF8.self)) }
        }
    }

    private static func needs(_ check: Condition.Check, _ test: ValueTest) -> ReadNeeds {
        guard check.operand.transforms.isEmpty else { return .everything }
        switch (check.operand.field.name, test) {
        case ("evt.is_open_write", .flag(true)), ("evt.is_open_create", .flag(true)), ("evt.is_open_exec", .flag(true)), ("evt.is_open_read", .flag(false)): return .none
        case ("fd.name", .text(let op, let literals)), ("fs.path.name", .text(let op, let literals)), ("evt.arg", .text(let op, let literals)):
            if check.operand.field.name == "evt.arg", check.operand.argument != .key("name") { return .everything }
            return paths(op, literals)
        case ("fd.directory", .text(let op, let literals)): return directories(op, literals)
        case ("fd.filename", .text(.equal, let literals)): return ReadNeeds(files: Set(literals.map { String(decoding: $0, as: UTF8.self) }))
        default: return .everything
        }
    }

    private static func paths(_ op: ValueTest.TextOperator, _ literals: Set<[UInt8]>) -> ReadNeeds {
        var out = ReadNeeds.none
        for literal in literals {
            let text = String(decoding: literal, as: UTF8.self)
            let parts = text.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
            switch op {
            case .equal: if let last = parts.last { out.files.insert(last) }
            case .endswith:
                guard text.contains("/"), let last = parts.last else { return .everything }
                out.files.insert(last)
            case .startswith, .pmatch:
                guard let last = parts.last else { return .everything }
                // what follows may be the rest of a name or, behind a slash, only something below
                if !text.hasSuffix("/") { out.files.insert(last) }
                out.directories.insert(last)
            case .contains:
                // `/.ssh/`: a whole part between slashes is a directory
                guard text.hasPrefix("/"), text.hasSuffix("/"), let last = parts.last else { return .everything }
                out.directories.insert(last)
            case .glob:
                guard let last = parts.last else { return .everything }
                if !last.contains(where: { "*?[\\".contains($0) }) {
                    out.files.insert(last)
                } else if parts.count > 1, !parts[parts.count - 2].contains(where: { "*?[\\".contains($0) }) {
                    out.directories.insert(parts[parts.count - 2])
                } else {
                    return .everything
                }
            case .icontains, .iglob, .regex: return .everything
            }
        }
        return out
    }

    private static func directories(_ op: ValueTest.TextOperator, _ literals: Set<[UInt8]>) -> ReadNeeds {
        guard op == .equal || op == .startswith || op == .endswith || op == .pmatch else { return .everything }
        var out = ReadNeeds.none
        for literal in literals {
            guard let last = String(decoding: literal, as: UTF8.self).split(separator: "/").last else { return .everything }
            out.directories.insert(String(last))
        }
        return out
    }
}
