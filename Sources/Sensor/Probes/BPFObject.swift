internal import CLibbpf
internal import Foundation
internal import Glibc

/// One BPF object file, from the embedded image to its loaded programs. Closing it detaches what it attached.
final class BPFObject {
    let name: String
    private let object: OpaquePointer
    private var links: [OpaquePointer] = []

    /// Parses the embedded object; nothing is in the kernel yet.
    init(named name: String) throws(ProbeError) {
        self.name = name
        guard let image = Embedded.objects.first(where: { $0.name == name }),
            let bytes = Data(base64Encoded: image.base64.withUTF8Buffer { Data($0) })
        else { throw .layoutMismatch("no embedded object named \(name)") }
        var options = bpf_object_open_opts()
        options.sz = MemoryLayout<bpf_object_open_opts>.size
        let opened = name.withCString { label in
            bytes.withUnsafeBytes { image -> OpaquePointer? in
                options.object_name = label
                return bpf_object__open_mem(image.baseAddress, image.count, &options)
            }
        }
        guard let opened else {
            let error = errno
            throw .refused(program: name, errno: error, log: LibbpfLog.take())
        }
        object = opened
    }

    deinit {
        for link in links { bpf_link__destroy(link) }
        bpf_object__close(object)
    }

    struct Program {
        let name: String
        let section: String
        let pointer: OpaquePointer
        /// Sees the packets of a control group rather than what tasks do.
        var isAtCgroup: Bool { section.hasPrefix("cgroup") }
    }

    var programs: [Program] {
        var out: [Program] = []
        var next = bpf_object__next_program(object, nil)
        while let program = next {
            out.append(Program(name: String(cString: bpf_program__name(program)), section: String(cString: bpf_program__section_name(program)), pointer: program))
            next = bpf_object__next_program(object, program)
        }
        return out
    }

    func map(_ name: String) -> OpaquePointer? { bpf_object__find_map_by_name(object, name) }

    /// Every map of the object whose name `other` has too becomes the same map.
    func shareMaps(of other: BPFObject) {
        var next = bpf_object__next_map(object, nil)
        while let map = next {
            if let theirs = other.map(String(cString: bpf_map__name(map))) { bpf_map__reuse_fd(map, bpf_map__fd(theirs)) }
            next = bpf_object__next_map(object, map)
        }
    }

    var typeInformation: OpaquePointer? { bpf_object__btf(object) }

    func disable(_ program: Program) { bpf_program__set_autoload(program.pointer, false) }

    /// - Returns: 0 or -errno; the reason is in `LibbpfLog`.
    func load() -> Int32 { bpf_object__load(object) }

    /// - Parameter cgroup: descriptor of the control group that packet programs sit at.
    /// - Returns: 0 or -errno.
    func attach(_ program: Program, cgroup: Int32 = -1) -> Int32 {
        let attached = program.isAtCgroup ? bpf_program__attach_cgroup(program.pointer, cgroup) : bpf_program__attach(program.pointer)
        guard let link = attached else { return -errno }
        links.append(link)
        return 0
    }
}
