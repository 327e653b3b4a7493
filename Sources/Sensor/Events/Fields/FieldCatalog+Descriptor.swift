internal import Foundations

// After the class "fd": the descriptor that a call opened or worked on. Files have it at an open and at the first executable mapping
// of a library, connections at every call that names one.
extension FieldCatalog {
    static let descriptorFields: [FieldDefinition] = descriptorNames + descriptorAddresses + descriptorPorts + descriptorLookups + descriptorUnavailable

    private static let fileKinds: Set<EventKind> = [.open, .openFailed, .library]
    private static let network = FieldDefinition.networkKinds
    private static let either = fileKinds.union(network)
    private static let typed = either.union([.dup])

    private static let descriptorNames: [FieldDefinition] = [
        FieldDefinition("fd.num", .number, kinds: [.open, .openFailed, .connect, .accept, .listen, .bind, .datagram, .dup, .packetSocket, .socket], "Number of the descriptor; -1 of an open that failed.") { e, _ in
            if let call = e.call { return .integer(call.result) }
            if let file = e.file { return .integer(max(-1, file.result)) }
            return e.network.map { .integer($0.fd) }
        },
        FieldDefinition("fd.type", .text, kinds: typed, "`file`, `directory`, `pipe`, `unix`, `ipv4`, `ipv6`.") { e, _ in type(e).map { .text($0.name) } },
        FieldDefinition("fd.typechar", .text, kinds: typed, "`f` file, `d` directory, `p` pipe, `u` unix socket, `4` and `6` for IPv4 and IPv6.") { e, _ in
            type(e).map { .text($0.letter) }
        },
        FieldDefinition("fd.name", .text, kinds: either, "Resolved path, or `client:port->server:port`.") { e, _ in
            if let file = e.file { return .known(file.path) }
            return e.network.flatMap { .known(ConnectionText.tuple($0, isServer: e.event.kind == .accept)) }
        },
        FieldDefinition("fd.nameraw", .text, kinds: FieldDefinition.openKinds, "The path as the caller typed it: relative, with links and `..`.") { e, _ in e.file.flatMap { .known($0.typed) } },
        FieldDefinition("fd.directory", .text, kinds: fileKinds, "Directory of the file, without a slash at its end.") { e, _ in e.file.flatMap { PathParts.directory($0.path) } },
        FieldDefinition("fd.filename", .text, kinds: fileKinds, "Name of the file without its directory.") { e, _ in e.file.flatMap { PathParts.name($0.path) } },
        FieldDefinition("fd.dev", .number, kinds: fileKinds, "Device of the file.") { e, _ in e.file.map { .integer($0.device) } },
        FieldDefinition("fd.dev.major", .number, kinds: fileKinds, "Major number of the device.") { e, _ in e.file.map { .integer($0.device >> 20) } },
        FieldDefinition("fd.dev.minor", .number, kinds: fileKinds, "Minor number of the device.") { e, _ in e.file.map { .integer($0.device & 0xF_FFFF) } },
        FieldDefinition("fd.ino", .number, kinds: fileKinds, "Inode of the file.") { e, _ in e.file.flatMap { nonZero($0.inode) } },
        FieldDefinition("fd.uid", .text, kinds: [.open], "Thread and descriptor: unique while both live.") { e, _ in
            e.file.map { .text("\(e.event.threadID)\($0.result)") }
        },
        FieldDefinition("fd.containername", .text, kinds: either, "Container and name: `3ad7b26ded6d:/etc/passwd`.") { e, _ in
            guard let file = e.file else { return nil }
            return .text(containerID(e) + ":" + file.path)
        },
        FieldDefinition("fd.containerdirectory", .text, kinds: fileKinds, "Container and directory.") { e, _ in
            guard let file = e.file, let directory = PathParts.directory(file.path) else { return nil }
            return .text(containerID(e) + ":" + directory.printed)
        },
        FieldDefinition("fd.l4proto", .text, kinds: network, "`tcp` or `udp`.") { e, _ in
            switch e.network?.transport {
            case .tcp: .text("tcp")
            case .udp: .text("udp")
            default: nil
            }
        },
        FieldDefinition("fd.sockfamily", .text, kinds: network, "`ip` or `unix`.") { e, _ in e.network.map { .text($0.transport == .unix ? "unix" : "ip") } },
        FieldDefinition("fd.is_server", .flag, kinds: network, "The process is the serving end.") { e, _ in .flag(isServer(e)) },
        FieldDefinition("fd.connected", .flag, kinds: network, "The socket has a peer for good.") { e, _ in .flag(e.event.kind == .accept || e.event.kind == .connect) },
        FieldDefinition("fd.name_changed", .flag, kinds: network, "The event gave the descriptor another name.") { e, _ in
            .flag(e.event.kind == .connect || e.event.kind == .datagram || e.event.kind == .accept)
        },
    ]

