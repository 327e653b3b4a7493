internal import CLibbpf
internal import Glibc

/// Gets one object into the kernel: leaves out what the kernel has no hook for, tries again without what it refuses, and
/// takes the compatible build where typed pointers are not known.
struct ObjectLoader {
    let name: String
    /// The object whose maps are shared; nil for the first.
    let sharing: BPFObject?
    let ringBytes: Int
    /// A refused program fails the whole object.
    let allRequired: Bool

    struct Loaded {
        let object: BPFObject
        let hooks: [HookStatus]
    }

    func load() throws(ProbeError) -> Loaded {
        do throws(ProbeError) {
            return try load(image: name)
        } catch {
            guard case .refused = error, !KernelCheck.hasTypedPointers else { throw error }
            return try load(image: name + "_compat")
        }
    }

    private func load(image: String) throws(ProbeError) -> Loaded {
        var refused: [String: Int32] = [:]
        // each round leaves out one more program, so this ends
        while true {
            let object = try BPFObject(named: image)
            try ABILayout.check(object)
            var hooks: [HookStatus] = []
            // without the hierarchy's root there is nothing that packet programs could sit at
            let cgroup = object.programs.contains(where: \.isAtCgroup) ? CgroupRoot() : nil
            for program in object.programs {
                if let error = refused[program.name] {
                    object.disable(program)
                    hooks.append(HookStatus(program: program.name, section: program.section, state: "refused: \(ErrnoName.name(error))"))
                } else if !KernelCheck.hasHook(section: program.section) || (program.isAtCgroup && cgroup == nil) {
                    object.disable(program)
                    hooks.append(HookStatus(program: program.name, section: program.section, state: HookStatus.absent))
                }
            }
            if let sharing {
                object.shareMaps(of: sharing)
            } else if let ring = object.map("messages") {
                bpf_map__set_max_entries(ring, UInt32(RingReader.size(for: ringBytes)))
            }
            _ = LibbpfLog.take()
            let error = object.load()
            if error != 0 {
                let log = LibbpfLog.take()
                guard let culprit = Self.culprit(in: log), refused[culprit] == nil, !allRequired else {
                    throw Self.failure(object: image, culprit: Self.culprit(in: log), error: error, log: log)
                }
                refused[culprit] = error
                continue
            }
            for program in object.programs where !hooks.contains(where: { $0.program == program.name }) {
                let error = object.attach(program, cgroup: cgroup?.descriptor ?? -1)
                if error != 0, allRequired { throw Self.failure(object: image, culprit: program.name, error: error, log: LibbpfLog.take()) }
                hooks.append(HookStatus(program: program.name, section: program.section, state: error == 0 ? HookStatus.loaded : "refused: \(ErrnoName.name(error))"))
            }
            guard hooks.contains(where: \.isLoaded) else { throw .refused(program: image, errno: ENOENT, log: ["no hook of \(image) exists on this kernel"]) }
            return Loaded(object: object, hooks: hooks)
        }
    }

    /// libbpf names the program it failed at: `prog 'process_exec': ...`.
    private static func culprit(in log: [String]) -> String? {
        for line in log.reversed() {
            guard let start = line.firstRange(of: "prog '") else { continue }
            return String(line[start.upperBound...].prefix { $0 != "'" })
        }
        return nil
    }

    private static func failure(object: String, culprit: String?, error: Int32, log: [String]) -> ProbeError {
        if error == -EPERM, geteuid() != 0 { return .notPermitted(detail: "EPERM, effective uid \(geteuid())") }
        return .refused(program: culprit ?? object, errno: error, log: Array(log.suffix(3)))
    }
}
