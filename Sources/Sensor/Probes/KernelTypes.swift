internal import CLibbpf
internal import Synchronization

/// The type information of the running kernel: what it has of functions and tracepoints is told by their types' names.
///
/// Parsed it takes more than 5 MiB, and only loading asks: `release` drops it, the answers stay.
enum KernelTypes {
    private struct State {
        var types: OpaquePointer?
        var answers: [String: Bool] = [:]
    }

    private static let state = Mutex(State())

    /// Kinds of BTF entries (include/uapi/linux/btf.h; libbpf's header names them too, so Swift sees each twice and takes neither).
    static let function: UInt32 = 12
    static let typedef: UInt32 = 8

    /// Whether the running kernel has it; nil on a kernel without BTF.
    static func has(_ name: String, kind: UInt32) -> Bool? {
        state.withLock { state in
            if let known = state.answers[name] { return known }
            if state.types == nil { state.types = btf__load_vmlinux_btf() }
            guard let types = state.types else { return nil }
            let answer = btf__find_by_name_kind(types, name, kind) > 0
            state.answers[name] = answer
            return answer
        }
    }

    /// Called when loading is done; the next question parses it again.
    static func release() {
        state.withLock { state in
            if let types = state.types { btf__free(types) }
            state.types = nil
        }
    }
}
