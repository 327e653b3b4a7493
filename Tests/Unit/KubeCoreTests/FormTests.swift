import Foundations
import KubeCore
import Testing

/// Small forms of the API: amounts, times, base64, schedules, fault plans.
@Suite("Forms")
struct FormTests {
    @Test(arguments: [
        ("0.5", "500m"), ("1000m", "1"), ("1024Mi", "1Gi"), ("1e9", "1e9"), ("1500", "1500"), ("1.5Gi", "1536Mi"), ("0", "0"), ("100k", "100k"), ("2000k", "2M"), ("-1", "-1"),
    ])
    func anAmountHasOneCanonicalText(_ given: String, _ canonical: String) { #expect(Quantity(given)?.canonical == canonical) }

    @Test(arguments: ["", "lots", "1.2.3", "1KiB", "--1", "Gi", "1 Gi"])
    func whatIsNoAmountIsRefused(_ text: String) { #expect(Quantity(text) == nil) }

    @Test func timesGoBothWays() {
        let time = WallInstant(nanoseconds: 1_700_000_000_123_456_000)
        #expect(Timestamp.text(time) == "2023-11-14T22:13:20Z")
        #expect(Timestamp.text(time, micro: true) == "2023-11-14T22:13:20.123456Z")
        #expect(Timestamp.parse("2023-11-14T23:13:20.123456+01:00") == time)
        #expect(Timestamp.parse("1969-12-31T23:59:59Z") == WallInstant(nanoseconds: -1_000_000_000))
        #expect(Timestamp.parse("2023-11-14 22:13:20Z") == nil)
    }

    @Test(arguments: [[], [0], [0xFF, 0], [1, 2, 3], Array(0...255)] as [[UInt8]])
    func base64GoesBothWays(_ bytes: [UInt8]) throws {
        #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(try Base64.decodeURL(Base64.encode(bytes, forURL: true)) == bytes)
    }

    /// The offsets are those of Go's `encoding/base64`.
    @Test(arguments: [
        ("AQID\nBA==\n", nil), ("AQ=\r\n=", nil), ("A Q=", 1), ("=", 0), ("A=", 1), ("AQ=", 3), ("AQ", 0), ("AQIDBAU", 4), ("AQ==AQ==", 4), ("AQI=x", 4), ("AQ=x", 2), ("AQ\n=", 4), ("AQ-_", 2),
    ] as [(String, Int?)])
    func base64IsReadAsGoReadsIt(_ text: String, _ offset: Int?) {
        do throws(Base64.Corrupt) {
            _ = try Base64.decode(text)
            #expect(offset == nil)
        } catch { #expect(error.offset == offset) }
    }

    @Test func bytesAreKeptWithoutTheLineEndsThatTheyCameWith() {
        var harness = APIHarness()
        let made = harness.ask("POST", "/api/v1/namespaces/default/secrets", ["metadata": ["name": "s"], "data": ["k": "AQID\nBA==\n"]])
        #expect(made.status == 201)
        #expect(made.json["data"]?["k"] == "AQIDBA==")
    }

    @Test func aScheduleNamesItsMinutes() throws {
        let noon = try #require(Timestamp.parse("2026-11-23T12:00:30Z"))  // a Monday
        #expect(CronSchedule("0 12 * * *")?.includes(noon) == true)
        #expect(CronSchedule("*/15 9-17 * * mon-fri")?.includes(noon) == true)
        #expect(CronSchedule("0 12 * * 0")?.includes(noon) == false)
        #expect(CronSchedule("0 12 1 * 1")?.includes(noon) == true, "either day is enough when both are given")
        #expect(CronSchedule("60 * * * *") == nil)
        #expect(CronSchedule("@hourly")?.includes(noon) == true)
    }

    @Test func aFaultPlanSaysWhereItIsWrong() {
        func failure(_ json: JSON) -> String? {
            do {
                _ = try FaultPlan(json: json)
                return nil
            } catch { return error.message }
        }
        #expect(failure(["rules": [["match": ["verb": "list"], "fault": ["status": 500]]]]) == nil)
        #expect(failure([["match": ["verbs": "list"], "fault": ["status": 500]]]) == "rules[0].match: unknown field `verbs`")
        #expect(failure([["fault": ["status": 200]]]) == "rules[0]: `status` must be from 400 to 599")
        #expect(failure([["match": [:]]]) == "rules[0].fault: is missing")
    }

    @Test func continueTokensOfStrangersAreRefused() {
        var harness = APIHarness()
        for token in ["x", "e30", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIvLi4veCJ9"] {
            #expect(harness.ask("GET", "/api/v1/pods?continue=\(token)").status == 400, "\(token)")
        }
    }
}
