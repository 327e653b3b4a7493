package import ArgumentParser
import Foundation
import Foundations

/// Input that cannot be used: the message names the flag, file, line or field. Nothing was changed.
package struct WrongInput: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) {
        self.description = description
    }
}

/// It ran, and the answer is no.
package struct Failed: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) {
        self.description = description
    }
}

extension AsyncParsableCommand {
    /// Parses the command line, runs the command and ends the process when it failed: status 2 for wrong input, where the argument parser's own would be 64.
    package static func runToExit() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
        } catch let wrong as WrongInput {
            end("\(_commandName): \(wrong)", status: 2)
        } catch let wrong as Diagnostic {
            end(wrong.description, status: 2)
        } catch let failed as Failed {
            end("\(_commandName): \(failed)", status: 1)
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            end(fullMessage(for: error), status: 2)
        }
    }

    private static func end(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        Foundation.exit(status)
    }
}
