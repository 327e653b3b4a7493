package import Contract
package import Redaction

// Every field that a process, a file or a packet can fill is passed through the redactor; ids, times, severities, digests and
// the names of rules, pods and images are ours or join keys, and stay as they are.
extension CloudEvent: Redactable {
    package func redacted(by redactor: Redactor) -> CloudEvent {
        var out = self
        out.output = output.map(redactor.redact)
        out.runtimeDetails.processTree = runtimeDetails.processTree.map { node in
            var node = node
            node.name = redactor.redact(node.name)
            node.command = node.command.map(redactor.redact)
            node.path = node.path.map(redactor.redact)
            return node
        }
        out.runtimeDetails.context.commandLine = runtimeDetails.context.commandLine.map(redactor.redact)
        out.runtimeDetails.context.fileName = runtimeDetails.context.fileName.map(redactor.redact)
        out.runtimeDetails.context.query = runtimeDetails.context.query.map(redactor.redact)
        // labels and paths are words of people; keys of labels are names
        out.runtimeDetails.context.container?.podLabels = runtimeDetails.context.container?.podLabels?.mapValues(redactor.redact)
        out.runtimeDetails.context.container?.mounts = runtimeDetails.context.container?.mounts?.map(redactor.redact)
        return out
    }
}
