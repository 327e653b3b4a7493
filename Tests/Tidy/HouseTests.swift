import Crypto
import Foundation
import Testing

/// The house keeps its own order: READMEs, sizes, generated code, nothing left lying about.
struct HouseTests {
    @Test func everyRoomSaysWhatItIs() throws {
        for entry in ImportTableTests.table where entry.folder != "Sources/Contract/Bodies" && entry.folder != "Sources/Contract/Generated" {
            let text = try? Tree.text(entry.folder + "/README.md")
            #expect((text?.count ?? 0) > 120, "\(entry.folder)/README.md says too little")
        }
    }

    @Test func noFileIsLargerThanAReaderCanHold() throws {
        for file in try Tree.files("Sources", "swift", "c", "h") + Tree.files("Tests", "swift") + Tree.files("bpf", "c", "h") where !file.isGenerated {
            #expect(file.lines.count <= 600, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func noStandInIsLeft() throws {
        for file in try Tree.files("Sources", "swift") + Tree.files("Tests", "swift") {
            let isEmpty = file.lines.allSatisfy { $0.allSatisfy(\.isWhitespace) || $0.hasPrefix("//") }
            #expect(!isEmpty, "\(file.path) holds no code")
        }
    }

    /// Such an import builds in debug alone; what tests need is `package`.
    @Test func testsBuildInReleaseToo() throws {
        for file in try Tree.files("Tests", "swift") { #expect(!file.text.contains("@" + "testable import"), "\(file.path)") }
    }

    /// Scripts/generate-protos.sh writes down which .proto it read; another one since means stale code.
    @Test(arguments: ["sensor.proto", "cri.proto"]) func generatedCodeIsOfThisProto(_ name: String) throws {
        let proto = try Data(contentsOf: Tree.root.appending(path: "Sources/Contract/Protos/" + name))
        let digest = SHA256.hash(data: proto).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let written = try Tree.text("Sources/Contract/Generated/\(name).sha256")
        #expect(written.hasPrefix(digest), "Sources/Contract/Generated is stale: run make protos")
    }

    /// Mach-O, ELF and images of one machine have no place in the tree, nor have paths of one machine.
    @Test func nothingOfOneMachineIsInTheTree() throws {
        let home = Tree.root.deletingLastPathComponent().path + "/"
        for folder in ["Sources", "Tests", "docs", "rules", "Scripts", "kind-config"] {
            for file in try Tree.files(folder, "swift", "md", "yaml", "sh", "py", "proto", "c", "h") {
                #expect(!file.text.contains(home), "\(file.path) names a path of this machine")
            }
        }
    }
}
