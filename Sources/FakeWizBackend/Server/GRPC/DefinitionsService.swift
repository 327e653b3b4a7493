import BackendCore
import Contract
import ContractGRPC
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2

/// Which definitions a sensor shall use, and its parts.
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
                $0.size = UInt64(found.size)
                $0.manifest = Self.message(found.proof.manifest)
                $0.signingKey = Self.message(found.proof.signingKey)
                $0.roots = found.proof.roots.map(Self.message)
            })
    }

    @Sendable private func download(_ request: Wizsensor_V1_DownloadDefinitionsRequest, reply: ReplySink<Wizsensor_V1_DefinitionsChunk>) async throws {
        guard let found = try await portal.store.definitions(version: request.version) else {
            throw RPCError(code: .notFound, message: "definitions '\(request.version)' are not published")
        }
        for offset in stride(from: 0, to: found.parts.count, by: Self.chunkBytesMax) {
            let part = found.parts[offset..<min(offset + Self.chunkBytesMax, found.parts.count)]
            try await reply(
                .with {
                    $0.offset = UInt64(offset)
                    $0.data = Data(part)
                })
        }
    }

    private static func message(_ signed: SignedDocument) -> Wizsensor_V1_SignedDocument {
        .with { ($0.document, $0.signatures) = (signed.document, signed.signatures) }
    }
}
