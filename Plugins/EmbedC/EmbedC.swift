import Foundation
import PackagePlugin

/// Compiles the C files that belong to a target and embeds the results in one generated Swift file.
///
/// `Probes` gets `bpf/probes/*.bpf.c` compiled for the kernel; other targets get their `Programs/*.c` as static
/// executables. One Swift file holding base64 literals is the form that compiles at once: array literals and
/// `.embedInCode` grow without bound in the type checker, and a declared object output would be copied as a resource.
@main
struct EmbedC: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let environment = ProcessInfo.processInfo.environment
        let package = context.package.directoryURL
        let clang: URL
        let mode: String
        let sources: [URL]
        var headers: [URL] = []
        if target.name == "Probes" {
            mode = "bpf"
            clang = try environment["BPF_CLANG"].map { URL(fileURLWithPath: $0) } ?? context.tool(named: "clang").url
            let bpf = package.appending(path: "bpf")
            sources = try files(in: bpf.appending(path: "probes"), suffix: ".bpf.c")
            for folder in ["abi", "lib", "probes"] { headers += try files(in: bpf.appending(path: folder), suffix: ".h") }
        } else {
            mode = "static"
            clang = try context.tool(named: "clang").url
            sources = try files(in: target.directoryURL.appending(path: "Programs"), suffix: ".c")
        }
        let output = context.pluginWorkDirectoryURL.appending(path: "Embedded.swift")
        let scratch = context.pluginWorkDirectoryURL.appending(path: "objects")
        return [
            .buildCommand(
                displayName: "Embedding \(sources.count) C programs in \(target.name)",
                executable: try context.tool(named: "embed-c").url,
                arguments: [mode, clang.path, package.path, scratch.path, output.path] + sources.map(\.path),
                inputFiles: sources + headers, outputFiles: [output])
        ]
    }

    private func files(in folder: URL, suffix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(suffix) }
            .sorted { $0.path < $1.path }
    }
}
