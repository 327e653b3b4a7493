import Foundation

/// How much of a load a test makes. An emulated machine takes a hundred times as long for each: there `KERNEL_SIZES=emulated` asks for less, and the test
/// says what it made.
enum LoadSize {
    static let isEmulated = ProcessInfo.processInfo.environment["KERNEL_SIZES"] == "emulated"

    static func of(_ what: String, _ full: Int, emulated: Int) -> Int {
        let size = isEmulated ? emulated : full
        print("load: \(size) \(what)\(isEmulated ? ", \(full) elsewhere" : "")")
        return size
    }
}
