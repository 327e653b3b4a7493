import Enrichment
import Events
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

    @Test func homesAndShellsComeWithTheNames() {
        var resolver = UserResolver()
        let text = "root:x:0:0:root:/root:/bin/bash\nweb:x:33:33::/var/www:/usr/sbin/nologin\ntwin:x:33:33::/other:/bin/sh\nshort:x:34:34\nbare:x:35:35:::\n"
        _ = resolver.shouldRead(mountNamespace: 7)
        #expect(resolver.identity(uid: 0, gid: 0, mountNamespace: 7).accounts == nil)
        resolver.learn(UserResolver.Names(users: UserResolver.parse(text), groups: [33: "www"], accounts: UserResolver.accounts(text)), mountNamespace: 7)
        let web = resolver.identity(uid: 33, gid: 33, mountNamespace: 7)
        #expect(web.user == "web" && web.group == "www")
        #expect(web.accounts == UserAccounts(homes: [0: "/root", 33: "/var/www"], shells: [0: "/bin/bash", 33: "/usr/sbin/nologin"]))
        let unknown = resolver.identity(uid: 0, gid: 0, mountNamespace: 8)
        #expect(unknown.user == "root" && unknown.group == "root" && unknown.accounts == nil)
    }

    @Test func aLineMoreThanTheBoundIsNotRead() {
        let text = (0..<5).map { "u\($0):x:\($0):0::/h\($0):/bin/sh" }.joined(separator: "\n")
        #expect(UserResolver.accounts(text, limit: 3).homes == [0: "/h0", 1: "/h1", 2: "/h2"])
    }

    @Test func brokenLinesArePassedOver() {
        #expect(UserResolver.parse("\n::\nx\na:b\nok:x:12:\n:x:13:\nfirst:x:12:\nbig:x:99999999999:") == [12: "ok"])
    }
}