    private static let descriptorAddresses: [FieldDefinition] = [
        ends("fd.ip", "Either address."),
        end("fd.cip", "Address of the client.") { e, n in isServer(e) ? n.remote : n.local },
        end("fd.sip", "Address of the server.") { e, n in isServer(e) ? n.local : n.remote },
        end("fd.lip", "Local address.") { e, n in n.local },
        end("fd.rip", "Remote address.") { e, n in n.remote },
        ends("fd.net", "Either address, for comparison with networks."),
        end("fd.cnet", "Address of the client, for comparison with networks.") { e, n in isServer(e) ? n.remote : n.local },
        end("fd.snet", "Address of the server, for comparison with networks.") { e, n in isServer(e) ? n.local : n.remote },
        end("fd.lnet", "Local address, for comparison with networks.") { e, n in n.local },
        end("fd.rnet", "Remote address, for comparison with networks.") { e, n in n.remote },
    ]

    private static let descriptorPorts: [FieldDefinition] = [
        FieldDefinition(
            "fd.port", .number, kinds: network, "Either port.",
            reading: .multiple { e, _, body in
                guard let network = e.network, network.transport != .unix else { return false }
                return body(.integer(network.localPort)) || (network.remotePort != 0 && body(.integer(network.remotePort)))
            }),
        port("fd.cport", "Port of the client.") { e, n in isServer(e) ? n.remotePort : n.localPort },
        port("fd.sport", "Port of the server.") { e, n in isServer(e) ? n.localPort : n.remotePort },
        port("fd.lport", "Local port.") { e, n in n.localPort },
        port("fd.rport", "Remote port.") { e, n in n.remotePort },
    ]

    private static let descriptorLookups: [FieldDefinition] = [
        names("fd.cip.name", "Domain names of the client's address, from answers of name servers that were seen.") { isServer($0) ? $0.remoteNames : $0.localNames },
        names("fd.sip.name", "Domain names of the server's address, from answers of name servers that were seen.") { isServer($0) ? $0.localNames : $0.remoteNames },
        names("fd.lip.name", "Domain names of the local address, from answers of name servers that were seen.") { $0.localNames },
        names("fd.rip.name", "Domain names of the remote address, from answers of name servers that were seen.") { $0.remoteNames },
        service("fd.proto", "Service name of either port.") { e, n in n.remotePort == 0 ? [n.localPort] : [n.localPort, n.remotePort] },
        service("fd.cproto", "Service name of the client's port.") { e, n in [isServer(e) ? n.remotePort : n.localPort] },
        service("fd.sproto", "Service name of the server's port; its number when it has none.") { e, n in [isServer(e) ? n.localPort : n.remotePort] },
        service("fd.lproto", "Service name of the local port.") { e, n in [n.localPort] },
        service("fd.rproto", "Service name of the remote port.") { e, n in [n.remotePort] },
    ]

