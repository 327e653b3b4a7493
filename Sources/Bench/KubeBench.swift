import Foundation
import Foundations
import ScenarioModel
import ScenarioRunner
import Synchronization

/// The reference API server with a large synthetic cluster: all pods by pages, many watchers at once, the memory it takes.
struct KubeBench {
    let nodes: Int
    let podsPerNode: Int
    let watchers: Int
    let changes: Int

    private static let pageLimit = 500

    /// What one watcher has been told.
    private final class Events: Sendable { let seen = Atomic(0) }

    func run() async throws {
        let stack = try Stack(.init(root: PackageRoot()))
        do {
            let start = ContinuousClock.now
            let (_, cluster) = try await stack.startServers(kubernetes: ["--nodes", "\(nodes)", "--pods-per-node", "\(podsPerNode)", "--control-plane", "off"])
            print("\nAPI server, \(nodes) nodes with \(podsPerNode) pods each: listens after \(Self.text((ContinuousClock.now - start).inSeconds)) s, resident \(await Self.resident(stack)) MiB")
            try await list(cluster)
            try await fanOut(cluster)
            print("resident afterwards \(await Self.resident(stack)) MiB")
        } catch {
            _ = await stack.tearDown()
            throw error
        }
        for problem in await stack.tearDown() { print("tear-down: \(problem)") }
    }

    private func list(_ cluster: Cluster) async throws {
        var (pages, bytes, longest, token, pods) = (0, 0, 0.0, "", 0)
        let start = ContinuousClock.now
        repeat {
            let began = ContinuousClock.now
            let page = try await cluster.raw("/api/v1/pods?limit=\(Self.pageLimit)\(token.isEmpty ? "" : "&continue=\(token)")")
            longest = max(longest, (ContinuousClock.now - began).inSeconds)
            pages += 1
            bytes += page.count
            // The token is at the front; the whole page would be read by the client's JSON, which is not what is measured.
            token = Self.continueToken(page)
            pods += Self.occurrences(of: "\"podIP\":", in: page)
        } while !token.isEmpty
        let seconds = (ContinuousClock.now - start).inSeconds
        print("list of \(pods) pods: \(pages) pages of \(Self.pageLimit), \(bytes >> 20) MiB, \(Self.text(seconds)) s, longest page \(Int(longest * 1000)) ms")
    }

    private func fanOut(_ cluster: Cluster) async throws {
        let page = try JSONValue(json: await cluster.raw("/api/v1/pods?limit=1"))
        let pod = page["items"]?.elements?.first?["metadata"]
        // Of the list: the pod's own may be older than the history.
        guard let name = pod?["name"]?.text, let namespace = pod?["namespace"]?.text, let version = page["metadata"]?["resourceVersion"]?.text else { throw Shell.Failure(description: "no pod to change") }
        let (watchers, changes) = (watchers, changes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<watchers {
                let events = Events()
                group.addTask {
                    try await cluster.stream("/api/v1/namespaces/\(namespace)/pods?watch=true&resourceVersion=\(version)&timeoutSeconds=300&fieldSelector=metadata.name%3D\(name)") { bytes in
                        events.seen.add(bytes.count { $0 == 0x0A }, ordering: .relaxed).newValue < changes
                    }
                }
            }
            // Those who are told of changes must be there before the first.
            while try await cluster.control.statistics()["watchers"]?.number ?? 0 < Double(watchers) { try await Task.sleep(for: .milliseconds(50)) }
            let start = ContinuousClock.now
            for change in 1...changes { try await cluster.setLabel("bench", "\(change)", onPod: name, in: namespace) }
            let written = (ContinuousClock.now - start).inSeconds
            try await group.waitForAll()
            let seconds = (ContinuousClock.now - start).inSeconds
            let total = watchers * changes
            print("\(watchers) watchers, \(changes) changes of one pod: \(total) events in \(Self.text(seconds)) s, \(Int(Double(total) / seconds)) events/s; the writer alone took \(Self.text(written)) s")
        }
    }

    private static func continueToken(_ page: Data) -> String {
        let head = String(decoding: page.prefix(4096), as: UTF8.self)
        guard let found = head.firstRange(of: "\"continue\":\"") else { return "" }
        return String(head[found.upperBound...].prefix { $0 != "\"" })
    }

    private static func occurrences(of text: String, in data: Data) -> Int {
        let wanted = Array(text.utf8)
        return data.withUnsafeBytes { bytes in
            var (count, at) = (0, 0)
            while let found = bytes[at...].firstIndex(of: wanted[0]) {
                if bytes[found...].starts(with: wanted) { count += 1 }
                at = found + 1
            }
            return count
        }
    }

    private static func text(_ seconds: Double) -> String { String(format: "%.1f", seconds) }

    private static func resident(_ stack: Stack) async -> Int {
        guard let pid = await stack.clusterPID() else { return 0 }
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) / 1024
    }
}
