import Foundations
import Testing

struct GlobPatternTests {
    private func matches(_ pattern: String, _ text: String, isCaseInsensitive: Bool = false) -> Bool {
        GlobPattern(Array(pattern.utf8), isCaseInsensitive: isCaseInsensitive).matches(text)
    }

    @Test(arguments: [
        ("", ""), ("*", ""), ("*", "/a/b"), ("/proc/*/environ", "/proc/1/environ"), ("/proc*", "/proc"), ("**a", "ba"), ("?b", "ab"), ("[a-c]x", "bx"), ("[!a-c]x", "dx"), ("[^a]x", "bx"), ("[]]", "]"),
        ("\\*", "*"), ("a[", "a["), ("*.php*", "/www/a.php5"),
    ])
    func takes(_ pattern: String, _ text: String) { #expect(matches(pattern, text)) }

    @Test(arguments: [("", "a"), ("?", ""), ("/proc/*/environ", "/proc/1/environs"), ("[a-c]x", "dx"), ("[!a-c]x", "ax"), ("\\*", "a"), ("a*b", "a"), ("A", "a")])
    func leaves(_ pattern: String, _ text: String) { #expect(!matches(pattern, text)) }

    @Test func lettersOfASCIIMayBeOfEitherCase() {
        #expect(matches("/Tmp/[A-C]*", "/tmp/bX", isCaseInsensitive: true))
        #expect(!matches("\u{C4}", "\u{E4}", isCaseInsensitive: true))
    }

    @Test func manyStarsTakeNoLongerThanTheTextIsLong() {
        #expect(!matches(String(repeating: "*a", count: 200) + "b", String(repeating: "a", count: 20_000)))
    }
}