    private static let descriptorUnavailable: [FieldDefinition] = [
        FieldDefinition("fd.is_upper_layer", .flag, kinds: [.library], "The file lies in the writable layer of a container's overlay; of libraries only.") { e, _ in
            e.file.map { .flag($0.isUpperLayer) }
        },
        .unavailable("fd.is_lower_layer", .flag, "The file lies in a layer of the image."),
        .unavailable("fd.types", argument: .optionalIndex, "Types of all descriptors of the process."), .unavailable("fdlist.nums", "Descriptors of a poll."),
        .unavailable("fdlist.names", "Names of a poll's descriptors."), .unavailable("fdlist.cips", "Client addresses of a poll."),
        .unavailable("fdlist.sips", "Server addresses of a poll."), .unavailable("fdlist.cports", "Client ports of a poll."),
        .unavailable("fdlist.sports", "Server ports of a poll."),
    ]

    private static func end(_ name: String, _ summary: String, _ address: @escaping @Sendable (EnrichedEvent, NetworkDetails) -> IPAddress?) -> FieldDefinition {
        FieldDefinition(name, .address, kinds: network, summary) { e, _ in e.network.flatMap { address(e, $0) }.map { .address($0) } }
    }

    private static func ends(_ name: String, _ summary: String) -> FieldDefinition {
        FieldDefinition(
            name, .address, kinds: network, summary,
            reading: .multiple { e, _, body in
                guard let network = e.network else { return false }
                if let local = network.local, body(.address(local)) { return true }
                return network.remote.map { body(.address($0)) } ?? false
            })
    }

    private static func port(_ name: String, _ summary: String, _ port: @escaping @Sendable (EnrichedEvent, NetworkDetails) -> UInt16) -> FieldDefinition {
        FieldDefinition(name, .number, kinds: network, summary) { e, _ in
            guard let network = e.network, network.transport != .unix else { return nil }
            return .integer(port(e, network))
        }
    }

    private static func names(_ name: String, _ summary: String, _ names: @escaping @Sendable (EnrichedEvent) -> [String]) -> FieldDefinition {
        FieldDefinition(name, .text, kinds: network, summary, reading: .multiple { e, _, body in names(e).contains { body(.text($0)) } })
    }

    private static func service(_ name: String, _ summary: String, _ ports: @escaping @Sendable (EnrichedEvent, NetworkDetails) -> [UInt16]) -> FieldDefinition {
        FieldDefinition(
            name, .text, kinds: network, summary,
            reading: .multiple { e, _, body in
                guard let network = e.network, network.transport != .unix else { return false }
                return ports(e, network).contains { $0 != 0 && body(.text(ServiceNames.name($0))) }
            })
    }

    private static func isServer(_ e: EnrichedEvent) -> Bool { e.event.kind == .accept || e.event.kind == .listen || e.event.kind == .bind }

    private static func type(_ e: EnrichedEvent) -> (name: String, letter: String)? {
        if let file = e.file {
            // S_IFMT: devices are files to rules
            switch file.type & 0o170000 {
            case 0o040000: return ("directory", "d")
            case 0o010000: return ("pipe", "p")
            case 0o140000: return ("unix", "u")
            default: return ("file", "f")
            }
        }
        if let call = e.call, call.arguments.count > 3 {
            // of a socket laid over a standard stream the probe says the family (AF_UNIX 1, AF_INET 2, AF_INET6 10)
            switch call.arguments[3] {
            case 1: return ("unix", "u")
            case 2: return ("ipv4", "4")
            case 10: return ("ipv6", "6")
            default: return nil
            }
        }
        guard let network = e.network else { return nil }
        if network.transport == .unix { return ("unix", "u") }
        guard let address = network.remote ?? network.local else { return nil }
        return address.isV6 ? ("ipv6", "6") : ("ipv4", "4")
    }
}

/// Directory and name of a path.
package enum PathParts {
    /// `/etc` of `/etc/passwd`, `/` of `/vmlinuz`; nil without a slash.
    package static func directory(_ path: String) -> FieldValue? {
        guard let slash = path.utf8.lastIndex(of: 0x2F) else { return nil }
        return slash == path.startIndex ? .text("/") : .text(path[..<slash])
    }

    /// `passwd` of `/etc/passwd`.
    package static func name(_ path: String) -> FieldValue? {
        guard let slash = path.utf8.lastIndex(of: 0x2F) else { return .known(path) }
        let name = path[path.utf8.index(after: slash)...]
        return name.isEmpty ? nil : .text(name)
    }
}
