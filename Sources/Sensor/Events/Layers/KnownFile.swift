/// A file that rules know by one path: opened by any other name it is still this file.
package struct KnownFile: Sendable, Hashable {
    package var path: String
    package var identity: FileIdentity

    package init(path: String, identity: FileIdentity) {
        self.path = path
        self.identity = identity
    }
}
