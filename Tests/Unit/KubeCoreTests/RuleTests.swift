import Foundations
import KubeCore
import Testing

/// `x-kubernetes-validations` of custom resources.
@Suite("Rules of schemas")
struct RuleTests {
    private let objects = "/apis/r.example.com/v1/namespaces/default/things"

    private func define(_ harness: inout APIHarness, _ schema: JSON) -> APIHarness.Answer {
        harness.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", [
            "metadata": ["name": "things.r.example.com"],
            "spec": [
                "group": "r.example.com", "scope": "Namespaced", "names": ["plural": "things", "kind": "Thing", "singular": "thing", "listKind": "ThingList"],
                "versions": [["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": schema]]],
            ],
        ])
    }

    private func schema(_ spec: JSON, root: JSON = []) -> JSON { ["type": "object", "x-kubernetes-validations": root, "properties": ["spec": spec]] }

    private func thing(_ spec: JSON, name: String = "t") -> JSON { ["apiVersion": "r.example.com/v1", "kind": "Thing", "metadata": ["name": .string(name)], "spec": spec] }

    /// What the server says to a thing with this spec, behind the name of the object.
    private func judged(_ harness: inout APIHarness, _ spec: JSON, name: String = "t") -> String {
        let answer = harness.ask("POST", objects, thing(spec, name: name))
        return answer.status == 201 ? "ok" : answer.json["message"]?.string?.replacing("Thing.r.example.com \"\(name)\" is invalid: ", with: "") ?? ""
    }

    @Test func aRuleIsHeldAgainstItsValue() {
        var harness = APIHarness()
        let spec: JSON = [
            "type": "object", "properties": ["x": ["type": "integer"], "y": ["type": "integer"], "namespace": ["type": "string"], "share": ["x-kubernetes-int-or-string": true], "at": ["type": "string", "format": "date-time"], "ratio": ["type": "number"]],
            "x-kubernetes-validations": [
                ["rule": "self.x + self.y > 0"], ["rule": "!has(self.__namespace__) || self.__namespace__ != 'no'", "message": " not this one ", "reason": "FieldValueForbidden", "fieldPath": ".namespace"],
                ["rule": "!has(self.share) || type(self.share) == int || self.share.endsWith('%')", "messageExpression": "'share is ' + string(self.share)"], ["rule": "!has(self.at) || self.at > timestamp('2020-01-01T00:00:00Z')", "reason": "FieldValueRequired", "message": "later"],
                ["rule": "!has(self.ratio) || self.ratio < 1.5"],
            ],
        ]
        #expect(define(&harness, schema(spec, root: [["rule": "self.metadata.name.startsWith('t')"]])).status == 201)
        #expect(judged(&harness, ["x": 1, "y": 0]) == "ok")
        #expect(judged(&harness, ["x": 0, "y": 0], name: "t2") == "spec: Invalid value: \"object\": failed rule: self.x + self.y > 0")
        #expect(judged(&harness, ["x": 1, "y": 1, "namespace": "no"], name: "t2") == "spec.namespace: Forbidden: not this one")
        #expect(judged(&harness, ["x": 1, "y": 1, "share": "5"], name: "t2") == "spec: Invalid value: \"object\": share is 5")
        #expect(judged(&harness, ["x": 1, "y": 1, "at": "2019-01-01T00:00:00Z"], name: "t2") == "spec: Required value: later")
        #expect(judged(&harness, ["x": 1, "y": 1, "ratio": 2], name: "t2") == "spec: Invalid value: \"object\": failed rule: !has(self.ratio) || self.ratio < 1.5")
        #expect(judged(&harness, ["x": 1], name: "t2") == "spec: Invalid value: \"object\": no such key: y evaluating rule: self.x + self.y > 0")
        #expect(judged(&harness, ["x": 1, "y": 1], name: "u") == "<nil>: Invalid value: \"object\": failed rule: self.metadata.name.startsWith('t')")
        #expect(judged(&harness, ["x": "a"], name: "t2").hasSuffix("some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]"))
    }

    @Test func rulesStandAtEveryLevel() {
        var harness = APIHarness()
        let small: JSON = [["rule": "self < 10"]]
        let number: JSON = ["type": "integer", "x-kubernetes-validations": small]
        #expect(define(&harness, schema(["type": "object", "properties": ["list": ["type": "array", "items": number], "map": ["type": "object", "additionalProperties": number]]])).status == 201)
        #expect(judged(&harness, ["list": [1, 11], "map": ["k": 12]]) == "[spec.list[1]: Invalid value: \"integer\": failed rule: self < 10, spec.map[k]: Invalid value: \"integer\": failed rule: self < 10]")
    }

    @Test func transitionsAreJudgedWhereThereIsSomethingBefore() {
        var harness = APIHarness()
        let entry: JSON = ["type": "object", "required": ["k"], "properties": ["k": ["type": "string"], "v": ["type": "integer", "x-kubernetes-validations": [["rule": "self >= oldSelf", "message": "shrinks"]]]]]
        let spec: JSON = [
            "type": "object", "properties": [
                "frozen": ["type": "string", "x-kubernetes-validations": [["rule": "self == oldSelf", "message": "frozen"]]], "list": ["type": "array", "items": entry, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]],
                "first": ["type": "string", "x-kubernetes-validations": [["rule": "oldSelf.hasValue() || self == 'a'", "optionalOldSelf": true, "message": "begin with a"]]],
            ],
        ]
        #expect(define(&harness, schema(spec)).status == 201)
        #expect(judged(&harness, ["first": "b"], name: "t2") == "spec.first: Invalid value: \"string\": begin with a")
        #expect(judged(&harness, ["frozen": "x", "first": "a", "list": [["k": "a", "v": 5], ["k": "b", "v": 5]]]) == "ok")
        #expect(harness.patch("\(objects)/t", ["spec": ["frozen": "y"]]).json["message"]?.string?.hasSuffix("spec.frozen: Invalid value: \"string\": frozen") == true)
        // The old value is found by the key, wherever it stood.
        #expect(harness.patch("\(objects)/t", ["spec": ["list": [["k": "b", "v": 6], ["k": "c", "v": 1], ["k": "a", "v": 5]]]]).status == 200)
        #expect(harness.patch("\(objects)/t", ["spec": ["list": [["k": "a", "v": 4]]]]).json["message"]?.string?.hasSuffix("spec.list[0].v: Invalid value: \"integer\": shrinks") == true)
        #expect(harness.patch("\(objects)/t", ["spec": ["first": "z"]]).status == 200)
    }

    @Test func whatAnUpdateLeavesAloneOnlyWarns() {
        var harness = APIHarness()
        let loose: JSON = ["type": "object", "properties": ["a": ["type": "integer"], "b": ["type": "integer"]]]
        #expect(define(&harness, schema(loose)).status == 201)
        #expect(judged(&harness, ["a": 50, "b": 1]) == "ok")
        var strict = loose
        strict[path: "properties", "a", "x-kubernetes-validations"] = [["rule": "self < 10"]]
        #expect(harness.patch("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.r.example.com", ["spec": ["versions": [["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": schema(strict)]]]]]).status == 200)
        let kept = harness.patch("\(objects)/t", ["spec": ["b": 2]])
        #expect(kept.status == 200 && kept.header("warning")?.contains("spec.a: Invalid value") == true)
        #expect(harness.patch("\(objects)/t", ["spec": ["a": 51]]).status == 422)
    }

    @Test func rulesThatCannotBeUsedAreRefused() {
        func refusal(_ rule: JSON, _ more: JSON = [:]) -> String {
            var harness = APIHarness()
            var spec: JSON = ["type": "object", "properties": ["x": ["type": "integer"], "l": ["type": "array", "items": more]], "x-kubernetes-validations": [rule]]
            if more == [:] { spec[path: "properties", "l"] = nil }
            return define(&harness, schema(spec)).json["message"]?.string ?? ""
        }
        let path = "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0]"
        #expect(refusal(["rule": "self.z == 100"]) == "CustomResourceDefinition.apiextensions.k8s.io \"things.r.example.com\" is invalid: \(path).rule: Invalid value: {\"Rule\":\"self.z == 100\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: compilation failed: ERROR: <input>:1:5: undefined field 'z'\n | self.z == 100\n | ....^")
        #expect(refusal(["rule": "self = 42"]).contains("compilation failed: ERROR: <input>:1:6: Syntax error"))
        #expect(refusal(["rule": "other.x > 1"]).contains("undeclared reference to 'other'"))
        #expect(refusal(["rule": "self.x"]).contains("cel expression must evaluate to a bool"))
        #expect(refusal(["rule": "self.x == 'a'"]).contains("found no matching overload for '_==_' applied to '(int, string)'"))
        #expect(refusal(["rule": " "]).contains("\(path).rule: Required value: rule is not specified"))
        #expect(refusal(["rule": "true", "messageExpression": "self.x"]).contains("\(path).messageExpression: Invalid value"))
        #expect(refusal(["rule": "true", "fieldPath": ".z"]).contains("does not refer to a valid field"))
        #expect(refusal(["rule": "true", "reason": "Nope"]).contains("\(path).reason: Unsupported value"))
        #expect(refusal(["rule": "true"], ["type": "integer", "x-kubernetes-validations": [["rule": "self > oldSelf"]]]).contains("oldSelf cannot be used on the uncorrelatable portion of the schema within"))
    }

    @Test func costsAreBounded() {
        var harness = APIHarness()
        let list: JSON = ["type": "array", "items": ["type": "integer"], "x-kubernetes-validations": [["rule": "self.all(a, self.all(b, self.all(c, a + b + c >= 0)))"]]]
        #expect(define(&harness, schema(["type": "object", "properties": ["list": list]])).status == 201)
        #expect(judged(&harness, ["list": .array((0..<300).map { .integer($0) })]).contains("'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule"))
    }
}
