/// The bare name in a package reference: what findings and runtime data are joined by.
enum PackageName {
    /// `dpkg:openssl@3.0.11`, `pkg:deb/debian/openssl@3.0.11?arch=amd64`, `openssl=3.0.11`, `openssl 3.0.11` and `openssl` are all `openssl`;
    /// a scope stays (`npm:@babel/core@7.1.0` is `@babel/core`), an architecture does not (`libc6:amd64` is `libc6`).
    static func of(_ reference: String) -> String {
        var name = Substring(reference)
        if name.hasPrefix("pkg:") {
            name = name.prefix { $0 != "?" && $0 != "#" }
            let path = name.dropFirst(4).split(separator: "/")
            let isScoped = path.count > 2 && (path[path.count - 2].hasPrefix("@") || path[path.count - 2].hasPrefix("%40"))
            name = isScoped ? Substring("@" + path.suffix(2).joined(separator: "/").trimmingPrefix("@").trimmingPrefix("%40")) : path.last ?? ""
        } else if let colon = name.firstIndex(of: ":"), managers.contains(String(name[..<colon])) {
            name = name[name.index(after: colon)...]
        }
        let scope = name.hasPrefix("@") ? 1 : 0
        let body = name.dropFirst(scope)
        let end = body.firstIndex { "@= :".contains($0) } ?? body.endIndex
        return String(name[..<end])
    }

    private static let managers: Set<String> = ["dpkg", "deb", "rpm", "apk", "pypi", "python", "npm", "node", "maven", "java", "go", "golang", "cargo", "rust"]
}
