import BackendCore
import ContractGRPC
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2

/// Which definitions a sensor shall use, and the package itself.
struct DefinitionsService: Sendable {
    static let chunkBytesMax = 256 * 1024
    let portal: Portal

    func register(with route: GRPCRoute, in router: inout RPCRouter<HTTP2ServerTransport.Posix>) {
        typealias Method = Wizsensor_V1_Definitions.Method
        route.register(Method.Current.descriptor, on: .definitions, in: &router, handle: current)
        route.register(Method.Download.descriptor, on: .definitions, in: &router, handle: download)
    }

    @Sendable private func current(_ request: Wizsensor_V1_CurrentDefinitionsRequest, reply: ReplySink<Wizsensor_V1_CurrentDefinitionsReply>) async throws {
        let isPinned = !request.pinnedVersion.isEmpty
        let found = try await portal.store.definitions(version: isPinned ? request.pinnedVersion : nil)
        guard let found else {
            guard !isPinned else { throw RPCError(code: .notFound, message: "definitions \(request.pinnedVersion) are not published") }
            return try await reply(.init())
        }
        try await reply(
            .with {
                $0.version = found.version.description
                $0.sha256 = found.sha256
                $0.size = UInt64(found.package.count)
                $0.signature = found.signature
                $0.publicKey = found.publicKey
                $0.expiresUnixSeconds = found.expires.map { $0.nanoseconds / 1_000_000_000 } ?? 0
            })
    }

    @Sendable private func download(_ request: Wizsensor_V1_DownloadDefinitionsRequest, reply: ReplySink<Wizsensor_V1_DefinitionsChunk>) async throws {
        guard let found = try await portal.store.definitions(version: request.version) else {
            throw RPCError(code: .notFound, message: "definitions '\(request.version)' are not published")
        }
        for offset in stride(from: 0, to: found.package.count, by: Self.chunkBytesMax) {
            let part = found.package[offset..<min(offset + Self.chunkBytesMax, found.package.count)]
            try await reply(
                .with {
                    $0.offset = UInt64(offset)
                    $0.data = Data(part)
                })
        }
    }
}
