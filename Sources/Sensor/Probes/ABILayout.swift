internal import CLibbpf
internal import CProbeABI

/// Compares the message structs as Swift imported them with what the BPF compiler wrote into an object's BTF.
///
/// Both read the same header; this check finds a stale object, another compiler's padding, or a kernel image built from other
/// sources, before the first byte is decoded.
enum ABILayout {
    private static var structs: [(name: String, size: Int, fields: [(String, Int?)])] {
        [
            (
                "probe_header", MemoryLayout<probe_header>.size,
                [
                    ("boot_ns", MemoryLayout<probe_header>.offset(of: \.boot_ns)), ("start_ns", MemoryLayout<probe_header>.offset(of: \.start_ns)),
                    ("capabilities", MemoryLayout<probe_header>.offset(of: \.capabilities)), ("kind", MemoryLayout<probe_header>.offset(of: \.kind)), ("size", MemoryLayout<probe_header>.offset(of: \.size)),
                    ("flags", MemoryLayout<probe_header>.offset(of: \.flags)), ("comm", MemoryLayout<probe_header>.offset(of: \.comm)),
                ]
            ),
            (
                "probe_exec", MemoryLayout<probe_exec>.size,
                [
                    ("inode", MemoryLayout<probe_exec>.offset(of: \.inode)), ("flags", MemoryLayout<probe_exec>.offset(of: \.flags)),
                    ("ns_pid", MemoryLayout<probe_exec>.offset(of: \.ns_pid)), ("stdio", MemoryLayout<probe_exec>.offset(of: \.stdio)),
                ]
            ),
            ("probe_fork", MemoryLayout<probe_fork>.size, [("child_pid", MemoryLayout<probe_fork>.offset(of: \.child_pid))]),
            ("probe_exit", MemoryLayout<probe_exit>.size, [("code", MemoryLayout<probe_exit>.offset(of: \.code))]),
            (
                "probe_file", MemoryLayout<probe_file>.size,
                [("inode", MemoryLayout<probe_file>.offset(of: \.inode)), ("result", MemoryLayout<probe_file>.offset(of: \.result)), ("type", MemoryLayout<probe_file>.offset(of: \.type))]
            ),
            (
                "probe_network", MemoryLayout<probe_network>.size,
                [("remote_port", MemoryLayout<probe_network>.offset(of: \.remote_port)), ("remote", MemoryLayout<probe_network>.offset(of: \.remote)), ("fd", MemoryLayout<probe_network>.offset(of: \.fd))]
            ),
            ("probe_config", MemoryLayout<probe_config>.size, [("kinds", MemoryLayout<probe_config>.offset(of: \.kinds)), ("call_limit", MemoryLayout<probe_config>.offset(of: \.call_limit)), ("only_sensitive", MemoryLayout<probe_config>.offset(of: \.only_sensitive)), ("environment", MemoryLayout<probe_config>.offset(of: \.environment))]),
            ("probe_known", MemoryLayout<probe_known>.size, [("path", MemoryLayout<probe_known>.offset(of: \.path))]),
            ("probe_inode", MemoryLayout<probe_inode>.size, [("device", MemoryLayout<probe_inode>.offset(of: \.device))]),
        ]
    }

    /// How many structs of the object were compared.
    /// - Throws: `layoutMismatch` naming struct and field. Structs that an object does not use are not in its BTF and are passed over.
    @discardableResult
    static func check(_ object: BPFObject) throws(ProbeError) -> Int {
        guard let btf = object.typeInformation else { throw .layoutMismatch("\(object.name) has no BTF") }
        var compared = 0
        for (name, size, fields) in structs {
            let id = btf__find_by_name_kind(btf, name, 4 /* BTF_KIND_STRUCT: two headers name it */)
            guard id > 0, let type = btf__type_by_id(btf, UInt32(id)) else { continue }
            guard Int(type.pointee.size) == size else { throw .layoutMismatch("\(name) has \(type.pointee.size) bytes in \(object.name), \(size) here") }
            // the members follow their struct_type in memory
            let members = UnsafeRawPointer(type + 1).assumingMemoryBound(to: btf_member.self)
            var offsets: [String: Int] = [:]
            for i in 0..<Int(type.pointee.info & 0xFFFF) {
                guard let text = btf__name_by_offset(btf, members[i].name_off) else { continue }
                offsets[String(cString: text)] = Int(members[i].offset & 0xFF_FFFF) / 8
            }
            for (field, here) in fields where offsets[field] != here {
                throw .layoutMismatch("\(name).\(field) is at \(offsets[field].map(String.init) ?? "no place") in \(object.name), \(here.map(String.init) ?? "none") here")
            }
            compared += 1
        }
        return compared
    }
}
