import KubeCore
import Testing

/// The expression language as the definition of the language and Kubernetes' libraries have it: an expression and its value, or its error.
@Suite("CEL")
struct CELTests {
    private static let variables: [String: JSON] = [
        "x": 5, "f": .double(1.5), "s": "héllo", "l": [1, 2, 3], "m": ["a": 1, "b": ["c": "d"]], "n": .null, "pods": [["name": "a", "ready": true], ["name": "b", "ready": false], ["name": "c"]],
    ]

    private static func check(_ table: [(String, String)]) {
        for (source, expected) in table {
            let got = CELExpression.evaluate(source, variables)
            #expect(got == expected, "\(source)")
        }
    }

    @Test func literals() {
        Self.check([
            ("42", "int 42"), ("-9223372036854775808", "int -9223372036854775808"), ("0xFFu", "uint 255"), ("1.5e3", "double 1500"), (".5", "double 0.5"), ("true", "bool true"), ("null", "null"),
            ("'a\\n\\x41\\u00e9'", "string \"a\\nAé\""), ("r'\\d'", "string \"\\\\d\""), ("\"\"\"a\nb\"\"\"", "string \"a\\nb\""), ("b'\\xffa'", "bytes [255, 97]"), ("[1, 'a',]", "refused: ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a',]\n | ....^"),
            ("{'a': 1}.a", "int 1"), ("9223372036854775808", "refused: ERROR: <input>:1:1: invalid int literal\n | 9223372036854775808\n | ^"), ("{1: 'a', 1u: 'b'}", "refused: ERROR: <input>:1:10: expected type 'int' but found 'uint'\n | {1: 'a', 1u: 'b'}\n | .........^"),
        ])
    }

    @Test func arithmetic() {
        Self.check([
            ("1 + 2 * 3 - 4 / 2 % 3", "int 5"), ("-x", "int -5"), ("--x", "int 5"), ("7 / -2", "int -3"), ("7 % -2", "int 1"), ("1 / 0", "error: division by zero"), ("1 % 0", "error: modulus by zero"), ("1.0 / 0.0", "double +Inf"),
            ("9223372036854775807 + 1", "error: integer overflow"), ("-9223372036854775808 / -1", "error: integer overflow"), ("0u - 1u", "error: unsigned integer overflow"), ("18446744073709551615u + 1u", "error: unsigned integer overflow"),
            ("x + 1.0", "error: no such overload"), ("1 + 1.0", "refused: ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, double)'\n | 1 + 1.0\n | ..^"), ("'a' + 'b'", "string \"ab\""), ("[1] + [2]", "[int 1, int 2]"), ("b'a' + b'b'", "bytes [97, 98]"),
        ])
    }

