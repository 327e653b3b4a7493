import Enrichment
package import Events
import Foundations

extension PipelineInput {
    /// What a record of a capture was; nil for one that is only there for people, and for messages, which have their own way in.
    package init?(_ record: CaptureRecord) {
        switch record {
        case .message, .lost: return nil
        case .processes(let processes):
            self = .processes(processes.map { ProcessFacts(key: $0.key, parentPID: $0.parentPID, comm: $0.comm, uid: $0.uid, gid: $0.gid, exec: $0.exec) })
        case .names(let names): self = .names(UserResolver.Names(users: names.users, groups: names.groups), mountNamespace: names.mountNamespace)
        case .digests(let digests):
            let request = FileHasher.Request(
                process: digests.process, path: digests.path, inode: digests.inode, execTime: digests.execTime, namespaceHolder: digests.namespaceHolder,
                isLibrary: digests.isLibrary)
            switch digests.outcome {
            case .known(let value): self = .digests(value, for: request)
            case .unknown(let cause): self = .notHashed(request, LossCause(cause))
            }
        }
    }
}
