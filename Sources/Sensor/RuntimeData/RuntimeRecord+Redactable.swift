package import Contract
package import Redaction

// Paths are what others wrote; digests, container ids, images and pods are join keys.
extension RuntimeRecord: Redactable {
    package func redacted(by redactor: Redactor) -> RuntimeRecord {
        var out = self
        out.executable = redactor.redact(executable)
        out.parentExecutable = parentExecutable.map(redactor.redact)
        return out
    }
}
