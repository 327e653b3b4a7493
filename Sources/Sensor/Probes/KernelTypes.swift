internal import CLibbpf

/// The type information of the running kernel: what it has of functions and tracepoints is told by their types' names.
final class KernelTypes: @unchecked Sendable {
    // read only after it was loaded, which makes sharing safe
    private let types: OpaquePointer

    /// Kinds of BTF entries (include/uapi/linux/btf.h; libbpf's header names them too, so Swift sees each twice and takes neither).
    static let function: UInt32 = 12
    static let typedef: UInt32 = 8

    /// nil on a kernel without BTF.
    static let running = KernelTypes()

    private init?() {
        guard let types = btf__load_vmlinux_btf() else { return nil }
        self.types = types
    }

    deinit { btf__free(types) }

    func has(_ name: String, kind: UInt32) -> Bool { btf__find_by_name_kind(types, name, kind) > 0 }
}
