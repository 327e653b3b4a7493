// embed-c MODE CLANG PACKAGE SCRATCH OUTPUT SOURCE...
//
// MODE `bpf` compiles for the kernel (with BTF, for CO-RE), `static` compiles an executable that runs in any container.
// Writes one Swift file: `enum Embedded { static let objects: [(name: String, base64: StaticString)] }`.
import Foundation

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("embed-c: error: \(message)\n".utf8))
    exit(1)
}

let arguments = CommandLine.arguments
guard arguments.count >= 6 else { fail("usage: embed-c MODE CLANG PACKAGE SCRATCH OUTPUT SOURCE...") }
let (mode, clang, package, scratch, output) = (arguments[1], arguments[2], arguments[3], arguments[4], arguments[5])

#if arch(arm64)
let targetArch = "-D__TARGET_ARCH_arm64"
#else
let targetArch = "-D__TARGET_ARCH_x86"
#endif

var swift = "// Made by embed-c; never edited.\nenum Embedded {\n    static let objects: [(name: String, base64: StaticString)] = [\n"
do {
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    for source in arguments.dropFirst(6) {
        let file = URL(fileURLWithPath: source).lastPathComponent
        let name = String(file.prefix { $0 != "." })
        // of a probe there are two: plain loads through typed pointers, and helper calls for kernels before 6.2
        let variants: [(suffix: String, flags: [String])] = mode == "bpf" ? [("", []), ("_compat", ["-DPROBE_COMPAT"])] : [("", [])]
        for variant in variants {
            let object = scratch + "/" + name + variant.suffix + ".o"
            let compile = Process()
            compile.executableURL = URL(fileURLWithPath: clang)
            compile.arguments =
                (mode == "bpf"
                    ? ["-g", "-O2", "-Wall", "-Werror", "-target", "bpf", "-mcpu=v3", targetArch, "-I", package + "/bpf", "-c"]
                    : ["-O2", "-Wall", "-Werror", "-static", "-pthread"]) + variant.flags + [source, "-o", object]
            try compile.run()
            compile.waitUntilExit()
            guard compile.terminationStatus == 0 else { fail("\(file) does not compile") }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: object))
            swift += "        (\"\(name)\(variant.suffix)\", \"\(bytes.base64EncodedString())\"),\n"
        }
    }
    swift += "    ]\n}\n"
    try swift.write(toFile: output, atomically: true, encoding: .utf8)
} catch {
    fail("\(error)")
}
