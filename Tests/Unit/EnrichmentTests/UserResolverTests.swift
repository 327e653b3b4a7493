import Enrichment
import Testing

@Suite struct UserResolverTests {
    @Test func namesComeFromTheNamespacesOwnFile() {
        var resolver = UserResolver()
        let (first, second) = (resolver.shouldRead(mountNamespace: 7), resolver.shouldRead(mountNamespace: 7))
        #expect(first && !second)
        #expect(resolver.user(0, mountNamespace: 7) == "root")
        #expect(resolver.user(33, mountNamespace: 7) == nil)
        resolver.learn(UserResolver.Names(users: UserResolver.parse("root:x:0:0::/:/bin/sh\nweb:x:33:33::/:/bin/sh\n"), groups: [:]), mountNamespace: 7)
        #expect(resolver.user(33, mountNamespace: 7) == "web")
        #expect(resolver.user(33, mountNamespace: 8) == nil)
    }

    @Test func theNextNamespaceOfANumberIsAskedAnew() {
        var resolver = UserResolver()
        _ = resolver.shouldRead(mountNamespace: 7)
        resolver.learn(UserResolver.Names(users: [33: "web"], groups: [:]), mountNamespace: 7)
        resolver.forget(mountNamespace: 7)
        #expect(resolver.user(33, mountNamespace: 7) == nil && resolver.namespaceCount == 0)
        let again = resolver.shouldRead(mountNamespace: 7)
        #expect(again)
    }

    @Test func brokenLinesArePassedOver() {
        #expect(UserResolver.parse("\n::\nx\na:b\nok:x:12:\n:x:13:\nfirst:x:12:\nbig:x:99999999999:") == [12: "ok"])
    }
}