    @Test func comparison() {
        Self.check([
            ("1 == 1.0 || dyn(1) == 1.0", "refused: ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, double)'\n | 1 == 1.0 || dyn(1) == 1.0\n | ..^"),
            ("dyn(1) == 1.0", "bool true"), ("dyn(1) == 1u", "bool true"), ("dyn(1) == '1'", "bool false"), ("1 < 1.5", "bool true"), ("18446744073709551615u > 1", "bool true"), ("dyn(9007199254740993) == 9007199254740992.0", "bool false"),
            ("'a' < 'b'", "bool true"), ("'a' < 1", "refused: ERROR: <input>:1:5: found no matching overload for '_<_' applied to '(string, int)'\n | 'a' < 1\n | ....^"), ("s < x", "error: no such overload"), ("[1, 2] == [1, 2]", "bool true"),
            ("{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "bool true"), ("0.0 / 0.0 == 0.0 / 0.0", "bool false"), ("0.0 / 0.0 < 1.0", "bool false"), ("n == null", "bool true"), ("x != null", "bool true"), ("false < true", "bool true"), ("b'a' < b'b'", "bool true"),
        ])
    }

    @Test func logic() {
        Self.check([
            ("true || 1 / 0 > 0", "bool true"), ("1 / 0 > 0 || true", "bool true"), ("false && 1 / 0 > 0", "bool false"), ("1 / 0 > 0 && false", "bool false"), ("1 / 0 > 0 || false", "error: division by zero"), ("true && s", "error: no such overload"),
            ("x > 3 ? 'y' : 'n'", "string \"y\""), ("false ? 1 / 0 : 2", "int 2"), ("!true", "bool false"), ("!!true", "bool true"), ("true || false && false", "bool true"), ("1 in [1, 2] && !('z' in m) && 'a' in m", "bool true"), ("s ? 1 : 2", "error: no such overload"),
        ])
    }

    @Test func members() {
        Self.check([
            ("m.b.c", "string \"d\""), ("m.z", "error: no such key: z"), ("m['a']", "int 1"), ("m['z']", "error: no such key: z"), ("l[0]", "int 1"), ("l[3]", "error: index out of bounds: 3"), ("l[-1]", "error: index out of bounds: -1"), ("has(m.a) && !has(m.z)", "bool true"), ("has(m.z.y)", "error: no such key: z"),
            ("x.y", "error: no such overload"), ("{1: 'a'}[1]", "string \"a\""), ("dyn({1: 'a'})[1.0]", "string \"a\""), ("dyn({1: 'a'})[1u]", "string \"a\""), ("y", "refused: ERROR: <input>:1:1: undeclared reference to 'y' (in container '')\n | y\n | ^"), ("has(m)", "refused: ERROR: <input>:1:5: invalid argument to has() macro\n | has(m)\n | ....^"), ("m.`a`", "int 1"),
        ])
    }

    @Test func macros() {
        Self.check([
            ("l.all(i, i > 0)", "bool true"), ("l.exists(i, i > 2)", "bool true"), ("l.exists_one(i, i > 2)", "bool true"), ("l.exists_one(i, i > 1)", "bool false"), ("l.map(i, i * 2)", "[int 2, int 4, int 6]"), ("l.map(i, i > 1, i * 2)", "[int 4, int 6]"), ("l.filter(i, i % 2 == 1)", "[int 1, int 3]"),
            ("m.all(k, k in m)", "bool true"), ("m.map(k, k)", "[string \"a\", string \"b\"]"), ("pods.exists(p, p.ready)", "bool true"), ("pods.all(p, p.ready)", "bool false"), ("pods.filter(p, p.ready)", "error: no such key: ready"), ("[1, 0].exists(i, 1 / i > 0)", "bool true"), ("[0].exists(i, 1 / i > 0)", "error: division by zero"),
            ("l.all(i, v, i < v)", "bool true"), ("{'a': 1}.exists(k, v, k == 'a' && v == 1)", "bool true"), ("l.transformList(i, v, i * v)", "[int 0, int 2, int 6]"), ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", "{string \"b\": int 20}"), ("l.transformMapEntry(i, v, {v: i})", "{int 1: int 0, int 2: int 1, int 3: int 2}"),
            ("x.all(i, true)", "error: no such overload"), ("1.all(i, true)", "refused: ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | 1.all(i, true)\n | ^"), ("cel.bind(a, x + 1, a * a)", "int 36"), ("[[1], [2]].all(x, x.all(x, x > 0)) && x == 5", "bool true"),
        ])
    }

    @Test func texts() {
        Self.check([
            ("size(s) + s.size()", "int 10"), ("s.startsWith('hé') && s.endsWith('lo') && s.contains('éll')", "bool true"), ("s.indexOf('l')", "int 2"), ("s.lastIndexOf('l')", "int 3"), ("s.indexOf('l', 3)", "int 3"), ("s.indexOf('z')", "int -1"), ("s.charAt(1)", "string \"é\""), ("s.charAt(6)", "error: index out of range: 6"),
            ("s.substring(1, 3)", "string \"él\""), ("s.substring(3)", "string \"lo\""), ("s.substring(3, 1)", "error: invalid substring range. start: 3, end: 1"), ("'a b a'.replace('a', 'c')", "string \"c b c\""), ("'aaa'.replace('a', 'b', 2)", "string \"bba\""), ("'ab'.replace('', '-')", "string \"-a-b-\""),
            ("'a,b,c'.split(',')", "[string \"a\", string \"b\", string \"c\"]"), ("'a,b,c'.split(',', 2)", "[string \"a\", string \"b,c\"]"), ("'abc'.split('')", "[string \"a\", string \"b\", string \"c\"]"), ("['a', 'b'].join('-')", "string \"a-b\""), ("' a '.trim()", "string \"a\""), ("'aÉ'.upperAscii() + 'BÉ'.lowerAscii()", "string \"AÉbÉ\""), ("'abc'.reverse()", "string \"cba\""),
        ])
    }

    @Test func patterns() {
        Self.check([
            ("'foobar'.matches('o+b')", "bool true"), ("'foobar'.matches('^o')", "bool false"), ("matches('ab1', '^[a-z]+[0-9]$')", "bool true"), ("'a\\nb'.matches('a.b')", "bool false"), ("'a\\nb'.matches('(?s)a.b')", "bool true"), ("'AB'.matches('(?i)ab')", "bool true"), ("'x'.matches('(')", "error: error parsing regexp: error parsing regexp: missing closing ): `(`"),
            ("'a12b345'.find('[0-9]+')", "string \"12\""), ("'a12b345'.findAll('[0-9]+')", "[string \"12\", string \"345\"]"), ("'a12b345'.findAll('[0-9]+', 1)", "[string \"12\"]"), ("jsonpatch.escapeKey('a/b~c')", "string \"a~1b~0c\""), ("'abcabd'.find('abd|ab')", "string \"ab\""), ("'aaa'.find('a+?')", "string \"a\""), ("'é'.matches('^\\\\pL$')", "bool true"), ("'a-b'.matches('^[\\\\w-]+$')", "bool true"), ("'ab'.matches('a{2}')", "bool false"), ("'foo bar'.findAll('\\\\b\\\\w')", "[string \"f\", string \"b\"]"),
            ("'\(String(repeating: "a", count: 5000))'.matches('(a*)*b')", "bool false"),
        ])
    }

    @Test func listsAndSets() {
        Self.check([
            ("l.sum()", "int 6"), ("l.min() + l.max()", "int 4"), ("[].sum()", "int 0"), ("[].min()", "error: min called on empty list"), ("[1, 2, 2].isSorted() && ![2, 1].isSorted()", "bool true"), ("['b', 'a'].max()", "string \"b\""), ("l.indexOf(2)", "int 1"), ("l.lastIndexOf(9)", "int -1"),
            ("sets.contains(l, [1, 3])", "bool true"), ("sets.intersects(l, [9])", "bool false"), ("sets.equivalent([1, 1, 2], [2, 1])", "bool true"), ("[duration('1s'), duration('2s')].sum()", "Duration 3s"), ("l.slice(1, 2)", "[int 2]"), ("[1.5, 2.5].sum()", "double 4"), ("['a'].sum()", "error: no such overload"),
        ])
    }

    @Test func conversions() {
        Self.check([
            ("int('12') + int(1.9) + int(3u)", "int 16"), ("int('x')", "error: type conversion error from 'string' to 'int'"), ("int(1e30)", "error: integer overflow"), ("uint(-1)", "error: unsigned integer overflow"), ("double('1.5')", "double 1.5"), ("string(1.0)", "string \"1\""), ("string(true)", "string \"true\""), ("bool('true')", "bool true"), ("bool('x')", "error: type conversion error from 'string' to 'bool'"),
            ("bytes('é')", "bytes [195, 169]"), ("string(b'\\xff')", "error: invalid UTF-8 in bytes, cannot convert to string"), ("type(1) == int && type('') == string && type(type(1)) == type", "bool true"), ("type(null) == null_type", "bool true"), ("string(duration('1h30m'))", "string \"5400s\""), ("int(timestamp('1970-01-01T00:01:00Z'))", "int 60"),
        ])
    }

    @Test func times() {
        Self.check([
            ("timestamp('2024-02-29T12:00:00Z') + duration('24h')", "Timestamp 2024-03-01T12:00:00Z"), ("timestamp('2023-02-29T12:00:00Z')", "error: type conversion error from 'string' to 'google.protobuf.Timestamp'"), ("timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('24h')", "bool true"),
            ("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error: timestamp overflow"), ("timestamp('2024-01-07T10:20:30.5+02:00').getHours()", "int 8"), ("timestamp('2024-01-07T10:20:30Z').getHours('-02:30')", "int 7"), ("timestamp('2024-01-07T10:20:30Z').getDayOfWeek()", "int 0"), ("timestamp('2024-12-31T10:20:30Z').getDayOfYear()", "int 365"),
            ("timestamp('2024-01-07T10:20:30Z').getMonth()", "int 0"), ("timestamp('2024-01-07T10:20:30Z').getDate()", "int 7"), ("timestamp('2024-01-07T10:20:30Z').getDayOfMonth()", "int 6"), ("timestamp('2024-01-07T10:20:30.123Z').getMilliseconds()", "int 123"), ("duration('1.5s').getMilliseconds()", "int 500"), ("duration('90m').getHours()", "int 1"), ("duration('x')", "error: type conversion error from 'string' to 'google.protobuf.Duration'"),
            ("timestamp('1960-01-01T00:00:00Z') < timestamp('1970-01-01T00:00:00Z')", "bool true"), ("-duration('1s')", "Duration -1s"), ("duration('2000000h') + duration('2000000h')", "error: duration overflow"),
        ])
    }

    @Test func kubernetesKinds() {
        Self.check([
            ("quantity('1.5Gi').isGreaterThan(quantity('1Gi'))", "bool true"), ("quantity('50k') == quantity('50000')", "bool true"), ("quantity('1M').add(quantity('1k')).sub(500).asInteger()", "int 1000500"), ("quantity('1.1').asInteger()", "error: cannot convert value to integer"), ("isQuantity('1x')", "bool false"), ("quantity('-2').sign()", "int -1"), ("quantity('1').compareTo(quantity('2'))", "int -1"), ("quantity('1500m').asApproximateFloat()", "double 1.5"),
            ("url('https://u@example.com:80/a%20b?k=v&k=w').getHost()", "string \"example.com:80\""), ("url('https://example.com:80/a%20b').getEscapedPath()", "string \"/a%20b\""), ("url('https://[::1]:80/').getHostname()", "string \"::1\""), ("url('/p?k=v&k=w').getQuery()", "{string \"k\": [string \"v\", string \"w\"]}"), ("isURL('../rel')", "bool false"), ("url('https://e.com:81/').getPort()", "string \"81\""),
            ("ip('127.0.0.1').isLoopback() && ip('::1').family() == 6", "bool true"), ("ip('2001:db8:0:0::1')", "IP 2001:db8::1"), ("ip.isCanonical('2001:DB8::1')", "bool false"), ("isIP('1.2.3')", "bool false"), ("cidr('192.168.1.0/24').containsIP('192.168.1.7')", "bool true"), ("cidr('192.168.0.0/16').containsCIDR(cidr('192.168.1.0/24'))", "bool true"), ("cidr('192.168.1.5/24').masked()", "CIDR 192.168.1.0/24"), ("cidr('10.0.0.0/8').prefixLength()", "int 8"), ("isCIDR('10.0.0.0/33')", "bool false"),
            ("format.dns1123Label().validate('a-b').hasValue()", "bool false"), ("format.named('dns1123Label').value().validate('A').hasValue()", "bool true"), ("format.uuid().validate('x').value()", "[string \"does not match the UUID format\"]"),
        ])
    }

    @Test func formatting() {
        Self.check([
            ("'%s is %d, %.2f, %x, %X, %o, %b, %%'.format(['a', 5, 1.005, 255, 'hi', 8, 5])", "string \"a is 5, 1.00, ff, 6869, 10, 101, %\""), ("'%s %s %s'.format([[1, 'a'], {'k': true}, null])", "string \"[1, a] {k: true} null\""),
            ("'%s %s'.format([dyn([1, 2]), dyn({'k': true})])", "string \"[1, 2] {k: true}\""), ("'%e'.format([1234.5])", "string \"1.234500e+03\""), ("'%d'.format(['a'])", "error: error during formatting: decimal clause can only be used on integers, was given string"), ("'%s'.format([])", "error: index 0 out of range"), ("'%q'.format([1])", "error: could not parse formatting clause: unrecognized formatting clause \"q\""),
        ])
    }

    @Test func optionals() {
        Self.check([
            ("m.?a", "optional(int 1)"), ("m.?z", "optional()"), ("m.?z.y.orValue('none')", "string \"none\""), ("m.?b.c.orValue('none')", "string \"d\""), ("m[?'a'].hasValue()", "bool true"), ("l[?9].orValue(0)", "int 0"), ("optional.of(1).value()", "int 1"), ("optional.none().value()", "error: optional.none() dereference"), ("optional.ofNonZeroValue('').hasValue()", "bool false"),
            ("optional.none().or(optional.of(2)).value()", "int 2"), ("m.?a.optMap(v, v + 1).orValue(0)", "int 2"), ("m.?a.optFlatMap(v, m.?z).hasValue()", "bool false"), ("[?m.?a, ?m.?z]", "[int 1]"), ("{?'p': m.?z, ?'q': m.?a}", "{string \"q\": int 1}"), ("has(m.?b.c)", "bool true"),
        ])
    }

    @Test func whatCannotBeRead() {
        for (source, message) in [
            ("x ==", "1:5: Syntax error: mismatched input '<EOF>'"), ("x = 4", "1:3: Syntax error: token recognition error at: '='"), ("(x", "1:3: Syntax error: mismatched input '<EOF>' expecting ')'"), ("'a", "1:1: Syntax error: token recognition error"), ("x x", "1:3: Syntax error: extraneous input 'x' expecting <EOF>"),
            ("for", "reserved identifier: for"), ("nope(x)", "1:5: undeclared reference to 'nope'"), ("'a'.nope()", "1:9: undeclared reference to 'nope'"), ("'a'.size(1)", "found no matching overload for 'size' applied to 'string.(int)'"), ("true &&\n  y", "2:3: undeclared reference to 'y'"), ("l.map(1, 2)", "argument must be a simple name"), ("\\", "token recognition error"),
        ] { #expect(CELExpression.evaluate(source, Self.variables).contains(message), "\(source): \(CELExpression.evaluate(source, Self.variables))") }
    }

    @Test func boundsHaveNames() {
        #expect(CELExpression.evaluate(String(repeating: "(", count: 5000) + "1").contains("expression recursion limit exceeded: 100"))
        #expect(CELExpression.evaluate("x" + String(repeating: ".a", count: 5000), Self.variables).contains("expression recursion limit exceeded: 100"))
        #expect(CELExpression.evaluate("true" + String(repeating: " || true", count: 5000)) == "bool true")
        let many = JSON.array((0..<400).map { .integer($0) })
        #expect(CELExpression.evaluate("l.all(a, l.all(b, l.all(c, a + b + c >= 0)))", ["l": many]) == "error: operation cancelled: actual cost limit exceeded")
    }
}
